/* A tape that grows: what Tape.emit and Tape.constant of programs/tape.py do, on numbers instead of an object for each.

       line     an instruction: a row, where its operands start in `pool`, the slot that it fills
       slot     what is known of it: is it a number, which line fills it, does it vary from example to example?
       known    the lines by row and operands: what is there is not written twice

   Python's tape (writing.h) has every line and every number as soon as it is there; open_lines() and ask() read what
   Python has and C does not know. */
#ifndef GLASSGRAD_LINES_H
#define GLASSGRAD_LINES_H

#include "writing.h"

typedef struct { PyObject *row; int32_t first, count, result; } Line;
typedef struct {
    double number;       /* of a constant */
    PyObject *as_object; /* the int of Python's that stands for it, or NULL so far */
    int32_t line;        /* that fills it, or -1 */
    char is_constant, varies;
} Slot;
typedef struct {
    Tape tape;
    PyObject *over_examples, *shorter; /* borrowed: the row whose result does not vary; the rules SHORTER of tape.py */
    Line *line;
    Slot *slot;
    int32_t lines, line_room, slots, slot_room;
    Slots pool;
    Slots place;        /* of a pattern that is applied: its inputs, and what it has filled */
    double last_number; /* that was asked for, */
    int32_t last_slot;  /* and its slot + 1: mostly it is asked for again */
    int32_t *known;     /* numbers of lines + 1, or 0 */
    size_t known_size; /* 2^k, more than twice as many as lines */
} Lines;

/* Read the tape; its attributes tape.tape, tape.kind, over_examples and shorter are there. -1 with an exception. */
int open_lines(Lines *lines);
void close_lines(Lines *lines);
/* function(first, second), as ask_with_tape(). */
PyObject *ask_with_lines(Lines *lines, PyObject *function, PyObject *first, PyObject *second);
/* The int of Python's that stands for a slot: borrowed. */
PyObject *slot_as_object(Lines *lines, int32_t slot);
/* A tuple: for each operand the number that it is, or None. */
PyObject *numbers_among(const Lines *lines, int32_t first, int32_t count);

/* As the methods of the same name; the slot, or -1 with an exception. The operands of emit() are what was appended to pool
   since it had `first` slots. */
int32_t constant(Lines *lines, double number);
int32_t emit(Lines *lines, PyObject *row, int32_t first);
int32_t emit_two(Lines *lines, PyObject *row, int32_t left, int32_t right);
/* applied() of Pattern: its inputs are what was appended to place since it had `first` slots; the answer is appended to
   `wanted`. -1 with an exception. */
int apply(Lines *lines, PyObject *pattern, int32_t first, Slots *wanted);

#endif
