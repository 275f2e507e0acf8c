"""Programs in files: JSON that is checked word by word, and modules that need nothing but `math`."""

import ast
import contextlib
import json
import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import OPERATIONS, BranchChanged, Value, operation, record
from autograd.programs.json_file import Reader, loaded, short
from autograd.programs.program import Program

ROWS = list(OPERATIONS.values())


def example_of(row):
    """A function that applies `row` to arguments and to constants that a row insists on."""
    fixed = {"power_partial": (1.0, 0.0), "polygamma": (1.0,)}.get(row.name, ())
    first = (1.0,) if row.name in ("softmax_entry", "cross_entropy") else ()
    count = 3 if row.variadic else len(row.derivatives) - len(fixed)
    return (lambda *xs: row(*first, *xs, *fixed) * 2.0), [0.3 + 0.4 * i for i in range(count)]


def model(x, options):
    """Nested arguments, parameters with labels, two paths."""
    h = W * x[0] + B * x[1]
    h.label = "h"
    return autograd.gelu(h) * options["k"] if h > 0.0 else h / options["k"]


W, B = Value(0.5, label="w"), Value(-1.0, label='b"\n; import os')


@pytest.fixture
def saved(tmp_path):
    """A program of two paths, and its file."""
    program = record(model, [1.0, -1.0], {"k": 3.0})
    program([-1.0, 1.0], {"k": 3.0})
    program.save(tmp_path / "program.json")
    return program, tmp_path / "program.json"


def test_a_loaded_program_computes_the_same_on_every_path(saved):
    program, path = saved
    copy = Program.load(path)
    for x in ([1.5, 0.25], [-2.0, 3.0]):
        assert copy(x, {"k": 2.0}) == program(x, {"k": 2.0})
        assert copy.value_and_grad(x, {"k": 2.0}) == program.value_and_grad(x, {"k": 2.0})
    assert [(p.label, p.data) for p in copy.parameters] == [(p.label, p.data) for p in program.parameters]
    assert not set(copy.parameters) & set(program.parameters)


def test_saving_a_loaded_program_gives_the_same_file(saved, tmp_path):
    Program.load(saved[1]).save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == saved[1].read_text()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_survives_a_file(row, tmp_path):
    f, args = example_of(row)
    program = record(f, *args)
    program.save(tmp_path / "p.json")
    copy = Program.load(tmp_path / "p.json")
    other = [x * 1.25 for x in args]
    assert flat(copy.value_and_grad(*other)) == flat(program.value_and_grad(*other))


def flat(value_and_slopes):
    """One list that equals itself: nan is not nan, its text is."""
    value, slopes = value_and_slopes
    return [repr(number) for number in (value, *slopes)]


def test_a_loaded_program_cannot_record_a_new_path(tmp_path):
    record(lambda x: x * 2.0 if x > 0.0 else x, 1.0).save(tmp_path / "p.json")
    with pytest.raises(BranchChanged, match=r">.*test_json_file.py:\d+.*cannot record again"):
        Program.load(tmp_path / "p.json")(-1.0)


def test_numbers_that_json_does_not_have(tmp_path):
    w = Value(math.inf)
    record(lambda x: autograd.where(x, math.nan, -math.inf) + w, 0.0).save(tmp_path / "p.json")
    json.loads((tmp_path / "p.json").read_text(), parse_constant=pytest.fail)
    copy = Program.load(tmp_path / "p.json")
    assert copy.parameters[0].data == math.inf
    assert math.isnan(copy(1.0))
    copy.parameters[0].data = 0.0
    assert copy(0.0) == -math.inf


def test_operations_of_ones_own_are_not_saved_and_not_exported(tmp_path):
    @operation(lambda a, y: 1.0, name="tanh")
    def mine(x):
        return x

    program = record(lambda x: mine(x), 1.0)
    for write in (program.save, program.export):
        with pytest.raises(ValueError, match="tanh is your own"):
            write(tmp_path / "p")
    assert not (tmp_path / "p").exists()


def change(document, *where):
    """document[where[0]][where[1]]… = where[-1]."""
    *keys, last, value = where
    for key in keys:
        document = document[key]
    document[last] = value


