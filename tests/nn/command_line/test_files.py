"""Files as people have them, and what becomes of each: read, with what is said about it, or refused in one answer."""

import gzip
import io
import re
import sys

import pytest

from nn.command_line.main import main
from nn.command_line.options import choose_job, parse
from nn.data.files import TableError, read_csv

ROWS = [(k % 7 + 0.5, "xy"[k % 2]) for k in range(40)]


def lines(row, head="a,label", rows=ROWS, end="\n"):
    """A header and a line for each row: `row` with its number, its cell and its class put in."""
    return end.join([head, *(row.format(k=k, s=k % 7 + 1, a=a, l=kind) for k, (a, kind) in enumerate(rows))]) + end


def numbers(form, name="size"):
    """A column of numbers written in a way, beside one of plain numbers."""
    return lines(f"{form};{{k}};{{l}}", f"{name};b;label")


PLAIN = lines("{a},{l}")
READ = {  # what is in the file: (its text or bytes, the inputs, what is said)
    "comma": (PLAIN, ["a"], []),
    "semicolon": (lines("{a};{l}", "a;label"), ["a"], []),
    "tab": (lines("{a}\t{l}", "a\tlabel"), ["a"], []),
    "bar": (lines("{a}|{l}", "a|label"), ["a"], []),
    "semicolons in a quoted name": (lines("{a},{l}", '"size (w;h;d)",label'), ["size (w;h;d)"], []),
    "commas in a quoted name": (lines("{a};{k};{l}", '"last, first";b;label'), ["last, first", "b"], []),
    "commas in names, decimal commas": (lines("{k},5;1,{k};{l}", "x, m;y, s;label"), ["x, m", "y, s"], ["numbers: "]),
    "blank before a quote": (lines('{a}, "{l}, {l}"', 'a, "label"'), ["a"], []),
    "sep= line": (lines("{a};{l}", "sep=;\na;label"), ["a"], []),
    "trailing delimiter": (lines("{a},{l},", "a,label,"), ["a"], []),
    "trailing delimiter, not in the first line": (lines("{a},{l},"), ["a"], []),
    "trailing delimiter in the first line only": (lines("{a},{l}", "a,label,"), ["a"], []),
    "byte order mark": ("\ufeff" + PLAIN, ["a"], []),
    "UTF-16": (lines("{a},{l}", "größe,label").encode("utf-16"), ["größe"], []),
    "Latin-1": (lines("{a},{l}", "größe,label").encode("latin-1"), ["größe"], [r"read as Latin-1 \(cp1252\)"]),
    "Windows-1252": (lines("{a},{l}", "€,label").encode("cp1252"), ["€"], [r"read as Latin-1 \(cp1252\)"]),
    "gz": (gzip.compress(PLAIN.encode()), ["a"], []),
    "CR": (PLAIN.replace("\n", "\r"), ["a"], []),
    "CRLF": (PLAIN.replace("\n", "\r\n"), ["a"], []),
    "index of pandas": (
        lines("{k},{a},{l}", ",a,label"),
        ["a"],
        [r"first column has no name .* out \(0, 1, 2, …"],
    ),
    "index of R": (lines('"{k}",{a},"{l}"', '"a","label"'), ["a"], ["first column has no name and is left out"]),
    "1.234,50": (numbers("{s}.234,50"), ["size", "b"], [r"numbers: '1.234,50' in column 'size' is read as 1234.5$"]),
    "1,234.50": (numbers("{s},234.50"), ["size", "b"], ["'1,234.50' in column 'size' is read as 1234.5"]),
    "12,5": (numbers("{s},5"), ["size", "b"], ["'1,5' in column 'size' is read as 1.5"]),
    "1 250": (numbers("{s} 250"), ["size", "b"], ["'1 250' in column 'size' is read as 1250"]),
    "1 250 with a no-break space": (numbers("{s}\u00a0250"), ["size", "b"], ["is read as 1250"]),
    "1'250": (numbers("{s}'250"), ["size", "b"], ["\"1'250\" in column 'size' is read as 1250"]),
    "−3.5": (numbers("−{s}.5"), ["size", "b"], ["'−1.5' in column 'size' is read as -1.5"]),
    "1,234 beside 1,5": (
        lines("{s},234;{k},5;{l}", "a;b;label"),
        ["a", "b"],
        ["'1,234' .* read as 1.234,"],
    ),
    "1.234 beside 1,5": (
        lines("{s}.234;{k},5;{l}", "a;b;label"),
        ["a", "b"],
        ["'1.234' .* read as 1234,"],
    ),
    "1,234 beside 1.5": (
        lines('"{s},234",{a},{l}', "a,b,label"),
        ["a", "b"],
        ["'1,234' .* read as 1234$"],
    ),
    "1.234": (numbers("{s}.234"), ["size", "b"], []),
    "names of rows": (
        lines("p{k},{a},{l}", "who,a,label", [*ROWS, *ROWS]),
        ["a"],
        ["'who' has 80 different values in 80 rows, too many for categories: it is left out"],
    ),
    "more texts than anybody means": (
        lines("p{k},{a},{l}", "who,a,label", ROWS * 6).replace("p239", "p0"),
        ["a"],
        ["'who' has 239 different values in 240 rows"],
    ),
    "a column without cells": (
        lines("{a},,{l}", "a,b,label"),
        ["a"],
        ["'b' has no cell with something in it: it"],
    ),
    "few rows": (lines("{a},{l}", rows=ROWS[:20]), ["a"], []),
}
CLASSES = {  # how the target is written: (its cells, the classes, what is said)
    "0 and 0.0": (["0", "1", "0.0", "1"], ("0", "1"), "the same category: '0' and '0.0' in column 'label'"),
    "1, 1.00 and +1": (["1", "1.00", "+1", "1", "0"], ("0", "1"), "'1' and '1.00' and '\\+1' in column 'label'"),
    "yes and YES": (["yes", "YES", "no", "yes"], ("yes", "no"), "'yes' and 'YES' in column 'label'"),
    "trailing blanks": (["yes ", "yes", "no", " no"], ("yes", "no"), None),
    "two blanks inside": (["not  yet", "yes", "not yet", "yes"], ("not  yet", "yes"), "'not  yet' and 'not yet'"),
    "True and False": (["True", "False"], ("True", "False"), None),
    "yes and no": (["yes", "no"], ("yes", "no"), None),
    "two texts": (["left side", "right side"], ("left side", "right side"), None),
}
REFUSED = {  # (text or bytes, the answer)
    "$12.50": (numbers("${s}2.50"), "'\\$12.50' is a number with something beside it: write a number into each cell"),
    "12 kg": (
        numbers("1{s} kg"),
        "lines 2, .* and 30 more, column 'size': '11 kg' is a number with ",
    ),
    "12kg": (numbers("1{s}kg"), "is a number with something beside it"),
    "3.1%": (numbers("{s}.1%"), "is a number with something beside it.*--ignore.*--categorical"),
    "3,1 %": (numbers("{s},1 %"), "is a number with something beside it"),
    "1 250 EUR": (numbers("{s} 250 EUR"), "is a number with something beside it"),
    "(12.50)": (numbers("({s}.50)"), "is a number with something beside it"),
    "12.50-": (numbers("{s}.50-"), "is a number with something beside it"),
    "<0.1": (numbers("<{s}"), "is a number with something beside it"),
    "EUR 12": (numbers("EUR {s}"), "is a number with something beside it"),
    "3 rooms": (numbers("{s} rooms"), "'1 rooms' is a number with something beside it"),
    "dates": (numbers("2024-05-1{s}"), "column 'size': '2024-05-11' is a date or a time: .*--ignore"),
    "dates in German": (numbers("1{s}.05.2024"), "is a date or a time"),
    "dates in American": (numbers("5/1{s}/24"), "is a date or a time"),
    "dates in words": (numbers("May {s}, 2024"), "is a date or a time"),
    "dates with times": (numbers("2024-05-1{s}T12:30:00Z"), "is a date or a time"),
    "times": (numbers("1{s}:30"), "is a date or a time"),
    "1,234 alone": (
        lines('"{s},234",{l}'),
        "column 'a': '1,234' can be read as 1234 and as 1.234, and nothing .*: say --decimal . or --decimal ,",
    ),
    "1.5 and 1,5": (
        lines('"{s},5",{l}\n{k}.5,{l}'),
        "a number with a decimal point, .* got '1,5', '2,5'",
    ),
    "text among numbers": (
        lines("{a},{l}") + "abc,x\nold,x\n",
        "lines 42, 43, column 'a': expected .*'abc', 'old'$",
    ),
    "beyond 1e150": (lines("{a},{l}") + "1e200,x\n", "expected a number .*, not beyond 1e.150, got '1e200'"),
    "infinite": (lines("{a},{l}") + "inf,x\n", "not beyond 1e.150, got 'inf'"),
    "missing cells": (
        lines("{a},{k},{l}", "a,b,label") + "?,5,x\n-,NA,y\n1,null,\n",
        r"missing cells, 2 in 'a', 2 in 'b', 1 in 'label' \(lines 42, 43, 44\): --missing skip leaves 3 of 43 rows "
        "out, --missing fill 1: it takes the mean of a column or a category of its own",
    ),
    "names as the target": (
        lines("{a},p{k}", rows=ROWS * 2),
        "categories: as a target it would have to hold num",
    ),
    "one column": ("label\nx\ny\n", "no column is left to learn 'label' from"),
    "no rows": ("a,label\n", "the table is empty"),
    "nothing": ("", "the table is empty"),
    "one class": (lines("{a},x"), r"every row has the same 'label' \(x\)"),
    "one class in two spellings": (lines("{a},x\n{a},X"), r"every row has the same 'label' \(x\)"),
    "duplicate names": (lines("{a},{a},{k},{l}", "a,a,b,label"), "every column needs a name of its own: 'a' names 2"),
    "ragged rows": (
        lines("{a},{l}") + "1\n1,2,3\n",
        "line 42: 1 cells, line 43: 3 cells where .* 2 columns",
    ),
    "NUL bytes": (PLAIN.replace("x", "\0"), "is not a text file .*zero bytes"),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-le"), "is not a text file .*zero bytes"),
    "a picture": (b"\x89PNG\r\n\x1a\n\xff\xfe", "is not a text file"),
    "a spreadsheet": (b"PK\x03\x04\x14\x00\x06\x00", "is not a text file .*: save the table as CSV"),
    "a broken archive": (gzip.compress(PLAIN.encode())[:-12], "cannot read"),
    "an open quote": ('a,label\n1,"x\n', "line 2: not a CSV file"),
}


