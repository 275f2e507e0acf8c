"""Files written whole or not at all.

A file that exists stays as it is until the new one is complete and on the disk; then it is replaced in one step. So a
full disk, an interrupt or a lost process leaves the old file or the new one, and of several threads that save to one
path the last one wins. Programs, models, drawings, pages and histories are written this way.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write `content` (text as UTF-8) to the file `path`, which then holds all of it, or what it held before.

    A symbolic link is followed, and a file that is replaced keeps its permissions; a new one gets those of the umask.
    What is no regular file (a pipe, a device, /dev/stdout) is written to and never replaced. OSError names `path`,
    whatever went wrong.
    """
    shown = os.fsdecode(path)
    data = content.encode() if isinstance(content, str) else content
    try:
        with _receiver(shown) as file:
            file.write(data)
    except OSError as error:  # it may name the unfinished file, of which the user knows nothing
        raise OSError(error.errno, error.strerror or str(error), shown) from None


@contextlib.contextmanager
def _receiver(path: str) -> Iterator[BinaryIO]:
    """What to write into, for the file at `path` or in its place."""
    try:
        old = os.stat(path)
    except FileNotFoundError:  # or a link to nothing yet
        old = None
    if old is not None and (not stat.S_ISREG(old.st_mode) or _is_descriptor(path)):
        with open(path, "wb", opener=_pipe if stat.S_ISFIFO(old.st_mode) else None) as file:
            yield file
        return
    target = os.path.realpath(path)
    if old is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    folder = os.path.dirname(target)
    unfinished = os.path.join(folder, f".{os.urandom(8).hex()}.tmp")  # short, whatever the file is called
    try:
        with _new(unfinished, old) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(unfinished)
    _settle(folder)


def _is_descriptor(path: str) -> bool:
    """Whether the way from link to link leads over an open file, as that of /dev/stdout does."""
    for _ in range(40):  # as many links as Linux follows
        if os.path.realpath(os.path.dirname(path)).startswith(("/proc/", "/dev/fd")):
            return True
        if not os.path.islink(path):
            return False
        path = os.path.join(os.path.dirname(path), os.readlink(path))
    return False


def _pipe(path: str, flags: int) -> int:
    """Open a named pipe for writing, if somebody reads it; open() would wait for ever."""
    try:
        descriptor = os.open(path, flags | os.O_NONBLOCK)
    except OSError as error:
        why = "nobody reads this pipe" if error.errno == errno.ENXIO else error.strerror
        raise OSError(error.errno, why) from None
    os.set_blocking(descriptor, True)
    return descriptor


def _new(path: str, old: os.stat_result | None) -> BinaryIO:
    """A new file that nobody may read who may not read the `old` one, whose owner and permissions it gets."""

    def opener(path: str, flags: int) -> int:
        try:
            return os.open(path, flags | os.O_EXCL, 0o666 if old is None else 0o600)
        except PermissionError as error:
            raise PermissionError(error.errno, f"{error.strerror}: its folder takes no new file") from None

    file = open(path, "xb", opener=opener)  # noqa: SIM115  (whoever asked for it closes it)
    if old is not None:
        with contextlib.suppress(OSError, AttributeError):  # only root gives files away; Windows has no owners
            os.chown(path, old.st_uid, old.st_gid)
        os.chmod(path, stat.S_IMODE(old.st_mode))
    return file


def _settle(folder: str) -> None:
    """Have the new name on the disk, too, where folders can be asked for that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
