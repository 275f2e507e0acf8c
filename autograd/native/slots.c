/* The links of a node as Python writes them: the four slots of value.py, one after the other, in any order.

   While that goes on a node is RAW. With the last of them the links fit one of the forms of node.h. */
#include "filling.h"

/* From Python objects ------------------------------------------------------------------------------------------------ */

/* A slope as a double; also the 3 of a.data = 3 that a * b holds. */
static int is_slope(PyObject *thing, double *slope) {
    if (!PyFloat_CheckExact(thing))
        return PyLong_Check(thing) && double_of_int(thing, slope);
    *slope = PyFloat_AsDouble(thing);
    return 1;
}

static Term as_term(PyObject *operand) {
    return is_node(operand) ? (Term){(Node *)operand, 0.0} : (Term){NULL, PyFloat_AsDouble(operand)};
}

/* Do the parents stand among the operands, in their order? How many other nodes are there? -1 if it does not fit. */
static Py_ssize_t others_among(PyObject *parents, PyObject *operands) {
    Py_ssize_t found = 0, others = 0;
    for (Py_ssize_t i = 0; i < PyTuple_Size(operands); i++) {
        PyObject *operand = PyTuple_GetItem(operands, i);
        if (is_node(operand) && found < PyTuple_Size(parents) && PyTuple_GetItem(parents, found) == operand)
            found++;
        else if (is_node(operand))
            others++;
        else if (!PyFloat_CheckExact(operand))
            return -1;
    }
    return found == PyTuple_Size(parents) ? others : -1;
}

/* Tuples of parents, slopes and operands that fit together? Then they become a Many. */
static int settle_many(Node *node, PyObject *const *slots) {
    PyObject *parents = slots[SLOT_LEFT], *slopes = slots[SLOT_D_LEFT], *operands = slots[SLOT_RIGHT];
    if (!PyTuple_CheckExact(slopes) || !PyTuple_CheckExact(operands) || slots[SLOT_D_RIGHT] != Py_None)
        return 0;
    const Py_ssize_t count = PyTuple_Size(parents), others = others_among(parents, operands);
    double slope;
    if (others < 0 || PyTuple_Size(slopes) != count)
        return 0;
    for (Py_ssize_t i = 0; i < count; i++)
        if (!is_slope(PyTuple_GetItem(slopes, i), &slope))
            return 0;
    Filling filling = {.many = new_many(count, others, PyTuple_Size(operands))};
    if (filling.many == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < PyTuple_Size(operands); i++) {
        PyObject *operand = PyTuple_GetItem(operands, i);
        const int is_parent = filling.parents < count && PyTuple_GetItem(parents, filling.parents) == operand;
        if (is_parent)
            is_slope(PyTuple_GetItem(slopes, filling.parents), &slope);
        add_operand(&filling, as_term(operand), is_parent ? &slope : NULL);
    }
    link_many(node, &filling, 0);
    return 1;
}

/* One side of a flat node: a node with its slope, a number, or nothing; anything else is ODD. */
enum { NOTHING, A_NUMBER, A_PARENT, ODD };
static int side(PyObject *operand, PyObject *slope, double *number) {
    if (is_node(operand))
        return is_slope(slope, number) ? A_PARENT : ODD;
    return slope != Py_None ? ODD : operand == Py_None ? NOTHING : PyFloat_CheckExact(operand) ? A_NUMBER : ODD;
}

static int settle_flat(Node *node, PyObject *const *slots) {
    double d_left, d_right;
    const int left = side(slots[SLOT_LEFT], slots[SLOT_D_LEFT], &d_left);
    const int right = side(slots[SLOT_RIGHT], slots[SLOT_D_RIGHT], &d_right);
    if (left == ODD || right == ODD || left == NOTHING || (left == A_NUMBER && right != A_PARENT))
        return 0;
    Filling filling = {.many = new_many((left == A_PARENT) + (right == A_PARENT), 0, right == NOTHING ? 1 : 2)};
    if (filling.many == NULL)
        return -1;
    add_operand(&filling, as_term(slots[SLOT_LEFT]), &d_left);
    if (right != NOTHING)
        add_operand(&filling, as_term(slots[SLOT_RIGHT]), &d_right);
    link_many(node, &filling, FLAT);
    return 1;
}