def job(folder, content, *options):
    """The job of this file."""
    path = folder / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return choose_job(parse(["--csv", str(path), "--target", "label", *options]))


@pytest.mark.parametrize("case", READ)
def test_a_file_is_read_and_what_is_odd_is_said(tmp_path, case):
    content, inputs, said = READ[case]
    found = job(tmp_path, content)
    assert found.known_table.encoding.labels() == inputs  # numbers all of them
    assert found.outputs == 2
    assert len(found.notes) == len(said), found.notes
    for note, pattern in zip(found.notes, said, strict=True):
        assert re.search(pattern, note), note
        assert "\n" not in note


@pytest.mark.parametrize("case", CLASSES)
def test_one_class_is_one_class_however_it_is_spelt(tmp_path, case):
    cells, classes, said = CLASSES[case]
    found = job(tmp_path, "a,label\n" + "".join(f"{k}.5,{cells[k % len(cells)]}\n" for k in range(60)))
    assert found.known_table.classes == classes
    assert all(re.search(said, note) for note in found.notes) if said else not found.notes


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_used_gets_one_complete_answer(tmp_path, capsys, case):
    content, answer = REFUSED[case]
    path = tmp_path / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["--csv", str(path), "--target", "label", "--output", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert re.search(answer, said.err.rstrip("\n")), said.err
    assert said.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_all_problems_of_a_file_are_said_at_once(tmp_path, capsys):
    text = "day,price,height,who,label\n" + "".join(
        f"2024-01-{k + 10},${k}.50,{'tall' if k == 3 else k},p{k},{'?' if k == 5 else 'xy'[k % 2]}\n" for k in range(20)
    )
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert main(["--csv", str(tmp_path / "t.csv"), "--target", "label"]) == 2
    first, *problems = capsys.readouterr().err.splitlines()
    assert first == "python -m nn: 4 problems"
    answers = ["'day': '2024-01-10' is a date", r"'\$0.50'", "line 5.*'tall'", "missing cells, 1 in 'label'"]
    assert all(map(re.search, answers, problems))
    with pytest.raises(TableError, match=r"2 problems\n  every column .*: 'a' names 2 .*\n  line 2: 1 cells"):
        job(tmp_path, "a,a,label\n1\n2,3,x\n2,3,y\n", "--ignore", "z")
    with pytest.raises(TableError, match=r"2 problems\n  no column 'z'.*\n  no column 'lab'; .* did you mean 'label'"):
        job(tmp_path, PLAIN, "--ignore", "z", "--categorical", "lab")


GAPS = "a,b,c,label\n" + "".join(
    f"{'' if k == 0 else k},{'NA' if k == 1 else 'pq'[k % 2]},{k % 3}.5,{'null' if k == 2 else 'xy'[k % 2]}\n"
    for k in range(40)
)


def test_rows_with_missing_cells_can_be_left_out(tmp_path):
    found = job(tmp_path, GAPS, "--missing", "skip")
    assert len(found.train[0]) + len(found.held_out[0]) == 37
    assert found.notes[0] == "3 of 40 rows have missing cells (1 in 'a', 1 in 'b', 1 in 'label') and are left out"
    assert found.known_table.encoding.missing == "skip"
    assert [column.missing for column in found.known_table.encoding.inputs] == [None] * 3


def test_missing_cells_can_be_filled_by_what_there_is_to_learn_from(tmp_path):
    found = job(tmp_path, GAPS, "--missing", "fill")
    assert len(found.train[0]) + len(found.held_out[0]) == 39
    assert found.notes[:2] == [
        "missing cells, 1 in 'a', 1 in 'b', 1 in 'label', get the mean of their column or the category 'missing'",
        "1 rows without a target are left out",
    ]
    encoding = found.known_table.encoding
    assert encoding.labels() == ["a", "b=p", "b=q", "b=missing", "c"]
    known = [row[0] for row in found.known_table.train[0] if row[0] != encoding.inputs[0].missing]
    assert encoding.inputs[0].missing == pytest.approx(sum(known) / len(known))  # of no held-out row
    assert sum(row[3] for row in found.known_table.all_rows[0]) == 1


def test_missing_cells_are_filled_where_no_target_is_missing(tmp_path):
    found = job(tmp_path, GAPS.replace("null", "x"), "--missing", "fill")
    assert len(found.train[0]) + len(found.held_out[0]) == 40
    assert found.notes == ["missing cells, 1 in 'a', 1 in 'b', get the mean of their column or the category 'missing'"]


def test_where_everything_is_missing_nothing_is_left(tmp_path):
    with pytest.raises(TableError, match="no row is complete"):
        job(tmp_path, "a,b,label\n1,,x\n,2,y\n3,,x\n,4,y\n", "--missing", "skip")


def test_a_decimal_mark_that_nothing_tells_can_be_said(tmp_path):
    text = lines('"{s},234",{l}')
    assert job(tmp_path, text, "--decimal", ".").known_table.encoding.inputs[0].decimal == "."
    found = job(tmp_path, text, "--decimal", ",")
    assert max(row[0] for row in found.known_table.all_rows[0]) == 7.234
    assert re.search("'1,234' in column 'a' is read as 1.234", found.notes[0])


def test_what_is_a_category_on_purpose_may_look_like_anything(tmp_path):
    found = job(tmp_path, lines("2024-05-1{s},{l}"), "--categorical", "a")
    assert len(found.known_table.encoding.labels()) == 7


def test_a_table_comes_from_the_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(PLAIN.encode()))))
    assert choose_job(parse(["--csv", "-", "--target", "label"])).inputs == 1


