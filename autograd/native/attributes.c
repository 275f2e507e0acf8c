/* data, grad, label, op and the line of a node; whatever else is hung on it. */
#include "node.h"

/* What was put in the place of data, grad, label or line: a new reference, or the error that Python has where it was deleted. */
static PyObject *own(const Node *node, const Extra *extra, int which, const char *name) {
    if (extra != NULL && extra->of[which] != NULL)
        return Py_NewRef(extra->of[which]);
    const int is_slot = which == OWN_DATA || which == OWN_GRAD;
    if (is_slot && Py_Version >= 0x030D0000) /* from 3.13 on the message of a slot has the full name of the type, %T */
        return PyErr_Format(PyExc_AttributeError, "'%T' object has no attribute '%s'", (const PyObject *)node, name);
    PyObject *kind = PyType_GetName(Py_TYPE((PyObject *)node));
    if (kind != NULL)
        PyErr_Format(PyExc_AttributeError, "'%U' object has no attribute '%s'", kind, name);
    Py_XDECREF(kind);
    return NULL;
}

/* Put something that is no float, NULL for `del`, in the place of data or grad, which is nan meanwhile. */
static int set_object(Node *node, PyObject *thing, int flag, int which) {
    Extra *extra = extra_of(node);
    if (extra == NULL)
        return -1;
    if (thing == NULL && node->flags & flag && extra->of[which] == NULL) { /* once more: a slot says its name */
        PyErr_SetString(PyExc_AttributeError, which == OWN_GRAD ? "grad" : "data");
        return -1;
    }
    if (!(node->flags & flag))
        odd_nodes++;
    node->flags = (uint16_t)((node->flags | flag) & (which == OWN_GRAD ? ~GRAD_INT : ~0));
    *(which == OWN_GRAD ? &node->grad : &node->data) = NAN;
    put(&extra->of[which], Py_XNewRef(thing));
    return hang(node, thing);
}

/* There is a float now: the last thing to do, for what was there may run Python when it goes. */
static void forget_object(Node *node, int flag, int which) {
    if (!(node->flags & flag))
        return;
    node->flags &= (uint16_t)~flag;
    odd_nodes--;
    put(&node->right.extra->of[which], NULL);
}

static PyObject *get_data(Node *node, void *unused) {
    (void)unused;
    return node->flags & DATA_OBJECT ? own(node, node->right.extra, OWN_DATA, "data") : PyFloat_FromDouble(node->data);
}

int set_data(Node *node, PyObject *thing, void *unused) {
    (void)unused;
    if (thing == NULL || !PyFloat_CheckExact(thing))
        return set_object(node, thing, DATA_OBJECT, OWN_DATA);
    node->data = PyFloat_AsDouble(thing);
    forget_object(node, DATA_OBJECT, OWN_DATA);
    return 0;
}

static PyObject *get_grad(Node *node, void *unused) {
    (void)unused;
    if (node->flags & GRAD_OBJECT)
        return own(node, node->right.extra, OWN_GRAD, "grad");
    return node->flags & GRAD_INT ? PyLong_FromDouble(node->grad) : PyFloat_FromDouble(node->grad);
}

/* An int that a double holds exactly. */
static int is_whole(PyObject *thing, double *number) {
    return PyLong_CheckExact(thing) && double_of_int(thing, number) && fabs(*number) <= 9007199254740992.0;
}

static int set_grad(Node *node, PyObject *thing, void *unused) {
    (void)unused;
    double number = 0.0;
    const int whole = thing != NULL && is_whole(thing, &number);
    if (thing == NULL || (!whole && !PyFloat_CheckExact(thing)))
        return set_object(node, thing, GRAD_OBJECT, OWN_GRAD);
    node->grad = whole ? number : PyFloat_AsDouble(thing);
    node->flags = (uint16_t)((node->flags & ~GRAD_INT) | (whole ? GRAD_INT : 0));
    forget_object(node, GRAD_OBJECT, OWN_GRAD);
    return 0;
}