BROKEN = [
    (("format",), "something else", "format is 'something else', expected 'glassgrad program'"),
    (("version",), 2, "version is 2, expected 1"),
    (("version",), True, "version is True, expected a whole number"),
    (("paths",), [], "at least one path"),
    (("paths", 0, "instructions", 0, 0), "system", "instructions.0. is 'system', expected the name of an operation"),
    (("paths", 0, "instructions", 0, 0), ["mul"], "the name of an operation"),
    (("paths", 0, "instructions", 0, 1), 99, "a slot filled before"),
    (("paths", 0, "instructions", 0, 1), -1, "a slot filled before"),
    (("paths", 0, "instructions", 0, 1), 7.0, "expected a whole number"),
    (("paths", 0, "instructions", 0), ["mul", 0, ""], "2 operands for mul"),
    (("paths", 0, "instructions", 0), [], "operation, operands"),
    (("paths", 0, "instructions", 0), ["mul"], "operation, operands"),
    (("paths", 0, "instructions", 0), "mul", "expected an array"),
    (("paths", 0, "instructions", 0, 3), 5, "expected a string"),
    (("paths", 0, "constants", 0), "__import__('os')", "expected a number"),
    (("paths", 0, "constants", 0), None, "expected a number"),
    (("paths", 0, "guards", 0), [], "kind, left, right"),
    (("paths", 0, "guards", 0, 0), "or exit() or", "kind, left, right"),
    (("paths", 0, "guards", 0, 1), 1000, "a slot filled before"),
    (("paths", 0, "guards", 0, 4), "0", "expected a whole number"),
    (("paths", 0, "guards", 0, 5), 7, "expected a string"),
    (("paths", 0, "result"), {"list": [0], "tuple": []}, "the one key"),
    (("paths", 0, "result"), "0", "expected a whole number"),
    (("paths", 0, "order"), [10**6], "a slot filled before"),
    (("paths", 0, "parameters"), [5, 0], "the number of one of 2 parameters"),
    (("parameters", 0), 3.0, "expected an object"),
    (("parameters", 0, "data"), "x", "expected a number"),
    (("paths", 0, "parameters"), [0, 0], "each number once"),
    (("paths", 0, "order"), [], "all that the result is made from"),
    (("paths", 0, "labels"), ["x"], "a label for each of the 3 numbers of the example"),
    (("example",), [1.0], "expected an object"),
    (("example",), {"list": []}, "a label for each of the 0 numbers of the example"),
]


@pytest.mark.parametrize(("where", "value", "message"), BROKEN, ids=lambda x: str(x)[:40])
def test_a_broken_file_is_refused_with_the_place(saved, where, value, message):
    document = json.loads(saved[1].read_text())
    change(document, *where, value)
    with pytest.raises(ValueError, match=message):
        loaded(json.dumps(document), "p.json")


ENTRY = "the number of an entry, a constant, and all entries for "
MISFITS = [
    (["dot", 0, 1, ""], "weights, as many inputs, and a bias for dot"),
    (["dot", ""], "weights, as many inputs, and a bias for dot"),
    (["mean", ""], "at least one operand for mean"),
    (["logsumexp", ""], "at least one operand for logsumexp"),
    (["softmax_entry", ""], ENTRY + "softmax_entry"),
    (["softmax_entry", 2, ""], ENTRY + "softmax_entry"),
    (["softmax_entry", 0, 0, 1, ""], ENTRY + "softmax_entry"),
    (["softmax_entry", 4, 0, 1, ""], ENTRY + "softmax_entry"),
    (["cross_entropy", 3, 0, 1, ""], ENTRY + "cross_entropy"),
    (["cross_entropy", 5, 0, 1, ""], ENTRY + "cross_entropy"),
    (["cross_entropy", 6, 0, 1, ""], ENTRY + "cross_entropy"),
]


@pytest.mark.parametrize(("instruction", "expected"), MISFITS, ids=lambda x: str(x)[:24])
def test_operands_that_a_row_of_many_cannot_work_on_are_refused(instruction, expected):
    document = json.loads(text_of(record(lambda x: x[0] * x[1], [1.0, 2.0])))
    document["paths"][0] |= {"constants": [0.0, 2.0, -1.0, 0.5, "nan"], "instructions": [instruction]}
    document["paths"][0] |= {"result": 7, "order": [0, 1, 7]}
    with pytest.raises(ValueError, match=rf"p\.json: instructions\[0\] is \[.*\], expected {expected}"):
        loaded(json.dumps(document), "p.json")


