"""Opens folders and zips that may come from anybody: everything is looked at before it is read, and read into memory.

Nothing is ever extracted to disk. Links, paths that lead outside, devices, encrypted or oversized members, too many of
them, and two names for one file are refused with the path and the reason. Zips inside of zips are not opened.
"""

from __future__ import annotations

import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath

from skills.errors import SkillError

MAX_FILE = 1_000_000
MAX_FOLDER = 32_000_000
MAX_ARCHIVE = 256_000_000
MAX_MEMBERS = 20_000
MAX_PACKED = 64_000_000
"""Bytes of a zip: its list of files alone takes ten times as much memory, however little is in them."""
MAX_DEPTH = 8
MAX_RATIO = 300
"""How much smaller than its content a member may be packed; real text stays far below."""

SKILL_FILE = "SKILL.md"
SKIPPED = frozenset({".git", "node_modules", "__pycache__", "__MACOSX", ".DS_Store"})
_ENCRYPTED = 0x1
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, zlib.error, lzma.LZMAError)
"""What the reader of zips raises at files that are none, or not whole."""


class BadArchive(SkillError):
    """What was given cannot be opened at all; the message names the path and the reason."""


class NoSkillFolder(BadArchive):
    """There is no SKILL.md in it."""


@dataclass(frozen=True)
class Problem:
    """Something wrong with a folder: an error, or else something that some clients may stumble over."""

    code: str
    message: str
    path: str = ""
    error: bool = True

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(frozen=True)
class Folder:
    """A skill folder in memory: its own name, its files by path inside it, and what stood against reading the rest."""

    name: str
    files: dict[str, bytes]
    origin: str = ""
    problems: tuple[Problem, ...] = ()
    folders: frozenset[str] = frozenset()


@dataclass
class _Tree:
    """Files by path, as collected; `problems` holds what was refused, by path."""

    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    size: int = 0

    def keep(self, path: str, content: bytes) -> None:
        self.size += len(content)
        if self.size > MAX_ARCHIVE:
            raise BadArchive(f"more than {MAX_ARCHIVE:,} bytes in all: import a part of it")
        self.files[path] = content

    def refuse(self, path: str, code: str, message: str) -> None:
        self.problems.append(Problem(code, message, path))


def open_folders(path: Path) -> list[Folder]:
    """The skill folders in a folder or a zip: itself if it holds a SKILL.md, else every folder below that does."""
    if not path.exists():
        raise BadArchive(f"there is nothing at {path}")
    if path.is_dir():
        tree, name = _walk(path), shown(path.resolve().name)
    elif is_zip(path):
        tree, name = _unzip(path), shown(path.stem)
    else:
        raise BadArchive(f"{path} is neither a folder nor a zip")
    found = list(_split(tree, name, shown(path)))
    if not found:
        reasons = "".join(f"; {problem}" for problem in tree.problems[:3])
        raise NoSkillFolder(f"{path} holds no {SKILL_FILE}{reasons}")
    return found


def open_files(path: Path) -> dict[str, bytes]:
    """All files of a folder or a zip by path; raises if anything in it is refused."""
    tree = _walk(path) if path.is_dir() else _unzip(path)
    if tree.problems:
        raise BadArchive(f"{path}: {tree.problems[0]}")
    return tree.files


def shown(path: PurePath | str) -> str:
    """A path as text that can be kept: bytes of a name that are no UTF-8 stand as escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_zip(path: Path) -> bool:
    """Whether a path is a plain file that looks like a zip; pipes and devices, which may never end, are not opened."""
    return path.is_file() and zipfile.is_zipfile(path)


def read_file(path: Path, limit: int = MAX_FOLDER) -> bytes:
    """One plain file; raises if it is none or larger than `limit`."""
    try:
        return _read(path, limit)
    except _Refused as refused:
        raise BadArchive(f"{path}: {refused}") from None


def _walk(root: Path) -> _Tree:
    tree = _Tree()
    waiting = [(root, PurePosixPath())]
    members = 0
    while waiting:
        folder, inside = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as problem:
            tree.refuse(str(inside), "unreadable", f"the folder cannot be read: {problem.strerror}")
            continue
        for entry in entries:
            if entry.name in SKIPPED:
                continue
            members += 1
            if members > MAX_MEMBERS:
                raise BadArchive(f"{shown(root)} holds more than {MAX_MEMBERS:,} files: import a part of it")
            at = inside / entry.name
            if shown(entry.name) != entry.name:
                tree.refuse(shown(at), "encoding", "has a name that is not UTF-8")
            elif entry.is_symlink():
                tree.refuse(str(at), "link", "is a link: only plain files are read, copy what it points to")
            elif entry.is_dir(follow_symlinks=False):
                if len(at.parts) > MAX_DEPTH:
                    tree.refuse(str(at), "too_deep", f"lies more than {MAX_DEPTH} folders deep")
                else:
                    tree.folders.add(str(at))
                    waiting.append((Path(entry.path), at))
            else:
                try:
                    tree.keep(str(at), _read(Path(entry.path), MAX_FILE))
                except _Refused as refused:
                    tree.refuse(str(at), refused.code, str(refused))
    return tree


class _Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _read(path: Path, limit: int) -> bytes:
    """The bytes of a plain file, opened so that neither a link nor a pipe put there meanwhile can fool us."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as problem:
        raise _Refused("unreadable", f"cannot be opened: {problem.strerror}") from None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise _Refused("not_a_file", "is not a plain file")
        if found.st_size > limit:
            raise _Refused("too_large", f"has {found.st_size:,} bytes: at most {limit:,} are read")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise _Refused("too_large", f"grew over {limit:,} bytes while it was read")
    return content


