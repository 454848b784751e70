"""Control groups: caps on the memory and the number of processes of a whole box, where this machine lets us make them.

Knows version 1 (one folder for each controller), version 2 (one folder) and machines where neither can be written to;
there `create` gives None and the caller falls back to limits of single processes. Makes folders under /sys/fs/cgroup
and removes them again; touches no group that it did not make but empty ones of ours whose maker is gone.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PREFIX = "journeyman"
REMOVE_SECONDS = 2.0
_numbers = count(1)


@dataclass(frozen=True)
class Cgroup:
    """The folders of one group. What is started `entering` it is counted together with all its children."""

    folders: tuple[Path, ...]

    def entering(self, command: Sequence[str]) -> list[str]:
        """The command, run within the group from its first instruction on: nothing it starts can be outside."""
        moves = [f"echo 0 >{shlex.quote(str(folder / 'cgroup.procs'))}" for folder in self.folders]
        return ["/bin/sh", "-c", " && ".join([*moves, 'exec "$@"']), "sh", *command]

    def memory_kills(self) -> int:
        """How often the kernel killed a process of this group for want of memory."""
        for folder in self.folders:
            for name in ("memory.events", "memory.oom_control"):
                try:
                    lines = (folder / name).read_text().splitlines()
                except OSError:
                    continue
                found = [int(line.split()[1]) for line in lines if line.startswith("oom_kill ")]
                if found:
                    return found[0]
        return 0

    def remove(self) -> None:
        """Remove the group; its last processes may take a moment to be gone."""
        deadline = time.monotonic() + REMOVE_SECONDS
        for folder in self.folders:
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        break
                    time.sleep(0.01)


def create(memory_bytes: int, processes: int, root: Path = ROOT) -> Cgroup | None:
    """A new group with these caps, or None where this machine does not let us make one."""
    name = f"{PREFIX}-{os.getpid()}-{next(_numbers)}"
    version_2 = {"memory.max": memory_bytes, "memory.swap.max": 0, "pids.max": processes}
    if (root / "cgroup.controllers").exists():
        _sweep(_own_group(root))
        return _make({_own_group(root) / name: version_2})
    _sweep(root / "memory", root / "pids")
    return _make(
        {
            root / "memory" / name: {"memory.limit_in_bytes": memory_bytes},
            root / "pids" / name: {"pids.max": processes},
        }
    )


def _own_group(root: Path) -> Path:
    """Where groups can be made under version 2: beside the one this process is in, as that may have none below."""
    try:
        own = Path("/proc/self/cgroup").read_text().partition("0::")[2].splitlines()[0].lstrip("/")
    except (OSError, IndexError):
        return root
    folder = root / own
    return folder.parent if folder != root else root


def _sweep(*folders: Path) -> None:
    """Remove what a process of ours left that was killed before it could; a group in use cannot be removed."""
    for folder in folders:
        for group in folder.glob(f"{PREFIX}-*-*"):
            if not Path(f"/proc/{group.name.split('-')[1]}").exists():
                with contextlib.suppress(OSError):
                    group.rmdir()


def _make(wanted: dict[Path, dict[str, int]]) -> Cgroup | None:
    made: list[Path] = []
    try:
        for folder, caps in wanted.items():
            folder.mkdir()
            made.append(folder)
            for file, value in caps.items():
                if not file.endswith("swap.max") or (folder / file).exists():
                    (folder / file).write_text(str(value))
            (folder / "cgroup.procs").stat()
            if not os.access(folder / "cgroup.procs", os.W_OK):
                raise PermissionError(folder)
    except OSError:
        for folder in made:
            folder.rmdir()
        return None
    return Cgroup(tuple(made))
