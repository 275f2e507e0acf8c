/* Where nodes lie: one behind the other, in the order in which they were made.

   A training step builds a graph of some 10^5 nodes, walks over it twice and frees it, and most of its time is spent
   waiting for memory. Memory that is asked for in the order of addresses comes in time, for the processor sees what will
   be wanted next. A list of freed nodes alone would not do: a graph is freed in another order than it was made in, and
   after a few steps neighbours in the graph would lie anywhere.

   So nodes lie in fields: pieces of FIELD bytes, each with places for nodes of one size. A node knows which place of its
   field it has, and from that where the field begins. A field is in one of four states:

       open     the one in which nodes of its size are born (open_fields)
       full     more than half of its places are in use; in no list
       roomy    half of its places are free, or more; in the list `roomy` of its size
       empty    no place is in use; in the list `empty`: nodes of any size are born in it next, from its first place on

   A new field is opened when the open one has no place left: a roomy one, or an empty one, or else one is bought. A field
   with a few free places is left alone, or the next graph would lie here and there between the nodes of others. So the
   memory of fields is at most twice what is in use, and what waits. One that becomes empty is given back when others
   enough wait.

   Every place begins with room for what the garbage collector keeps in front of an object. It is all zeros while the
   collector is not told of the node; use_fields() looks whether this is so, and else nodes come one by one from Python. */
#include "memory.h"

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

#ifndef MOST_WAITING
#define MOST_WAITING 100000 /* places for nodes that are kept for their next use: 10 MB. (0 where every mistake has to show) */
#endif
#define MOST_EMPTY (MOST_WAITING / MOST_PLACES(MOST_ROOM))

static Field nowhere = {.begun = UINT8_MAX}; /* full from the start */
Field *open_fields[MOST_ROOM + 1] = {&nowhere, &nowhere, &nowhere};
static Field *roomy[MOST_ROOM + 1], *empty;
static int empty_fields;
int fields_in_use;

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

#define OF_SIZE(room) {PLACE(room), (MOST_PLACES(room) + 1) / 2}
const SizeOfPlaces sizes[] = {OF_SIZE(0), OF_SIZE(1), OF_SIZE(2)};

static void start_anew(Field *field) {
    field->freed = NULL;
    field->begun = field->free = 0;
}

static void become_empty(Field *field) {
    start_anew(field);
    link_to(&empty, field);
    empty_fields++;
}

/* What the system is told of the pages of a field.

   Needed: they are fetched at once, which takes two thirds of the time of fetching them one by one as they are met (where
   Linux is too old for it, that still happens). Not needed: the C library keeps memory that it is given back, unless
   nothing that is in use lies behind it, so the pages go to the system here, and what the library keeps is addresses. */
static void tell_system(Field *field, int needed) {
#ifdef __linux__
    const int populate_write = 23; /* MADV_POPULATE_WRITE: not every sys/mman.h has it */
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), end = ((uintptr_t)field + FIELD) & ~(page - 1);
    const uintptr_t start = ((uintptr_t)field + (needed ? 0 : page - 1)) & ~(page - 1); /* others need what they share */
    if (start < end)
        madvise((void *)start, end - start, needed ? populate_write : MADV_DONTNEED);
#else
    (void)field, (void)needed;
#endif
}

static int buy_field(void) {
    Field *field = PyMem_Malloc(FIELD);
    if (field == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    tell_system(field, 1);
    become_empty(field);
    return 0;
}

static void give_back(Field *field) {
    tell_system(field, 0);
    PyMem_Free(field);
}

static Field **list_to_open(int room) {
    if (roomy[room] != NULL)
        return &roomy[room];
    return empty == NULL && buy_field() < 0 ? NULL : &empty;
}

Node *place_elsewhere(int room) {
    if (!fields_in_use) {
        Node *node = PyObject_GC_New(Node, engine.type);
        if (node != NULL)
            Py_DECREF(engine.type); /* see node.h */
        return node;
    }
    Field **list = list_to_open(room);
    if (list == NULL)
        return NULL;
    empty_fields -= list == &empty;
    open_fields[room] = *list;
    unlink_from(list, *list);
    return place_at_hand(room);
}

void became_free(Field *field, int room) {
    if (field == open_fields[room]) {
        if (field->free == field->begun)
            start_anew(field);
        return;
    }
    if (field->free == sizes[room].roomy)
        link_to(&roomy[room], field);
    if (field->free < field->begun)
        return;
    unlink_from(&roomy[room], field);
    if (empty_fields < MOST_EMPTY)
        become_empty(field);
    else
        give_back(field);
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
    Node *node = new_node(engine.type, 0.0, 0);
    const Py_ssize_t bytes = node == NULL ? -1 : whole_size(node);
    if (bytes < 0)
        return -1;
    fields_in_use = MOST_WAITING > 0 && bytes == (Py_ssize_t)PLACE(MOST_ROOM) && memcmp((char *)node - HEADER, zeros, HEADER) == 0;
    PyObject_GC_Del(node);
    return 0;
}
