/* Arithmetic that C spells differently from Python, and the sum that rounds once. */
#ifndef GLASSGRAD_ARITHMETIC_H
#define GLASSGRAD_ARITHMETIC_H

#include "objects.h"

#include <float.h>
#include <math.h>

#ifdef __FAST_MATH__
#error "-ffast-math would change the numbers"
#endif
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error "needs arithmetic that rounds every operation to double"
#endif

/* max(a, b) and min(a, b) as Python has them: the first on ties and beside a nan. */
static inline double larger(double a, double b) { return b > a ? b : a; }
static inline double smaller(double a, double b) { return b < a ? b : a; }

/* A sum on its way: total + lost + lost_twice is what was added so far, with an error below 2^-92 of `size`, the sum of
   the absolute values. (One or two of Knuth's TwoSum in a row: Ogita, Rump and Oishi 2005.) Each error of `total` is below
   2^-53 of `size`; to add up n of them loses less than n^2 times 2^-106 of it, which is little enough for a FEW terms. For
   more, fewer than 2^20, what is lost in `lost` is kept as well. */
typedef struct { double total, lost, lost_twice, size; } Sum;
#define FEW 128

static inline void add_to(Sum *sum, double term, int few) {
    const double total = sum->total + term, part = total - sum->total;
    const double error = (sum->total - (total - part)) + (term - part);
    const double lost = sum->lost + error, lost_part = lost - sum->lost;
    if (!few)
        sum->lost_twice += (sum->lost - (lost - lost_part)) + (error - lost_part);
    sum->total = total;
    sum->lost = lost;
    sum->size += fabs(term);
}

/* numerics.floats.exact_sum: correctly rounded, inf on overflow, nan for inf - inf. */
double exact_sum(const double *terms, Py_ssize_t count);
/* The same where the terms have gone through add_to already. Without them: nan if they are needed, or if it is nan. */
double rounded_sum(const Sum *sum, const double *terms, Py_ssize_t count);

/* function(*args) as a double; takes over the reference to args, NULL where that failed. nan with an exception. */
double ask(PyObject *function, PyObject *args);
extern PyObject *forwards[]; /* Operation.forward of every row with a fixed number of arguments */
/* A row's forward function, and math.hypot, asked in Python. They may set an exception; the answer is nan then. */
double row_in_python(int row, int count, const double *args);
double hypot_in_python(double a, double b);
/* Give them the Python functions: `rows` by name, and math.hypot. -1 with an exception on failure. */
int set_python_functions(PyObject *rows, PyObject *hypot);

#endif
