"""The data of the library: skill, version, signature, need and effect, and the hash that names a version.

Everything here is frozen and plain; nothing reads or writes. A version is its source, its signature and the exact
versions that it calls; change any of them and it is another version with another hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Rung = Literal["draft", "candidate", "verified", "trusted", "parole"]
Outcome = Literal["succeeded", "failed", "unmet"]
Setting = Literal["home", "fresh", "use", "replay"]
NeedKind = Literal["tool", "station", "place"]
LinkKind = Literal["derived_from", "duplicate_of", "renamed_from", "rewritten_from"]

SCHEME = "v1"
"""Prefix of version hashes, so that the way of hashing can change without confusing old and new."""
SPANNING = ("`", '"""', "'''")
"""What texts that span lines stand between, in JavaScript and in Python."""


@dataclass(frozen=True)
class Parameter:
    """One parameter: `default` is its source text, or None if it must be given."""

    name: str
    type: str = "any"
    default: str | None = None


@dataclass(frozen=True)
class Signature:
    """The name by which a skill is called and the parameters it takes besides the bot."""

    name: str
    parameters: tuple[Parameter, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The signature as plain JSON."""
        return {"name": self.name, "parameters": [vars(parameter) for parameter in self.parameters]}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Signature:
        """The signature that `to_json` wrote."""
        return Signature(data["name"], tuple(Parameter(**parameter) for parameter in data["parameters"]))


@dataclass(frozen=True)
class Effect:
    """What a skill was seen to change: `item` by `low` to `high`, negative if it is used up.

    `per` names the number parameter that it scales with (then the interval is per unit), or is None for a fixed
    amount. `when` holds the other arguments under which it was seen; `seen` counts the runs that worked, `against`
    those of them that did not show it. Where it came as one or another of a family (any log is a log), `family` is
    the name under which an effect of its own tells of all of them.
    """

    item: str
    low: float
    high: float
    per: str | None = None
    when: Mapping[str, Any] = field(default_factory=dict)
    seen: int = 1
    against: int = 0
    family: str | None = None

    @property
    def shown(self) -> int:
        """How many runs showed it."""
        return self.seen - self.against


@dataclass(frozen=True)
class Time:
    """Game ticks that runs took which worked.

    From `low` to `high`, per unit of the number parameter `per` if they grow with it. `fixed` and `per_unit` are the
    straight line through them over the amount; `seen` counts the runs.
    """

    low: float
    high: float
    fixed: float
    per_unit: float
    per: str | None = None
    seen: int = 1

    def of(self, amount: float) -> float:
        """Expected ticks for an amount."""
        return self.fixed + self.per_unit * amount


@dataclass(frozen=True)
class Need:
    """What successful runs had or used: a tool, a station or a place, in `seen` of `of` runs."""

    kind: NeedKind
    name: str
    seen: int
    of: int


@dataclass(frozen=True)
class Version:
    """One immutable version. `uses` maps each called name to the hash of the version that it means."""

    hash: str
    skill: str
    source: str
    signature: Signature
    purpose: str
    language: str = "javascript"
    uses: Mapping[str, str] = field(default_factory=dict)
    primitives: tuple[str, ...] = ()
    parent: str | None = None
    reason: str = ""
    author: str = ""
    journey: str = ""
    iteration: int = 0
    at: float = 0.0
    number: int = 0


@dataclass(frozen=True)
class Record:
    """How a version did: `bound` is the Wilson lower bound of its success rate; unmet needs do not count against it."""

    succeeded: int = 0
    failed: int = 0
    unmet: int = 0
    fresh_worlds: int = 0
    bound: float = 0.0
    mean_ticks: float | None = None
    time: Time | None = None


@dataclass(frozen=True)
class Skill:
    """A skill: a name, a pointer to its current version, and where that version stands on the ladder."""

    name: str
    current: Version
    rung: Rung
    retired: bool
    record: Record
    requires: tuple[Need, ...] = ()
    effects: tuple[Effect, ...] = ()
    pinned: bool = False
    """A person holds the current version in its place: evidence does not move the pointer."""


@dataclass(frozen=True)
class Link:
    """A relation between two versions that is not a call: `version` was derived from, or doubles, `other`."""

    version: str
    kind: LinkKind
    other: str
    reason: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class Use:
    """One run of a version, as evidence. (journey, iteration, position) names it, so it is counted once.

    Position 0 is the program itself, the others are calls of skills inside it, in order.

    `setting` says where: 'home' (the world it was written in), 'fresh' (a world its writer never saw; `world` names
    it), 'use' (called for a later task) or 'replay' (the situation of an earlier run again). `unmet` means that
    something it needs was missing, which is not its fault.
    """

    version: str
    outcome: Outcome
    journey: str
    iteration: int
    at: float
    position: int = 0
    setting: Setting = "use"
    world: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, int] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    ticks: int = 0
    cause: str | None = None
    events: tuple[int, int] | None = None
    brain: str = ""
    """Who wrote the program of this run."""
    caller: str = ""
    """The module that called it; '' for the main function of a run."""


def version_hash(source: str, signature: Signature, uses: Mapping[str, str], language: str = "javascript") -> str:
    """The name of a version: a hash over its source, its signature and the versions that it calls.

    Line ends and space at the ends of lines do not count, so that copying a file does not make a new version. Where a
    source may hold texts that span lines, such space may be part of what it says: there only line ends do not count.
    """
    return version_hashes(source, signature, uses, language)[0]


def version_hashes(
    source: str, signature: Signature, uses: Mapping[str, str], language: str = "javascript"
) -> tuple[str, ...]:
    """The name of a version, and the other that it may bear from the time when space in texts did not count either."""
    texts = ["\n".join(line.rstrip() for line in source.strip().splitlines())]
    if any(mark in source for mark in SPANNING):
        texts.insert(0, source.strip().replace("\r\n", "\n").replace("\r", "\n"))
    found = []
    for text in dict.fromkeys(texts):
        content = {"language": language, "signature": signature.to_json(), "source": text, "uses": dict(uses)}
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        found.append(f"{SCHEME}:{hashlib.sha256(canonical.encode()).hexdigest()}")
    return tuple(found)
