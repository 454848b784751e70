"""A box: a process tree in bubblewrap that sees only what its specification names and can be thrown away at any moment.

Covered: no network, no file, process, device, socket or environment of the machine but the listed ones, read-only but
for folders in memory of fixed size; an unprivileged user even when root starts it, no capabilities, the filter of
`envs.seccomp`, caps on memory, processes, open files, file sizes and processor time; it dies with us. Not covered: bugs
of the kernel. There is no way around: what cannot be boxed is not run. Knows nothing of desktops or skills.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any

from bridge.jail import remedy as remedy
from envs import cgroup, seccomp
from envs.errors import EnvUnavailable

OUTSIDE_UID = 65_200
"""Owner of a box's processes when root starts it; what is run as an ordinary user stays that user."""
INSIDE_UID = 1000
"""The same user as seen from inside."""
PROOF_SECONDS = 30
STOP_SECONDS = 1.0
_SYSTEM_LINKS = ("bin", "sbin", "lib", "lib64", "lib32", "libx32")


@dataclass(frozen=True)
class Caps:
    """What a box may use.

    `memory_mb` counts the whole box where control groups can be made, each process alone where not; `processes` counts
    the box in both cases.
    """

    memory_mb: int
    processes: int
    file_mb: int = 256
    open_files: int = 1024
    cpu_seconds: int | None = None
    """Processor seconds of each process."""
    data_mb: int | None = None
    """Heap of each process, where that must be less than the whole."""


@dataclass(frozen=True)
class Spec:
    """Everything a box has. Paths on the left are inside."""

    name: str
    command: tuple[str, ...]
    caps: Caps
    shown: Mapping[str, Path] = field(default_factory=dict)
    """Files and folders of the machine, read-only; left out where they do not exist."""
    memory_folders: Mapping[str, int] = field(default_factory=dict)
    """Writable folders in memory, with their size in bytes."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Small read-only files made for this box."""
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = "/"
    """Where the command starts."""
    sockets: frozenset[int] = seccomp.NO_SOCKETS
    user_offset: int = 0
    """Boxes with different offsets are different users of the machine when root starts them."""
    shared: Mapping[str, Path] = field(default_factory=dict)
    """Folders of the machine that can be written to from inside; only for a socket that a person connects to."""

    @property
    def uid(self) -> int:
        """The machine's user that the box runs as."""
        return OUTSIDE_UID + self.user_offset if os.geteuid() == 0 else os.geteuid()


class Box:
    """One running box."""

    def __init__(
        self, spec: Spec, process: subprocess.Popen[bytes], group: cgroup.Cgroup | None, said: IO[bytes]
    ) -> None:
        self.spec = spec
        self.pid = process.pid
        self._process = process
        self._group = group
        self._said = said
        self._memory_kills = 0

    @property
    def alive(self) -> bool:
        """Whether its first process still runs."""
        return self._process.poll() is None

    @property
    def status(self) -> int | None:
        """How its first process ended: an exit code, or a negative signal; None while it runs."""
        return self._process.poll()

    @property
    def memory_kills(self) -> int:
        """How many of its processes the kernel ended for want of memory."""
        return self._group.memory_kills() if self._group else self._memory_kills

    def cpu_seconds(self) -> float:
        """Processor time that its living processes have used."""
        return sum(_ticks(pid) for pid in _tree(self.pid)) / os.sysconf("SC_CLK_TCK")

    def wait(self, seconds: float) -> int:
        """Its exit code. Raises subprocess.TimeoutExpired."""
        return self._process.wait(seconds)

    def said(self) -> str:
        """The end of what it wrote to standard error."""
        if self._said.closed:
            return ""
        self._said.seek(0)
        return self._said.read().decode(errors="replace")[-2000:].strip()

    def kill(self) -> None:
        """End every process in it, from any thread; `close` gives back what it holds.

        Until a box has come up, its inner process does not die with the outer one: each is ended, the inner ones first,
        while the outer one stands still and can start no other.
        """
        if not self.alive:
            return
        self._process.send_signal(signal.SIGSTOP)
        deadline = time.monotonic() + STOP_SECONDS
        while _state(self.pid) not in "TZX" and time.monotonic() < deadline:
            time.sleep(0.0005)
        for pid in [*_tree(self.pid)][:0:-1]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self._process.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """End every process in it. Safe to call twice."""
        self.kill()
        self._process.wait()
        if self._group is not None:
            self._memory_kills = self._group.memory_kills()
            self._group.remove()
            self._group = None
        self._said.close()


def start(spec: Spec, *, inherit: Sequence[int] = (), stdin: int | None = None, stdout: int | None = None) -> Box:
    """Start a box that inherits these descriptors and no others. Raises EnvUnavailable where it cannot be set up."""
    return _spawner().submit(_start, spec, tuple(inherit), stdin, stdout).result()


