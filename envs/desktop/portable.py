"""What a desktop is made of, as files: with them a skill runs on one where there is no Journeyman.

Gives copies of our own sources (this world and what it imports) and names the packages that they need. It reads only.
"""

from __future__ import annotations

import ast
import re
from importlib.metadata import requires
from pathlib import Path

from envs.desktop.programs import CATALOGUE, CORE

ROOT = Path(__file__).parents[2]
_BESIDE = ("envs/desktop/inside", "envs/desktop/readers")
"""What boxes run: started by path, imported by nothing."""
_PACKAGES = frozenset({"pydantic", "python-xlib", "jeepney", "pillow", "openpyxl", "pypdf"})


def files() -> dict[str, bytes]:
    """The modules by path, from the folder in which they can be imported as `envs.desktop`."""
    told = {CATALOGUE.relative_to(ROOT).as_posix(): CATALOGUE.read_bytes()}
    waiting = ["envs.desktop.env", *(".".join(each.split("/")) for each in _BESIDE)]
    waiting += [".".join((*each.split("/"), file.stem)) for each in _BESIDE for file in (ROOT / each).glob("*.py")]
    while waiting:
        module = waiting.pop()
        file = _file(module)
        if file is None or (path := file.relative_to(ROOT).as_posix()) in told:
            continue
        told[path] = file.read_bytes()
        waiting += [module.rpartition(".")[0], *_imported(told[path])]
    return dict(sorted(told.items()))


def packages() -> list[str]:
    """The packages that the modules import, at the versions they are tested with, as lines of a requirements file."""
    listed = {re.split(r"[=;\s]", each)[0]: each.split(";")[0].strip() for each in requires("journeyman") or ()}
    return sorted(pinned for name, pinned in listed.items() if name in _PACKAGES)


def programs() -> list[str]:
    """The Debian packages that every desktop needs beside bubblewrap; each program that a skill opens adds its own."""
    return sorted({"bubblewrap", *CORE.values()})


def runner() -> bytes:
    """The script that runs an exported skill."""
    return Path(__file__).with_name("portable_run.py").read_bytes()


def _file(module: str) -> Path | None:
    place = ROOT.joinpath(*module.split("."))
    return next((each for each in (place.with_suffix(".py"), place / "__init__.py") if module and each.is_file()), None)


def _imported(source: bytes) -> list[str]:
    """Every module that a source may import; names that are no modules are no files either."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found
