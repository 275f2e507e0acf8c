/* Sums over the examples, many at a time.

   The derivative of a weight is Σ over the examples of u·v, where v is the weight's input and u what its neuron is handed
   from above. A layer has such a sum for every pair of an input and a neuron: an outer product, added up. Its sums lie
   side by side, a row for each u; the v of one example are turned so that they lie side by side too, and LANES sums grow
   at once. Each of them meets the examples in their order, as the loop of the generated Python does.

       lanes[v]    v of example 0, of example 1, …        turned    of example 0: v, v', v'', …
                                                                    of example 1: v, v', v'', …             */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#define FEWEST 4 /* sums side by side, from which on turning their terms pays */
#define TAKEN (-1) /* the op of an instruction that has become part of an outer product */

typedef struct { int32_t u, v; Instruction *from; } Term;
typedef struct { const Term *at; int32_t count; } Row; /* the terms of one u, sorted by v */

/* Reading ------------------------------------------------------------------------------------------------------------ */

static int compare_terms(const void *left, const void *right) {
    const Term *a = left, *b = right;
    if (a->u != b->u)
        return a->u < b->u ? -1 : 1;
    return a->v < b->v ? -1 : a->v > b->v;
}

/* Rows with the same v come together, the longest first. */
static int compare_inputs(const Row *a, const Row *b) {
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    for (int32_t k = 0; k < a->count; k++)
        if (a->at[k].v != b->at[k].v)
            return a->at[k].v < b->at[k].v ? -1 : 1;
    return 0;
}

static int compare_rows(const void *left, const void *right) {
    const Row *a = left, *b = right;
    const int order = compare_inputs(a, b);
    return order ? order : a->at < b->at ? -1 : 1;
}

static int32_t filled_up(int32_t count) { return (count + LANES - 1) / LANES * LANES; }

static Py_ssize_t cost(int32_t rows, int32_t columns) { return (Py_ssize_t)rows * filled_up(columns); }

/* An outer product of these rows: u by v or v by u, whichever leaves fewer lanes empty; -1 with an exception. */
static int add_outer(Machine *machine, const Row *rows, int32_t count) {
    const int32_t inputs = rows->count;
    const int across = cost(count, inputs) <= cost(inputs, count);
    Outer outer = {.u = machine->pool.count, .rows = across ? count : inputs, .columns = across ? inputs : count};
    outer.v = outer.u + outer.rows;
    outer.width = filled_up(outer.columns);
    outer.sums = machine->summed.count;
    for (int32_t r = 0; r < outer.rows; r++)
        if (append_slot(&machine->pool, across ? rows[r].at->u : rows->at[r].v) < 0)
            return -1;
    for (int32_t c = 0; c < outer.columns; c++)
        if (append_slot(&machine->pool, across ? rows->at[c].v : rows[c].at->u) < 0)
            return -1;
    for (int32_t r = 0; r < outer.rows; r++)
        for (int32_t c = 0; c < outer.width; c++) {
            const Term *term = c >= outer.columns ? NULL : across ? &rows[r].at[c] : &rows[c].at[r];
            if (append_slot(&machine->summed, term == NULL ? -1 : term->from->result) < 0)
                return -1;
            if (term != NULL)
                term->from->op = TAKEN;
        }
    machine->widest = outer.width > machine->widest ? outer.width : machine->widest;
    machine->outers[machine->outer_count++] = outer;
    return 0;
}

/* Terms that are sorted by u, as rows; how many there are. */
static Py_ssize_t rows_of(const Term *terms, Py_ssize_t count, Row *rows) {
    Py_ssize_t found = 0;
    for (Py_ssize_t k = 0; k < count; k++) {
        if (k == 0 || terms[k].u != terms[k - 1].u)
            rows[found++] = (Row){&terms[k], 0};
        rows[found - 1].count++;
    }
    qsort(rows, (size_t)found, sizeof(Row), compare_rows);
    return found;
}

/* Outer products of what stands side by side often enough. `terms` and `rows` have room for all instructions. */
static int gather(Machine *machine, Part *part, Term *terms, Row *rows) {
    Py_ssize_t count = 0;
    for (Instruction *i = part->at, *end = i + part->count; i < end; i++)
        if (i->op == OP_OVER && i->count == 1)
            terms[count++] = (Term){machine->pool.at[i->first], machine->pool.at[i->second], i};
    qsort(terms, (size_t)count, sizeof(Term), compare_terms);
    const Py_ssize_t found = rows_of(terms, count, rows);
    for (Py_ssize_t k = 0, next; k < found; k = next) {
        for (next = k + 1; next < found && compare_inputs(&rows[k], &rows[next]) == 0;)
            next++;
        const int enough = rows[k].count >= FEWEST || next - k >= FEWEST;
        if (enough && add_outer(machine, &rows[k], (int32_t)(next - k)) < 0)
            return -1;
    }
    return 0;
}

int gather_outers(Machine *machine, Part *part) {
    const size_t most = (size_t)part->count + 1;
    Term *terms = zeros(most, sizeof(Term));
    Row *rows = zeros(most, sizeof(Row));
    machine->outers = zeros(most, sizeof(Outer));
    const int failed = terms == NULL || rows == NULL || machine->outers == NULL || gather(machine, part, terms, rows) < 0;
    PyMem_Free(terms);
    PyMem_Free(rows);
    Py_ssize_t kept = 0;
    for (Py_ssize_t k = 0; !failed && k < part->count; k++)
        if (part->at[k].op != TAKEN)
            part->at[kept++] = part->at[k];
    part->count = failed ? part->count : kept;
    return failed ? -1 : 0;
}

/* Running ------------------------------------------------------------------------------------------------------------ */

void begin_outers(Machine *machine) {
    memset(machine->sums, 0, sizeof(double) * (size_t)machine->summed.count);
}

void finish_outers(Machine *machine) {
    for (int32_t k = 0; k < machine->summed.count; k++)
        if (machine->summed.at[k] >= 0)
            machine->place[machine->summed.at[k]] = machine->sums[k];
}
