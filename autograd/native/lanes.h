/* The replay machine on lanes, for one kind of processor; lanes.c, lanes_avx2.c and lanes_avx512.c include this.

   NUMBERS is how many doubles such a processor adds at a time: that many are `Some`, and a lane is a `Wide`, some of them
   side by side, which stay in registers while terms are added. The compiler is told the size, because it takes vectors
   of any other size apart in memory, and sums take four to eight times as long. No product is fused with a sum
   (build.py), so the bits are the same on all processors. What is called here has to be inlined, to be made for each. */
#include "machine.h"

#include <string.h>

#define PARTS (LANES / NUMBERS)
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Wpsabi" /* vectors are handed over in registers or not: all inside one file */
#define EVERY_PART _Pragma("GCC unroll 8") for (int p = 0; p < PARTS; p++)
typedef double Some __attribute__((vector_size(NUMBERS * sizeof(double)), aligned(8), may_alias));
#else
#define EVERY_PART for (int p = 0; p < PARTS; p++)
typedef double Some;
#endif
typedef struct { Some part[PARTS]; } Wide;
#define PART(x) ((const Some *)(x))[p]

INLINED Wide wide(const double *x) { Wide w; EVERY_PART w.part[p] = PART(x); return w; }
INLINED Wide plus(Wide sum, const double *x) { EVERY_PART sum.part[p] += PART(x); return sum; }
INLINED Wide product(const double *x, const double *y) { Wide w; EVERY_PART w.part[p] = PART(x) * PART(y); return w; }
INLINED Wide plus_product(Wide sum, const double *x, const double *y) { EVERY_PART sum.part[p] += PART(x) * PART(y); return sum; }
INLINED Wide plus_scaled(Wide sum, double x, const double *y) { EVERY_PART sum.part[p] += x * PART(y); return sum; }
INLINED Wide scaled(double x, const double *y) { Wide w; EVERY_PART w.part[p] = x * PART(y); return w; }
INLINED Wide plus_number(Wide sum, double x) { EVERY_PART sum.part[p] += x; return sum; }
INLINED void narrow(double *to, Wide sum) { EVERY_PART ((Some *)to)[p] = sum.part[p]; }

/* A sum of products, from left to right; `how` says of the v whether they are shared. */
typedef struct { const double *place; Lane *lanes; } Memory;

INLINED Wide first_term(Memory at, int32_t u, int32_t v, int how) {
    return how & SHARED ? scaled(at.place[v], at.lanes[u]) : product(at.lanes[u], at.lanes[v]);
}

INLINED Wide plus_term(Wide sum, Memory at, int32_t u, int32_t v, int how) {
    return how & SHARED ? plus_scaled(sum, at.place[v], at.lanes[u]) : plus_product(sum, at.lanes[u], at.lanes[v]);
}

INLINED void end_sum(Wide sum, Memory at, int32_t result, const int32_t *w, int how) {
    if (how & ONE)
        sum = how & SHARED ? plus_number(sum, at.place[*w]) : plus(sum, at.lanes[*w]);
    narrow(at.lanes[result], sum);
}

INLINED void sum_on_lanes(Memory at, const int32_t *pool, const Instruction *i, int how) {
    const int32_t *u = pool + i->first, *v = pool + i->second, count = i->count;
    Wide sum = count > 0 ? first_term(at, u[0], v[0], how) : wide((const Lane){0.0});
    for (int32_t k = 1; k < count; k++)
        sum = plus_term(sum, at, u[k], v[k], how);
    end_sum(sum, at, i->result, v + count, how);
}

