"""Boxes: they start, they end with us, and where they cannot be made the message says what mends it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from envs import cgroup, sandbox, seccomp
from envs.desktop import DesktopEnv, DesktopSettings, programs, stage
from envs.errors import EnvUnavailable

IMPORTS = "import time; from pathlib import Path; from envs import sandbox"
SPEC = """sandbox.Spec("sleeper", ("/usr/bin/sleep", "1000"), sandbox.Caps(memory_mb=64, processes=8),
    shown={"/usr/bin/sleep": Path("/usr/bin/sleep")})"""
SLEEP: sandbox.Spec = eval(SPEC)


def test_a_box_starts_here() -> None:
    assert sandbox.check() is None
    assert sandbox.level().startswith("bubblewrap with")


def test_closing_a_box_ends_everything_in_it() -> None:
    box = sandbox.start(SLEEP)
    assert box.alive
    box.close()
    box.close()
    assert box.status is not None


def test_a_box_dies_with_the_process_that_started_it(root: Path) -> None:
    # It is told to die with its parent while it is set up; from when its command runs, that holds.
    up = "while len(list(sandbox._tree(box.pid))) < 3: time.sleep(0.01)"
    script = f"{IMPORTS}\nbox = sandbox.start({SPEC})\n{up}\nprint(box.pid, flush=True)\ntime.sleep(1000)"
    with subprocess.Popen([sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        watched = os.pidfd_open(pid)
        owner.send_signal(signal.SIGKILL)
        # The descriptor becomes readable when the process is gone.
        ready, _, _ = select.select([watched], [], [], 20)
        os.close(watched)
    assert ready


def test_without_bubblewrap_nothing_runs_and_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert "apt-get install bubblewrap" in str(sandbox.check())
    with pytest.raises(EnvUnavailable, match="install bubblewrap"):
        sandbox.start(SLEEP)


def test_where_user_namespaces_are_forbidden_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What bubblewrap says on Ubuntu 24.04 with its restriction of unprivileged user namespaces.
    forbidden = Path("/tmp") / f"journeyman-bwrap-{os.getpid()}"
    forbidden.mkdir(mode=0o755)
    try:
        program = forbidden / "bwrap"
        program.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{forbidden}:{os.environ['PATH']}")
        assert "apparmor_restrict_unprivileged_userns=0" in str(sandbox.check())
    finally:
        program.unlink()
        forbidden.rmdir()


def test_without_the_packages_the_desktop_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert {"xvfb", "openbox", "dbus-daemon"} <= set(programs.missing_packages())
    with pytest.raises(EnvUnavailable, match=r"sudo apt-get install xvfb openbox"):
        DesktopEnv(DesktopSettings(tmp_path, programs=())).start()


def test_a_program_that_is_not_installed_is_named_with_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs = {name.split("|")[0]: package for name, package in programs.CORE.items()}
    for name in signs:
        if not name.startswith("/"):
            (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    if programs.missing_packages():
        pytest.skip("the desktop's own packages are missing")
    with pytest.raises(EnvUnavailable, match="journeyman desktop install editor"):
        DesktopEnv(DesktopSettings(tmp_path, programs=("editor",))).start()


def test_where_no_group_can_be_made_there_is_none(tmp_path: Path) -> None:
    assert cgroup.create(1 << 26, 10, root=tmp_path / "nowhere") is None
    assert list(tmp_path.iterdir()) == []


def test_the_filter_is_a_program_of_the_kernel() -> None:
    for sockets in (seccomp.DESKTOP_SOCKETS, seccomp.NO_SOCKETS):
        program = seccomp.program(sockets)
        assert len(program) % 8 == 0
        assert 0 < len(program) // 8 < 4096
    assert socket.AF_UNIX in seccomp.DESKTOP_SOCKETS


def test_every_program_of_the_catalogue_is_whole() -> None:
    for name, entry in programs.catalogue().items():
        assert entry.name == name
        assert entry.what
        assert entry.package
        assert entry.run
        assert entry.window == entry.window.lower()
        assert all(not path.startswith(("/", "..")) for path in entry.settings)
    defaults = [entry for entry in programs.catalogue().values() if entry.default]
    assert sum(entry.size_mb for entry in defaults) <= 60


def test_what_boxes_are_shown_can_be_read_by_everybody_and_holds_no_secret() -> None:
    if stage.missing():
        pytest.skip("the extra desktop is not installed")
    folder = stage.staged()
    assert (folder / "inside" / "__main__.py").stat().st_mode & 0o044 == 0o044
    assert {path.name for path in folder.iterdir()} >= {"inside", "readers", "skill_runner.py", "parse.py"}


def test_what_a_killed_session_showed_its_boxes_is_removed_by_the_next(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent
    script = "import time\nfrom envs.desktop import stage\nprint(stage.staged(), flush=True)\ntime.sleep(1000)"

    def session() -> tuple[subprocess.Popen[str], Path]:
        command, about = [sys.executable, "-c", script], {**os.environ, "TMPDIR": str(tmp_path)}
        process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, env=about)
        assert process.stdout is not None
        return process, Path(process.stdout.readline().strip())

    killed, left = session()
    with killed:
        killed.kill()
    assert left.is_dir()
    living, used = session()
    other, third = session()
    with living, other:
        there = {each for each in tmp_path.iterdir() if each.is_dir()}
        for each in (living, other):
            each.kill()
    assert there == {used, third}, "who lives keeps what it shows"


def test_a_box_that_is_ended_while_it_starts_leaves_no_process() -> None:
    mark = "0.98765"
    spec = sandbox.Spec("start", ("/usr/bin/sh", "-c", f"sleep 1000 & sleep 1000 # {mark}"), sandbox.Caps(64, 16),
                        shown={name: Path(name) for name in ("/usr/bin/sh", "/usr/bin/sleep")})  # fmt: skip
    for number in range(60):
        box = sandbox.start(spec)
        time.sleep(number / 3000)
        box.close()

    def left() -> list[str]:
        found = []
        for each in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                found += [each.parent.name] if mark.encode() in each.read_bytes() else []
        return found

    deadline = time.monotonic() + 5
    while left() and time.monotonic() < deadline:
        time.sleep(0.05)
    there = left()
    for pid in there:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    assert there == []
