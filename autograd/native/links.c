/* The links of a node: operands and local derivatives, in their three forms, and as Python reads them. */
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

void drop_block_of_links(Node *node) {
    const int flags = node->flags;
    node->flags = (uint16_t)(flags & ~LINKS);
    if (flags & MANY) {
        Many *many = node->left.many;
        for (Py_ssize_t i = 0; i < many->parents + many->others; i++)
            Py_DECREF((PyObject *)many->parent[i]);
        free_many(many);
    }
    if (flags & RAW) {
        odd_nodes--;
        free_raw(node->left.raw);
    }
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
            many->slopes[parents] = slopes_of(node)[0];
            many->parent[parents++] = node->left.node;
        } else
            many->numbers[numbers++] = node->left.number;
    }
    if (has_right) {
        if (many->kinds != NULL)
            many->kinds[operands++] = flags & RIGHT ? PARENT : NUMBER;
        if (flags & RIGHT) {
            many->slopes[parents] = slopes_of(node)[1];
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

PyObject *get_left(Node *node, void *unused) {
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

PyObject *get_d_left(Node *node, void *unused) {
    (void)unused;
    if (node->flags & RAW)
        return Py_NewRef(node->left.raw->d_left);
    if (node->flags & FLAT)
        return slope_of_flat(node->left.many, 0);
    if (node->flags & MANY)
        return slopes_of_many(node->left.many);
    if (node->flags & LEFT)
        return PyFloat_FromDouble(slopes_of(node)[0]);
    Py_RETURN_NONE;
}

PyObject *get_right(Node *node, void *unused) {
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

PyObject *get_d_right(Node *node, void *unused) {
    (void)unused;
    if (node->flags & RAW)
        return Py_NewRef(node->left.raw->d_right);
    if (node->flags & FLAT)
        return slope_of_flat(node->left.many, 1);
    if (node->flags & RIGHT)
        return PyFloat_FromDouble(slopes_of(node)[1]);
    Py_RETURN_NONE;
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
    const double *slopes = slopes_of(node);
    if (flags & LEFT && flags & RIGHT)
        return Py_BuildValue("(dd)", slopes[0], slopes[1]);
    if (flags & LEFT)
        return Py_BuildValue("(d)", slopes[0]);
    return flags & RIGHT ? Py_BuildValue("(d)", slopes[1]) : PyTuple_New(0);
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
