/* The backward pass of a tape as more instructions of it: what Adjoints of programs/reverse.py does, on numbers (lines.h).

   No derivative is written here. The patterns of reverse.py, which are read off the formulas of the table, say which lines
   the slopes of a row take; for a row without a pattern Python is asked. Functions have the names that they have there. */
#include "lines.h"

#include "node.h"

typedef struct { int32_t upstream, local, next; } Term; /* next: of the same slot, or -1 */
typedef struct { int32_t first, last, count; } Terms;
typedef struct {
    Terms terms, of_examples; /* as in Adjoints: once; once for every example */
    int32_t optional;         /* so many are part of the result only if some `where` has chosen them */
} Of_slot;
typedef struct { PyObject *row; double number; int32_t first, count; } Step; /* row == NULL: a number */
typedef struct { /* the slopes of a row; step, slope and Step.first say where something lies in the lists of the pass */
    PyObject *pattern;   /* held: a Pattern; None: Python has to be asked, every time */
    const void *key;     /* the row; or, where numbers are among its operands, the Pattern */
    int32_t operands;    /* how many, or -1 for such a Pattern */
    int32_t chooses, plain, step, steps, slope, slopes;
} Rule;

#define QUICK 64
typedef struct {
    Lines lines;
    PyObject *gather, *slopes_by_pattern, *settled_pattern, *local_slopes; /* of reverse.py, borrowed */
    PyObject *adjoint_of, *labels; /* of Python's tape */
    int32_t begin, count;          /* slots from here on belong to the pass; the slot of the number of examples, or -1 */
    Of_slot *of;                   /* of the slots before */
    Term *term;
    Rule *rule;
    Step *step;
    int32_t terms, term_room, rules, rule_room, steps, step_room;
    int32_t quick[QUICK];          /* rules that were looked up, by their key */
    Slots places;                  /* of all rules: the first are the operands, then comes the result, then the steps */
    Slots filled, slopes;          /* of the rule that is applied: by its steps; what it comes to */
    Slots upstreams, locals;       /* the terms of the sum at hand */
    Slots moving[2];
} Pass;

static inline int is_constant(const Pass *pass, int32_t slot) { return pass->lines.slot[slot].is_constant; }
static inline int varies(const Pass *pass, int32_t slot) { return pass->lines.slot[slot].varies; }

/* Terms -------------------------------------------------------------------------------------------------------------- */

static int add(Pass *pass, int32_t operand, int32_t upstream, int32_t local, int per_example, int optional) {
    if (optional) {
        pass->of[operand].optional++;
        if (!is_constant(pass, local)) {
            upstream = emit_two(&pass->lines, engine.rows[ROW_decayed], local, upstream);
            local = upstream < 0 ? -1 : constant(&pass->lines, 1.0);
        }
    }
    if (upstream < 0 || local < 0 || more_room(&pass->term, pass->terms, &pass->term_room, sizeof(Term)) < 0)
        return -1;
    Of_slot *of = &pass->of[operand];
    Terms *terms = per_example && !varies(pass, operand) ? &of->of_examples : &of->terms;
    if (terms->count++)
        pass->term[terms->last].next = pass->terms;
    else
        terms->first = pass->terms;
    terms->last = pass->terms;
    pass->term[pass->terms++] = (Term){upstream, local, -1};
    return 0;
}

static int take(Pass *pass, int32_t upstream, int32_t local) {
    if (upstream < 0 || local < 0 || append_slot(&pass->upstreams, upstream) < 0)
        return -1;
    return append_slot(&pass->locals, local);
}

static int take_terms(Pass *pass, const Terms *terms) {
    for (int32_t k = terms->count ? terms->first : -1; k >= 0; k = pass->term[k].next)
        if (take(pass, pass->term[k].upstream, pass->term[k].local) < 0)
            return -1;
    return 0;
}

static int append_all(Slots *to, const Slots *from) {
    for (Py_ssize_t k = 0; k < from->count; k++)
        if (append_slot(to, from->at[k]) < 0)
            return -1;
    return 0;
}

/* A line of u1 ... un, v1 ... vn. */
static int32_t emit_pairs(Pass *pass, PyObject *row, const Slots *u, const Slots *v) {
    const int32_t first = pass->lines.pool.count;
    return append_all(&pass->lines.pool, u) < 0 || append_all(&pass->lines.pool, v) < 0 ? -1 : emit(&pass->lines, row, first);
}

