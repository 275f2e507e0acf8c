/* The type of the replay machine: it is given numbers, it gives numbers back. */
#include "machine.h"

#include <string.h>

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

/* Giving and taking numbers ---------------------------------------------------------------------------------------- */

static int check_count(Py_ssize_t given, Py_ssize_t wanted) {
    if (given == wanted)
        return 0;
    PyErr_Format(PyExc_ValueError, "this program takes %zd numbers, got %zd", wanted, given);
    return -1;
}

/* A view of an array of doubles with so many dimensions; -1 with an exception for anything else. */
static int open_array(PyObject *array, Py_buffer *view, int dimensions, int flags) {
    if (PyObject_GetBuffer(array, view, PyBUF_STRIDES | PyBUF_FORMAT | flags) < 0)
        return -1;
    if (view->ndim == dimensions && view->itemsize == sizeof(double) && view->format != NULL &&
        strcmp(view->format, "d") == 0)
        return 0;
    PyBuffer_Release(view);
    PyErr_Format(PyExc_TypeError, "expected an array of floats of %d dimensions", dimensions);
    return -1;
}

static inline double *entry(const Py_buffer *view, Py_ssize_t k) {
    return (double *)((char *)view->buf + k * view->strides[0]);
}

/* Numbers, in a list or an array, to their places. */
static int put_in_places(Machine *machine, const Slots *slots, PyObject *numbers) {
    if (PyList_CheckExact(numbers)) {
        if (check_count(PyList_Size(numbers), slots->count) < 0)
            return -1;
        for (int32_t k = 0; k < slots->count; k++)
            if (read_float(numbers, k, &machine->place[slots->at[k]]) < 0)
                return -1;
        return 0;
    }
    Py_buffer view;
    if (open_array(numbers, &view, 1, 0) < 0)
        return -1;
    const int failed = check_count(view.shape[0], slots->count);
    for (int32_t k = 0; !failed && k < slots->count; k++)
        machine->place[slots->at[k]] = *entry(&view, k);
    PyBuffer_Release(&view);
    return failed;
}

/* The numbers in `slots`, in a new tuple or list, or NULL. */
static PyObject *filled(PyObject *things, const double *numbers, const Slots *slots, size_t step) {
    for (int32_t k = 0; things != NULL && k < slots->count; k++)
        set_item(&things, k, PyFloat_FromDouble(numbers[(size_t)slots->at[k] * step]));
    return things;
}

/* One as a float, else a tuple. */
static PyObject *taken(const double *numbers, const Slots *slots, size_t step) {
    if (slots->count == 1)
        return PyFloat_FromDouble(numbers[(size_t)slots->at[0] * step]);
    return filled(new_tuple(slots->count), numbers, slots, step);
}

/* The gradients: written into `out`, an array, or added to it, and the sum divided; if it is None, a list. */
static PyObject *gradients_of(const Machine *machine, PyObject *out, int add, double divisor) {
    const Slots *slots = &machine->gradients;
    if (out == Py_None)
        return filled(new_list(slots->count), machine->place, slots, 1);
    Py_buffer view;
    if (open_array(out, &view, 1, PyBUF_WRITABLE) < 0)
        return NULL;
    const int failed = check_count(view.shape[0], slots->count);
    for (int32_t k = 0; !failed && k < slots->count; k++) {
        double *slope = entry(&view, k), found = machine->place[slots->at[k]];
        *slope = add ? *slope + found : found;
    }
    for (int32_t k = 0; !failed && divisor != 1.0 && k < slots->count; k++)
        *entry(&view, k) /= divisor;
    PyBuffer_Release(&view);
    return failed ? NULL : Py_NewRef(out);
}

/* What run() and run_batch() answer: the number of a guard that failed, or (result, gradients). */
static PyObject *answer(const Machine *machine, int failed, PyObject *result, PyObject *out, int add, double divisor) {
    PyObject *pair = NULL;
    if (failed >= 0)
        pair = PyLong_FromLong(failed);
    else if (failed == -1 && result != NULL) {
        PyObject *gradients = gradients_of(machine, out, add, divisor);
        pair = gradients == NULL ? NULL : PyTuple_Pack(2, result, gradients);
        Py_XDECREF(gradients);
    }
    Py_XDECREF(result);
    return pair;
}

/* run(parameters, inputs, out, add=False, divisor=1.0): one example. None if a run is on its way already, in another
   thread or below this one. */
static PyObject *machine_run(Machine *machine, PyObject *args) {
    PyObject *parameters, *inputs, *out, *result = NULL;
    int add = 0;
    double divisor = 1.0;
    if (!PyArg_ParseTuple(args, "OOO|pd", &parameters, &inputs, &out, &add, &divisor))
        return NULL;
    if (machine->running)
        Py_RETURN_NONE;
    machine->running = 1;
    if (put_in_places(machine, &machine->parameters, parameters) == 0 &&
        put_in_places(machine, &machine->arguments, inputs) == 0) {
        const int failed = run_on_places(machine, &machine->before);
        PyObject *values = failed == -1 ? taken(machine->place, &machine->values, 1) : NULL;
        result = answer(machine, failed, values, out, add, divisor);
    }
    machine->running = 0;
    return result;
}

