"""What can go wrong in the skill library, and what it means to the caller.

SkillError                  base: one plain sentence with the value and what to do
├─ UnknownSkill             no skill or version of this name
├─ Inadmissible             the source was refused; `refusals` says why, for the next prompt
├─ CallCycle                the change would make skills call each other in a circle
└─ NotAllowed               the pointer cannot go there (retired, not a version of this skill, ...)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """One reason why a source cannot become a skill, said so that its writer can mend it."""

    code: str
    message: str
    line: int | None = None

    @property
    def told(self) -> str:
        """The sentence with the line that it is about, where there is one."""
        return self.message if self.line is None else f"Line {self.line}: {self.message}"


class SkillError(Exception):
    """Base of every expected failure of this package."""


class UnknownSkill(SkillError):
    """There is no skill or version of this name."""


class Inadmissible(SkillError):
    """A source that was refused cannot be kept."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("\n".join(refusal.message for refusal in self.refusals))


class CallCycle(SkillError):
    """Skills would call each other in a circle."""


class NotAllowed(SkillError):
    """The pointer of a skill cannot be set as asked."""
