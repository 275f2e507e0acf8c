/* A tape that grows, as numbers: what Tape of programs/tape.py is, without an object for each of them.

       line     an instruction: a row, where its operands start in `pool`, the slot that it fills
       slot     what is known of it: is it a number, which line fills it, does it vary from example to example?
       known    the lines by row and operands: what is there is not written twice

   Python's tape is read (read_lines), lines and constants are added (emit, constant) and told to it (tell): it has them
   as instructions and constants then, under the numbers that its own `emit` and `constant` would have given them. */
#ifndef GLASSGRAD_LINES_H
#define GLASSGRAD_LINES_H

#include "machine.h"

typedef struct { PyObject *row; int32_t first, count, result; } Line;
typedef struct {
    double number;       /* of a constant */
    PyObject *as_object; /* the int of Python's that stands for it, or NULL so far */
    int32_t line;        /* that fills it, or -1 */
    char is_constant, varies;
} Slot;
typedef struct { int32_t *at; size_t size, used; } Table; /* of things with numbers: number + 1, or 0; size is 2^k */
typedef struct {
    PyObject *tape, *instructions, *constants, *numbers; /* Python's tape and what it holds */
    PyObject *over_examples; /* the row whose result does not vary */
    PyTypeObject *kind;      /* Instruction: a tuple (row, operands, result) */
    Line *line;
    Slot *slot;
    int32_t lines, line_room, slots, slot_room;
    int32_t told_lines, told_slots; /* so many of them Python has */
    Slots pool;
    Table known, by_bits;    /* of lines; of constants */
} Lines;

/* Read the tape; its attributes `tape`, `over_examples` and `kind` are borrowed. -1 with an exception. */
int open_lines(Lines *lines);
void close_lines(Lines *lines);
int tell(Lines *lines);
/* function(first, second) of Python's, which finds the tape complete and may add to it; a new reference. */
PyObject *ask_with_tape(Lines *lines, PyObject *function, PyObject *first, PyObject *second);
/* The int of Python's that stands for a slot: borrowed. */
PyObject *slot_as_object(Lines *lines, int32_t slot);
/* number_key() of tape.py; the operands of an Instruction: new references. */
PyObject *number_as_key(double number);
PyObject *operands_as_tuple(Lines *lines, int32_t first, int32_t count);

/* As the methods of the same name; the slot, or -1 with an exception. The operands of emit() are what was appended to pool
   since it had `first` slots. */
int32_t constant(Lines *lines, double number);
int32_t emit(Lines *lines, PyObject *row, int32_t first);
int32_t emit_two(Lines *lines, PyObject *row, int32_t left, int32_t right);

#endif
