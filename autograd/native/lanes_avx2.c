/* Lanes of processors that add four numbers at a time. */
#include "machine.h"

#ifdef SEVERAL_PROCESSORS
#pragma GCC target("avx2")
#define NUMBERS 4
#include "lanes.h"

const Lanes lanes_avx2 = {NUMBERS, run_on_lanes, add_outers};
#endif
