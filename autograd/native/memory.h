/* Where nodes lie; see memory.c. */
#ifndef GLASSGRAD_MEMORY_H
#define GLASSGRAD_MEMORY_H

#include "node.h"

#include <string.h>

typedef struct Field Field;
struct Field {
    Field *next, *before; /* in the list of fields that it is in */
    Node *freed;          /* places that were used and are free again, linked by `left` */
    int begun, free;      /* how many places were used since the field was empty last; how many of them are free again */
};
extern Field *open_fields[MOST_ROOM + 1]; /* in which the next node is born, by its room */

#define HEADER 16 /* bytes that the collector has in front of a node */
#define PLACE(room) (HEADER + SIZE(room))
#define FIELD 16000 /* bytes */
#define MOST_PLACES(room) ((int)((FIELD - sizeof(Field)) / PLACE(room))) /* of a field */
_Static_assert(MOST_PLACES(0) <= UINT8_MAX, "node->place is a byte");

static inline Node *place_in(Field *field, int place, int room) {
    return (Node *)((char *)(field + 1) + (size_t)place * PLACE(room) + HEADER);
}

SELDOM Node *place_elsewhere(int room); /* where the open field is full; NULL with an exception */
void became_free(Field *field, int room); /* half of its places or all of them */
Node *instance_of_subclass(PyTypeObject *kind);
int use_fields(void); /* once, at the start, before there are nodes; -1 with an exception */

/* Memory for a node of the type Value itself, with its type and a count of one; NULL where the open field is full. */
FOR_EACH_ROW Node *place_at_hand(int room) {
    Field *field = open_fields[room];
    Node *node = field->freed;
    if (node != NULL) {
        field->freed = node->left.node;
        field->free--;
        soon(field->freed, 0); /* it may lie anywhere */
    } else if (field->begun < MOST_PLACES(room)) {
        node = place_in(field, field->begun, room);
        node->place = (uint8_t)field->begun++;
        soon(node, AHEAD);
        memset((char *)node - HEADER, 0, HEADER + sizeof(PyObject)); /* as the collector and Py_SET_REFCNT want it */
        Py_SET_TYPE((PyObject *)node, engine.type);
    } else
        return NULL;
    Py_SET_REFCNT((PyObject *)node, 1);
    return node;
}

/* The same; NULL with an exception. */
FOR_EACH_ROW Node *take_place(int room) {
    Node *node = place_at_hand(room);
    return node != NULL ? node : place_elsewhere(room);
}

/* A node in its place, with a result and nothing else. */
FOR_EACH_ROW void begin(Node *node, double data, int flags) {
    node->mark = 0;
    node->flags = (uint16_t)flags;
    node->row = 0;
    node->data = data;
    node->grad = 0.0;
    node->weak = NULL;
    node->dict = NULL;
}

/* A node with room for so many slopes; NULL with an exception. */
FOR_EACH_ROW Node *new_node(PyTypeObject *kind, double data, int room) {
    const int is_value = kind == engine.type; /* the collector knows instances of subclasses from the start */
    Node *node = is_value ? take_place(room) : instance_of_subclass(kind);
    if (node != NULL)
        begin(node, data, room * ROOM_FOR_ONE | (is_value ? 0 : TRACKED));
    return node;
}

/* What an operation makes where gradients are off: a leaf that says so; NULL with an exception. */
FOR_EACH_ROW Node *new_result(PyTypeObject *kind, double data) {
    Node *node = new_node(kind, data, 0);
    if (node != NULL)
        node->flags |= RESULT;
    return node;
}

/* Of fields for nodes with so much room: bytes of a place; how many free places make one roomy. */
typedef struct { uint32_t place; int roomy; } SizeOfPlaces;
extern const SizeOfPlaces sizes[MOST_ROOM + 1];
extern int fields_in_use;

static inline void give_place(Node *node) {
    if (!fields_in_use) {
        PyObject_GC_Del(node);
        return;
    }
    const int room = node->flags / ROOM_FOR_ONE;
    Field *field = (Field *)((char *)node - HEADER - node->place * sizes[room].place) - 1;
    node->left.node = field->freed;
    field->freed = node;
    field->free++;
    if (field->free == field->begun || field->free == sizes[room].roomy)
        became_free(field, room);
}
#endif
