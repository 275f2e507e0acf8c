/* What the instructions of the replay machine do: on places, and on lanes. */
#include "lanes.h"

static double sum_of_terms(const double *place, const int32_t *u, int32_t count) {
    double sum = count ? place[u[0]] : 0.0;
    for (int32_t k = 1; k < count; k++)
        sum += place[u[k]];
    return sum;
}

static double sum_of_products(const double *place, const int32_t *u, const int32_t *v, int32_t count) {
    double sum = count ? place[u[0]] * place[v[0]] : 0.0;
    for (int32_t k = 1; k < count; k++)
        sum += place[u[k]] * place[v[k]];
    return sum;
}

/* Four sums at a time, each from left to right: a processor adds two numbers while it waits for others. Where the u are
   `alike` they are read once. */
INLINED void four_sums(double *place, const int32_t *pool, const Instruction *i, int alike, int and_one) {
    const int32_t *u0 = pool + i[0].first, *u1 = alike ? u0 : pool + i[1].first;
    const int32_t *u2 = alike ? u0 : pool + i[2].first, *u3 = alike ? u0 : pool + i[3].first;
    const int32_t *v0 = pool + i[0].second, *v1 = pool + i[1].second, *v2 = pool + i[2].second, *v3 = pool + i[3].second;
    double a = place[u0[0]] * place[v0[0]], b = place[u1[0]] * place[v1[0]];
    double c = place[u2[0]] * place[v2[0]], d = place[u3[0]] * place[v3[0]];
    const int32_t count = i->count;
    for (int32_t k = 1; k < count; k++) {
        a += place[u0[k]] * place[v0[k]];
        b += place[u1[k]] * place[v1[k]];
        c += place[u2[k]] * place[v2[k]];
        d += place[u3[k]] * place[v3[k]];
    }
    place[i[0].result] = and_one ? a + place[v0[count]] : a;
    place[i[1].result] = and_one ? b + place[v1[count]] : b;
    place[i[2].result] = and_one ? c + place[v2[count]] : c;
    place[i[3].result] = and_one ? d + place[v3[count]] : d;
}

/* The operands of an instruction, copied to `room`. */
static const double *gathered(const Machine *machine, const Instruction *i) {
    for (int32_t k = 0; k < i->count; k++)
        machine->room[k] = machine->place[machine->pool.at[i->first + k]];
    return machine->room;
}

/* The entries of one softmax are instructions side by side: the first of them computes all. */
static double entry_of_softmax(Machine *machine, const Instruction *i) {
    double *p = machine->room + machine->longest;
    if (machine->softmax_in_room != i->first) {
        softmax_of(gathered(machine, i), i->count, p);
        machine->softmax_in_room = i->first;
    }
    return p[i->second];
}

double ask_function(const Machine *machine, const Instruction *i, const double *operands) {
    return ask(PyList_GetItem(machine->functions, i->second), tuple_of_floats(operands, i->count));
}

