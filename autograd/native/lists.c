#include "lists.h"

#include <string.h>

/* max(xs) and xs.index(max(xs)) of Python: the first of equals, and a nan only where it stands first. */
static Py_ssize_t place_of_largest(const double *x, Py_ssize_t count) {
    Py_ssize_t at = 0;
    for (Py_ssize_t i = 1; i < count; i++)
        if (x[i] > x[at])
            at = i;
    return at;
}

/* exact_sum([exp(x - peak) for every x but the one at `at`]) */
static double sum_of_exponentials(const double *x, Py_ssize_t count, Py_ssize_t at, double peak, double *room) {
    Py_ssize_t kept = 0;
    for (Py_ssize_t i = 0; i < count; i++)
        if (i != at)
            room[kept++] = f_exp(x[i] - peak);
    return exact_sum(room, kept);
}

void softmax_of(const double *x, Py_ssize_t count, double *p) {
    const double peak = x[place_of_largest(x, count)];
    for (Py_ssize_t i = 0; i < count; i++)
        p[i] = f_exp(x[i] - peak);
    const double whole = exact_sum(p, count);
    for (Py_ssize_t i = 0; i < count; i++)
        p[i] = p[i] / whole;
}

double logsumexp_of(const double *x, Py_ssize_t count, double *room) {
    const Py_ssize_t at = place_of_largest(x, count);
    const double peak = x[at];
    if (isinf(peak)) {
        for (Py_ssize_t i = 0; i < count; i++)
            if (isnan(x[i]))
                return NAN;
        return peak;
    }
    return peak + f_log1p(sum_of_exponentials(x, count, at, peak, room));
}

double cross_entropy_of(const double *x, Py_ssize_t count, Py_ssize_t target, double *room) {
    const Py_ssize_t largest = place_of_largest(x, count);
    const double wanted = x[target], peak = x[largest];
    const Py_ssize_t at = wanted == peak ? target : largest;
    const double rest = sum_of_exponentials(x, count, at, peak, room);
    return (wanted != peak ? peak - wanted : 0.0) + f_log1p(rest);
}

double sum_of_others(const double *p, Py_ssize_t count, Py_ssize_t except, double *room) {
    memcpy(room, p, sizeof(double) * (size_t)except);
    memcpy(room + except, p + except + 1, sizeof(double) * (size_t)(count - except - 1));
    return exact_sum(room, count - 1);
}
