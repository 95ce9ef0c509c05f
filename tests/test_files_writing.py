"""Reading and writing files: atomically, with their attributes."""

import errno
import os
import stat
import subprocess
import sys

import pytest
from running import CLEAN, LONG, SHORT, environment, files_below, run, without_privileges

from composefmt.files import content
from composefmt.files.content import FileError, read_file, write_file

posix_only = pytest.mark.skipif(os.name != "posix", reason="modes and links are different here")


@posix_only
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755, 0o444])
def test_the_mode_stays(tmp_path, mode):
    file = tmp_path / "compose.yaml"
    file.write_text(SHORT)
    file.chmod(mode)
    done = run("format", cwd=tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == mode
    if done.returncode == 0:
        assert file.read_text() == LONG


@posix_only
def test_the_owner_stays(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    file = tmp_path / "compose.yaml"
    file.write_text(SHORT)
    os.chown(file, 12345, 23456)
    file.chmod(0o640)
    assert run("format", cwd=tmp_path).returncode == 0
    assert (file.stat().st_uid, file.stat().st_gid, stat.S_IMODE(file.stat().st_mode)) == (12345, 23456, 0o640)
    assert file.read_text() == LONG


@posix_only
def test_links_are_written_through(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/other.yaml").write_text(SHORT)
    (tmp_path / "middle.yaml").symlink_to("real/other.yaml")
    (tmp_path / "compose.yaml").symlink_to("middle.yaml")
    assert run("format", cwd=tmp_path).returncode == 0
    assert (tmp_path / "compose.yaml").is_symlink()
    assert (tmp_path / "middle.yaml").is_symlink()
    assert not (tmp_path / "real/other.yaml").is_symlink()
    assert (tmp_path / "real/other.yaml").read_text() == LONG
    assert sorted(os.listdir(tmp_path)) == ["compose.yaml", "middle.yaml", "real"]
    assert os.listdir(tmp_path / "real") == ["other.yaml"]


@posix_only
def test_all_names_of_a_file_see_the_new_text(tmp_path):
    (tmp_path / "compose.yaml").write_text(SHORT)
    (tmp_path / "second").hardlink_to(tmp_path / "compose.yaml")
    assert run("format", cwd=tmp_path).returncode == 0
    assert (tmp_path / "second").read_text() == LONG
    assert (tmp_path / "second").samefile(tmp_path / "compose.yaml")


def test_a_file_that_is_a_mount_point_is_written_in_place(tmp_path, monkeypatch):
    def busy(*_):
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(os, "replace", busy)
    file = tmp_path / "compose.yaml"
    file.write_text(SHORT)
    write_file(str(file), LONG.encode(), SHORT.encode())
    assert files_below(tmp_path) == {"compose.yaml": LONG.encode()}


@posix_only
@pytest.mark.parametrize("names", [1, 2])
def test_a_full_disk_preserves_the_old_text(tmp_path, names):
    """A limit on the size of files fails a write in the middle, as a full disk does."""
    entries = "".join(f'      - "{i}:{i}"\n' for i in range(2000, 2400))
    text = f"services:\n  web:\n    image: nginx\n    ports:\n{entries}"
    (tmp_path / "compose.yaml").write_text(text)
    (tmp_path / "sub").mkdir()
    if names == 2:
        (tmp_path / "sub/second").hardlink_to(tmp_path / "compose.yaml")
    before = files_below(tmp_path)
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "sys.argv = ['composefmt', 'format']; from composefmt.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "compose.yaml: error[unwritable] cannot be written: file too large",
        "1 file not formatted.",
    ]
    assert files_below(tmp_path) == before


@posix_only
@pytest.mark.parametrize("step", ["fsync", "chmod", "replace", "write"])
def test_ctrl_c_at_any_step_leaves_the_old_text_and_nothing_else(tmp_path, monkeypatch, step):
    def interrupted(*_):
        raise KeyboardInterrupt

    file = tmp_path / "compose.yaml"
    file.write_text(SHORT)
    monkeypatch.setattr(os, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(str(file), LONG.encode(), SHORT.encode())
    monkeypatch.undo()
    assert files_below(tmp_path) == {"compose.yaml": SHORT.encode()}


@posix_only
def test_ctrl_c_while_a_file_of_two_names_is_written(tmp_path, monkeypatch):
    file = tmp_path / "compose.yaml"
    file.write_text(SHORT)
    (tmp_path / "second").hardlink_to(file)
    calls = []
    write = os.write

    def half(handle, data):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return write(handle, data[:10])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(KeyboardInterrupt):
        write_file(str(file), LONG.encode(), SHORT.encode())
    monkeypatch.undo()
    assert files_below(tmp_path) == {"compose.yaml": SHORT.encode(), "second": SHORT.encode()}


def engine_that(action, cwd, *args):
    """A run of composefmt in which something happens to each file while it is being formatted."""
    program = (
        "import os, sys, composefmt.engine as engine\n"
        "true = engine.format_bytes\n"
        "def slow(data, options, filename):\n"
        f"    if 'b.' in filename: {action}\n"
        "    return true(data, options, filename)\n"
        "engine.format_bytes = slow\n"
        f"sys.argv = ['composefmt', 'format', *{args!r}]\n"
        "from composefmt.cli import main; main()\n"
    )
    return subprocess.run([sys.executable, "-c", program], cwd=cwd, env=environment(), capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("action", "message", "left"),
    [
        ("open(filename, 'w').write('new')", "unwritable] changed before it was written (run composefmt again)", "new"),
        ("os.remove(filename)", "unwritable] cannot be written: no such file or directory", None),
        ("os.remove(filename); os.mkdir(filename)", "unreadable] is a directory", None),
    ],
)
def test_a_concurrent_change_of_a_file_wins(tmp_path, action, message, left):
    for name in "abc":
        (tmp_path / f"compose-{name}.yaml").write_text(SHORT)
    done = engine_that(action, tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "reformatted compose-a.yaml",
        f"compose-b.yaml: error[{message}",
        "reformatted compose-c.yaml",
        "2 files reformatted, 1 file not formatted.",
    ]
    expected = {"compose-a.yaml": LONG.encode(), "compose-c.yaml": LONG.encode()}
    assert files_below(tmp_path) == expected | ({"compose-b.yaml": left.encode()} if left else {})


def test_a_file_that_vanishes_before_it_is_read(tmp_path):
    for name in "bcd":
        (tmp_path / f"compose-{name}.yaml").write_text(SHORT)
    done = engine_that("os.remove('compose-c.yaml')", tmp_path)
    assert done.returncode == 2
    assert "compose-c.yaml: error[unreadable] no such file or directory\n" in done.stderr
    assert (tmp_path / "compose-d.yaml").read_text() == LONG


@posix_only
def test_read_only_and_secret_files_one_line_each(tmp_path):
    before = without_privileges()
    for name, mode in {"compose.a.yaml": 0o444, "compose.b.yaml": 0o000, "compose.c.yaml": 0o644}.items():
        (tmp_path / name).write_text(SHORT)
        (tmp_path / name).chmod(mode)
    done = run("format", cwd=tmp_path, before=before)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "compose.a.yaml: error[unwritable] is read-only",
        "compose.b.yaml: error[unreadable] permission denied",
        "reformatted compose.c.yaml",
        "1 file reformatted, 2 files not formatted.",
    ]
    (tmp_path / "compose.b.yaml").chmod(0o644)
    assert files_below(tmp_path) == {"compose.a.yaml": SHORT.encode(), "compose.b.yaml": SHORT.encode(), "compose.c.yaml": LONG.encode()}


@posix_only
def test_a_read_only_directory(tmp_path):
    before = without_privileges()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/compose.yaml").write_text(SHORT)
    (tmp_path / "sub").chmod(0o555)
    done = run("format", cwd=tmp_path, before=before)
    (tmp_path / "sub").chmod(0o755)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "sub/compose.yaml: error[unwritable] cannot be written: permission denied"
    assert files_below(tmp_path) == {"sub/compose.yaml": SHORT.encode()}


def test_a_file_that_cannot_be_changed(tmp_path):
    file = tmp_path / "compose.yaml"
    file.write_text(SHORT)
    try:
        subprocess.run(["chattr", "+i", file], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("files cannot be made immutable here")
    try:
        done = run("format", cwd=tmp_path)
    finally:
        subprocess.run(["chattr", "-i", file], check=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("compose.yaml: error[unwritable] ")
    assert files_below(tmp_path) == {"compose.yaml": SHORT.encode()}


def test_a_file_that_grows_while_it_is_read_is_bounded(tmp_path, monkeypatch):
    file = tmp_path / "compose.yaml"
    file.write_text("a")
    monkeypatch.setattr(content, "MAX_BYTES", 100)
    monkeypatch.setattr(os, "read", lambda _, size: b"x" * size)
    with pytest.raises(FileError, match="more than 100 bytes"):
        read_file(str(file))


def test_a_long_name_can_be_written(tmp_path):
    file = tmp_path / f"compose{'x' * 243}.yaml"
    file.write_text(SHORT)
    assert run("format", cwd=tmp_path).returncode == 0
    assert files_below(tmp_path) == {file.name: LONG.encode()}


@pytest.mark.parametrize("kind", ["none", "directory", "pipe", "bytes", "huge"])
def test_an_invalid_dot_env_file_is_tolerated(tmp_path, kind):
    path = tmp_path / ".env"
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        if os.name != "posix":
            pytest.skip("the system lacks named pipes")
        os.mkfifo(path)
    elif kind == "bytes":
        path.write_bytes(b"\xff\0=\0\n\xfe")
    elif kind == "huge":
        path.write_bytes(b"#" * 10_000_001)
    (tmp_path / "compose.yaml").write_text(SHORT.replace("8080", "${PORT}"))
    assert run("format", cwd=tmp_path).returncode == 0
    assert "published: ${PORT}" in (tmp_path / "compose.yaml").read_text().replace('"', "")


@pytest.mark.skipif(sys.platform != "linux", reason="attributes of files are read differently here")
def test_access_lists_and_the_like_stay(tmp_path):
    file = tmp_path / "compose.yaml"
    file.write_text(SHORT)
    try:
        os.setxattr(file, "user.note", b"mine")
    except OSError:
        pytest.skip("this file system has none")
    assert run("format", cwd=tmp_path).returncode == 0
    assert file.read_text() == LONG
    assert os.getxattr(file, "user.note") == b"mine"


def test_a_save_during_slow_writing_is_not_overwritten(tmp_path, monkeypatch):
    file = tmp_path / "compose.yaml"
    file.write_text(SHORT)
    write_to_disk = os.fsync

    def slow(handle):
        write_to_disk(handle)
        # As editors do.
        (tmp_path / "new").write_text(CLEAN)
        (tmp_path / "new").replace(file)

    monkeypatch.setattr(os, "fsync", slow)
    with pytest.raises(FileError, match="changed before it was written"):
        write_file(str(file), LONG.encode(), SHORT.encode())
    assert files_below(tmp_path) == {"compose.yaml": CLEAN.encode()}


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="not supported here")
def test_attributes_after_one_that_cannot_be_set_are_kept(tmp_path):
    file = tmp_path / "compose.yaml"
    file.write_text(SHORT)
    try:
        for name in ("user.first", "security.capability", "user.note"):
            # An empty set of capabilities, which only root may give.
            os.setxattr(file, name, b"mine" if name.startswith("user.") else bytes((0, 0, 0, 2, *[0] * 16)))
    except OSError:
        pytest.skip("this file system has none, or only root may set them")
    done = run("format", cwd=tmp_path, before=["setpriv", "--bounding-set=-setfcap,-sys_admin"])
    assert done.returncode == 0
    assert file.read_text() == LONG
    assert os.listxattr(file) == ["user.first", "user.note"]
