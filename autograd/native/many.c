/* dot, total, mean and their like: one node for many operands, as operations/lists.py makes it.

   The usual case: a list or a tuple of nodes and floats, at least one a node, and nobody in a mode (or in no_grad(), or
   recording). Everything else is handed to the function of the same name in lists.py. */
#include "filling.h"

/* How many items a list or a tuple has; 0 for anything else. */
static Py_ssize_t size_of(PyObject *sequence) {
    return PyList_CheckExact(sequence) || PyTuple_CheckExact(sequence) ? Py_SIZE(sequence) : 0;
}

/* The stable interface gives the items of a list by a call for each, which costs as much as what is done here with them.
   But they lie side by side, in the same place in every CPython so far: whether here, too, lists() looks once. */
typedef struct { PyVarObject head; PyObject **items; Py_ssize_t room; } List;
static int lists_are_known;

static int look_at_a_list(void) {
    PyObject *size = PyObject_GetAttrString((PyObject *)&PyList_Type, "__basicsize__"), *list = PyList_New(0);
    int failed = size == NULL || list == NULL || PyList_Append(list, size) < 0;
    lists_are_known = !failed && PyLong_AsSize_t(size) == sizeof(List) && *((List *)list)->items == size;
    Py_XDECREF(size);
    Py_XDECREF(list);
    return failed ? -1 : 0;
}

/* 1 for a node, 0 for a plain number. The flags of a node are added to `flags`, and DATA_OBJECT for anything else. */
static int open_term(PyObject *thing, Term *term, int *flags) {
    const int kind = number_of(thing, &term->number);
    term->node = kind == 1 ? (Node *)thing : NULL;
    *flags |= kind == 1 ? term->node->flags : kind == 0 ? 0 : DATA_OBJECT;
    return kind == 1;
}

/* The items of a list or a tuple, which the caller holds while they are looked at: no Python runs meanwhile. How many of
   them are nodes; flags as in open_term(). */
static Py_ssize_t open_terms(PyObject *sequence, Py_ssize_t count, Term *terms, int *flags) {
    PyObject *(*item)(PyObject *, Py_ssize_t) = PyList_CheckExact(sequence) ? PyList_GetItem : PyTuple_GetItem;
    PyObject **items = lists_are_known && PyList_CheckExact(sequence) ? ((List *)sequence)->items : NULL;
    PyTypeObject *const type = engine.type;
    Py_ssize_t i = 0;
    int all = 0;
    for (; i < count; i++) { /* mostly to the end */
        Node *node = (Node *)(items != NULL ? items[i] : item(sequence, i));
        if (Py_TYPE((PyObject *)node) != type)
            break;
        terms[i] = (Term){node, node->data};
        all |= node->flags;
    }
    Py_ssize_t nodes = i;
    for (; i < count; i++)
        nodes += open_term(item(sequence, i), &terms[i], &all);
    *flags |= all;
    return nodes;
}

/* Room for so many terms, and behind them for as many numbers three times; the same at every call, for what is computed
   here is computed before anybody else comes. NULL with an exception. */
static struct { Term *terms; Py_ssize_t size; } room;

static Term *room_for(Py_ssize_t count) {
    if (count > room.size) {
        Term *more = PyMem_Realloc(room.terms, (sizeof(Term) + 3 * sizeof(double)) * (size_t)(2 * count));
        if (more == NULL)
            return (Term *)PyErr_NoMemory();
        room.terms = more;
        room.size = 2 * count;
    }
    return room.terms;
}

/* Links on their way into a Many --------------------------------------------------------------------------------------- */

/* Field by field: of an initializer compilers make a loop, which takes as long as ten operands. */
static inline Filling begun(Many *many, int flags, int mode) {
    Filling filling;
    filling.many = many;
    filling.parents = filling.numbers = filling.others = 0;
    filling.flags = flags;
    filling.mode = mode;
    return filling;
}

/* The next operands, each with the slope that stands `step` further on than that of the one before. */
static void fill(Filling *filling, const Term *terms, Py_ssize_t count, const double *slopes, Py_ssize_t step) {
    Many *many = filling->many;
    Node **parent = many->parent + filling->parents;
    double *slope = many->slopes + filling->parents, *number = many->numbers + filling->numbers;
    uint8_t *kinds = many->kinds == NULL ? NULL : many->kinds + filled(filling);
    Py_ssize_t parents = 0, numbers = 0;
    for (; parents < count && terms[parents].node != NULL; parents++) { /* mostly to the end */
        slope[parents] = slopes[parents * step];
        parent[parents] = held(terms[parents].node);
    }
    if (kinds != NULL)
        memset(kinds, PARENT, (size_t)parents);
    for (Py_ssize_t i = parents; i < count; i++) { /* there is a number, so there are kinds */
        kinds[i] = terms[i].node != NULL ? PARENT : NUMBER;
        if (terms[i].node != NULL) {
            slope[parents] = slopes[i * step];
            parent[parents++] = held(terms[i].node);
        } else
            number[numbers++] = terms[i].number;
    }
    filling->parents += parents;
    filling->numbers += numbers;
}

