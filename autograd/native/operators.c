/* Operators and methods: the rows on nodes and plain numbers, in the usual case.

   The usual case: nobody is in a mode (or in no_grad(), or recording), data are floats, the other operand is a node, a
   float or an int. Everything else is handed to the operators in value.py, which know all cases and all messages. */
#include "memory.h"

/* 1 if a listener wants to know of every node, 0 if not or if there is none, -1 with an exception. */
static int hears_nodes(PyObject *listener) {
    if (listener == Py_None)
        return 0;
    PyObject *answer = PyObject_GetAttr(listener, engine.hears_nodes);
    const int hears = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return hears;
}

/* Mode(grad, lines, and who listens): without gradients nobody does; a recorder, which reads the graph afterwards,
   leaves everything as usual. */
int mode_entered(void) {
    PyObject *mode = PyObject_CallNoArgs(engine.mode_entered);
    if (mode == NULL)
        return FAILED;
    int found = NO_GRAD;
    if (PyTuple_GetItem(mode, 0) == Py_True) {
        int heard = PyTuple_GetItem(mode, 1) != Py_False;
        for (Py_ssize_t i = 2; i < PyTuple_Size(mode) && heard == 0; i++)
            heard = hears_nodes(PyTuple_GetItem(mode, i));
        found = heard < 0 ? FAILED : heard ? OTHER_MODE : QUIET;
    }
    Py_DECREF(mode);
    return found;
}

PyObject *call_python(PyObject *function, PyObject *first, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    const Py_ssize_t before = first != NULL;
    PyObject *positional = new_tuple(before + count), *by_name = names == NULL ? NULL : PyDict_New(), *result = NULL;
    if (positional != NULL && first != NULL)
        set_item(&positional, 0, Py_NewRef(first));
    for (Py_ssize_t i = 0; positional != NULL && i < count; i++)
        set_item(&positional, before + i, Py_NewRef(args[i]));
    int failed = positional == NULL || (names != NULL && by_name == NULL);
    for (Py_ssize_t i = 0; !failed && names != NULL && i < PyTuple_Size(names); i++)
        failed = PyDict_SetItem(by_name, PyTuple_GetItem(names, i), args[count + i]) < 0;
    if (!failed)
        result = PyObject_Call(function, positional, by_name);
    Py_XDECREF(positional);
    Py_XDECREF(by_name);
    return result;
}

/* A float, NumPy's too, an exact int or a bool as a double. */
static int is_plain(PyObject *thing, double *number) {
    if (PyFloat_CheckExact(thing) || (!PyLong_CheckExact(thing) && PyFloat_Check(thing))) {
        *number = PyFloat_AsDouble(thing);
        return 1;
    }
    return (PyLong_CheckExact(thing) || PyBool_Check(thing)) && double_of_int(thing, number);
}

int number_of(PyObject *thing, double *number) {
    if (!is_node(thing))
        return is_plain(thing, number) ? 0 : -1;
    *number = ((Node *)thing)->data;
    return ((Node *)thing)->flags & DATA_OBJECT ? -1 : 1;
}

static PyObject *in_python(int row, PyObject *left, PyObject *right) {
    if (engine.forward[row] == NULL)
        return Py_NewRef(Py_NotImplemented); /* a row that is no operator: its call in ops.py goes on */
    if (is_node(left))
        return PyObject_CallFunctionObjArgs(engine.forward[row], left, right, NULL);
    return PyObject_CallFunctionObjArgs(engine.reflected[row], right, left, NULL);
}

APART static PyObject *without_grad(PyTypeObject *kind, double y, int asks) {
    return asks && PyErr_Occurred() ? NULL : (PyObject *)new_result(kind, y);
}

#define CONSTANT(name, d_left, d_right) [ROW_##name + 1] = (const double[]){d_left, d_right},
const double *const constant_slopes[OWN_ROW + 1] = {CONSTANT_SLOPES(CONSTANT)};
#define ROOM_FOR(row, slopes) (constant_slopes[(row) + 1] != NULL ? 0 : (slopes)) /* known when compiled for a row */

