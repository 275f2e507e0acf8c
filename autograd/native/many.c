/* dot, total, mean and their like: one node for many operands, as operations/lists.py makes it.

   The usual case: a list or a tuple of nodes and floats, at least one a node, and nobody in a mode (or in no_grad(), or
   recording). Everything else is handed to the function of the same name in lists.py. */
#include "memory.h"

typedef struct { /* a list or tuple that the caller holds; no Python runs while this is read */
    PyObject *held;
    Py_ssize_t count;
    int is_list;
} Sequence;

static int open_sequence(PyObject *thing, Sequence *sequence) {
    sequence->held = thing;
    sequence->is_list = PyList_CheckExact(thing);
    if (!sequence->is_list && !PyTuple_CheckExact(thing))
        return 0;
    sequence->count = sequence->is_list ? PyList_Size(thing) : PyTuple_Size(thing);
    return sequence->count > 0;
}

static inline PyObject *item(const Sequence *sequence, Py_ssize_t i) {
    return sequence->is_list ? PyList_GetItem(sequence->held, i) : PyTuple_GetItem(sequence->held, i);
}

/* The number of a term: 1 for a node, 0 for a float, -1 for anything else. */
static inline int number_of(PyObject *term, double *number) {
    if (is_node(term)) {
        *number = ((Node *)term)->data;
        return ((Node *)term)->flags & DATA_OBJECT ? -1 : 1;
    }
    if (!PyFloat_CheckExact(term))
        return -1;
    *number = PyFloat_AsDouble(term);
    return 0;
}

/* Room for so many doubles, the same at every call: what is computed here is computed before anybody else comes. */
static double *room_for(Py_ssize_t count) {
    static double *room;
    static Py_ssize_t size;
    if (count > size) {
        double *more = PyMem_Realloc(room, sizeof(double) * (size_t)(2 * count));
        if (more == NULL)
            return (double *)PyErr_NoMemory();
        room = more;
        size = 2 * count;
    }
    return room;
}

/* Links on their way into a Many --------------------------------------------------------------------------------------- */

typedef struct {
    Many *many;
    Py_ssize_t parents, numbers, operands;
    int flags;          /* of all parents together */
    int mode;           /* QUIET, or NO_GRAD: then it was in vain */
    PyTypeObject *kind; /* of the first of them */
} Filling;

static inline void fill(Filling *filling, PyObject *operand, double number, double slope) {
    Many *many = filling->many;
    const int node = is_node(operand);
    if (many->kinds != NULL)
        many->kinds[filling->operands] = node ? PARENT : NUMBER;
    filling->operands++;
    if (!node) {
        many->numbers[filling->numbers++] = number;
        return;
    }
    if (filling->parents == 0)
        filling->kind = Py_TYPE(operand);
    many->slopes[filling->parents] = slope;
    many->parent[filling->parents] = held((Node *)operand);
    filling->flags |= many->parent[filling->parents++]->flags;
}

static void fill_index(Filling *filling, Py_ssize_t index) {
    filling->many->kinds[filling->operands++] = NUMBER;
    filling->many->numbers[filling->numbers++] = (double)index;
}

static PyObject *finished(Filling *filling, int row, double y) {
    Node *node = new_node(filling->kind, y);
    if (node == NULL || filling->mode == NO_GRAD) {
        for (Py_ssize_t i = 0; i < filling->many->parents; i++)
            Py_DECREF((PyObject *)filling->many->parent[i]);
        free_many(filling->many);
        return (PyObject *)node;
    }
    node->row = (uint16_t)(row + 1);
    node->flags |= MANY;
    node->left.many = filling->many;
    inherit(node, filling->flags);
    return (PyObject *)node;
}

/* Dot ------------------------------------------------------------------------------------------------------------------ */

typedef struct { Sequence w, x; PyObject *bias; Py_ssize_t parents; double offset, sum; int mode; } Dot;

/* The sum, and how many of the operands are nodes. 1, or 0 if this is not the usual case. */
static int add_products(Dot *dot) {
    Sum sum = {0.0, 0.0, 0.0, 0.0};
    for (Py_ssize_t i = 0; i < dot->w.count; i++) {
        double w, x;
        const int w_kind = number_of(item(&dot->w, i), &w), x_kind = number_of(item(&dot->x, i), &x);
        if (w_kind < 0 || x_kind < 0)
            return 0;
        dot->parents += w_kind + x_kind;
        add_to(&sum, w * x);
    }
    const int kind = dot->bias == NULL ? 0 : number_of(dot->bias, &dot->offset);
    if (kind < 0)
        return 0;
    dot->parents += kind;
    add_to(&sum, dot->offset);
    if (dot->parents == 0)
        return 0;
    dot->sum = rounded_sum(&sum, NULL, dot->w.count + 1);
    return 1;
}

