/* The replay machine: a recorded program as numbered places and a list of instructions that fill them.

   REPRESENTATION

   A tape (programs/tape.py) numbers its slots; the machine has one double for each, `place[slot]`. An instruction says
   which row (or sum, or guard) fills which slot from which others:

       op, count, result, first, second

   With one or two operands `first` and `second` are slots. With more they are where the operands start in `pool`, one
   array that holds the operand lists of all instructions.

   A batch is run a block of LANES examples at a time: `lanes[slot]` is that many doubles side by side, one for each
   example of the block, so that one instruction is a short loop over numbers that lie together, which compilers turn
   into vector instructions. What all examples share is computed once, in `place`. Sums of products read it there, others
   from lanes that it is copied to ("lifted").

       before   instructions that do not depend on the example: once, on places
       each     those that do: for every block, on lanes. OVER adds the lanes, example by example, to a place
       after    what needs such sums: once, on places

   THE ORDER of the tape is depth first, as the graph was walked. Here instructions are sorted by depth (the longest way
   from an input), so that those side by side do not wait for each other, and by kind. Where a tape has guards or rows
   of users, which are asked one after the other, its order stays.

   THE BITS are those of the generated Python (programs/source/python.py): the same rows, sums from left to right.

   INVARIANTS

       0 <= every slot < size, 0 <= start of a list and start + its length <= length of pool: checked when it is made
       places and lanes hold what the last run left: every slot is filled before it is read, as on the tape
       running is 1 while a run is on its way: rows of users may call back, and threads may come in meanwhile */
#ifndef GLASSGRAD_MACHINE_H
#define GLASSGRAD_MACHINE_H

#include "lists.h"

#define LANES 8

#ifdef __GNUC__
#define INLINED static inline __attribute__((always_inline))
/* A loop that is unrolled before it can become one instruction for all lanes stays eight of them. */
#define EVERY_LANE _Pragma("GCC unroll 1") for (int j = 0; j < LANES; j++)
#else
#define INLINED static inline
#define EVERY_LANE for (int j = 0; j < LANES; j++)
#endif
/* Processors of one family of which some add more numbers at a time than all of them can. */
#if defined(__GNUC__) && defined(__x86_64__) && defined(__linux__)
#define SEVERAL_PROCESSORS
#endif

enum { /* what an instruction can be beside a row of rows.h */
    OP_PRODUCTS = ROW_ALL,           /* Σ u·v, from left to right; and with any of: */
    ONE = 1,                         /* + w, which stands behind the v: a dot with a bias */
    SHARED = 2,                      /* on lanes: v and w are the same for all examples, as weights are; in place */
    FOUR = 4,                        /* this instruction and the next three, of one length, do not wait for each other */
    ALIKE = 8,                       /* and have the same u: neurons of a layer, slopes of a neuron's weights */
    OP_TERMS = OP_PRODUCTS + 2 * ALIKE, /* Σ u */
    OP_MEAN,               /* Σ u / number in `second` */
    OP_SQUARES,            /* Σ u·u */
    OP_SOFTMAX,            /* entry number `second` of a softmax */
    OP_LOGSUMEXP,
    OP_CROSS_ENTROPY,      /* for the target `second` */
    OP_OVER,               /* result += Σ u·v, for one example after the other */
    OP_PYTHON,             /* a row of somebody else: functions[second] */
    OP_GUARD,              /* guard number `result`: does a comparison come out as it did? */
};

typedef struct { int32_t op, count, result, first, second; } Instruction;
typedef struct { Instruction *at; Py_ssize_t count; } Part;
typedef struct { int kind, outcome; } Guard; /* kind: '<', 'l' (<=), '>', 'g' (>=), 'b' (bool: != 0) */
typedef double Lane[LANES];
typedef struct { char *at; Py_ssize_t step; } Column; /* a number for every example, so many bytes apart */
typedef struct { /* Σ over the examples of u·v for every u of a list in pool and every v of another; see outer.c */
    int32_t u, rows, v, columns;
    int32_t sums, width; /* where its sums start, and how far it is from one row of them to the next */
} Outer;