static int over_examples(Pass *pass, const Of_slot *of) {
    Lines *lines = &pass->lines;
    Slots *us = &pass->moving[0], *vs = &pass->moving[1];
    us->count = vs->count = 0;
    for (int32_t k = of->of_examples.first; k >= 0; k = pass->term[k].next) {
        const Term term = pass->term[k];
        const int alike = !varies(pass, term.upstream) && !varies(pass, term.local);
        if (alike ? take(pass, emit_two(lines, engine.rows[ROW_mul], pass->count, term.upstream), term.local) < 0
                  : append_slot(us, term.upstream) < 0 || append_slot(vs, term.local) < 0)
            return -1;
    }
    if (take_terms(pass, &of->terms) < 0)
        return -1;
    const int32_t sum = us->count ? emit_pairs(pass, lines->over_examples, us, vs) : 0;
    return us->count == 0 ? 0 : sum < 0 ? -1 : take(pass, sum, constant(lines, 1.0));
}

static int32_t gather(Pass *pass) {
    if (pass->upstreams.count == 0)
        return constant(&pass->lines, 0.0);
    if (pass->upstreams.count == 1)
        return emit_two(&pass->lines, engine.rows[ROW_mul], pass->locals.at[0], pass->upstreams.at[0]);
    return emit_pairs(pass, pass->gather, &pass->upstreams, &pass->locals);
}

/* Of several slots with one adjoint, the first that has a label gives it its name. */
static int name(Pass *pass, int32_t adjoint, int32_t slot) {
    PyObject *key = slot_as_object(&pass->lines, adjoint), *value = slot_as_object(&pass->lines, slot);
    PyObject *named = key == NULL || value == NULL ? NULL : PyDict_GetItemWithError(pass->adjoint_of, key);
    if (PyErr_Occurred())
        return -1;
    if (named != NULL && (PyDict_Contains(pass->labels, value) != 1 || PyDict_Contains(pass->labels, named) != 0))
        return PyErr_Occurred() ? -1 : 0;
    return PyDict_SetItem(pass->adjoint_of, key, value);
}

/* of(slot) of Adjoints: the slot of d root / d slot. */
static int32_t adjoint(Pass *pass, int32_t slot) {
    pass->upstreams.count = pass->locals.count = 0;
    const Of_slot *of = &pass->of[slot];
    if ((of->of_examples.count ? over_examples(pass, of) : take_terms(pass, &of->terms)) < 0)
        return -1;
    const int32_t found = gather(pass);
    return found >= pass->begin && name(pass, found, slot) < 0 ? -1 : found;
}

/* Rules -------------------------------------------------------------------------------------------------------------- */

static int read_places(Pass *pass, PyObject *numbers) {
    const Py_ssize_t count = PySequence_Size(numbers);
    for (Py_ssize_t k = 0; k < count; k++) {
        PyObject *number = PySequence_GetItem(numbers, k);
        const long place = number == NULL ? -1 : PyLong_AsLong(number);
        Py_XDECREF(number);
        if (PyErr_Occurred() || append_slot(&pass->places, (int32_t)place) < 0)
            return -1;
    }
    return count < 0 ? -1 : 0;
}

static int read_step(Pass *pass, PyObject *filled) {
    if (more_room(&pass->step, pass->steps, &pass->step_room, sizeof(Step)) < 0)
        return -1;
    Step *step = &pass->step[pass->steps++];
    *step = (Step){.first = pass->places.count};
    if (PyFloat_CheckExact(filled)) {
        step->number = PyFloat_AsDouble(filled);
        return 0;
    }
    PyObject *operands = PyTuple_GetItem(filled, 1);
    step->row = PyTuple_GetItem(filled, 0); /* the Pattern, which is held, holds it */
    step->count = operands == NULL ? -1 : (int32_t)PyTuple_Size(operands);
    return step->count < 0 ? -1 : read_places(pass, operands);
}

static int read_pattern(Pass *pass, Rule *rule) {
    PyObject *filled = PyTuple_GetItem(rule->pattern, 0), *slopes = PyTuple_GetItem(rule->pattern, 1);
    PyObject *plain = PyTuple_GetItem(rule->pattern, 2);
    if (filled == NULL || slopes == NULL || plain == NULL)
        return -1;
    rule->plain = plain == Py_True;
    rule->step = pass->steps;
    rule->steps = (int32_t)PyList_Size(filled);
    for (int32_t k = 0; k < rule->steps; k++)
        if (read_step(pass, PyList_GetItem(filled, k)) < 0)
            return -1;
    rule->slope = pass->places.count;
    rule->slopes = (int32_t)PyList_Size(slopes);
    return read_places(pass, slopes);
}

