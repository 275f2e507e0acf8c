/* The chain rule: order the graph, then walk it backwards once. backprop.py says the same in Python, and is asked for
   whatever is unusual: closures, numbers that are no floats, listeners, and every message. */
#include "node.h"

typedef struct { Node **at; int32_t count, room; } Stack;
typedef struct {
    Stack stack, leaves, interior;
    uint32_t waiting, done; /* marks of the nodes that were met: of those on the stack whose turn comes, of those in order */
    int failed;             /* with the bits of -1 for an exception, of -2 for a node that Python has to look at; it stays */
} Walk;

static Walk spare; /* memory of the last walk, for the next */

static inline void push(Walk *walk, Stack *stack, Node *node) {
    if (stack->count == stack->room && more_room(&stack->at, stack->count, &stack->room, sizeof(Node *)) < 0)
        walk->failed |= -1;
    else
        stack->at[stack->count++] = node;
}

static void push_root(Walk *walk, PyObject *thing) {
    if (is_node(thing))
        push(walk, &walk->stack, (Node *)thing);
    else
        walk->failed |= -2;
}

/* Two marks for a new walk, which differ in the last bit. After 2^31 of them old marks could be taken for new ones, once in
   as many walks. 0 and 1 are no marks: new nodes have 0. */
static void take_marks(Walk *walk) {
    static uint32_t last;
    last += last + 2 != 0 ? 2 : 4;
    walk->waiting = last;
    walk->done = last | 1;
}

static inline int is_new(const Walk *walk, const Node *node) { return (node->mark | 1) != walk->done; }

static Walk begin_walk(void) {
    Walk walk = spare;
    spare = (Walk){.failed = 0};
    walk.stack.count = walk.leaves.count = walk.interior.count = 0;
    walk.failed = 0;
    take_marks(&walk);
    return walk;
}

static void give(Stack *kept, Stack *stack) {
    if (kept->at != NULL || stack->room > (1 << 20))
        PyMem_Free(stack->at);
    else
        *kept = *stack;
    *stack = (Stack){NULL, 0, 0};
}

static void end_walk(Walk *walk) {
    give(&spare.stack, &walk->stack);
    give(&spare.leaves, &walk->leaves);
    give(&spare.interior, &walk->interior);
}

/* The node waits on the stack for its turn, which comes when everything above is in order. */
static inline void wait_for_turn(Walk *walk, Node *node) {
    node->mark = walk->waiting;
    push(walk, &walk->stack, node);
}

/* The turn of a node: all below it are in order. By turns the walk goes up through memory, though it goes down to the
   operands in between. (Twice to six times AHEAD is equally good.) */
static inline void append(Walk *walk, Stack *to, Node *node) {
    soon(node, 3 * AHEAD);
    node->mark = walk->done;
    push(walk, to, node);
}

/* The parents of a node made by hand, which lie in a tuple, where they are new: in a circle one may be above, and waits. */
static void push_by_hand(Walk *walk, const Node *node) {
    PyObject *const *slot = node->left.raw->slot, *parents = slot[SLOT_LEFT];
    const Py_ssize_t count = PyTuple_CheckExact(parents) ? PyTuple_Size(parents) : 0;
    if (node->row == 0 || slot[SLOT_D_LEFT] != Py_None || slot[SLOT_D_RIGHT] != Py_None || count == 0)
        walk->failed |= -2;
    for (Py_ssize_t i = count; i-- && !walk->failed;) {
        PyObject *parent = PyTuple_GetItem(parents, i);
        if (!is_node(parent) || is_new(walk, (Node *)parent))
            push_root(walk, parent);
    }
}

/* The parents of a node with many, where they are new. */
static void push_many(Walk *walk, const Many *many) {
    for (Py_ssize_t i = many->parents; i--;)
        if (is_new(walk, many->parent[i]))
            push(walk, &walk->stack, many->parent[i]);
}

static inline Node *right_if_new(const Walk *walk, const Node *node) {
    return node->flags & RIGHT && is_new(walk, node->right.node) ? node->right.node : NULL;
}

/* One step down from `node`, which is met for the first time: where to go on, NULL for back to the stack. Whether its
   right parent is new is asked when the left one is in order: it comes from memory meanwhile. */