PyObject *finished(Filling *filling, int row, double y) {
    Many *many = filling->many;
    Node *node = new_node(Py_TYPE((PyObject *)many->parent[0]), y, 0);
    if (node == NULL || filling->mode == NO_GRAD) {
        if (node != NULL)
            node->flags |= RESULT;
        for (Py_ssize_t i = 0; i < many->parents + many->others; i++)
            Py_DECREF((PyObject *)many->parent[i]);
        free_many(many);
        return (PyObject *)node;
    }
    node->row = (uint8_t)(row + 1);
    node->flags |= MANY;
    node->left.many = many;
    inherit(node, filling->flags);
    return (PyObject *)node;
}

/* Dot ------------------------------------------------------------------------------------------------------------------ */

/* Σ w·x + bias for terms that lie one behind the other: all w, all x, the bias. */
static double sum_of_products(const Term *w, Py_ssize_t count) {
    const Term *x = w + count, *bias = x + count;
    Sum sum = {0.0, 0.0, 0.0, 0.0};
    for (Py_ssize_t i = 0; i < count; i++)
        add_to(&sum, w[i].number * x[i].number, count < FEW);
    add_to(&sum, bias->number, count < FEW);
    const double result = rounded_sum(&sum, NULL, count + 1);
    if (!isnan(result))
        return result;
    double *products = (double *)(bias + 1); /* where the rounding is in doubt they are needed one by one */
    for (Py_ssize_t i = 0; i < count; i++)
        products[i] = w[i].number * x[i].number;
    products[count] = bias->number;
    return exact_sum(products, count + 1);
}

static PyObject *node_of_dot(const Term *w, Py_ssize_t count, Py_ssize_t parents, int flags, int mode) {
    const Term *x = w + count, *bias = x + count;
    const double y = sum_of_products(w, count), one = 1.0;
    Filling filling = begun(new_many(parents, 0, 2 * count + 1), flags, mode);
    if (filling.many == NULL)
        return NULL;
    const Py_ssize_t step = sizeof(Term) / sizeof(double);
    fill(&filling, w, count, &x->number, step);
    fill(&filling, x, count, &w->number, step);
    add_operand(&filling, *bias, &one);
    return finished(&filling, ROW_dot, y);
}

static PyObject *dot(PyObject *module, PyObject *const *args, Py_ssize_t given, PyObject *names) {
    (void)module;
    const int mode = mode_now();
    if (mode == FAILED)
        return NULL;
    const Py_ssize_t count = names == NULL && (given == 2 || given == 3) && mode != OTHER_MODE ? size_of(args[0]) : 0;
    if (count > 0 && count == size_of(args[1])) {
        Term *terms = room_for(2 * count + 1);
        if (terms == NULL)
            return NULL;
        Term *bias = terms + 2 * count;
        *bias = (Term){NULL, 0.0};
        int flags = 0;
        const Py_ssize_t parents = open_terms(args[0], count, terms, &flags) + open_terms(args[1], count, terms + count, &flags) +
                                   (given == 3 ? open_term(args[2], bias, &flags) : 0);
        if (parents > 0 && !(flags & DATA_OBJECT))
            return node_of_dot(terms, count, parents, flags, mode);
    }
    return call_python(engine.dot, NULL, args, given, names);
}

/* Of one list ------------------------------------------------------------------------------------------------------------ */

typedef struct {
    Py_ssize_t count, parents;
    Term *at;
    double *more; /* room for three numbers a term */
    int flags, mode;
} Terms;

/* The terms of a list. 1, 0 if it is unusual, -1 with an exception. */
static int open_list(PyObject *list, Terms *terms) {
    terms->mode = mode_now();
    if (terms->mode == FAILED || terms->mode == OTHER_MODE || (terms->count = size_of(list)) == 0)
        return terms->mode == FAILED ? -1 : 0;
    terms->at = room_for(terms->count);
    if (terms->at == NULL)
        return -1;
    terms->more = (double *)(terms->at + terms->count);
    terms->flags = 0;
    terms->parents = open_terms(list, terms->count, terms->at, &terms->flags);
    return terms->parents > 0 && !(terms->flags & DATA_OBJECT);
}

/* The numbers of the terms, in the first third of the room. */
static double *numbers_of(const Terms *terms) {
    for (Py_ssize_t i = 0; i < terms->count; i++)
        terms->more[i] = terms->at[i].number;
    return terms->more;
}

/* A node of the terms, behind `index` if that is no negative number. */
static PyObject *node_of_terms(const Terms *terms, int row, double y, const double *slopes, Py_ssize_t index) {
    Filling filling = begun(new_many(terms->parents, 0, terms->count + (index >= 0)), terms->flags, terms->mode);
    if (filling.many == NULL)
        return NULL;
    if (index >= 0)
        add_operand(&filling, (Term){NULL, (double)index}, NULL);
    fill(&filling, terms->at, terms->count, slopes, 1);
    return finished(&filling, row, y);
}

