"""Carries out what the library proposes about itself, each only if every skill that it touches passes its replays.

The old versions stay, pinned by whoever calls them; new ones are linked to what they were derived from. A proposal that
fails a replay leaves nothing in use that was not there before.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from agent.display import Reporter
from agent.oversight import Ledger
from agent.proving import Prover
from agent.uses import NEW
from memory.db import atomic
from skills import refactorings, rework
from skills.admit import Admission, admit
from skills.errors import SkillError
from skills.refactor import Proposal, common_purpose, find
from skills.rework import Rewritten
from skills.skill import Skill, Use, Version

REPLAYS = 2
"""Beginnings that each touched skill must pass again."""
SHARE = 0.25
"""How much of the game time that trials may take goes into replays of a journey's own refactorings, at most."""
MOST_SKILLS = 1_000
"""Skills of a library up to which journeys refactor it: all of them are looked through between two tasks."""


@dataclass(frozen=True)
class Applied:
    """What came of a proposal."""

    proposal: Proposal
    applied: bool
    reason: str
    replays: int = 0

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON."""
        return {**self.proposal.to_json(), "applied": self.applied, "outcome": self.reason, "replays": self.replays}


class Language(Protocol):
    """How sources of one language are looked at and rewritten by their syntax trees.

    See `bridge.language.JavaScript` and `envs.desktop.language.Python`; what cannot be rewritten raises
    ValueError.
    """

    name: str

    def close(self) -> None:
        """End the process behind it, if there is one."""
        ...

    def primitives(self) -> Mapping[str, str]:
        """What programs may call."""
        ...

    def facts(self, source: str) -> Mapping[str, Any]:
        """The form that `skills.admit` reads."""
        ...

    def shape(self, source: str) -> Mapping[str, Any]:
        """What a source is apart from names and layout."""
        ...

    def generalise(self, source: str, name: str, groups: list[dict[str, Any]]) -> str:
        """One parameter in the place of constants."""
        ...

    def wrapper(self, source: str, name: str, values: Mapping[str, Any]) -> str:
        """A call in the place of the body."""
        ...

    def rename(self, source: str, old: str, new: str) -> str:
        """One name in the place of another."""
        ...

    def extract(
        self, sources: Sequence[str], starts: Sequence[int], length: int, name: str, purpose: str
    ) -> tuple[str, list[str]]:
        """One function in the place of statements that several have in common."""
        ...


class Refactoring:
    """Finds and carries out refactorings of the skills of one language in a library."""

    def __init__(self, prover: Prover, language: Language, journey: str = "") -> None:
        self._prover, self._language, self._journey = prover, language, journey
        self._library = prover.library
        self._primitives = language.primitives()
        self._shapes: dict[str, Mapping[str, Any]] = {}
        self._key = ""

    def proposals(self) -> list[Proposal]:
        """What could be done."""
        return find(self._library, self._shape, self._primitives, self._language.name)

    def untried(self) -> Proposal | None:
        """The first proposal that nobody has tried yet."""
        tried = refactorings.tried(self._library)
        return next((each for each in self.proposals() if refactorings.key(self._library, each) not in tried), None)

    def apply(self, proposal: Proposal) -> Applied:
        """Carry a proposal out if all replays of all skills that it touches pass; it is put on record either way."""
        self._key = refactorings.key(self._library, proposal)
        applied = self._applied(proposal)
        if not applied.applied:
            self._record(applied)
        return applied

    def _applied(self, proposal: Proposal) -> Applied:
        try:
            if proposal.kind == "siblings":
                return self._siblings(proposal)
            if proposal.kind == "common_steps":
                return self._common_steps(proposal)
            return self._retire(proposal)
        except ValueError as error:
            return Applied(proposal, False, f"the source cannot be rewritten: {error}")
        except SkillError as error:
            return Applied(proposal, False, str(error))

    def apply_all(self) -> list[Applied]:
        """Carry out what passes, one after the other: each is found in the library as the ones before it left it."""
        done: list[Applied] = []
        seen: set[str] = set()
        while True:
            keyed = ((refactorings.key(self._library, each), each) for each in self.proposals())
            key, proposal = next((each for each in keyed if each[0] not in seen), ("", None))
            if proposal is None:
                return done
            seen.add(key)
            done.append(self.apply(proposal))

    def _siblings(self, proposal: Proposal) -> Applied:
        """One general skill, made or there already; each sibling calls it with its constants and keeps its name."""
        siblings = [self._library.get(name) for name in proposal.skills]
        callers = [
            self._language.wrapper(
                sibling.current.source, proposal.name, {g.parameter: g.values[place] for g in proposal.groups}
            )
            for place, sibling in enumerate(siblings)
        ]
        if proposal.joins:
            return self._covered(proposal, self._library.get(proposal.name).current, siblings, callers)
        groups = [{"at": list(group.at), "parameter": group.parameter} for group in proposal.groups]
        source = self._language.generalise(siblings[0].current.source, proposal.name, groups)
        purposes = [sibling.current.purpose for sibling in siblings]
        if source.count(purposes[0]) == 1:  # then it is in the documentation alone
            source = source.replace(purposes[0], common_purpose(purposes))
        return self._share(proposal, source, siblings, callers)

    def _common_steps(self, proposal: Proposal) -> Applied:
        """The steps become a skill of their own; each skill that has them calls it in their place."""
        owners = [self._library.get(name) for name in proposal.skills]
        purpose = f"What {', '.join(proposal.skills)} do alike, as a skill of its own."
        sources = [owner.current.source for owner in owners]
        source, callers = self._language.extract(sources, proposal.starts, proposal.length, proposal.name, purpose)
        return self._share(proposal, source, owners, callers)

    def _share(self, proposal: Proposal, source: str, skills: Sequence[Skill], callers: Sequence[str]) -> Applied:
        """Keep the new skill and let the skills call it in the sources given, if all of them pass their replays."""
        judged = self._admit(source)
        if not judged.admitted:
            return Applied(proposal, False, "; ".join(refusal.message for refusal in judged.refusals))
        admission = replace(judged, uses=_pinned(judged.uses, skills[0].current.uses))
        general = rework.derive(self._library, admission, skills, reason=proposal.reason, at=self._prover.now())
        try:
            done = self._covered(proposal, general, skills, callers)
        except SkillError as error:
            done = Applied(proposal, False, str(error))
        if not done.applied:
            self._library.retire(general.skill, reason=done.reason, at=self._prover.now())
        return done

    def _covered(
        self, proposal: Proposal, general: Version, skills: Sequence[Skill], callers: Sequence[str]
    ) -> Applied:
        """Let skills call a general one if all of them pass their replays with it."""
        made: list[Rewritten] = []
        replays = 0
        for skill, text in zip(skills, callers, strict=True):
            uses = _pinned(self._admit(text).uses, {**skill.current.uses, general.skill: general.hash})
            admission = replace(self._admit(text), source=text, uses=uses, refusals=())
            done, failed, evidence = self._replay(skill.current, skill.name, admission)
            replays += done
            if failed:
                return Applied(proposal, False, failed, replays)
            made.append(Rewritten(skill, admission, evidence))
        with atomic(self._library.db):
            before = dict(refactorings.standing(self._library))
            if not proposal.joins:
                before.pop(general.skill)  # made for it
            for skill in skills:
                self._library.link(
                    general.hash, "derived_from", skill.current.hash, reason=proposal.reason, at=self._prover.now()
                )
            rework.take_over(self._library, made, reason=proposal.reason, at=self._prover.now())
            return self._record(
                Applied(
                    proposal,
                    True,
                    f"{general.skill} covers {len(skills)} skill{'s' if len(skills) > 1 else ''}",
                    replays,
                ),
                before,
            )

    def _retire(self, proposal: Proposal) -> Applied:
        """Take doubles or idle wrappers out of use; whoever calls one is rewritten to call the one that stays."""
        keep, *others = (self._library.get(name) for name in proposal.skills)
        made: list[Rewritten] = []
        replays = 0
        gone = {other.name for other in others}
        for name in sorted({name for other in others for name in self._library.pinned_by(other.current.hash)}):
            caller = self._library.get(name)
            text, uses = caller.current.source, dict(caller.current.uses)
            for other in sorted(gone & uses.keys()):
                text = self._language.rename(text, other, keep.name)
                uses.pop(other)
            admission = replace(
                self._admit(text), source=text, uses={**uses, keep.name: keep.current.hash}, refusals=()
            )
            done, failed, evidence = self._replay(caller.current, name, admission)
            replays += done
            if failed:
                return Applied(proposal, False, failed, replays)
            made.append(Rewritten(caller, admission, evidence))
        outcome = f"{keep.name} stays, {', '.join(other.name for other in others)} retired"
        with atomic(self._library.db):
            before = refactorings.standing(self._library)
            rework.merge(self._library, keep, others, made, reason=proposal.reason, at=self._prover.now())
            return self._record(Applied(proposal, True, outcome, replays), before)

    def _replay(self, old: Version, name: str, admission: Admission) -> tuple[int, str, list[Use]]:
        """Replays of a version with a new source in its place: how many, why one failed (or ''), and the evidence."""
        uses: list[Use] = []
        passed = 0
        for case in self._prover.cases_of(old, REPLAYS):
            found: list[Use] = []
            trial = self._prover.replay(old, f"{NEW}{name}", admission, case, "refactor", found)
            if trial.passed:
                passed, uses = passed + 1, uses + found
            elif self._prover.passes(old, case, []):
                return passed, f"{name} failed a replay: {trial.evidence}", uses
        if not passed:
            return 0, f"nothing tells what {name} is to bring about, or it passes no replay as it is", uses
        return passed, "", uses

    def _record(self, applied: Applied, before: refactorings.Standing | None = None) -> Applied:
        refactorings.record(
            self._library, applied.proposal, key=self._key, outcome=applied.reason, replays=applied.replays,
            before=before, journey=self._journey, at=self._prover.now(),
        )  # fmt: skip
        return applied

    def _shape(self, source: str) -> Mapping[str, Any]:
        """The same source is looked at once."""
        if source not in self._shapes:
            self._shapes[source] = self._language.shape(source)
        return self._shapes[source]

    def _admit(self, source: str) -> Admission:
        return admit(source, parse=self._language.facts, primitives=self._primitives, library=self._library)


class Tidying:
    """A journey's own refactorings: between two tasks, one at a time, within a share of what trials may take."""

    def __init__(self, prover: Prover, language: Language, ledger: Ledger, journey: str) -> None:
        self._prover, self._language, self._ledger, self._journey = prover, language, ledger, journey
        self._refactoring = Refactoring(prover, language, journey)
        self._looked = -1
        """The newest version of the library at which there was nothing to do."""

    def close(self) -> None:
        """End the process that looks at sources, if there is one."""
        self._language.close()

    def one(self, iteration: int, allowance: int, report: Reporter) -> None:
        """Try the next proposal, if replays of refactorings have not yet taken their share of an allowance (ticks)."""
        library = self._prover.library
        newest = library.newest
        if newest != self._looked and self._prover.spent("refactor") < SHARE * allowance:
            proposal = self._refactoring.untried() if len(library.names()) <= MOST_SKILLS else None
            if proposal is None:
                self._looked = newest
            else:
                found = self._refactoring.apply(proposal)
                name = proposal.name or proposal.skills[0]
                report("refactored", name=name, passed=found.applied, reason=found.reason)
        where = "" if library.name == "main" else f" --library {shlex.quote(library.name)}"
        for each in refactorings.carried_out(library, self._journey):
            self._ledger.write(
                self._journey, iteration, "refactoring", f"refactoring/{each.number}", what=each.outcome,
                why=f"{', '.join(each.skills)}: {each.reason}",
                evidence={"replays": each.replays, "changes": [vars(change) for change in each.changes]},
                undo=f"journeyman skills refactor --undo {each.number}{where}",
            )  # fmt: skip


def _pinned(called: Mapping[str, str], pins: Mapping[str, str]) -> dict[str, str]:
    """What a source calls, bound as it was bound before."""
    return {name: pins.get(name, hash) for name, hash in called.items()}
