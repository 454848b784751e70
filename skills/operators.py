"""What a skill does, as a planner needs it: an operator with needs, changes, time and odds, learned from its runs.

Read off the latest successful runs of one version. Items that stand for each other (any log is a log) are counted
under one family name when the caller says so, because a run in a birch wood teaches about oak too. Reads only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skills.evidence import counted, defaults, in_families, learn_effects, learn_time
from skills.reader import LibraryReader
from skills.skill import Effect, Record, Rung, Time, Use, Version
from skills.words import names

LOOK_BACK = 60
"""How many of the latest runs an operator is read off."""
OFTEN = 3
"""Runs that all used up a thing, from which on that is no chance."""
PRIOR_RUNS = 2.0
"""How many runs the library's general experience weighs in the odds of one skill."""


@dataclass(frozen=True)
class Operator:
    """One version under one set of arguments that are not amounts (`args`).

    `tools` holds, for each kind of tool or station that every success had at hand before, the names that served.
    """

    skill: str
    version: str
    rung: Rung
    succeeded: int
    failed: int
    args: Mapping[str, Any]
    effects: tuple[Effect, ...]
    tools: tuple[tuple[str, ...], ...]
    time: Time
    runs: int
    prior: float = 0.5
    """The success rate to expect of a skill of which nothing is known."""
    most: float | None = None
    """The largest amount that a success was asked for; None if it takes no amount."""
    source: str = ""

    def needs(self, item: str) -> bool:
        """Whether what all runs used up was for its purpose: its code has a word for it, or it was so often."""
        return self.runs >= OFTEN or item.lstrip("#").removesuffix("s") in self.source

    @property
    def odds(self) -> tuple[float, float]:
        """The parameters of the Beta distribution of its success rate: its record on top of two runs of an unknown."""
        return self.succeeded + PRIOR_RUNS * self.prior, self.failed + PRIOR_RUNS * (1 - self.prior)

    @property
    def expected(self) -> float:
        """Its expected success rate."""
        a, b = self.odds
        return a / (a + b)

    def tried_below(self, amount: float) -> float | None:
        """The largest amount that it was tried with, if that is less than this one."""
        return self.most if self.most is not None and amount > self.most else None

    def gain(self, item: str) -> Effect | None:
        """The effect by which every success brought the item."""
        return next((effect for effect in self.effects if effect.item == item and effect.low > 0), None)

    def worth(self, item: str) -> float:
        """How sure it is to bring the item: what a skill is named for is its purpose, the rest may be chance."""
        effect = self.gain(item)
        if effect is None:
            return 0.0
        return 1.0 if names(self.skill, item) else effect.seen / (effect.seen + 2)


