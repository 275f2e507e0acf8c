/* The module autograd.native._engine: what Python hands over once, and what it may call. */
#include "machine.h"
#include "node.h"

PyObject *make_type(PyObject *, PyObject *), *use(PyObject *, PyObject *), *track_below(PyObject *, PyObject *);
PyObject *transcribe(PyObject *, PyObject *), *adjoints(PyObject *, PyObject *), *lists(PyObject *, PyObject *), *call_of(PyObject *, PyObject *), *ordered(PyObject *, PyObject *), *topological(PyObject *, PyObject *), *backward(PyObject *, PyObject *);

/* Every row on floats, for whoever wants to compare: row_values(number, a, …) → (forward, slopes …) ---------------- */

int values_of_row(int row, const double *args, double *out) {
    switch (row) {
#define ARGUMENT(k) args[k]
#define SLOPE(name, letter, count) slope_##name##_##letter(ARGUMENTS_##count(ARGUMENT), out[0])
#define SLOPES_1(name, count) out[1] = SLOPE(name, a, count);
#define SLOPES_2(name, count) SLOPES_1(name, count) out[2] = SLOPE(name, b, count);
#define SLOPES_3(name, count) SLOPES_2(name, count) out[3] = SLOPE(name, c, count);
#define SLOPES_4(name, count) SLOPES_3(name, count) out[4] = SLOPE(name, d, count);
#define CASE(name, asks, count) \
    case ROW_##name: \
        out[0] = row_##name(ARGUMENTS_##count(ARGUMENT)); \
        SLOPES_##count(name, count) \
        return count + 1;
        FIXED_ROWS(CASE)
    }
    PyErr_SetString(PyExc_ValueError, "no such row");
    return -1;
}

static PyObject *row_values(PyObject *module, PyObject *given) {
    (void)module;
    int row;
    double args[4] = {0.0, 0.0, 0.0, 0.0}, out[5];
    if (!PyArg_ParseTuple(given, "id|ddd", &row, &args[0], &args[1], &args[2], &args[3]))
        return NULL;
    const int count = values_of_row(row, args, out);
    return PyErr_Occurred() ? NULL : tuple_of_floats(out, count);
}

static PyObject *exact_sum_of(PyObject *module, PyObject *terms) {
    (void)module;
    const Py_ssize_t count = PyList_Size(terms);
    double *numbers = count < 0 ? NULL : zeros((size_t)count + 1, sizeof(double));
    int failed = numbers == NULL;
    for (Py_ssize_t i = 0; i < count && !failed; i++)
        failed = read_float(terms, i, &numbers[i]) < 0;
    PyObject *result = failed ? NULL : PyFloat_FromDouble(exact_sum(numbers, count));
    PyMem_Free(numbers);
    return result;
}

/* The start ------------------------------------------------------------------------------------------------------- */

static PyObject *use_rows(PyObject *module, PyObject *args) {
    (void)module;
    PyObject *rows, *hypot;
    if (!PyArg_ParseTuple(args, "OO", &rows, &hypot) || set_python_functions(rows, hypot) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *use_lanes(PyObject *module, PyObject *most) {
    (void)module;
    const long numbers = PyLong_AsLong(most);
    return PyErr_Occurred() ? NULL : PyLong_FromLong(choose_lanes(numbers));
}

static PyMethodDef functions[] = {
    {"use_rows", use_rows, METH_VARARGS, "use_rows(OPERATIONS, math.hypot): what C asks Python for."},
    {"row_values", row_values, METH_VARARGS, "row_values(number, *args): forward and local derivatives of a row."},
    {"exact_sum", exact_sum_of, METH_O, "exact_sum(list of floats): as numerics.floats.exact_sum."},
    {"use_lanes", use_lanes, METH_O, "use_lanes(most): add as many numbers at a time as this processor can and `most` allows → how many."},
    {"make_type", make_type, METH_O, "make_type(OPERATIONS) → Value."},
    {"use", use, METH_VARARGS, "use(rows, operators, reflected operators, {name: object}): what C asks Python for."},
    {"call_of", call_of, METH_O, "call_of(Operation) → the method __call__ of that class, which begins in C."},
    {"lists", lists, METH_O, "lists({name: text for help()}) → {name: function} of many operands."},
    {"make_leaf", make_leaf, METH_VARARGS, "_leaf of value.py."},
    {"make_node", (PyCFunction)(void *)make_node, METH_FASTCALL, "_node of value.py."},
    {"track", track_below, METH_O, "track(nodes): tell the collector of them."},
    {"ordered", ordered, METH_VARARGS, "ordered(*roots) of backprop.py, or None where that has to be asked."},
    {"topological", topological, METH_VARARGS, "topological_order(*roots), or None where that has to be asked."},
    {"transcribe", transcribe, METH_VARARGS, "transcribe(nodes, slots, tape, Instruction, write, parameters, made): see transcript.c."},
    {"adjoints", adjoints, METH_VARARGS, "adjoints(tape, root, order, seed, count, inputs, asked): see reverse.c."},
    {"backward", backward, METH_VARARGS, "backward(root, seed) → whether it is done; else backprop.py has to do it."},
    {NULL, NULL, 0, NULL},
};

static int add_number(PyObject *numbers, const char *name, long number) {
    PyObject *object = PyLong_FromLong(number);
    const int failed = object == NULL || PyDict_SetItemString(numbers, name, object) < 0;
    Py_XDECREF(object);
    return failed;
}

/* {name: number} of every row, and of the machine's other instructions. */
static int add_numbers(PyObject *module) {
    PyObject *numbers = PyDict_New();
    int failed = numbers == NULL;
#define ADD(name, asks, count) failed = failed || add_number(numbers, #name, ROW_##name);
    ALL_ROWS(ADD)
#undef ADD
    failed = failed || PyModule_AddObjectRef(module, "ROWS", numbers) < 0 ||
             PyModule_AddIntConstant(module, "PRODUCTS", OP_PRODUCTS) < 0 ||
             PyModule_AddIntConstant(module, "OVER", OP_OVER) < 0 || PyModule_AddIntConstant(module, "GUARD", OP_GUARD) < 0 ||
             PyModule_AddIntConstant(module, "AT_ONCE", choose_lanes(LANES)) < 0;
    Py_XDECREF(numbers);
    return failed ? -1 : 0;
}

static PyTypeObject *add_type(PyObject *module, PyType_Spec *spec) {
    PyTypeObject *type = (PyTypeObject *)PyType_FromSpec(spec);
    if (type != NULL && PyModule_AddType(module, type) < 0)
        Py_CLEAR(type);
    return type;
}

/* The engine keeps what it knows in statics: one interpreter of a process has it, and has it once. */
static int start(PyObject *module) {
    static int started = 0;
    if (started) {
        PyErr_SetString(PyExc_ImportError, "the native engine is in use already, by one interpreter of this process");
        return -1;
    }
    started = 1;
    bound_type = add_type(module, &bound_spec);
    return bound_type == NULL || add_type(module, &machine_spec) == NULL ? -1 : add_numbers(module);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)start}, {0, NULL}};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "autograd.native._engine",
    .m_doc = "The storage, operators and chain rule of Value, and the replay machine, in C.",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__engine(void) { return PyModuleDef_Init(&definition); }