static inline Node *down(Walk *walk, Node *node) {
    const int flags = node->flags;
    if (flags & (RAW | MANY)) {
        wait_for_turn(walk, node);
        if (flags & RAW)
            push_by_hand(walk, node);
        else
            push_many(walk, node->left.many);
        return NULL;
    }
    if (flags & RIGHT)
        soon(node->right.node, 0);
    Node *next = flags & LEFT && is_new(walk, node->left.node) ? node->left.node : right_if_new(walk, node);
    if (next != NULL)
        wait_for_turn(walk, node);
    else if (flags & (LEFT | RIGHT))
        append(walk, &walk->interior, node);
    else
        append(walk, &walk->leaves, node);
    return next;
}

/* Back to the stack, where nodes have their turn: the next one to go down from, NULL when all are in order. */
static inline Node *back(Walk *walk) {
    Stack *stack = &walk->stack;
    while (stack->count && !walk->failed) {
        Node *node = stack->at[stack->count - 1];
        if (node->mark == walk->waiting) {
            Node *right = right_if_new(walk, node);
            if (right != NULL)
                return right;
            append(walk, &walk->interior, node);
        }
        stack->count--;
        if (is_new(walk, node))
            return node;
    }
    return NULL;
}

static inline void clear_grad(Node *node) {
    node->grad = 0.0;
    if (node->flags & GRAD_INT)
        node->flags &= (uint16_t)~GRAD_INT;
}

/* ordered() of backprop.py for what is on the stack, the first root on top. With `clear`, grads of nodes with parents
   become 0 on the way. Whether it failed. */
static int order(Walk *walk, int clear) {
    for (Node *node = back(walk); node != NULL; node = back(walk))
        for (; node != NULL; node = down(walk, node)) {
            soon(node, -AHEAD); /* operands lie before their results */
            if (clear && node->flags & LINKS)
                clear_grad(node);
        }
    return walk->failed;
}

static PyObject *as_list(const Stack *stack) {
    PyObject *list = new_list(stack->count);
    for (int32_t i = 0; list != NULL && i < stack->count; i++)
        set_item(&list, i, Py_NewRef((PyObject *)stack->at[i]));
    return list;
}

/* ordered(*roots) → (leaves, interior), or None where Python has to look. */
PyObject *ordered(PyObject *module, PyObject *roots) {
    (void)module;
    Walk walk = begin_walk();
    PyObject *first = NULL, *second = NULL, *pair = NULL;
    for (Py_ssize_t i = PyTuple_Size(roots); i-- > 0;)
        push_root(&walk, PyTuple_GetItem(roots, i));
    const int failed = order(&walk, 0);
    if (!failed && (first = as_list(&walk.leaves)) != NULL && (second = as_list(&walk.interior)) != NULL)
        pair = PyTuple_Pack(2, first, second);
    else if (failed == -2)
        pair = Py_NewRef(Py_None);
    Py_XDECREF(first);
    Py_XDECREF(second);
    end_walk(&walk);
    return pair;
}

/* Append a node behind those of its parents that were not met since the marks were taken anew: leaves that are used here
   first. */
static void append_with_parents(Walk *walk, Stack *all, Node *node) {
    Node *flat[2] = {node->flags & LEFT ? node->left.node : NULL, node->flags & RIGHT ? node->right.node : NULL};
    Node **parents = node->flags & MANY ? node->left.many->parent : flat;
    const Py_ssize_t count = node->flags & MANY ? node->left.many->parents : 2;
    if (node->flags & RAW || node->row == 0 || node->row > ROW_ALL || engine.chooses[node->row - 1])
        walk->failed |= -2;
    for (Py_ssize_t i = 0; i < count; i++)
        if (parents[i] != NULL && is_new(walk, parents[i]))
            append(walk, all, parents[i]);
    append(walk, all, node);
}

/* topological_order(*roots) for roots that have parents, or None where Python has to look. */
PyObject *topological(PyObject *module, PyObject *roots) {
    (void)module;
    Walk walk = begin_walk();
    Stack *all = &walk.stack; /* nothing waits there when the nodes are in order */
    for (Py_ssize_t i = PyTuple_Size(roots); i-- > 0;) {
        Node *root = (Node *)PyTuple_GetItem(roots, i);
        push_root(&walk, (PyObject *)root);
        if (!walk.failed && !(root->flags & LINKS))
            walk.failed = -2;
    }
    order(&walk, 0);
    take_marks(&walk);
    for (int32_t i = 0; i < walk.interior.count && !walk.failed; i++)
        append_with_parents(&walk, all, walk.interior.at[i]);
    PyObject *list = walk.failed == -1 ? NULL : walk.failed ? Py_NewRef(Py_None) : as_list(all);
    end_walk(&walk);
    return list;
}

