"""Files written whole or not at all, whatever stands at their path and whatever goes wrong."""

import errno
import fcntl
import os
import random
import resource
import stat
import subprocess
import sys
import tempfile
import termios
import threading
from pathlib import Path

import pytest

from autograd import Value, draw, record, spy, stepper, tanh
from autograd.system.files import write_whole
from nn import MLP, fit
from nn import save as save_model

ROOT = Path(__file__).parents[3]


@pytest.fixture
def full_disk():
    """Files can grow to 2048 bytes and no further; Python ignores the signal that would end it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_text_is_utf_8_and_bytes_are_as_they_are(tmp_path):
    write_whole(tmp_path / "a", "∂y\r\n")
    assert (tmp_path / "a").read_bytes() == b"\xe2\x88\x82y\r\n"
    write_whole(str(tmp_path / "a"), b"\x00\xff")
    assert (tmp_path / "a").read_bytes() == b"\x00\xff"
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "a", "\udcff")  # such a letter may stand in a label
    assert (tmp_path / "a").read_bytes() == b"\x00\xff"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("exists", [True, False])
def test_a_full_disk_leaves_what_was_there(tmp_path, full_disk, exists):
    path = tmp_path / "a.json"
    if exists:
        path.write_text("old")
    with pytest.raises(OSError, match=r"File too large: '.*a\.json'$") as caught:
        write_whole(path, "x" * 100_000)
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(path))
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"] * exists


def written_by(program, y, model, history):
    return {
        "p.json": program.save,
        "p.py": program.export,
        "m.json": lambda path: save_model(model, path),
        "h.csv": history.to_csv,
        "d.svg": lambda path: draw(y).save(path),
        "d.dot": lambda path: draw(y).save(path),
        "s.html": lambda path: stepper(y).save(path),
        "spy.svg": lambda path: spy(y).save(path),
    }


def test_everything_that_saves_leaves_the_older_file_on_a_full_disk(tmp_path, request):
    ws = [Value(0.1 * i, label=f"w{i}") for i in range(20)]

    def f(x):
        for w in ws:
            x = tanh(x * w + 1.0)
        return x

    model = MLP(3, [20, 1])
    history = fit(model, [[0.0, 0.0, 1.0]], [1.0], loss="mse", epochs=100, progress=False)
    savers = written_by(record(f, 0.3), f(Value(0.3)), model, history)
    for name, save in savers.items():
        save(tmp_path / name)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(before) == sorted(savers)
    assert min(map(len, before.values())) > 2048
    request.getfixturevalue("full_disk")
    for name, save in savers.items():
        with pytest.raises(OSError, match=rf"too large: '.*{name}'$"):
            save(tmp_path / name)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_lost_process_leaves_a_whole_file(tmp_path):
    path = tmp_path / "a"
    code = f"""
from autograd.system.files import write_whole
while True:
    for letter in "ab":
        write_whole({str(path)!r}, letter * 300_000)
        print(flush=True)
