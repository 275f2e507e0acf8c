/* A node of the graph: autograd.Value in C.

   REPRESENTATION

   A node is its result, its gradient, and its links: the operands with the local derivatives towards those of them that
   are nodes (the parents). Most nodes have one or two operands, which lie in the node itself:

       left, right         operands: a node or a plain number, as the flags say
       slopes              local derivatives towards left and right, where the operand is a node

   The slopes of half of all nodes are the same at every point, as those of a sum: slopes_of() has them from the row, and
   the node has no room for them. Nor has one without operands, or with a block of its own; one with a parent on its left
   alone has room for one. So nodes differ in size.

   What does not fit lies in a block of its own, and `left` points to it:

       Many    any number of operands (a fused node), or two where `right` is needed for something else
       Raw     the four slots of value.py as Python objects: what was assigned from Python and has no other form yet.
               settle() turns it into one of the other forms; what cannot be turned stays, and is Python's to deal with

   and where there is a block, or no operand at all, `right` may point to an Extra: what few nodes have.

   INVARIANTS

       row == 0 means a leaf, row == OWN_ROW an operation in extra->of[OWN_OP], any other a row of the table: rows[row - 1]
       LEFT, LEFT_NUMBER, MANY, RAW exclude each other; so do RIGHT, RIGHT_NUMBER, EXTRA
       DATA_OBJECT: data was overwritten with extra->of[OWN_DATA], which is no float; data is nan meanwhile. GRAD_OBJECT likewise
       GRAD_INT: grad was set to a whole number (p.grad = 0, as micrograd writes) and reads as an int
       odd_nodes == the number of nodes that are RAW, DATA_OBJECT or GRAD_OBJECT, each counted as often as it is that
       mark is the number of the last walk that met the node, and whether it is in order (backward.c)
       RESULT: a leaf that came of an operation: in Python, modes.RESULT in the slot `_left`
       ROOM is the number of slopes the node has room for; `place` is for memory.c

   MEMORY

   Every node has the header that the garbage collector needs, but the collector is told of a node (TRACKED) only when
   it can be part of a circle: when something that can refer back was hung on it (an attribute, a closure), or when a
   parent is tracked. All other nodes form no circles, for operands are older than results; they are freed by counting
   alone, and cost the collector nothing. A node to which a child was made already (USED) may have been reached by what is
   hung on it now: then the nodes above it that are in that reach are told as well (native/__init__.py: track_reached).

   Nodes of the type Value itself lie in fields of their own (memory.c), those of subclasses, which have room for two
   slopes each, wherever Python puts them.
   The type lives for good, so its nodes hold no reference to it; those of subclasses hold one to theirs, as every object
   does. Nodes whose count falls to 0 while others are being freed wait their turn in a list: a chain of a million nodes
   is freed without recursion. */
#ifndef GLASSGRAD_NODE_H
#define GLASSGRAD_NODE_H

#include "lists.h"

#include <stddef.h>

#ifdef __GNUC__
#define SOON(place) __builtin_prefetch((place), 1)
#define FOR_EACH_ROW static inline __attribute__((always_inline)) /* what follows from the row is worked out by the compiler */
#define SELDOM __attribute__((cold)) /* its callers are laid out for doing without it */
#define APART __attribute__((noinline)) /* its callers need not make room for what it keeps in registers */
#else
#define SELDOM
#define APART
#define SOON(place) ((void)0)
#define FOR_EACH_ROW static inline
#endif

enum {
    LEFT = 1, RIGHT = 2, LEFT_NUMBER = 4, RIGHT_NUMBER = 8, MANY = 16, FLAT = 32, RAW = 64, EXTRA = 128,
    DATA_OBJECT = 256, GRAD_OBJECT = 512, GRAD_INT = 1024, TRACKED = 2048, USED = 4096,
    LINKS = LEFT | RIGHT | LEFT_NUMBER | RIGHT_NUMBER | MANY | FLAT | RAW, /* FLAT: a Many of one or two operands */
    RESULT = 8192, ROOM_FOR_ONE = 16384, ROOM = 3 * ROOM_FOR_ONE, /* the uppermost bits: flags / ROOM_FOR_ONE is the room */
};
#define OWN_ROW 0xFF
_Static_assert(ROW_ALL < OWN_ROW, "node->row is a byte");

