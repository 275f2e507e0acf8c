/* Runs of the replay machine: the numbers that it is given, and where those go that it gives back.

   A run is of one of three shapes:

       example   f and its gradients, for one example
       batch     Σ seed · f over a batch and its gradients; or f of each example, in a list
       map       f of each example, from arrays to arrays

   and is made once, or bound to its arrays and made as often as somebody calls it: see bound.c. */
#include "runs.h"

#include <string.h>

/* Opening and closing ---------------------------------------------------------------------------------------------- */

static int check_count(Py_ssize_t given, Py_ssize_t wanted) {
    if (given == wanted)
        return 0;
    PyErr_Format(PyExc_ValueError, "this program takes %zd numbers, got %zd", wanted, given);
    return -1;
}

/* Do they lie where a processor looks for doubles? NumPy has another format where they do not, memoryviews have not. */
static int in_their_places(const Py_buffer *view) {
    uintptr_t where = (uintptr_t)view->buf;
    for (int k = 0; k < view->ndim; k++)
        where |= (uintptr_t)view->strides[k];
    return where % sizeof(double) == 0;
}

/* A view of an array of doubles with so many dimensions; -1 with an exception for anything else. */
static int open_array(PyObject *array, Py_buffer *view, int dimensions, int flags) {
    if (PyObject_GetBuffer(array, view, PyBUF_STRIDES | PyBUF_FORMAT | flags) < 0)
        return -1;
    if (view->ndim == dimensions && view->itemsize == sizeof(double) && view->format != NULL &&
        strcmp(view->format, "d") == 0 && in_their_places(view))
        return 0;
    PyBuffer_Release(view);
    PyErr_Format(PyExc_TypeError, "expected an array of floats of %d dimensions", dimensions);
    return -1;
}

/* An array of one dimension and so many numbers. */
static int open_row(PyObject *array, Py_buffer *view, Py_ssize_t count, int flags) {
    return open_array(array, view, 1, flags) < 0 ? -1 : check_count(view->shape[0], count);
}

static int open_numbers(PyObject *given, Numbers *numbers, const Slots *slots) {
    if (!PyList_CheckExact(given))
        return open_row(given, &numbers->array, slots->count, 0);
    numbers->list = Py_NewRef(given);
    return 0;
}

/* `out` is an array for the gradients, or None. */
static int open_gradients(Run *run, PyObject *out) {
    run->pair = Py_NewRef(out);
    return out == Py_None ? 0 : open_row(out, &run->gradients, run->machine->gradients.count, PyBUF_WRITABLE);
}

/* Arrays of a tuple, one behind the other, all as long as the first of all. */
static int open_arrays(Run *run, PyObject *given, Py_ssize_t wanted, int flags) {
    if (check_count(PyTuple_Size(given), wanted) < 0)
        return -1;
    for (Py_ssize_t k = 0; k < wanted; k++) {
        Py_buffer *array = &run->arrays[run->open];
        if (open_array(PyTuple_GetItem(given, k), array, 1, flags) < 0)
            return -1;
        run->open++;
        run->count = run->arrays[0].shape[0];
        if (check_count(array->shape[0], run->count) < 0)
            return -1;
    }
    return run->count > 0 ? 0 : check_count(0, 1); /* a batch has examples */
}

void close_run(Run *run) {
    Py_CLEAR(run->parameters.list);
    Py_CLEAR(run->inputs.list);
    Py_CLEAR(run->pair);
    PyBuffer_Release(&run->parameters.array); /* which does nothing to what is not open */
    PyBuffer_Release(&run->inputs.array);
    PyBuffer_Release(&run->columns);
    PyBuffer_Release(&run->gradients);
    while (run->open > 0)
        PyBuffer_Release(&run->arrays[--run->open]);
    PyMem_Free(run->arrays);
    run->arrays = NULL;
}

/* Giving and taking numbers ---------------------------------------------------------------------------------------- */

static inline double *entry(const Py_buffer *view, Py_ssize_t k) {
    return (double *)((char *)view->buf + k * view->strides[0]);
}

