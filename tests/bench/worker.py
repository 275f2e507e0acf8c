"""The process of one engine: ``python -m tests.bench.worker ENGINE WORKLOAD on|off``.

It answers lines on standard input with one line of JSON each: first, unasked, what it found (the loss and
gradients, or why it cannot run); then ``time`` with the fastest sample in seconds per operation, ``memory``
with bytes held by a graph after backward.
"""

import gc
import importlib
import json
import math
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable

from tests.bench.cases import Case

SAMPLES = 5
SAMPLE_SECONDS = 0.02  # a sample repeats the step until it lasts about this long
ROUND_SECONDS = 1.0  # a round stops early, after two samples, when it has taken this long


def find_case(engine: str, workload: str) -> Case | str:
    """The case, or a sentence that says why there is none."""
    module_name, _, function = engine.partition(":")
    try:
        cases = getattr(importlib.import_module(f"tests.bench.peers.{module_name}"), function or "cases")()
    except (ImportError, NotImplementedError) as error:
        return f"missing: {error}"
    return cases[workload]() if workload in cases else "does not run this workload"


def sample(step: Callable[[], object], times: int) -> float:
    """CPU seconds of this process per step.

    Where the collector is off, what leaked is swept outside the clock. Where it is on, nobody sweeps for the
    engine: an engine that leaves cycles behind meets the collector inside its own time, as in anyone's loop.
    """
    if not gc.isenabled():
        gc.collect()
    start = time.process_time()
    for _ in range(times):
        step()
    return (time.process_time() - start) / times


def fastest(step: Callable[[], object], times: int) -> float:
    """The fastest of up to ``SAMPLES`` samples: what the machine can do when nothing disturbs it."""
    end = time.process_time() + ROUND_SECONDS
    seconds = [sample(step, times), sample(step, times)]
    while len(seconds) < SAMPLES and time.process_time() < end:
        seconds.append(sample(step, times))
    return min(seconds)


def repetitions(step: Callable[[], object]) -> int:
    """How often to repeat a step so that a sample lasts ``SAMPLE_SECONDS``; the first run warms up."""
    step()
    once = max(sample(step, 1), 1e-7)
    if once < SAMPLE_SECONDS / 100:
        once = max(sample(step, 20), 1e-7)
    return max(1, math.ceil(SAMPLE_SECONDS / once))


def memory(case: Case) -> int | None:
    """Bytes allocated by a graph that has been built and differentiated."""
    if case.keep is None:
        return None
    others = [case.keep() for _ in range(3)]  # they use up what an engine keeps of freed graphs for the next one
    gc.collect()
    tracemalloc.start()
    graph = case.keep()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del graph, others
    return held


def reply(**answer: object) -> None:
    """One line of JSON to the parent."""
    print(json.dumps(answer), flush=True)


def serve(engine: str, workload: str, collector: str) -> None:
    """Answer until standard input ends."""
    case = find_case(engine, workload)
    if isinstance(case, str):
        reply(problem=case)
        return
    reply(numbers=case.check())
    if collector == "off":
        gc.disable()
    times = 0
    for line in sys.stdin:
        if line.strip() == "memory":
            reply(bytes=memory(case))
            continue
        times = times or repetitions(case.step)
        seconds = fastest(case.step, times)
        if case.without is not None:
            seconds -= fastest(case.without, repetitions(case.without))
        reply(seconds=seconds / case.operations)


if __name__ == "__main__":
    # Peers that recurse need room for 100,000 nested calls, which only a new thread can be given.
    sys.setrecursionlimit(10**7)
    threading.stack_size(512 * 2**20)
    thread = threading.Thread(target=serve, args=sys.argv[1:])
    thread.start()
    thread.join()
