"""Which desktop task comes next: a family not mastered yet, from the easiest level that is open, with new content.

Levels open with success: the next one when half of the families below were solved at least once, or when nothing of
what is open is left to try now. Every fourth task practises a family that was solved, so that what was learned is seen
to hold for other content. Asks nobody and keeps nothing; the same record gives the same proposal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from curriculum.desktop.family import Family
from curriculum.progress import LONGEST_WAIT, Attempt
from curriculum.proposal import Proposal, Rejected, Situation
from curriculum.propose import UNWRITABLE

PRACTICE = 0.25
"""Share of the tasks that practise what was solved before."""
OPENS = 0.5
"""Share of the families of the levels below that has to be solved before a level opens."""
MOST_REJECTED = 8
SEEDS = 2**31
"""Seeds of a journey are below this; what is held out for measuring lies above."""


@dataclass(frozen=True)
class Standing:
    """How a family stands: how often it was tried and solved, and its latest failures in a row."""

    tried: int = 0
    solved: int = 0
    failed: int = 0
    """Failures since the last success."""
    last: int = 0
    """Iteration at which it was last settled."""
    unwritable: bool = False
    """Whether no program could be written for it the last time: nothing but an iteration changes that."""

    def stuck(self, iteration: int) -> bool:
        """Whether no program could be written for it and no iteration was made since."""
        return self.unwritable and self.last == iteration

    def waits(self, iteration: int) -> int:
        """Iterations until it may be tried again after its failures."""
        return max(0, self.last + min(LONGEST_WAIT, 2**self.failed) - iteration) if self.failed else 0


class FamilyProposer:
    """Proposer over families; `attempts` gives the settled desktop tasks of the journey, their family as `item`."""

    name = "families"

    def __init__(self, families: Mapping[str, Family], attempts: Callable[[], Iterable[Attempt]]) -> None:
        self.families, self._attempts = families, attempts

    def goal_reached(self, situation: Situation) -> bool:
        """Whether the family that is the journey's goal was solved."""
        return situation.goal in self.families and situation.goal in situation.progress.items

    def propose(self, situation: Situation) -> Proposal | None:
        """The next task; None where no program could be written for any family since the last iteration."""
        standings = self._standings()
        left = [each for each in self.families.values() if not standings[each.name].stuck(situation.iteration)]
        wanted = self.families.get(situation.goal or "")
        if wanted is not None and wanted in left and not standings[wanted.name].solved:
            return self._task(wanted, standings, situation, "the goal itself")
        solved = [each for each in left if standings[each.name].solved]
        if solved and self._dice(situation, "practice") < PRACTICE:
            rarest = min(solved, key=lambda each: (standings[each.name].tried, self._dice(situation, each.name)))
            return self._task(rarest, standings, situation, "practice: solved before, now with other content")
        rejected: list[Rejected] = []
        for level in range(self._open_level(standings), max((f.level for f in self.families.values()), default=0) + 1):
            ready = []
            for family in left:
                standing = standings[family.name]
                if family.level > level or standing.solved:
                    continue
                if wait := standing.waits(situation.iteration):
                    rejected.append(Rejected(family.name, f"failed {standing.failed} times; waits {wait} iterations"))
                else:
                    ready.append(family)
            if ready:
                best = min(ready, key=lambda f: (standings[f.name].failed, f.level, self._dice(situation, f.name)))
                return self._task(best, standings, situation, f"new, level {best.level}", rejected)
        if not left:
            return None
        oldest = min(left, key=lambda each: (standings[each.name].last, each.level, each.name))
        return self._task(oldest, standings, situation, "nothing new is ready: longest not tried", rejected)

    def _task(
        self,
        family: Family,
        standings: Mapping[str, Standing],
        situation: Situation,
        reason: str,
        rejected: Iterable[Rejected] = (),
    ) -> Proposal:
        seed = _number(f"{situation.seed}:{family.name}:{standings[family.name].tried}") % SEEDS
        return Proposal(family.task(seed).because(reason), tuple(rejected)[:MOST_REJECTED])

    def _open_level(self, standings: Mapping[str, Standing]) -> int:
        levels = sorted({each.level for each in self.families.values()})
        for level in levels:
            known = [standings[each.name].solved > 0 for each in self.families.values() if each.level <= level]
            if sum(known) < OPENS * len(known):
                return level
        return levels[-1] if levels else 0

    def _standings(self) -> dict[str, Standing]:
        found = dict.fromkeys(self.families, Standing())
        for each in self._attempts():
            if each.item in found:
                before = found[each.item]
                found[each.item] = Standing(
                    before.tried + 1,
                    before.solved + each.passed,
                    0 if each.passed else before.failed + 1,
                    each.iteration,
                    each.cause == UNWRITABLE,
                )
        return found

    @staticmethod
    def _dice(situation: Situation, what: str) -> float:
        return _number(f"{situation.seed}:{situation.iteration}:{what}") / 2**32


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
