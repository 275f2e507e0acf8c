"""What the notebooks read besides glassgrad: helpers, exercises and small data, put beside a notebook that has none.

A notebook that was opened alone, on Colab for one, begins with this:

    from autograd.system.course import put_beside
    put_beside()

In the repository these files lie in notebooks/, beside the notebooks. When glassgrad is built they are packed into
course.zip (archive.py), which an installed package carries.
"""

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

PACKED = Path(__file__).with_name("course.zip")
SOURCE = Path(__file__).parents[2] / "notebooks"
PARTS = ("plotting.py", "tiny_engine.py", "several_machines.py", "exercises/*.py", "data/*")


def put_beside(folder: str | Path = ".") -> None:
    """Write into `folder` what is missing there, say so, and see to it that the helpers can be imported from it.

    What lies there already is left as it is. FileNotFoundError where neither the package nor its repository has the
    files; OSError where the folder takes none.
    """
    from autograd.system.files import write_whole  # late: archive.py runs this module where autograd is not installed

    here = Path(folder).resolve()
    missing = {name: content for name, content in carried() if not (here / name).exists()}
    for name, content in missing.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(here / name, content)
    if missing:
        print("written beside this notebook:", ", ".join(sorted({name.partition("/")[0] for name in missing})))
    if here not in (Path(path).resolve() for path in sys.path):
        sys.path.insert(0, str(here))


def carried() -> Iterator[tuple[str, bytes]]:
    """The name (with / between folders) and the content of each file, from the archive or from the repository."""
    if PACKED.exists():
        with zipfile.ZipFile(PACKED) as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist())
    elif (SOURCE / "exercises").is_dir():
        yield from found_in(SOURCE)
    else:
        raise FileNotFoundError(f"the course is neither in {PACKED} nor in {SOURCE}: install glassgrad again")


def found_in(source: Path) -> Iterator[tuple[str, bytes]]:
    """The same from a folder of notebooks, in an order that is always the same."""
    for path in sorted(path for part in PARTS for path in source.glob(part) if path.is_file()):
        yield path.relative_to(source).as_posix(), path.read_bytes()


def pack(source: Path, target: Path) -> None:
    """Write the archive. The same files give the same archive, whenever they were made."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found_in(source):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
