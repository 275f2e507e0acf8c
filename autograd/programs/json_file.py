"""Programs as JSON: the list of instructions, never source.

    {"format": "glassgrad program", "version": 1, "name": "loss",
     "example": {"list": [null]},                                    the structure of the arguments
     "parameters": [{"label": "w", "data": 0.5}],
     "paths": [{"labels": ["x"], "parameters": [0], "constants": [2.0],
                "instructions": [["mul", 1, 0, "h"], ["pow", 3, 2, ""]],
                "guards": [], "result": 4, "order": [1, 0, 3, 4]}]}

Within a path, numbers are slots: first the arguments, then the path's parameters, then the constants, then the result
of one instruction after the other. An instruction is the name of its operation, its operands, and its label. Loading
checks every word of that, and generates the source anew.
"""

import json
import math
import re
import reprlib
from collections.abc import Callable, Iterator
from typing import Any

from autograd.by_hand import label_of
from autograd.numerics.object_arrays import array_of, entries, has_axes
from autograd.numerics.trees import leaves
from autograd.ops import OPERATIONS, table_name
from autograd.programs.columns import numpy_is_there
from autograd.programs.recorder import Recording
from autograd.programs.tape import HOLDS, Guard, Tape, needed, wanted_operands
from autograd.system.json_text import float_from, json_from, read_json
from autograd.value import Value

FORMAT, VERSION = "glassgrad program", 1
_IN_JSON = {int: "a whole number", str: "a string", list: "an array", dict: "an object"}


# Writing -------------------------------------------------------------------------------------------------------------
def dumped(name: str, example: Any, recordings: list[Recording], parameters: list[Value]) -> str:
    """The JSON text. ValueError for a user's own operation, which a file cannot hold."""
    place = {parameter: i for i, parameter in enumerate(parameters)}
    document = {
        "format": FORMAT,
        "version": VERSION,
        "name": name,
        "example": skeleton(example, lambda number: None),
        "parameters": [{"label": label_of(p), "data": json_from(p.data)} for p in parameters],
        "paths": [_path(recording, place) for recording in recordings],
    }
    text = json.dumps(document, allow_nan=False, indent=1) + "\n"
    return re.sub(r"\[\n[^][{}]*\]", lambda flat: re.sub(r"\n\s*", " ", flat[0]), text)  # an instruction on one line


def _path(recording: Recording, place: dict[Value, int]) -> dict[str, Any]:
    tape = recording.tape
    results = [instruction.result for instruction in tape.instructions]
    slots = [*tape.arguments, *tape.parameters, *tape.constants, *results]
    number = {slot: i for i, slot in enumerate(slots)}
    outputs = iter(recording.outputs)
    return {
        "labels": [tape.labels.get(slot, "") for slot in tape.arguments],
        "parameters": [place[p] for p in recording.parameters],
        "constants": [json_from(c) for c in tape.constants.values()],
        "instructions": [
            [_saved_name(row), *(number[o] for o in operands), tape.labels.get(result, "")]
            for row, operands, result in tape.instructions
        ],
        "guards": [[g.kind, number[g.left], number[g.right], g.outcome, g.after, g.line] for g in tape.guards],
        "result": skeleton(recording.result, lambda leaf: number[next(outputs)]),
        "order": [number[slot] for slot in recording.order],
    }


def _saved_name(row: Any) -> str:
    if not table_name(row):
        raise ValueError(f"the operation {row.name} is your own: a file can hold operations of the table only")
    return table_name(row)


def skeleton(tree: Any, leaf: Callable[[Any], Any]) -> Any:
    """A nested structure in JSON, {"list": […]}, {"tuple": […]}, {"dict": {…}} or {"array": {"shape": […], "of": […]}},
    or what `leaf` makes of a leaf."""
    if isinstance(tree, dict):
        if not all(isinstance(key, str) for key in tree):
            raise ValueError("a program is saved only if the keys of the dicts it takes and returns are str")
        return {"dict": {key: skeleton(part, leaf) for key, part in tree.items()}}
    if isinstance(tree, list | tuple):
        return {"list" if isinstance(tree, list) else "tuple": [skeleton(part, leaf) for part in tree]}
    if has_axes(tree):
        return {"array": {"shape": list(tree.shape), "of": [leaf(x) for x in entries(tree)]}}
    return leaf(tree)


