/* A Many on its way: operands and slopes, one after the other, and then the node. */
#ifndef GLASSGRAD_FILLING_H
#define GLASSGRAD_FILLING_H

#include "memory.h"

typedef struct { Node *node; double number; } Term; /* node: NULL for a plain number */
typedef struct {
    Many *many;
    Py_ssize_t parents, numbers, others; /* so many of the operands there are already */
    int flags; /* of all nodes among them together */
    int mode;  /* QUIET, or NO_GRAD: then it was in vain */
} Filling;

static inline Py_ssize_t filled(const Filling *filling) { return filling->parents + filling->numbers + filling->others; }

/* links.c: the next operand. `slope` is NULL for a node that is no parent. */
void add_operand(Filling *filling, Term operand, const double *slope);
void link_many(Node *node, const Filling *filling, int flat); /* in the place of the links it had; flat: FLAT or 0 */
/* many.c */
PyObject *finished(Filling *filling, int row, double y); /* the node; NULL with an exception */

#endif
