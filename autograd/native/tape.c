/* Reading a tape into a replay machine. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

typedef struct { /* what is known only while the machine is made */
    Machine *machine;
    PyObject *codes;   /* {row: its number, "<": OP_GUARD, …} */
    PyObject *starts;  /* {logits: where they start in pool}: entries of one softmax share theirs */
    PyObject *functions; /* a list of those that the machine is to have */
    char *constant;    /* of each slot: does the tape hold a number there? */
    char *on_lanes;    /* of each slot: is it there, as a number of each example's or lifted? */
    int32_t *depth;    /* of each slot: the most instructions in a row that lead there */
    Py_ssize_t guards; /* how many there are */
    int ordered;       /* does the order of the tape have to stay? */
    int each;          /* are instructions for lanes read now? */
} Reader;

enum { VARIES = 1, LIFTED };

/* A slot that an instruction reads: on lanes it has to be there for every example. */
static int32_t read_slot(Reader *reader, PyObject *number) {
    const int32_t slot = slot_below(reader->machine->size, number);
    if (slot >= 0 && reader->each && !reader->on_lanes[slot]) {
        reader->on_lanes[slot] = LIFTED;
        if (append_slot(&reader->machine->lifted, slot) < 0)
            return -1;
    }
    return slot;
}

/* Append operands[start:stop] to pool; where they start, or -1. */
static int32_t append_operands(Reader *reader, PyObject *operands, Py_ssize_t start, Py_ssize_t stop) {
    Slots *pool = &reader->machine->pool;
    const int32_t first = pool->count;
    for (Py_ssize_t k = start; k < stop; k++) {
        const int32_t slot = read_slot(reader, PyTuple_GetItem(operands, k));
        if (slot < 0 || append_slot(pool, slot) < 0)
            return -1;
    }
    return first;
}

/* Is the slot a constant 0.0? The generated Python leaves such terms out of sums, and so does this. */
static int is_zero(const Reader *reader, PyObject *number) {
    const int32_t slot = slot_below(reader->machine->size, number);
    return slot >= 0 && reader->constant[slot] && reader->machine->place[slot] == 0.0;
}

static int read_terms(Reader *reader, Instruction *i, PyObject *operands, Py_ssize_t count) {
    i->first = reader->machine->pool.count;
    i->count = 0;
    for (Py_ssize_t k = 0; k < count; k++) {
        if (is_zero(reader, PyTuple_GetItem(operands, k)))
            continue;
        if (append_operands(reader, operands, k, k + 1) < 0)
            return -1;
        i->count++;
    }
    return 0;
}

/* Are operands[start:stop] the same for all examples? */
static int are_shared(const Reader *reader, PyObject *operands, Py_ssize_t start, Py_ssize_t stop) {
    int shared = reader->each;
    for (Py_ssize_t k = start; k < stop && shared; k++) {
        const int32_t slot = slot_below(reader->machine->size, PyTuple_GetItem(operands, k));
        shared = slot >= 0 && reader->on_lanes[slot] != VARIES;
    }
    return shared;
}

/* Append operands[start:stop] to pool, to be read from places if they are shared; where they start, or -1. */
static int append_factors(Reader *reader, PyObject *operands, Py_ssize_t start, Py_ssize_t stop, int shared) {
    const int each = reader->each;
    reader->each = each && !shared;
    const int first = append_operands(reader, operands, start, stop);
    reader->each = each;
    return first;
}

/* u₁…uₙ, v₁…vₙ and perhaps w: what is added to Σ uv at last, and is the sum where there are none of them. Of a dot the
   inputs, which the neurons of a layer share, are the u; w stays behind the weights, the v. Without w it may be the u that
   are shared by all examples, and become the v. */
static int read_products(Reader *reader, Instruction *i, PyObject *operands, Py_ssize_t count) {
    if (count < 2) {
        i->op = OP_TERMS; /* 0 + w would not be w where that is -0.0 */
        return read_terms(reader, i, operands, count);
    }
    const Py_ssize_t half = count / 2, w = 2 * half;
    const int and_one = count % 2 == 1 && !is_zero(reader, PyTuple_GetItem(operands, w));
    const int turned = count % 2 == 1 || are_shared(reader, operands, 0, half);
    const Py_ssize_t u = turned ? half : 0, v = half - u;
    const int shared = are_shared(reader, operands, v, v + half) && (!and_one || are_shared(reader, operands, w, count));
    i->op = OP_PRODUCTS + (and_one ? ONE : 0) + (shared ? SHARED : 0);
    i->count = (int32_t)half;
    i->first = append_operands(reader, operands, u, u + half);
    i->second = append_factors(reader, operands, v, v + half, shared);
    if (i->first < 0 || i->second < 0)
        return -1;
    return and_one && append_factors(reader, operands, w, count, shared) < 0 ? -1 : 0;
}