typedef struct Node Node;
enum { OWN_DATA, OWN_GRAD, OWN_LABEL, OWN_LINE, OWN_OP, EXTRAS };
typedef struct { PyObject *of[EXTRAS]; } Extra; /* NULL: has it not */
enum { SLOT_LEFT, SLOT_D_LEFT, SLOT_RIGHT, SLOT_D_RIGHT, SLOTS };
typedef struct { PyObject *slot[SLOTS]; } Raw;
typedef struct {
    Py_ssize_t parents, others, operands;
    double *slopes;  /* one for each parent */
    double *numbers; /* the operands that are no nodes, in order */
    uint8_t *kinds;  /* of each operand, what it is; NULL: all are parents */
    Node *parent[];  /* the parents in order, and behind them the others: nodes that `where` did not choose */
} Many;
enum { NUMBER, PARENT, OTHER };
typedef union { Node *node; double number; Many *many; Raw *raw; } Left;
struct Node {
    PyObject_HEAD
    uint32_t mark;
    uint16_t flags;
    uint8_t row, place;
    double data, grad;
    Left left;
    union { Node *node; double number; Extra *extra; } right;
    PyObject *weak, *dict; /* weak references to the node; attributes hung on it */
    double slopes[];
};
#define SIZE(room) (sizeof(Node) + (size_t)(room) * sizeof(double)) /* of a node with room for so many slopes */
#define MOST_ROOM 2

/* Memory is slower than what is done here with it. A graph lies in the order in which it was made (memory.c), so it is
   known what comes next: whoever is at a node asks for what lies so many bytes further on. */
#define AHEAD 512
static inline void soon(const Node *node, int bytes) {
    const char *there = (const char *)node + bytes;
    SOON(there);
    SOON(there + 64);
}

/* What Python handed over at the start (value.c). */
typedef struct {
    PyTypeObject *type;   /* Value; VALUE below */
    PyObject *active;     /* modes.ACTIVE: a list, empty in the default mode */
    PyObject *unusual;    /* modes.UNUSUAL: a list, empty where nodes are made as in the default mode */
    PyObject *inside;     /* by_hand.INSIDE: a list, empty unless a closure is running */
    PyObject *mode_entered, *hears_nodes, *rows[ROW_ALL], *plain_operation;
    PyObject *chooses[ROW_ALL]; /* of rows whose result is one of their arguments: which one; NULL for others */
    PyObject *slopes[ROW_ALL];  /* the formulas of local derivatives on floats: functions, or numbers */
    PyObject *seconds[ROW_ALL]; /* the default of a second argument, where it has one: 0.01 of leaky_relu(x) */
    PyObject *forward[ROW_ALL], *reflected[ROW_ALL]; /* operators in Python, for what is unusual */
    PyObject *init, *operands, *parents, *local_grads, *track_reached, *opened, *call, *backward, *in_the_middle, *empty;
    PyObject *data, *grad; /* the names */
    PyObject *comparisons[Py_GE + 1], *is_true;
    PyObject *dot, *total, *mean, *sum_of_squares, *softmax, *cross_entropy, *logsumexp;
} Engine;
extern Engine engine;
extern Py_ssize_t odd_nodes;

static inline int is_node(PyObject *thing) {
    return Py_TYPE(thing) == engine.type || (!PyFloat_CheckExact(thing) && !PyLong_CheckExact(thing) &&
                                             PyType_IsSubtype(Py_TYPE(thing), engine.type));
}

/* operators.c: the number of a node, 1, or of a plain number, 0; -1 for anything else. */
int number_of(PyObject *thing, double *number);
extern PyCFunction const methods_of_rows[ROW_ALL];  /* of rows with one argument; NULL for others */
extern binaryfunc const operators_of_rows[ROW_ALL]; /* of rows with two */
/* module.c: forward and slopes of a row on numbers, 1 + count of them; may set an exception. */
int values_of_row(int row, const double *args, double *out);
/* calls.c: the number of a row of the table by the row, or -1. */
int row_of(PyObject *operation);
void remember_row(int row);

