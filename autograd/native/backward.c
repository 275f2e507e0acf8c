/* The chain rule: order the graph, then walk it backwards once. backprop.py says the same in Python, and is asked for
   whatever is unusual: closures, numbers that are no floats, listeners, and every message. */
#include "node.h"

typedef struct { Node **at; size_t count, room; } Stack;
typedef struct {
    Stack stack, leaves, interior;
    uint32_t number; /* the mark of nodes that were met */
    int failed;      /* with the bits of -1 for an exception, of -2 for a node that Python has to look at; it stays */
} Walk;

static Walk spare; /* memory of the last walk, for the next */
static uint32_t walks;

static int make_room_for(Stack *stack, size_t more) {
    if (stack->count + more <= stack->room)
        return 0;
    const size_t room = 2 * (stack->count + more) + 1024;
    Node **at = PyMem_Realloc(stack->at, room * sizeof(Node *));
    if (at == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    stack->at = at;
    stack->room = room;
    return 0;
}

/* The number of a new walk. After 2^32 of them old marks could be taken for new ones, once in as many walks. */
static uint32_t next_walk(void) {
    if (++walks == 0)
        walks = 1;
    return walks;
}

static Walk begin_walk(void) {
    Walk walk = spare;
    spare = (Walk){.number = 0};
    walk.stack.count = walk.leaves.count = walk.interior.count = 0;
    walk.number = next_walk();
    walk.failed = 0;
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

static inline int push(Stack *stack, Node *node) {
    if (make_room_for(stack, 1) < 0)
        return -1;
    stack->at[stack->count++] = node;
    return 0;
}

/* A NULL on the stack says that it is the turn of the node below it when everything above is in order. */
static inline int push_waiting(Stack *stack, Node *node, size_t more) {
    if (make_room_for(stack, more + 2) < 0)
        return -1;
    stack->at[stack->count++] = node;
    stack->at[stack->count++] = NULL;
    return 0;
}

/* A node made by hand: the parents lie in a tuple. -2 if it is none. */
static int push_by_hand(Stack *stack, Node *node) {
    PyObject *parents = node->left.raw->slot[SLOT_LEFT];
    const Py_ssize_t count = PyTuple_CheckExact(parents) ? PyTuple_Size(parents) : 0;
    if (node->row == 0 || node->left.raw->slot[SLOT_D_LEFT] != Py_None || node->left.raw->slot[SLOT_D_RIGHT] != Py_None || count == 0)
        return -2;
    if (push_waiting(stack, node, (size_t)count) < 0)
        return -1;
    for (Py_ssize_t i = count; i--;) {
        if (!is_node(PyTuple_GetItem(parents, i)))
            return -2;
        stack->at[stack->count++] = (Node *)PyTuple_GetItem(parents, i);
    }
    return 0;
}

/* Push a node with many parents and, above it, those that were not met yet. */
static int push_many(Stack *stack, Node *node, uint32_t walk) {
    const Many *many = node->left.many;
    if (push_waiting(stack, node, (size_t)many->parents) < 0)
        return -1;
    for (Py_ssize_t i = many->parents; i--;)
        if (many->parent[i]->mark != walk)
            stack->at[stack->count++] = many->parent[i];
    return 0;
}

static inline Node *right_if_new(const Node *node, uint32_t walk) {
    return node->flags & RIGHT && node->right.node->mark != walk ? node->right.node : NULL;
}

/* The turn of a node: all below it are in order. By turns the walk goes up through memory, though it goes down to the
   operands in between. (Twice to six times AHEAD is equally good.) */
static inline void append(Walk *walk, Stack *to, Node *node) {
    soon(node, 3 * AHEAD);
    walk->failed |= push(to, node);
}

/* One step down from `node`, which is met for the first time: where to go on, NULL for back to the stack. Whether its
   right parent is new is asked when the left one is in order: it comes from memory meanwhile. */
static inline Node *down(Walk *walk, Node *node) {
    const int flags = node->flags;
    if (flags & (RAW | MANY)) {
        walk->failed |= flags & RAW ? push_by_hand(&walk->stack, node) : push_many(&walk->stack, node, walk->number);
        return NULL;
    }
    if (flags & RIGHT)
        soon(node->right.node, 0);
    Node *next = flags & LEFT && node->left.node->mark != walk->number ? node->left.node : right_if_new(node, walk->number);
    if (next != NULL)
        walk->failed |= push_waiting(&walk->stack, node, 0);
    else
        append(walk, flags & (LEFT | RIGHT) ? &walk->interior : &walk->leaves, node);
    return next;
}

/* Back to the stack, where nodes have their turn: the next one to go down from, NULL when all are in order. */
static inline Node *back(Walk *walk) {
    Stack *stack = &walk->stack;
    while (stack->count && !walk->failed) {
        Node *node = stack->at[stack->count - 1];
        if (node != NULL) {
            stack->count--;
            if (node->mark != walk->number)
                return node;
            continue;
        }
        node = stack->at[stack->count - 2];
        Node *right = right_if_new(node, walk->number);
        if (right != NULL)
            return right;
        stack->count -= 2;
        append(walk, &walk->interior, node);
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
        while (node != NULL) {
            node->mark = walk->number;
            soon(node, -AHEAD); /* operands lie before their results */
            if (clear && node->flags & LINKS)
                clear_grad(node);
            node = down(walk, node);
        }
    return walk->failed;
}

static PyObject *as_list(const Stack *stack) {
    PyObject *list = new_list((Py_ssize_t)stack->count);
    for (size_t i = 0; list != NULL && i < stack->count; i++)
        set_item(&list, (Py_ssize_t)i, Py_NewRef((PyObject *)stack->at[i]));
    return list;
}

/* ordered(*roots) → (leaves, interior), or None where Python has to look. */
PyObject *ordered(PyObject *module, PyObject *roots) {
    (void)module;
    Walk walk = begin_walk();
    PyObject *first = NULL, *second = NULL, *pair = NULL;
    for (Py_ssize_t i = PyTuple_Size(roots); i-- > 0 && !walk.failed;)
        walk.failed = is_node(PyTuple_GetItem(roots, i)) ? push(&walk.stack, (Node *)PyTuple_GetItem(roots, i)) : -2;
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

/* Append the parents of a node that were not met in this walk: leaves that are used here first. 1 if Python has to look. */
static int append_new_parents(Stack *all, Node *node, uint32_t walk) {
    Node *flat[2] = {node->flags & LEFT ? node->left.node : NULL, node->flags & RIGHT ? node->right.node : NULL};
    Node **parents = node->flags & MANY ? node->left.many->parent : flat;
    const Py_ssize_t count = node->flags & MANY ? node->left.many->parents : 2;
    if (node->flags & RAW || node->row == 0 || node->row > ROW_ALL || engine.chooses[node->row - 1])
        return -2;
    for (Py_ssize_t i = 0; i < count; i++)
        if (parents[i] != NULL && parents[i]->mark != walk) {
            parents[i]->mark = walk;
            if (push(all, parents[i]) < 0)
                return -1;
        }
    node->mark = walk;
    return push(all, node);
}

/* topological_order(*roots) for roots that have parents, or None where Python has to look. */
PyObject *topological(PyObject *module, PyObject *roots) {
    (void)module;
    Walk walk = begin_walk();
    Stack all = {NULL, 0, 0};
    for (Py_ssize_t i = PyTuple_Size(roots); i-- > 0 && !walk.failed;) {
        Node *root = (Node *)PyTuple_GetItem(roots, i);
        walk.failed = is_node((PyObject *)root) && root->flags & LINKS ? push(&walk.stack, root) : -2;
    }
    int failed = order(&walk, 0);
    const uint32_t second = next_walk();
    for (size_t i = 0; i < walk.interior.count && !failed; i++)
        failed = append_new_parents(&all, walk.interior.at[i], second);
    PyObject *list = failed == -1 ? NULL : failed ? Py_NewRef(Py_None) : as_list(&all);
    PyMem_Free(all.at);
    end_walk(&walk);
    return list;
}

/* parent.grad += local · node.grad, children before parents. No Python runs here. */
static void chain_rule(const Stack *interior) {
    for (size_t i = interior->count; i--;) {
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
    for (size_t i = 0; i < leaves->count; i++)
        if (leaves->at[i]->flags & (DATA_OBJECT | GRAD_OBJECT))
            return 0;
    for (size_t i = 0; i < interior->count; i++)
        if (interior->at[i]->flags & (RAW | GRAD_OBJECT))
            return 0;
    return 1;
}

/* Leaves add what they get to what they had: put that aside, and take 0 for the time of the walk. */
static int walk_back(Node *root, double seed, const Stack *leaves, const Stack *interior) {
    double *before = PyMem_Malloc(sizeof(double) * (leaves->count + 1));
    if (before == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < leaves->count; i++) {
        before[i] = leaves->at[i]->grad;
        leaves->at[i]->grad = 0.0;
    }
    root->grad = seed;
    chain_rule(interior);
    for (size_t i = 0; i < leaves->count; i++) {
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
    walk.failed = push(&walk.stack, root);
    int done = order(&walk, clear);
    if (done == 0) {
        done = is_usual(root, leaves, interior);
        for (size_t i = 0; done && !clear && i < interior->count; i++)
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
    if (names == NULL && count == 0 && is_quiet() && Py_SIZE(engine.inside) == 0) {
        const int middle = in_the_middle();
        done = middle < 0 ? -1 : middle ? 0 : backward_in_c((Node *)self, 1.0);
    }
    if (done)
        return done < 0 ? NULL : Py_NewRef(Py_None);
    return call_python(engine.backward, self, args, count, names);
}