/* The links of a node with two parents, in its place. */
FOR_EACH_ROW void link_two(int row, Node *node, Node *left, double d_left, Node *right, double d_right) {
    node->row = (uint8_t)(row + 1);
    node->flags |= LEFT | RIGHT;
    node->left.node = held(left);
    node->right.node = held(right);
    if (ROOM_FOR(row, 2)) {
        node->slopes[0] = d_left;
        node->slopes[1] = d_right;
    }
}

FOR_EACH_ROW PyObject *node_of_two(int row, double y, Node *left, double d_left, Node *right, double d_right) {
    Node *node = new_node(Py_TYPE((PyObject *)left), y, ROOM_FOR(row, 2));
    if (node == NULL)
        return NULL;
    link_two(row, node, left, d_left, right, d_right);
    inherit(node, left->flags | right->flags);
    return (PyObject *)node;
}

/* A node with one parent, and a number on its right if `number` is RIGHT_NUMBER. */
FOR_EACH_ROW PyObject *node_of_left(int row, double y, Node *left, double d_left, double right, int number) {
    const int room = ROOM_FOR(row, 1);
    Node *node = new_node(Py_TYPE((PyObject *)left), y, room);
    if (node == NULL)
        return NULL;
    node->row = (uint8_t)(row + 1);
    node->flags |= (uint16_t)(LEFT | number);
    node->left.node = held(left);
    node->right.number = right;
    if (room)
        node->slopes[0] = d_left;
    inherit(node, left->flags);
    return (PyObject *)node;
}

FOR_EACH_ROW PyObject *node_of_right(int row, double y, double left, Node *right, double d_right) {
    const int room = ROOM_FOR(row, 2);
    Node *node = new_node(Py_TYPE((PyObject *)right), y, room);
    if (node == NULL)
        return NULL;
    node->row = (uint8_t)(row + 1);
    node->flags |= LEFT_NUMBER | RIGHT;
    node->left.number = left;
    node->right.node = held(right);
    if (room)
        node->slopes[1] = d_right;
    inherit(node, right->flags);
    return (PyObject *)node;
}

/* Data that are NumPy's doubles: its arithmetic makes more of them, here as in value.py ----------------------------------- */

/* A float as Python has it, NumPy's too, which an operand is or has in its data: a new reference. NULL, mostly without an
   exception, for anything else. */
static PyObject *float_of(PyObject *operand) {
    double number;
    if (!is_node(operand))
        return is_plain(operand, &number) ? PyFloat_FromDouble(number) : NULL;
    Node *node = (Node *)operand;
    if (!(node->flags & DATA_OBJECT))
        return PyFloat_FromDouble(node->data);
    PyObject *data = node->right.extra->of[OWN_DATA];
    return data != NULL && PyFloat_Check(data) ? Py_NewRef(data) : NULL;
}

/* The local derivative towards operand number `at`, or None if that is no node. NULL with an exception. */
static PyObject *slope_towards(PyObject *operand, int row, int at, PyObject *a, PyObject *b, PyObject *y) {
    if (operand == NULL || !is_node(operand))
        Py_RETURN_NONE;
    PyObject *formula = PyTuple_GetItem(engine.slopes[row], at);
    if (!PyCallable_Check(formula))
        return Py_NewRef(formula); /* the same at every point */
    return b == NULL ? PyObject_CallFunctionObjArgs(formula, a, y, NULL) : PyObject_CallFunctionObjArgs(formula, a, b, y, NULL);
}

/* Where a formula of floats raised an ArithmeticError: the slope towards operand `at` as IEEE arithmetic has it. */
static PyObject *slope_by_ieee(PyObject *operand, int row, int at, PyObject *a, PyObject *b, PyObject *y) {
    if (operand == NULL || !is_node(operand))
        Py_RETURN_NONE;
    PyObject *args = b == NULL ? PyTuple_Pack(1, a) : PyTuple_Pack(2, a, b);
    PyObject *slopes = args == NULL ? NULL : PyObject_CallMethod(engine.rows[row], "local_grads", "OO", args, y);
    PyObject *slope = slopes == NULL ? NULL : Py_XNewRef(PyTuple_GetItem(slopes, at));
    Py_XDECREF(args);
    Py_XDECREF(slopes);
    return slope;
}