/* Its number for example k. */
static inline double *number_in(Column column, Py_ssize_t k) { return (double *)(column.at + k * column.step); }

/* Do its numbers for a block lie as they lie in a lane? */
static inline int is_whole(Column column, int used) { return used == LANES && column.step == sizeof(double); }

/* The numbers of a block to the lanes of the arguments; lanes without an example repeat the first of the block. */
static void put_in_lanes(Machine *machine, Py_ssize_t start, int used) {
    for (int32_t k = 0; k < machine->arguments.count; k++) {
        const Column column = machine->inputs[k];
        double *lane = machine->lanes[machine->arguments.at[k]];
        if (is_whole(column, used))
            memcpy(lane, number_in(column, start), sizeof(Lane));
        else
            for (int j = 0; j < LANES; j++)
                lane[j] = *number_in(column, start + (j < used ? j : 0));
    }
}

/* The results of a block to the arrays that are filled with them: are all finite? */
static int take_from_lanes(const Machine *machine, Py_ssize_t start, int used) {
    double sum = 0.0; /* of zeros, unless something is not finite */
    for (int32_t k = 0; k < machine->values.count; k++) {
        const Column column = machine->outputs[k];
        const double *lane = machine->lanes[machine->values.at[k]];
        for (int j = 0; j < used; j++)
            sum += 0.0 * lane[j];
        if (is_whole(column, used))
            memcpy(number_in(column, start), lane, sizeof(Lane));
        else
            for (int j = 0; j < used; j++)
                *number_in(column, start + j) = lane[j];
    }
    return sum == 0.0;
}

/* The results of a block to a list; -1 with an exception. */
static int append_results(const Machine *machine, PyObject *results, int used) {
    for (int j = 0; j < used; j++) {
        PyObject *values = taken(&machine->lanes[0][j], &machine->values, LANES);
        const int failed = values == NULL || PyList_Append(results, values) < 0;
        Py_XDECREF(values);
        if (failed)
            return -1;
    }
    return 0;
}

static void lift(Machine *machine) {
    for (int32_t k = 0; k < machine->lifted.count; k++) {
        const int32_t slot = machine->lifted.at[k];
        for (int j = 0; j < LANES; j++)
            machine->lanes[slot][j] = machine->place[slot];
    }
    for (Py_ssize_t k = 0; k < machine->each.count; k++)
        if (machine->each.at[k].op == OP_OVER)
            machine->place[machine->each.at[k].result] = 0.0;
    begin_outers(machine);
}

/* All blocks of a batch. `results` is a list that gets an entry for each example, None for the arrays of `outputs`, or
   NULL. */
static int run_blocks(Machine *machine, Py_ssize_t count, PyObject *results) {
    for (Py_ssize_t start = 0; start < count; start += LANES) {
        const int used = count - start < LANES ? (int)(count - start) : LANES;
        int first_failed[LANES];
        for (int j = 0; j < LANES; j++)
            first_failed[j] = -1;
        put_in_lanes(machine, start, used);
        if (lanes_here->run(machine, &machine->each, used, first_failed) == -2)
            return -2;
        for (int j = 0; j < used; j++)
            if (first_failed[j] >= 0)
                return first_failed[j];
        lanes_here->add_outers(machine, used);
        if (results == Py_None)
            machine->finite &= take_from_lanes(machine, start, used);
        else if (results != NULL && append_results(machine, results, used) < 0)
            return -2;
    }
    finish_outers(machine);
    return -1;
}

/* The three parts, one after the other. */
static int run_all(Machine *machine, Py_ssize_t count, PyObject *results) {
    int failed = run_on_places(machine, &machine->before);
    if (failed == -1) {
        lift(machine);
        failed = run_blocks(machine, count, results);
    }
    return failed == -1 ? run_on_places(machine, &machine->after) : failed;
}

static PyObject *run_columns(Machine *machine, Py_ssize_t count, double seed, PyObject *out, int add, double divisor) {
    PyObject *results = machine->gradients.count == 0 && machine->seed < 0 ? PyList_New(0) : NULL;
    if (results == NULL && PyErr_Occurred())
        return NULL;
    if (machine->seed >= 0) {
        machine->place[machine->seed] = seed;
        machine->place[machine->examples] = (double)count;
    }
    const int failed = run_all(machine, count, results);
    if (failed == -1 && results == NULL)
        results = taken(machine->place, &machine->values, 1);
    return answer(machine, failed, results, out, add, divisor);
}

/* run_batch(parameters, columns, count, seed, out, add=False, divisor=1.0): columns is an array, a row for each argument,
   a column for each example. */