/* Where the rounding is in doubt the terms are needed once more. */
static int add_products_again(Dot *dot) {
    double *terms = room_for(dot->w.count + 1);
    if (terms == NULL)
        return -1;
    for (Py_ssize_t i = 0; i < dot->w.count; i++) {
        double w = 0.0, x = 0.0;
        number_of(item(&dot->w, i), &w);
        number_of(item(&dot->x, i), &x);
        terms[i] = w * x;
    }
    terms[dot->w.count] = dot->offset;
    dot->sum = exact_sum(terms, dot->w.count + 1);
    return 0;
}

static PyObject *node_of_dot(Dot *dot) {
    const Py_ssize_t count = dot->w.count;
    Filling filling = {.many = new_many(dot->parents, 0, 2 * count + 1), .mode = dot->mode};
    if (filling.many == NULL)
        return NULL;
    for (int side = 0; side < 2; side++)
        for (Py_ssize_t i = 0; i < count; i++) {
            double own = 0.0, other = 0.0;
            PyObject *operand = item(side ? &dot->x : &dot->w, i);
            number_of(operand, &own);
            number_of(item(side ? &dot->w : &dot->x, i), &other);
            fill(&filling, operand, own, other);
        }
    fill(&filling, dot->bias == NULL ? Py_None : dot->bias, dot->offset, 1.0);
    return finished(&filling, ROW_dot, dot->sum);
}

static PyObject *dot(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    (void)module;
    Dot d = {.offset = 0.0, .mode = mode_now()};
    if (d.mode == FAILED)
        return NULL;
    if (names == NULL && (count == 2 || count == 3) && d.mode != OTHER_MODE && open_sequence(args[0], &d.w) &&
        open_sequence(args[1], &d.x) && d.w.count == d.x.count) {
        d.bias = count == 3 ? args[2] : NULL;
        if (add_products(&d)) {
            if (isnan(d.sum) && add_products_again(&d) < 0)
                return NULL;
            return node_of_dot(&d);
        }
    }
    return call_python(engine.dot, NULL, args, count, names);
}

/* Of one list ------------------------------------------------------------------------------------------------------------ */

typedef struct { Sequence xs; Py_ssize_t parents; double *data, *more; int mode; } Terms;

/* The numbers of a list, with room for three times as many behind them. 1, 0 if it is unusual, -1 with an exception. */
static int open_terms(PyObject *list, Terms *terms) {
    terms->mode = mode_now();
    if (terms->mode == FAILED || terms->mode == OTHER_MODE || !open_sequence(list, &terms->xs))
        return terms->mode == FAILED ? -1 : 0;
    terms->data = room_for(4 * terms->xs.count);
    if (terms->data == NULL)
        return -1;
    terms->more = terms->data + terms->xs.count;
    terms->parents = 0;
    for (Py_ssize_t i = 0; i < terms->xs.count; i++) {
        const int kind = number_of(item(&terms->xs, i), &terms->data[i]);
        if (kind < 0)
            return 0;
        terms->parents += kind;
    }
    return terms->parents > 0;
}

/* A node of the terms, behind `index` if that is no negative number. */
static PyObject *node_of_terms(const Terms *terms, int row, double y, const double *slopes, Py_ssize_t index) {
    const Py_ssize_t count = terms->xs.count;
    Filling filling = {.many = new_many(terms->parents, 0, count + (index >= 0)), .mode = terms->mode};
    if (filling.many == NULL)
        return NULL;
    if (index >= 0)
        fill_index(&filling, index);
    for (Py_ssize_t i = 0; i < count; i++)
        fill(&filling, item(&terms->xs, i), terms->data[i], slopes[i]);
    return finished(&filling, row, y);
}

static PyObject *total_of_list(PyObject *list) {
    Terms terms;
    const int usual = open_terms(list, &terms);
    if (usual <= 0)
        return usual ? NULL : PyObject_CallFunctionObjArgs(engine.total, list, NULL);
    for (Py_ssize_t i = 0; i < terms.xs.count; i++)
        terms.more[i] = 1.0;
    return node_of_terms(&terms, ROW_total, exact_sum(terms.data, terms.xs.count), terms.more, -1);
}

static PyObject *mean_of_list(PyObject *list) {
    Terms terms;
    const int usual = open_terms(list, &terms);
    if (usual <= 0)
        return usual ? NULL : PyObject_CallFunctionObjArgs(engine.mean, list, NULL);
    const double count = (double)terms.xs.count;
    for (Py_ssize_t i = 0; i < terms.xs.count; i++)
        terms.more[i] = 1.0 / count;
    return node_of_terms(&terms, ROW_mean, exact_sum(terms.data, terms.xs.count) / count, terms.more, -1);
}

static PyObject *sum_of_squares_of_list(PyObject *list) {
    Terms terms;
    const int usual = open_terms(list, &terms);
    if (usual <= 0)
        return usual ? NULL : PyObject_CallFunctionObjArgs(engine.sum_of_squares, list, NULL);
    double *slopes = terms.more, *squares = terms.more + terms.xs.count;
    for (Py_ssize_t i = 0; i < terms.xs.count; i++) {
        slopes[i] = 2.0 * terms.data[i];
        squares[i] = terms.data[i] * terms.data[i];
    }
    return node_of_terms(&terms, ROW_sum_of_squares, exact_sum(squares, terms.xs.count), slopes, -1);
}

