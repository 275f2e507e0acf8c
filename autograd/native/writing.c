#include "writing.h"

#include "node.h"

int open_tape(Tape *tape) {
    tape->instructions = PyObject_GetAttrString(tape->tape, "instructions");
    tape->constants = tape->instructions == NULL ? NULL : PyObject_GetAttrString(tape->tape, "constants");
    tape->numbers = tape->constants == NULL ? NULL : PyObject_GetAttrString(tape->tape, "numbers");
    return tape->numbers == NULL ? -1 : ask_size(tape);
}

void close_tape(Tape *tape) {
    Py_XDECREF(tape->instructions);
    Py_XDECREF(tape->constants);
    Py_XDECREF(tape->numbers);
}

int tell_size(const Tape *tape) {
    PyObject *size = PyLong_FromLong(tape->size);
    const int failed = size == NULL || PyObject_SetAttrString(tape->tape, "size", size) < 0;
    Py_XDECREF(size);
    return failed ? -1 : 0;
}

int ask_size(Tape *tape) {
    PyObject *size = PyObject_GetAttrString(tape->tape, "size");
    tape->size = size == NULL ? -1 : (int32_t)PyLong_AsLong(size);
    Py_XDECREF(size);
    return PyErr_Occurred() ? -1 : 0;
}

PyObject *ask_with_tape(Tape *tape, PyObject *function, PyObject *first, PyObject *second) {
    PyObject *answer = tell_size(tape) < 0 ? NULL : PyObject_CallFunctionObjArgs(function, first, second, NULL);
    if (answer != NULL && ask_size(tape) < 0)
        Py_CLEAR(answer);
    return answer;
}

/* number_key() of tape.py. */
static PyObject *number_as_key(double number) {
    PyObject *object = PyFloat_FromDouble(number);
    if (object == NULL || number < 0.0 || number > 0.0)
        return object;
    PyObject *key = PyObject_CallMethod(object, "hex", NULL);
    Py_DECREF(object);
    return key;
}

PyObject *slot_of_number(Tape *tape, double number) {
    PyObject *key = number_as_key(number), *slot = key == NULL ? NULL : PyDict_GetItemWithError(tape->numbers, key);
    Py_XINCREF(slot);
    if (key != NULL && slot == NULL && !PyErr_Occurred()) {
        PyObject *value = PyFloat_FromDouble(number);
        slot = value == NULL ? NULL : PyLong_FromLong(tape->size);
        if (slot != NULL && (PyDict_SetItem(tape->constants, slot, value) < 0 || PyDict_SetItem(tape->numbers, key, slot) < 0))
            Py_CLEAR(slot);
        tape->size += slot != NULL;
        Py_XDECREF(value);
    }
    Py_XDECREF(key);
    return slot;
}

/* kind(row, operands, result). From 3.14 on tuples keep a hash, which only tuple.__new__ sets; before, to fill what was
   allocated does, and a recording takes a sixth less. */
static PyObject *new_instruction(PyTypeObject *kind, PyObject *row, PyObject *operands, PyObject *result) {
    if (Py_Version < 0x030E0000) {
        PyObject *filled = ((allocfunc)PyType_GetSlot(kind, Py_tp_alloc))(kind, 3);
        PyObject *const parts[] = {row, operands, result};
        for (Py_ssize_t i = 0; filled != NULL && i < 3; i++)
            PyTuple_SetItem(filled, i, Py_NewRef(parts[i]));
        return filled;
    }
    PyObject *parts = PyTuple_Pack(3, row, operands, result), *args = parts == NULL ? NULL : PyTuple_Pack(1, parts);
    PyObject *instruction = args == NULL ? NULL : ((newfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_new))(kind, args, NULL);
    Py_XDECREF(parts);
    Py_XDECREF(args);
    return instruction;
}

int write_instruction(Tape *tape, PyObject *row, PyObject *operands, PyObject *result) {
    PyObject *instruction = operands == NULL || result == NULL ? NULL : new_instruction(tape->kind, row, operands, result);
    if (instruction == NULL) {
        Py_XDECREF(operands);
        return -1;
    }
    PyObject_GC_UnTrack(operands); /* ints, and a row that lives for good: no part of a circle */
    Py_DECREF(operands);
    if (row_of(row) >= 0)
        PyObject_GC_UnTrack(instruction);
    const int failed = PyList_Append(tape->instructions, instruction) < 0;
    Py_DECREF(instruction);
    return failed ? -1 : 0;
}
