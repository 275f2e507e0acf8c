/* The links of a node as Python writes them: the four slots of value.py, one after the other, in any order.

   While that goes on a node is RAW. With the last of them the links fit one of the forms of node.h. */
#include "memory.h"

/* From Python objects ------------------------------------------------------------------------------------------------ */

static int is_number(PyObject *thing) { return PyFloat_CheckExact(thing); }

/* A slope as a double; also the 3 of a.data = 3 that a * b holds. */
static int is_slope(PyObject *thing, double *slope) {
    if (!PyFloat_CheckExact(thing) && !PyLong_Check(thing))
        return 0;
    *slope = PyFloat_CheckExact(thing) ? PyFloat_AsDouble(thing) : PyLong_AsDouble(thing);
    if (*slope == -1.0 && PyErr_Occurred()) {
        PyErr_Clear();
        return 0;
    }
    return 1;
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
        else if (!is_number(operand))
            return -1;
    }
    return found == PyTuple_Size(parents) ? others : -1;
}

/* Tuples of parents, slopes and operands that fit together? Then they become a Many. */
static int settle_many(Node *node, Raw *raw) {
    if (!PyTuple_CheckExact(raw->d_left) || !PyTuple_CheckExact(raw->right) || raw->d_right != Py_None)
        return 0;
    const Py_ssize_t parents = PyTuple_Size(raw->left), operands = PyTuple_Size(raw->right);
    const Py_ssize_t others = others_among(raw->left, raw->right);
    double slope;
    if (others < 0 || PyTuple_Size(raw->d_left) != parents)
        return 0;
    for (Py_ssize_t i = 0; i < parents; i++)
        if (!is_slope(PyTuple_GetItem(raw->d_left, i), &slope))
            return 0;
    Many *many = new_many(parents, others, operands);
    if (many == NULL)
        return -1;
    Py_ssize_t at = 0, numbers = 0, other = parents;
    int inherited = 0;
    for (Py_ssize_t i = 0; i < operands; i++) {
        PyObject *operand = PyTuple_GetItem(raw->right, i);
        const int is_parent = at < parents && PyTuple_GetItem(raw->left, at) == operand;
        const int kind = is_parent ? PARENT : is_node(operand) ? OTHER : NUMBER;
        if (many->kinds != NULL)
            many->kinds[i] = (uint8_t)kind;
        if (kind == NUMBER) {
            many->numbers[numbers++] = PyFloat_AsDouble(operand);
            continue;
        }
        if (kind == PARENT)
            is_slope(PyTuple_GetItem(raw->d_left, at), &many->slopes[at]);
        Node **place = &many->parent[kind == PARENT ? at++ : other++];
        *place = held((Node *)operand);
        inherited |= (*place)->flags;
    }
    drop_links(node);
    node->left.many = many;
    node->flags |= MANY;
    return inherit(node, inherited) < 0 ? -1 : 1;
}

/* One side of a flat node: 1 a node with its slope, 2 a number, 3 nothing, 0 anything else. */
static int side(PyObject *operand, PyObject *slope) {
    double number;
    if (is_node(operand))
        return is_slope(slope, &number) ? 1 : 0;
    if (slope != Py_None)
        return 0;
    return operand == Py_None ? 3 : is_number(operand) ? 2 : 0;
}

static int settle_flat(Node *node, Raw *raw) {
    const int left = side(raw->left, raw->d_left), right = side(raw->right, raw->d_right);
    if (!left || !right || left == 3 || (left == 2 && right != 1))
        return 0;
    const int parents = (left == 1) + (right == 1), operands = 1 + (right != 3);
    Many *many = new_many(parents, 0, operands);
    if (many == NULL)
        return -1;
    PyObject *const things[] = {raw->left, raw->right}, *const slopes[] = {raw->d_left, raw->d_right};
    Py_ssize_t at = 0, numbers = 0;
    int inherited = 0;
    for (int i = 0; i < operands; i++) {
        const int is_parent = (i ? right : left) == 1;
        if (many->kinds != NULL)
            many->kinds[i] = is_parent ? PARENT : NUMBER;
        if (is_parent) {
            is_slope(slopes[i], &many->slopes[at]);
            many->parent[at] = held((Node *)things[i]);
            inherited |= many->parent[at++]->flags;
        } else
            many->numbers[numbers++] = PyFloat_AsDouble(things[i]);
    }
    drop_links(node);
    node->left.many = many;
    node->flags |= MANY | FLAT;
    return inherit(node, inherited) < 0 ? -1 : 1;
}