/* y, and slopes: the node of a row with one operand (right and b are NULL) or two. */
static PyObject *node_of_floats(int row, PyObject *left, PyObject *a, PyObject *right, PyObject *b) {
    PyObject *y = PyObject_CallFunctionObjArgs(forwards[row], a, b, NULL), *node = NULL;
    PyObject *d_left = y == NULL ? NULL : slope_towards(left, row, 0, a, b, y);
    PyObject *d_right = d_left == NULL ? NULL : slope_towards(right, row, 1, a, b, y);
    if (d_right == NULL && y != NULL && PyErr_ExceptionMatches(PyExc_ArithmeticError)) {
        PyErr_Clear();
        Py_XDECREF(d_left);
        d_left = slope_by_ieee(left, row, 0, a, b, y);
        d_right = d_left == NULL ? NULL : slope_by_ieee(right, row, 1, a, b, y);
    }
    if (d_right != NULL) {
        PyObject *kind = (PyObject *)Py_TYPE(is_node(left) ? left : right);
        PyObject *first = is_node(left) ? left : a, *second = b == NULL ? Py_None : is_node(right) ? right : b;
        node = make_node(NULL, (PyObject *[]){kind, engine.rows[row], y, first, d_left, second, d_right}, 7);
    }
    Py_XDECREF(y);
    Py_XDECREF(d_left);
    Py_XDECREF(d_right);
    return node;
}

/* NotImplemented if something else is unusual as well. */
static PyObject *of_floats(int row, PyObject *left, PyObject *right) {
    PyObject *a = is_quiet() ? float_of(left) : NULL, *b = a != NULL && right != NULL ? float_of(right) : NULL, *node = NULL;
    if (a != NULL && (right == NULL || b != NULL))
        node = node_of_floats(row, left, a, right, b);
    else if (!PyErr_Occurred())
        node = Py_NewRef(Py_NotImplemented);
    Py_XDECREF(a);
    Py_XDECREF(b);
    return node;
}

SELDOM static PyObject *unusual(int row, PyObject *left, PyObject *right) {
    PyObject *node = of_floats(row, left, right);
    if (node != Py_NotImplemented)
        return node;
    Py_DECREF(node);
    return right == NULL ? PyObject_CallFunctionObjArgs(engine.forward[row], left, NULL) : in_python(row, left, right);
}

/* Rows as operators and methods ------------------------------------------------------------------------------------------ */

/* Two nodes of the type Value itself, with data that are floats, and nobody in a mode: what most operators meet. */
static inline int are_usual(PyObject *l, PyObject *r) {
    return is_quiet() && Py_TYPE(l) == engine.type && Py_TYPE(r) == engine.type &&
           !((((Node *)l)->flags | ((Node *)r)->flags) & (DATA_OBJECT | TRACKED));
}

/* The operator of a row with two arguments and its reflection, as operator_methods() of value.py. `asks`: may the row ask
   Python? Then it may fail. What most operators meet calls nothing, and comes first. */
