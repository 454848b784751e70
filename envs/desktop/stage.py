"""Which Python runs inside boxes and what of ours it is shown.

Boxes belong to an unprivileged user, who may be unable to read our own folders (a checkout below /root, say). So what
boxes run is copied once a session into a folder that everybody can read, compiled, and shown read-only from there.
Decides nothing about boxes; holds no secrets.
"""

from __future__ import annotations

import atexit
import compileall
import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from envs.errors import EnvUnavailable

CODE = "/opt/code"
"""Where our code and its packages stand inside."""
PREFIX = "journeyman-boxed-"
_OURS = ("inside", "readers", "skill_runner.py", "parse.py")
_PACKAGES = {
    "Xlib": "python-xlib",
    "six": "python-xlib",
    "jeepney": "jeepney",
    "PIL": "pillow",
    "openpyxl": "openpyxl",
    "et_xmlfile": "openpyxl",
    "pypdf": "pypdf",
}


@dataclass(frozen=True)
class Interpreter:
    """A Python and the folders that must be shown for it beside /usr/lib."""

    command: str
    shown: tuple[Path, ...]


@cache
def interpreter() -> Interpreter:
    """Our own Python where the boxes' user can read it, else the system's if it is the same version."""
    own = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    system = Path("/usr/bin/python3")
    candidates = [own] if _readable(own) else []
    if system.exists() and (not candidates or own.parent == system.parent):
        candidates.append(system.resolve())
    for candidate in candidates:
        if candidate != own and _version(candidate) != f"{sys.version_info[0]}.{sys.version_info[1]}":
            continue
        prefix = candidate.parent.parent
        return Interpreter(str(candidate), (candidate,) if prefix == Path("/usr") else (prefix,))
    wanted = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    raise EnvUnavailable(
        f"the sandbox cannot read {own}: run sudo apt-get install {wanted}, or run as an ordinary user"
    )


@cache
def staged() -> Path:
    """The folder to show as CODE: made at the first call, removed when this process ends; if it is killed, by the next.

    A lock, which no process can leave behind, says that somebody shows it; it has its name only when it is locked.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        _sweep(left)
    made = Path(tempfile.mkdtemp(prefix="journeyman-making-"))
    fcntl.flock(os.open(made, os.O_RDONLY | os.O_DIRECTORY), fcntl.LOCK_EX)  # held until this process ends
    folder = made.rename(made.with_name(PREFIX + made.name.rpartition("-")[2]))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    here = Path(__file__).parent
    for name in _OURS:
        _copy(here / name, folder / name)
    for name, package in _PACKAGES.items():
        _copy(_origin(name, package), folder / _origin(name, package).name)
    for name in ("Pillow.libs", "pillow.libs"):
        bundled = _origin("PIL", "pillow").parent / name
        if bundled.is_dir():
            _copy(bundled, folder / name)
    # Compiled files that are copied with their sources stay valid; this adds those that are missing.
    compileall.compile_dir(folder, quiet=2)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() or ".so" in path.name else 0o644)
    return folder


def _sweep(folder: Path) -> None:
    """Remove a folder of ours that nobody shows any more."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        if os.fstat(held).st_uid == os.geteuid():
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return  # its maker lives
    finally:
        os.close(held)


def missing() -> list[str]:
    """Python packages of the extra `desktop` that are not installed."""
    return sorted({package for name, package in _PACKAGES.items() if importlib.util.find_spec(name) is None})


def _origin(name: str, package: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise EnvUnavailable(f'the package {package} is not installed: run pip install "journeyman[desktop]"')
    origin = Path(found.origin)
    return origin.parent if origin.name == "__init__.py" else origin


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("test", "tests"))
    else:
        shutil.copy2(source, target)


def _readable(path: Path) -> bool:
    """Whether an unprivileged user of this machine can run it; who is one already, can."""
    if os.geteuid() != 0:
        return True
    return all(each.stat().st_mode & 0o001 for each in (path, *path.parents))


def _version(python: Path) -> str:
    ask = "import sys; print(f'{sys.version_info[0]}.{sys.version_info[1]}')"
    return subprocess.run([python, "-I", "-c", ask], capture_output=True, text=True).stdout.strip()
