"""What a release hands out: a source archive that is whole, packages that carry the course's small files, and a
description that stands alone.

pyproject.toml names these classes, so that no MANIFEST.in has to lie at the top.
"""

import re
import runpy
from pathlib import Path

from setuptools.command.build_py import build_py
from setuptools.command.egg_info import egg_info
from setuptools.command.sdist import sdist

FILES = ("CHANGELOG.md", "CONTRIBUTING.md", ".gitignore")
FOLDERS = ("autograd", "nn", "tests", "notebooks", ".ci")
MADE = ("*.pyc", "*.so", "*.pyd")
LINK = re.compile(r"(!?)\[([^]]*)\]\((?!https?://|#)[^)]*\)")


class Archive(sdist):  # type: ignore[misc]  # setuptools has no types here
    """setuptools' own packs what the wheel needs; this one the tests, the notebooks and the project's own check too."""

    def make_distribution(self) -> None:
        for name in filter(lambda name: Path(name).exists(), FILES):
            self.filelist.include(name)
        for folder in FOLDERS:
            self.filelist.graft(folder)
        for pattern in MADE:
            self.filelist.global_exclude(pattern)
        super().make_distribution()


class Packages(build_py):  # type: ignore[misc]
    """The packages, and what the notebooks read beside them as one small archive. (In place, it lies in notebooks/.)"""

    def run(self) -> None:
        super().run()
        if not self.editable_mode and Path("notebooks").is_dir():
            course = runpy.run_path("autograd/system/course.py")  # by its path: nothing is installed while this runs
            course["pack"](Path("notebooks"), Path(self.build_lib, "autograd", "system", "course.zip"))


class Metadata(egg_info):  # type: ignore[misc]
    """The description in the metadata is the README where nothing else is shown, on a package index for one."""

    def finalize_options(self) -> None:
        super().finalize_options()
        metadata = self.distribution.metadata
        metadata.long_description = standing_alone(metadata.long_description or "")


def standing_alone(readme: str) -> str:
    """Without pictures and links that lead to files beside the README: no text is lost, and nothing is broken.

    >>> standing_alone("![A neuron](neuron.svg) See [the page](page.md) or [the site](https://example.org).")
    ' See the page or [the site](https://example.org).'
    """
    return LINK.sub(lambda link: "" if link[1] else link[2], readme)
