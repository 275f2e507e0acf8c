/* The module autograd.native._engine: what Python hands over once, and what it may call. */
#include "machine.h"
#include "node.h"

PyObject *make_type(PyObject *, PyObject *), *use(PyObject *, PyObject *), *track_below(PyObject *, PyObject *);
PyObject *transcribe(PyObject *, PyObject *), *adjoints(PyObject *, PyObject *), *lists(PyObject *, PyObject *), *call_of(PyObject *, PyObject *), *ordered(PyObject *, PyObject *), *topological(PyObject *, PyObject *), *backward(PyObject *, PyObject *);

/* Every row on floats, for whoever wants to compare: row_values(number, a, …) → (forward, slopes …) ---------------- */

int values_of_row(int row, const double *args, double *out) {
    switch (row) {
#define CASE_1(name, asks) \
    case ROW_##name: \
        out[0] = row_##name(args[0]); \
        out[1] = slope_##name##_a(args[0], out[0]); \
        return 2;
#define CASE_2(name, asks) \
    case ROW_##name: \
        out[0] = row_##name(args[0], args[1]); \
        out[1] = slope_##name##_a(args[0], args[1], out[0]); \
        out[2] = slope_##name##_b(args[0], args[1], out[0]); \
        return 3;
#define CASE_3(name, asks) \
    case ROW_##name: \
        out[0] = row_##name(args[0], args[1], args[2]); \
        out[1] = slope_##name##_a(args[0], args[1], args[2], out[0]); \
        out[2] = slope_##name##_b(args[0], args[1], args[2], out[0]); \
        out[3] = slope_##name##_c(args[0], args[1], args[2], out[0]); \
        return 4;
#define CASE_4(name, asks) \
    case ROW_##name: \
        out[0] = row_##name(args[0], args[1], args[2], args[3]); \
        out[1] = slope_##name##_a(args[0], args[1], args[2], args[3], out[0]); \
        out[2] = slope_##name##_b(args[0], args[1], args[2], args[3], out[0]); \
        out[3] = slope_##name##_c(args[0], args[1], args[2], args[3], out[0]); \
        out[4] = slope_##name##_d(args[0], args[1], args[2], args[3], out[0]); \
        return 5;
        ROWS_OF_1(CASE_1) ROWS_OF_2(CASE_2) ROWS_OF_3(CASE_3) ROWS_OF_4(CASE_4)
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
    if (PyErr_Occurred())
        return NULL;
    PyObject *tuple = PyTuple_New(count);
    for (int i = 0; tuple != NULL && i < count; i++) {
        PyObject *number = PyFloat_FromDouble(out[i]);
        if (number == NULL || PyTuple_SetItem(tuple, i, number) < 0)
            Py_CLEAR(tuple);
    }
    return tuple;
}

static PyObject *exact_sum_of(PyObject *module, PyObject *terms) {
    (void)module;
    PyObject *result = NULL;
    const Py_ssize_t count = PyList_Size(terms);
    double *numbers = count < 0 ? NULL : PyMem_Malloc(sizeof(double) * (size_t)(count + 1));
    if (numbers == NULL)
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    for (Py_ssize_t i = 0; i < count; i++)
        numbers[i] = PyFloat_AsDouble(PyList_GetItem(terms, i));
    if (!PyErr_Occurred())
        result = PyFloat_FromDouble(exact_sum(numbers, count));
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

static PyMethodDef functions[] = {
    {"use_rows", use_rows, METH_VARARGS, "use_rows(OPERATIONS, math.hypot): what C asks Python for."},
    {"row_values", row_values, METH_VARARGS, "row_values(number, *args): forward and local derivatives of a row."},
    {"exact_sum", exact_sum_of, METH_O, "exact_sum(list of floats): as numerics.floats.exact_sum."},
    {"make_type", make_type, METH_O, "make_type(OPERATIONS) → Value."},
    {"use", use, METH_VARARGS, "use(rows, operators, reflected operators, {name: object}): what C asks Python for."},
    {"call_of", call_of, METH_O, "call_of(Operation) → the method __call__ of that class, which begins in C."},
    {"lists", lists, METH_O, "lists({name: text for help()}) → {name: function} of many operands."},
    {"make_leaf", make_leaf, METH_VARARGS, "_leaf of value.py."},
    {"make_node", (PyCFunction)(void *)make_node, METH_FASTCALL, "_node of value.py."},
    {"track", track_below, METH_O, "track(nodes): tell the collector of them."},
    {"ordered", ordered, METH_VARARGS, "ordered(*roots) of backprop.py, or None where that has to be asked."},
    {"topological", topological, METH_VARARGS, "topological_order(*roots), or None where that has to be asked."},
    {"transcribe", transcribe, METH_VARARGS, "transcribe(nodes, slots, tape, Instruction, write): see transcript.c."},
    {"adjoints", adjoints, METH_VARARGS, "adjoints(tape, root, order, seed, count, inputs, asked): see reverse.c."},
    {"backward", backward, METH_VARARGS, "backward(root, seed) → whether it is done; else backprop.py has to do it."},
    {NULL, NULL, 0, NULL},
};

/* {name: number} of every row, and of the machine's other instructions. */
static int add_numbers(PyObject *module) {
    PyObject *numbers = PyDict_New();
    int failed = numbers == NULL;
#define ADD(name, value) \
    if (!failed) { \
        PyObject *number = PyLong_FromLong(value); \
        failed = number == NULL || PyDict_SetItemString(numbers, name, number) < 0; \
        Py_XDECREF(number); \
    }
#define NUMBER(name, asks) ADD(#name, ROW_##name)
    ROWS_OF_1(NUMBER) ROWS_OF_2(NUMBER) ROWS_OF_3(NUMBER) ROWS_OF_4(NUMBER) MANY_ROWS(NUMBER)
#undef NUMBER
#undef ADD
    if (!failed)
        failed = PyModule_AddObjectRef(module, "ROWS", numbers) < 0 ||
                 PyModule_AddIntConstant(module, "PRODUCTS", OP_PRODUCTS) < 0 ||
                 PyModule_AddIntConstant(module, "OVER", OP_OVER) < 0 ||
                 PyModule_AddIntConstant(module, "GUARD", OP_GUARD) < 0 ||
                 PyModule_AddIntConstant(module, "AT_ONCE", numbers_at_once()) < 0;
    Py_XDECREF(numbers);
    return failed ? -1 : 0;
}

static int add_type(PyObject *module, PyType_Spec *spec) {
    PyObject *type = PyType_FromSpec(spec);
    const int failed = type == NULL || PyModule_AddType(module, (PyTypeObject *)type) < 0;
    Py_XDECREF(type);
    return failed ? -1 : 0;
}

/* The engine keeps what it knows in statics: one interpreter of a process has it, and has it once. */
static int start(PyObject *module) {
    static int started = 0;
    if (started) {
        PyErr_SetString(PyExc_ImportError, "the native engine is in use already, by one interpreter of this process");
        return -1;
    }
    started = 1;
    return add_numbers(module) < 0 || add_type(module, &machine_spec) < 0 ? -1 : 0;
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