def test_an_order_that_would_give_wrong_gradients_is_refused(saved):
    document = json.loads(saved[1].read_text())
    document["paths"][0]["order"].reverse()
    with pytest.raises(ValueError, match="operands come first"):
        loaded(json.dumps(document), "p.json")


@pytest.mark.parametrize("key", ["format", "version", "name", "example", "parameters", "paths"])
def test_a_missing_part_is_named(saved, key):
    document = json.loads(saved[1].read_text())
    del document[key]
    with pytest.raises(ValueError, match=f"'{key}' is missing"):
        loaded(json.dumps(document), "p.json")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x81", b'{"name": "\xe9"}', b"\x80\x04\x95", b""])
def test_a_file_that_is_no_text_is_a_value_error_naming_it(tmp_path, content):
    (tmp_path / "p.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"p\.json is no JSON") as caught:
        Program.load(tmp_path / "p.json")
    assert type(caught.value) is ValueError


def test_a_file_that_an_editor_put_a_byte_order_mark_before_is_read(saved):
    program, path = saved
    path.write_text(path.read_text(), encoding="utf-8-sig")
    assert Program.load(path)([1.5, 0.25], {"k": 2.0}) == program([1.5, 0.25], {"k": 2.0})


def test_no_json_is_said_to_be_none():
    with pytest.raises(ValueError, match=r"p.json is no JSON"):
        loaded("import os", "p.json")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 40)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "mul", "dot", "mean", "softmax_entry", "inf", "<"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["list", "label", "data"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_a_document_changed_anywhere_is_a_program_that_runs_or_a_value_error(data):
    program = record(lambda x: (W * x[0] + 2.0) ** 2 if x[1] > 0.0 else W, [1.0, 2.0])
    document = json.loads(text_of(program))
    place, trail = document, []
    while isinstance(place, dict | list) and place and (not trail or data.draw(st.booleans())):
        keys = list(place) if isinstance(place, dict) else range(len(place))
        trail.append(key := data.draw(st.sampled_from(keys)))
        parent, place = place, place[key]
    parent[trail[-1]] = data.draw(JSON)
    try:
        name, example, parameters, recordings = loaded(json.dumps(document), "p.json")
    except ValueError:
        return
    changed = Program(None, name, example, recordings, None, parameters)
    assert changed.source.startswith("def value(")
    with contextlib.suppress(BranchChanged):
        changed(*example)
        if all(isinstance(recording.result, float) for recording in recordings):
            changed.value_and_grad(*example)


def text_of(program):
    """What save() writes."""
    from autograd.programs.json_file import dumped

    return dumped("f", program._example, [p.recording for p in program._paths], program.parameters)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_can_be_exported(row, tmp_path):
    f, args = example_of(row)
    program = record(f, *args)
    module = exported(program, tmp_path)
    found = module["gradients"](*args)
    assert repr(module["value"](*args)) == repr(found[0])
    assert flat(found) == flat(program.value_and_grad(*args))


def exported(program, folder):
    """The names of an exported module."""
    program.export(folder / "module.py")
    source = (folder / "module.py").read_text()
    imported = {name for node in ast.walk(ast.parse(source)) for name in imports(node)}
    assert imported <= {"math", "__future__", "collections.abc"}
    names = {}
    exec(compile(source, "module.py", "exec"), names)
    return names


def imports(node):
    """The modules a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) else []


def test_an_exported_module_runs_in_a_bare_interpreter(tmp_path):
    program = record(model, [1.0, -1.0], {"k": 3.0})
    program.export(tmp_path / "module.py")
    code = "import module; print(module.gradients(1.5, 0.25, 2.0)[0], module.value(1000.0, 0.0, 0.0, [1.0, 1.0]))"
    run = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"],
                         capture_output=True, text=True, check=True)  # fmt: skip
    assert run.stdout.split() == [repr(program([1.5, 0.25], {"k": 2.0})), "0.0"]


def test_an_exported_module_has_an_answer_where_python_raises(tmp_path):
    module = exported(record(lambda x: autograd.exp(x) * autograd.log(x), 1.0), tmp_path)
    assert module["value"](1000.0) == math.inf
    assert module["value"](0.0) == -math.inf
    assert math.isnan(module["value"](-1.0))


def test_an_exported_module_says_whose_it_is(tmp_path):
    """A name that would end the docstring, or the line, is none."""

    def area(x):
        return x * x

    for name, said in (("area", "area, recorded"), ('"""; exit()', "exit, recorded"), ("面積", "program, recorded")):
        area.__name__ = name
        assert exported(record(area, 2.0), tmp_path)["__doc__"].startswith(said)


def test_an_exported_module_refuses_another_path(tmp_path):
    module = exported(record(model, [1.0, -1.0], {"k": 3.0}), tmp_path)
    with pytest.raises(module["BranchTaken"]):
        module["value"](-1.0, 1.0, 3.0)


def test_a_name_out_of_a_file_gets_nowhere_in_an_exported_module(saved, tmp_path):
    document = json.loads(saved[1].read_text())
    document["name"] = '"""\nraise SystemExit\n"""'
    for path in document["paths"]:
        path["labels"] = ["x; raise SystemExit", "1+", "\n"]
    (tmp_path / "hostile.json").write_text(json.dumps(document))
    assert exported(Program.load(tmp_path / "hostile.json"), tmp_path)["value"](-1.0, 1.0, 3.0) == -0.5


@pytest.mark.parametrize("guards", [None, 3, {}, [None], [[[], 0, 0, True, 0, None]], [[{}, 0, 0, True, 0, None]]])
def test_guards_that_are_none_are_a_value_error(guards):
    document = json.loads(text_of(record(lambda x: x if x > 0.0 else -x, 1.0)))
    document["paths"][0]["guards"] = guards
    with pytest.raises(ValueError, match="guards"):
        loaded(json.dumps(document), "p.json")


def test_a_document_nested_too_deeply_is_a_value_error():
    with pytest.raises(ValueError, match="no JSON"):
        loaded("[" * 200_000, "p.json")


def test_a_program_with_keys_that_json_cannot_hold_is_not_saved(tmp_path):
    program = record(lambda table: table[1] * 2.0, {1: 3.0})
    with pytest.raises(ValueError, match="only if the keys of the dicts it takes and returns are str"):
        program.save(tmp_path / "program.json")
    assert not (tmp_path / "program.json").exists()


def test_a_guard_of_an_unknown_line_is_still_a_guard(saved):
    document = json.loads(saved[1].read_text())
    for path in document["paths"]:
        for guard in path["guards"]:
            guard[5] = None
    del document["paths"][1:]  # the path for h <= 0, which ran last
    saved[1].write_text(json.dumps(document))
    with pytest.raises(BranchChanged, match=r"^the comparison > comes out differently"):
        Program.load(saved[1])([1.0, -1.0], {"k": 3.0})


ODD = [
    "1e999",
    "-1e999",
    "NaN",
    "-Infinity",
    "9" * 400,
    "9" * 5000,
    "[" * 900 + "]" * 900,
    '{"list":[' * 450 + "]}" * 450,
]


def holders(tree):
    """(list or dict, key in it) for everything in a document."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from holders(tree[key])


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:9])
def test_numbers_and_depths_beyond_all_bounds_are_a_value_error(odd):
    document = json.loads(text_of(record(lambda x: W * x + 2.5 if x > 0.0 else -x, 1.0)))
    numbers = [document["parameters"][0], *(path["constants"] for path in document["paths"])]
    for holder, key in list(holders(document)):
        before, holder[key] = holder[key], "@"
        broken = json.dumps(document).replace('"@"', odd)
        holder[key] = before
        message = ""
        try:
            loaded(broken, "p.json")
        except ValueError as error:  # and nothing else
            message = str(error)
        assert len(message) < 500
        assert "p.json" in message or not any(holder is number for number in numbers)


def test_a_structure_too_deep_to_walk_through_is_a_value_error():
    deep = 0.0
    for _ in range(5_000):
        deep = {"list": [deep]}
    reader = Reader(text_of(record(lambda x: x * 2.0, 1.0)), "p.json")
    with pytest.raises(ValueError, match=r"p\.json: example is .{0,200}, expected a structure less deep"):
        reader.structure(deep, float, "example")


def test_messages_show_80_letters_of_what_stands_in_a_file():
    for long in ("a" * 200, 10**200, {1, 2}.union):
        assert len(short.repr(long)) <= 80
    assert (len(short.repr("a" * 200)), len(short.repr(10**200))) == (80, 80)


def test_a_key_given_twice_is_no_program(saved):
    text = saved[1].read_text().replace('"version": 1', '"version": 1, "name": "g", "version": 1', 1)
    with pytest.raises(ValueError, match=r"p\.json is no JSON: given twice: name, version$"):
        loaded(text, "p.json")