int run_on_places(Machine *machine, const Part *part) {
    double *place = machine->place, *room = machine->room;
    const int32_t *pool = machine->pool.at;
    machine->softmax_in_room = -1;
    for (const Instruction *i = part->at, *end = i + part->count; i < end; i++) {
        const int32_t *u = pool + i->first, *v = pool + i->second, flat[] = {i->first, i->second}, n = i->count;
        switch (i->op) {
        case OP_PRODUCTS: place[i->result] = sum_of_products(place, u, v, n); break;
        case OP_PRODUCTS_AND_ONE: place[i->result] = sum_of_products(place, u, v, n) + place[v[n]]; break;
        case OP_FOUR_PRODUCTS: four_sums(place, pool, i, 0, 0); i += 3; break;
        case OP_FOUR_AND_ONE: four_sums(place, pool, i, 0, 1); i += 3; break;
        case OP_FOUR_ALIKE: four_sums(place, pool, i, 1, 0); i += 3; break;
        case OP_FOUR_ALIKE_AND_ONE: four_sums(place, pool, i, 1, 1); i += 3; break;
        case OP_TERMS: place[i->result] = sum_of_terms(place, u, n); break;
        case OP_MEAN: place[i->result] = sum_of_terms(place, u, n) / (double)i->second; break;
        case OP_SQUARES: place[i->result] = sum_of_products(place, u, u, n); break;
        case OP_SOFTMAX: place[i->result] = entry_of_softmax(machine, i); break;
        case OP_LOGSUMEXP: place[i->result] = logsumexp_of(gathered(machine, i), n, room + 2 * machine->longest); break;
        case OP_CROSS_ENTROPY:
            place[i->result] = cross_entropy_of(gathered(machine, i), n, i->second, room + 2 * machine->longest);
            break;
        case OP_PYTHON:
            place[i->result] = ask_function(machine, i, gathered(machine, i));
            if (PyErr_Occurred())
                return -2;
            break;
        case OP_GUARD:
            if (!holds(machine->guards[i->result], place[i->first], place[i->second]))
                return i->result;
            break;
#define FAILED(asks) if (asks && PyErr_Occurred()) return -2
#define OPERAND(k) place[x[k]]
#define CASE(name, asks, count) \
    case ROW_##name: { \
        const int32_t *x = count > 2 ? u : flat; \
        place[i->result] = row_##name(ARGUMENTS_##count(OPERAND)); \
        FAILED(asks); \
        break; \
    }
            FIXED_ROWS(CASE)
#undef CASE
#undef OPERAND
        }
    }
    return -1;
}

/* On lanes ---------------------------------------------------------------------------------------------------------- */

/* result += Σ u·v for the examples of the block in their order, as the loop of the generated Python adds. */
static inline void add_over(const Machine *machine, const Instruction *i, int used) {
    const int32_t *u = machine->pool.at + i->first, *v = machine->pool.at + i->second;
    double sum = machine->place[i->result];
    for (int j = 0; j < used; j++)
        for (int32_t k = 0; k < i->count; k++)
            sum += machine->lanes[u[k]][j] * machine->lanes[v[k]][j];
    machine->place[i->result] = sum;
}

/* Four sums at a time, as four_sums(). */
INLINED void four_sums_on_lanes(Lane *lanes, const int32_t *pool, const Instruction *i, int alike, int and_one) {
    const int32_t *u0 = pool + i[0].first, *u1 = alike ? u0 : pool + i[1].first;
    const int32_t *u2 = alike ? u0 : pool + i[2].first, *u3 = alike ? u0 : pool + i[3].first;
    const int32_t *v0 = pool + i[0].second, *v1 = pool + i[1].second, *v2 = pool + i[2].second, *v3 = pool + i[3].second;
    Wide a = product(lanes[u0[0]], lanes[v0[0]]), b = product(lanes[u1[0]], lanes[v1[0]]);
    Wide c = product(lanes[u2[0]], lanes[v2[0]]), d = product(lanes[u3[0]], lanes[v3[0]]);
    const int32_t count = i->count;
    for (int32_t k = 1; k < count; k++) {
        a = plus_product(a, lanes[u0[k]], lanes[v0[k]]);
        b = plus_product(b, lanes[u1[k]], lanes[v1[k]]);
        c = plus_product(c, lanes[u2[k]], lanes[v2[k]]);
        d = plus_product(d, lanes[u3[k]], lanes[v3[k]]);
    }
    narrow(lanes[i[0].result], and_one ? plus(a, lanes[v0[count]]) : a);
    narrow(lanes[i[1].result], and_one ? plus(b, lanes[v1[count]]) : b);
    narrow(lanes[i[2].result], and_one ? plus(c, lanes[v2[count]]) : c);
    narrow(lanes[i[3].result], and_one ? plus(d, lanes[v3[count]]) : d);
}

