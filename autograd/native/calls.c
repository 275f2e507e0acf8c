/* A row called like a function: tanh(v), maximum(v, 0.0), clip(v, -1.0, 1.0).

   The usual case: a row of the table, at least one argument a node and the others nodes or plain numbers, nobody in a mode
   that hears of every node. Everything else is Operation.__call__ of ops.py, which the call of every row begins with here. */
#include "filling.h"

/* Which row is it? ------------------------------------------------------------------------------------------------------ */

#define PLACES 512 /* a power of two, some times as many as rows */
static uint8_t row_at[PLACES]; /* by the address of the row: its number + 1, or 0 */

static unsigned place_of(PyObject *operation) {
    unsigned place = (unsigned)(((uintptr_t)operation >> 4) * 2654435761u >> 16) % PLACES;
    while (row_at[place] && engine.rows[row_at[place] - 1] != operation)
        place = (place + 1) % PLACES;
    return place;
}

void remember_row(int row) { row_at[place_of(engine.rows[row])] = (uint8_t)(row + 1); }

int row_of(PyObject *operation) { return row_at[place_of(operation)] - 1; }

/* Three and four arguments ------------------------------------------------------------------------------------------------ */

/* Which argument is the result, as the row's `chooses` says: its position, COUNT_ALL if all count. -1 with an exception. */
#define COUNT_ALL 4
static Py_ssize_t chosen_by(int row, double first) {
    if (engine.chooses[row] == NULL)
        return COUNT_ALL;
    PyObject *number = PyFloat_FromDouble(first);
    PyObject *position = number == NULL ? NULL : PyObject_CallFunctionObjArgs(engine.chooses[row], number, NULL);
    const Py_ssize_t chosen = position == NULL ? -1 : position == Py_None ? COUNT_ALL : PyLong_AsSsize_t(position);
    Py_XDECREF(number);
    Py_XDECREF(position);
    return chosen;
}

/* The node of a row: what is not chosen is an operand, and no parent. */
static PyObject *linked(int row, PyObject *const *args, Py_ssize_t count, const double *numbers, const double *results) {
    const Py_ssize_t chosen = chosen_by(row, numbers[0]);
    Py_ssize_t parents = 0, others = 0;
    for (Py_ssize_t i = 0; i < count && chosen >= 0; i++)
        if (is_node(args[i]))
            *(chosen == COUNT_ALL || i == chosen ? &parents : &others) += 1;
    Filling filling = {.many = chosen < 0 ? NULL : new_many(parents, others, count), .mode = QUIET};
    if (filling.many == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        const Term operand = {is_node(args[i]) ? (Node *)args[i] : NULL, numbers[i]};
        add_operand(&filling, operand, chosen == COUNT_ALL || i == chosen ? &results[i + 1] : NULL);
    }
    return finished(&filling, row, results[0]);
}

/* The same for numbers and nodes of the type Value itself. NotImplemented if something is unusual. */
static PyObject *node_of_several(int row, PyObject *const *args, Py_ssize_t count) {
    const int mode = mode_now();
    double numbers[4], results[5];
    int nodes = 0;
    if (mode == FAILED)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        const int kind = mode == OTHER_MODE ? -1 : number_of(args[i], &numbers[i]);
        if (kind < 0 || (kind == 1 && Py_TYPE(args[i]) != engine.type))
            return Py_NewRef(Py_NotImplemented);
        nodes += kind;
    }
    if (nodes == 0 || values_of_row(row, numbers, results) != count + 1 || PyErr_Occurred())
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_NotImplemented);
    return mode == NO_GRAD ? (PyObject *)new_result(engine.type, results[0]) : linked(row, args, count, numbers, results);
}

/* The call --------------------------------------------------------------------------------------------------------------- */

/* NotImplemented if something is unusual. */
static PyObject *call_usual(int row, PyObject *const *args, Py_ssize_t count) {
    if (count == 1 && methods_of_rows[row] != NULL && Py_TYPE(args[0]) == engine.type)
        return methods_of_rows[row](args[0], NULL);
    if (count == 1 && methods_of_rows[row] != NULL && PyFloat_CheckExact(args[0]))
        return PyObject_CallFunctionObjArgs(forwards[row], args[0], NULL);
    PyObject *second = count == 2 ? args[1] : count == 1 ? engine.seconds[row] : NULL;
    if (second != NULL && operators_of_rows[row] != NULL) {
        double a, b;
        const int left = number_of(args[0], &a), right = number_of(second, &b);
        if (left >= 0 && right >= 0 && left + right > 0)
            return operators_of_rows[row](args[0], second);
    }
    if ((count == 3 || count == 4) && row < ROW_COUNT)
        return node_of_several(row, args, count);
    return Py_NewRef(Py_NotImplemented);
}

static PyObject *call(PyObject *operation, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    const int row = names == NULL ? row_of(operation) : -1;
    if (row >= 0) {
        PyObject *result = call_usual(row, args, count);
        if (result != Py_NotImplemented)
            return result;
        Py_DECREF(result);
    }
    return call_python(engine.call, operation, args, count, names);
}

static PyMethodDef method = {"__call__", (PyCFunction)(void *)call, METH_FASTCALL | METH_KEYWORDS, NULL};

/* call_of(Operation) → the method __call__ for that class. */
PyObject *call_of(PyObject *module, PyObject *class) {
    (void)module;
    return PyDescr_NewMethod((PyTypeObject *)class, &method);
}