/* u₁…uₙ, v₁…vₙ of sums over the examples. */
static int read_pairs(Reader *reader, Instruction *i, PyObject *operands, Py_ssize_t count) {
    i->count = (int32_t)(count / 2);
    i->first = append_operands(reader, operands, 0, i->count);
    i->second = append_operands(reader, operands, i->count, count);
    return i->first < 0 || i->second < 0 ? -1 : 0;
}

/* An index, a constant of the tape, and the list that it is about. */
static int read_indexed(Reader *reader, Instruction *i, PyObject *operands, Py_ssize_t count) {
    const int32_t index = slot_below(reader->machine->size, PyTuple_GetItem(operands, 0));
    if (index < 0)
        return -1;
    const double entry = reader->machine->place[index];
    i->count = (int32_t)(count - 1);
    i->second = entry >= 0.0 && entry < i->count ? (int32_t)entry : -1;
    if (!reader->constant[index] || i->second < 0) {
        PyErr_SetString(PyExc_ValueError, "the number of an entry is a constant, and there is such an entry");
        return -1;
    }
    PyObject *list = PyTuple_GetSlice(operands, 1, count), *found = NULL;
    int failed = list == NULL;
    if (!failed && (found = PyDict_GetItemWithError(reader->starts, list)) != NULL)
        i->first = (int32_t)PyLong_AsLong(found);
    else if (!failed && !PyErr_Occurred()) {
        i->first = append_operands(reader, operands, 1, count);
        PyObject *start = PyLong_FromLong(i->first);
        failed = i->first < 0 || start == NULL || PyDict_SetItem(reader->starts, list, start) < 0;
        Py_XDECREF(start);
    }
    Py_XDECREF(list);
    return failed || PyErr_Occurred() ? -1 : 0;
}

/* All operands, in pool. */
static int read_list(Reader *reader, Instruction *i, PyObject *operands, Py_ssize_t count) {
    i->count = (int32_t)count;
    i->first = append_operands(reader, operands, 0, count);
    return i->first < 0 ? -1 : 0;
}

/* How many operands a row with its own case in replay.c has, or a guard; -1 for what is neither. */
static Py_ssize_t wanted_operands(int32_t op) {
    switch (op) {
    case OP_GUARD: return 2;
#define WANTED(name, asks, count) case ROW_##name: return count;
        FIXED_ROWS(WANTED)
#undef WANTED
    }
    return -1;
}

/* One or two operands lie in the instruction, more in pool. */
static int read_fixed(Reader *reader, Instruction *i, PyObject *operands, Py_ssize_t count) {
    if (count != wanted_operands(i->op)) {
        PyErr_Format(PyExc_ValueError, "instruction %d with %zd operands", (int)i->op, count);
        return -1;
    }
    if (count > 2)
        return read_list(reader, i, operands, count);
    i->count = (int32_t)count;
    i->first = read_slot(reader, PyTuple_GetItem(operands, 0));
    i->second = count == 2 ? read_slot(reader, PyTuple_GetItem(operands, 1)) : 0;
    return i->first < 0 || i->second < 0 ? -1 : 0;
}

/* A row that is not the table's: Python is asked for it. */
static int read_function(Reader *reader, Instruction *i, PyObject *row, PyObject *operands, Py_ssize_t count) {
    PyObject *forward = PyObject_GetAttrString(row, "forward");
    i->op = OP_PYTHON;
    i->second = (int32_t)PyList_Size(reader->functions);
    const int failed = forward == NULL || read_list(reader, i, operands, count) < 0 ||
                       PyList_Append(reader->functions, forward) < 0;
    Py_XDECREF(forward);
    return failed ? -1 : 0;
}

