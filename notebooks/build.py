"""Make the notebooks from their sources: `python notebooks/build.py`, or `python notebooks/build.py 03 05` for some.

A source is a Python file in percent format, NN_name.py. Building runs it, top to bottom, and writes NN_name.ipynb with
all outputs beside it; the picture of the cell tagged "picture", which the README shows, goes to pictures/. The same
source gives the same file: cells are numbered, nothing that varies from run to run or from machine to machine is kept,
and graphs are laid out by glassgrad, or by the Graphviz that is installed along with it.
"""

from __future__ import annotations

import os
import sys
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SECONDS_PER_CELL = 600
SECONDS_TO_START = 600  # on a busy machine
ENVIRONMENT = {
    "GLASSGRAD_LAYOUT": "auto",
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the kernel's debugger would warn about frozen modules
    "PYTHONPATH": str(HERE.parent),  # the glassgrad beside the notebooks, installed or not
}


def sources(numbers: Sequence[str] = ()) -> list[Path]:
    """The sources in order, or those whose names begin with one of `numbers`. ValueError where none does."""
    found = sorted(HERE.glob("[0-9][0-9]_*.py"))
    missing = [number for number in numbers if not any(path.name.startswith(number) for path in found)]
    if missing:
        raise ValueError(f"no notebook {', '.join(missing)}; there are {', '.join(path.stem for path in found)}")
    return [path for path in found if not numbers or path.name.startswith(tuple(numbers))]


def read_source(path: Path) -> Any:
    """The notebook written in a source, without outputs."""
    import jupytext
    from nbformat.v4 import new_notebook

    cells = jupytext.read(path, fmt="py:percent").cells
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number:02}"
        cell.metadata = tags_of(cell)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def tags_of(cell: Any) -> dict[str, Any]:
    """What is kept of a cell's metadata: its tags, if it has any."""
    return {"tags": cell.metadata["tags"]} if "tags" in cell.metadata else {}


def execute(notebook: Any, folder: Path = HERE, **variables: str) -> Any:
    """Run all cells in a kernel that starts in `folder`; nbclient.exceptions.CellExecutionError where one fails."""
    from nbclient import NotebookClient

    metadata = dict(notebook.metadata)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        resources={"metadata": {"path": str(folder)}},
        startup_timeout=SECONDS_TO_START,
        extra_arguments=["--log-level=40"],  # errors: a kernel on one machine need not warn about its network
    )
    client.execute(env={**os.environ, **ENVIRONMENT, **variables})
    notebook.metadata = metadata  # the kernel adds its Python's version
    for cell in notebook.cells:
        cell.metadata = tags_of(cell)  # and when each cell ran
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    return notebook


def joined(outputs: list[Any]) -> list[Any]:
    """The outputs with printed text in one piece, wherever the kernel happened to cut it."""
    result: list[Any] = []
    for output in outputs:
        last = result[-1] if result else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            result.append(output)
    return result


def write(notebook: Any, path: Path) -> None:
    """Save as a notebook file, with a line break at its end."""
    import nbformat

    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def picture(notebook: Any) -> tuple[str, bytes] | None:
    """(".svg" or ".png", content) of the first picture in the cell tagged "picture"; None without such a cell."""
    for cell in notebook["cells"]:
        for output in cell["outputs"] if "picture" in cell["metadata"].get("tags", ()) else ():
            data = output.get("data", {})
            if "image/svg+xml" in data:
                return ".svg", "".join(data["image/svg+xml"]).encode()
            if "image/png" in data:
                return ".png", b64decode("".join(data["image/png"]))
    return None


def main(numbers: Sequence[str]) -> None:
    """Build the notebooks whose numbers are given, or all."""
    for path in sources(numbers):
        print(path.name, flush=True)
        notebook = execute(read_source(path))
        write(notebook, path.with_suffix(".ipynb"))
        if found := picture(notebook):
            ending, content = found
            (HERE / "pictures" / f"{path.name[:2]}{ending}").write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
