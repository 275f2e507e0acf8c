"""Sheets of backpropagation by hand: the same for a name, different for names, and with right answers."""

import csv

import pytest

from autograd import check_gradients, topological_order
from notebooks.worksheets import TASKS, main, pages, worksheet


def numbers(tasks):
    return [[node.data for node in topological_order(y) if not node.parents] for _, y in tasks]


def test_a_name_gets_its_sheet_again_and_another_name_another():
    assert numbers(worksheet("Ada")) == numbers(worksheet("Ada"))
    sheets = [tuple(map(tuple, numbers(worksheet(f"student {i}")))) for i in range(50)]
    assert len(set(sheets)) == 50
    assert numbers(worksheet("Ada", seed="2027")) != numbers(worksheet("Ada"))


@pytest.mark.parametrize("name", ["Ada", "Ben"])
def test_its_answers_are_right_and_whole(name):
    for (_, _, task), (_, y) in zip(TASKS, worksheet(name), strict=True):
        leaves = {node.label: node for node in topological_order(y) if not node.parents}
        names = task.__code__.co_varnames
        check_gradients(task, *(leaves[leaf].data for leaf in names))
        for node in topological_order(y):
            assert node.data == int(node.data)
            assert node.grad == int(node.grad)
        assert all(leaf.grad for leaf in leaves.values())


def test_the_blank_has_the_leaves_and_the_solution_everything():
    blank, solved = pages("Ada", worksheet("Ada"))
    assert ">Ada, 1 of 5: a product and a sum</text>" in blank[0].svg()
    for before, after, (_, y) in zip(blank, solved, worksheet("Ada"), strict=True):
        shown = f"{y.data:g}".replace("-", "−")
        assert f">{shown}</text>" in after.svg()
        assert before.svg().count("</text>") < after.svg().count("</text>")
        assert all(f">{leaf.label}</text>" in before.svg() for leaf in topological_order(y) if not leaf.parents)


def test_the_files_of_a_course(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    assert main([str(tmp_path), "Ada Lovelace", "Ben"]) == 0
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == [
        "Ada-Lovelace.pdf", "Ada-Lovelace.pdf", "Ben.pdf", "Ben.pdf", "answers.csv",
    ]  # fmt: skip
    lines = list(csv.reader((tmp_path / "solutions" / "answers.csv").read_text(encoding="utf-8").splitlines()))
    assert lines[0] == ["student", "task", "leaf", "derivative"]
    assert {line[0] for line in lines[1:]} == {"Ada Lovelace", "Ben"}
    assert (tmp_path / "Ben.pdf").read_bytes().startswith(b"%PDF")
    assert "2 sheets" in capsys.readouterr().out


def test_two_names_do_not_write_one_file(tmp_path):
    with pytest.raises(SystemExit):
        main([str(tmp_path), "a b", "a/b"])
    assert list(tmp_path.iterdir()) == []