/* modes.RESULT alone, on a leaf? */
static int settle_result(Node *node, PyObject *const *slots) {
    if (node->row || slots[SLOT_D_LEFT] != Py_None || slots[SLOT_RIGHT] != Py_None || slots[SLOT_D_RIGHT] != Py_None)
        return 0;
    replace_links(node, RESULT, (Left){.raw = NULL});
    return 1;
}

/* From what the four slots hold to one of the forms of node.h: 1 if it is done, 0 if it cannot be, -1 with an exception. */
static int settle(Node *node, PyObject *const *slots) {
    if (slots[SLOT_LEFT] == Py_True)
        return settle_result(node, slots);
    return PyTuple_CheckExact(slots[SLOT_LEFT]) ? settle_many(node, slots) : settle_flat(node, slots);
}

/* Writing ------------------------------------------------------------------------------------------------------------- */

/* Put a Raw in the place of whatever form the links have; it takes over the references. */
static int become_raw(Node *node, PyObject *left, PyObject *d_left, PyObject *right, PyObject *d_right) {
    PyObject *const things[SLOTS] = {left, d_left, right, d_right};
    const int failed = left == NULL || d_left == NULL || right == NULL || d_right == NULL;
    Raw *raw = failed ? NULL : zeros(1, sizeof(Raw));
    if (raw == NULL) {
        for (int i = 0; i < SLOTS; i++)
            Py_XDECREF(things[i]);
        return -1;
    }
    memcpy(raw->slot, things, sizeof(things));
    odd_nodes++;
    replace_links(node, RAW, (Left){.raw = raw});
    return 0;
}

/* A node whose slots are all None is a leaf. */
static void drop_empty(Node *node) {
    for (int i = 0; i < SLOTS; i++)
        if (node->left.raw->slot[i] != Py_None)
            return;
    drop_links(node);
}

/* `which` slot it is. A leaf that is told that it has no links stays what it is. */
int set_link(Node *node, PyObject *thing, void *which) {
    if (thing == NULL) {
        PyErr_SetString(PyExc_AttributeError, "the links of a Value cannot be deleted");
        return -1;
    }
    if (thing == Py_None && !(node->flags & (LINKS | RESULT)))
        return 0;
    if (!(node->flags & RAW) && become_raw(node, get_link(node, (void *)SLOT_LEFT), get_link(node, (void *)SLOT_D_LEFT),
                                           get_link(node, (void *)SLOT_RIGHT), get_link(node, (void *)SLOT_D_RIGHT)) < 0)
        return -1;
    if (node->flags & RAW) /* still, whatever ran meanwhile */
        put(&node->left.raw->slot[(size_t)which], Py_NewRef(thing));
    if (node->flags & RAW)
        drop_empty(node);
    if (!is_node(thing) && !PyTuple_CheckExact(thing) && hang(node, thing) < 0)
        return -1; /* a closure that a leaf keeps */
    return node->flags & RAW && settle(node, node->left.raw->slot) < 0 ? -1 : 0;
}

/* _leaf and _node of value.py, for Python that makes nodes in unusual cases ------------------------------------------- */

static Node *node_of_data(PyObject *kind, PyObject *data) {
    Node *node = new_node((PyTypeObject *)kind, 0.0, 0);
    if (node != NULL && set_data(node, data, NULL) < 0)
        Py_CLEAR(node);
    return node;
}

PyObject *make_leaf(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *kind, *data;
    if (!PyArg_ParseTuple(args, "O!O", &PyType_Type, &kind, &data))
        return NULL;
    return (PyObject *)node_of_data(kind, data);
}

PyObject *make_node(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)module;
    if (count != 7 || !PyType_Check(args[0]))
        return PyErr_Format(PyExc_TypeError, "a node is made of a type, a row, its data and four links");
    Node *node = node_of_data(args[0], args[2]);
    if (node == NULL)
        return NULL;
    const int settled = set_op(node, args[1], NULL) < 0 ? -1 : settle(node, args + 3);
    if (settled < 0 || (settled == 0 && become_raw(node, Py_NewRef(args[3]), Py_NewRef(args[4]), Py_NewRef(args[5]),
                                                   Py_NewRef(args[6])) < 0))
        Py_CLEAR(node);
    return (PyObject *)node;
}
