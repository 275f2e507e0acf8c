"""Tables: what is read from a CSV file, how columns become numbers, and one clear line for whatever is wrong."""

import gzip
import json
from pathlib import Path

import pytest

from nn.data.files import TableError, read_csv, short, shown
from nn.data.tables import Encoding, look_at

IRIS = Path(__file__).parents[2] / "data" / "iris.csv"


def table(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return read_csv(path)


MIXED = "age,colour,bought\n30,red,yes\n40,blue,no\n50,red,yes\n35,green,no\n"


def test_iris_is_read_as_it_stands():
    iris = read_csv(IRIS)
    assert iris.names == ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    assert len(iris.rows) == 150
    encoding = Encoding.of(iris, "species")
    assert encoding.target.values == ("setosa", "versicolor", "virginica")
    X, y = encoding.X(iris), encoding.y(iris)
    assert X[0] == [5.1, 3.5, 1.4, 0.2]
    assert [y.count(k) for k in range(3)] == [50, 50, 50]
    # the two rows in which the common copy at UCI differs from Fisher's article
    assert (X[34], X[37]) == ([4.9, 3.1, 1.5, 0.2], [4.9, 3.6, 1.4, 0.1])


def test_categories_become_one_hot_and_numbers_stay(tmp_path):
    t = table(tmp_path, MIXED)
    encoding = Encoding.of(t, "bought")
    assert encoding.labels() == ["age", "colour=red", "colour=blue", "colour=green"]
    assert encoding.X(t)[3] == [35.0, 0.0, 0.0, 1.0]
    assert encoding.y(t) == [0, 1, 0, 1]


def test_an_encoding_survives_json_and_reads_new_rows(tmp_path):
    encoding = Encoding.of(table(tmp_path, MIXED), "bought")
    copy = Encoding.from_dict(json.loads(json.dumps(encoding.to_dict())))
    assert copy == encoding
    assert copy.X(table(tmp_path, "colour,age,bought\nblue,20,no\n")) == [[20.0, 0.0, 1.0, 0.0]]
    with pytest.raises(TableError, match="line 2, column 'colour': 'pink' is none of red, blue, green"):
        copy.X(table(tmp_path, "colour,age,bought\npink,20,no\n"))
    with pytest.raises(TableError, match=r"line 2, column 'age': expected a number with a decimal point, .* got 'old'"):
        copy.X(table(tmp_path, "colour,age,bought\nred,old,no\n"))


@pytest.mark.parametrize(
    "text",
    [
        "a;b\n1;2\n3;4\n",
        "a\tb\n1\t2\n3\t4\n",
        "\ufeffa,b\r\n1,2\r\n\r\n3,4\r\n",
        'a,b\n"1",2\n 3 , 4 \n',
        "a;b\r1;2\r3;4\r",
        "\n\na;b\n1;2\n3;4\n",
    ],
)
def test_delimiters_line_ends_quotes_and_byte_order_marks(tmp_path, text):
    t = table(tmp_path, text)
    assert (t.names, t.rows) == (["a", "b"], [["1", "2"], ["3", "4"]])


@pytest.mark.parametrize("mark", ["\u2028", "\x0b", "\x0c", "\x85"])
def test_what_ends_a_line_of_text_need_not_end_a_row(tmp_path, mark):
    t = table(tmp_path, f"note,b\none{mark}two,2\nthree,4\n")
    assert t.rows == [[f"one{mark}two", "2"], ["three", "4"]]
    assert t.lines == [2, 3]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["yes", "no"] * 10, "classes"),
        (["0", "1"] * 10, "classes"),
        ([str(k % 10) for k in range(50)], "classes"),
        ([str(k % 10) for k in range(49)], "number"),  # fewer than 5 rows per value
        ([str(k % 11) for k in range(99)], "number"),
        (["0.5", "1"] * 10, "number"),
        (["3", "5", "8"], "number"),
    ],
)
def test_what_the_target_is_taken_for(tmp_path, cells, kind):
    t = table(tmp_path, "x,y\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells)))
    assert (Encoding.of(t, "y").target.values is None) == (kind == "number")


def test_the_task_can_be_said(tmp_path):
    t = table(tmp_path, "x,y\n" + "".join(f"{i},{i % 2 + 10}\n" for i in range(20)))
    assert Encoding.of(t, "y").target.values == ("10", "11")
    assert Encoding.of(t, "y", task="regression").y(t)[:2] == [10.0, 11.0]
    assert Encoding.of(t, "y", categorical=["x"]).labels()[:2] == ["x=0", "x=1"]
    few = table(tmp_path, "x,y\n1,3\n2,5\n3,8\n")
    assert Encoding.of(few, "y", task="classification").y(few) == [0, 1, 2]


def test_ignored_columns_are_left_out(tmp_path):
    t = table(tmp_path, MIXED)
    assert Encoding.of(t, "bought", ignore=["colour"]).labels() == ["age"]
    with pytest.raises(TableError, match="no column is left"):
        Encoding.of(t, "bought", ignore=["colour", "age"])


BAD_CELLS = ["", "nan", "NaN", "inf", "-inf", "Infinity"]


@pytest.mark.parametrize("cell", BAD_CELLS)
@pytest.mark.parametrize("others", ["1", "text"])
def test_missing_and_infinite_cells_are_named_with_line_and_column(tmp_path, cell, others):
    t = table(tmp_path, f"x,y\n{others},1\n{others},2\n{cell},3\n{others},4\n")
    if others == "text" and "inf" in cell.lower():  # is one
        assert look_at(t, "x").values == ("text", cell)
    else:
        with pytest.raises(TableError, match=r"line 4, column 'x'|1 in 'x' \(line 4\)"):
            Encoding.of(t, "y")


@pytest.mark.parametrize("cell", ["abc", "1_000", "1e200", "3,5", "0x10", "--2", "1,2,3", "3 5"])
def test_text_among_numbers_is_named(tmp_path, cell):
    t = table(tmp_path, f'x,y\n1,1\n2,2\n3.5,3\n"{cell}",4\n')
    with pytest.raises(TableError, match="line 5, column 'x': expected a number"):
        look_at(t, "x")


FILES = {
    "empty file": (b"", "table is empty"),
    "blank lines": (b"\n\n \n", "table is empty"),
    "only a header": (b"a,b\n", "table is empty"),
    "ragged row": (b"a,b\n1,2\n1,2,3\n", "line 3: 3 cells where the first line names 2 columns"),
    "short row": (b"a,b\n1\n", "line 2: 1 cells"),
    "binary, marked as UTF-16": (b"\xff\xfe\x00\xd8\x00", "not a text file in UTF-8"),
    "broken archive": (gzip.compress(b"a,b\n1,2\n")[:-9], "cannot read"),
    "binary": (b"\x89PNG\r\n\x1a\n\xff\xfe", "not a text file in UTF-8"),
    "zero bytes": (b"a,b\n1,\x002\n", "zero bytes"),
    "nameless column": (b"a,\n1,2\n", "a name of its own"),
    "nameless column inside": (b"a,,b\n1,2,3\n", "a name of its own: column 2 has none"),
    "a name twice": (b"a,a\n1,2\n", "a name of its own: 'a' names 2"),
    "open quote": (b'a,b\n1,"2\n', "not a CSV file"),
}


@pytest.mark.parametrize("case", FILES)
def test_files_that_cannot_be_used_are_refused_in_one_line(tmp_path, case):
    content, message = FILES[case]
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=message) as error:
        read_csv(path)
    assert "\n" not in str(error.value)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(TableError, match="No such file"):
        read_csv(tmp_path / "none.csv")
    with pytest.raises(TableError, match="cannot read"):
        read_csv(tmp_path)


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path):
    t = table(tmp_path, MIXED)
    for arguments in (
        {"target": "price"},
        {"target": "age", "ignore": ["price"]},
        {"target": "age", "categorical": ["price"]},
    ):
        with pytest.raises(TableError, match="no column 'price'; the columns are: age, colour, bought"):
            Encoding.of(t, **arguments)