static PyObject *sum_of_terms(const Terms *terms, int row, double divisor) {
    const double y = exact_sum(numbers_of(terms), terms->count) / divisor;
    for (Py_ssize_t i = 0; i < terms->count; i++)
        terms->more[i] = 1.0 / divisor;
    return node_of_terms(terms, row, y, terms->more, -1);
}

static PyObject *total_of_terms(const Terms *terms) { return sum_of_terms(terms, ROW_total, 1.0); }
static PyObject *mean_of_terms(const Terms *terms) { return sum_of_terms(terms, ROW_mean, (double)terms->count); }

static PyObject *sum_of_squares_of_terms(const Terms *terms) {
    double *slopes = terms->more, *squares = slopes + terms->count;
    for (Py_ssize_t i = 0; i < terms->count; i++) {
        const double x = terms->at[i].number;
        slopes[i] = 2.0 * x;
        squares[i] = x * x;
    }
    return node_of_terms(terms, ROW_sum_of_squares, exact_sum(squares, terms->count), slopes, -1);
}

static PyObject *logsumexp_of_terms(const Terms *terms) {
    double *x = numbers_of(terms), *p = x + terms->count, *more = p + terms->count;
    softmax_of(x, terms->count, p);
    return node_of_terms(terms, ROW_logsumexp, logsumexp_of(x, terms->count, more), p, -1);
}

/* ∂pᵢ/∂xⱼ = pᵢ(δᵢⱼ - pⱼ): softmax_slopes() of ops.py. */
static void slopes_of_softmax(const double *p, Py_ssize_t count, Py_ssize_t i, double *slopes, double *more) {
    for (Py_ssize_t j = 0; j < count; j++)
        slopes[j] = j == i ? p[i] * sum_of_others(p, count, i, more) : -(p[i] * p[j]);
}

static PyObject *list_of_softmax(const Terms *terms) {
    const Py_ssize_t count = terms->count;
    double *p = terms->more, *slopes = p + count, *more = slopes + count;
    softmax_of(numbers_of(terms), count, p);
    PyObject *entries = new_list(count);
    for (Py_ssize_t i = 0; entries != NULL && i < count; i++) {
        slopes_of_softmax(p, count, i, slopes, more);
        set_item(&entries, i, node_of_terms(terms, ROW_softmax_entry, p[i], slopes, i));
    }
    return entries;
}

static PyObject *softmax_of_terms(const Terms *terms) {
    const Py_ssize_t size = room.size; /* a collection may run between two entries, and in it anything: the room is ours */
    room.terms = NULL;
    room.size = 0;
    PyObject *entries = list_of_softmax(terms);
    PyMem_Free(room.terms);
    room.terms = terms->at;
    room.size = size;
    return entries;
}

static PyObject *cross_entropy(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *names) {
    (void)module;
    Terms terms;
    int usual = names == NULL && count == 2 && PyLong_CheckExact(args[1]) ? open_list(args[0], &terms) : 0;
    const Py_ssize_t target = usual > 0 ? PyLong_AsSsize_t(args[1]) : -1;
    if (usual < 0)
        return NULL;
    if (usual && target >= 0 && target < terms.count) {
        double *x = numbers_of(&terms), *slopes = x + terms.count, *more = slopes + terms.count;
        softmax_of(x, terms.count, slopes);
        slopes[target] = -sum_of_others(slopes, terms.count, target, more);
        return node_of_terms(&terms, ROW_cross_entropy, cross_entropy_of(x, terms.count, target, more), slopes, target);
    }
    PyErr_Clear(); /* a target beyond all lists */
    return call_python(engine.cross_entropy, NULL, args, count, names);
}

/* The terms may come from a generator, and are a list then. */
static PyObject *of_one_list(PyObject *given, PyObject *(*in_c)(const Terms *), PyObject *in_python) {
    PyObject *list = PyIter_Check(given) ? PySequence_List(given) : Py_NewRef(given), *result = NULL;
    Terms terms;
    const int usual = list == NULL ? -1 : open_list(list, &terms);
    if (usual >= 0)
        result = usual ? in_c(&terms) : PyObject_CallFunctionObjArgs(in_python, list, NULL);
    Py_XDECREF(list);
    return result;
}

#define OF_ONE_LIST(name) \
    static PyObject *name(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *names) { \
        (void)module; \
        return names == NULL && count == 1 ? of_one_list(args[0], name##_of_terms, engine.name) \
                                           : call_python(engine.name, NULL, args, count, names); \
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
    PyObject *found = look_at_a_list() < 0 ? NULL : PyDict_New(), *home = PyUnicode_FromString("autograd.operations.lists");
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