@cache
def _spawner() -> ThreadPoolExecutor:
    """The one thread that starts boxes: a box dies with the *thread* that started it, so it must be a lasting one."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="boxes")


def _start(spec: Spec, inherit: tuple[int, ...], stdin: int | None, stdout: int | None) -> Box:
    program = shutil.which("bwrap")
    if program is None:
        raise EnvUnavailable("bubblewrap is not installed: run sudo apt-get install bubblewrap")
    try:
        filter_program = seccomp.program(spec.sockets)
    except seccomp.SeccompUnavailable as error:
        raise EnvUnavailable(str(error)) from error
    held = [_memory_file(filter_program)]
    arguments = list(_arguments(spec, held))
    # Through a descriptor, so that no path of the machine can be read in the list of processes inside.
    held.append(_memory_file(b"\0".join(argument.encode() for argument in arguments) + b"\0"))
    command = [program, "--args", str(held[-1]), "--", *_inside(spec)]
    if os.geteuid() == 0:
        command = [
            "setpriv",
            f"--reuid={spec.uid}",
            f"--regid={spec.uid}",
            "--clear-groups",
            "--no-new-privs",
            *command,
        ]
    caps = spec.caps
    limits = [f"--nofile={caps.open_files}", "--core=0", f"--fsize={caps.file_mb << 20}"]
    if caps.cpu_seconds is not None:
        limits.append(f"--cpu={caps.cpu_seconds}")
    command = ["prlimit", *limits, *command]
    group = cgroup.create(caps.memory_mb << 20, caps.processes + 8)
    said = tempfile.TemporaryFile()  # noqa: SIM115 - the box closes it
    try:
        process = subprocess.Popen(
            group.entering(command) if group else command,
            pass_fds=(*inherit, *held),
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=subprocess.DEVNULL if stdout is None else stdout,
            stderr=said,
            start_new_session=True,
            env={"PATH": os.defpath},
        )
    except OSError as error:
        said.close()
        if group:
            group.remove()
        raise EnvUnavailable(f"{error.filename} does not start: run sudo apt-get install util-linux") from error
    finally:
        for descriptor in held:
            os.close(descriptor)
    return Box(spec, process, group, said)


def _inside(spec: Spec) -> list[str]:
    """The command with limits that only count right from within the user namespace."""
    caps = spec.caps
    heap = caps.data_mb or caps.memory_mb
    return ["/usr/bin/prlimit", f"--nproc={caps.processes}", f"--data={heap << 20}", *spec.command]


def _arguments(spec: Spec, held: list[int]) -> Iterator[str]:
    """What bubblewrap is told, in the order in which it builds the box; descriptors it reads are added to `held`."""
    yield from ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv")
    yield from ("--unshare-user", "--hostname", "box", "--uid", str(INSIDE_UID), "--gid", str(INSIDE_UID))
    for name in _SYSTEM_LINKS:
        path = Path("/") / name
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
    yield from ("--proc", "/proc", "--dev", "/dev", "--size", str(64 << 20), "--perms", "1777", "--tmpfs", "/dev/shm")
    for inside, size in spec.memory_folders.items():
        mode = "1777" if inside == "/tmp" else "0755"
        yield from ("--size", str(size), "--perms", mode, "--tmpfs", inside)
    for inside, outside in {**_system(), **spec.shown}.items():
        yield from ("--ro-bind-try", str(outside), inside)
    for inside, outside in spec.shared.items():
        yield from ("--bind", str(outside), inside)
    for inside, content in spec.files.items():
        held.append(_memory_file(content))
        yield from ("--perms", "0444", "--file", str(held[-1]), inside)
    for name, value in spec.environment.items():
        yield from ("--setenv", name, value)
    yield from ("--chdir", spec.folder, "--seccomp", str(held[0]))
    # After everything else: the root of a box would otherwise be writable memory without a limit.
    yield from ("--remount-ro", "/dev", "--remount-ro", "/")


def _system() -> dict[str, Path]:
    """What every program needs: its libraries, and the one that sets limits from inside."""
    names = ["/usr/lib", "/usr/lib64", "/usr/lib32", "/etc/ld.so.cache", "/usr/bin/prlimit"]
    names += [f"/{name}" for name in _SYSTEM_LINKS if name.startswith("lib") and not (Path("/") / name).is_symlink()]
    return {name: Path(name) for name in names}


def _memory_file(content: bytes) -> int:
    descriptor = os.memfd_create("box")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.set_inheritable(descriptor, True)
    return descriptor


def _tree(pid: int) -> Iterator[int]:
    """A process and everything below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _tree(int(child))


def _state(pid: int) -> str:
    """What a process does, as one letter of the kernel's; X if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def check() -> str | None:
    """Start a box and compute in it; None when that works, else the sentence that says what mends it."""
    reading, writing = os.pipe()
    shown = {"/usr/bin/expr": Path("/usr/bin/expr")}
    spec = Spec("proof", ("/usr/bin/expr", "6", "*", "7"), Caps(memory_mb=64, processes=8), shown=shown)
    try:
        box = start(spec, stdout=writing)
    except EnvUnavailable as problem:
        os.close(reading)
        return str(problem)
    finally:
        os.close(writing)
    try:
        status: Any = box.wait(PROOF_SECONDS)
    except subprocess.TimeoutExpired:
        status = None
    answer, said = os.read(reading, 64), box.said()
    os.close(reading)
    box.close()
    if answer.strip() == b"42":
        return None
    return remedy(said) if status is not None else f"the sandbox did not start within {PROOF_SECONDS} s: {said}"


def level() -> str:
    """How firmly boxes are capped here, in words."""
    group = cgroup.create(64 << 20, 16)
    if group is None:
        return "bubblewrap with limits of single processes: no control group can be made by this user"
    group.remove()
    return "bubblewrap with control groups"