/* Its number, or -1 with an exception. The rule takes over the reference to the pattern. */
static int32_t new_rule(Pass *pass, const void *key, int32_t operands, PyObject *pattern, int chooses) {
    if (pattern == NULL || more_room(&pass->rule, pass->rules, &pass->rule_room, sizeof(Rule)) < 0) {
        Py_XDECREF(pattern);
        return -1;
    }
    Rule *rule = &pass->rule[pass->rules++];
    *rule = (Rule){.pattern = pattern, .key = key, .operands = operands, .chooses = chooses};
    return pattern != Py_None && read_pattern(pass, rule) < 0 ? -1 : pass->rules - 1;
}

/* The rule with this key, or -1. */
static int32_t known_rule(Pass *pass, const void *key, int32_t operands) {
    int32_t *quick = &pass->quick[((uintptr_t)key / 16 + 7 * (size_t)(operands + 1)) % QUICK];
    for (int32_t k = -1; k < pass->rules; k++) {
        const int32_t tried = k < 0 ? *quick : k;
        if (tried < pass->rules && pass->rule[tried].key == key && pass->rule[tried].operands == operands)
            return *quick = tried;
    }
    return -1;
}

/* For a row that chooses among its operands no pattern is asked for. */
static int32_t rule_of_row(Pass *pass, PyObject *row, int32_t operands) {
    const int32_t known = known_rule(pass, row, operands);
    if (known >= 0)
        return known;
    PyObject *chooses = PyObject_GetAttrString(row, "chooses");
    if (chooses == NULL)
        return -1;
    const int choosing = chooses != Py_None;
    Py_DECREF(chooses);
    PyObject *pattern = choosing ? Py_NewRef(Py_None) : PyObject_CallFunction(pass->slopes_by_pattern, "Oi", row, operands);
    return new_rule(pass, row, operands, pattern, choosing);
}

/* For each operand what Tape.numbers calls the number that it is, or None. */
static PyObject *keys_of_numbers(Pass *pass, const Line *line) {
    PyObject *keys = PyTuple_New(line->count);
    for (int32_t k = 0; keys != NULL && k < line->count; k++) {
        const Slot *slot = &pass->lines.slot[pass->lines.pool.at[line->first + k]];
        PyObject *key = slot->is_constant ? number_as_key(slot->number) : Py_NewRef(Py_None);
        if (key == NULL || PyTuple_SetItem(keys, k, key) < 0)
            Py_CLEAR(keys);
    }
    return keys;
}

static int has_numbers(const Pass *pass, const Line *line) {
    for (int32_t k = 0; k < line->count; k++)
        if (is_constant(pass, pass->lines.pool.at[line->first + k]))
            return 1;
    return 0;
}

/* Formulas may make more of numbers among the operands, unless they hand them on as they are. */
static int32_t rule_of_line(Pass *pass, const Line *line) {
    const int32_t general = rule_of_row(pass, line->row, line->count);
    if (general < 0 || pass->rule[general].plain || pass->rule[general].chooses || !has_numbers(pass, line))
        return general;
    PyObject *keys = keys_of_numbers(pass, line);
    PyObject *pattern = keys == NULL ? NULL : PyObject_CallFunctionObjArgs(pass->settled_pattern, line->row, keys, NULL);
    Py_XDECREF(keys);
    if (pattern == NULL)
        return -1;
    const int32_t known = known_rule(pass, pattern, -1);
    if (known < 0)
        return new_rule(pass, pattern, -1, pattern, 0);
    Py_DECREF(pattern);
    return known;
}

/* Slopes ------------------------------------------------------------------------------------------------------------- */

static int32_t slot_at(const Pass *pass, const Line *line, int32_t place) {
    return place < line->count    ? pass->lines.pool.at[line->first + place]
           : place == line->count ? line->result
                                  : pass->filled.at[place - line->count - 1];
}

