"""What a trial is about in one world: where it begins, with which arguments, what it has to bring about.

A case of a fresh world follows from the version and a number alone, so that it can be made again. Nothing here runs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from agent.store import Store
from agent.uses import Uses
from curriculum.checks import Check, Tags
from envs.base import Beginning
from skills.library import Library
from skills.proofs import Trial
from skills.skill import Setting, Version


@dataclass(frozen=True)
class Case:
    """One beginning with the arguments and the check that belong to it."""

    beginning: Beginning
    args: Mapping[str, Any]
    check: Check
    situation: str | None = None
    """The hash under which the captured situation is kept."""
    elsewhere: bool = False
    """Whether the situation is one that another journey was in, in a world that the writer never saw."""

    @property
    def setting(self) -> Setting:
        """A world that is fresh to the skill, or the situation that it was written in, again."""
        return "replay" if self.situation and not self.elsewhere else "fresh"


class Cases(ABC):
    """The cases of one world's skills."""

    world: ClassVar[str]
    language: ClassVar[str]
    """In which its skills are written; those of other worlds are none of its business."""
    beside: ClassVar[bool]
    """Whether its trials may run beside the journey's own programs; what keeps real time would be slowed by them."""
    repeats: ClassVar[bool]
    """Whether the same program at the same beginning gives the same run: there a replay tells a change from weather."""
    from_elsewhere: ClassVar[bool]
    """Whether trials may begin from situations of other worlds, so that ends of trials are worth keeping."""
    tags: Tags
    """Names that stand for several things in checks."""

    def __init__(self, library: Library, store: Store, uses: Uses) -> None:
        self.library, self.store, self.uses = library, store, uses

    @abstractmethod
    def wanted(self, version: Version, args: Mapping[str, Any]) -> Check | None:
        """What a run with these arguments has to bring about where the version was written; None if nothing tells."""

    @abstractmethod
    def fresh(self, version: Version, number: int) -> Case | None:
        """The case of a world that the writer never saw, by its number."""

    @abstractmethod
    def again(self, version: Version, trial: Trial) -> Case | None:
        """The case of a trial in a fresh world, once more."""

    def provable(self, version: Version) -> bool:
        """Whether it is a skill of this world, and something tells what it is to bring about."""
        return version.language == self.language and self.wanted(version, {}) is not None
