"""Freeze how small CSV files of every kind are read, in tests/data/tables.json.

python -m tests.generators.tables

The file was made by the reader of 0.1.0, before it learnt to read other notations, and is not to be made anew: where a
later reader means to differ, tests/nn/data/test_frozen_tables.py lists the difference with its reason.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from nn.data.files import read_csv
from nn.data.tables import Encoding

PATH = Path(__file__).parents[1] / "data" / "tables.json"


def column(cells, delimiter=",", name="x", number="{k}.5"):
    """A file with these cells and a number beside each."""
    lines = [f"{name}{delimiter}y", *(f"{cell}{delimiter}{number.format(k=k)}" for k, cell in enumerate(cells))]
    return "\n".join(lines) + "\n"


def labels(cells):
    """A file whose target has these cells."""
    return "x,y\n" + "".join(f"{k}.5,{cell}\n" for k, cell in enumerate(cells))


MIXED = "age,colour,bought\n30,red,yes\n40,blue,no\n50,red,yes\n35,green,no\n"
FILES = {
    "semicolons": "a;y\n1;2\n3;4\n",
    "tabs": "a\ty\n1\t2\n3\t4\n",
    "mark and carriage returns": "\ufeffa,y\r\n1,2\r\n\r\n3,4\r\n",
    "quotes and blanks": 'a,y\n"1",2\n 3 , 4 \n',
    "old Macintosh": "a;y\r1;2\r3;4\r",
    "blank lines first": "\n\na;y\n1;2\n3;4\n",
    "no line end at the end": "a,y\n1,2\n3,4",
    "rows of empty cells": "a,y\n1,2\n,\n3,4\n,\n",
    "line separator in a cell": "note,y\none\u2028two,2\nthree,4\n",
    "line break in a cell": 'note,y\n"one\ntwo",2\nthree,4\n',
    "delimiter in a cell": 'note,y\n"a,b",2\nc,4\n',
    "quotes in a cell": 'note,y\n"a ""b""",2\nc,4\n',
    "break in a name": '"a\nb",y\n1,2\n3,4\n',
    "other letters": "größe,y\nё,2\n猫,4\n",
    "mixed": MIXED,
    "mixed, of numbers": MIXED.replace("bought", "y"),
    "decimals": column(["0.125", "1.5", "-2.25", "+3"]),
    "three decimals": column(["1.234", "2.345", "13.5"], ";"),
    "only three decimals": column(["1.234", "2.345", "-13.456"]),
    "exponents": column(["1e3", "2E-3", "-.5", "5."]),
    "large": column(["1e150", "-1e150", "0"]),
    "zeros in front": column(["007", "010", "100"]),
    "numbers and an int": column(["1", "2", "3"], "\t"),
    "texts": column(["b", "a", "b", "c"]),
    "texts with digits": column(["20-30", "1.2.3", "a,b"], ";"),
    "half numbers": column(["1", "2", "a", "b"]),
    "fewer numbers": column(["1", "2", "a", "b", "c"]),
    "versions": column(["1.2.0", "1.2.1", "1.2.2"] * 3),
    "ranges": column(["20-30", "20-31", "20-32"] * 3),
    "codes": column(["A1", "B2", "A1", "C3"]),
    "ordinals": column(["1st", "2nd", "3rd", "1st"]),
    "commas": column(["none", "many", "1,5"], ";"),
    "none": column(["none", "some", "none", "many"]),
    "50 texts": column([f"person {k}" for k in range(50)]),
    "51 texts twice": column([f"person {k % 51}" for k in range(102)]),
    "20 texts": column([f"person {k}" for k in range(20)]),
    "constant": column(["5"] * 4),
    "yes and no": labels(["yes", "no"] * 4),
    "true and false": labels(["True", "False"] * 4),
    "zeros and ones": labels(["0", "1"] * 5),
    "minus one and one": labels(["-1", "1"] * 5),
    "decimals of classes": labels(["0.0", "1.0"] * 5),
    "ten digits": labels([str(k % 10) for k in range(50)]),
    "ten digits, too few": labels([str(k % 10) for k in range(49)]),
    "eleven numbers": labels([str(k % 11) for k in range(99)]),
    "halves": labels(["0.5", "1"] * 10),
    "three numbers": labels(["3", "5", "8"]),
    "classes out of order": labels(["10", "9", "-2", "9"] * 5),
    "three names": labels(["setosa", "virginica", "versicolor", "setosa"]),
    "blanks around": labels([" a", "b ", " b", "a"]),
    "one row each": labels(["a", "b"]),
}


def reading(text, target):
    """What is made of a file: the names, the encoding, and the numbers."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(text.encode())
        table = read_csv(path)
    encoding = Encoding.of(table, target)
    saved = encoding.to_dict()
    return {
        "names": table.names,
        "lines": table.lines,
        "inputs": [[column["name"], column["values"]] for column in saved["inputs"]],
        "target": saved["target"]["values"],
        "X": encoding.X(table) if len(encoding.labels()) < 12 else len(encoding.labels()),
        "y": encoding.y(table),
    }


def target_of(text):
    return "bought" if "bought" in text else "y"


if __name__ == "__main__":
    frozen = {name: {"text": text, **reading(text, target_of(text))} for name, text in FILES.items()}
    PATH.write_text(json.dumps(frozen, ensure_ascii=True, separators=(",", ":")).replace('},"', '},\n"') + "\n")
    print(f"{len(frozen)} files")
