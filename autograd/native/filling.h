/* A Many on its way: operands and slopes, one after the other, and then the node. */
#ifndef GLASSGRAD_FILLING_H
#define GLASSGRAD_FILLING_H

#include "memory.h"

typedef struct { Node *node; double number; } Term; /* node: NULL for a plain number */
typedef struct {
    Many *many;
    Py_ssize_t operands, parents, numbers, others; /* so many there are already */
    int flags; /* of all nodes among them together */
    int mode;  /* QUIET, or NO_GRAD: then it was in vain */
} Filling;

/* links.c: the next operand. `slope` is NULL for a node that is no parent. */
void add_operand(Filling *filling, Term operand, const double *slope);
void link_many(Node *node, const Filling *filling, int flat); /* in the place of the links it had; flat: FLAT or 0 */
/* many.c: operands from number `at` on, each with the slope that stands `step` further on than that of the one before. */
void fill(Filling *filling, Py_ssize_t at, const Term *terms, Py_ssize_t count, const double *slopes, Py_ssize_t step);
PyObject *finished(Filling *filling, int row, double y); /* the node; NULL with an exception */

#endif
