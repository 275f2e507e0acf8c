/* The type of the replay machine: what it is made of and how that goes away again; what it does stands in runs.c. */
#include "machine.h"

/* `count` doubles, all 0, that begin where a line of the processor's cache does: a lane across two lines takes twice as
   long to read. `block` is what has to be freed. */
static double *lined_up(size_t count, void **block) {
    *block = zeros(count + LANES, sizeof(double));
    return (double *)(((uintptr_t)*block + sizeof(Lane) - 1) / sizeof(Lane) * sizeof(Lane));
}

/* Room for what is only known once the tape was read. */
static int make_room(Machine *machine, int batch) {
    machine->room = zeros(3 * (size_t)machine->longest + 3, sizeof(double));
    machine->inputs = zeros((size_t)machine->arguments.count + 1, sizeof(Column));
    machine->outputs = zeros((size_t)machine->values.count + 1, sizeof(Column));
    if (machine->room == NULL || machine->inputs == NULL || machine->outputs == NULL)
        return -1;
    if (!batch)
        return 0;
    machine->lanes = (Lane *)lined_up(((size_t)machine->size + 1) * LANES, &machine->blocks[0]);
    machine->sums = lined_up((size_t)machine->summed.count, &machine->blocks[1]);
    machine->turned = lined_up((size_t)machine->widest * LANES, &machine->blocks[2]);
    return machine->blocks[0] && machine->blocks[1] && machine->blocks[2] ? 0 : -1;
}

/* The type ---------------------------------------------------------------------------------------------------------- */

static void machine_dealloc(Machine *machine) {
    PyTypeObject *type = Py_TYPE((PyObject *)machine);
    PyObject_GC_UnTrack(machine);
    Slots *const slots[] = {&machine->pool, &machine->parameters, &machine->arguments,
                            &machine->values, &machine->gradients, &machine->lifted,
                            &machine->summed};
    for (size_t k = 0; k < sizeof(slots) / sizeof(slots[0]); k++)
        PyMem_Free(slots[k]->at);
    PyMem_Free(machine->before.at);
    PyMem_Free(machine->each.at);
    PyMem_Free(machine->after.at);
    PyMem_Free(machine->guards);
    PyMem_Free(machine->place);
    for (int k = 0; k < 3; k++)
        PyMem_Free(machine->blocks[k]);
    PyMem_Free(machine->room);
    PyMem_Free(machine->inputs);
    PyMem_Free(machine->outputs);
    PyMem_Free(machine->outers);
    Py_XDECREF(machine->functions);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(machine);
    Py_DECREF(type);
}

/* There is no machine_clear(): what a machine holds does not change, so that a circle goes through something else, too,
   which lets go; and a run that somebody asks for while that happens still finds its functions. */
static int machine_traverse(Machine *machine, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE((PyObject *)machine));
    Py_VISIT(machine->functions);
    return 0;
}

static int fill(Machine *machine, const Given *given) {
    machine->place = zeros((size_t)machine->size + 1, sizeof(double));
    if (machine->place == NULL || read_tape(machine, given) < 0)
        return -1;
    return make_room(machine, given->batch);
}

static PyObject *machine_new(PyTypeObject *type, PyObject *args, PyObject *named) {
    Given given;
    (void)named;
    if (!PyArg_ParseTuple(args, "O!iO!O!O!O!O!O!O!O!O!iii", &PyDict_Type, &given.codes, &given.size, &PyDict_Type,
                          &given.constants, &PyList_Type, &given.parts[0], &PyList_Type, &given.parts[1], &PyList_Type,
                          &given.parts[2], &PyList_Type, &given.guards, &PyList_Type, &given.parameters, &PyList_Type,
                          &given.arguments, &PyList_Type, &given.values, &PyList_Type, &given.gradients, &given.batch,
                          &given.seed, &given.examples))
        return NULL;
    const int has_seed = given.seed >= 0, has_examples = given.examples >= 0;
    if (given.size < 0 || given.seed >= given.size || given.examples >= given.size || has_seed != has_examples)
        return PyErr_Format(PyExc_ValueError, "a tape of %d slots", given.size);
    Machine *machine = (Machine *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0); /* all zero */
    if (machine == NULL)
        return NULL;
    machine->size = given.size;
    machine->seed = given.seed;
    machine->examples = given.examples;
    machine->softmax_in_room = -1;
    if (fill(machine, &given) < 0)
        Py_CLEAR(machine);
    return (PyObject *)machine;
}

static PyType_Slot slots[] = {
    {Py_tp_new, (void *)machine_new},           {Py_tp_dealloc, (void *)machine_dealloc},
    {Py_tp_traverse, (void *)machine_traverse}, {Py_tp_methods, machine_runs}, {0, NULL},
};

PyType_Spec machine_spec = {
    .name = "autograd.native._engine.Machine",
    .basicsize = sizeof(Machine),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = slots,
};