@dataclass
class Operators:
    """The operators of a library, each read once while the library stays as it is."""

    library: LibraryReader
    families: Mapping[str, str] = field(default_factory=dict)
    """Item to the name of its family, for items that stand for each other."""
    rungs: frozenset[Rung] = frozenset({"candidate", "verified", "trusted", "parole"})
    most: int = 6
    """How many skills are looked at for one item, best proven first."""
    _known: dict[str, tuple[Operator, ...]] = field(default_factory=dict)  # by skill and by version
    _giving: dict[str, tuple[Operator, ...]] = field(default_factory=dict)
    _stamp: tuple[int, int] = (-1, -1)
    _prior: float = 0.5

    def family(self, item: str) -> str:
        """The name under which an item is counted."""
        return self.families.get(item, item)

    def counted(self, inventory: Mapping[str, int]) -> dict[str, int]:
        """An inventory with families in the place of their members."""
        return counted(inventory, self.families)

    def giving(self, item: str) -> tuple[Operator, ...]:
        """Operators by which every success brought the item (or any member of the family), most worthwhile first."""
        self._look_again()
        if item not in self._giving:
            members = [item, *(member for member, family in self.families.items() if family == item)]
            found = [operator for name in self._givers(members) for operator in self._of(name) if operator.gain(item)]
            self._giving[item] = tuple(
                sorted(found, key=lambda each: (-each.worth(item) * each.expected, each.time.of(1), each.skill))
            )
        return self._giving[item]

    def of(self, name: str) -> tuple[Operator, ...]:
        """The operators of a skill's current version, one for each set of arguments that are not amounts."""
        self._look_again()
        return self._of(name)

    def of_version(self, version: Version) -> tuple[Operator, ...]:
        """The same of any version, from its own runs alone."""
        self._look_again()
        if version.hash not in self._known:
            uses = [in_families(use, self.families) for use in self.library.uses_of(version.hash, LOOK_BACK)]
            rung, record = self.library.rung(version.hash), self.library.record_of(version.hash)
            self._known[version.hash] = tuple(_operators(version, rung, record, uses, self._prior))
        return self._known[version.hash]

    def _of(self, name: str) -> tuple[Operator, ...]:
        if name not in self._known:
            self._known[name] = self.of_version(self.library.get(name).current)
        return self._known[name]

    def _look_again(self) -> None:
        """Forget what was read when the library has changed since."""
        stamp = self.library.stamp
        if stamp == self._stamp:
            return
        self._known, self._giving, self._stamp = {}, {}, stamp
        # A version is kept because it worked once: that run says nothing about the ones that follow. Versions that are
        # the same but for names count the same runs, and so but once.
        after_first, failed = self.library.db.execute(
            "SELECT total(succeeded - min(succeeded, 1)), total(failed) FROM standings "
            "JOIN versions ON versions.id = standings.version WHERE library = ?",
            [self.library.name],
        ).fetchone()
        for record in self.library.counted_again():
            after_first, failed = after_first - record.succeeded + min(record.succeeded, 1), failed - record.failed
        self._prior = (after_first + 1) / (after_first + failed + 2)

    def _givers(self, items: Sequence[str]) -> list[str]:
        marks = ", ".join("?" * len(items))
        rungs = ", ".join(f"'{rung}'" for rung in sorted(self.rungs))
        rows = self.library.db.execute(
            "SELECT name, max(low > 0) AS sure, bound, max(seen) AS often FROM effects "
            "CROSS JOIN skills ON current = effects.version JOIN standings ON standings.version = effects.version "
            f"WHERE item IN ({marks}) AND high > 0 AND library = ? AND retired = 0 AND rung IN ({rungs}) "
            "GROUP BY name ORDER BY sure DESC, bound DESC, often DESC, name LIMIT ?",
            [*items, self.library.name, 4 * self.most],
        ).fetchall()
        # A skill that is named for the item comes before one that brought it by the way.
        ranked = sorted(rows, key=lambda row: not any(names(row[0], item) for item in items))
        return [str(row[0]) for row in ranked[: self.most]]


def _operators(version: Version, rung: Rung, record: Record, uses: Sequence[Use], prior: float) -> list[Operator]:
    signature = version.signature
    parameters = {parameter.name for parameter in signature.parameters}
    standard = defaults(signature)
    groups: dict[str, list[Effect]] = {}
    for effect in learn_effects(uses, signature):
        groups.setdefault(json.dumps(dict(effect.when), sort_keys=True), []).append(effect)
    successes = [use for use in uses if use.outcome == "succeeded"]
    found = []
    for key, effects in groups.items():
        when = json.loads(key)
        amount = next((effect.per for effect in effects if effect.per), None)
        mine = [use for use in successes if all({**standard, **use.args}.get(n) == v for n, v in when.items())]
        found.append(
            Operator(
                skill=version.skill,
                version=version.hash,
                rung=rung,
                succeeded=record.succeeded,
                failed=record.failed,
                args={name: value for name, value in when.items() if name in parameters and value is not None},
                effects=tuple(effects),
                tools=_tools(mine),
                time=learn_time(mine, signature, amount) or Time(0.0, 0.0, 0.0, 0.0, seen=0),
                runs=len(mine),
                prior=prior,
                most=max((float({**standard, **use.args}[amount]) for use in mine), default=None) if amount else None,
                source=version.source,
            )
        )
    return found


def _tools(successes: Sequence[Use]) -> tuple[tuple[str, ...], ...]:
    """For each kind of tool (its last word) that every success used and had before: the names that served."""
    if not successes:
        return ()
    kinds: dict[str, set[str]] = {}
    runs: Counter[str] = Counter()
    for use in successes:
        had = [name for name in (*use.tools, *use.stations) if use.before.get(name)]
        runs.update({_kind(name) for name in had})
        for name in had:
            kinds.setdefault(_kind(name), set()).add(name)
    return tuple(tuple(sorted(served)) for kind, served in sorted(kinds.items()) if runs[kind] == len(successes))


def _kind(name: str) -> str:
    return name.rpartition("_")[2]