"""
    for rounds in (1, 2, 5):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT) as process:
            for _ in range(rounds):
                process.stdout.readline()
            process.kill()
        assert path.read_text() in ("a" * 300_000, "b" * 300_000)


def test_an_interrupt_leaves_what_was_there(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("old")

    def interrupted(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a", "new")
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


def test_the_disk_is_waited_for(tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr("os.fsync", lambda descriptor: waited.append(stat.S_IFMT(os.fstat(descriptor).st_mode)))
    write_whole(tmp_path / "a", "new")
    assert waited == [stat.S_IFREG, stat.S_IFDIR]  # the file before it gets its name, then the name


def test_links_are_followed(tmp_path):
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "target"
    (tmp_path / "second").symlink_to("folder/target")
    (tmp_path / "first").symlink_to("second")
    for text in ("one", "two"):  # a link to nothing yet, and one to a file
        write_whole(tmp_path / "first", text)
        assert target.read_text() == text
    assert (tmp_path / "first").is_symlink()
    assert (tmp_path / "second").is_symlink()
    assert os.listdir(tmp_path / "folder") == ["target"]
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(OSError, match=r"Too many levels of symbolic links: '.*round'"):
        write_whole(tmp_path / "round", "x")


def test_a_file_keeps_its_permissions_and_a_new_one_gets_those_of_the_umask(tmp_path):
    for bits in (0o600, 0o640, 0o755):
        (tmp_path / "a").write_text("old")
        (tmp_path / "a").chmod(bits)
        write_whole(tmp_path / "a", "new")
        assert mode(tmp_path / "a") == bits
    before = os.umask(0o077)
    try:
        write_whole(tmp_path / "b", "new")
        os.umask(0o002)
        write_whole(tmp_path / "c", "new")
    finally:
        os.umask(before)
    assert [mode(tmp_path / name) for name in "bc"] == [0o600, 0o664]


def test_a_private_file_is_private_while_it_is_written(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o600)
    seen = []
    monkeypatch.setattr("os.fsync", lambda descriptor: seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode)))
    monkeypatch.setattr("os.chmod", lambda path, bits: seen.append(mode(path)))
    write_whole(tmp_path / "a", "new")
    assert seen[:2] == [0o600, 0o600]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe, errors = tmp_path / "pipe", []
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="nobody reads this pipe: "):
        write_whole(pipe, "lost")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    text = "a" * 300_000  # more than a pipe holds: whoever writes has to wait

    def write():
        try:
            write_whole(pipe, text)
        except OSError as error:
            errors.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive() and int.from_bytes(fcntl.ioctl(reader, termios.FIONREAD, bytes(4)), sys.byteorder) < 4096:
        pass  # until there is something in it
    writer.join(0.05)
    os.set_blocking(reader, True)
    with open(reader) as file:
        assert file.read() == text
    writer.join()
    assert errors == []
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="no /dev/stdout here")
@pytest.mark.parametrize("into", ["pipe", "file"])
def test_dev_stdout_is_written_to(tmp_path, into):
    code = "from autograd.system.files import write_whole; write_whole('/dev/stdout', 'to you')"
    with open(tmp_path / "out", "w+") as out:
        run = [sys.executable, "-c", code]
        done = subprocess.run(run, stdout=subprocess.PIPE if into == "pipe" else out, cwd=ROOT, text=True, check=True)
        heard = done.stdout if into == "pipe" else out.read()  # of the file that was opened, not of one in its place
    assert heard == "to you"
    assert os.path.islink("/dev/stdout")


def test_a_name_as_long_as_names_can_be(tmp_path):
    path = tmp_path / ("ä" * 120 + ".svg.json.y.x.z")  # 255 bytes
    for text in ("one", "two"):
        write_whole(path, text)
        assert path.read_text() == text
    with pytest.raises(OSError, match="File name too long: "):
        write_whole(tmp_path / ("a" * 256), "x")


def test_what_cannot_be_written_is_named_as_it_was_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match=r"'folder'$"):
        write_whole("folder", "x")
    with pytest.raises(FileNotFoundError, match=r"'no/folder'$"):
        write_whole("no/folder", "x")
    write_whole("a", "x")
    with pytest.raises(NotADirectoryError, match=r"'a/b'$"):
        write_whole("a/b", "x")
    assert sorted(os.listdir()) == ["a", "folder"]


@pytest.fixture
def open_folder():
    """A folder that others can enter: pytest closes its own, whenever it starts anew."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        yield Path(folder)


def test_protected_files_and_folders_stay_as_they_are(open_folder):
    (open_folder / "folder").mkdir()
    for path in (open_folder / "a", open_folder / "folder" / "b"):
        path.write_text("old")
        path.chmod(0o666)
    (open_folder / "a").chmod(0o444)
    (open_folder / "folder").chmod(0o555)
    code = """
import os
from autograd.system.files import write_whole
if os.geteuid() == 0:  # root may do anything
    os.setuid(65534)
for path in ("a", "folder/b", "folder/c"):
    try:
        write_whole(path, "new")
    except PermissionError as error:
        print(error)
"""
    run = [sys.executable, "-c", code]
    environment = {"PYTHONPATH": str(ROOT)}
    found = subprocess.run(run, cwd=open_folder, env=environment, capture_output=True, text=True, check=True)
    no_file = "Permission denied: its folder takes no new file"
    assert found.stdout.splitlines() == [
        "[Errno 13] Permission denied: 'a'",
        f"[Errno 13] {no_file}: 'folder/b'",
        f"[Errno 13] {no_file}: 'folder/c'",
    ]
    assert (open_folder / "a").read_text() == (open_folder / "folder" / "b").read_text() == "old"
    assert sorted(os.listdir(open_folder / "folder")) == ["b"]


def test_threads_that_save_to_one_path_never_mix(tmp_path):
    path = tmp_path / "a"
    texts = [letter * (100_000 + 1000 * i) for i, letter in enumerate("abcdef")]
    write_whole(path, texts[0])
    errors = []

    def save(text):
        try:
            for _ in range(5):
                write_whole(path, text)
                assert path.read_text() in texts
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=save, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert os.listdir(tmp_path) == ["a"]


def test_the_users_random_numbers_are_not_used(tmp_path):
    state = random.getstate()
    write_whole(tmp_path / "a", "x")
    assert random.getstate() == state
