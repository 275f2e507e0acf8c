/* The links of a node: operands and local derivatives, in their three forms, and as Python reads them. */
#include "filling.h"

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

void release_block(int flags, Left block) {
    if (flags & MANY) {
        Many *many = block.many;
        for (Py_ssize_t i = 0; i < many->parents + many->others; i++)
            Py_DECREF((PyObject *)many->parent[i]);
        free_many(many);
    }
    if (flags & RAW) {
        odd_nodes--;
        for (int i = 0; i < SLOTS; i++)
            Py_XDECREF(block.raw->slot[i]);
        PyMem_Free(block.raw);
    }
}

/* Building a Many ----------------------------------------------------------------------------------------------------- */

void add_operand(Filling *filling, Term operand, const double *slope) {
    Many *many = filling->many;
    const int kind = operand.node == NULL ? NUMBER : slope == NULL ? OTHER : PARENT;
    if (many->kinds != NULL)
        many->kinds[filled(filling)] = (uint8_t)kind;
    if (kind == NUMBER) {
        many->numbers[filling->numbers++] = operand.number;
        return;
    }
    if (kind == PARENT)
        many->slopes[filling->parents] = *slope;
    many->parent[kind == PARENT ? filling->parents++ : many->parents + filling->others++] = held(operand.node);
    filling->flags |= operand.node->flags;
}

void link_many(Node *node, const Filling *filling, int flat) {
    inherit(node, filling->flags);
    replace_links(node, MANY | flat, (Left){.many = filling->many});
}

/* One or two operands that lie in the node move to a Many, so that `right` becomes free. */
int move_out(Node *node) {
    const int flags = node->flags, has_left = flags & (LEFT | LEFT_NUMBER), has_right = flags & (RIGHT | RIGHT_NUMBER);
    if (!has_left && !has_right)
        return 0;
    Filling filling = {.many = new_many(!!(flags & LEFT) + !!(flags & RIGHT), 0, !!has_left + !!has_right)};
    if (filling.many == NULL)
        return -1;
    if (has_left)
        add_operand(&filling, flags & LEFT ? (Term){node->left.node, 0.0} : (Term){NULL, node->left.number}, slopes_of(node));
    if (has_right)
        add_operand(&filling, flags & RIGHT ? (Term){node->right.node, 0.0} : (Term){NULL, node->right.number}, slopes_of(node) + 1);
    link_many(node, &filling, FLAT);
    return 0;
}

/* As Python objects -------------------------------------------------------------------------------------------------- */

static PyObject *operands_of_many(const Many *many) {
    PyObject *tuple = new_tuple(many->operands);
    Node *const *parent = many->parent, *const *other = parent + many->parents;
    const double *number = many->numbers;
    for (Py_ssize_t i = 0; tuple != NULL && i < many->operands; i++) {
        const int kind = many->kinds == NULL ? PARENT : many->kinds[i];
        set_item(&tuple, i, kind == NUMBER ? PyFloat_FromDouble(*number++)
                                           : Py_NewRef((PyObject *)*(kind == PARENT ? parent++ : other++)));
    }
    return tuple;
}

static PyObject *tuple_of_nodes(Node *const *nodes, Py_ssize_t count) {
    PyObject *tuple = new_tuple(count);
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++)
        set_item(&tuple, i, Py_NewRef((PyObject *)nodes[i]));
    return tuple;
}

/* An operand of a FLAT Many, None if there are not so many. */
static PyObject *operand_of_flat(const Many *many, Py_ssize_t at) {
    if (at >= many->operands)
        Py_RETURN_NONE;
    PyObject *operands = operands_of_many(many), *operand = operands == NULL ? NULL : PyTuple_GetItem(operands, at);
    Py_XINCREF(operand);
    Py_XDECREF(operands);
    return operand;
}

/* Its slope, None for a number. */
static PyObject *slope_of_flat(const Many *many, Py_ssize_t at) {
    if (at >= many->operands || (many->kinds != NULL && many->kinds[at] != PARENT))
        Py_RETURN_NONE;
    return PyFloat_FromDouble(many->slopes[at == 1 && many->parents == 2]);
}

