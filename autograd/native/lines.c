/* A tape that grows, as numbers; see lines.h. */
#include "lines.h"

#include "node.h"

#include <string.h>

/* Known lines -------------------------------------------------------------------------------------------------------- */

static uint64_t mixed(uint64_t hash, uint64_t more) {
    hash = (hash ^ more) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 29);
}

/* Where the line with this row and these operands stands in `known`; 0 stands there if there is none. */
static int32_t *known_line(const Lines *lines, PyObject *row, int32_t first, int32_t count) {
    const int32_t *operands = lines->pool.at + first;
    uint64_t hash = mixed((uint64_t)(uintptr_t)row, (uint64_t)count);
    for (int32_t k = 0; k < count; k++)
        hash = mixed(hash, (uint64_t)operands[k]);
    for (size_t at = hash & (lines->known_size - 1);; at = (at + 1) & (lines->known_size - 1)) {
        const Line *line = lines->known[at] ? &lines->line[lines->known[at] - 1] : NULL;
        if (line == NULL || (line->row == row && line->count == count &&
                             memcmp(lines->pool.at + line->first, operands, sizeof(int32_t) * (size_t)count) == 0))
            return &lines->known[at];
    }
}

/* Of lines that are alike the first is known. */
static void get_to_know(Lines *lines, int32_t number) {
    const Line *line = &lines->line[number];
    int32_t *known = known_line(lines, line->row, line->first, line->count);
    if (*known == 0)
        *known = number + 1;
}

/* Room for one more line, in which case lines may be known at other places. */
static int more_known(Lines *lines) {
    if (2 * (size_t)lines->lines + 2 <= lines->known_size)
        return 0;
    const size_t size = lines->known_size ? 4 * lines->known_size : 256;
    int32_t *known = zeros(size, sizeof(int32_t));
    if (known == NULL)
        return -1;
    PyMem_Free(lines->known);
    lines->known = known;
    lines->known_size = size;
    for (int32_t number = 0; number < lines->lines; number++)
        get_to_know(lines, number);
    return 0;
}

static int add_line(Lines *lines, PyObject *row, int32_t first, int32_t count, int32_t result) {
    if (more_room(&lines->line, lines->lines, &lines->line_room, sizeof(Line)) < 0)
        return -1;
    Slot *slot = &lines->slot[result];
    slot->line = lines->lines++;
    lines->line[slot->line] = (Line){row, first, count, result};
    for (int32_t k = 0; k < count && !slot->varies && row != lines->over_examples; k++)
        slot->varies = lines->slot[lines->pool.at[first + k]].varies;
    return 0;
}

/* Reading ------------------------------------------------------------------------------------------------------------ */

PyObject *slot_as_object(Lines *lines, int32_t slot) {
    PyObject **number = &lines->slot[slot].as_object;
    if (*number == NULL)
        *number = PyLong_FromLong(slot);
    return *number;
}

static int read_instruction(Lines *lines, PyObject *item) {
    PyObject *row = PyTuple_GetItem(item, 0), *operands = PyTuple_GetItem(item, 1), *result = PyTuple_GetItem(item, 2);
    if (row == NULL || operands == NULL || result == NULL)
        return -1;
    const int32_t first = lines->pool.count, slot = slot_below(lines->slots, result);
    const Py_ssize_t count = PyTuple_Size(operands);
    for (Py_ssize_t k = 0; k < count; k++) {
        const int32_t operand = slot_below(lines->slots, PyTuple_GetItem(operands, k));
        if (operand < 0 || append_slot(&lines->pool, operand) < 0)
            return -1;
    }
    if (slot < 0 || count < 0)
        return -1;
    if (lines->slot[slot].as_object == NULL)
        lines->slot[slot].as_object = Py_NewRef(result);
    if (more_known(lines) < 0 || add_line(lines, row, first, (int32_t)count, slot) < 0)
        return -1;
    get_to_know(lines, lines->lines - 1);
    return 0;
}

/* A slot that no line fills may hold a number. */
static int read_constant(Lines *lines, int32_t slot) {
    PyObject *name = slot_as_object(lines, slot);
    PyObject *value = name == NULL ? NULL : PyDict_GetItemWithError(lines->tape.constants, name);
    if (value != NULL) {
        lines->slot[slot].number = PyFloat_AsDouble(value);
        lines->slot[slot].is_constant = 1;
    }
    return PyErr_Occurred() ? -1 : 0;
}

static int read_slots(Lines *lines) {
    for (; lines->slots < lines->tape.size; lines->slots++) {
        if (more_room(&lines->slot, lines->slots, &lines->slot_room, sizeof(Slot)) < 0)
            return -1;
        lines->slot[lines->slots] = (Slot){.line = -1};
    }
    return 0;
}

