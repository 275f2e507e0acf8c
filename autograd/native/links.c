/* The links of a node: operands and local derivatives, in their three forms, and as Python reads and writes them. */
#include "node.h"

#define BLOCK 32          /* blocks are handed out in steps of so many bytes, */
#define KINDS 128         /* up to 4 KB: a training asks for the same sizes again and again, so freed ones are kept, */
#ifndef MOST_KEPT
#define MOST_KEPT 4194304 /* of every size so many bytes at most. (0 where every mistake has to show) */
#endif

static void *kept[KINDS];
static Py_ssize_t kept_count[KINDS];

static void *take_block(size_t size) {
    const size_t kind = (size + BLOCK - 1) / BLOCK;
    if (kind >= KINDS)
        return PyMem_Malloc(size);
    void *block = kept[kind];
    if (block == NULL)
        return PyMem_Malloc(kind * BLOCK);
    kept[kind] = *(void **)block;
    kept_count[kind]--;
    return block;
}

static void give_block(void *block, size_t size) {
    const size_t kind = (size + BLOCK - 1) / BLOCK;
    if (kind >= KINDS || (kept_count[kind] + 1) * (Py_ssize_t)(kind * BLOCK) > MOST_KEPT) {
        PyMem_Free(block);
        return;
    }
    *(void **)block = kept[kind];
    kept[kind] = block;
    kept_count[kind]++;
}

static size_t size_of_many(Py_ssize_t parents, Py_ssize_t others, Py_ssize_t operands) {
    const Py_ssize_t numbers = operands - parents - others;
    return sizeof(Many) + (size_t)(parents + others) * sizeof(Node *) + (size_t)(parents + numbers) * sizeof(double) +
           (operands > parents ? (size_t)operands : 0);
}

Many *new_many(Py_ssize_t parents, Py_ssize_t others, Py_ssize_t operands) {
    Many *many = take_block(size_of_many(parents, others, operands));
    if (many == NULL)
        return (Many *)PyErr_NoMemory();
    many->parents = parents;
    many->others = others;
    many->operands = operands;
    many->slopes = (double *)(many->parent + parents + others);
    many->numbers = many->slopes + parents;
    many->kinds = operands > parents ? (uint8_t *)(many->numbers + (operands - parents - others)) : NULL;
    return many;
}

void free_many(Many *many) { give_block(many, size_of_many(many->parents, many->others, many->operands)); }

static void free_raw(Raw *raw) {
    Py_XDECREF(raw->left);
    Py_XDECREF(raw->d_left);
    Py_XDECREF(raw->right);
    Py_XDECREF(raw->d_right);
    PyMem_Free(raw);
}

void drop_links(Node *node) {
    const int flags = node->flags;
    Node *left = node->left.node, *right = node->right.node;
    node->flags = (uint16_t)(flags & ~LINKS);
    if (flags & MANY) {
        Many *many = (Many *)left;
        for (Py_ssize_t i = 0; i < many->parents + many->others; i++)
            Py_DECREF((PyObject *)many->parent[i]);
        free_many(many);
    }
    if (flags & RAW) {
        odd_nodes--;
        free_raw((Raw *)left);
    }
    if (flags & LEFT)
        Py_DECREF((PyObject *)left);
    if (flags & RIGHT)
        Py_DECREF((PyObject *)right);
}

/* One or two operands that lie in the node move to a Many, so that `right` becomes free. */
int move_out(Node *node) {
    const int flags = node->flags, has_left = flags & (LEFT | LEFT_NUMBER), has_right = flags & (RIGHT | RIGHT_NUMBER);
    if (!has_left && !has_right)
        return 0;
    Many *many = new_many(!!(flags & LEFT) + !!(flags & RIGHT), 0, !!has_left + !!has_right);
    if (many == NULL)
        return -1;
    Py_ssize_t parents = 0, numbers = 0, operands = 0;
    if (has_left) {
        if (many->kinds != NULL)
            many->kinds[operands++] = flags & LEFT ? PARENT : NUMBER;
        if (flags & LEFT) {
            many->slopes[parents] = node->d_left;
            many->parent[parents++] = node->left.node;
        } else
            many->numbers[numbers++] = node->left.number;
    }
    if (has_right) {
        if (many->kinds != NULL)
            many->kinds[operands++] = flags & RIGHT ? PARENT : NUMBER;
        if (flags & RIGHT) {
            many->slopes[parents] = node->d_right;
            many->parent[parents++] = node->right.node;
        } else
            many->numbers[numbers++] = node->right.number;
    }
    node->left.many = many;
    node->flags = (uint16_t)((flags & ~LINKS) | MANY | FLAT);
    return 0;
}

/* As Python objects -------------------------------------------------------------------------------------------------- */

