/* What the instructions of the replay machine do on places. */
#include "machine.h"

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
INLINED void four_sums(double *place, const int32_t *pool, const Instruction *i, int how) {
    const int alike = how & ALIKE, and_one = how & ONE;
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

/* OP_LOGSUMEXP or OP_CROSS_ENTROPY. */
static double of_list(const Machine *machine, const Instruction *i, const double *x) {
    double *more = machine->room + 2 * machine->longest;
    return i->op == OP_LOGSUMEXP ? logsumexp_of(x, i->count, more) : cross_entropy_of(x, i->count, i->second, more);
}

static double ask_function(const Machine *machine, const Instruction *i, const double *operands) {
    return ask(PyTuple_GetItem(machine->functions, i->second), tuple_of_floats(operands, i->count));
}

int run_on_places(Machine *machine, const Part *part) {
    double *place = machine->place;
    const int32_t *pool = machine->pool.at;
    machine->softmax_in_room = -1;
    for (const Instruction *i = part->at, *end = i + part->count; i < end; i++) {
        const int32_t *u = pool + i->first, *v = pool + i->second, n = i->count;
        switch (i->op) {
        case OP_PRODUCTS: place[i->result] = sum_of_products(place, u, v, n); break;
        case OP_PRODUCTS + ONE: place[i->result] = sum_of_products(place, u, v, n) + place[v[n]]; break;
#define FOURS(how) case OP_PRODUCTS + FOUR + how: four_sums(place, pool, i, how); i += 3; break;
            FOURS(0) FOURS(ONE) FOURS(ALIKE) FOURS(ALIKE + ONE)
        case OP_TERMS: place[i->result] = sum_of_terms(place, u, n); break;
        case OP_MEAN: place[i->result] = sum_of_terms(place, u, n) / (double)i->second; break;
        case OP_SQUARES: place[i->result] = sum_of_products(place, u, u, n); break;
        case OP_SOFTMAX: place[i->result] = entry_of_softmax(machine, i); break;
        case OP_LOGSUMEXP:
        case OP_CROSS_ENTROPY: place[i->result] = of_list(machine, i, gathered(machine, i)); break;
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
#define FLAT(k) place[k ? i->second : i->first]
#define LISTED(k) place[pool[i->first + k]]
#define CASE(name, asks, count) \
    case ROW_##name: /* and all of its kind that follow */ \
        do { \
            place[i->result] = count > 2 ? row_##name(ARGUMENTS_##count(LISTED)) : row_##name(ARGUMENTS_##count(FLAT)); \
            FAILED(asks); \
        } while (++i < end && i->op == ROW_##name); \
        i--; \
        break;
            FIXED_ROWS(CASE)
#undef CASE
        }
    }
    return -1;
}

/* Lane by lane: what has no form on all of them ------------------------------------------------------------------------ */

void over_lanes(const Machine *machine, const Instruction *i, int used) {
    const int32_t *u = machine->pool.at + i->first, *v = machine->pool.at + i->second;
    double sum = machine->place[i->result];
    for (int j = 0; j < used; j++)
        for (int32_t k = 0; k < i->count; k++)
            sum += machine->lanes[u[k]][j] * machine->lanes[v[k]][j];
    machine->place[i->result] = sum;
}

/* The operands of an instruction in one lane, copied to `room`. */
static const double *gathered_from(const Machine *machine, const Instruction *i, int lane) {
    for (int32_t k = 0; k < i->count; k++)
        machine->room[k] = machine->lanes[machine->pool.at[i->first + k]][lane];
    return machine->room;
}

int softmax_by_lane(const Machine *machine, const Instruction *i, const Instruction *end, int used) {
    double *p = machine->room + machine->longest;
    const Instruction *next = i;
    while (next < end && next->op == OP_SOFTMAX && next->first == i->first)
        next++;
    for (int j = 0; j < used; j++) {
        softmax_of(gathered_from(machine, i, j), i->count, p);
        for (const Instruction *entry = i; entry < next; entry++)
            machine->lanes[entry->result][j] = p[entry->second];
    }
    return (int)(next - i);
}

void list_by_lane(const Machine *machine, const Instruction *i, int used) {
    for (int j = 0; j < used; j++)
        machine->lanes[i->result][j] = of_list(machine, i, gathered_from(machine, i, j));
}

int ask_by_lane(const Machine *machine, const Instruction *i, int used, const int *first_failed) {
    for (int j = 0; j < used; j++) {
        if (first_failed[j] >= 0)
            continue; /* this example has left the path: nobody asks what it computes from here on */
        machine->lanes[i->result][j] = ask_function(machine, i, gathered_from(machine, i, j));
        if (PyErr_Occurred())
            return -2;
    }
    return -1;
}

void check_lanes(const Machine *machine, const Instruction *i, int used, int *first_failed) {
    const double *left = machine->lanes[i->first], *right = machine->lanes[i->second];
    for (int j = 0; j < used; j++)
        if (first_failed[j] < 0 && !holds(machine->guards[i->result], left[j], right[j]))
            first_failed[j] = i->result;
}