def test_one_class_only(tmp_path):
    for cells in (["yes"] * 5, ["1"] * 5, ["2.5"] * 5):
        t = table(tmp_path, "x,y\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells)))
        with pytest.raises(TableError, match="every row has the same 'y'"):
            Encoding.of(t, "y")


def test_regression_needs_numbers(tmp_path):
    with pytest.raises(TableError, match="regression needs numbers"):
        Encoding.of(table(tmp_path, MIXED), "bought", task="regression")


def test_a_column_of_names_is_refused_with_advice(tmp_path):
    t = table(tmp_path, "who,y\n" + "".join(f"person {i},{i}\n" for i in range(80)))
    with pytest.raises(TableError, match=r"no column is left to learn 'y' from\n.*80 different values in 80 rows"):
        Encoding.of(t, "y")
    with pytest.raises(TableError, match="as a target it would have to hold numbers"):
        Encoding.of(t, "who")


@pytest.mark.parametrize(("different", "times", "fits"), [(50, 1, True), (51, 1, False), (51, 2, True)])
def test_up_to_50_categories_or_each_twice_are_taken(tmp_path, different, times, fits):
    t = table(tmp_path, "who,y\n" + "".join(f"person {i % different},{i}\n" for i in range(different * times)))
    if fits:
        assert len(Encoding.of(t, "y").inputs[0].values) == different
    else:
        with pytest.raises(TableError, match="too many for categories"):
            look_at(t, "who")


@pytest.mark.parametrize("cell", ["{},5", "-{},25", "1,25{},000", "1,00{},000.50", "{}%", "{}.1 %", "{},1%"])
@pytest.mark.parametrize("place", ["x", "y"])
def test_numbers_in_another_notation_are_no_categories(tmp_path, cell, place):
    names = {"x": "x;y", "y": "y;x"}[place]
    t = table(tmp_path, f"{names}\n" + "".join(f"{cell.format(k % 7)};{k + 0.5}\n" for k in range(30)))
    if "%" in cell:
        with pytest.raises(TableError, match=f"column '{place}': '.*' is a number with something beside it: write"):
            Encoding.of(t, "y")
    else:
        column = {column.name: column for column in (Encoding.of(t, "y").inputs[0], Encoding.of(t, "y").target)}[place]
        assert column.values is None
    if place == "x":
        assert len(Encoding.of(t, "y", categorical=["x"]).labels()) == 7
    else:
        assert Encoding.of(t, "y", task="classification").target.values


@pytest.mark.parametrize("cell", ["20-3{}", "1.2.{}", "99.0{}.2024.1", "a,{}", "12,{}cmx"])
def test_other_texts_with_digits_stay_categories(tmp_path, cell):
    t = table(tmp_path, "x;y\n" + "".join(f"{cell.format(k % 3)};{k % 2}\n" for k in range(30)))
    assert len(Encoding.of(t, "y").inputs[0].values) == 3


@pytest.mark.parametrize("cells", ["none|many|1,5", "none|1,5", "none|many|few|1,5|2,5"])
def test_numbers_in_another_notation_in_up_to_half_of_the_rows_stay_categories(tmp_path, cells):
    t = table(tmp_path, "x;y\n" + "".join(f"{cell};{k}\n" for k, cell in enumerate(cells.split("|"))))
    assert look_at(t, "x").values == tuple(cells.split("|"))


def test_numbers_in_two_notations_are_refused_when_both_together_are_the_greater_part(tmp_path):
    with pytest.raises(TableError, match=r"line 6, column 'x': expected a number with a decimal comma, .* got 'none'"):
        look_at(table(tmp_path, "x;y\n1,5;1\n2,5;2\n3;3\n4;4\nnone;5\n"), "x")


@pytest.mark.parametrize("cells", ["1 2 a b", "1 2 a b c", "b a"])
def test_a_column_of_numbers_in_up_to_half_of_its_rows_is_one_of_categories_in_their_first_order(tmp_path, cells):
    t = table(tmp_path, "x,y\n" + "".join(f"{cell},{k}\n" for k, cell in enumerate(cells.split())))
    assert look_at(t, "x").values == tuple(cells.split())


def test_categories_that_are_numbers_are_in_the_order_of_their_size(tmp_path):
    t = table(tmp_path, "x,y\n10,1\n9,2\n-2,3\n9,4\n")
    assert look_at(t, "x", categorical=True).values == ("-2", "9", "10")


def test_a_column_that_becomes_many_inputs_is_noted(tmp_path):
    t = table(tmp_path, "who,town,y\n" + "".join(f"person {i},{'AB'[i % 2]},{i}.5\n" for i in range(20)))
    (note,) = Encoding.of(t, "y").notes
    assert note.startswith("column 'who' holds 20 different texts in 20 rows and became 20 inputs; --ignore 'who'")
    assert Encoding.of(t, "y", ignore=["who"]).notes == ()


@pytest.mark.parametrize(
    ("different", "rows", "noted"),
    [(10, 20, False), (10, 19, True), (11, 44, True)],  # up to 10 texts, each met twice, are what one expects
)
def test_more_than_10_inputs_or_more_than_half_as_many_as_rows_are_noted(tmp_path, different, rows, noted):
    t = table(tmp_path, "town,y\n" + "".join(f"town {i % different},{i}.5\n" for i in range(rows)))
    assert bool(Encoding.of(t, "y").notes) == noted


def test_numbers_are_read_as_long_as_their_square_is_finite(tmp_path):
    column = look_at(table(tmp_path, "x,y\n1e150,1\n-1e150,2\n"), "x")
    assert column.encode(table(tmp_path, "x,y\n1e150,1\n-1e150,2\n")) == [[1e150, -1e150]]
    for cell in ("1.00001e150", "-1.00001e150"):
        with pytest.raises(TableError, match=r"line 2, column 'x': expected a number with .*, not beyond 1e.150, got"):
            column.encode(table(tmp_path, f"x,y\n{cell},1\n"))


def test_the_target_cannot_be_ignored(tmp_path):
    with pytest.raises(TableError, match="'bought' is the column to predict: it cannot be left out"):
        Encoding.of(table(tmp_path, MIXED), "bought", ignore=["bought"])


def test_a_list_of_names_is_cut_with_a_count(tmp_path):
    t = table(tmp_path, ",".join(f"c{i}" for i in range(200)) + "\n" + ",".join("1" * 200) + "\n")
    with pytest.raises(TableError, match=r"the columns are: c0, .*, c9 and 190 more$"):
        t.column("x")
    t = table(tmp_path, ",".join(f"c{i}" for i in range(10)) + "\n" + ",".join("1" * 10) + "\n")
    with pytest.raises(TableError, match=r"the columns are: c0, .*, c9$"):
        t.column("x")


def test_names_of_up_to_60_letters_are_shown_whole():
    assert (short("a" * 60), shown("a" * 60)) == (repr("a" * 60), "a" * 60)
    assert short("a" * 61) == shown("a" * 61) == repr("a" * 60 + "…")
    assert [shown(name) for name in ("a b", "a,b", "", "a\nb")] == ["a b", "'a,b'", "''", "'a\\nb'"]


def test_lines_are_counted_from_the_line_that_says_the_delimiter(tmp_path):
    assert table(tmp_path, "sep=|\na|b\n1|2\n\n3|4\n").lines == [3, 5]
    with pytest.raises(TableError, match="line 4: 1 cells"):
        table(tmp_path, "sep=|\na|b\n1|2\n3\n")
    with pytest.raises(TableError, match="line 3: not a CSV file"):
        table(tmp_path, 'sep=|\na|b\n1|"2')


def test_a_ragged_row_does_not_make_another_delimiter_of_the_commas_in_numbers(tmp_path):
    with pytest.raises(TableError, match="line 4: 1 cells where the first line names 2 columns"):
        table(tmp_path, "x, m;y\n1,5,2,0;3\n1,5,2,0;4\n1,5,2,0\n")


def test_numbers_in_the_place_of_names_are_noted(tmp_path):
    assert table(tmp_path, "5.1,-3,1e2\n4.9,3.0,1\n").notes == (
        "the first line, which names the columns, is all numbers: 5.1, -3, 1e2",
    )
    assert table(tmp_path, "5.1,3,setosa\n4.9,3.0,setosa\n").notes == ()
