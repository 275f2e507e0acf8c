"""Kept: the parameters of a training and their gradients, update after update, for whoever wants to see it again."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

MOST = 2_000_000  # numbers, 16 MB: where there would be more, every second moment is let go


@dataclass
class Kept:
    """What `fit(keep=…)` notes: one entry a moment, before every `every`-th update and at the end.

    Numbers stand in the order of model.parameters(). The gradient is that of the update which followed, penalty
    included and before clipping; at the end none followed, and it is empty.
    """

    every: int = 1
    updates: list[int] = field(default_factory=list)
    """How many updates had been made."""
    parameters: list[Sequence[float]] = field(default_factory=list)
    gradients: list[Sequence[float]] = field(default_factory=list)

    def wants(self, update: int) -> bool:
        """Whether this moment is one to be noted."""
        return update % self.every == 0

    def note(self, update: int, parameters: Sequence[float], gradient: Sequence[float] = ()) -> None:
        """One more moment; the last one, if no update has been made since, is replaced."""
        if self.updates and self.updates[-1] == update:
            self._let_go(slice(-1, None))
        self.updates.append(update)
        self.parameters.append(array("d", parameters))
        self.gradients.append(array("d", gradient))
        if 2 * len(parameters) * len(self.updates) > MOST and len(self.updates) > 2:
            self.every *= 2
            self._let_go(slice(1, None, 2))

    def _let_go(self, which: slice) -> None:
        for column in (self.updates, self.parameters, self.gradients):
            del column[which]

    def __len__(self) -> int:
        return len(self.updates)

    def __repr__(self) -> str:
        return f"Kept({len(self)} moments, one every {self.every} updates)"
