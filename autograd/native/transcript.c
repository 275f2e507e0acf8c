/* Taking down a graph as instructions of a tape: what _write() of programs/recorder.py does, for the usual nodes.

   The usual node has a row of the table and no label, and its operands have their slots. Leaves, labelled nodes, rows
   of users and rows that choose among their operands by a number are Python's: it is called for them in their turn. */
#include "node.h"

typedef struct {
    PyObject *slots;        /* {node: its slot} */
    PyObject *tape;         /* tape.py: a Tape */
    PyObject *instructions; /* its list of them, and */
    PyObject *numbers;      /* {number: its slot}, but for zeros and nans */
    PyTypeObject *kind;     /* Instruction: a tuple (row, operands, result) */
    PyObject *write;        /* the method for whatever is unusual */
    Py_ssize_t size;        /* of the tape, in the meantime */
} Transcript;

static int is_usual(const Node *node) {
    const Extra *extra = extra_if_any(node);
    return node->row != 0 && node->row <= ROW_ALL && node->row - 1 != ROW_softmax_entry &&
           node->row - 1 != ROW_cross_entropy && !(node->flags & RAW) &&
           (extra == NULL || extra->of[OWN_LABEL] == NULL || extra->of[OWN_LABEL] == engine.empty);
}

static int tell_size(const Transcript *t) {
    PyObject *size = PyLong_FromSsize_t(t->size);
    const int failed = size == NULL || PyObject_SetAttrString(t->tape, "size", size) < 0;
    Py_XDECREF(size);
    return failed ? -1 : 0;
}

static int ask_size(Transcript *t) {
    PyObject *size = PyObject_GetAttrString(t->tape, "size");
    t->size = size == NULL ? -1 : PyLong_AsSsize_t(size);
    Py_XDECREF(size);
    return PyErr_Occurred() ? -1 : 0;
}

/* What Python answers, which may make new slots; a new reference. */
static PyObject *asked(Transcript *t, PyObject *function, PyObject *thing) {
    PyObject *answer = function == NULL || tell_size(t) < 0 ? NULL : PyObject_CallFunctionObjArgs(function, thing, NULL);
    if (answer != NULL && ask_size(t) < 0)
        Py_CLEAR(answer);
    return answer;
}

/* A new reference to the slot of an operand. */
static PyObject *slot_of(Transcript *t, PyObject *operand) {
    PyObject *slot = PyDict_GetItemWithError(is_node(operand) ? t->slots : t->numbers, operand);
    if (slot != NULL || PyErr_Occurred())
        return Py_XNewRef(slot);
    if (is_node(operand))
        return PyErr_Format(PyExc_ValueError, "an operand that comes after its result");
    PyObject *constant = PyObject_GetAttrString(t->tape, "constant");
    slot = asked(t, constant, operand);
    Py_XDECREF(constant);
    return slot;
}

static PyObject *slots_of_operands(Transcript *t, Node *node) {
    PyObject *operands = operands_of(node, NULL);
    const Py_ssize_t count = operands == NULL ? 0 : PyTuple_Size(operands);
    PyObject *slots = operands == NULL ? NULL : PyTuple_New(count);
    for (Py_ssize_t i = 0; slots != NULL && i < count; i++) {
        PyObject *operand = PyTuple_GetItem(operands, i);
        const int special = PyFloat_CheckExact(operand) && PyFloat_AsDouble(operand) == 0.0; /* 0.0 == -0.0 */
        PyObject *constant = special ? PyObject_GetAttrString(t->tape, "constant") : NULL;
        PyObject *slot = special ? asked(t, constant, operand) : slot_of(t, operand);
        Py_XDECREF(constant);
        if (slot == NULL || PyTuple_SetItem(slots, i, slot) < 0)
            Py_CLEAR(slots);
    }
    Py_XDECREF(operands);
    return slots;
}

static int write_node(Transcript *t, Node *node) {
    PyObject *operands = slots_of_operands(t, node);
    PyObject *result = operands == NULL ? NULL : PyLong_FromSsize_t(t->size);
    PyObject *instruction = result == NULL ? NULL
                                : ((allocfunc)PyType_GetSlot(t->kind, Py_tp_alloc))(t->kind, 3);
    int failed = instruction == NULL;
    if (!failed) {
        PyTuple_SetItem(instruction, 0, Py_NewRef(engine.rows[node->row - 1]));
        PyTuple_SetItem(instruction, 1, Py_NewRef(operands));
        PyTuple_SetItem(instruction, 2, Py_NewRef(result));
        PyObject_GC_UnTrack(operands); /* ints, and a row that lives for good: no part of a circle */
        PyObject_GC_UnTrack(instruction);
        failed = PyDict_SetItem(t->slots, (PyObject *)node, result) < 0 || PyList_Append(t->instructions, instruction) < 0;
        t->size++;
    }
    Py_XDECREF(instruction);
    Py_XDECREF(operands);
    Py_XDECREF(result);
    return failed ? -1 : 0;
}

static int write_all(Transcript *t, PyObject *nodes) {
    for (Py_ssize_t i = 0; i < PyList_Size(nodes); i++) {
        PyObject *node = PyList_GetItem(nodes, i);
        const int known = PyDict_Contains(t->slots, node);
        int failed = known < 0;
        if (known == 0 && is_usual((Node *)node))
            failed = write_node(t, (Node *)node) < 0;
        else if (known == 0) {
            PyObject *done = asked(t, t->write, node);
            failed = done == NULL;
            Py_XDECREF(done);
        }
        if (failed)
            return -1;
    }
    return tell_size(t);
}

/* transcribe(nodes, slots, tape, Instruction, write): operands before results, as topological_order() gives them. */
PyObject *transcribe(PyObject *module, PyObject *args) {
    (void)module;
    Transcript t = {.instructions = NULL};
    PyObject *nodes;
    if (!PyArg_ParseTuple(args, "O!O!OO!O", &PyList_Type, &nodes, &PyDict_Type, &t.slots, &t.tape, &PyType_Type, &t.kind, &t.write))
        return NULL;
    t.instructions = PyObject_GetAttrString(t.tape, "instructions");
    t.numbers = t.instructions == NULL ? NULL : PyObject_GetAttrString(t.tape, "numbers");
    const int failed = t.numbers == NULL || ask_size(&t) < 0 || write_all(&t, nodes) < 0;
    Py_XDECREF(t.instructions);
    Py_XDECREF(t.numbers);
    return failed ? NULL : Py_NewRef(Py_None);
}
