"""How the C is compiled when glassgrad is installed, and when it is not: pyproject.toml names these classes.

GLASSGRAD_ENGINE chooses at build time as it does at run time:

    auto      compile; where that fails (no compiler, no headers) install without it. The default.
    native    compile, and fail if that fails: for releases.
    python    do not compile: a wheel for every platform.

A free-threaded Python has no stable binary interface yet, and the engine's C counts on the GIL: it is installed pure,
and `native` fails there.
"""

import os
import sysconfig
from typing import Any

from setuptools import Extension
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.errors import PlatformError

# What keeps the bits: no fused multiply-add, and the C library's functions called one by one, as Python calls them.
GCC = (
    *("-O3", "-g0", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
    *("-fno-builtin-sin", "-fno-builtin-cos", "-fno-builtin-pow"),
)
STRICT = ("-Wall", "-Wextra", "-Werror")
MSVC = ("/O2", "/fp:precise")


def pure() -> bool:
    """Is this a build without C? PlatformError where it was asked for and cannot be."""
    chosen, free_threaded = os.environ.get("GLASSGRAD_ENGINE"), bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    if free_threaded and chosen == "native":
        raise PlatformError(
            "GLASSGRAD_ENGINE=native, but the engine in C needs a Python with a GIL, and this one is free-threaded: "
            "build with auto or python, which leave it out"
        )
    return chosen == "python" or free_threaded


class BuildExt(build_ext):
    """Compiles the engine against the stable interface of Python 3.11, or leaves it out."""

    def finalize_options(self) -> None:
        if pure():
            self.distribution.ext_modules = []
        super().finalize_options()

    def build_extension(self, ext: Extension) -> None:
        ext.optional = os.environ.get("GLASSGRAD_ENGINE") != "native"
        ext.define_macros.append(("Py_LIMITED_API", "0x030B0000"))
        strict = STRICT if os.environ.get("GLASSGRAD_STRICT") else ()
        ext.extra_compile_args = list(MSVC if self.compiler.compiler_type == "msvc" else (*GCC, *strict))
        super().build_extension(ext)


class Wheel(bdist_wheel):
    """A wheel without C is for every platform."""

    def finalize_options(self) -> None:
        if pure():
            self.distribution.ext_modules = []
            self.py_limited_api: Any = False
        super().finalize_options()
