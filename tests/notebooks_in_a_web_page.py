"""What tests/test_website.py runs in Pyodide: every notebook of the site, cell by cell, as JupyterLite's kernel does.

`await everything("/course")` gives, for each notebook, what its cells say they need, and what they failed of.
"""

import json
import os
import sys
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

SHORTER = {"06": ("epochs=60", "epochs=4"), "10": ("range(400)", "range(10)")}  # half a minute each, to the same lines


async def told_by(path):
    """The notebook run in a shell of its own."""
    sys.modules.pop("in_a_browser", None)  # it remembers what could not be made
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(colors="nocolor")
    needs, failed = [], []
    long, short = SHORTER.get(path.name[:2], ("", ""))
    text = path.read_text(encoding="utf-8")
    assert long in text, f"{path} has no {long} any more"
    for cell in json.loads(text.replace(long, short) if long else text)["cells"]:
        source = "".join(cell["source"]) if cell["cell_type"] == "code" else ""
        with capture_output() as said:
            done = await shell.run_cell_async(source)
        if error := done.error_before_exec or done.error_in_exec:
            failed.append(f"{source[:60]} … {error!r}"[:400])
        needs += [line for line in said.stdout.splitlines() if line.startswith("needs ")]
    return {"needs": needs, "failed": failed}


async def everything(folder):
    """What all notebooks of the folder say, by their numbers, as JSON has it."""
    os.chdir(folder)
    sys.path.insert(0, folder)
    return {path.name[:2]: await told_by(path) for path in sorted(Path().glob("[0-9]*.ipynb"))}
