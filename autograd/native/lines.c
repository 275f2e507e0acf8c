/* A tape that grows, as numbers; see lines.h. */
#include "lines.h"

#include "node.h"

#include <string.h>

PyObject *number_as_key(double number) {
    PyObject *object = PyFloat_FromDouble(number);
    if (object == NULL || number < 0.0 || number > 0.0)
        return object;
    PyObject *key = PyObject_CallMethod(object, "hex", NULL);
    Py_DECREF(object);
    return key;
}

/* Tables ------------------------------------------------------------------------------------------------------------- */

static uint64_t mixed(uint64_t hash, uint64_t more) {
    hash = (hash ^ more) * 0x9E3779B97F4A7C15u;
    return hash ^ (hash >> 29);
}

static uint64_t hash_of_line(const Lines *lines, PyObject *row, int32_t first, int32_t count) {
    uint64_t hash = mixed((uint64_t)(uintptr_t)row, (uint64_t)count);
    for (int32_t k = 0; k < count; k++)
        hash = mixed(hash, (uint64_t)lines->pool.at[first + k]);
    return hash;
}

/* What tells numbers apart: their bits, but for nans. */
static uint64_t bits_of(double number) {
    const double one = isnan(number) ? NAN : number;
    uint64_t bits;
    memcpy(&bits, &one, sizeof(bits));
    return bits;
}

static uint64_t hash_of(const Lines *lines, const Table *table, int32_t number) {
    if (table == &lines->by_bits)
        return mixed(1, bits_of(lines->slot[number].number));
    const Line *line = &lines->line[number];
    return hash_of_line(lines, line->row, line->first, line->count);
}

static void put_in(Table *table, uint64_t hash, int32_t number) {
    size_t at = hash & (table->size - 1);
    while (table->at[at])
        at = (at + 1) & (table->size - 1);
    table->at[at] = number + 1;
}

