#include "objects.h"

#include <string.h>

void *zeros(size_t count, size_t size) {
    void *memory = PyMem_Calloc(count, size);
    return memory != NULL ? memory : PyErr_NoMemory();
}

int more_room(void *at, int32_t count, int32_t *room, size_t size) {
    void *block, *more;
    if (count < *room)
        return 0;
    if (count > INT32_MAX / 2 - 64) {
        PyErr_SetString(PyExc_OverflowError, "more than 2^30 nodes of a graph, or instructions or operands of a tape");
        return -1;
    }
    memcpy(&block, at, sizeof(block)); /* at is a pointer to a pointer, to things of whatever type */
    more = PyMem_Realloc(block, size * (size_t)(2 * count + 64));
    if (more == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(at, &more, sizeof(more));
    *room = 2 * count + 64;
    return 0;
}

static PyObject *uncollected(PyObject *(*make)(Py_ssize_t), Py_ssize_t count) {
    const int collects = PyGC_Disable();
    PyObject *things = make(count);
    if (collects)
        PyGC_Enable();
    return things;
}

PyObject *new_tuple(Py_ssize_t count) { return uncollected(PyTuple_New, count); }

PyObject *new_list(Py_ssize_t count) { return uncollected(PyList_New, count); }

void set_item(PyObject **things, Py_ssize_t i, PyObject *thing) {
    int (*set)(PyObject *, Py_ssize_t, PyObject *) = PyTuple_CheckExact(*things) ? PyTuple_SetItem : PyList_SetItem;
    if (thing == NULL || set(*things, i, thing) < 0)
        Py_CLEAR(*things);
}

int read_float(PyObject *list, Py_ssize_t i, double *number) {
    PyObject *thing = Py_XNewRef(PyList_GetItem(list, i));
    if (thing == NULL)
        return -1;
    *number = PyFloat_AsDouble(thing);
    Py_DECREF(thing);
    return *number == -1.0 && PyErr_Occurred() ? -1 : 0;
}

int double_of_int(PyObject *whole, double *number) {
    *number = PyLong_AsDouble(whole);
    if (*number != -1.0 || !PyErr_Occurred())
        return 1;
    PyErr_Clear();
    return 0;
}

PyObject *tuple_of_floats(const double *numbers, Py_ssize_t count) {
    PyObject *tuple = new_tuple(count);
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++)
        set_item(&tuple, i, PyFloat_FromDouble(numbers[i]));
    return tuple;
}

int append_slot(Slots *slots, int32_t slot) {
    if (more_room(&slots->at, slots->count, &slots->room, sizeof(int32_t)) < 0)
        return -1;
    slots->at[slots->count++] = slot;
    return 0;
}

int32_t slot_below(Py_ssize_t size, PyObject *number) {
    const long slot = number == NULL ? -1 : PyLong_AsLong(number);
    if (slot >= 0 && slot < size)
        return (int32_t)slot;
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "a slot that the tape does not have");
    return -1;
}
