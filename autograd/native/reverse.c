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

typedef struct {
    Lines lines;
    PyObject *gather, *slopes_by_pattern, *local_slopes; /* of reverse.py, borrowed */
    PyObject *adjoint_of, *labels; /* of Python's tape */
    int32_t begin, count;          /* slots from here on belong to the pass; the slot of the number of examples, or -1 */
    Of_slot *of;                   /* of the slots before */
    Term *term;
    int32_t terms, term_room;
    struct { PyObject *pattern; int32_t count; } met[ROW_ALL]; /* of rows of the table, with so many operands */
    Slots slopes;                  /* of the line at hand */
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

/* Slopes ------------------------------------------------------------------------------------------------------------- */

/* What slopes_by_pattern() says of the row of a line: a new reference. To formulas of the table a number is what a slot is,
   so there it is asked once. */
static PyObject *pattern_of(Pass *pass, const Line *line) {
    const int row = row_of(line->row), by_number = row < 0 || row == ROW_softmax_entry || row == ROW_cross_entropy;
    if (!by_number && pass->met[row].pattern != NULL && pass->met[row].count == line->count)
        return Py_NewRef(pass->met[row].pattern);
    PyObject *numbers = numbers_among(&pass->lines, line->first, line->count);
    PyObject *pattern = numbers == NULL ? NULL
                                        : PyObject_CallFunctionObjArgs(pass->slopes_by_pattern, line->row, numbers, NULL);
    Py_XDECREF(numbers);
    if (pattern != NULL && !by_number) {
        put(&pass->met[row].pattern, Py_NewRef(pattern));
        pass->met[row].count = line->count;
    }
    return pattern;
}

static int apply_to_line(Pass *pass, PyObject *pattern, const Line *line) {
    Lines *lines = &pass->lines;
    const int32_t first = lines->place.count;
    for (int32_t k = 0; k < line->count; k++)
        if (append_slot(&lines->place, lines->pool.at[line->first + k]) < 0)
            return -1;
    return append_slot(&lines->place, line->result) < 0 ? -1 : apply(lines, pattern, first, &pass->slopes);
}

static int ask_for_slopes(Pass *pass, const Line *line) {
    Lines *lines = &pass->lines;
    PyObject *instruction = PyList_GetItem(lines->tape.instructions, lines->slot[line->result].line);
    PyObject *slopes = instruction == NULL ? NULL : ask_with_lines(lines, pass->local_slopes, lines->tape.tape, instruction);
    int failed = slopes == NULL;
    for (Py_ssize_t k = 0; !failed && k < PyList_Size(slopes); k++) {
        const int32_t slot = slot_below(lines->slots, PyList_GetItem(slopes, k));
        failed = slot < 0 || append_slot(&pass->slopes, slot) < 0;
    }
    Py_XDECREF(slopes);
    return failed || PyErr_Occurred() ? -1 : 0;
}

/* local_slopes(), whose answer is in `slopes` then. */
static int local_slopes(Pass *pass, const Line *line) {
    PyObject *pattern = pattern_of(pass, line);
    pass->slopes.count = 0;
    const int failed = pattern == NULL || (pattern == Py_None ? ask_for_slopes(pass, line) : apply_to_line(pass, pattern, line)) < 0;
    Py_XDECREF(pattern);
    if (failed || pass->slopes.count == line->count)
        return failed ? -1 : 0;
    PyErr_SetString(PyExc_ValueError, "a row whose slopes are not as many as its operands");
    return -1;
}

/* Does the row hand one of its operands on? -1 with an exception. */
static int chooses(PyObject *row) {
    if (row_of(row) >= 0)
        return engine.chooses[row_of(row)] != NULL;
    PyObject *answer = PyObject_GetAttrString(row, "chooses");
    Py_XDECREF(answer);
    return answer == NULL ? -1 : answer != Py_None;
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
    const int32_t upstream = adjoint(pass, line.result);
    const int choosing = upstream < 0 ? -1 : chooses(line.row);
    if (choosing)
        return choosing < 0 ? -1 : choose(pass, &line, upstream, per_example, optional);
    if (local_slopes(pass, &line) < 0)
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
    PyObject *slots = new_list(count);
    for (Py_ssize_t k = 0; slots != NULL && k < count; k++) {
        const int32_t slot = slot_below(pass->begin, PyList_GetItem(inputs, k)), found = slot < 0 ? -1 : adjoint(pass, slot);
        set_item(&slots, k, found < 0 ? NULL : Py_XNewRef(slot_as_object(&pass->lines, found)));
    }
    return slots;
}

static PyObject *run_pass(Pass *pass, int root, int seed, PyObject *order, PyObject *inputs) {
    if (open_lines(&pass->lines) < 0)
        return NULL;
    pass->begin = pass->lines.slots;
    pass->of = zeros((size_t)pass->begin + 1, sizeof(Of_slot));
    if (pass->of == NULL)
        return NULL;
    if (root < 0 || seed < 0 || root >= pass->begin || seed >= pass->begin || pass->count >= pass->begin)
        return PyErr_Format(PyExc_ValueError, "a slot that the tape does not have");
    if (add(pass, root, seed, constant(&pass->lines, 1.0), pass->count >= 0, 0) < 0 || walk(pass, order) < 0)
        return NULL;
    PyObject *found = adjoints_of_inputs(pass, inputs);
    if (found != NULL && tell_size(&pass->lines.tape) < 0)
        Py_CLEAR(found);
    return found;
}

static void close_pass(Pass *pass) {
    Slots *const slots[] = {&pass->slopes, &pass->upstreams, &pass->locals, &pass->moving[0], &pass->moving[1]};
    for (size_t k = 0; k < sizeof(slots) / sizeof(slots[0]); k++)
        PyMem_Free(slots[k]->at);
    for (int row = 0; row < ROW_ALL; row++)
        Py_XDECREF(pass->met[row].pattern);
    PyMem_Free(pass->of);
    PyMem_Free(pass->term);
    Py_XDECREF(pass->adjoint_of);
    Py_XDECREF(pass->labels);
    close_lines(&pass->lines);
}

/* adjoints(tape, root, order, seed, count or -1, inputs, what is asked of Python) -> the slots of d root / d input. */
PyObject *adjoints(PyObject *module, PyObject *args) {
    (void)module;
    int root, seed;
    PyObject *order, *inputs;
    Pass *pass = zeros(1, sizeof(Pass));
    if (pass == NULL)
        return NULL;
    Lines *lines = &pass->lines;
    PyObject *found = NULL;
    if (PyArg_ParseTuple(args, "OiO!iiO!(O!O!OOOO)", &lines->tape.tape, &root, &PyList_Type, &order, &seed, &pass->count,
                         &PyList_Type, &inputs, &PyType_Type, &lines->tape.kind, &PyDict_Type, &lines->shorter, &pass->gather,
                         &lines->over_examples, &pass->slopes_by_pattern, &pass->local_slopes)) {
        pass->adjoint_of = PyObject_GetAttrString(lines->tape.tape, "adjoint_of");
        pass->labels = pass->adjoint_of == NULL ? NULL : PyObject_GetAttrString(lines->tape.tape, "labels");
        found = pass->labels == NULL ? NULL : run_pass(pass, root, seed, order, inputs);
    }
    close_pass(pass);
    PyMem_Free(pass);
    return found;
}
