"""Libraries that are used where somebody has loaded them, and not loaded for that."""

import sys
from typing import Any


def loaded(library: str, name: str) -> Any:
    """`library.name`; None where nobody has imported the library, or another thread is in the middle of it."""
    return getattr(sys.modules.get(library), name, None)