static PyObject *logsumexp_of_list(PyObject *list) {
    Terms terms;
    const int usual = open_terms(list, &terms);
    if (usual <= 0)
        return usual ? NULL : PyObject_CallFunctionObjArgs(engine.logsumexp, list, NULL);
    double *p = terms.more, *room = terms.more + terms.xs.count;
    softmax_of(terms.data, terms.xs.count, p);
    return node_of_terms(&terms, ROW_logsumexp, logsumexp_of(terms.data, terms.xs.count, room), p, -1);
}

/* ∂pᵢ/∂xⱼ = pᵢ(δᵢⱼ - pⱼ): softmax_slopes() of ops.py. */
static void slopes_of_softmax(const double *p, Py_ssize_t count, Py_ssize_t i, double *slopes, double *room) {
    for (Py_ssize_t j = 0; j < count; j++)
        slopes[j] = j == i ? p[i] * sum_of_others(p, count, i, room) : -(p[i] * p[j]);
}

static PyObject *softmax_of_list(PyObject *list) {
    Terms terms;
    const int usual = open_terms(list, &terms);
    if (usual <= 0)
        return usual ? NULL : PyObject_CallFunctionObjArgs(engine.softmax, list, NULL);
    const Py_ssize_t count = terms.xs.count;
    double *p = terms.more, *slopes = p + count, *room = slopes + count;
    softmax_of(terms.data, count, p);
    PyObject *entries = PyList_New(count);
    for (Py_ssize_t i = 0; entries != NULL && i < count; i++) {
        slopes_of_softmax(p, count, i, slopes, room);
        PyObject *node = node_of_terms(&terms, ROW_softmax_entry, p[i], slopes, i);
        if (node == NULL || PyList_SetItem(entries, i, node) < 0)
            Py_CLEAR(entries);
    }
    return entries;
}

static PyObject *cross_entropy(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    (void)module;
    Terms terms;
    int usual = names == NULL && count == 2 && PyLong_CheckExact(args[1]) ? open_terms(args[0], &terms) : 0;
    const Py_ssize_t target = usual > 0 ? PyLong_AsSsize_t(args[1]) : -1;
    if (usual < 0)
        return NULL;
    if (usual && target >= 0 && target < terms.xs.count) {
        double *slopes = terms.more, *room = slopes + terms.xs.count;
        softmax_of(terms.data, terms.xs.count, slopes);
        slopes[target] = -sum_of_others(slopes, terms.xs.count, target, room);
        const double y = cross_entropy_of(terms.data, terms.xs.count, target, room);
        return node_of_terms(&terms, ROW_cross_entropy, y, slopes, target);
    }
    PyErr_Clear(); /* a target beyond all lists */
    return call_python(engine.cross_entropy, NULL, args, count, names);
}

#define OF_ONE_LIST(name) \
    static PyObject *name(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *names) { \
        (void)module; \
        return names == NULL && count == 1 ? name##_of_list(args[0]) : call_python(engine.name, NULL, args, count, names); \
    }
OF_ONE_LIST(total)
OF_ONE_LIST(mean)
OF_ONE_LIST(sum_of_squares)
OF_ONE_LIST(logsumexp)
OF_ONE_LIST(softmax)

/* lists({name: text for help()}) → {name: function}: the public functions, which begin in C. ------------------------- */

static PyMethodDef list_functions[] = {
    {"dot", (PyCFunction)(void *)dot, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"total", (PyCFunction)(void *)total, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"mean", (PyCFunction)(void *)mean, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"sum_of_squares", (PyCFunction)(void *)sum_of_squares, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"logsumexp", (PyCFunction)(void *)logsumexp, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"softmax", (PyCFunction)(void *)softmax, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"cross_entropy", (PyCFunction)(void *)cross_entropy, METH_FASTCALL | METH_KEYWORDS, NULL},
    {NULL, NULL, 0, NULL},
};

PyObject *lists(PyObject *module, PyObject *texts) {
    (void)module;
    PyObject *found = PyDict_New(), *home = PyUnicode_FromString("autograd.operations.lists");
    for (PyMethodDef *one = list_functions; found != NULL && one->ml_name != NULL; one++) {
        PyObject *text = PyDict_GetItemString(texts, one->ml_name), *function;
        if (text != NULL)
            one->ml_doc = PyUnicode_AsUTF8AndSize(Py_NewRef(text), NULL); /* kept for good, as the function is */
        function = PyCFunction_NewEx(one, NULL, home);
        if (function == NULL || PyDict_SetItemString(found, one->ml_name, function) < 0)
            Py_CLEAR(found);
        Py_XDECREF(function);
    }
    Py_XDECREF(home);
    return found;
}
