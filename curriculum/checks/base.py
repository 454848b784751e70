"""What every machine check is: data with a kind, a verdict over facts, a sentence, and a reason to refuse it.

A kind registers itself by being defined. A check reads two observations and the world's own events, and nothing that a
program printed or a model said; it never looks at the world, so the same facts always give the same verdict.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from curriculum.errors import BadCheck, UnknownName
from curriculum.gamedata import GameData

Observation = Mapping[str, Any]
Event = Mapping[str, Any]
Tags = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Facts:
    """What a check may look at: two observations, the trusted events between them, and what each '#tag' stands for."""

    before: Observation
    after: Observation
    events: Sequence[Event] = ()
    tags: Tags = field(default_factory=dict)

    def members(self, name: str) -> frozenset[str]:
        """The names that `name` stands for. Raises UnknownName for a '#tag' that the tables lack."""
        if not name.startswith("#"):
            return frozenset({name})
        if name[1:] not in self.tags:
            raise UnknownName("tag", name, self.tags)
        return frozenset(self.tags[name[1:]])

    def held(self, name: str, state: Observation) -> int:
        """How many of `name` (members of a tag together) are in the inventory of `state`."""
        inventory = state.get("inventory", {})
        return sum(inventory.get(member, 0) for member in self.members(name))

    def happened(self, kind: str, key: str, name: str) -> int:
        """How many of `name` the events of `kind` tell of: the sum of their counts, 1 where an event has none."""
        members = self.members(name)
        return sum(event.get("count", 1) for event in self.events if event["kind"] == kind and event[key] in members)


@dataclass(frozen=True)
class Verdict:
    """Whether a check holds, the evidence in one sentence, and the verdicts of its parts."""

    passed: bool
    evidence: str
    parts: tuple[Verdict, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain JSON."""
        return {"passed": self.passed, "evidence": self.evidence, "parts": [part.to_json() for part in self.parts]}


class Check(BaseModel):
    """One kind of check. Subclasses add their fields and the three questions; frozen and comparable."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    kinds: ClassVar[dict[str, type[Check]]] = {}
    kind: str

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Registers the subclass under the kind that its field declares."""
        kind = cls.model_fields["kind"].default
        if isinstance(kind, str):
            Check.kinds[kind] = cls

    @abstractmethod
    def verdict(self, facts: Facts) -> Verdict:
        """Whether the check holds for these facts."""
        raise NotImplementedError

    @abstractmethod
    def sentence(self) -> str:
        """The check in words, starting with a verb, for a goal and for a page."""
        raise NotImplementedError

    def refusal(self, data: GameData) -> str | None:
        """Why nothing in this game could ever pass the check, or None."""
        return None

    def already(self, state: Observation, tags: Tags | None = None) -> bool:
        """Whether the check holds in a state with nothing done."""
        return self.verdict(Facts(state, state, (), tags or {})).passed

    def to_json(self) -> dict[str, Any]:
        """The check as plain JSON; `parse` gives it back."""
        return self.model_dump(mode="json")


def parse(data: Any) -> Check:
    """The check that `data` describes: an object with a known `kind` and exactly its fields. Raises BadCheck."""
    if isinstance(data, Check):
        return data
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if not isinstance(kind, str) or kind not in Check.kinds:
        raise BadCheck(f"no check is of kind {kind!r}; kinds: {', '.join(sorted(Check.kinds))}")
    try:
        text = json.dumps(data, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadCheck(f"a check is plain JSON: {error}") from error
    try:
        return Check.kinds[kind].model_validate_json(text)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or kind}: {e['msg']}" for e in error.errors())
        raise BadCheck(f"a check of kind {kind!r} is wrong: {problems}") from error


def evaluate(
    check: Check, before: Observation, after: Observation, events: Sequence[Event] = (), tags: Tags | None = None
) -> Verdict:
    """Decides `check` from the state before, the state after and the world's own events between them."""
    return check.verdict(Facts(before, after, events, tags or {}))


def describe(check: Check) -> str:
    """The check as one sentence."""
    words = check.sentence()
    return f"{words[0].upper()}{words[1:]}."


def already_true(check: Check, state: Observation, tags: Tags | None = None) -> bool:
    """Whether the check would pass with nothing done: a task for it would be no task."""
    return check.already(state, tags)


def reachable(check: Check, data: GameData) -> str | None:
    """Why this check can never pass in this game (the reason to refuse a task), or None if it can."""
    return check.refusal(data)