/* The label and the line, which are whatever was assigned: `which` of an Extra. */
static PyObject *get_text(Node *node, void *which) {
    const Extra *extra = extra_if_any(node);
    PyObject *text = extra == NULL ? NULL : extra->of[(size_t)which];
    return Py_NewRef(text != NULL ? text : (size_t)which == OWN_LABEL ? engine.empty : Py_None);
}

static int set_text(Node *node, PyObject *text, void *which) {
    if (text == NULL) {
        PyObject *before = own(node, extra_if_any(node), (int)(size_t)which, (size_t)which == OWN_LABEL ? "label" : "_line");
        if (before == NULL)
            return -1;
        Py_DECREF(before);
        put(&extra_if_any(node)->of[(size_t)which], NULL);
        return 0;
    }
    if (text == engine.empty && !(node->flags & EXTRA))
        return 0;
    Extra *extra = extra_of(node);
    if (extra == NULL)
        return -1;
    put(&extra->of[(size_t)which], Py_NewRef(text));
    return hang(node, text);
}

static PyObject *get_op(Node *node, void *unused) {
    (void)unused;
    if (node->row == 0)
        Py_RETURN_NONE;
    return Py_NewRef(node->row == OWN_ROW ? node->right.extra->of[OWN_OP] : engine.rows[node->row - 1]);
}

int set_op(Node *node, PyObject *op, void *unused) {
    (void)unused;
    if (op == NULL) {
        PyErr_SetString(PyExc_AttributeError, "the operation of a Value cannot be deleted");
        return -1;
    }
    const int row = op == Py_None ? -1 : row_of(op);
    if (row >= 0 || op == Py_None) {
        if (node->flags & (LEFT | RIGHT) && move_out(node) < 0)
            return -1; /* the slopes stay what they are, whatever the row */
        node->row = (uint8_t)(row + 1);
        return 0;
    }
    Extra *extra = extra_of(node);
    if (extra == NULL)
        return -1;
    PyObject *before = extra->of[OWN_OP];
    extra->of[OWN_OP] = Py_NewRef(op);
    node->row = OWN_ROW;
    Py_XDECREF(before);
    /* an @operation refers to no node; one made by hand has a closure, which mostly does */
    return Py_TYPE(op) == (PyTypeObject *)engine.plain_operation ? 0 : hang(node, op);
}

/* Anything may be hung on a node, as on other objects; what can refer back makes it known to the collector. */
int set_attribute(PyObject *self, PyObject *name, PyObject *thing) {
    Node *node = (Node *)self;
    const int is_step = name == engine.data || name == engine.grad; /* what a training step writes again and again */
    if (is_step && thing != NULL && PyFloat_CheckExact(thing) && Py_TYPE(self) == engine.type)
        return name == engine.data ? set_data(node, thing, NULL) : set_grad(node, thing, NULL);
    if (PyObject_GenericSetAttr(self, name, thing) < 0)
        return -1;
    return node->dict != NULL ? hang(node, thing) : 0;
}

static PyObject *get_dict(Node *node, void *unused) {
    track(node); /* whoever has the dict can put anything there, */
    if (node->flags & USED && Py_TYPE((PyObject *)node) == engine.type) { /* also nodes made from this one before that */
        PyObject *done = PyObject_CallFunctionObjArgs(engine.opened, (PyObject *)node, NULL);
        Py_XDECREF(done);
        if (done == NULL)
            return NULL;
    }
    return PyObject_GenericGetDict((PyObject *)node, unused);
}

static int set_dict(Node *node, PyObject *dict, void *unused) {
    return PyObject_GenericSetDict((PyObject *)node, dict, unused) < 0 ? -1 : hang(node, dict);
}

PyGetSetDef own_attributes[] = {
    {"data", (getter)get_data, (setter)set_data, NULL, NULL},
    {"grad", (getter)get_grad, (setter)set_grad, NULL, NULL},
    {"label", (getter)get_text, (setter)set_text, NULL, (void *)OWN_LABEL},
    {"op", (getter)get_op, (setter)set_op, NULL, NULL},
    {"_line", (getter)get_text, (setter)set_text, NULL, (void *)OWN_LINE},
    {"__dict__", (getter)get_dict, (setter)set_dict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