# Reading -------------------------------------------------------------------------------------------------------------
short = reprlib.Repr()  # of anything, however deep, for a message
short.maxstring = short.maxlong = short.maxother = 80


class Reader:
    """Checks a document piece by piece; ValueError says where it is wrong, what stands there and what was expected."""

    def __init__(self, text: str | bytes, source: str) -> None:
        self.source = source
        try:
            document = read_json(text)
        except ValueError as error:
            raise ValueError(f"{source} is no JSON: {error}") from None
        self.document = self.expect(document, dict, "the document")
        if self.part(self.document, "format", str) != FORMAT:
            raise self.wrong("format", self.document["format"], repr(FORMAT))
        if self.part(self.document, "version", int) != VERSION:
            raise self.wrong("version", self.document["version"], f"{VERSION}; a newer glassgrad may read it")

    def wrong(self, where: str, found: Any, expected: str) -> ValueError:
        text = short.repr(found)
        return ValueError(f"{self.source}: {where} is {text[:60]}{'…' * (len(text) > 60)}, expected {expected}")

    def expect(self, thing: Any, kind: type, where: str) -> Any:
        """`thing` if it is of `kind`; a bool is no int."""
        if not isinstance(thing, kind) or (kind is int and isinstance(thing, bool)):
            raise self.wrong(where, thing, _IN_JSON[kind])
        return thing

    def part(self, owner: dict[str, Any], key: str, kind: type) -> Any:
        """owner[key], of `kind`."""
        if key not in owner:
            raise ValueError(f"{self.source}: {key!r} is missing")
        return self.expect(owner[key], kind, key)

    def parts(self, owner: dict[str, Any], key: str, kind: type) -> list[Any]:
        """owner[key], a list whose elements are of `kind`."""
        return [self.expect(x, kind, f"{key}[{i}]") for i, x in enumerate(self.part(owner, key, list))]

    def number(self, thing: Any, where: str) -> float:
        """A float."""
        if (found := float_from(thing)) is None:
            raise self.wrong(where, thing, "a number that a float can hold")
        return found

    def structure(self, tree: Any, leaf: Callable[[Any], Any], where: str) -> Any:
        """The inverse of `skeleton`."""
        try:
            return self._structure(tree, leaf, where)
        except RecursionError:
            raise self.wrong(where, tree, "a structure less deep") from None

    def _structure(self, tree: Any, leaf: Callable[[Any], Any], where: str) -> Any:
        if not isinstance(tree, dict):
            return leaf(tree)
        if len(tree) != 1 or next(iter(tree)) not in ("list", "tuple", "dict", "array"):
            raise self.wrong(where, tree, 'an object with the one key "list", "tuple", "dict" or "array"')
        ((kind, body),) = tree.items()
        if kind == "array":
            return self._array(self.expect(body, dict, where), leaf, where)
        if kind == "dict":
            return {key: self._structure(p, leaf, where) for key, p in self.expect(body, dict, where).items()}
        parts = [self._structure(p, leaf, where) for p in self.expect(body, list, where)]
        return parts if kind == "list" else tuple(parts)

    def _array(self, body: dict[str, Any], leaf: Callable[[Any], Any], where: str) -> Any:
        """An array of NumPy's; where there is no NumPy, its numbers in nested lists."""
        shape, numbers = self.parts(body, "shape", int), [leaf(x) for x in self.part(body, "of", list)]
        if not shape or min(shape) < 0 or math.prod(shape) != len(numbers):
            raise self.wrong(f"the shape in {where}", shape, f"the axes of an array of {len(numbers)} numbers")
        if numpy_is_there():
            return array_of(tuple(shape), numbers)
        for length in reversed(shape[1:]):
            numbers = [numbers[i : i + length] for i in range(0, len(numbers), length)]
        return numbers


def loaded(text: str | bytes, source: str) -> tuple[str, list[Any], list[Value], list[Recording]]:
    """The name, the example arguments, the parameters (new Values) and the recordings of a saved program."""
    reader = Reader(text, source)
    document = reader.document
    example = reader.structure(reader.part(document, "example", dict), lambda leaf: 0.0, "example")
    count = len(leaves(reader.expect(example, list, "example"), "example"))
    parameters = []
    for i, entry in enumerate(reader.parts(document, "parameters", dict)):
        data = reader.number(entry.get("data"), f"parameters[{i}].data")
        parameters.append(Value(data, label=reader.part(entry, "label", str)))
    paths = reader.parts(document, "paths", dict)
    if not paths:
        raise reader.wrong("paths", paths, "at least one path")
    recordings = [_PathReader(reader, path, count, parameters).recording() for path in paths]
    return reader.part(document, "name", str), example, parameters, recordings


