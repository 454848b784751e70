"""What can go wrong at the desk.

DeskLost      the box of the desktop ended or stopped answering; the env raises EnvLost from it
DeskRefused   a call of a program cannot be done; carries a code of CODES, a message, a value and a remedy
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

CODES: dict[str, str] = {
    "bad_argument": "an argument has the wrong type or an impossible value",
    "unknown_name": "there is no such program, primitive or key",
    "not_found": "nothing on the screen fits",
    "ambiguous": "several things on the screen fit",
    "not_installed": "the program is in the catalogue, not on this machine",
    "not_showing": "the element is there and cannot be seen",
    "disabled": "the element is greyed out",
    "not_confirmed": "it was done and the desktop shows no sign of it",
    "outside_home": "the path leads out of the home",
    "timeout": "what was waited for did not happen",
    "too_much": "more than one call may carry",
    "not_allowed": "programs may not do this",
    "desk_fault": "the desktop failed at it",
}
"""Every code that a program can meet, and what it means."""


class DeskLost(Exception):
    """The desktop's box is gone or silent."""


def called(names: Iterable[str]) -> str:
    """Names that stand on a screen, as data: each in guillemets that it cannot close."""
    return ", ".join("«" + name.replace("«", "‹").replace("»", "›") + "»" for name in names)


class DeskRefused(Exception):
    """A call that cannot be done; the message is one sentence for whoever wrote the program."""

    def __init__(self, code: str, message: str, value: Any = None, remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.value = value
        self.remedy = remedy
