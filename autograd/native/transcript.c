/* Taking down a graph as instructions of a tape: what _write() of programs/recorder.py does, for the usual nodes.

   The usual node has a row of the table and no label, and its operands have their slots. Leaves, labelled nodes, rows
   of users and rows that choose among their operands by a number are Python's: it is called for them in their turn. */
#include "writing.h"

#include "node.h"

typedef struct {
    Tape tape;
    PyObject *slots; /* {node: its slot} */
    PyObject *write; /* the method for whatever is unusual */
} Transcript;

static int is_usual(const Node *node) {
    const Extra *extra = extra_if_any(node);
    return node->row != 0 && node->row <= ROW_ALL && node->row - 1 != ROW_softmax_entry &&
           node->row - 1 != ROW_cross_entropy && !(node->flags & RAW) &&
           (extra == NULL || extra->of[OWN_LABEL] == NULL || extra->of[OWN_LABEL] == engine.empty);
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
    PyObject *operands = slots_of_operands(t, node), *result = operands == NULL ? NULL : PyLong_FromLong(t->tape.size);
    const int failed = write_instruction(&t->tape, engine.rows[node->row - 1], operands, result) < 0 ||
                       PyDict_SetItem(t->slots, (PyObject *)node, result) < 0;
    t->tape.size++;
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
            PyObject *done = ask_with_tape(&t->tape, t->write, node, NULL);
            failed = done == NULL;
            Py_XDECREF(done);
        }
        if (failed)
            return -1;
    }
    return tell_size(&t->tape);
}

/* transcribe(nodes, slots, tape, Instruction, write): operands before results, as topological_order() gives them. */
PyObject *transcribe(PyObject *module, PyObject *args) {
    (void)module;
    Transcript t = {.slots = NULL};
    PyObject *nodes;
    if (!PyArg_ParseTuple(args, "O!O!OO!O", &PyList_Type, &nodes, &PyDict_Type, &t.slots, &t.tape.tape, &PyType_Type,
                          &t.tape.kind, &t.write))
        return NULL;
    const int failed = open_tape(&t.tape) < 0 || write_all(&t, nodes) < 0;
    close_tape(&t.tape);
    return failed ? NULL : Py_NewRef(Py_None);
}
