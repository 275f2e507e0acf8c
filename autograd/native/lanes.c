/* Lanes of all processors, and whose lanes are taken here. */
#ifdef __GNUC__
#define NUMBERS 2
#else
#define NUMBERS 1 /* no vectors: whatever the compiler makes of loops over numbers side by side */
#endif
#include "lanes.h"

static const Lanes lanes_of_all = {NUMBERS, run_on_lanes, add_outers};
const Lanes *lanes_here = &lanes_of_all;

int choose_lanes(long most) {
    lanes_here = &lanes_of_all;
#ifdef SEVERAL_PROCESSORS
    __builtin_cpu_init();
    if (most >= lanes_avx512.numbers && __builtin_cpu_supports("avx512f"))
        lanes_here = &lanes_avx512;
    else if (most >= lanes_avx2.numbers && __builtin_cpu_supports("avx2"))
        lanes_here = &lanes_avx2;
#else
    (void)most;
#endif
    return lanes_here->numbers;
}
