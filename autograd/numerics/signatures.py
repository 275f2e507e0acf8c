"""What the arguments of a forward function are called, for help() and for calls with keywords."""

from collections.abc import Callable
from typing import Any


def signature(forward: Callable[..., float], count: int | None) -> Any:
    """The arguments of `forward` (`count` of them; None for any number), without types."""
    import inspect  # a third of the time that importing the engine would take

    try:
        given = list(inspect.signature(forward).parameters.values())
    except ValueError:  # C code need not name its arguments
        given = []
    by_either = inspect.Parameter.POSITIONAL_OR_KEYWORD
    if count is not None and len(given) != count:
        given = [inspect.Parameter(chr(ord("a") + i), by_either) for i in range(count)]
    kinds = [p.kind if p.kind is p.VAR_POSITIONAL else by_either for p in given]
    return inspect.Signature([p.replace(kind=k, annotation=p.empty) for p, k in zip(given, kinds, strict=True)])