def _unzip(path: Path) -> _Tree:
    tree = _Tree()
    if path.stat().st_size > MAX_PACKED:
        raise BadArchive(f"{path} has {path.stat().st_size:,} bytes: at most {MAX_PACKED:,} are unpacked")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise BadArchive(f"{path} holds more than {MAX_MEMBERS:,} files: import a part of it")
            seen: set[str] = set()
            for member in members:
                name = _inside(member.filename, path)
                if set(PurePosixPath(name).parts) & SKIPPED:
                    continue
                if name.casefold() in seen:
                    raise BadArchive(f"{path} holds {name!r} twice: which one is meant?")
                seen.add(name.casefold())
                tree.folders |= {str(parent) for parent in PurePosixPath(name).parents if parent.parts}
                if member.is_dir():
                    tree.folders.add(name)
                    continue
                try:
                    content = _unpack(archive, member)
                except _Refused as refused:
                    tree.refuse(name, refused.code, str(refused))
                    continue
                tree.keep(name, content)
    except _DAMAGED as problem:
        raise BadArchive(f"{path} is a damaged zip: {problem}") from None
    return tree


def _inside(name: str, path: Path) -> str:
    """A member's path, if it stays inside under every system's rules."""
    plain = PurePosixPath(name)
    if not name or "\\" in name or "\0" in name or plain.is_absolute() or ".." in plain.parts or name[1:2] == ":":
        raise BadArchive(f"{path} holds {name!r}, which would lead out of it: nothing of it is read")
    if len(plain.parts) > MAX_DEPTH + 1:
        raise BadArchive(f"{path} holds {name!r}, which lies more than {MAX_DEPTH} folders deep")
    return str(plain)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise _Refused("link", "is a link: only plain files are read")
    if kind not in (0, stat.S_IFREG):
        raise _Refused("not_a_file", "is not a plain file")
    if member.flag_bits & _ENCRYPTED:
        raise _Refused("encrypted", "is encrypted: what cannot be looked at is not read")
    if member.file_size > MAX_FILE:
        raise _Refused("too_large", f"has {member.file_size:,} bytes: at most {MAX_FILE:,} are read")
    if member.file_size > MAX_RATIO * max(1, member.compress_size):
        raise _Refused("bomb", f"unpacks to {member.file_size // max(1, member.compress_size)} times its size")
    # The sizes above are what the archive claims: read no more than that, whatever is inside.
    with archive.open(member) as file:
        content = file.read(MAX_FILE + 1)
    if len(content) != member.file_size:
        raise _Refused("bomb", "is not as large as the archive says")
    return content


def _split(tree: _Tree, name: str, origin: str) -> Iterator[Folder]:
    """One Folder for each SKILL.md; a folder inside of a skill folder belongs to it."""
    marked = {*tree.files, *tree.folders, *(problem.path for problem in tree.problems)}
    roots: list[str] = []
    for path in sorted(marked, key=lambda each: (len(PurePosixPath(each).parts), each)):
        parent = str(PurePosixPath(path).parent)
        is_skill = PurePosixPath(path).name.casefold() == SKILL_FILE.casefold()
        if is_skill and not any(_below(parent, root) for root in roots):
            roots.append(parent)
    for root in roots:
        files = {_rest(path, root): content for path, content in tree.files.items() if _below(path, root)}
        problems = [
            Problem(each.code, each.message, _rest(each.path, root), each.error)
            for each in tree.problems
            if _below(each.path, root)
        ]
        if sum(map(len, files.values())) > MAX_FOLDER:
            problems.append(Problem("too_large", f"holds more than {MAX_FOLDER:,} bytes in all"))
            files = {}
        folders = frozenset(_rest(path, root) for path in tree.folders if _below(path, root) and path != root)
        yield Folder(name if root == "." else PurePosixPath(root).name, files, origin, tuple(problems), folders)


def _below(path: str, root: str) -> bool:
    return root == "." or path == root or path.startswith(root + "/")


def _rest(path: str, root: str) -> str:
    return path if root == "." else path[len(root) + 1 :]
