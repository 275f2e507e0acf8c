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

/* Operand number `at`, 0 or 1, of a node that has two at most, and its slope if it is a parent. 0: there is none. */
static int operand_at(const Node *node, int at, Term *operand, const double **slope) {
    const Many *many = node->left.many;
    if (node->flags & FLAT) {
        const int number = many->kinds != NULL && at < many->operands && many->kinds[at] == NUMBER; /* there is one at most */
        const int parent = at && many->parents == 2;
        *slope = many->slopes + parent;
        *operand = number ? (Term){NULL, *many->numbers} : (Term){many->parent[parent], 0.0};
        return at < many->operands;
    }
    if (!(node->flags >> at & (LEFT | LEFT_NUMBER))) /* or RIGHT, RIGHT_NUMBER */
        return 0;
    *slope = slopes_of(node) + at;
    if (node->flags >> at & LEFT)
        *operand = (Term){at ? node->right.node : node->left.node, 0.0};
    else
        *operand = (Term){NULL, at ? node->right.number : node->left.number};
    return 1;
}

/* One or two operands that lie in the node move to a Many, so that `right` becomes free. */
int move_out(Node *node) {
    const int flags = node->flags, has_left = flags & (LEFT | LEFT_NUMBER), has_right = flags & (RIGHT | RIGHT_NUMBER);
    Term operand;
    const double *slope;
    if (!has_left && !has_right)
        return 0;
    Filling filling = {.many = new_many(!!(flags & LEFT) + !!(flags & RIGHT), 0, !!has_left + !!has_right)};
    if (filling.many == NULL)
        return -1;
    for (int at = 0; at < 2; at++)
        if (operand_at(node, at, &operand, &slope))
            add_operand(&filling, operand, slope);
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

/* `_left`, `_d_left`, `_right` or `_d_right`, as value.py describes them. */
PyObject *get_link(Node *node, void *which) {
    const size_t slot = (size_t)which, is_slope = slot == SLOT_D_LEFT || slot == SLOT_D_RIGHT;
    const Many *many = node->left.many;
    Term operand;
    const double *slope;
    if (!(node->flags & (LINKS | RESULT)))
        Py_RETURN_NONE; /* as mostly: a model's parameters are asked */
    if (node->flags & RAW)
        return Py_NewRef(node->left.raw->slot[slot]);
    if (node->flags & RESULT && slot == SLOT_LEFT)
        Py_RETURN_TRUE;
    if (node->flags & MANY && !(node->flags & FLAT)) {
        if (is_slope)
            return slot == SLOT_D_LEFT ? tuple_of_floats(many->slopes, many->parents) : Py_NewRef(Py_None);
        return slot == SLOT_LEFT ? tuple_of_nodes(many->parent, many->parents) : operands_of_many(many);
    }
    if (!operand_at(node, slot >= SLOT_RIGHT, &operand, &slope) || (is_slope && operand.node == NULL))
        Py_RETURN_NONE;
    if (is_slope || operand.node == NULL)
        return PyFloat_FromDouble(is_slope ? *slope : operand.number);
    return Py_NewRef((PyObject *)operand.node);
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
        set_item(&tuple, 0, get_link(node, (void *)SLOT_LEFT));
    if (tuple != NULL && flags & (RIGHT | RIGHT_NUMBER))
        set_item(&tuple, 1, get_link(node, (void *)SLOT_RIGHT));
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
    {"_left", (getter)get_link, (setter)set_link, NULL, (void *)SLOT_LEFT},
    {"_d_left", (getter)get_link, (setter)set_link, NULL, (void *)SLOT_D_LEFT},
    {"_right", (getter)get_link, (setter)set_link, NULL, (void *)SLOT_RIGHT},
    {"_d_right", (getter)get_link, (setter)set_link, NULL, (void *)SLOT_D_RIGHT},
    {"operands", (getter)operands_of, NULL, NULL, NULL},
    {"parents", (getter)get_parents, NULL, NULL, NULL},
    {"local_grads", (getter)get_local_grads, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
