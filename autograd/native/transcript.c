/* Taking down a graph as instructions of a tape: what _write() of programs/recorder.py does, for the usual nodes.

   The usual node is a leaf or has a row of the table, its operands have their slots, and its label is a str or it has none.
   Rows of users, rows that choose among their operands by a number, and leaves of derivative functions are Python's: it is
   called for them in their turn. */
#include "writing.h"

#include "node.h"

typedef struct {
    Tape tape;
    PyObject *slots;      /* {node: its slot} */
    PyObject *write;      /* the method for whatever is unusual */
    PyObject *parameters; /* the leaves */
    PyObject *made;       /* the set of leaves that are numbers: mostly there are none */
    PyObject *places, *labels; /* of the tape: the slots of the leaves; {slot: label} */
} Transcript;

static PyObject *label_of(const Node *node) {
    const Extra *extra = extra_if_any(node);
    return extra == NULL || extra->of[OWN_LABEL] == engine.empty ? NULL : extra->of[OWN_LABEL];
}

static int is_usual(const Transcript *t, const Node *node) {
    PyObject *label = label_of(node);
    if (node->flags & RAW || (label != NULL && !PyUnicode_CheckExact(label)))
        return 0;
    if (node->row == 0)
        return PySet_Size(t->made) == 0;
    return node->row <= ROW_ALL && node->row - 1 != ROW_softmax_entry && node->row - 1 != ROW_cross_entropy;
}

/* new_slot() of tape.py, for a node: a new reference. */
static PyObject *new_slot(Transcript *t, const Node *node) {
    PyObject *slot = PyLong_FromLong(t->tape.size), *label = label_of(node);
    if (slot != NULL && label != NULL && PyUnicode_GetLength(label) && PyDict_SetItem(t->labels, slot, label) < 0)
        Py_CLEAR(slot);
    t->tape.size += slot != NULL;
    return slot;
}

/* A new reference to the slot of an operand. */
static PyObject *slot_of(Transcript *t, PyObject *operand) {
    if (!is_node(operand))
        return slot_of_number(&t->tape, PyFloat_AsDouble(operand));
    PyObject *slot = PyDict_GetItemWithError(t->slots, operand);
    if (slot == NULL && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "an operand that comes after its result");
    return Py_XNewRef(slot);
}

static PyObject *slots_of_operands(Transcript *t, Node *node) {
    PyObject *operands = operands_of(node, NULL), *slots = operands == NULL ? NULL : new_tuple(PyTuple_Size(operands));
    for (Py_ssize_t i = 0; slots != NULL && i < PyTuple_Size(operands); i++)
        set_item(&slots, i, slot_of(t, PyTuple_GetItem(operands, i)));
    Py_XDECREF(operands);
    return slots;
}

static int write_node(Transcript *t, Node *node) {
    PyObject *operands = slots_of_operands(t, node), *result = operands == NULL ? NULL : new_slot(t, node);
    const int failed = write_instruction(&t->tape, engine.rows[node->row - 1], operands, result) < 0 ||
                       PyDict_SetItem(t->slots, (PyObject *)node, result) < 0;
    Py_XDECREF(result);
    return failed ? -1 : 0;
}

static int write_leaf(Transcript *t, Node *node) {
    PyObject *slot = new_slot(t, node), *leaf = (PyObject *)node;
    const int failed = slot == NULL || PyList_Append(t->places, slot) < 0 || PyList_Append(t->parameters, leaf) < 0 ||
                       PyDict_SetItem(t->slots, leaf, slot) < 0;
    Py_XDECREF(slot);
    return failed ? -1 : 0;
}

static int write_one(Transcript *t, Node *node) {
    if (is_usual(t, node))
        return node->row == 0 ? write_leaf(t, node) : write_node(t, node);
    PyObject *done = ask_with_tape(&t->tape, t->write, (PyObject *)node, NULL);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

static int write_all(Transcript *t, PyObject *nodes) {
    for (Py_ssize_t i = 0; i < PyList_Size(nodes); i++) {
        PyObject *node = PyList_GetItem(nodes, i);
        const int known = PyDict_Contains(t->slots, node);
        if (known < 0 || (!known && write_one(t, (Node *)node) < 0))
            return -1;
    }
    return tell_size(&t->tape);
}

static int open_transcript(Transcript *t) {
    if (open_tape(&t->tape) < 0)
        return -1;
    t->places = PyObject_GetAttrString(t->tape.tape, "parameters");
    t->labels = t->places == NULL ? NULL : PyObject_GetAttrString(t->tape.tape, "labels");
    return t->labels == NULL ? -1 : 0;
}

/* transcribe(nodes, slots, tape, Instruction, write, parameters, made): operands before results, as topological_order()
   gives them. */
PyObject *transcribe(PyObject *module, PyObject *args) {
    (void)module;
    Transcript t = {.slots = NULL};
    PyObject *nodes;
    if (!PyArg_ParseTuple(args, "O!O!OO!OO!O!", &PyList_Type, &nodes, &PyDict_Type, &t.slots, &t.tape.tape, &PyType_Type,
                          &t.tape.kind, &t.write, &PyList_Type, &t.parameters, &PySet_Type, &t.made))
        return NULL;
    const int failed = open_transcript(&t) < 0 || write_all(&t, nodes) < 0;
    Py_XDECREF(t.places);
    Py_XDECREF(t.labels);
    close_tape(&t.tape);
    return failed ? NULL : Py_NewRef(Py_None);
}
