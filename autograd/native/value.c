/* The type autograd.Value, and what it is told at the start. */
#include "memory.h"

#include <stddef.h>
#include <structmember.h>

extern PyMethodDef row_methods[];
extern PyType_Slot operator_slots[], comparison_slots[];
extern PyGetSetDef own_attributes[];
int set_attribute(PyObject *self, PyObject *name, PyObject *thing);
PyObject *method_backward(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names);

static PyObject *value_new(PyTypeObject *kind, PyObject *args, PyObject *named) {
    (void)args;
    (void)named;
    return (PyObject *)new_node(kind, 0.0, 0);
}

/* Value(2.0), Value(2) and their like; everything else is Value.__init__ of value.py. */
static int value_init(PyObject *self, PyObject *args, PyObject *named) {
    Node *node = (Node *)self;
    if (named == NULL && PyTuple_Size(args) == 1 && !(node->flags & (LINKS | EXTRA | RESULT)) && node->row == 0) {
        double number;
        if (number_of(PyTuple_GetItem(args, 0), &number) == 0) {
            node->data = number;
            node->grad = 0.0;
            node->flags &= (uint16_t)~GRAD_INT;
            return 0;
        }
    }
    PyObject *first = PyTuple_Pack(1, self), *all = first == NULL ? NULL : PySequence_Concat(first, args);
    PyObject *result = all == NULL ? NULL : PyObject_Call(engine.init, all, named);
    Py_XDECREF(first);
    Py_XDECREF(all);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static PyMemberDef members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Node, weak), READONLY, NULL},
    {"__dictoffset__", T_PYSSIZET, offsetof(Node, dict), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

#define MOST 160
static PyMethodDef methods[MOST];
static PyGetSetDef attributes[32];
static PyType_Slot slots[40] = {
    {Py_tp_new, (void *)value_new},           {Py_tp_init, (void *)value_init},
    {Py_tp_dealloc, (void *)node_dealloc},    {Py_tp_traverse, (void *)node_traverse},
    {Py_tp_clear, (void *)node_clear},        {Py_tp_setattro, (void *)set_attribute},
    {Py_tp_members, members},                 {Py_tp_methods, methods},
    {Py_tp_getset, attributes},               {Py_tp_doc, "Value(data, _children=(), _op='', label='')\n--\n\n"},
    {Py_tp_free, (void *)give_place}, /* another than subclasses have: so Python refuses node.__class__ = Subclass */
};

static PyType_Spec spec = {
    .name = "autograd.value.Value",
    .basicsize = SIZE(MOST_ROOM),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = slots,
};

/* The documentation of a row, for the method of its name; the text lives as long as the row. */
static const char *doc_of(PyObject *rows, const char *name) {
    PyObject *row = PyMapping_GetItemString(rows, name);
    PyObject *doc = row == NULL ? NULL : PyObject_GetAttrString(row, "__doc__");
    const char *text = doc == NULL || !PyUnicode_Check(doc) ? NULL : PyUnicode_AsUTF8AndSize(doc, NULL);
    Py_XDECREF(row); /* doc is kept for good: methods are */
    PyErr_Clear();
    return text;
}

/* Method, attribute and slot tables put together from those of the other files. */
static void gather(PyObject *rows) {
    int count = 0;
    for (int i = 0; row_methods[i].ml_name != NULL && count < MOST - 2; i++) {
        methods[count] = row_methods[i];
        methods[count++].ml_doc = doc_of(rows, row_methods[i].ml_name);
    }
    methods[count] = (PyMethodDef){"backward", (PyCFunction)(void *)method_backward, METH_FASTCALL | METH_KEYWORDS,
                                   "backward($self, /, gradient=1.0)\n--\n\nleaf.grad += gradient · ∂self/∂leaf for every "
                                   "leaf below; see `autograd.backprop.backward`."};
    count = 0;
    for (int i = 0; link_attributes[i].name != NULL; i++)
        attributes[count++] = link_attributes[i];
    for (int i = 0; own_attributes[i].name != NULL; i++)
        attributes[count++] = own_attributes[i];
    for (count = 0; slots[count].slot != 0; count++)
        continue;
    for (int i = 0; operator_slots[i].slot != 0; i++)
        slots[count++] = operator_slots[i];
    for (int i = 0; comparison_slots[i].slot != 0; i++)
        slots[count++] = comparison_slots[i];
}

/* make_type(OPERATIONS) → the class. */
PyObject *make_type(PyObject *module, PyObject *rows) {
    (void)module;
    if (engine.type != NULL)
        return PyErr_Format(PyExc_RuntimeError, "the type was made already");
    gather(rows);
    PyObject *type = PyType_FromSpec(&spec);
    engine.type = (PyTypeObject *)Py_XNewRef(type);
    if (type != NULL && use_fields() < 0)
        Py_CLEAR(type);
    return type;
}

/* What Python hands over ---------------------------------------------------------------------------------------------- */

static int set_row(PyObject *rows, PyObject *forward, PyObject *reflected, const char *name, int row) {
    PyObject *operation = PyMapping_GetItemString(rows, name), *method;
    if (operation == NULL)
        return -1;
    put(&engine.rows[row], operation);
    remember_row(row);
    PyObject *chooses = PyObject_GetAttrString(operation, "chooses");
    if (chooses == Py_None)
        Py_CLEAR(chooses);
    put(&engine.chooses[row], chooses);
    put(&engine.slopes[row], PyObject_GetAttrString(operation, "on_floats"));
    PyObject *defaults = PyObject_GetAttrString(operation, "_defaults");
    if (operators_of_rows[row] != NULL && defaults != NULL && PyTuple_Size(defaults) == 1)
        put(&engine.seconds[row], Py_NewRef(PyTuple_GetItem(defaults, 0)));
    Py_XDECREF(defaults);
    if ((method = PyDict_GetItemWithError(forward, operation)) != NULL)
        put(&engine.forward[row], Py_NewRef(method));
    if ((method = PyDict_GetItemWithError(reflected, operation)) != NULL)
        put(&engine.reflected[row], Py_NewRef(method));
    return PyErr_Occurred() ? -1 : 0;
}

static int set_rows(PyObject *rows, PyObject *forward, PyObject *reflected) {
#define SET(name, asks, count) \
    if (set_row(rows, forward, reflected, #name, ROW_##name) < 0) \
        return -1;
    ALL_ROWS(SET)
#undef SET
    return 0;
}

/* use(rows, {row: operator}, {row: reflected operator}, {name: object}): see Engine in node.h for the names. */
PyObject *use(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *rows, *forward, *reflected, *named;
    if (!PyArg_ParseTuple(args, "OO!O!O!", &rows, &PyDict_Type, &forward, &PyDict_Type, &reflected, &PyDict_Type, &named))
        return NULL;
    if (set_rows(rows, forward, reflected) < 0)
        return NULL;
    struct { const char *name; PyObject **place; } const wanted[] = {
        {"active", &engine.active}, {"unusual", &engine.unusual}, {"inside", &engine.inside}, {"mode_entered", &engine.mode_entered},
        {"hears_nodes", &engine.hears_nodes},
        {"plain_operation", &engine.plain_operation}, {"init", &engine.init}, {"operands", &engine.operands},
        {"parents", &engine.parents}, {"local_grads", &engine.local_grads}, {"track_reached", &engine.track_reached}, {"opened", &engine.opened}, {"call", &engine.call},
        {"backward", &engine.backward}, {"in_the_middle", &engine.in_the_middle}, {"empty", &engine.empty},
        {"__lt__", &engine.comparisons[Py_LT]}, {"__le__", &engine.comparisons[Py_LE]},
        {"__gt__", &engine.comparisons[Py_GT]}, {"__ge__", &engine.comparisons[Py_GE]}, {"__bool__", &engine.is_true},
        {"data", &engine.data}, {"grad", &engine.grad},
        {"dot", &engine.dot}, {"total", &engine.total}, {"mean", &engine.mean}, {"sum_of_squares", &engine.sum_of_squares},
        {"softmax", &engine.softmax}, {"cross_entropy", &engine.cross_entropy}, {"logsumexp", &engine.logsumexp},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        PyObject *thing = PyDict_GetItemString(named, wanted[i].name);
        if (thing != NULL)
            put(wanted[i].place, Py_NewRef(thing));
    }
    Py_RETURN_NONE;
}

/* track_below(node): tell the collector of a node and of all below it that it does not know. */
PyObject *track_below(PyObject *module, PyObject *list) {
    (void)module;
    for (Py_ssize_t i = 0; i < PyList_Size(list); i++)
        if (is_node(PyList_GetItem(list, i)))
            track((Node *)PyList_GetItem(list, i));
    Py_RETURN_NONE;
}
