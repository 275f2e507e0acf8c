/* The chain rule: order the graph, then walk it backwards once. backprop.py says the same in Python, and is asked for
   whatever is unusual: closures, numbers that are no floats, listeners, and every message. */
#include "node.h"

typedef struct { Node **at; size_t count, room; } Stack;

static Stack spare_stack, spare_leaves, spare_interior; /* memory of the last walk, for the next */
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

static Stack take(Stack *spare) {
    Stack stack = *spare;
    *spare = (Stack){NULL, 0, 0};
    stack.count = 0;
    return stack;
}

static void give(Stack *spare, Stack *stack) {
    if (spare->at != NULL || stack->room > (1 << 20))
        PyMem_Free(stack->at);
    else
        *spare = *stack;
    *stack = (Stack){NULL, 0, 0};
}

/* The number of a new walk. After 2^32 of them old marks could be taken for new ones, once in as many walks. */
static uint32_t next_walk(void) {
    if (++walks == 0)
        walks = 1;
    return walks;
}

static inline int push(Stack *stack, Node *node) {
    if (make_room_for(stack, 1) < 0)
        return -1;
    stack->at[stack->count++] = node;
    return 0;
}

/* A node made by hand: the parents lie in a tuple. 0 if it is none. */
static int push_parents_by_hand(Stack *stack, Node *node) {
    PyObject *parents = node->left.raw->slot[SLOT_LEFT];
    const Py_ssize_t count = PyTuple_CheckExact(parents) ? PyTuple_Size(parents) : 0;
    if (node->row == 0 || node->left.raw->slot[SLOT_D_LEFT] != Py_None || node->left.raw->slot[SLOT_D_RIGHT] != Py_None || count == 0)
        return 0;
    if (make_room_for(stack, (size_t)count + 2) < 0)
        return -1;
    stack->at[stack->count++] = node;
    stack->at[stack->count++] = NULL;
    for (Py_ssize_t i = count; i--;) {
        if (!is_node(PyTuple_GetItem(parents, i)))
            return 0;
        stack->at[stack->count++] = (Node *)PyTuple_GetItem(parents, i);
    }
    return 1;
}

/* Push a node with many parents and, above it, those that were not met yet; the NULL says that it is the turn of the
   node below it when everything above is in order. */
static int push_many(Stack *stack, Node *node, uint32_t walk) {
    const Many *many = node->left.many;
    if (make_room_for(stack, (size_t)many->parents + 2) < 0)
        return -1;
    stack->at[stack->count++] = node;
    stack->at[stack->count++] = NULL;
    for (Py_ssize_t i = many->parents; i--;)
        if (many->parent[i]->mark != walk)
            stack->at[stack->count++] = many->parent[i];
    return 0;
}

/* One step down from `node`, which is met for the first time: where to go on, NULL for back to the stack. `failed` is -1
   for an exception, -2 for a node that Python has to look at. */
static Node *down(Node *node, Stack *stack, Stack *leaves, Stack *interior, uint32_t walk, int *failed) {
    const int flags = node->flags;
    *failed = 0;
    if (flags & RAW) {
        const int pushed = push_parents_by_hand(stack, node);
        *failed = pushed > 0 ? 0 : pushed < 0 ? -1 : -2;
        return NULL;
    }
    if (flags & MANY) {
        *failed = push_many(stack, node, walk);
        return NULL;
    }
    Node *left = flags & LEFT ? node->left.node : NULL, *right = flags & RIGHT ? node->right.node : NULL;
    if (left == NULL && right == NULL) {
        *failed = push(leaves, node);
        return NULL;
    }
    if (left != NULL && left->mark == walk)
        left = NULL;
    if (right != NULL && right->mark == walk)
        right = NULL;
    if (left == NULL && right == NULL) { /* its turn at once */
        *failed = push(interior, node);
        return NULL;
    }
    if (make_room_for(stack, 3) < 0) {
        *failed = -1;
        return NULL;
    }
    stack->at[stack->count++] = node;
    stack->at[stack->count++] = NULL;
    if (left != NULL && right != NULL) {
        SOON(right);
        stack->at[stack->count++] = right;
    }
    return left != NULL ? left : right;
}