/* What Python's tape has from slot `begin` on, and all new lines. */
static int read_lines(Lines *lines, int32_t begin) {
    if (read_slots(lines) < 0)
        return -1;
    while (lines->lines < PyList_Size(lines->tape.instructions))
        if (read_instruction(lines, PyList_GetItem(lines->tape.instructions, lines->lines)) < 0)
            return -1;
    for (int32_t slot = begin; slot < lines->slots; slot++)
        if (lines->slot[slot].line < 0 && read_constant(lines, slot) < 0)
            return -1;
    return 0;
}

static int read_arguments(Lines *lines) {
    PyObject *arguments = PyObject_GetAttrString(lines->tape.tape, "arguments");
    const Py_ssize_t count = arguments == NULL ? -1 : PyList_Size(arguments);
    for (Py_ssize_t k = 0; k < count; k++) {
        const int32_t slot = slot_below(lines->slots, PyList_GetItem(arguments, k));
        if (slot < 0)
            break;
        lines->slot[slot].varies = 1;
    }
    Py_XDECREF(arguments);
    return PyErr_Occurred() ? -1 : 0;
}

int open_lines(Lines *lines) {
    if (open_tape(&lines->tape) < 0 || more_known(lines) < 0 || read_slots(lines) < 0 || read_arguments(lines) < 0)
        return -1;
    return read_lines(lines, 0);
}

void close_lines(Lines *lines) {
    for (int32_t slot = 0; slot < lines->slots; slot++)
        Py_XDECREF(lines->slot[slot].as_object);
    close_tape(&lines->tape);
    PyMem_Free(lines->line);
    PyMem_Free(lines->slot);
    PyMem_Free(lines->pool.at);
    PyMem_Free(lines->place.at);
    PyMem_Free(lines->known);
}

PyObject *ask_with_lines(Lines *lines, PyObject *function, PyObject *first, PyObject *second) {
    const int32_t begin = lines->slots;
    PyObject *answer = ask_with_tape(&lines->tape, function, first, second);
    if (answer != NULL && read_lines(lines, begin) < 0)
        Py_CLEAR(answer);
    return answer;
}

PyObject *numbers_among(const Lines *lines, int32_t first, int32_t count) {
    PyObject *numbers = new_tuple(count);
    for (int32_t k = 0; numbers != NULL && k < count; k++) {
        const Slot *slot = &lines->slot[lines->pool.at[first + k]];
        set_item(&numbers, k, slot->is_constant ? PyFloat_FromDouble(slot->number) : Py_NewRef(Py_None));
    }
    return numbers;
}

/* Growing ------------------------------------------------------------------------------------------------------------ */

int32_t constant(Lines *lines, double number) {
    if (lines->last_slot && memcmp(&number, &lines->last_number, sizeof(number)) == 0)
        return lines->last_slot - 1;
    PyObject *name = slot_of_number(&lines->tape, number);
    const int32_t slot = name == NULL ? -1 : (int32_t)PyLong_AsLong(name);
    Py_XDECREF(name);
    const int is_new = slot >= lines->slots;
    if (slot < 0 || read_slots(lines) < 0)
        return -1;
    if (is_new) {
        lines->slot[slot].number = number;
        lines->slot[slot].is_constant = 1;
    }
    lines->last_number = number;
    lines->last_slot = slot + 1;
    return slot;
}

static int32_t new_line(Lines *lines, PyObject *row, int32_t first, int32_t count) {
    const int32_t result = lines->tape.size++;
    if (read_slots(lines) < 0 || add_line(lines, row, first, count, result) < 0)
        return -1;
    PyObject *operands = new_tuple(count);
    for (int32_t k = 0; operands != NULL && k < count; k++)
        set_item(&operands, k, Py_XNewRef(slot_as_object(lines, lines->pool.at[first + k])));
    return write_instruction(&lines->tape, row, operands, slot_as_object(lines, result)) < 0 ? -1 : result;
}

/* The row on operands that are all numbers. */
static int32_t folded(Lines *lines, PyObject *row, int32_t first, int32_t count) {
    PyObject *forward = PyObject_GetAttrString(row, "forward");
    const double number = ask(forward, forward == NULL ? NULL : numbers_among(lines, first, count));
    Py_XDECREF(forward);
    return PyErr_Occurred() ? -1 : constant(lines, number);
}

/* A line without a shorter one; -1 has an exception. */
enum { NO_RULE = -2 };

