/* Where nodes lie: one behind the other, in the order in which they were made.

   A training step builds a graph of some 10^5 nodes, walks over it twice and frees it, and most of its time is spent
   waiting for memory. Memory that is asked for in the order of addresses comes in time, for the processor sees what will
   be wanted next. A list of freed nodes alone would not do: a graph is freed in another order than it was made in, and
   after a few steps neighbours in the graph would lie anywhere.

   So nodes lie in fields, of FIELD bytes at addresses that are multiples of FIELD, which is how a node's field is found.
   A field is in one of four states:

       open     the one in which nodes are born (open_field)
       full     every place is in use; in no list
       roomy    some places are free; in the list `roomy`
       empty    no place is in use; in the list `empty`: the next nodes are born in it from its first place on

   A new field is opened when the open one is full: an empty one if there is one, else a roomy one, else new land is
   bought, a megabyte that is cut into fields. Land is given back when all its fields are empty and others enough wait.

   Every place begins with room for what the garbage collector keeps in front of an object. It is all zeros while the
   collector is not told of the node; use_fields() looks whether this is so, and else nodes come one by one from Python. */
#include "memory.h"

#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

#ifndef MOST_WAITING
#define MOST_WAITING 100000 /* places for nodes that are kept for their next use: 10 MB. (0 where every mistake has to show) */
#endif
#define FIELD ((uintptr_t)1 << 14)
#define LAND (64 * FIELD)
#define MOST_EMPTY (MOST_WAITING / (int)(FIELD / PLACE))

struct Land { Field *first; int fields, busy; }; /* busy: not empty */

static Field nowhere; /* full from the start */
Field *open_field = &nowhere;
static Field *roomy, *empty;
static int empty_fields, fields_in_use;

static void link_to(Field **list, Field *field) {
    field->next = *list;
    field->before = NULL;
    if (*list != NULL)
        (*list)->before = field;
    *list = field;
}

static void unlink_from(Field **list, Field *field) {
    if (field->before != NULL)
        field->before->next = field->next;
    else
        *list = field->next;
    if (field->next != NULL)
        field->next->before = field->before;
}

static inline Field *field_of(Node *node) { return (Field *)((uintptr_t)node & ~(FIELD - 1)); }
static inline Field *neighbour(Field *field, int steps) { return (Field *)((char *)field + (uintptr_t)steps * FIELD); }

static void start_anew(Field *field) {
    field->freed = NULL;
    field->fresh = (char *)(field + 1) + HEADER;
    field->end = field->fresh + (FIELD - sizeof(Field)) / PLACE * PLACE;
}

static int buy_land(void) {
    Land *land = PyMem_Calloc(1, LAND); /* zeros, as the collector wants them */
    if (land == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    land->first = (Field *)(((uintptr_t)(land + 1) + FIELD - 1) & ~(FIELD - 1));
    land->fields = (int)(((uintptr_t)land + LAND - (uintptr_t)land->first) / FIELD);
    for (int i = land->fields; i--;) {
        Field *field = neighbour(land->first, i);
        field->land = land;
        start_anew(field);
        link_to(&empty, field);
    }
    empty_fields += land->fields;
    return 0;
}

/* The C library keeps memory that it is given back, unless nothing that is in use lies behind it. So the pages go to the
   system here, and what the library keeps is addresses. */
static void empty_pages(Land *land) {
#ifdef __linux__
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), end = ((uintptr_t)land + LAND) & ~(page - 1);
    const uintptr_t start = ((uintptr_t)(land + 1) + page - 1) & ~(page - 1);
    madvise((void *)start, end - start, MADV_DONTNEED);
#else
    (void)land;
#endif
}

static void give_back(Land *land) {
    for (int i = 0; i < land->fields; i++)
        unlink_from(&empty, neighbour(land->first, i));
    empty_fields -= land->fields;
    empty_pages(land);
    PyMem_Free(land);
}

Node *place_elsewhere(void) {
    if (!fields_in_use) {
        Node *node = PyObject_GC_New(Node, engine.type);
        if (node != NULL)
            Py_DECREF(engine.type); /* see node.h */
        return node;
    }
    if (empty == NULL && roomy == NULL && buy_land() < 0)
        return NULL;
    Field **list = empty != NULL ? &empty : &roomy;
    open_field = *list;
    unlink_from(list, open_field);
    if (list == &empty) {
        empty_fields--;
        open_field->land->busy++;
    }
    return take_place();
}

void give_place(Node *node) {
    if (!fields_in_use) {
        PyObject_GC_Del(node);
        return;
    }
    Field *field = field_of(node);
    const int was_full = field->freed == NULL;
    node->left.node = field->freed;
    field->freed = node;
    field->alive--;
    if (field == open_field) {
        if (field->alive == 0)
            start_anew(field);
        return;
    }
    if (was_full)
        link_to(&roomy, field);
    if (field->alive > 0)
        return;
    unlink_from(&roomy, field);
    start_anew(field);
    link_to(&empty, field);
    empty_fields++;
    if (--field->land->busy == 0 && empty_fields - field->land->fields >= MOST_EMPTY)
        give_back(field->land);
}

Node *instance_of_subclass(PyTypeObject *kind) {
    return (Node *)((allocfunc)PyType_GetSlot(kind, Py_tp_alloc))(kind, 0);
}

/* sys.getsizeof(node), which counts what the collector has in front; -1 with an exception. */
static Py_ssize_t whole_size(Node *node) {
    PyObject *getsizeof = PySys_GetObject("getsizeof"); /* borrowed */
    PyObject *size = getsizeof == NULL ? NULL : PyObject_CallFunctionObjArgs(getsizeof, (PyObject *)node, NULL);
    const Py_ssize_t bytes = size == NULL ? -1 : PyLong_AsSsize_t(size);
    Py_XDECREF(size);
    return bytes;
}

int use_fields(void) {
    static const char zeros[HEADER];
    Node *node = new_node(engine.type, 0.0);
    const Py_ssize_t bytes = node == NULL ? -1 : whole_size(node);
    if (bytes < 0)
        return -1;
    fields_in_use = MOST_WAITING > 0 && bytes == (Py_ssize_t)PLACE && memcmp((char *)node - HEADER, zeros, HEADER) == 0;
    PyObject_GC_Del(node);
    return 0;
}
