"""Admission: may this source become a skill? Decided from the syntax tree, before anything runs.

The parser of the skill language hands in facts; this module turns them into refusals (sentences for the writer) or
into what the library needs to keep the source: its signature and the exact versions that it calls. It never runs
code and never writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skills.errors import Refusal
from skills.skill import Signature

if TYPE_CHECKING:
    from skills.library import Library

Parse = Callable[[str], Mapping[str, Any]]
"""The parser: source text to facts (ok, errors, functions, main, calls, purpose, refusals, ...)."""


@dataclass(frozen=True)
class Admission:
    """The outcome: refusals for the writer, or (if there are none) all that the library needs to keep the source."""

    source: str
    refusals: tuple[Refusal, ...]
    signature: Signature | None = None
    purpose: str = ""
    uses: Mapping[str, str] | None = None
    primitives: tuple[str, ...] = ()

    @property
    def admitted(self) -> bool:
        """True if nothing stands against it."""
        return not self.refusals


def admit(
    source: str, *, parse: Parse, primitives: Mapping[str, str], library: Library, as_program: bool = False
) -> Admission:
    """Judge a source against the known primitives (name to documentation) and the library's current skills.

    `as_program` leaves out the rules that only matter for what is kept (quantity in the name, no return value, a
    name that is taken), so that a one-off program is refused only for what could not run.
    """
    raise NotImplementedError
