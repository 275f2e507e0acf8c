/* A row called like a function: tanh(v), maximum(v, 0.0), clip(v, -1.0, 1.0).

   The usual case: a row of the table, at least one argument a node and the others nodes or plain numbers, nobody in a mode
   that hears of nodes. Everything else is Operation.__call__ of ops.py, which the call of every row begins with here. */
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

/* The node of a row with so many arguments that does not choose among them. NotImplemented if something is unusual. */
static PyObject *node_of_several(int row, PyObject *const *args, Py_ssize_t count) {
    const int mode = mode_now();
    double numbers[4], results[5];
    Py_ssize_t parents = 0;
    if (mode == FAILED)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        const int kind = mode == OTHER_MODE ? -1 : number_of(args[i], &numbers[i]);
        if (kind < 0)
            return Py_NewRef(Py_NotImplemented);
        parents += kind;
    }
    if (parents == 0 || values_of_row(row, numbers, results) != count + 1)
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_NotImplemented);
    if (PyErr_Occurred())
        return NULL;
    Filling filling = {.many = new_many(parents, 0, count), .mode = mode};
    if (filling.many == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        const Term term = {is_node(args[i]) ? (Node *)args[i] : NULL, numbers[i]};
        fill(&filling, &term, 1, &results[i + 1], 0);
    }
    return finished(&filling, row, results[0]);
}

/* The call --------------------------------------------------------------------------------------------------------------- */

/* NotImplemented if something is unusual. */
static PyObject *call_usual(int row, PyObject *const *args, Py_ssize_t count) {
    if (count == 1 && methods_of_rows[row] != NULL && Py_TYPE(args[0]) == engine.type)
        return methods_of_rows[row](args[0], NULL);
    if (count == 1 && methods_of_rows[row] != NULL && PyFloat_CheckExact(args[0]))
        return PyObject_CallFunctionObjArgs(forwards[row], args[0], NULL);
    if (engine.chooses[row] || row >= ROW_COUNT)
        return Py_NewRef(Py_NotImplemented);
    if (count == 2 && operators_of_rows[row] != NULL) {
        double a, b;
        const int left = number_of(args[0], &a), right = number_of(args[1], &b);
        if (left >= 0 && right >= 0 && left + right > 0)
            return operators_of_rows[row](args[0], args[1]);
    }
    if (count == 3 || count == 4)
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