/* What the operand number `at` is, and how many of its kind come before it. */
static int kind_of(const Many *many, Py_ssize_t at, Py_ssize_t *before) {
    const int kind = many->kinds == NULL ? PARENT : many->kinds[at];
    *before = many->kinds == NULL ? at : 0;
    for (Py_ssize_t i = 0; many->kinds != NULL && i < at; i++)
        *before += many->kinds[i] == kind;
    return kind;
}

static PyObject *operand_of_many(const Many *many, Py_ssize_t at) {
    Py_ssize_t before;
    const int kind = kind_of(many, at, &before);
    if (kind == NUMBER)
        return PyFloat_FromDouble(many->numbers[before]);
    return Py_NewRef((PyObject *)many->parent[kind == PARENT ? before : many->parents + before]);
}

static PyObject *operands_of_many(const Many *many) {
    PyObject *tuple = PyTuple_New(many->operands);
    Py_ssize_t parents = 0, numbers = 0, others = many->parents;
    for (Py_ssize_t i = 0; tuple != NULL && i < many->operands; i++) {
        const int kind = many->kinds == NULL ? PARENT : many->kinds[i];
        PyObject *operand = kind == NUMBER ? PyFloat_FromDouble(many->numbers[numbers++])
                                           : Py_NewRef((PyObject *)many->parent[kind == PARENT ? parents++ : others++]);
        if (operand == NULL || PyTuple_SetItem(tuple, i, operand) < 0)
            Py_CLEAR(tuple);
    }
    return tuple;
}

static PyObject *parents_of_many(const Many *many) {
    PyObject *tuple = PyTuple_New(many->parents);
    for (Py_ssize_t i = 0; tuple != NULL && i < many->parents; i++)
        if (PyTuple_SetItem(tuple, i, Py_NewRef((PyObject *)many->parent[i])) < 0)
            Py_CLEAR(tuple);
    return tuple;
}

static PyObject *slopes_of_many(const Many *many) {
    PyObject *tuple = PyTuple_New(many->parents);
    for (Py_ssize_t i = 0; tuple != NULL && i < many->parents; i++) {
        PyObject *slope = PyFloat_FromDouble(many->slopes[i]);
        if (slope == NULL || PyTuple_SetItem(tuple, i, slope) < 0)
            Py_CLEAR(tuple);
    }
    return tuple;
}

/* The slope of the operand number `at` of a FLAT Many, None for a number. */
static PyObject *slope_of_flat(const Many *many, Py_ssize_t at) {
    if (at >= many->operands || (many->kinds != NULL && many->kinds[at] != PARENT))
        Py_RETURN_NONE;
    return PyFloat_FromDouble(many->slopes[at == 1 && many->parents == 2]);
}

static PyObject *get_left(Node *node, void *unused) {
    (void)unused;
    if (node->flags & RAW)
        return Py_NewRef(node->left.raw->left);
    if (node->flags & FLAT)
        return operand_of_many(node->left.many, 0);
    if (node->flags & MANY)
        return parents_of_many(node->left.many);
    if (node->flags & LEFT)
        return Py_NewRef((PyObject *)node->left.node);
    if (node->flags & LEFT_NUMBER)
        return PyFloat_FromDouble(node->left.number);
    Py_RETURN_NONE;
}

static PyObject *get_d_left(Node *node, void *unused) {
    (void)unused;
    if (node->flags & RAW)
        return Py_NewRef(node->left.raw->d_left);
    if (node->flags & FLAT)
        return slope_of_flat(node->left.many, 0);
    if (node->flags & MANY)
        return slopes_of_many(node->left.many);
    if (node->flags & LEFT)
        return PyFloat_FromDouble(node->d_left);
    Py_RETURN_NONE;
}

static PyObject *get_right(Node *node, void *unused) {
    (void)unused;
    if (node->flags & RAW)
        return Py_NewRef(node->left.raw->right);
    if (node->flags & FLAT && node->left.many->operands == 2)
        return operand_of_many(node->left.many, 1);
    if (node->flags & MANY && !(node->flags & FLAT))
        return operands_of_many(node->left.many);
    if (node->flags & RIGHT)
        return Py_NewRef((PyObject *)node->right.node);
    if (node->flags & RIGHT_NUMBER)
        return PyFloat_FromDouble(node->right.number);
    Py_RETURN_NONE;
}

