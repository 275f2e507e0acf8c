"""Start a process per engine, compare gradients, then let the processes take turns."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.peers import ENGINES, NATIVE

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-9  # of gradients, relative to the largest


@dataclass
class Runner:
    """One engine on one workload in a process of its own."""

    engine: str
    workload: str
    collector: str = "on"
    problem: str | None = None
    seconds: list[float] = field(default_factory=list)  # per operation, one per round
    bytes: int | None = None

    @property
    def choice(self) -> str:
        """Which engine of glassgrad the process runs on."""
        return "native" if self.engine.startswith(NATIVE) else "python"

    def start(self) -> list[float]:
        """Start the process; the loss and gradients it found."""
        command = [
            sys.executable,
            "-m",
            "tests.bench.worker",
            ENGINES[self.engine],
            self.workload,
            self.collector,
        ]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ, OMP_NUM_THREADS="1", GLASSGRAD_ENGINE=self.choice),
        )
        answer = self._read()
        self.problem = answer.get("problem")  # type: ignore[assignment]
        return answer.get("numbers", [])  # type: ignore[return-value]

    def round(self) -> None:
        """One round: its fastest sample."""
        self.seconds.append(self._ask("time")["seconds"])  # type: ignore[arg-type]

    def weigh(self) -> None:
        """Ask for the memory a graph holds."""
        self.bytes = self._ask("memory")["bytes"]  # type: ignore[assignment]

    def stop(self) -> None:
        """End the process by ending its input."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    @property
    def median(self) -> float:
        """Seconds per operation: the median over the rounds of the fastest sample."""
        return statistics.median(self.seconds)

    def _ask(self, question: str) -> dict[str, object]:
        assert self.process.stdin
        print(question, file=self.process.stdin, flush=True)
        return self._read()

    def _read(self) -> dict[str, object]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process of {self.engine} on {self.workload} ended; its error is above")
        return json.loads(line)  # type: ignore[no-any-return]


def compare(reference: list[float], numbers: list[float], who: str) -> None:
    """RuntimeError unless loss and gradients agree: engines that compute different things are not compared."""
    if len(numbers) != len(reference):
        raise RuntimeError(f"{who} gave {len(numbers)} numbers where the first engine gave {len(reference)}")
    scale = max(abs(number) for number in reference)
    worst = max(abs(a - b) for a, b in zip(reference, numbers, strict=True))
    if not worst <= TOLERANCE * scale:
        raise RuntimeError(f"{who} is off by {worst:g} where the largest number is {scale:g}")


def run(workload: str, engines: list[tuple[str, str]], rounds: int) -> Iterator[Runner]:
    """All runners of a workload, measured; ``engines`` are pairs of name and collector, "on" or "off"."""
    runners: list[Runner] = []
    reference: list[float] = []
    try:
        for engine, collector in engines:
            runners.append(runner := Runner(engine, workload, collector))
            numbers = runner.start()
            reference = reference or numbers
            if runner.problem is None:
                compare(reference, numbers, f"{runner.engine} on {workload}")
        able = [runner for runner in runners if runner.problem is None]
        for _ in range(rounds):
            for runner in able:
                runner.round()
        if workload == "W1":
            for runner in able:
                runner.weigh()
    finally:
        for runner in runners:
            runner.stop()
    yield from runners
