/* A run: what it needs, from where the numbers come that the machine is given to where those go that it gives back. */
#ifndef GLASSGRAD_RUNS_H
#define GLASSGRAD_RUNS_H

#include "machine.h"

/* Where numbers come from: a list, or an array that is open. */
typedef struct { PyObject *list; Py_buffer array; } Numbers;

typedef struct Run Run;
struct Run {
    Machine *machine;
    PyObject *(*make)(Run *run);
    Numbers parameters, inputs;    /* inputs of one example */
    Py_buffer columns;             /* of a batch: a row for each argument, a column for each example */
    Py_buffer *arrays;             /* of a map: for each argument, then for each value */
    Py_ssize_t open, count;        /* of these arrays; examples */
    double seed;                   /* ∂sum/∂(one example's value) */
    Py_buffer gradients;           /* to be filled with them, if it is open */
    int add, again;                /* to those in it? is the run bound? Then they are added to 0, if to nothing else */
    double divisor;                /* afterwards, of all of them */
    PyObject *pair;                /* what is answered beside the result: an array, None for a list of gradients; or NULL */
};

/* None if a run is on its way already, in another thread or below this one. */
PyObject *made(Run *run);
void close_run(Run *run); /* lets go of its arrays */
/* Whether what went wrong is that something is not as the machine reads it: an array of doubles that do not lie where a
   processor looks for them, or no array. Others know better, and nothing has been changed yet. */
int others_know(void);
/* The run that `open` makes of (otherwise, *what the run is given), bound to its arrays; see bound.c. */
PyObject *bind_run(Machine *machine, PyObject *args, int (*open)(Run *, PyObject *));

#endif