static inline void clear_grad(Node *node) {
    node->grad = 0.0;
    if (node->flags & GRAD_INT)
        node->flags &= (uint16_t)~GRAD_INT;
}

/* ordered() of backprop.py for what is on the stack, the first root on top. With `clear`, grads of nodes with parents
   become 0 on the way. 0, -1 with an exception, -2 if Python has to look at it. */
static int order(Stack *stack, Stack *leaves, Stack *interior, int clear) {
    const uint32_t walk = next_walk();
    Node *node = stack->count ? stack->at[--stack->count] : NULL;
    int failed = 0;
    while (node != NULL) {
        while (node != NULL && node->mark != walk) {
            node->mark = walk;
            soon(node, -AHEAD); /* operands lie before their results */
            if (clear && node->flags & LINKS)
                clear_grad(node);
            node = down(node, stack, leaves, interior, walk, &failed);
            if (failed)
                return failed;
        }
        node = NULL;
        while (stack->count && (node = stack->at[--stack->count]) == NULL)
            if (push(interior, stack->at[--stack->count]) < 0)
                return -1;
    }
    return 0;
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
    Stack stack = take(&spare_stack), leaves = take(&spare_leaves), interior = take(&spare_interior);
    PyObject *first = NULL, *second = NULL, *pair = NULL;
    int failed = 0;
    for (Py_ssize_t i = PyTuple_Size(roots); i-- > 0 && !failed;)
        failed = is_node(PyTuple_GetItem(roots, i)) ? push(&stack, (Node *)PyTuple_GetItem(roots, i)) : -2;
    if (!failed)
        failed = order(&stack, &leaves, &interior, 0);
    if (!failed && (first = as_list(&leaves)) != NULL && (second = as_list(&interior)) != NULL)
        pair = PyTuple_Pack(2, first, second);
    else if (failed == -2)
        pair = Py_NewRef(Py_None);
    Py_XDECREF(first);
    Py_XDECREF(second);
    give(&spare_stack, &stack);
    give(&spare_leaves, &leaves);
    give(&spare_interior, &interior);
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
    Stack stack = take(&spare_stack), leaves = take(&spare_leaves), interior = take(&spare_interior), all = {NULL, 0, 0};
    int failed = 0;
    for (Py_ssize_t i = PyTuple_Size(roots); i-- > 0 && !failed;) {
        Node *root = (Node *)PyTuple_GetItem(roots, i);
        failed = is_node((PyObject *)root) && root->flags & LINKS ? push(&stack, root) : -2;
    }
    if (!failed)
        failed = order(&stack, &leaves, &interior, 0);
    const uint32_t walk = next_walk();
    for (size_t i = 0; i < interior.count && !failed; i++)
        failed = append_new_parents(&all, interior.at[i], walk);
    PyObject *list = failed == -1 ? NULL : failed ? Py_NewRef(Py_None) : as_list(&all);
    PyMem_Free(all.at);
    give(&spare_stack, &stack);
    give(&spare_leaves, &leaves);
    give(&spare_interior, &interior);
    return list;
}

/* parent.grad += local · node.grad, children before parents. No Python runs here. */
static void chain_rule(const Stack *interior) {
    for (size_t i = interior->count; i--;) {
        const Node *node = interior->at[i];
        const double upstream = node->grad;
        if (i >= 12) { /* memory is slower than this loop: ask for what comes soon */
            const Node *next = interior->at[i - 6];
            soon(interior->at[i - 12], 0);
            if (next->flags & (LEFT | MANY))
                SOON(next->left.node);
            if (next->flags & RIGHT)
                SOON(next->right.node);
        }
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
    Stack stack = take(&spare_stack), leaves = take(&spare_leaves), interior = take(&spare_interior);
    const int clear = odd_nodes == 0;
    int done = push(&stack, root) < 0 ? -1 : order(&stack, &leaves, &interior, clear);
    if (done == 0) {
        done = is_usual(root, &leaves, &interior);
        for (size_t i = 0; done && !clear && i < interior.count; i++)
            clear_grad(interior.at[i]);
        if (done)
            done = walk_back(root, seed, &leaves, &interior) < 0 ? -1 : 1;
    } else if (done == -2)
        done = 0;
    give(&spare_stack, &stack);
    give(&spare_leaves, &leaves);
    give(&spare_interior, &interior);
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