/* What a rule comes to whose number is among the operands: `pattern` is one, or a function that makes one of numbers. */
static int32_t by_rule(Lines *lines, PyObject *pattern, int32_t first, int32_t count) {
    PyObject *numbers = PyCallable_Check(pattern) ? numbers_among(lines, first, count) : NULL;
    PyObject *found = PyCallable_Check(pattern) ? numbers == NULL ? NULL : PyObject_CallObject(pattern, numbers)
                                                : Py_NewRef(pattern);
    const int32_t place = lines->place.count;
    Slots wanted = {NULL, 0, 0};
    int failed = found == NULL;
    for (int32_t k = 0; !failed && k < count; k++)
        failed = append_slot(&lines->place, lines->pool.at[first + k]) < 0;
    if (!failed && found != Py_None)
        failed = apply(lines, found, place, &wanted) < 0;
    lines->place.count = place;
    const int32_t slot = failed ? -1 : wanted.count ? wanted.at[0] : NO_RULE;
    PyMem_Free(wanted.at);
    Py_XDECREF(numbers);
    Py_XDECREF(found);
    return slot;
}

/* _shorter() of tape.py. */
static int32_t shorter(Lines *lines, PyObject *row, int32_t first, int32_t count) {
    int32_t constants = 0;
    for (int32_t k = 0; k < count; k++)
        constants += lines->slot[lines->pool.at[first + k]].is_constant;
    if (constants == count)
        return folded(lines, row, first, count);
    PyObject *rules = constants ? PyDict_GetItemWithError(lines->shorter, row) : NULL;
    for (Py_ssize_t k = 0; rules != NULL && k < PyTuple_Size(rules); k++) {
        PyObject *rule = PyTuple_GetItem(rules, k);
        const int32_t at = slot_below(count, PyTuple_GetItem(rule, 0));
        const Slot *slot = at < 0 ? NULL : &lines->slot[lines->pool.at[first + at]];
        if (slot == NULL)
            return -1;
        if (!slot->is_constant || slot->number != PyFloat_AsDouble(PyTuple_GetItem(rule, 1)))
            continue;
        const int32_t found = by_rule(lines, PyTuple_GetItem(rule, 2), first, count);
        if (found != NO_RULE)
            return found;
    }
    return PyErr_Occurred() ? -1 : NO_RULE;
}

int32_t emit(Lines *lines, PyObject *row, int32_t first) {
    if (more_known(lines) < 0)
        return -1;
    const int32_t count = lines->pool.count - first;
    int32_t *known = known_line(lines, row, first, count);
    const int32_t found = *known ? lines->line[*known - 1].result : shorter(lines, row, first, count);
    if (found == NO_RULE) { /* then nothing has been written meanwhile */
        *known = lines->lines + 1;
        return new_line(lines, row, first, count);
    }
    if (lines->pool.count == first + count)
        lines->pool.count = first;
    return found;
}

int32_t emit_two(Lines *lines, PyObject *row, int32_t left, int32_t right) {
    const int32_t first = lines->pool.count;
    return append_slot(&lines->pool, left) < 0 || append_slot(&lines->pool, right) < 0 ? -1 : emit(lines, row, first);
}

/* One of the lines of a pattern, or a number; the slot, or -1. */
static int32_t filled(Lines *lines, PyObject *item, int32_t first) {
    if (PyFloat_Check(item))
        return constant(lines, PyFloat_AsDouble(item));
    PyObject *row = PyTuple_GetItem(item, 0), *operands = row == NULL ? NULL : PyTuple_GetItem(item, 1);
    const Py_ssize_t count = operands == NULL ? -1 : PyTuple_Size(operands);
    const int32_t begin = lines->pool.count;
    for (Py_ssize_t k = 0; k < count; k++) {
        const int32_t at = slot_below(lines->place.count - first, PyTuple_GetItem(operands, k));
        if (at < 0 || append_slot(&lines->pool, lines->place.at[first + at]) < 0)
            return -1;
    }
    return count < 0 ? -1 : emit(lines, row, begin);
}

int apply(Lines *lines, PyObject *pattern, int32_t first, Slots *wanted) {
    PyObject *items = PyTuple_GetItem(pattern, 0), *slots = items == NULL ? NULL : PyTuple_GetItem(pattern, 1);
    if (slots == NULL)
        return -1;
    for (Py_ssize_t k = 0; k < PyList_Size(items); k++) {
        const int32_t slot = filled(lines, PyList_GetItem(items, k), first);
        if (slot < 0 || append_slot(&lines->place, slot) < 0)
            return -1;
    }
    for (Py_ssize_t k = 0; k < PyList_Size(slots); k++) {
        const int32_t at = slot_below(lines->place.count - first, PyList_GetItem(slots, k));
        if (at < 0 || append_slot(wanted, lines->place.at[first + at]) < 0)
            return -1;
    }
    lines->place.count = first;
    return 0;
}