#define OPERATOR(name, asks, count) \
    APART static PyObject *any_##name(PyObject *l, PyObject *r) { \
        const int mode = mode_now(), l_is_node = is_node(l), r_is_node = is_node(r); \
        PyTypeObject *kind = Py_TYPE(l_is_node ? l : r); \
        Node *left = (Node *)l, *right = (Node *)r; \
        double a, b; \
        if (mode == FAILED) \
            return NULL; \
        if (mode == OTHER_MODE || (l_is_node && left->flags & DATA_OBJECT) || (r_is_node && right->flags & DATA_OBJECT) || \
            (!l_is_node && !is_plain(l, &a)) || (!r_is_node && !is_plain(r, &b))) \
            return unusual(ROW_##name, l, r); \
        if (l_is_node) \
            a = left->data; \
        if (r_is_node) \
            b = right->data; \
        const double y = row_##name(a, b); \
        if (mode == NO_GRAD) \
            return without_grad(kind, y, asks); \
        const double d_left = l_is_node ? slope_##name##_a(a, b, y) : 0.0; \
        const double d_right = r_is_node ? slope_##name##_b(a, b, y) : 0.0; \
        if (asks && PyErr_Occurred()) \
            return NULL; \
        if (!r_is_node) \
            return node_of_left(ROW_##name, y, left, d_left, b, RIGHT_NUMBER); \
        if (!l_is_node) \
            return node_of_right(ROW_##name, y, a, right, d_right); \
        return node_of_two(ROW_##name, y, left, d_left, right, d_right); \
    } \
    static PyObject *operator_##name(PyObject *l, PyObject *r) { \
        Node *node = !(asks) && are_usual(l, r) ? place_at_hand(ROOM_FOR(ROW_##name, 2)) : NULL; \
        if (node == NULL) \
            return any_##name(l, r); \
        const double a = ((Node *)l)->data, b = ((Node *)r)->data, y = row_##name(a, b); \
        begin(node, y, ROOM_FOR(ROW_##name, 2) * ROOM_FOR_ONE); \
        link_two(ROW_##name, node, (Node *)l, slope_##name##_a(a, b, y), (Node *)r, slope_##name##_b(a, b, y)); \
        return (PyObject *)node; \
    }
ROWS_OF_2(OPERATOR)

static PyObject *operator_power(PyObject *l, PyObject *r, PyObject *modulus) {
    if (modulus == Py_None)
        return operator_pow(l, r);
    return PyObject_CallFunctionObjArgs(engine.forward[ROW_pow], l, r, modulus, NULL); /* has no use for a third */
}

/* The method of a row with one argument, as unary_method() of value.py. */
#define METHOD(name, asks, count) \
    static PyObject *method_##name(PyObject *self, PyObject *unused) { \
        (void)unused; \
        const int mode = mode_now(); \
        Node *node = (Node *)self; \
        if (mode == FAILED) \
            return NULL; \
        if (mode == OTHER_MODE || node->flags & DATA_OBJECT) \
            return unusual(ROW_##name, self, NULL); \
        const double a = node->data, y = row_##name(a); \
        if (mode == NO_GRAD) \
            return without_grad(Py_TYPE(self), y, asks); \
        const double d = slope_##name##_a(a, y); \
        if (asks && PyErr_Occurred()) \
            return NULL; \
        return node_of_left(ROW_##name, y, node, d, 0.0, 0); \
    }
ROWS_OF_1(METHOD)

static PyObject *negative(PyObject *self) { return method_neg(self, NULL); }
static PyObject *absolute(PyObject *self) { return method_abs(self, NULL); }

#define IN_TABLE(name, asks, count) {#name, method_##name, METH_NOARGS, NULL},
PyMethodDef row_methods[] = {ROWS_OF_1(IN_TABLE) {NULL, NULL, 0, NULL}}; /* those that value.py lacks are taken away */
#undef IN_TABLE
#define IN_TABLE(name, asks, count) [ROW_##name] = method_##name,
PyCFunction const methods_of_rows[ROW_ALL] = {ROWS_OF_1(IN_TABLE)};
#undef IN_TABLE
#define IN_TABLE(name, asks, count) [ROW_##name] = operator_##name,
binaryfunc const operators_of_rows[ROW_ALL] = {ROWS_OF_2(IN_TABLE)};

PyType_Slot operator_slots[] = {
    {Py_nb_add, (void *)operator_add},         {Py_nb_subtract, (void *)operator_sub}, {Py_nb_multiply, (void *)operator_mul},
    {Py_nb_true_divide, (void *)operator_div}, {Py_nb_power, (void *)operator_power},  {Py_nb_remainder, (void *)operator_mod},
    {Py_nb_negative, (void *)negative},        {Py_nb_absolute, (void *)absolute},
    {Py_nb_floor_divide, (void *)operator_floor_divide}, {0, NULL},
};
