"""`glassgrad`: one command for both packages."""

import subprocess
import sys

import pytest

import autograd
from nn.command_line.program import COMMANDS, main


def test_a_command_is_handed_its_arguments(capsys):
    assert main(["formula", "-x**2", "x=3"]) == 0
    assert "∂/∂x = -6.0" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_knows_its_name_and_the_version(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: glassgrad {name} " in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([name, "--version"])
    words = f"glassgrad {autograd.__version__}, engine {autograd.engine}".split()
    assert capsys.readouterr().out.split() == words  # argparse breaks long lines


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_help_lists_the_commands(arguments, capsys):
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert all(f"  {name} " in printed for name in COMMANDS)


def test_the_version_is_that_of_the_package(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"glassgrad {autograd.__version__}, engine {autograd.engine}\n"


def test_a_command_that_is_not_there_costs_one_line(capsys):
    assert main(["trian", "--csv", "x"]) == 2
    assert capsys.readouterr().err == (
        "glassgrad: 'trian' is not one of train, predict, formula; did you mean 'train'? "
        "(glassgrad --help explains them)\n"
    )


def test_messages_name_the_command_as_it_was_called(capsys):
    assert main(["train", "--target", "x"]) == 2
    assert capsys.readouterr().err == "glassgrad train: --target needs --csv FILE\n"


def test_a_formula_does_not_wait_for_networks():
    code = (
        "import sys; from nn.command_line.program import main; main(['formula', 'x', 'x=1']); "
        "print('nn.neuron' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.endswith("False\n")
