"""Cases of the desktop: new instances of the family that a skill was written for, with its arguments bound by value."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.binding import bind
from agent.cases import Case, Cases
from agent.store import Store
from agent.uses_desktop import DesktopUses
from agent.world_desktop import home_case
from curriculum.checks import Check
from curriculum.desktop import Family
from envs.base import Beginning
from skills.library import Library
from skills.proofs import Trial
from skills.skill import Version


class DesktopCases(Cases):
    """Cases of skills in Python; each trial has a desktop of its own."""

    world = "desktop"
    language = "python"
    beside = False
    repeats = False
    from_elsewhere = False

    def __init__(self, library: Library, store: Store, families: Mapping[str, Family]) -> None:
        super().__init__(library, store, DesktopUses(library))
        self._families, self.tags = families, {}

    def wanted(self, version: Version, args: Mapping[str, Any]) -> Check | None:
        """The check of the task that the skill was written for; it names that task's values."""
        home = home_case(self.library, self.store, version)
        return home[0].check if home else None

    def fresh(self, version: Version, number: int) -> Case | None:
        """An instance whose content follows from the version and the number."""
        digest = hashlib.sha256(f"{version.hash}:{number}".encode()).digest()
        return self._case(version, int.from_bytes(digest[:4], "big") >> 2)

    def again(self, version: Version, trial: Trial) -> Case | None:
        """The same instance, with the arguments that it was tried with."""
        case = self._case(version, trial.seed)
        return case and replace(case, args=trial.args)

    def provable(self, version: Version) -> bool:
        """Whether the family that it was written for is known here."""
        return version.language == self.language and self._case(version, 0) is not None

    def _case(self, version: Version, seed: int) -> Case | None:
        home = home_case(self.library, self.store, version)
        family = self._families.get(home[0].item or "") if home else None
        if home is None or family is None:
            return None
        made = family.instance(seed)
        beginning = Beginning(seed, files=made.files, folders=made.folders)
        return Case(beginning, bind(home[1], home[0].values, made.values), made.check)