class _PathReader:
    """Rebuilds the tape of one path."""

    def __init__(self, reader: Reader, path: dict[str, Any], arguments: int, parameters: list[Value]) -> None:
        self.reader, self.path = reader, path
        self.tape = Tape()
        labels = reader.parts(path, "labels", str)
        if len(labels) != arguments:
            raise reader.wrong("labels", labels, f"a label for each of the {arguments} numbers of the example")
        self.slots = [self.tape.argument(label) for label in labels]
        numbers = reader.parts(path, "parameters", int)
        if len(set(numbers)) != len(numbers):
            raise reader.wrong("parameters", numbers, "each number once")
        self.parameters = [self._parameter(i, parameters) for i in numbers]
        for p in self.parameters:
            self.slots.append(self.tape.parameter(p.label))
        for i, number in enumerate(reader.part(path, "constants", list)):
            self.slots.append(self.tape.constant(reader.number(number, f"constants[{i}]")))

    def _parameter(self, i: int, parameters: list[Value]) -> Value:
        if not 0 <= i < len(parameters):
            raise self.reader.wrong("parameters", i, f"the number of one of {len(parameters)} parameters")
        return parameters[i]

    def recording(self) -> Recording:
        """The recording, all of it checked."""
        for i, entry in enumerate(self.reader.parts(self.path, "instructions", list)):
            self._instruction(entry, f"instructions[{i}]")
        guards = self.reader.part(self.path, "guards", list)
        self.tape.guards = [self._guard(guard, f"guards[{i}]") for i, guard in enumerate(guards)]
        outputs: list[int] = []

        def leaf(number: Any) -> float:
            outputs.append(self._slot(number, "result"))
            return 0.0

        result = self.reader.structure(self.path.get("result"), leaf, "result")
        order = list(self._order())
        if isinstance(result, float) and not {i.result for i in needed(self.tape.instructions, outputs)}.issubset(
            order
        ):
            raise self.reader.wrong("order", self.path["order"], "all that the result is made from")
        return Recording(self.tape, self.parameters, result, outputs, order)

    def _slot(self, number: Any, where: str) -> int:
        if not 0 <= self.reader.expect(number, int, where) < len(self.slots):
            raise self.reader.wrong(where, number, f"a slot filled before, 0 to {len(self.slots) - 1}")
        slot: int = self.slots[number]
        return slot

    def _instruction(self, entry: list[Any], where: str) -> None:
        if len(entry) < 2:
            raise self.reader.wrong(where, entry, "[operation, operands…, label]")
        name, *operands, label = entry
        row = OPERATIONS.get(name) if isinstance(name, str) else None
        if row is None:
            raise self.reader.wrong(where, name, "the name of an operation of the table")
        slots = tuple(self._slot(o, where) for o in operands)
        if wanted := wanted_operands(row, slots, self.tape.constants):
            raise self.reader.wrong(where, operands, wanted)
        self.slots.append(self.tape.append(row, slots, self.reader.expect(label, str, where)))

    def _guard(self, entry: Any, where: str) -> Guard:
        well_formed = isinstance(entry, list) and len(entry) == 6 and isinstance(entry[3], bool)
        if not well_formed or not isinstance(entry[0], str) or entry[0] not in HOLDS:
            raise self.reader.wrong(where, entry, "[kind, left, right, outcome, after, line]")
        kind, left, right, outcome, after, line = entry
        if line is not None:
            self.reader.expect(line, str, where)
        after = self.reader.expect(after, int, where)
        return Guard(kind, self._slot(left, where), self._slot(right, where), outcome, after, line)

    def _order(self) -> Iterator[int]:
        """Every slot after those it is made from, or gradients would be wrong."""
        writers = {instruction.result: instruction for instruction in self.tape.instructions}
        seen = set(self.tape.constants)
        for number in self.reader.parts(self.path, "order", int):
            slot = self._slot(number, "order")
            if slot in seen or (slot in writers and not seen.issuperset(writers[slot].operands)):
                raise self.reader.wrong("order", number, "slots in an order in which operands come first, each once")
            seen.add(slot)
            yield slot