def test_names_that_hold_a_comma_are_told_from_two_names(tmp_path):
    found = job(tmp_path, lines("{k},{a},{l}", '"city, country",a,label'))
    assert found.title == "t.csv: label from 'city, country', a"
    with pytest.raises(TableError, match=r"the columns are: 'city, country', a, label$"):
        job(tmp_path, lines("{k},{a},{l}", '"city, country",a,label'), "--ignore", "b")


def test_names_of_100_000_letters_are_cut_wherever_they_are_shown(tmp_path, capsys):
    long = "long" * 25_000
    rows = [f"{k}.5,{long if k % 3 else 'o'},{long if k % 2 else 'y'}\n" for k in range(40)]
    (tmp_path / "t.csv").write_text(f"{long}1,{long}2,{long}3\n{''.join(rows)}", encoding="utf-8")
    options = ["--epochs", "1", "--layers", "2", "--output", str(tmp_path / "out")]
    assert main(["--csv", str(tmp_path / "t.csv"), "--target", f"{long}3", *options]) == 0
    assert len(capsys.readouterr().out) < 3000
    assert (tmp_path / "out" / "graph.svg").stat().st_size < 100_000


def test_memory_and_time_grow_with_the_file_and_not_with_its_texts(tmp_path):
    found = job(tmp_path, lines("p{k},{a},{l}", "who,a,label", ROWS * 50).replace("p199", "p0"))
    assert found.inputs == 1
    with pytest.raises(TableError, match="too many for categories"):
        job(tmp_path, lines("{a},p{k}", rows=ROWS * 50).replace("p199", "p0"))


