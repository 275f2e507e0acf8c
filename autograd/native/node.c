/* Birth and death of nodes; what the garbage collector sees of them. */
#include "memory.h"

Engine engine;
Py_ssize_t odd_nodes;
static Node *dying; /* nodes whose references are still to be dropped, linked by `weak` */
static int freeing;

/* Few nodes need this ------------------------------------------------------------------------------------------------ */

Extra *extra_of(Node *node) {
    if (node->flags & EXTRA)
        return node->right.extra;
    Extra *extra = move_out(node) < 0 ? NULL : zeros(1, sizeof(Extra));
    if (extra != NULL) {
        node->right.extra = extra;
        node->flags |= EXTRA;
    }
    return extra;
}

/* It is taken from the node before anything goes, for that may run Python. */
static void drop_extra(Node *node) {
    Extra *extra = extra_if_any(node);
    if (extra == NULL)
        return;
    odd_nodes -= !!(node->flags & DATA_OBJECT) + !!(node->flags & GRAD_OBJECT);
    node->flags &= (uint16_t)~(EXTRA | DATA_OBJECT | GRAD_OBJECT);
    if (node->row == OWN_ROW)
        node->row = 0;
    for (int i = 0; i < EXTRAS; i++)
        Py_XDECREF(extra->of[i]);
    PyMem_Free(extra);
}

/* The collector ------------------------------------------------------------------------------------------------------ */

void track(Node *node) {
    if (node->flags & TRACKED)
        return;
    node->flags |= TRACKED;
    PyObject_GC_Track(node);
}

int hang(Node *node, PyObject *thing) {
    if (thing == NULL || !(PyType_GetFlags(Py_TYPE(thing)) & Py_TPFLAGS_HAVE_GC))
        return 0; /* a number or a text refers to nothing */
    track(node);
    if (!(node->flags & USED))
        return 0;
    PyObject *done = PyObject_CallFunctionObjArgs(engine.track_reached, thing, NULL);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

static int visit_links(Node *node, visitproc visit, void *arg) {
    if (node->flags & MANY) {
        Many *many = node->left.many;
        for (Py_ssize_t i = 0; i < many->parents + many->others; i++)
            Py_VISIT((PyObject *)many->parent[i]);
    }
    if (node->flags & RAW) {
        Raw *raw = node->left.raw;
        for (int i = 0; i < SLOTS; i++)
            Py_VISIT(raw->slot[i]);
    }
    if (node->flags & LEFT)
        Py_VISIT((PyObject *)node->left.node);
    if (node->flags & RIGHT)
        Py_VISIT((PyObject *)node->right.node);
    return 0;
}

int node_traverse(Node *node, visitproc visit, void *arg) {
    Extra *extra = extra_if_any(node);
    if (Py_TYPE((PyObject *)node) != engine.type)
        Py_VISIT(Py_TYPE((PyObject *)node));
    Py_VISIT(node->dict);
    for (int i = 0; extra != NULL && i < EXTRAS; i++)
        Py_VISIT(extra->of[i]);
    return visit_links(node, visit, arg);
}

/* Every circle goes through what was hung on a node, so it is enough to let go of that. */
int node_clear(Node *node) {
    Py_CLEAR(node->dict);
    drop_extra(node);
    if (node->flags & RAW && node->row == 0)
        drop_links(node); /* a leaf from now on: without its operation a node made by hand means nothing */
    return 0;
}

/* Death -------------------------------------------------------------------------------------------------------------- */

static void free_memory(Node *node, PyTypeObject *kind) {
    if (kind == engine.type) {
        give_place(node);
        return;
    }
    ((freefunc)PyType_GetSlot(kind, Py_tp_free))(node);
    Py_DECREF(kind); /* an instance of a type made at run time holds its type */
}

/* What was hung on the node may be foreign, and run Python: whoever frees a node keeps the exception that is set. */
static void let_go_of_foreign(Node *node) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    Py_CLEAR(node->dict);
    drop_links(node);
    drop_extra(node);
    PyErr_Restore(type, value, traceback);
}

static inline void let_go(Node *node) {
    if (node->dict != NULL || node->flags & (EXTRA | RAW))
        let_go_of_foreign(node);
    else /* nobody can look at it any more, so its links may stay */
        release(node->flags, node->left, node->right.node);
}

APART static void free_the_dying(void) {
    freeing = 1;
    while (dying != NULL) {
        Node *next = dying;
        dying = (Node *)next->weak;
        soon(next, -AHEAD);
        let_go(next);
        free_memory(next, Py_TYPE((PyObject *)next));
    }
    freeing = 0;
}

/* Called with the count at 0. The node waits in a list if another one is being freed: no recursion, however deep. */
void node_dealloc(Node *node) {
    if (node->flags & TRACKED)
        PyObject_GC_UnTrack(node);
    if (node->weak != NULL)
        PyObject_ClearWeakRefs((PyObject *)node);
    node->weak = (PyObject *)dying;
    dying = node;
    if (!freeing)
        free_the_dying();
}
