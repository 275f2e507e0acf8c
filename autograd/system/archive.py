"""The source archive that a release hands out is whole: the tests, the notebooks and the project's own check too.

pyproject.toml names the class, so that no MANIFEST.in has to lie at the top.
"""

from pathlib import Path

from setuptools.command.sdist import sdist

FILES = ("CHANGELOG.md", "CONTRIBUTING.md", ".gitignore")
FOLDERS = ("autograd", "nn", "tests", "notebooks", ".ci")
MADE = ("*.pyc", "*.so", "*.pyd")


class Archive(sdist):  # type: ignore[misc]  # setuptools has no types here
    """setuptools' own packs what the wheel needs."""

    def make_distribution(self) -> None:
        for name in filter(lambda name: Path(name).exists(), FILES):
            self.filelist.include(name)
        for folder in FOLDERS:
            self.filelist.graft(folder)
        for pattern in MADE:
            self.filelist.global_exclude(pattern)
        super().make_distribution()