def test_more_categories_are_taken_where_somebody_asks_for_them(tmp_path):
    text = "who,label\n" + "".join(f"p{k % 300},{'xy'[k % 2]}\n" for k in range(900))
    assert job(tmp_path, text, "--categorical", "who").inputs == 300
    with pytest.raises(TableError, match="900 different values in 900 rows"):
        job(tmp_path, lines("p{k},{l}", "who,label", ROWS * 22 + ROWS[:20]), "--categorical", "who")


GERMAN = "größe;preis;label\n" + "".join(f"{k % 7 + 1}.234,5;1.{k % 9}00;{'xy'[k % 2]}\n" for k in range(40))


def test_new_rows_may_be_written_otherwise_than_those_learnt_from(tmp_path):
    table = job(tmp_path, GERMAN).known_table
    assert max(row[1] for row in table.all_rows[0]) == 1800
    path = tmp_path / "new.csv"
    rows = []
    for text in ("größe;preis\n2.234,5;1.500\n", "preis,größe\n1500,2234.5\n", 'preis,größe\n"1,500","2,234.5"\n'):
        path.write_text(text, encoding="utf-8")
        rows += table.encoding.X(read_csv(path))
    assert rows[0] == rows[1] == rows[2]
    path.write_text("größe;preis\n2.234;1.500\n", encoding="utf-8")  # as those learnt from, where nothing else tells
    assert table.encoding.X(read_csv(path)) == [[2234.0, 1500.0]]
