"""Python inside a web page (Pyodide, JupyterLite), where no program can be started and no window opened."""

import sys


def in_web_page() -> bool:
    """Whether this Python is WebAssembly: in a page, or in node in the place of one."""
    return sys.platform == "emscripten"


def how_to_install(package: str, extra: str) -> str:
    """What installs `package`, which glassgrad's `extra` brings along ("": none does)."""
    if in_web_page():
        return f"%pip install {package} in a notebook, or await micropip.install({package!r})"
    return f"pip install 'glassgrad[{extra}]'" if extra else f"pip install {package}"