typedef struct {
    PyObject_HEAD
    int32_t size;
    double *place;      /* size of them */
    void *blocks[3];    /* in which lie lanes, sums and turned */
    Lane *lanes;        /* size of them; NULL where no instruction runs on lanes */
    double *room;       /* 3 · longest of them: logits, probabilities, terms */
    int32_t longest;    /* list of operands */
    Column *inputs, *outputs; /* of a batch: one for each argument; for each value, where arrays are filled with them */
    int32_t softmax_in_room; /* where in pool the logits are whose probabilities are in room; -1 if none are */
    Part before, each, after;
    Outer *outers;      /* after `each`, for every block */
    Py_ssize_t outer_count;
    double *sums, *turned; /* of outer products: what has been added so far; LANES · widest numbers */
    int32_t widest;
    Slots pool, parameters, arguments, values, gradients, lifted;
    Slots summed;       /* the slots that sums of outer products belong to, -1 for none */
    Guard *guards;
    PyObject *functions; /* a tuple: forward functions of rows that are not the table's */
    int32_t seed, examples; /* slots of ∂sum/∂(one example's value) and of the number of examples, or -1 */
    int running;        /* is a run on its way? */
    Lane zeros;         /* of a map: 0 · its results so far, which is nan where one was not finite */
} Machine;

typedef struct { /* the arguments of Machine(…) */
    PyObject *codes, *constants, *parts[3], *guards, *parameters, *arguments, *values, *gradients;
    int size, batch, seed, examples;
} Given;

/* Fill the machine from a tape; -1 with an exception. */
int read_tape(Machine *machine, const Given *given);
/* Take sums over the examples out of a part, as outer products; -1 with an exception. */
int gather_outers(Machine *machine, Part *part);

static inline int holds(Guard guard, double left, double right) {
    int found = 0;
    switch (guard.kind) {
    case '<': found = left < right; break;
    case 'l': found = left <= right; break;
    case '>': found = left > right; break;
    case 'g': found = left >= right; break;
    case 'b': found = left != right; break;
    }
    return found == guard.outcome;
}

/* The number of the first guard that does not hold, -1 if all do, -2 with an exception if a row failed. */
int run_on_places(Machine *machine, const Part *part);
/* Instructions that are done lane by lane. OP_OVER: result += Σ u·v for the examples of the block in their order, as the
   loop of the generated Python adds. */
void over_lanes(const Machine *machine, const Instruction *i, int used);
/* Entries of one softmax that stand side by side: how many. */
int softmax_by_lane(const Machine *machine, const Instruction *i, const Instruction *end, int used);
void list_by_lane(const Machine *machine, const Instruction *i, int used); /* OP_LOGSUMEXP, OP_CROSS_ENTROPY */
int ask_by_lane(const Machine *machine, const Instruction *i, int used, const int *first_failed); /* OP_PYTHON: -2 with an exception */
void check_lanes(const Machine *machine, const Instruction *i, int used, int *first_failed); /* OP_GUARD */
/* What runs on lanes, compiled for processors that add so many numbers at a time. */
typedef struct {
    int numbers;
    /* run_on_places() for a block of which `used` lanes are examples: `first_failed` gets one such number (or -1) for each
       lane; returns -2 with an exception, else -1. */
    int (*run)(Machine *machine, const Part *part, int used, int *first_failed);
    void (*add_outers)(Machine *machine, int used); /* those of the block */
} Lanes;
extern const Lanes lanes_avx2, lanes_avx512;
extern const Lanes *lanes_here; /* those in use */
int choose_lanes(long most); /* those that add the most numbers at a time on this processor, up to so many: how many */
/* The outer products: before all blocks, and after all of them; Lanes adds each. */
void begin_outers(Machine *machine);
void finish_outers(Machine *machine);

extern PyType_Spec machine_spec, bound_spec;
extern PyTypeObject *bound_type; /* of a run that is bound to its arrays */
extern PyMethodDef machine_runs[]; /* runs.c */

#endif