/* Four sums at a time, as four_sums(). */
INLINED void four_sums_on_lanes(Memory at, const int32_t *pool, const Instruction *i, int how) {
    const int alike = how & ALIKE;
    const int32_t *u0 = pool + i[0].first, *u1 = alike ? u0 : pool + i[1].first;
    const int32_t *u2 = alike ? u0 : pool + i[2].first, *u3 = alike ? u0 : pool + i[3].first;
    const int32_t *v0 = pool + i[0].second, *v1 = pool + i[1].second, *v2 = pool + i[2].second, *v3 = pool + i[3].second;
    Wide a = first_term(at, u0[0], v0[0], how), b = first_term(at, u1[0], v1[0], how);
    Wide c = first_term(at, u2[0], v2[0], how), d = first_term(at, u3[0], v3[0], how);
    const int32_t count = i->count;
    for (int32_t k = 1; k < count; k++) {
        a = plus_term(a, at, u0[k], v0[k], how);
        b = plus_term(b, at, u1[k], v1[k], how);
        c = plus_term(c, at, u2[k], v2[k], how);
        d = plus_term(d, at, u3[k], v3[k], how);
    }
    end_sum(a, at, i[0].result, v0 + count, how);
    end_sum(b, at, i[1].result, v1 + count, how);
    end_sum(c, at, i[2].result, v2 + count, how);
    end_sum(d, at, i[3].result, v3 + count, how);
}

static int run_on_lanes(Machine *machine, const Part *part, int used, int *first_failed) {
    Lane *lanes = machine->lanes;
    const Memory at = {machine->place, lanes};
    const Wide zero = wide((const Lane){0.0});
    const int32_t *pool = machine->pool.at;
    for (const Instruction *i = part->at, *end = i + part->count; i < end; i++) {
        const int32_t *u = pool + i->first, flat[] = {i->first, i->second}, n = i->count;
        switch (i->op) {
#define SUMS(how) \
    case OP_PRODUCTS + how: sum_on_lanes(at, pool, i, how); break; \
    case OP_PRODUCTS + FOUR + how: four_sums_on_lanes(at, pool, i, how); i += 3; break; \
    case OP_PRODUCTS + FOUR + ALIKE + how: four_sums_on_lanes(at, pool, i, ALIKE + how); i += 3; break;
            SUMS(0) SUMS(ONE) SUMS(SHARED) SUMS(SHARED + ONE)
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
        case OP_OVER: over_lanes(machine, i, used); break;
        case OP_GUARD: check_lanes(machine, i, used, first_failed); break;
        case OP_SOFTMAX: i += softmax_by_lane(machine, i, end, used) - 1; break;
        case OP_LOGSUMEXP:
        case OP_CROSS_ENTROPY: list_by_lane(machine, i, used); break;
        case OP_PYTHON:
            if (ask_by_lane(machine, i, used, first_failed) == -2)
                return -2;
            break;
#define FAILED(asks) if (asks && PyErr_Occurred()) return -2
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

/* Sums over the examples (outer.c) --------------------------------------------------------------------------------- */

INLINED void turn(const Machine *machine, const Outer *outer, int used) {
    const int32_t *columns = machine->pool.at + outer->v;
    for (int32_t c = 0; c < outer->columns; c++) {
        const double *v = machine->lanes[columns[c]];
        double *turned = machine->turned + c;
        for (int j = 0; j < used; j++)
            turned[j * outer->width] = v[j];
    }
}

/* For one u: LANES sums, or twice as many, which need not wait for each other. */
INLINED void add_row(double *sums, const double *u, const double *turned, int32_t width, int used) {
    int32_t c = 0;
    for (; c + LANES < width; c += 2 * LANES) {
        Wide sum = wide(sums + c), next = wide(sums + c + LANES);
        for (int j = 0; j < used; j++) {
            sum = plus_scaled(sum, u[j], turned + j * width + c);
            next = plus_scaled(next, u[j], turned + j * width + c + LANES);
        }
        narrow(sums + c, sum);
        narrow(sums + c + LANES, next);
    }
    if (c < width) {
        Wide sum = wide(sums + c);
        for (int j = 0; j < used; j++)
            sum = plus_scaled(sum, u[j], turned + j * width + c);
        narrow(sums + c, sum);
    }
}

INLINED void add_outer(const Machine *machine, const Outer *outer, int used) {
    turn(machine, outer, used);
    for (int32_t r = 0; r < outer->rows; r++) {
        const double *u = machine->lanes[machine->pool.at[outer->u + r]];
        add_row(machine->sums + outer->sums + r * outer->width, u, machine->turned, outer->width, used);
    }
}

static void add_outers(Machine *machine, int used) {
    for (const Outer *outer = machine->outers, *end = outer + machine->outer_count; outer < end; outer++)
        if (used == LANES) /* a number that is known is unrolled */
            add_outer(machine, outer, LANES);
        else
            add_outer(machine, outer, used);
}
