/* Lanes of processors that add eight numbers at a time. */
#include "machine.h"

#ifdef SEVERAL_PROCESSORS
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#else
#pragma GCC target("avx512f")
#endif
#define NUMBERS 8
#include "lanes.h"
#ifdef __clang__
#pragma clang attribute pop
#endif

const Lanes lanes_avx512 = {NUMBERS, run_on_lanes, add_outers};
#endif
