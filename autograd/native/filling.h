/* A Many on its way: operands and slopes, one after the other, and then the node. */
#ifndef GLASSGRAD_FILLING_H
#define GLASSGRAD_FILLING_H

#include "memory.h"

typedef struct { Node *node; double number; } Term; /* node: NULL for a plain number */
typedef struct {
    Many *many;
    Py_ssize_t parents, numbers, operands;
    int flags;          /* of all parents together */
    int mode;           /* QUIET, or NO_GRAD: then it was in vain */
    PyTypeObject *kind; /* of the first of them */
} Filling;

static inline void fill(Filling *filling, const Term *term, double slope) {
    Many *many = filling->many;
    if (many->kinds != NULL)
        many->kinds[filling->operands++] = term->node != NULL ? PARENT : NUMBER;
    if (term->node == NULL) {
        many->numbers[filling->numbers++] = term->number;
        return;
    }
    if (filling->parents == 0)
        filling->kind = Py_TYPE((PyObject *)term->node);
    many->slopes[filling->parents] = slope;
    many->parent[filling->parents++] = held(term->node);
    filling->flags |= term->node->flags;
}

PyObject *finished(Filling *filling, int row, double y); /* many.c; NULL with an exception */

#endif
