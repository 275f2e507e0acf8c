/* Where nodes lie; see memory.c. */
#ifndef GLASSGRAD_MEMORY_H
#define GLASSGRAD_MEMORY_H

#include "node.h"

typedef struct Field Field;
typedef struct Land Land;
struct Field {
    Field *next, *before; /* in the list of fields that it is in */
    Land *land;           /* the memory that it was cut from */
    Node *freed;          /* places that were used and are free again, linked by `left` */
    char *fresh, *end;    /* places that were not used since the field was empty last */
    int alive;            /* how many of its nodes are in use */
};
extern Field *open_field; /* the one in which the next node is born */

Node *place_elsewhere(void);       /* where the open field is full; NULL with an exception */
void give_place(Node *node);
Node *instance_of_subclass(PyTypeObject *kind);
int use_fields(void); /* once, at the start, before there are nodes; -1 with an exception */

/* Memory for a node of the type Value itself, with its type and a count of one; NULL with an exception. */
static inline Node *take_place(void) {
    Field *field = open_field;
    Node *node = field->freed;
    if (node != NULL)
        field->freed = node->left.node;
    else if (field->fresh != field->end) {
        node = (Node *)field->fresh;
        field->fresh += PLACE;
        soon(node, AHEAD);
        Py_SET_TYPE((PyObject *)node, engine.type);
    } else
        return place_elsewhere();
    field->alive++;
    Py_SET_REFCNT((PyObject *)node, 1);
    return node;
}

/* A node with a result and nothing else; NULL with an exception. */
static inline Node *new_node(PyTypeObject *kind, double data) {
    Node *node = kind == engine.type ? take_place() : instance_of_subclass(kind);
    if (node == NULL)
        return NULL;
    node->mark = 0;
    node->row = 0;
    node->flags = kind == engine.type ? 0 : TRACKED; /* the collector knows instances of subclasses from the start */
    node->data = data;
    node->grad = 0.0;
    node->weak = NULL;
    node->dict = NULL;
    return node;
}
#endif