static int read_operands(Reader *reader, Instruction *i, PyObject *row, PyObject *operands) {
    const Py_ssize_t count = PyTuple_Size(operands);
    PyObject *code = count < 0 ? NULL : PyDict_GetItemWithError(reader->codes, row);
    if (PyErr_Occurred())
        return -1;
    if (count > reader->machine->longest)
        reader->machine->longest = (int32_t)count;
    i->op = code == NULL ? OP_PYTHON : (int32_t)PyLong_AsLong(code);
    switch (i->op) {
    case OP_PYTHON: return read_function(reader, i, row, operands, count);
    case ROW_total: i->op = OP_TERMS; return read_terms(reader, i, operands, count);
    case ROW_mean: i->op = OP_MEAN; i->second = (int32_t)count; return read_terms(reader, i, operands, count);
    case ROW_sum_of_squares: i->op = OP_SQUARES; return read_list(reader, i, operands, count);
    case ROW_logsumexp: i->op = OP_LOGSUMEXP; return read_list(reader, i, operands, count);
    case ROW_softmax_entry: i->op = OP_SOFTMAX; return read_indexed(reader, i, operands, count);
    case ROW_cross_entropy: i->op = OP_CROSS_ENTROPY; return read_indexed(reader, i, operands, count);
    case ROW_dot:
    case OP_PRODUCTS: return read_products(reader, i, operands, count);
    case OP_OVER: return read_pairs(reader, i, operands, count);
    default: return read_fixed(reader, i, operands, count);
    }
}

static void note_depth(Reader *reader, PyObject *operands, int32_t result) {
    int32_t deepest = reader->depth[result]; /* several OVER of one tape may fill a slot */
    for (Py_ssize_t k = 0; k < PyTuple_Size(operands); k++) {
        const int32_t depth = reader->depth[PyLong_AsLong(PyTuple_GetItem(operands, k))]; /* a slot: it was read already */
        deepest = depth >= deepest ? depth + 1 : deepest;
    }
    reader->depth[result] = deepest;
}

/* One of `items`: (row, operands, slot) for an instruction, (kind, (left, right), its number) for a guard. */
static int read_instruction(Reader *reader, Instruction *i, PyObject *item) {
    PyObject *row, *operands;
    int result;
    if (!PyArg_ParseTuple(item, "OO!i", &row, &PyTuple_Type, &operands, &result))
        return -1;
    if (read_operands(reader, i, row, operands) < 0)
        return -1;
    i->result = result;
    reader->ordered |= i->op == OP_GUARD || i->op == OP_PYTHON;
    if (result < 0 || result >= (i->op == OP_GUARD ? reader->guards : reader->machine->size)) {
        PyErr_SetString(PyExc_ValueError, "a result that the tape has no slot for, or no guard");
        return -1;
    }
    if (i->op == OP_GUARD)
        return 0;
    if (reader->each && i->op != OP_OVER)
        reader->on_lanes[result] = VARIES;
    note_depth(reader, operands, result);
    return 0;
}

/* Sorting -------------------------------------------------------------------------------------------------------------- */

typedef struct { Instruction instruction; int32_t depth, place; } Sortable;

static int compare(const void *left, const void *right) {
    const Sortable *a = left, *b = right;
    const int32_t keys[][2] = {{a->depth, b->depth}, {a->instruction.op, b->instruction.op},
                               {a->instruction.count, b->instruction.count}, {a->place, b->place}};
    for (int k = 0; k < 4; k++)
        if (keys[k][0] != keys[k][1])
            return keys[k][0] < keys[k][1] ? -1 : 1;
    return 0;
}

/* Do four instructions have the same u? It may be their v, where those can change places. */
static int are_alike(const int32_t *pool, Instruction *four) {
    const size_t size = sizeof(int32_t) * (size_t)four->count;
    int firsts = 1, seconds = four->op == OP_PRODUCTS;
    for (int k = 1; k < 4; k++) {
        firsts = firsts && memcmp(pool + four[0].first, pool + four[k].first, size) == 0;
        seconds = seconds && memcmp(pool + four[0].second, pool + four[k].second, size) == 0;
    }
    for (int k = 0; !firsts && seconds && k < 4; k++) {
        const int32_t first = four[k].first;
        four[k].first = four[k].second;
        four[k].second = first;
    }
    return firsts || seconds;
}

/* Of instructions with one depth, kind and length, every four are done at a time. */
static void mark_fours(const int32_t *pool, const Sortable *sorted, Part *part) {
    for (Py_ssize_t i = 0; i + 3 < part->count; i++) {
        const Sortable *first = &sorted[i], *last = &sorted[i + 3];
        const int op = first->instruction.op;
        if (op < OP_PRODUCTS || op >= OP_PRODUCTS + FOUR || last->depth != first->depth || last->instruction.op != op ||
            last->instruction.count != first->instruction.count || first->instruction.count < 1)
            continue;
        const int alike = are_alike(pool, &part->at[i]);
        part->at[i].op = op + FOUR + (alike ? ALIKE : 0);
        i += 3;
    }
}

