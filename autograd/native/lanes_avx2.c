/* Lanes of processors that add four numbers at a time. */
#include "machine.h"

#ifdef SEVERAL_PROCESSORS
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif
#define NUMBERS 4
#include "lanes.h"
#ifdef __clang__
#pragma clang attribute pop
#endif

const Lanes lanes_avx2 = {NUMBERS, run_on_lanes, add_outers};
#endif