static PyObject *machine_run_batch(Machine *machine, PyObject *args) {
    PyObject *parameters, *columns, *out, *result = NULL;
    Py_ssize_t count;
    double seed, divisor = 1.0;
    int add = 0;
    Py_buffer view;
    if (!PyArg_ParseTuple(args, "OOndO|pd", &parameters, &columns, &count, &seed, &out, &add, &divisor))
        return NULL;
    if (machine->running || machine->lanes == NULL)
        Py_RETURN_NONE;
    if (open_array(columns, &view, 2, 0) < 0)
        return NULL;
    machine->running = 1;
    if (check_count(view.shape[0], machine->arguments.count) == 0 && check_count(view.shape[1], count) == 0 &&
        put_in_places(machine, &machine->parameters, parameters) == 0) {
        for (int32_t k = 0; k < machine->arguments.count; k++)
            machine->inputs[k] = (Column){(char *)view.buf + k * view.strides[0], view.strides[1]};
        result = run_columns(machine, count, seed, out, add, divisor);
    }
    machine->running = 0;
    PyBuffer_Release(&view);
    return result;
}

/* Open the arrays of a tuple, of one length, as columns. How many views are open afterwards is counted in `opened`. */
static int open_columns(PyObject *arrays, Column *columns, Py_buffer *views, Py_ssize_t *opened, int flags) {
    for (Py_ssize_t k = 0; k < PyTuple_Size(arrays); k++) {
        Py_buffer *view = &views[*opened];
        if (open_array(PyTuple_GetItem(arrays, k), view, 1, flags) < 0)
            return -1;
        ++*opened;
        if (check_count(view->shape[0], views[0].shape[0]) < 0)
            return -1;
        columns[k] = (Column){view->buf, view->strides[0]};
    }
    return 0;
}

/* map(parameters, inputs, outputs): f of every example, from arrays to arrays, one for each argument and each value: are all
   the results finite? Or a guard's number. */
static PyObject *machine_map(Machine *machine, PyObject *args) {
    PyObject *parameters, *inputs, *outputs, *result = NULL;
    if (!PyArg_ParseTuple(args, "OO!O!", &parameters, &PyTuple_Type, &inputs, &PyTuple_Type, &outputs))
        return NULL;
    if (machine->running || machine->lanes == NULL)
        Py_RETURN_NONE;
    const int32_t given = machine->arguments.count, wanted = machine->values.count;
    Py_ssize_t opened = 0;
    if (check_count(PyTuple_Size(inputs), given) < 0 || check_count(PyTuple_Size(outputs), wanted) < 0)
        return NULL;
    Py_buffer *views = zeros((size_t)given + (size_t)wanted + 1, sizeof(Py_buffer));
    if (views == NULL)
        return NULL;
    machine->running = 1;
    if (open_columns(inputs, machine->inputs, views, &opened, 0) == 0 &&
        open_columns(outputs, machine->outputs, views, &opened, PyBUF_WRITABLE) == 0 &&
        put_in_places(machine, &machine->parameters, parameters) == 0) {
        machine->finite = 1;
        const int failed = run_all(machine, opened ? views[0].shape[0] : 0, Py_None);
        result = failed == -2 ? NULL : failed >= 0 ? PyLong_FromLong(failed) : PyBool_FromLong(machine->finite);
    }
    machine->running = 0;
    while (opened > 0)
        PyBuffer_Release(&views[--opened]);
    PyMem_Free(views);
    return result;
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

static int machine_traverse(Machine *machine, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE((PyObject *)machine));
    Py_VISIT(machine->functions);
    return 0;
}

static int machine_clear(Machine *machine) {
    Py_CLEAR(machine->functions);
    return 0;
}

static int fill(Machine *machine, const Given *given) {
    machine->place = zeros((size_t)machine->size + 1, sizeof(double));
    machine->functions = PyList_New(0);
    if (machine->place == NULL || machine->functions == NULL || read_tape(machine, given) < 0)
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
    if (given.size < 0 || given.seed >= given.size || given.examples >= given.size)
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

static PyMethodDef methods[] = {
    {"run", (PyCFunction)(void *)machine_run, METH_VARARGS, "run(parameters, inputs, out, add=False, divisor=1.0) → (result, gradients), or a guard's number."},
    {"run_batch", (PyCFunction)(void *)machine_run_batch, METH_VARARGS, "run_batch(parameters, columns, count, seed, out, add=False, divisor=1.0), likewise."},
    {"map", (PyCFunction)(void *)machine_map, METH_VARARGS, "map(parameters, inputs, outputs) → whether all results are finite, or a guard's number."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_new, (void *)machine_new},           {Py_tp_dealloc, (void *)machine_dealloc},
    {Py_tp_traverse, (void *)machine_traverse}, {Py_tp_clear, (void *)machine_clear},
    {Py_tp_methods, methods},                   {0, NULL},
};

PyType_Spec machine_spec = {
    .name = "autograd.native._engine.Machine",
    .basicsize = sizeof(Machine),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = slots,
};