/* applied() of Pattern. */
static int apply(Pass *pass, const Rule *rule, const Line *line) {
    Lines *lines = &pass->lines;
    pass->filled.count = 0;
    for (const Step *step = pass->step + rule->step, *end = step + rule->steps; step < end; step++) {
        const int32_t first = lines->pool.count;
        for (int32_t k = 0; k < step->count; k++)
            if (append_slot(&lines->pool, slot_at(pass, line, pass->places.at[step->first + k])) < 0)
                return -1;
        const int32_t slot = step->row == NULL ? constant(lines, step->number) : emit(lines, step->row, first);
        if (slot < 0 || append_slot(&pass->filled, slot) < 0)
            return -1;
    }
    for (int32_t k = 0; k < rule->slopes; k++)
        if (append_slot(&pass->slopes, slot_at(pass, line, pass->places.at[rule->slope + k])) < 0)
            return -1;
    return 0;
}

static int ask_for_slopes(Pass *pass, const Line *line) {
    Lines *lines = &pass->lines;
    PyObject *instruction = PyList_GetItem(lines->instructions, lines->slot[line->result].line);
    PyObject *slopes = ask_with_tape(lines, pass->local_slopes, lines->tape, instruction);
    const Py_ssize_t count = slopes == NULL ? -1 : PyList_Size(slopes);
    int failed = count < 0;
    for (Py_ssize_t k = 0; !failed && k < count; k++)
        failed = append_slot(&pass->slopes, (int32_t)PyLong_AsLong(PyList_GetItem(slopes, k))) < 0;
    Py_XDECREF(slopes);
    return failed || PyErr_Occurred() ? -1 : 0;
}

/* _locals(), whose answer is in `slopes` then. */
static int local_slopes(Pass *pass, const Rule *rule, const Line *line) {
    pass->slopes.count = 0;
    if ((rule->pattern == Py_None ? ask_for_slopes(pass, line) : apply(pass, rule, line)) < 0)
        return -1;
    if (pass->slopes.count == line->count)
        return 0;
    PyErr_SetString(PyExc_ValueError, "a row whose slopes are not as many as its operands");
    return -1;
}

/* The operand that a number chooses, from 1 on; 0 for none, -1 with an exception. */
static int chosen(PyObject *row, double condition) {
    PyObject *answer = PyObject_CallMethod(row, "chooses", "d", condition);
    const long place = answer == NULL || answer == Py_None ? 0 : PyLong_AsLong(answer);
    Py_XDECREF(answer);
    return PyErr_Occurred() ? -1 : (int)place;
}

static int choose(Pass *pass, const Line *line, int32_t upstream, int per_example, int optional) {
    Lines *lines = &pass->lines;
    const int32_t condition = lines->pool.at[line->first];
    const int settled = is_constant(pass, condition) ? chosen(line->row, lines->slot[condition].number) : 0;
    const int32_t zero = constant(lines, 0.0), one = zero < 0 ? -1 : constant(lines, 1.0);
    if (settled < 0 || one < 0)
        return -1;
    for (int32_t i = 1; i < line->count; i++) {
        const int32_t operand = lines->pool.at[line->first + i], first = lines->pool.count;
        if (is_constant(pass, operand) || (settled && settled != i))
            continue;
        for (int32_t k = 0; !settled && k < line->count; k++)
            if (append_slot(&lines->pool, k == 0 ? condition : k == i ? upstream : zero) < 0)
                return -1;
        const int32_t share = settled ? upstream : emit(lines, line->row, first);
        if (share < 0 || add(pass, operand, share, one, per_example, optional || !settled) < 0)
            return -1;
    }
    return 0;
}

/* Give every operand its term: upstream * local derivative. */
static int pass_on(Pass *pass, Line line) {
    const Of_slot *of = &pass->of[line.result];
    const int optional = of->optional == of->terms.count + of->of_examples.count;
    const int per_example = pass->count >= 0 && varies(pass, line.result);
    const int32_t upstream = adjoint(pass, line.result), number = upstream < 0 ? -1 : rule_of_line(pass, &line);
    if (number < 0)
        return -1;
    const Rule rule = pass->rule[number];
    if (rule.chooses)
        return choose(pass, &line, upstream, per_example, optional);
    if (local_slopes(pass, &rule, &line) < 0)
        return -1;
    for (int32_t k = 0; k < line.count; k++) {
        const int32_t operand = pass->lines.pool.at[line.first + k];
        if (!is_constant(pass, operand) && add(pass, operand, upstream, pass->slopes.at[k], per_example, optional) < 0)
            return -1;
    }
    return 0;
}