static int put_in_places(Machine *machine, const Slots *slots, const Numbers *numbers) {
    if (numbers->list != NULL) {
        if (check_count(PyList_Size(numbers->list), slots->count) < 0)
            return -1;
        for (int32_t k = 0; k < slots->count; k++)
            if (read_float(numbers->list, k, &machine->place[slots->at[k]]) < 0)
                return -1;
        return 0;
    }
    for (int32_t k = 0; k < slots->count; k++)
        machine->place[slots->at[k]] = *entry(&numbers->array, k);
    return 0;
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

static void give_gradients(const Run *run) {
    const Slots slots = run->machine->gradients;
    const double *place = run->machine->place, divisor = run->divisor;
    char *slope = run->gradients.buf;
    for (int32_t k = 0; k < slots.count; k++, slope += run->gradients.strides[0]) {
        const double found = place[slots.at[k]];
        *(double *)slope = run->add ? *(double *)slope + found : run->again ? 0.0 + found : found;
    }
    for (int32_t k = 0; k < slots.count && divisor != 1.0; k++)
        *entry(&run->gradients, k) /= divisor;
}

/* (result, gradients), which takes over the result. */
static PyObject *paired(const Run *run, PyObject *result) {
    const Machine *machine = run->machine;
    PyObject *gradients = run->pair != Py_None ? Py_NewRef(run->pair)
                                               : filled(new_list(machine->gradients.count), machine->place, &machine->gradients, 1);
    PyObject *pair = gradients == NULL ? NULL : PyTuple_Pack(2, result, gradients);
    Py_XDECREF(gradients);
    Py_DECREF(result);
    return pair;
}

/* What is answered: the number of a guard that failed, else the result, alone or in a pair. Gradients are given when
   nothing can fail any more: what has been added to an array cannot be added again. */
static PyObject *answer(const Run *run, int failed, PyObject *result) {
    if (failed != -1 || result == NULL) {
        Py_XDECREF(result);
        return failed >= 0 ? PyLong_FromLong(failed) : NULL;
    }
    PyObject *answers = run->pair == NULL ? result : paired(run, result);
    if (answers != NULL && run->gradients.obj != NULL)
        give_gradients(run);
    return answers;
}

/* Of one example --------------------------------------------------------------------------------------------------- */

static PyObject *make_example(Run *run) {
    Machine *machine = run->machine;
    if (put_in_places(machine, &machine->parameters, &run->parameters) < 0 ||
        put_in_places(machine, &machine->arguments, &run->inputs) < 0)
        return NULL;
    const int failed = run_on_places(machine, &machine->before);
    return answer(run, failed, failed == -1 ? taken(machine->place, &machine->values, 1) : NULL);
}

/* Of a batch ------------------------------------------------------------------------------------------------------- */

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

/* The results of a block to the arrays that are filled with them. */
static void take_from_lanes(Machine *machine, Py_ssize_t start, int used) {
    for (int32_t k = 0; k < machine->values.count; k++) {
        const Column column = machine->outputs[k];
        const double *restrict lane = machine->lanes[machine->values.at[k]];
        if (used == LANES) {
            EVERY_LANE machine->zeros[j] += 0.0 * lane[j];
        } else { /* the others may hold anything: what is done lane by lane leaves them out */
            for (int j = 0; j < used; j++)
                machine->zeros[j] += 0.0 * lane[j];
        }
        if (is_whole(column, used))
            memcpy(number_in(column, start), lane, sizeof(Lane));
        else
            for (int j = 0; j < used; j++)
                *number_in(column, start + j) = lane[j];
    }
}

static int all_finite(const Machine *machine) {
    double sum = 0.0;
    for (int j = 0; j < LANES; j++)
        sum += machine->zeros[j];
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
            take_from_lanes(machine, start, used);
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

static PyObject *make_batch(Run *run) {
    Machine *machine = run->machine;
    const int sums = machine->seed >= 0;
    PyObject *results = sums || machine->gradients.count > 0 ? NULL : PyList_New(0);
    if ((results == NULL && PyErr_Occurred()) || put_in_places(machine, &machine->parameters, &run->parameters) < 0) {
        Py_XDECREF(results);
        return NULL;
    }
    for (int32_t k = 0; k < machine->arguments.count; k++)
        machine->inputs[k] = (Column){(char *)run->columns.buf + k * run->columns.strides[0], run->columns.strides[1]};
    if (sums) {
        machine->place[machine->seed] = run->seed;
        machine->place[machine->examples] = (double)run->count;
    }
    const int failed = run_all(machine, run->count, results);
    if (failed == -1 && results == NULL)
        results = taken(machine->place, &machine->values, 1);
    return answer(run, failed, results);
}

/* From arrays to arrays -------------------------------------------------------------------------------------------- */

static PyObject *make_map(Run *run) {
    Machine *machine = run->machine;
    if (put_in_places(machine, &machine->parameters, &run->parameters) < 0)
        return NULL;
    const Py_buffer *array = run->arrays;
    for (int32_t k = 0; k < machine->arguments.count; k++, array++)
        machine->inputs[k] = (Column){array->buf, array->strides[0]};
    for (int32_t k = 0; k < machine->values.count; k++, array++)
        machine->outputs[k] = (Column){array->buf, array->strides[0]};
    memset(machine->zeros, 0, sizeof(Lane));
    const int failed = run_all(machine, run->count, Py_None);
    return answer(run, failed, failed == -1 ? PyBool_FromLong(all_finite(machine)) : NULL);
}

/* The runs that Python asks for ------------------------------------------------------------------------------------ */

/* (parameters, inputs, out, add=False, divisor=1.0) */
static int open_example(Run *run, PyObject *args) {
    PyObject *parameters, *inputs, *out;
    if (!PyArg_ParseTuple(args, "OOO|pd", &parameters, &inputs, &out, &run->add, &run->divisor))
        return -1;
    run->make = make_example;
    return open_numbers(parameters, &run->parameters, &run->machine->parameters) < 0 ||
                   open_numbers(inputs, &run->inputs, &run->machine->arguments) < 0
               ? -1
               : open_gradients(run, out);
}

/* (parameters, columns, count, seed, out, add=False, divisor=1.0): columns is an array, a row for each argument, a column
   for each example. */
static int open_batch(Run *run, PyObject *args) {
    PyObject *parameters, *columns, *out;
    if (!PyArg_ParseTuple(args, "OOndO|pd", &parameters, &columns, &run->count, &run->seed, &out, &run->add, &run->divisor))
        return -1;
    run->make = make_batch;
    return open_numbers(parameters, &run->parameters, &run->machine->parameters) < 0 ||
                   open_array(columns, &run->columns, 2, 0) < 0 ||
                   check_count(run->columns.shape[0], run->machine->arguments.count) < 0 ||
                   check_count(run->columns.shape[1], run->count) < 0
               ? -1
               : open_gradients(run, out);
}

/* (parameters, inputs, outputs): f of every example, from arrays to arrays, one for each argument and each value: are all
   the results finite? */
static int open_map(Run *run, PyObject *args) {
    PyObject *parameters, *inputs, *outputs;
    if (!PyArg_ParseTuple(args, "OO!O!", &parameters, &PyTuple_Type, &inputs, &PyTuple_Type, &outputs))
        return -1;
    const Machine *machine = run->machine;
    const Py_ssize_t given = machine->arguments.count, wanted = machine->values.count;
    run->make = make_map;
    run->arrays = zeros((size_t)(given + wanted) + 1, sizeof(Py_buffer));
    return run->arrays == NULL || open_arrays(run, inputs, given, 0) < 0 ||
                   open_arrays(run, outputs, wanted, PyBUF_WRITABLE) < 0
               ? -1
               : open_numbers(parameters, &run->parameters, &machine->parameters);
}

PyObject *made(Run *run) {
    Machine *machine = run->machine;
    if (machine->running || (machine->lanes == NULL && run->make != make_example))
        Py_RETURN_NONE;
    machine->running = 1;
    PyObject *result = run->make(run);
    machine->running = 0;
    return result;
}

int others_know(void) {
    if (!PyErr_ExceptionMatches(PyExc_TypeError) && !PyErr_ExceptionMatches(PyExc_ValueError) &&
        !PyErr_ExceptionMatches(PyExc_BufferError))
        return 0;
    PyErr_Clear();
    return 1;
}

/* None as well if there is something that the machine does not read; a wrong count is wrong for everybody. */
static PyObject *made_once(Machine *machine, PyObject *args, int (*open)(Run *, PyObject *)) {
    Run run = {.machine = machine, .divisor = 1.0};
    PyObject *result = NULL;
    if (open(&run, args) == 0)
        result = made(&run);
    else if (!PyErr_ExceptionMatches(PyExc_ValueError) && others_know())
        result = Py_NewRef(Py_None);
    close_run(&run);
    return result;
}

static PyObject *run_example(Machine *machine, PyObject *args) { return made_once(machine, args, open_example); }
static PyObject *run_batch(Machine *machine, PyObject *args) { return made_once(machine, args, open_batch); }
static PyObject *bind_example(Machine *machine, PyObject *args) { return bind_run(machine, args, open_example); }
static PyObject *bind_batch(Machine *machine, PyObject *args) { return bind_run(machine, args, open_batch); }
static PyObject *bind_map(Machine *machine, PyObject *args) { return bind_run(machine, args, open_map); }

PyMethodDef machine_runs[] = {
    {"run", (PyCFunction)(void *)run_example, METH_VARARGS, "run(parameters, inputs, out) → (result, gradients), or a guard's number."},
    {"run_batch", (PyCFunction)(void *)run_batch, METH_VARARGS, "run_batch(parameters, columns, count, seed, out), likewise."},
    {"bind", (PyCFunction)(void *)bind_example, METH_VARARGS, "bind(otherwise, parameters, inputs, out, add, divisor) → a function that runs again → result."},
    {"bind_batch", (PyCFunction)(void *)bind_batch, METH_VARARGS, "bind_batch(otherwise, parameters, columns, count, seed, out, add, divisor), likewise."},
    {"bind_map", (PyCFunction)(void *)bind_map, METH_VARARGS, "bind_map(otherwise, parameters, inputs, outputs), likewise."},
    {NULL, NULL, 0, NULL},
};