/* parent.grad += local · node.grad, children before parents. No Python runs here. */
static void chain_rule(const Stack *interior) {
    for (int32_t i = interior->count; i--;) {
        const Node *node = interior->at[i];
        const double upstream = node->grad;
        if (i >= 12) /* its parents come soon after it, or are in use */
            soon(interior->at[i - 12], 0);
        if (node->flags & MANY) {
            const Many *many = node->left.many;
            for (Py_ssize_t k = 0; k < many->parents; k++)
                many->parent[k]->grad += many->slopes[k] * upstream;
            continue;
        }
        const double *slopes = slopes_of(node);
        if (node->flags & LEFT)
            node->left.node->grad += slopes[0] * upstream;
        if (node->flags & RIGHT)
            node->right.node->grad += slopes[1] * upstream;
    }
}

/* Is every number a float, is nothing made by hand? */
static int is_usual(const Node *root, const Stack *leaves, const Stack *interior) {
    if (odd_nodes == 0)
        return 1;
    if (root->flags & DATA_OBJECT)
        return 0;
    for (int32_t i = 0; i < leaves->count; i++)
        if (leaves->at[i]->flags & (DATA_OBJECT | GRAD_OBJECT))
            return 0;
    for (int32_t i = 0; i < interior->count; i++)
        if (interior->at[i]->flags & (RAW | GRAD_OBJECT))
            return 0;
    return 1;
}

/* Leaves add what they get to what they had: put that aside, and take 0 for the time of the walk. */
static int walk_back(Node *root, double seed, const Stack *leaves, const Stack *interior) {
    double *before = PyMem_Malloc(sizeof(double) * (size_t)(leaves->count + 1));
    if (before == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (int32_t i = 0; i < leaves->count; i++) {
        before[i] = leaves->at[i]->grad;
        leaves->at[i]->grad = 0.0;
    }
    root->grad = seed;
    chain_rule(interior);
    for (int32_t i = 0; i < leaves->count; i++) {
        leaves->at[i]->grad = before[i] + leaves->at[i]->grad;
        leaves->at[i]->flags &= (uint16_t)~GRAD_INT;
    }
    PyMem_Free(before);
    return 0;
}

/* 1 if it is done, 0 if Python has to do it (nothing that counts has changed then), -1 with an exception. */
static int backward_in_c(Node *root, double seed) {
    Walk walk = begin_walk();
    const Stack *leaves = &walk.leaves, *interior = &walk.interior;
    const int clear = odd_nodes == 0;
    push(&walk, &walk.stack, root);
    int done = order(&walk, clear);
    if (done == 0) {
        done = is_usual(root, leaves, interior);
        for (int32_t i = 0; done && !clear && i < interior->count; i++)
            clear_grad(interior->at[i]);
        if (done)
            done = walk_back(root, seed, leaves, interior) < 0 ? -1 : 1;
    } else if (done == -2)
        done = 0;
    end_walk(&walk);
    return done;
}

/* backward(root, seed) → whether it is done. The caller holds the lock, and nobody is in a mode or inside a closure. */
PyObject *backward(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *root;
    double seed;
    if (!PyArg_ParseTuple(args, "O!d", engine.type, &root, &seed))
        return NULL;
    const int done = backward_in_c((Node *)root, seed);
    return done < 0 ? NULL : PyBool_FromLong(done);
}

/* Is somebody in the middle of a backward pass in Python, here or in another thread? -1 with an exception. */
static int in_the_middle(void) {
    PyObject *locked = PyObject_CallNoArgs(engine.in_the_middle);
    const int found = locked == NULL ? -1 : locked == Py_True;
    Py_XDECREF(locked);
    return found;
}

/* v.backward(). No lock is taken: while C walks nobody else runs, so it is enough that nobody was in the middle before. */
PyObject *method_backward(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    int done = 0;
    if (names == NULL && count == 0 && nobody_listens() && Py_SIZE(engine.inside) == 0) {
        const int middle = in_the_middle();
        done = middle < 0 ? -1 : middle ? 0 : backward_in_c((Node *)self, 1.0);
    }
    if (done)
        return done < 0 ? NULL : Py_NewRef(Py_None);
    return call_python(engine.backward, self, args, count, names);
}