/* What has no form on lanes runs example by example, through places. */
static int run_lane_by_lane(Machine *machine, const Instruction *i, int used, const int *first_failed) {
    const Part one = {(Instruction *)i, 1};
    const int32_t *operands = machine->pool.at + i->first;
    for (int j = 0; j < used; j++) {
        if (first_failed[j] >= 0)
            continue; /* this example has left the path: nobody asks what it computes from here on */
        for (int32_t k = 0; k < i->count; k++)
            machine->place[operands[k]] = machine->lanes[operands[k]][j];
        if (run_on_places(machine, &one) == -2)
            return -2;
        machine->lanes[i->result][j] = machine->place[i->result];
    }
    return -1;
}

static void check_lanes(const Machine *machine, const Instruction *i, int used, int *first_failed) {
    const double *left = machine->lanes[i->first], *right = machine->lanes[i->second];
    for (int j = 0; j < used; j++)
        if (first_failed[j] < 0 && !holds(machine->guards[i->result], left[j], right[j]))
            first_failed[j] = i->result;
}

FOR_EVERY_PROCESSOR
int run_on_lanes(Machine *machine, const Part *part, int used, int *first_failed) {
    Lane *lanes = machine->lanes;
    const Wide zero = wide((const Lane){0.0});
    const int32_t *pool = machine->pool.at;
    for (const Instruction *i = part->at, *end = i + part->count; i < end; i++) {
        const int32_t *u = pool + i->first, *v = pool + i->second, flat[] = {i->first, i->second}, n = i->count;
        switch (i->op) {
        case OP_PRODUCTS:
        case OP_PRODUCTS_AND_ONE: {
            Wide sum = n > 0 ? product(lanes[u[0]], lanes[v[0]]) : zero;
            for (int32_t k = 1; k < n; k++)
                sum = plus_product(sum, lanes[u[k]], lanes[v[k]]);
            narrow(lanes[i->result], i->op == OP_PRODUCTS ? sum : plus(sum, lanes[v[n]]));
            break;
        }
        case OP_TERMS:
        case OP_MEAN: {
            Wide sum = n > 0 ? wide(lanes[u[0]]) : zero;
            for (int32_t k = 1; k < n; k++)
                sum = plus(sum, lanes[u[k]]);
            narrow(lanes[i->result], sum);
            if (i->op == OP_MEAN)
                EVERY_LANE lanes[i->result][j] /= (double)i->second;
            break;
        }
        case OP_SQUARES: {
            Wide sum = n > 0 ? product(lanes[u[0]], lanes[u[0]]) : zero;
            for (int32_t k = 1; k < n; k++)
                sum = plus_product(sum, lanes[u[k]], lanes[u[k]]);
            narrow(lanes[i->result], sum);
            break;
        }
        case OP_FOUR_PRODUCTS: four_sums_on_lanes(lanes, pool, i, 0, 0); i += 3; break;
        case OP_FOUR_AND_ONE: four_sums_on_lanes(lanes, pool, i, 0, 1); i += 3; break;
        case OP_FOUR_ALIKE: four_sums_on_lanes(lanes, pool, i, 1, 0); i += 3; break;
        case OP_FOUR_ALIKE_AND_ONE: four_sums_on_lanes(lanes, pool, i, 1, 1); i += 3; break;
        case OP_OVER: add_over(machine, i, used); break;
        case OP_GUARD: check_lanes(machine, i, used, first_failed); break;
        case OP_SOFTMAX:
        case OP_LOGSUMEXP:
        case OP_CROSS_ENTROPY:
        case OP_PYTHON:
            if (run_lane_by_lane(machine, i, used, first_failed) == -2)
                return -2;
            break;
#define LANE(k) lanes[x[k]]
#define OPERAND(k) operand[k][j]
#define CASE(name, asks, count) \
    case ROW_##name: { \
        const int32_t *x = count > 2 ? u : flat; \
        const double *const operand[] = {ARGUMENTS_##count(LANE)}; \
        double *restrict y = lanes[i->result]; \
        EVERY_LANE y[j] = row_##name(ARGUMENTS_##count(OPERAND)); \
        FAILED(asks); \
        break; \
    }
            FIXED_ROWS(CASE)
        }
    }
    return -1;
}
