/* The rows of any number of arguments, as numerics/floats.py computes them: the same steps in the same order. */
#ifndef GLASSGRAD_LISTS_H
#define GLASSGRAD_LISTS_H

#include "rows.h"

/* p[i] = e^x[i] / Σ e^x[j] for count ≥ 1. */
void softmax_of(const double *x, Py_ssize_t count, double *p);
/* ln Σ e^x[i]; `room` is for count numbers. */
double logsumexp_of(const double *x, Py_ssize_t count, double *room);
/* -ln softmax(x)[target]; `room` is for count numbers. */
double cross_entropy_of(const double *x, Py_ssize_t count, Py_ssize_t target, double *room);
/* The sum of all p but p[except]; `room` is for count numbers. */
double sum_of_others(const double *p, Py_ssize_t count, Py_ssize_t except, double *room);

#endif