static PyObject *get_d_right(Node *node, void *unused) {
    (void)unused;
    if (node->flags & RAW)
        return Py_NewRef(node->left.raw->d_right);
    if (node->flags & FLAT)
        return slope_of_flat(node->left.many, 1);
    if (node->flags & RIGHT)
        return PyFloat_FromDouble(node->d_right);
    Py_RETURN_NONE;
}

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
static int set_link(Node *node, PyObject *thing, void *which) {
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

/* While slots are being assigned one after the other a node is RAW; with the last of them it fits one of the forms. */
int settle(Node *node) {
    if (!(node->flags & RAW))
        return 1;
    Raw *raw = node->left.raw;
    return PyTuple_CheckExact(raw->left) ? settle_many(node, raw) : settle_flat(node, raw);
}

/* The properties that everybody reads --------------------------------------------------------------------------------- */

PyObject *operands_of(Node *node, void *unused) {
    (void)unused;
    if (node->row == 0)
        return PyTuple_New(0);
    if (node->flags & RAW)
        return PyObject_CallFunctionObjArgs(engine.operands, (PyObject *)node, NULL);
    if (node->flags & MANY)
        return operands_of_many(node->left.many);
    PyObject *left = get_left(node, NULL), *tuple;
    if (left == NULL || !(node->flags & (RIGHT | RIGHT_NUMBER))) {
        tuple = left == NULL ? NULL : PyTuple_Pack(1, left);
        Py_XDECREF(left);
        return tuple;
    }
    PyObject *right = get_right(node, NULL);
    tuple = right == NULL ? NULL : PyTuple_Pack(2, left, right);
    Py_DECREF(left);
    Py_XDECREF(right);
    return tuple;
}

static PyObject *get_parents(Node *node, void *unused) {
    (void)unused;
    const int flags = node->flags;
    if (flags & RAW)
        return PyObject_CallFunctionObjArgs(engine.parents, (PyObject *)node, NULL);
    if (flags & MANY)
        return parents_of_many(node->left.many);
    if (flags & LEFT && flags & RIGHT)
        return PyTuple_Pack(2, node->left.node, node->right.node);
    if (flags & LEFT)
        return PyTuple_Pack(1, node->left.node);
    return flags & RIGHT ? PyTuple_Pack(1, node->right.node) : PyTuple_New(0);
}

static PyObject *get_local_grads(Node *node, void *unused) {
    (void)unused;
    const int flags = node->flags;
    if (flags & RAW)
        return PyObject_CallFunctionObjArgs(engine.local_grads, (PyObject *)node, NULL);
    if (flags & MANY)
        return slopes_of_many(node->left.many);
    if (flags & LEFT && flags & RIGHT)
        return Py_BuildValue("(dd)", node->d_left, node->d_right);
    if (flags & LEFT)
        return Py_BuildValue("(d)", node->d_left);
    return flags & RIGHT ? Py_BuildValue("(d)", node->d_right) : PyTuple_New(0);
}

PyGetSetDef link_attributes[] = {
    {"_left", (getter)get_left, (setter)set_link, NULL, (void *)offsetof(Raw, left)},
    {"_d_left", (getter)get_d_left, (setter)set_link, NULL, (void *)offsetof(Raw, d_left)},
    {"_right", (getter)get_right, (setter)set_link, NULL, (void *)offsetof(Raw, right)},
    {"_d_right", (getter)get_d_right, (setter)set_link, NULL, (void *)offsetof(Raw, d_right)},
    {"operands", (getter)operands_of, NULL, NULL, NULL},
    {"parents", (getter)get_parents, NULL, NULL, NULL},
    {"local_grads", (getter)get_local_grads, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* _leaf and _node of value.py, for Python that makes nodes in unusual cases ------------------------------------------- */

static int set_data(Node *node, PyObject *data) { return PyObject_SetAttrString((PyObject *)node, "data", data); }

PyObject *make_leaf(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *kind, *data;
    if (!PyArg_ParseTuple(args, "O!O", &PyType_Type, &kind, &data))
        return NULL;
    Node *node = new_node((PyTypeObject *)kind, PyFloat_CheckExact(data) ? PyFloat_AsDouble(data) : 0.0);
    if (node != NULL && !PyFloat_CheckExact(data) && set_data(node, data) < 0)
        Py_CLEAR(node);
    return (PyObject *)node;
}

PyObject *make_node(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *kind, *row, *data, *left, *d_left, *right, *d_right;
    if (!PyArg_ParseTuple(args, "O!OOOOOO", &PyType_Type, &kind, &row, &data, &left, &d_left, &right, &d_right))
        return NULL;
    Node *node = new_node((PyTypeObject *)kind, PyFloat_CheckExact(data) ? PyFloat_AsDouble(data) : 0.0);
    if (node == NULL)
        return NULL;
    if ((!PyFloat_CheckExact(data) && set_data(node, data) < 0) ||
        PyObject_SetAttrString((PyObject *)node, "op", row) < 0 ||
        become_raw(node, Py_NewRef(left), Py_NewRef(d_left), Py_NewRef(right), Py_NewRef(d_right)) < 0 || settle(node) < 0)
        Py_CLEAR(node);
    return (PyObject *)node;
}
