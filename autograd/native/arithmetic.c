#include "rows.h"

#define MANY_TERMS (1 << 20)
#define MOST_PARTIALS 64 /* numbers that do not overlap: 2098 bits of range, 53 bits each, make at most 40 */
#define DOWN 0x1p-64     /* numerics.floats.exact_sum: where a partial sum leaves the range, sum at this size */
#define UP 0x1p64

PyObject *forwards[ROW_COUNT];
static PyObject *math_hypot;

/* The sum once ------------------------------------------------------------------------------------------------- */

typedef struct { double at[MOST_PARTIALS]; int count; } Partials;

/* Shewchuk 1997: add one number exactly to numbers that do not overlap, smallest first. */
static void add_exactly(Partials *partials, double x) {
    int kept = 0;
    for (int i = 0; i < partials->count; i++) {
        double y = partials->at[i];
        if (fabs(x) < fabs(y)) {
            const double held = x;
            x = y;
            y = held;
        }
        const double high = x + y, low = y - (high - x);
        if (low != 0.0)
            partials->at[kept++] = low;
        x = high;
    }
    if (x != 0.0)
        partials->at[kept++] = x;
    partials->count = kept;
}

/* The numbers of `partials` added up from the largest, rounded half to even as math.fsum does it. */
static double round_once(const Partials *partials) {
    int left = partials->count;
    if (left == 0)
        return 0.0;
    double high = partials->at[--left], low = 0.0;
    while (left > 0 && low == 0.0) {
        const double x = high, y = partials->at[--left];
        high = x + y;
        low = y - (high - x);
    }
    if (left > 0 && low != 0.0 && (low < 0.0) == (partials->at[left - 1] < 0.0)) { /* halfway: the rest decides */
        const double twice = low * 2.0, x = high + twice;
        if (twice == x - high)
            high = x;
    }
    return high;
}

/* math.fsum for finite terms times `scale`; inf or nan if a partial sum overflows. */
static double scaled_sum(const double *terms, Py_ssize_t count, double scale) {
    Partials partials = {.count = 0};
    for (Py_ssize_t i = 0; i < count; i++) {
        add_exactly(&partials, terms[i] * scale);
        if (partials.count > 0 && !isfinite(partials.at[partials.count - 1]))
            return INFINITY;
    }
    return round_once(&partials);
}

static double sum_by_partials(const double *terms, Py_ssize_t count) {
    double infinite = 0.0;
    for (Py_ssize_t i = 0; i < count; i++)
        if (!isfinite(terms[i]))
            infinite += terms[i];
    if (infinite != 0.0) /* also nan */
        return infinite;
    const double sum = scaled_sum(terms, count, 1.0);
    return isfinite(sum) ? sum : scaled_sum(terms, count, DOWN) * UP;
}

/* Where the rounding of total + lost + lost_twice is the same for everything within the error, that is the sum. */
double rounded_sum(const Sum *sum, const double *terms, Py_ssize_t count) {
    const double high = sum->total + sum->lost, part = high - sum->total;
    const double low = ((sum->total - (high - part)) + (sum->lost - part)) + sum->lost_twice;
    const double error = 0x1p-90 * sum->size + 0x1p-1000;
    const double least = high + (low - error), most = high + (low + error);
    if (least == most && count < MANY_TERMS)
        return least;
    if (sum->size == 0.0)
        return 0.0;
    return terms == NULL ? NAN : sum_by_partials(terms, count);
}

double exact_sum(const double *terms, Py_ssize_t count) {
    Sum sum = {0.0, 0.0, 0.0, 0.0};
    for (Py_ssize_t i = 0; i < count; i++)
        add_to(&sum, terms[i], count <= FEW);
    return rounded_sum(&sum, terms, count);
}

/* Asking Python ------------------------------------------------------------------------------------------------ */

double ask(PyObject *function, PyObject *args) {
    PyObject *result = function == NULL || args == NULL ? NULL : PyObject_CallObject(function, args);
    const double y = result == NULL ? NAN : PyFloat_AsDouble(result);
    Py_XDECREF(result);
    Py_XDECREF(args);
    return y;
}

double row_in_python(int row, int count, const double *args) {
    return PyErr_Occurred() ? NAN : ask(forwards[row], tuple_of_floats(args, count)); /* one failure is enough */
}

double hypot_in_python(double a, double b) {
    return PyErr_Occurred() ? NAN : ask(math_hypot, tuple_of_floats((double[]){a, b}, 2));
}

static int set_forward(PyObject *rows, const char *name, int row) {
    PyObject *operation = PyMapping_GetItemString(rows, name);
    PyObject *forward = operation == NULL ? NULL : PyObject_GetAttrString(operation, "forward");
    Py_XDECREF(operation);
    put(&forwards[row], forward);
    return forward == NULL ? -1 : 0;
}

int set_python_functions(PyObject *rows, PyObject *hypot) {
#define SET(name, asks, count) \
    if (set_forward(rows, #name, ROW_##name) < 0) \
        return -1;
    FIXED_ROWS(SET)
#undef SET
    put(&math_hypot, Py_NewRef(hypot));
    return 0;
}