PyObject *get_left(Node *node, void *unused) {
    (void)unused;
    if (node->flags & RAW)
        return Py_NewRef(node->left.raw->slot[SLOT_LEFT]);
    if (node->flags & FLAT)
        return operand_of_flat(node->left.many, 0);
    if (node->flags & MANY)
        return tuple_of_nodes(node->left.many->parent, node->left.many->parents);
    if (node->flags & LEFT)
        return Py_NewRef((PyObject *)node->left.node);
    if (node->flags & LEFT_NUMBER)
        return PyFloat_FromDouble(node->left.number);
    Py_RETURN_NONE;
}

PyObject *get_d_left(Node *node, void *unused) {
    (void)unused;
    if (node->flags & RAW)
        return Py_NewRef(node->left.raw->slot[SLOT_D_LEFT]);
    if (node->flags & FLAT)
        return slope_of_flat(node->left.many, 0);
    if (node->flags & MANY)
        return tuple_of_floats(node->left.many->slopes, node->left.many->parents);
    if (node->flags & LEFT)
        return PyFloat_FromDouble(slopes_of(node)[0]);
    Py_RETURN_NONE;
}

PyObject *get_right(Node *node, void *unused) {
    (void)unused;
    if (node->flags & RAW)
        return Py_NewRef(node->left.raw->slot[SLOT_RIGHT]);
    if (node->flags & FLAT)
        return operand_of_flat(node->left.many, 1);
    if (node->flags & MANY)
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
        return Py_NewRef(node->left.raw->slot[SLOT_D_RIGHT]);
    if (node->flags & FLAT)
        return slope_of_flat(node->left.many, 1);
    if (node->flags & RIGHT)
        return PyFloat_FromDouble(slopes_of(node)[1]);
    Py_RETURN_NONE;
}

/* The properties that everybody reads --------------------------------------------------------------------------------- */

PyObject *operands_of(Node *node, void *unused) {
    (void)unused;
    const int flags = node->flags;
    if (node->row == 0)
        return new_tuple(0);
    if (flags & RAW)
        return PyObject_CallFunctionObjArgs(engine.operands, (PyObject *)node, NULL);
    if (flags & MANY)
        return operands_of_many(node->left.many);
    PyObject *tuple = new_tuple(flags & (RIGHT | RIGHT_NUMBER) ? 2 : 1);
    if (tuple != NULL)
        set_item(&tuple, 0, get_left(node, NULL));
    if (tuple != NULL && flags & (RIGHT | RIGHT_NUMBER))
        set_item(&tuple, 1, get_right(node, NULL));
    return tuple;
}

static PyObject *get_parents(Node *node, void *unused) {
    (void)unused;
    const int flags = node->flags, left = !!(flags & LEFT), right = !!(flags & RIGHT);
    if (flags & RAW)
        return PyObject_CallFunctionObjArgs(engine.parents, (PyObject *)node, NULL);
    if (flags & MANY)
        return tuple_of_nodes(node->left.many->parent, node->left.many->parents);
    Node *const both[] = {node->left.node, node->right.node};
    return tuple_of_nodes(both + !left, left + right);
}

static PyObject *get_local_grads(Node *node, void *unused) {
    (void)unused;
    const int flags = node->flags, left = !!(flags & LEFT), right = !!(flags & RIGHT);
    if (flags & RAW)
        return PyObject_CallFunctionObjArgs(engine.local_grads, (PyObject *)node, NULL);
    if (flags & MANY)
        return tuple_of_floats(node->left.many->slopes, node->left.many->parents);
    return left + right ? tuple_of_floats(slopes_of(node) + !left, left + right) : new_tuple(0);
}

PyGetSetDef link_attributes[] = {
    {"_left", (getter)get_left, (setter)set_link, NULL, (void *)SLOT_LEFT},
    {"_d_left", (getter)get_d_left, (setter)set_link, NULL, (void *)SLOT_D_LEFT},
    {"_right", (getter)get_right, (setter)set_link, NULL, (void *)SLOT_RIGHT},
    {"_d_right", (getter)get_d_right, (setter)set_link, NULL, (void *)SLOT_D_RIGHT},
    {"operands", (getter)operands_of, NULL, NULL, NULL},
    {"parents", (getter)get_parents, NULL, NULL, NULL},
    {"local_grads", (getter)get_local_grads, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