/* A table is at most half full. */
static int enter(const Lines *lines, Table *table, uint64_t hash, int32_t number) {
    if (2 * (table->used + 1) > table->size) {
        Table larger = {.size = table->size ? 4 * table->size : 256};
        larger.at = PyMem_Calloc(larger.size, sizeof(int32_t));
        if (larger.at == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        for (size_t k = 0; k < table->size; k++)
            if (table->at[k])
                put_in(&larger, hash_of(lines, table, table->at[k] - 1), table->at[k] - 1);
        PyMem_Free(table->at);
        table->at = larger.at;
        table->size = larger.size;
    }
    put_in(table, hash, number);
    table->used++;
    return 0;
}

/* The line with this row and these operands, or NULL. */
static const Line *known_line(const Lines *lines, uint64_t hash, PyObject *row, int32_t first, int32_t count) {
    const Table *table = &lines->known;
    const int32_t *pool = lines->pool.at;
    for (size_t at = hash & (table->size - 1); table->size && table->at[at]; at = (at + 1) & (table->size - 1)) {
        const Line *line = &lines->line[table->at[at] - 1];
        if (line->row == row && line->count == count &&
            memcmp(pool + line->first, pool + first, sizeof(int32_t) * (size_t)count) == 0)
            return line;
    }
    return NULL;
}

/* Reading ------------------------------------------------------------------------------------------------------------ */

static int new_slot(Lines *lines) {
    if (more_room(&lines->slot, lines->slots, &lines->slot_room, sizeof(Slot)) < 0)
        return -1;
    lines->slot[lines->slots] = (Slot){.line = -1};
    return lines->slots++;
}

/* It is entered among the known ones unless there is one like it. */
static int add_line(Lines *lines, uint64_t hash, PyObject *row, int32_t first, int32_t count, int32_t result) {
    if (more_room(&lines->line, lines->lines, &lines->line_room, sizeof(Line)) < 0)
        return -1;
    const int32_t number = lines->lines++;
    lines->line[number] = (Line){row, first, count, result};
    lines->slot[result].line = number;
    for (int32_t k = 0; k < count && !lines->slot[result].varies && row != lines->over_examples; k++)
        lines->slot[result].varies = lines->slot[lines->pool.at[first + k]].varies;
    return known_line(lines, hash, row, first, count) != NULL ? 0 : enter(lines, &lines->known, hash, number);
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
    return add_line(lines, hash_of_line(lines, row, first, (int32_t)count), row, first, (int32_t)count, slot);
}

PyObject *slot_as_object(Lines *lines, int32_t slot) {
    PyObject **number = &lines->slot[slot].as_object;
    if (*number == NULL)
        *number = PyLong_FromLong(slot);
    return *number;
}

/* A slot that no line fills may hold a number. */
static int read_constant(Lines *lines, int32_t slot) {
    PyObject *name = slot_as_object(lines, slot), *value = name == NULL ? NULL : PyDict_GetItemWithError(lines->constants, name);
    if (value == NULL)
        return PyErr_Occurred() ? -1 : 0;
    const double number = PyFloat_AsDouble(value);
    lines->slot[slot].number = number;
    lines->slot[slot].is_constant = 1;
    return PyErr_Occurred() ? -1 : enter(lines, &lines->by_bits, mixed(1, bits_of(number)), slot);
}

static int read_slots(Lines *lines) {
    PyObject *size = PyObject_GetAttrString(lines->tape, "size");
    const long slots = size == NULL ? -1 : PyLong_AsLong(size);
    Py_XDECREF(size);
    while (lines->slots < slots)
        if (new_slot(lines) < 0)
            return -1;
    return PyErr_Occurred() ? -1 : 0;
}

/* What Python's tape has and was not told. */
static int read_lines(Lines *lines) {
    for (; lines->lines < PyList_Size(lines->instructions);)
        if (read_instruction(lines, PyList_GetItem(lines->instructions, lines->lines)) < 0)
            return -1;
    for (int32_t slot = lines->told_slots; slot < lines->slots; slot++)
        if (lines->slot[slot].line < 0 && read_constant(lines, slot) < 0)
            return -1;
    lines->told_lines = lines->lines;
    lines->told_slots = lines->slots;
    return 0;
}

static int read_arguments(Lines *lines) {
    PyObject *arguments = PyObject_GetAttrString(lines->tape, "arguments");
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
    lines->instructions = PyObject_GetAttrString(lines->tape, "instructions");
    lines->constants = lines->instructions == NULL ? NULL : PyObject_GetAttrString(lines->tape, "constants");
    lines->numbers = lines->constants == NULL ? NULL : PyObject_GetAttrString(lines->tape, "numbers");
    if (lines->numbers == NULL || read_slots(lines) < 0 || read_arguments(lines) < 0)
        return -1;
    return read_lines(lines);
}

void close_lines(Lines *lines) {
    for (int32_t slot = 0; slot < lines->slots; slot++)
        Py_XDECREF(lines->slot[slot].as_object);
    Py_XDECREF(lines->instructions);
    Py_XDECREF(lines->constants);
    Py_XDECREF(lines->numbers);
    PyMem_Free(lines->line);
    PyMem_Free(lines->slot);
    PyMem_Free(lines->pool.at);
    PyMem_Free(lines->known.at);
    PyMem_Free(lines->by_bits.at);
}

/* Telling ------------------------------------------------------------------------------------------------------------ */

PyObject *operands_as_tuple(Lines *lines, int32_t first, int32_t count) {
    PyObject *tuple = PyTuple_New(count);
    for (int32_t k = 0; tuple != NULL && k < count; k++) {
        PyObject *slot = slot_as_object(lines, lines->pool.at[first + k]);
        if (slot == NULL || PyTuple_SetItem(tuple, k, Py_NewRef(slot)) < 0)
            Py_CLEAR(tuple);
    }
    return tuple;
}

static int tell_line(Lines *lines, const Line *line) {
    PyObject *operands = operands_as_tuple(lines, line->first, line->count), *result = slot_as_object(lines, line->result);
    PyObject *instruction = operands == NULL || result == NULL ? NULL
                                : ((allocfunc)PyType_GetSlot(lines->kind, Py_tp_alloc))(lines->kind, 3);
    if (instruction == NULL) {
        Py_XDECREF(operands);
        return -1;
    }
    PyTuple_SetItem(instruction, 0, Py_NewRef(line->row));
    PyTuple_SetItem(instruction, 1, operands);
    PyTuple_SetItem(instruction, 2, Py_NewRef(result));
    PyObject_GC_UnTrack(operands); /* ints, and a row that lives for good: no part of a circle */
    if (row_of(line->row) >= 0)
        PyObject_GC_UnTrack(instruction);
    const int failed = PyList_Append(lines->instructions, instruction) < 0;
    Py_DECREF(instruction);
    return failed ? -1 : 0;
}

static int tell_constant(Lines *lines, int32_t slot) {
    PyObject *number = PyFloat_FromDouble(lines->slot[slot].number), *name = slot_as_object(lines, slot);
    PyObject *key = number_as_key(lines->slot[slot].number);
    const int failed = number == NULL || name == NULL || key == NULL || PyDict_SetItem(lines->constants, name, number) < 0 ||
                       PyDict_SetItem(lines->numbers, key, name) < 0;
    Py_XDECREF(key);
    Py_XDECREF(number);
    return failed ? -1 : 0;
}

int tell(Lines *lines) {
    for (; lines->told_lines < lines->lines; lines->told_lines++)
        if (tell_line(lines, &lines->line[lines->told_lines]) < 0)
            return -1;
    for (; lines->told_slots < lines->slots; lines->told_slots++)
        if (lines->slot[lines->told_slots].is_constant && tell_constant(lines, lines->told_slots) < 0)
            return -1;
    PyObject *size = PyLong_FromLong(lines->slots);
    const int failed = size == NULL || PyObject_SetAttrString(lines->tape, "size", size) < 0;
    Py_XDECREF(size);
    return failed ? -1 : 0;
}

PyObject *ask_with_tape(Lines *lines, PyObject *function, PyObject *first, PyObject *second) {
    PyObject *answer = second == NULL || tell(lines) < 0 ? NULL
                                                         : PyObject_CallFunctionObjArgs(function, first, second, NULL);
    if (answer != NULL && (read_slots(lines) < 0 || read_lines(lines) < 0))
        Py_CLEAR(answer);
    return answer;
}

/* Growing ------------------------------------------------------------------------------------------------------------ */

int32_t constant(Lines *lines, double number) {
    const Table *table = &lines->by_bits;
    const uint64_t bits = bits_of(number), hash = mixed(1, bits);
    for (size_t at = hash & (table->size - 1); table->size && table->at[at]; at = (at + 1) & (table->size - 1))
        if (bits_of(lines->slot[table->at[at] - 1].number) == bits)
            return table->at[at] - 1;
    const int32_t slot = new_slot(lines);
    if (slot < 0)
        return -1;
    lines->slot[slot].number = number;
    lines->slot[slot].is_constant = 1;
    return enter(lines, &lines->by_bits, hash, slot) < 0 ? -1 : slot;
}

/* The row on operands that are all numbers. */
static int32_t folded(Lines *lines, PyObject *row, int32_t first, int32_t count) {
    PyObject *forward = PyObject_GetAttrString(row, "forward"), *numbers = PyTuple_New(count);
    for (int32_t k = 0; numbers != NULL && k < count; k++) {
        PyObject *number = PyFloat_FromDouble(lines->slot[lines->pool.at[first + k]].number);
        if (number == NULL || PyTuple_SetItem(numbers, k, number) < 0)
            Py_CLEAR(numbers);
    }
    PyObject *result = forward == NULL || numbers == NULL ? NULL : PyObject_CallObject(forward, numbers);
    const double number = result == NULL ? 0.0 : PyFloat_AsDouble(result);
    Py_XDECREF(result);
    Py_XDECREF(numbers);
    Py_XDECREF(forward);
    return PyErr_Occurred() ? -1 : constant(lines, number);
}

/* The rules of SHORTER in tape.py, each a slot that holds the very same number, or NO_RULE: for every row of it, for a
   number is among the operands. */
enum { NO_RULE = -2 };

static int32_t product(Lines *lines, const int32_t *operands) {
    const int32_t pair[] = {operands[0], operands[1]};
    for (int k = 0; k < 2; k++) {
        const Slot *one = &lines->slot[pair[k]];
        if (one->is_constant && one->number == 1.0)
            return pair[1 - k];
        if (one->is_constant && one->number == -1.0) {
            const int32_t first = lines->pool.count;
            return append_slot(&lines->pool, pair[1 - k]) < 0 ? -1 : emit(lines, engine.rows[ROW_neg], first);
        }
    }
    return NO_RULE;
}

static int32_t by_one(const Lines *lines, const int32_t *operands) {
    const Slot *second = &lines->slot[operands[1]];
    return second->is_constant && second->number == 1.0 ? operands[0] : NO_RULE;
}

static int32_t power_slope(Lines *lines, const int32_t *operands) {
    const int32_t base = operands[0];
    const Slot exponent = lines->slot[operands[1]], k = lines->slot[operands[2]], m = lines->slot[operands[3]];
    const double lowered = exponent.number - 1.0;
    if (!exponent.is_constant || !k.is_constant || k.number != 1.0 || !m.is_constant || m.number != 0.0 ||
        exponent.number == 0.0 || lowered + 1.0 != exponent.number)
        return NO_RULE;
    const int32_t factor = constant(lines, exponent.number), last = factor < 0 ? -1 : constant(lines, lowered);
    const int32_t power = last < 0 ? -1 : emit_two(lines, engine.rows[ROW_pow], base, last);
    return power < 0 ? -1 : emit_two(lines, engine.rows[ROW_mul], factor, power);
}

/* _shorter() of tape.py. */
static int32_t shorter(Lines *lines, PyObject *row, int32_t first, int32_t count) {
    const int32_t *operands = lines->pool.at + first;
    int32_t constants = 0;
    for (int32_t k = 0; k < count; k++)
        constants += lines->slot[operands[k]].is_constant;
    if (constants == count)
        return folded(lines, row, first, count);
    if (constants == 0)
        return NO_RULE;
    return row == engine.rows[ROW_mul]                                     ? product(lines, operands)
           : row == engine.rows[ROW_div] || row == engine.rows[ROW_pow]    ? by_one(lines, operands)
           : row == engine.rows[ROW_power_partial]                         ? power_slope(lines, operands)
                                                                           : NO_RULE;
}

int32_t emit(Lines *lines, PyObject *row, int32_t first) {
    const int32_t count = lines->pool.count - first;
    const uint64_t hash = hash_of_line(lines, row, first, count);
    const Line *line = known_line(lines, hash, row, first, count);
    const int32_t found = line != NULL ? line->result : shorter(lines, row, first, count);
    if (found == NO_RULE) {
        const int32_t slot = new_slot(lines);
        return slot < 0 || add_line(lines, hash, row, first, count, slot) < 0 ? -1 : slot;
    }
    if (lines->pool.count == first + count)
        lines->pool.count = first;
    return found;
}

int32_t emit_two(Lines *lines, PyObject *row, int32_t left, int32_t right) {
    const int32_t first = lines->pool.count;
    return append_slot(&lines->pool, left) < 0 || append_slot(&lines->pool, right) < 0 ? -1 : emit(lines, row, first);
}
