"""The catalogue of programs (`envs/data/programs.toml`): what can be opened, how it starts, what it needs.

Reads data and looks whether programs are installed. Starts nothing; a skill names a program, never a command.
"""

from __future__ import annotations

import difflib
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from envs.desktop.errors import DeskRefused

CATALOGUE = Path(__file__).parent.parent / "data" / "programs.toml"
CORE = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "dbus-daemon": "dbus-daemon",
    "/usr/libexec/at-spi-bus-launcher|/usr/lib/at-spi2-core/at-spi-bus-launcher": "at-spi2-core",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core",
    "setpriv": "util-linux",
}
"""What every desktop needs from the system: a sign that it is there, and the Debian package that brings it."""


@dataclass(frozen=True)
class ProgramEntry:
    """One program of the catalogue; the fields are explained at the head of the file."""

    name: str
    what: str
    package: tuple[str, ...]
    run: tuple[str, ...]
    window: str
    opens: tuple[str, ...]
    ready: float
    size_mb: int = 0
    default: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    leftovers: tuple[str, ...] = ()
    memory_mb: int = 0
    processes: int = 0
    marked: str = ""
    go_to_cell: str = ""
    go_to_dialog: str = ""
    format_list: str = ""
    letter_gap: float = 0.0
    refresh: str = ""
    signs: tuple[str, ...] = ()

    @property
    def installed(self) -> bool:
        """Whether this machine has it, and what it needs to say what it shows."""
        return shutil.which(self.run[0]) is not None and all(_there(sign) for sign in self.signs)


@cache
def catalogue() -> Mapping[str, ProgramEntry]:
    """Every program by name, in the order of the file."""
    entries = TypeAdapter(dict[str, dict[str, Any]]).validate_python(tomllib.loads(CATALOGUE.read_text("utf-8")))
    entry_of = TypeAdapter(ProgramEntry).validate_python
    return {name: entry_of({"name": name, **entry}) for name, entry in entries.items()}


def installed() -> tuple[str, ...]:
    """Names of the programs that this machine has."""
    return tuple(name for name, entry in catalogue().items() if entry.installed)


def find(name: str, among: tuple[str, ...]) -> ProgramEntry:
    """The program of this name. Raises DeskRefused if it is unknown, not installed or not on this desktop."""
    entry = catalogue().get(name)
    if entry is None:
        near = difflib.get_close_matches(name, catalogue(), 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(among)}"
        raise DeskRefused("unknown_name", f"no program is called {name!r}", name, hint)
    if name not in among:
        reason = "is not installed" if not entry.installed else "does not belong to this desktop"
        raise DeskRefused("not_installed", f"the program {name!r} {reason}", name, f"use one of: {', '.join(among)}")
    return entry


def missing_packages() -> list[str]:
    """Debian packages without which no desktop starts here."""
    return [package for sign, package in CORE.items() if not any(_there(each) for each in sign.split("|"))]


def _there(sign: str) -> bool:
    if sign.startswith("/"):
        return any(Path("/").glob(sign.removeprefix("/")))
    return shutil.which(sign) is not None