/* adjoints(...) ------------------------------------------------------------------------------------------------------- */

static int walk(Pass *pass, PyObject *order) {
    for (Py_ssize_t k = PyList_Size(order) - 1; k >= 0; k--) {
        const int32_t slot = slot_below(pass->begin, PyList_GetItem(order, k));
        const int32_t line = slot < 0 ? -1 : pass->lines.slot[slot].line;
        const int reached = slot >= 0 && pass->of[slot].terms.count + pass->of[slot].of_examples.count > 0;
        if (slot < 0 || (line >= 0 && reached && pass_on(pass, pass->lines.line[line]) < 0))
            return -1;
    }
    return 0;
}

static PyObject *adjoints_of_inputs(Pass *pass, PyObject *inputs) {
    const Py_ssize_t count = PyList_Size(inputs);
    PyObject *slots = PyList_New(count);
    for (Py_ssize_t k = 0; slots != NULL && k < count; k++) {
        const int32_t slot = slot_below(pass->begin, PyList_GetItem(inputs, k)), found = slot < 0 ? -1 : adjoint(pass, slot);
        PyObject *number = found < 0 ? NULL : Py_XNewRef(slot_as_object(&pass->lines, found));
        if (number == NULL || PyList_SetItem(slots, k, number) < 0)
            Py_CLEAR(slots);
    }
    return slots;
}

static PyObject *run_pass(Pass *pass, int root, int seed, PyObject *order, PyObject *inputs) {
    if (open_lines(&pass->lines) < 0)
        return NULL;
    pass->begin = pass->lines.slots;
    pass->of = PyMem_Calloc((size_t)pass->begin + 1, sizeof(Of_slot));
    if (pass->of == NULL)
        return PyErr_NoMemory();
    if (root < 0 || seed < 0 || root >= pass->begin || seed >= pass->begin || pass->count >= pass->begin)
        return PyErr_Format(PyExc_ValueError, "a slot that the tape does not have");
    if (add(pass, root, seed, constant(&pass->lines, 1.0), pass->count >= 0, 0) < 0 || walk(pass, order) < 0)
        return NULL;
    PyObject *found = adjoints_of_inputs(pass, inputs);
    if (found != NULL && tell(&pass->lines) < 0)
        Py_CLEAR(found);
    return found;
}

static void close_pass(Pass *pass) {
    Slots *const slots[] = {&pass->places, &pass->filled, &pass->slopes, &pass->upstreams, &pass->locals,
                            &pass->moving[0], &pass->moving[1]};
    for (size_t k = 0; k < sizeof(slots) / sizeof(slots[0]); k++)
        PyMem_Free(slots[k]->at);
    for (int32_t k = 0; k < pass->rules; k++)
        Py_DECREF(pass->rule[k].pattern);
    PyMem_Free(pass->of);
    PyMem_Free(pass->term);
    PyMem_Free(pass->rule);
    PyMem_Free(pass->step);
    Py_XDECREF(pass->adjoint_of);
    Py_XDECREF(pass->labels);
    close_lines(&pass->lines);
}

/* adjoints(tape, root, order, seed, count or -1, inputs, what is asked of Python) -> the slots of d root / d input. */
PyObject *adjoints(PyObject *module, PyObject *args) {
    (void)module;
    int root, seed;
    PyObject *order, *inputs;
    Pass *pass = PyMem_Calloc(1, sizeof(Pass));
    if (pass == NULL)
        return PyErr_NoMemory();
    Lines *lines = &pass->lines;
    PyObject *found = NULL;
    if (PyArg_ParseTuple(args, "OiO!iiO!(O!OOOOO)", &lines->tape, &root, &PyList_Type, &order, &seed, &pass->count,
                         &PyList_Type, &inputs, &PyType_Type, &lines->kind, &pass->gather, &lines->over_examples,
                         &pass->slopes_by_pattern, &pass->settled_pattern,
                         &pass->local_slopes)) {
        pass->adjoint_of = PyObject_GetAttrString(lines->tape, "adjoint_of");
        pass->labels = pass->adjoint_of == NULL ? NULL : PyObject_GetAttrString(lines->tape, "labels");
        found = pass->labels == NULL ? NULL : run_pass(pass, root, seed, order, inputs);
    }
    close_pass(pass);
    PyMem_Free(pass);
    return found;
}