static int sort_part(const Reader *reader, Part *part) {
    Sortable *sorted = zeros((size_t)part->count + 1, sizeof(Sortable));
    if (sorted == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < part->count; i++)
        sorted[i] = (Sortable){part->at[i], reader->depth[part->at[i].result], (int32_t)i};
    qsort(sorted, (size_t)part->count, sizeof(Sortable), compare);
    for (Py_ssize_t i = 0; i < part->count; i++)
        part->at[i] = sorted[i].instruction;
    mark_fours(reader->machine->pool.at, sorted, part);
    PyMem_Free(sorted);
    return 0;
}

static int read_part(Reader *reader, Part *part, PyObject *items, int each) {
    const Py_ssize_t count = PyList_Size(items);
    part->at = count < 0 ? NULL : zeros((size_t)count + 1, sizeof(Instruction));
    if (part->at == NULL)
        return -1;
    reader->each = each;
    for (; part->count < count; part->count++)
        if (read_instruction(reader, &part->at[part->count], PyList_GetItem(items, part->count)) < 0)
            return -1;
    if (each && gather_outers(reader->machine, part) < 0)
        return -1;
    return reader->ordered ? 0 : sort_part(reader, part);
}

static int read_slots(Reader *reader, Slots *slots, PyObject *numbers, int lifted) {
    const Py_ssize_t count = PyList_Size(numbers);
    reader->each = lifted;
    for (Py_ssize_t k = 0; k < count; k++) {
        const int32_t slot = read_slot(reader, PyList_GetItem(numbers, k));
        if (slot < 0 || append_slot(slots, slot) < 0)
            return -1;
    }
    return count < 0 ? -1 : 0;
}

static int read_constants(Reader *reader, PyObject *constants) {
    PyObject *number, *value;
    Py_ssize_t position = 0;
    while (PyDict_Next(constants, &position, &number, &value)) {
        const int32_t slot = slot_below(reader->machine->size, number);
        if (slot < 0)
            return -1;
        reader->machine->place[slot] = PyFloat_AsDouble(value);
        reader->constant[slot] = 1;
    }
    return PyErr_Occurred() ? -1 : 0;
}

static int read_guards(Machine *machine, PyObject *guards) {
    const Py_ssize_t count = PyList_Size(guards);
    machine->guards = count < 0 ? NULL : zeros((size_t)count + 1, sizeof(Guard));
    if (machine->guards == NULL)
        return -1;
    for (Py_ssize_t k = 0; k < count; k++) {
        const char *kind;
        if (!PyArg_ParseTuple(PyList_GetItem(guards, k), "sp", &kind, &machine->guards[k].outcome))
            return -1;
        machine->guards[k].kind = kind[0] == '<' ? (kind[1] ? 'l' : '<') : kind[0] == '>' ? (kind[1] ? 'g' : '>') : 'b';
    }
    return 0;
}

static int read_all(Reader *reader, const Given *given) {
    Machine *machine = reader->machine;
    const int listed = given->batch && PyList_Size(given->gradients) == 0; /* a result for every example */
    if (read_constants(reader, given->constants) < 0 || read_guards(machine, given->guards) < 0 ||
        read_slots(reader, &machine->parameters, given->parameters, 0) < 0 ||
        read_slots(reader, &machine->arguments, given->arguments, 0) < 0)
        return -1;
    for (int32_t k = 0; k < machine->arguments.count; k++)
        reader->on_lanes[machine->arguments.at[k]] = VARIES;
    if (read_part(reader, &machine->before, given->parts[0], 0) < 0 ||
        read_part(reader, &machine->each, given->parts[1], 1) < 0 ||
        read_part(reader, &machine->after, given->parts[2], 0) < 0 ||
        read_slots(reader, &machine->values, given->values, listed) < 0)
        return -1;
    return read_slots(reader, &machine->gradients, given->gradients, 0);
}

int read_tape(Machine *machine, const Given *given) {
    const size_t size = (size_t)machine->size + 1;
    Reader reader = {.machine = machine, .codes = given->codes, .starts = PyDict_New(), .functions = PyList_New(0)};
    reader.guards = PyList_Size(given->guards);
    reader.constant = zeros(size, 1);
    reader.on_lanes = zeros(size, 1);
    reader.depth = zeros(size, sizeof(int32_t));
    int failed = -1;
    if (reader.constant != NULL && reader.on_lanes != NULL && reader.depth != NULL && reader.starts != NULL &&
        reader.functions != NULL && read_all(&reader, given) == 0)
        failed = (machine->functions = PyList_AsTuple(reader.functions)) == NULL ? -1 : 0;
    PyMem_Free(reader.constant);
    PyMem_Free(reader.on_lanes);
    PyMem_Free(reader.depth);
    Py_XDECREF(reader.starts);
    Py_XDECREF(reader.functions);
    return failed;
}
