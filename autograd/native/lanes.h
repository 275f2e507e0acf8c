/* LANES numbers side by side, added and multiplied at a time: vectors that stay in registers while terms are added. */
#ifndef GLASSGRAD_LANES_H
#define GLASSGRAD_LANES_H

#include "machine.h"

#ifdef __GNUC__ /* a loop that is unrolled before it can become one instruction for all lanes stays eight of them */
#define EVERY_LANE _Pragma("GCC unroll 1") for (int j = 0; j < LANES; j++)
#else
#define EVERY_LANE for (int j = 0; j < LANES; j++)
#endif

/* Functions that a compiler makes for several kinds of processors; the one it runs on decides. No product is fused with
   a sum (build.py), so the bits are the same on all of them. What they call has to be inlined to be made for each. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__) && !defined(NOCLONES)
#define SEVERAL_PROCESSORS
#define FOR_EVERY_PROCESSOR __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define FOR_EVERY_PROCESSOR
#endif

#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Wpsabi" /* vectors are handed over in registers or not: all inside one file */
#define INLINED static inline __attribute__((always_inline))
typedef double Wide __attribute__((vector_size(sizeof(Lane)), aligned(8), may_alias));
INLINED Wide wide(const double *x) { return *(const Wide *)x; }
INLINED Wide plus(Wide sum, const double *x) { return sum + wide(x); }
INLINED Wide product(const double *x, const double *y) { return wide(x) * wide(y); }
INLINED Wide plus_product(Wide sum, const double *x, const double *y) { return sum + wide(x) * wide(y); }
INLINED Wide plus_scaled(Wide sum, double x, const double *y) { return sum + x * wide(y); }
INLINED void narrow(double *to, Wide sum) { *(Wide *)to = sum; }
#else
#define INLINED static inline
typedef struct { Lane at; } Wide;
INLINED Wide wide(const double *x) { Wide w; EVERY_LANE w.at[j] = x[j]; return w; }
INLINED Wide plus(Wide sum, const double *x) { EVERY_LANE sum.at[j] += x[j]; return sum; }
INLINED Wide product(const double *x, const double *y) { Wide w; EVERY_LANE w.at[j] = x[j] * y[j]; return w; }
INLINED Wide plus_product(Wide sum, const double *x, const double *y) { EVERY_LANE sum.at[j] += x[j] * y[j]; return sum; }
INLINED Wide plus_scaled(Wide sum, double x, const double *y) { EVERY_LANE sum.at[j] += x * y[j]; return sum; }
INLINED void narrow(double *to, Wide sum) { EVERY_LANE to[j] = sum.at[j]; }
#endif

#endif
