/* a < b, and `if a`: by data, as in value.py.

   The usual case: a node beside a node or a plain number, and nobody in a mode, for a recorder wants to know which branch
   was taken. Everything else is asked in Python. == and hash go by identity, as for any object. */
#include "memory.h"

#include <stdbool.h>

/* Is the comparison one that goes by data, and of what is usual? */
static bool open_comparison(PyObject *left, PyObject *right, int kind, double *a, double *b) {
    return kind != Py_EQ && kind != Py_NE && nobody_listens() && number_of(left, a) >= 0 && number_of(right, b) >= 0;
}

static PyObject *compare(PyObject *left, PyObject *right, int kind) {
    double a, b;
    if (open_comparison(left, right, kind, &a, &b))
        Py_RETURN_RICHCOMPARE(a, b, kind);
    if (kind == Py_EQ || kind == Py_NE) /* object's: != asks the == of a subclass */
        return ((richcmpfunc)PyType_GetSlot(&PyBaseObject_Type, Py_tp_richcompare))(left, right, kind);
    return PyObject_CallFunctionObjArgs(engine.comparisons[kind], left, right, NULL);
}

static int is_true(PyObject *self) {
    Node *node = (Node *)self;
    if (nobody_listens() && !(node->flags & DATA_OBJECT))
        return node->data != 0.0;
    PyObject *answer = PyObject_CallFunctionObjArgs(engine.is_true, self, NULL);
    const int found = answer == NULL ? -1 : answer == Py_True;
    Py_XDECREF(answer);
    return found;
}

static Py_hash_t hash(PyObject *self) {
    static hashfunc of_objects; /* a type that compares does not inherit it */
    if (of_objects == NULL)
        of_objects = (hashfunc)PyType_GetSlot(&PyBaseObject_Type, Py_tp_hash);
    return of_objects(self);
}

PyType_Slot comparison_slots[] = {
    {Py_tp_richcompare, (void *)compare}, {Py_nb_bool, (void *)is_true}, {Py_tp_hash, (void *)hash}, {0, NULL},
};
