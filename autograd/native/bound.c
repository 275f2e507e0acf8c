/* Runs that are bound to their arrays, and made as often as somebody calls them: to find out where the numbers of an array
   lie takes as long as a hundred instructions, and training makes the same runs again and again.

   Such a run is a function of no arguments, and what it answers is the result alone. `otherwise` answers where a guard does
   not hold, a list is not what it was, or another run is on its way; and always, where there is something that the machine
   does not read. */
#include "runs.h"

typedef struct { PyObject_HEAD Run run; PyObject *otherwise; } Bound;
PyTypeObject *bound_type;
#define LET_GO "this function has let go of its arrays"

PyObject *bind_run(Machine *machine, PyObject *args, int (*open)(Run *, PyObject *)) {
    if (PyTuple_Size(args) == 0)
        return PyErr_Format(PyExc_TypeError, "who knows otherwise?");
    Bound *bound = (Bound *)((allocfunc)PyType_GetSlot(bound_type, Py_tp_alloc))(bound_type, 0); /* all zero */
    if (bound == NULL)
        return NULL;
    bound->run.machine = (Machine *)Py_NewRef((PyObject *)machine);
    bound->run.divisor = 1.0;
    bound->run.again = 1;
    bound->otherwise = Py_NewRef(PyTuple_GetItem(args, 0));
    PyObject *given = PyTuple_GetSlice(args, 1, PyTuple_Size(args));
    PyObject *answers = NULL;
    if (given != NULL && open(&bound->run, given) == 0)
        answers = Py_NewRef((PyObject *)bound);
    else if (given != NULL && others_know())
        answers = Py_NewRef(bound->otherwise);
    Py_CLEAR(bound->run.pair);
    Py_DECREF((PyObject *)bound);
    Py_XDECREF(given);
    return answers;
}

static PyObject *bound_call(Bound *bound, PyObject *args, PyObject *names) {
    if (PyTuple_Size(args) > 0 || (names != NULL && PyDict_Size(names) > 0))
        return PyErr_Format(PyExc_TypeError, "this function takes no arguments: it is bound to its arrays");
    if (bound->run.machine == NULL) /* an array that is let go of by bound_clear() can call it once more */
        return PyErr_Format(PyExc_ReferenceError, LET_GO);
    PyObject *result = made(&bound->run);
    if (result != NULL ? result != Py_None && !PyLong_CheckExact(result) : !others_know())
        return result;
    Py_XDECREF(result);
    return PyObject_CallNoArgs(bound->otherwise);
}

/* A run that is one of several steps; see in_turn. Did it go as usual? -1 with an exception. */
static int run_on(Run *run, double *value) {
    if (run->machine == NULL) {
        PyErr_SetString(PyExc_ReferenceError, LET_GO);
        return -1;
    }
    PyObject *result = made(run);
    if (result == NULL)
        return others_know() ? 0 : -1;
    int usual = result == Py_True;
    if (PyFloat_CheckExact(result)) {
        *value = (*value + PyFloat_AsDouble(result)) / run->divisor;
        usual = isfinite(*value);
    }
    Py_DECREF(result);
    return usual;
}

/* Likewise one of several steps. */
static int go_on(PyObject *step, double *value) {
    if (Py_TYPE(step) == bound_type)
        return run_on(&((Bound *)step)->run, value);
    const int is_call = PyTuple_CheckExact(step) && PyTuple_Size(step) > 0;
    PyObject *function = is_call ? PyTuple_GetItem(step, 0) : step;
    PyObject *arguments = is_call ? PyTuple_GetSlice(step, 1, PyTuple_Size(step)) : Py_BuildValue("(d)", *value);
    PyObject *result = arguments == NULL ? NULL : PyObject_CallObject(function, arguments);
    Py_XDECREF(arguments);
    Py_XDECREF(result);
    return result == NULL ? -1 : 1;
}

/* in_turn(*steps): this run and then the steps, with nothing of Python's between them that Ctrl-C could end. A step is

       a run                  value ← (value + f) / divisor, as the run's gradients go; at first it is 0
       a call (f, *arguments)
       a function             of the value so far

   → the value. None as soon as a run has no answer or is not all finite, or the value is not: nobody else is asked, and
   nothing after it is done. */
static PyObject *bound_in_turn(Bound *bound, PyObject *steps) {
    double value = 0.0;
    int usual = run_on(&bound->run, &value);
    for (Py_ssize_t k = 0; usual > 0 && k < PyTuple_Size(steps); k++)
        usual = go_on(PyTuple_GetItem(steps, k), &value);
    if (usual > 0)
        return PyFloat_FromDouble(value);
    return usual < 0 ? NULL : Py_NewRef(Py_None);
}

static PyMethodDef bound_methods[] = {
    {"in_turn", (PyCFunction)(void *)bound_in_turn, METH_VARARGS,
     "in_turn(*steps): this run, then the steps, each a run, a call (f, *arguments) or a function of the value → the value,\n"
     "or None as soon as a run has no answer or something is not finite."},
    {NULL, NULL, 0, NULL},
};

static int bound_traverse(Bound *bound, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE((PyObject *)bound));
    const Run *run = &bound->run;
    Py_VISIT(run->machine);
    Py_VISIT(run->parameters.list);
    Py_VISIT(run->parameters.array.obj);
    Py_VISIT(run->inputs.list);
    Py_VISIT(run->inputs.array.obj);
    Py_VISIT(run->columns.obj);
    Py_VISIT(run->gradients.obj);
    for (Py_ssize_t k = 0; k < run->open; k++)
        Py_VISIT(run->arrays[k].obj);
    Py_VISIT(bound->otherwise);
    return 0;
}

static int bound_clear(Bound *bound) {
    Py_CLEAR(bound->run.machine); /* first: without it nothing runs */
    close_run(&bound->run);
    Py_CLEAR(bound->otherwise);
    return 0;
}

static void bound_dealloc(Bound *bound) {
    PyTypeObject *type = Py_TYPE((PyObject *)bound);
    PyObject_GC_UnTrack(bound);
    bound_clear(bound);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(bound);
    Py_DECREF(type);
}

static PyType_Slot slots[] = {
    {Py_tp_call, (void *)bound_call},   {Py_tp_dealloc, (void *)bound_dealloc}, {Py_tp_traverse, (void *)bound_traverse},
    {Py_tp_clear, (void *)bound_clear}, {Py_tp_methods, (void *)bound_methods}, {0, NULL},
};

PyType_Spec bound_spec = {
    .name = "autograd.native._engine.Bound",
    .basicsize = sizeof(Bound),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = slots,
};
