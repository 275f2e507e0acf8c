/* Tuples, lists and memory: what every file asks of Python, and what can fail there, in one place. */
#ifndef GLASSGRAD_OBJECTS_H
#define GLASSGRAD_OBJECTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* Memory for `count` things of `size` bytes, all of them zero; NULL with an exception. */
void *zeros(size_t count, size_t size);
/* Room for one thing of `size` bytes behind the `count` that lie at *(void **)at; -1 with an exception. */
int more_room(void *at, int32_t count, int32_t *room, size_t size);

/* A tuple or a list for `count` things. Python 3.11 collects garbage while it makes one, and anything may run then: here
   it does not, so the caller may have in hand what only a graph holds. NULL with an exception. */
PyObject *new_tuple(Py_ssize_t count), *new_list(Py_ssize_t count);
/* things[i] = thing, a reference that is given away. Without a thing, the exception is set: then nothing is left of them. */
void set_item(PyObject **things, Py_ssize_t i, PyObject *thing);
/* The float that list[i] is or has; what makes one of it may change the list meanwhile. -1 with an exception. */
int read_float(PyObject *list, Py_ssize_t i, double *number);
/* An int as a double. 0 without an exception if it is beyond the range of a float. */
int double_of_int(PyObject *whole, double *number);
PyObject *tuple_of_floats(const double *numbers, Py_ssize_t count);

/* Put `thing`, a reference that is given away, in a place that owns one. What it held may run Python when it goes. */
static inline void put(PyObject **place, PyObject *thing) {
    PyObject *before = *place;
    *place = thing;
    Py_XDECREF(before);
}

typedef struct { int32_t *at, count, room; } Slots; /* numbers of things, one after the other: a list that grows */
int append_slot(Slots *slots, int32_t slot);        /* -1 with an exception */
/* The slot that a Python int names; -1 with an exception if it is none of the first `size`, which there are. */
int32_t slot_below(Py_ssize_t size, PyObject *number);

#endif