static int settle_from(Node *node, Raw *raw) {
    return PyTuple_CheckExact(raw->left) ? settle_many(node, raw) : settle_flat(node, raw);
}

int settle(Node *node) { return node->flags & RAW ? settle_from(node, node->left.raw) : 1; }

/* Writing ------------------------------------------------------------------------------------------------------------- */

/* Put a Raw in the place of whatever form the links have; it takes over the references. */
static int become_raw(Node *node, PyObject *left, PyObject *d_left, PyObject *right, PyObject *d_right) {
    Raw *raw = PyMem_Malloc(sizeof(Raw));
    if (raw == NULL || left == NULL || d_left == NULL || right == NULL || d_right == NULL) {
        if (raw == NULL)
            PyErr_NoMemory();
        PyMem_Free(raw);
        Py_XDECREF(left);
        Py_XDECREF(d_left);
        Py_XDECREF(right);
        Py_XDECREF(d_right);
        return -1;
    }
    *raw = (Raw){left, d_left, right, d_right};
    drop_links(node);
    node->left.raw = raw;
    node->flags |= RAW;
    odd_nodes++;
    return 0;
}

/* `which` is the place in Raw. A leaf that is told that it has no links stays what it is. */
int set_link(Node *node, PyObject *thing, void *which) {
    if (thing == NULL) {
        PyErr_SetString(PyExc_AttributeError, "the links of a Value cannot be deleted");
        return -1;
    }
    if (thing == Py_None && !(node->flags & LINKS))
        return 0;
    if (!(node->flags & RAW) && become_raw(node, get_left(node, NULL), get_d_left(node, NULL), get_right(node, NULL),
                                           get_d_right(node, NULL)) < 0)
        return -1;
    put((PyObject **)((char *)node->left.raw + (size_t)which), Py_NewRef(thing));
    Raw *raw = node->left.raw;
    if (raw->left == Py_None && raw->d_left == Py_None && raw->right == Py_None && raw->d_right == Py_None)
        drop_links(node); /* a leaf */
    if (!is_node(thing) && !PyTuple_CheckExact(thing) && hang(node, thing) < 0)
        return -1; /* a closure that a leaf keeps */
    return settle(node) < 0 ? -1 : 0;
}

/* _leaf and _node of value.py, for Python that makes nodes in unusual cases ------------------------------------------- */

PyObject *make_leaf(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *kind, *data;
    if (!PyArg_ParseTuple(args, "O!O", &PyType_Type, &kind, &data))
        return NULL;
    Node *node = new_node((PyTypeObject *)kind, PyFloat_CheckExact(data) ? PyFloat_AsDouble(data) : 0.0, 0);
    if (node != NULL && !PyFloat_CheckExact(data) && set_data(node, data, NULL) < 0)
        Py_CLEAR(node);
    return (PyObject *)node;
}

PyObject *make_node(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    (void)module;
    if (count != 7 || !PyType_Check(args[0]))
        return PyErr_Format(PyExc_TypeError, "a node is made of a type, a row, its data and four links");
    PyObject *row = args[1], *data = args[2];
    Raw raw = {args[3], args[4], args[5], args[6]};
    Node *node = new_node((PyTypeObject *)args[0], PyFloat_CheckExact(data) ? PyFloat_AsDouble(data) : 0.0, 0);
    if (node == NULL)
        return NULL;
    int settled = -1;
    if ((PyFloat_CheckExact(data) || set_data(node, data, NULL) == 0) && set_op(node, row, NULL) == 0)
        settled = settle_from(node, &raw);
    if (settled < 0 || (settled == 0 && become_raw(node, Py_NewRef(raw.left), Py_NewRef(raw.d_left), Py_NewRef(raw.right),
                                                   Py_NewRef(raw.d_right)) < 0))
        Py_CLEAR(node);
    return (PyObject *)node;
}
