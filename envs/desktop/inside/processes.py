"""The processes of the box: starting programs, seeing whether they are at rest, stopping their time, ending them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

SAMPLE = 0.05
BUSY_TICKS = 2
"""Clock ticks (10 ms) that all processes together may use in a quiet time; a blinking cursor needs some."""


class Processes:
    """All processes but this one. `own` are the desktop's; every other belongs to a program."""

    def __init__(self, own: frozenset[int]) -> None:
        self._own = own
        self._started: dict[int, tuple[str, subprocess.Popen[bytes]]] = {}

    def start(self, program: str, command: list[str], environment: Mapping[str, str]) -> int:
        """Start a program; what it says goes to a log in the box."""
        with Path(f"/tmp/{program}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
                cwd=os.environ["HOME"],
                start_new_session=True,
            )
        self._started[process.pid] = (program, process)
        return process.pid

    def ended(self) -> list[dict[str, object]]:
        """Programs that ended since this was asked last: program, pid, status (an exit code or a negative signal).

        A process that gave what it was to open to one of the same program that runs already is no end of that program.
        """
        done = [(pid, name, process.poll()) for pid, (name, process) in self._started.items()]
        for pid, _, status in done:
            if status is not None:
                del self._started[pid]
        running = {name for name, _ in self._started.values()}
        ends = [(pid, name, status) for pid, name, status in done if status or (status == 0 and name not in running)]
        return [{"program": name, "pid": pid, "status": status} for pid, name, status in ends]

    def ancestry(self, pid: int) -> list[str]:
        """The programs that started a process, itself included: normally one."""
        found = []
        while pid > 1:
            if pid in self._started:
                found.append(self._started[pid][0])
            pid = _fields(pid)[1] if Path(f"/proc/{pid}").exists() else 0
        return found

    def settle(self, quiet: float, at_most: float) -> bool:
        """Wait until nothing happens for `quiet` seconds: no process computes, none waits for a processor."""
        deadline = time.monotonic() + at_most
        since, used = time.monotonic(), self._used()[0]
        while True:
            time.sleep(SAMPLE)
            now, (spent, running) = time.monotonic(), self._used()
            if running or spent - used > BUSY_TICKS:
                since, used = now, spent
            elif now - since >= quiet:
                return True
            if now > deadline:
                return False

    def stop_time(self) -> None:
        """Let every process stand still, those that are born meanwhile too."""
        for _ in range(50):
            moving = [pid for pid in _others() if _fields(pid)[0] not in "TZX"]
            if not moving:
                return
            self._signal(moving, signal.SIGSTOP)
            time.sleep(0.001)

    def start_time(self) -> None:
        """Let them go on, children first: a shell must not see its child as stopped."""
        self._signal(sorted(_others(), reverse=True), signal.SIGCONT)

    def end_programs(self) -> None:
        """End everything that is not part of the desktop itself."""
        for _ in range(50):
            alive = [pid for pid in _others() if pid not in self._own and _fields(pid)[0] not in "ZX"]
            if not alive:
                break
            self._signal(alive, signal.SIGKILL)
            time.sleep(0.005)
        for _, process in self._started.values():
            process.wait()

    def _used(self) -> tuple[int, bool]:
        """Processor ticks of all others so far, and whether one is computing or waiting to."""
        spent, running = 0, False
        for pid in _others():
            fields = _fields(pid)
            spent += fields[2]
            running = running or fields[0] in "RD"
        return spent, running

    def _signal(self, pids: list[int], number: int) -> None:
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue


def _others() -> Iterator[int]:
    me = os.getpid()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) not in (1, me):
            yield int(entry.name)


def _fields(pid: int) -> tuple[str, int, int]:
    """State, parent and processor ticks of a process; of one that is gone, a state that nobody waits for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "X", 0, 0
    return fields[0], int(fields[1]), int(fields[11]) + int(fields[12])
