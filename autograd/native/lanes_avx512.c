/* Lanes of processors that add eight numbers at a time. */
#include "machine.h"

#ifdef SEVERAL_PROCESSORS
#pragma GCC target("avx512f")
#define NUMBERS 8
#include "lanes.h"

const Lanes lanes_avx512 = {NUMBERS, run_on_lanes, add_outers};
#endif
