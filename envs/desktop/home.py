"""The home of the desktop as it really is, read from outside through a descriptor that the box handed out at its start.

Programs may plant links, pipes and devices to lead a reader astray. So every path is opened beneath the home with no
link followed anywhere on the way, without waiting, and only regular files of a bounded size are read. Nothing here
writes.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fnmatch
import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from envs.desktop.desk import HOME
from envs.desktop.errors import DeskRefused

MOST_BYTES = 64 << 20
"""The largest file that is read."""
MOST_ENTRIES = 5_000
"""The most files and folders that are looked at."""
NOT_KEPT = (".cache", ".cache/*", ".xsession-errors")
"""What a saved home leaves out."""
_OPENAT2 = 437
_BENEATH, _NO_SYMLINKS, _NO_MAGICLINKS = 0x08, 0x04, 0x02


class _How(ctypes.Structure):
    _fields_ = [("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64)]


@dataclass(frozen=True)
class Entry:
    """One name in the home. `kind` is file, folder, link or other (a pipe, a socket)."""

    path: str
    kind: str
    size: int = 0
    target: str = ""
    mode: int = 0

    @property
    def hidden(self) -> bool:
        """Whether it is a setting of a program and no document: a part of its path begins with a dot."""
        return any(part.startswith(".") for part in self.path.split("/"))


def relative(path: str) -> str:
    """A path of the home, given from the home or in full, in its plain form. Raises DeskRefused if it leads out."""
    plain = path.removeprefix("~/")
    if plain == HOME or plain.startswith(HOME + "/"):
        plain = plain[len(HOME) + 1 :]
    parts = [part for part in plain.split("/") if part not in ("", ".")]
    if plain.startswith("/") or ".." in parts or "\0" in plain or len(plain) > 1000:
        raise DeskRefused(
            "outside_home", f"{path!r} is not in the home", path, f"name it from the home: Documents/x or {HOME}/x"
        )
    return "/".join(parts)


def open_beneath(home: int, path: str, flags: int = 0) -> int:
    """A descriptor for a path beneath the home, no link followed. Raises OSError (ELOOP where a link is on the way)."""
    how = _How(
        os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY | flags, 0, _BENEATH | _NO_SYMLINKS | _NO_MAGICLINKS
    )
    library = ctypes.CDLL(None, use_errno=True)
    while True:
        descriptor = library.syscall(_OPENAT2, home, os.fsencode(path), ctypes.byref(how), ctypes.sizeof(how))
        if descriptor >= 0:
            return int(descriptor)
        if (number := ctypes.get_errno()) not in (errno.EAGAIN, errno.EINTR):
            raise OSError(number, os.strerror(number), path)


def read(home: int, path: str, most: int = MOST_BYTES) -> bytes:
    """The bytes of a regular file beneath the home. Raises OSError for everything else."""
    descriptor = open_beneath(home, path)
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        if about.st_size > most:
            raise OSError(errno.EFBIG, "too large to be read", path)
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return file.read(most)
    finally:
        os.close(descriptor)


def walk(home: int) -> Iterator[Entry]:
    """Everything in the home by name, folders before what is in them; stops after MOST_ENTRIES."""
    count = 0
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            descriptor = open_beneath(home, folder or ".", os.O_DIRECTORY)
        except OSError:
            continue
        below = []
        try:
            for name in sorted(entry.name for entry in os.scandir(descriptor)):
                count += 1
                if count > MOST_ENTRIES:
                    return
                path = f"{folder}/{name}" if folder else name
                try:
                    about = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                except FileNotFoundError:  # a program that is at work took it away
                    continue
                mode = stat.S_IMODE(about.st_mode)
                if stat.S_ISDIR(about.st_mode):
                    below.append(path)
                    yield Entry(path, "folder", mode=mode)
                elif stat.S_ISREG(about.st_mode):
                    yield Entry(path, "file", about.st_size, mode=mode)
                elif stat.S_ISLNK(about.st_mode):
                    with contextlib.suppress(FileNotFoundError):
                        yield Entry(path, "link", target=os.readlink(name, dir_fd=descriptor), mode=mode)
                else:
                    yield Entry(path, "other", mode=mode)
        finally:
            os.close(descriptor)
        waiting += reversed(below)


def tree(home: int) -> dict[str, dict[str, Any]]:
    """The documents of the home (not the hidden settings): path to what it is, with size and hash of files."""
    found: dict[str, dict[str, Any]] = {}
    for entry in walk(home):
        if entry.hidden or not entry.path.isprintable():
            continue
        if entry.kind == "file":
            found[entry.path] = {"kind": "file", "size": entry.size, "sha256": _hash(home, entry.path)}
        elif entry.kind == "link":
            found[entry.path] = {"kind": "link", "target": os.fsencode(entry.target).decode(errors="backslashreplace")}
        else:
            found[entry.path] = {"kind": entry.kind}
    return found


def archive(home: int, leftovers: Sequence[str] = ()) -> bytes:
    """The home as a tar archive, byte for byte the same for the same home; what matches `leftovers` is left out."""
    content = io.BytesIO()
    left_out = (*NOT_KEPT, *leftovers)
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as file:
        for entry in walk(home):
            name = entry.path.rsplit("/", 1)[-1]
            if any(fnmatch.fnmatch(entry.path, each) or fnmatch.fnmatch(name, each) for each in left_out):
                continue
            member = tarfile.TarInfo(entry.path)
            member.mode = entry.mode | 0o600
            if entry.kind == "folder":
                member.type, member.mode = tarfile.DIRTYPE, entry.mode | 0o700
                file.addfile(member)
            elif entry.kind == "link":
                member.type, member.linkname = tarfile.SYMTYPE, entry.target
                file.addfile(member)
            elif entry.kind == "file":
                try:
                    data = read(home, entry.path)
                except OSError:
                    continue
                member.size = len(data)
                file.addfile(member, io.BytesIO(data))
    return content.getvalue()


def _hash(home: int, path: str) -> str | None:
    try:
        return hashlib.sha256(read(home, path)).hexdigest()
    except OSError:
        return None