/* How operations behave right now; mode_entered() in operators.c. */
enum { QUIET, NO_GRAD, OTHER_MODE, FAILED };
int mode_entered(void);
static inline int nobody_listens(void) { return Py_SIZE(engine.active) == 0; }
static inline int is_quiet(void) { return Py_SIZE(engine.unusual) == 0; }
static inline int mode_now(void) { return is_quiet() ? QUIET : mode_entered(); }
/* function(first, *args, **named) as C gets them: `count` by position, then those that `names` has. first may be NULL. */
PyObject *call_python(PyObject *function, PyObject *first, PyObject *const *args, Py_ssize_t count, PyObject *names);

/* node.c */
Extra *extra_of(Node *node);          /* made if need be; NULL with an exception */
void track(Node *node);               /* tell the collector of it, now that it may be part of a circle */
int hang(Node *node, PyObject *thing); /* the same if `thing`, which is hung on it now, can refer back */
int node_traverse(Node *node, visitproc visit, void *arg);
int node_clear(Node *node);
void node_dealloc(Node *node);

/* links.c */
Many *new_many(Py_ssize_t parents, Py_ssize_t others, Py_ssize_t operands);
void free_many(Many *many);           /* the memory alone */
void release_block(int flags, Left block); /* links that lie in one */
int move_out(Node *node);             /* make `right` free for an Extra; -1 with an exception */
PyObject *operands_of(Node *node, void *unused); /* a tuple, as Python reads them */
PyObject *get_link(Node *node, void *which); /* one of the four slots of value.py */
extern PyGetSetDef link_attributes[];

/* attributes.c */
int set_data(Node *node, PyObject *thing, void *unused), set_op(Node *node, PyObject *op, void *unused);

/* slots.c */
int set_link(Node *node, PyObject *thing, void *which);
PyObject *make_node(PyObject *module, PyObject *const *args, Py_ssize_t count);
PyObject *make_leaf(PyObject *module, PyObject *args);

/* Of rows whose local derivatives are the same at every point: which ones; NULL for others. By node->row. */
extern const double *const constant_slopes[OWN_ROW + 1]; /* operators.c */

/* The local derivatives of a node whose operands lie in the node itself: towards left, towards right. */
static inline const double *slopes_of(const Node *node) {
    return node->flags & ROOM ? node->slopes : constant_slopes[node->row];
}

static inline Extra *extra_if_any(const Node *node) { return node->flags & EXTRA ? node->right.extra : NULL; }

/* A new reference to a parent that a new node holds. */
static inline Node *held(Node *parent) {
    parent->flags |= USED;
    return (Node *)Py_NewRef((PyObject *)parent);
}
/* Py_DECREF, which asks the interpreter to ask the type what to do: for most nodes that is known here. */
static inline void let_go_of(Node *parent) {
    PyObject *object = (PyObject *)parent;
    if (Py_REFCNT(object) == 1 && Py_TYPE(object) == engine.type) {
        Py_SET_REFCNT(object, 0);
        node_dealloc(parent);
    } else
        Py_DECREF(object);
}
/* Let go of links that were taken from a node. Whoever goes with them may run Python, which may look at the node and give
   it others: so a node has its new links, or none, before this. */
static inline void release(int flags, Left left, Node *right) {
    if (flags & (MANY | RAW)) {
        release_block(flags, left);
        return;
    }
    if (flags & LEFT)
        let_go_of(left.node);
    if (flags & RIGHT)
        let_go_of(right);
}
/* The node gets links in the place of those it had: `flags` say which, 0 for none; `left` is where they lie. */
static inline void replace_links(Node *node, int flags, Left left) {
    const int before = node->flags;
    const Left old_left = node->left;
    Node *old_right = node->right.node;
    node->flags = (uint16_t)((before & ~(LINKS | RESULT)) | flags);
    node->left = left;
    release(before, old_left, old_right);
}
static inline void drop_links(Node *node) { replace_links(node, 0, node->left); }
static inline void inherit(Node *node, int parents_flags) {
    if (parents_flags & TRACKED)
        track(node);
}
#endif
