/* Python's tape, as C writes on it: instructions and numbers go where Tape of programs/tape.py would put them.

   How many slots there are is told to Python when it is asked something, and at the end. */
#ifndef GLASSGRAD_WRITING_H
#define GLASSGRAD_WRITING_H

#include "machine.h"

typedef struct {
    PyObject *tape;         /* borrowed, as kind is */
    PyTypeObject *kind;     /* Instruction: a tuple (row, operands, result) */
    PyObject *instructions; /* the list of them */
    PyObject *constants, *numbers; /* {slot: number}, and the other way round: see number_key() there */
    int32_t size;           /* slots, in the meantime */
} Tape;

int open_tape(Tape *tape); /* reads the attributes of tape->tape; -1 with an exception, as the others */
void close_tape(Tape *tape);
int tell_size(const Tape *tape), ask_size(Tape *tape);
/* function(first, second), which finds the tape complete and may add to it; second may be NULL. A new reference. */
PyObject *ask_with_tape(Tape *tape, PyObject *function, PyObject *first, PyObject *second);
/* The slot of a number, an int of Python's, which may be a new slot: a new reference. */
PyObject *slot_of_number(Tape *tape, double number);
/* Append an instruction, which takes over the reference to `operands`, NULL where making them failed. */
int write_instruction(Tape *tape, PyObject *row, PyObject *operands, PyObject *result);

#endif
