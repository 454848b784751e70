"""What runs prove: success with its lower bound, the rung of a version, and the needs and effects it was seen to have.

Pure functions over uses; library.py calls them and keeps the results. Only successes teach effects; a run that failed
because a need was unmet says nothing against the version.
"""

from __future__ import annotations

import ast
import contextlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from memory.episodic import inventory_difference
from memory.log import canonical
from skills.skill import Effect, Need, NeedKind, Outcome, Record, Rung, Setting, Signature, Time, Use

LATEST = (5, 8, 12)
"""So many of the latest runs are compared with those before them: few show a hard fall soon, many a soft one."""
DOUBT = 2.58
"""The latest runs are few, and looked at after each run: their interval is that of 99 %."""
LEAST_BEFORE, MOST_COMPARED = 5, 60
"""Runs that there must be to compare with, and how far back they are looked at."""
LONGEST_KIND = 64
"""Letters up to which a text argument may be a kind of something, or a name."""
MOST_AMOUNT = 1e9
"""A number beyond it says how many no more than infinity does: it stands for "as many as there are"."""
UNTOLD = "…"
"""In the place of a text argument that says nothing about what a skill does, because it is fresh in every task."""
WINDOW = 20
"""How many of the latest counted runs the lower bound looks at: an old glory must not hide a new failure."""


@dataclass(frozen=True)
class Ladder:
    """What each rung asks for.

    A draft becomes a candidate by one success, is verified by success in `fresh_worlds` worlds that its writer never
    saw, and trusted by `trusted_uses` counted runs with a bound of at least `trusted_bound`. A trusted version whose
    bound falls below `parole_bound` is on parole. From then on only what comes since counts for the ladder: it is
    verified again by so many fresh worlds with a bound of at least `parole_bound`, and trusted again as at first.
    """

    fresh_worlds: int = 2
    trusted_uses: int = 8
    trusted_bound: float = 0.6
    parole_bound: float = 0.4
    parole_streak: int = 3
    """So many failures in a row mean that something has changed, whatever the bound still says."""


def wilson(succeeded: int, runs: int, z: float = 1.96) -> float:
    """The lower end of the 95 % interval for a success rate: 0 without runs, never above the plain share."""
    if not runs:
        return 0.0
    share = succeeded / runs
    spread = z * math.sqrt(share * (1 - share) / runs + z * z / (4 * runs * runs))
    return max(0.0, (share + z * z / (2 * runs) - spread) / (1 + z * z / runs))


def highest(succeeded: int, runs: int, z: float = 1.96) -> float:
    """The upper end of the same interval: 1 without runs."""
    return 1 - wilson(runs - succeeded, runs, z)


class Run(NamedTuple):
    """What counts of a use for the record; a version may have very many of them."""

    outcome: Outcome
    setting: Setting
    world: str
    ticks: int


def record_of(runs: Iterable[Run]) -> Record:
    """The record over all runs of a version, oldest first."""
    runs = list(runs)
    outcomes = Counter(run.outcome for run in runs)
    recent = [run.outcome for run in runs if run.outcome != "unmet"][-WINDOW:]
    ticks = [run.ticks for run in runs if run.outcome == "succeeded"]
    last_in_world = {run.world: run.outcome for run in runs if run.setting == "fresh" and run.outcome != "unmet"}
    return Record(
        outcomes["succeeded"],
        outcomes["failed"],
        outcomes["unmet"],
        list(last_in_world.values()).count("succeeded"),
        wilson(recent.count("succeeded"), len(recent)),
        sum(ticks) / len(ticks) if ticks else None,
    )


def losing_streak(runs: Sequence[Run]) -> int:
    """How many of the latest counted runs failed in a row."""
    counted = [run.outcome for run in runs if run.outcome != "unmet"]
    return next((place for place, outcome in enumerate(reversed(counted)) if outcome == "succeeded"), len(counted))


def declined(runs: Sequence[Run]) -> bool:
    """Whether the latest counted runs went worse than those before them can explain: their intervals do not meet."""
    counted = [run.outcome == "succeeded" for run in runs if run.outcome != "unmet"][-MOST_COMPARED:]
    for size in LATEST:
        earlier, latest = counted[:-size], counted[-size:]
        if len(earlier) >= LEAST_BEFORE and highest(sum(latest), size, DOUBT) < wilson(sum(earlier), len(earlier)):
            return True
    return False


def next_rung(rung: Rung, record: Record, ladder: Ladder, streak: int = 0, *, fell: bool = False) -> Rung:
    """Where a version stands now: it climbs as evidence comes, falls by its bound once trusted.

    It falls always by a streak of failures, and where its latest runs went worse than before (`fell`). All of that is
    evidence since its latest fall: by that a version on parole is verified and trusted anew, whatever it did before.
    """
    if (streak >= ladder.parole_streak or fell) and record.succeeded:
        return "parole"
    enough = record.succeeded + record.failed >= ladder.trusted_uses
    if rung == "trusted":
        return "parole" if enough and record.bound < ladder.parole_bound else "trusted"
    proven = record.fresh_worlds >= ladder.fresh_worlds
    if rung == "parole":
        proven = proven and record.bound >= ladder.parole_bound
    elif rung != "verified" and not proven:
        return "candidate" if record.succeeded else rung
    if enough and record.bound >= ladder.trusted_bound:
        return "trusted"
    return "verified" if proven or rung == "verified" else rung


def learn_needs(uses: Sequence[Use]) -> list[Need]:
    """Tools, stations and places of the successful runs, with how many of them had each."""
    successes = [use for use in uses if use.outcome == "succeeded"]
    seen: Counter[tuple[NeedKind, str]] = Counter()
    for use in successes:
        seen.update(("tool", name) for name in set(use.tools))
        seen.update(("station", name) for name in set(use.stations))
        seen.update(("place", name) for name in set(use.places))
    return [Need(kind, name, count, len(successes)) for (kind, name), count in sorted(seen.items())]


def learn_effects(uses: Sequence[Use], signature: Signature, families: Mapping[str, str] | None = None) -> list[Effect]:
    """Intervals of what the successful runs changed, for each set of arguments that are kinds of something.

    Where the change is the same whatever those arguments are, it is one effect that does not depend on them. Where it
    was now this, now that of a family (`families`: item to its name), an effect of the family tells what was sure.
    """
    effects = _learned(uses, signature)
    families = families or {}
    varying = {_place(each, families) for each in effects if each.item in families and each.low <= 0 <= each.high}
    if not varying:
        return effects
    together = _learned([in_families(use, families) for use in uses], signature)
    wanted = {place for item, given in varying for place in ((item, given), (item, json.dumps({})))}
    told = [each for each in together if _place(each, families) in wanted]
    names = {each.item for each in told}
    return [
        *(replace(each, family=families[each.item]) if families.get(each.item) in names else each for each in effects),
        *told,
    ]


def _place(effect: Effect, families: Mapping[str, str]) -> tuple[str, str]:
    """Of what an effect tells under the name of its family, and under which arguments."""
    return families.get(effect.item, effect.item), json.dumps(effect.when)


def in_families(use: Use, families: Mapping[str, str]) -> Use:
    """A use with items that stand for each other counted under the name of their family."""
    return replace(
        use,
        before=counted(use.before, families),
        after=counted(use.after, families),
        tools=tuple(dict.fromkeys(families.get(name, name) for name in use.tools)),
        stations=tuple(dict.fromkeys(families.get(name, name) for name in use.stations)),
    )


def counted(inventory: Mapping[str, int], families: Mapping[str, str]) -> dict[str, int]:
    """An inventory with families in the place of their members."""
    counts: Counter[str] = Counter()
    for item, count in inventory.items():
        counts[families.get(item, item)] += count
    return dict(counts)


def learn_time(uses: Sequence[Use], signature: Signature, amount: str | None) -> Time | None:
    """The time of the successful runs over the number parameter `amount`, if there is one; None without runs."""
    given = defaults(signature)
    runs = [({**given, **use.args}.get(amount or ""), use.ticks) for use in uses if use.outcome == "succeeded"]
    if not runs:
        return None
    points = [(float(units or 0), ticks) for units, ticks in runs if _is_amount(units)]
    if not points:
        amount, points = None, [(1.0, ticks) for _, ticks in runs]
    ticks = [float(each) for _, each in points]
    low, high, per = min(ticks), max(ticks), None
    if amount:
        rates = [each / units for units, each in points]
        if _spread(rates) <= _spread(ticks):
            low, high, per = min(rates), max(rates), amount
    fixed, per_unit = _line(points)
    return Time(low, high, fixed, per_unit, per, len(points))


def _line(points: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """The least-squares line through (amount, ticks); through the mean in proportion where amounts do not differ."""
    mean_amount = math.fsum(amount for amount, _ in points) / len(points)
    mean_ticks = math.fsum(ticks for _, ticks in points) / len(points)
    spread = math.fsum((amount - mean_amount) ** 2 for amount, _ in points)
    if spread:
        slope = math.fsum((amount - mean_amount) * (ticks - mean_ticks) for amount, ticks in points) / spread
        slope = min(max(slope, 0.0), mean_ticks / mean_amount)
        return mean_ticks - slope * mean_amount, slope
    # One amount only: half of the time is taken to be there for any amount.
    return mean_ticks / 2, mean_ticks / 2 / mean_amount


def _learned(uses: Sequence[Use], signature: Signature) -> list[Effect]:
    groups: dict[str, list[tuple[dict[str, Any], dict[str, int]]]] = {}
    for use in uses:
        if use.outcome == "succeeded":
            args = {**defaults(signature), **use.args}
            kinds = {name: value for name, value in args.items() if _is_kind(value)}
            change = inventory_difference(use.before, use.after)
            groups.setdefault(json.dumps(kinds, sort_keys=True), []).append((args, change))
    found = [list(_effects(runs, json.loads(given))) for given, runs in sorted(groups.items())]
    told = [[(each.item, each.low, each.high, each.per) for each in effects] for effects in found]
    if len(found) > 1 and all(each == told[0] for each in told):
        return list(_effects([run for runs in groups.values() for run in runs], {}))
    return [effect for effects in found for effect in effects]


def defaults(signature: Signature) -> dict[str, Any]:
    """The values of the default arguments, as far as they are plain literals that a program can be given as JSON."""
    values = {}
    for parameter in signature.parameters:
        if parameter.default is not None:
            with contextlib.suppress(ValueError, SyntaxError, RecursionError, TypeError):
                value = _literal(parameter.default.strip())
                canonical(value).encode()
                values[parameter.name] = value
    return values


def _literal(text: str) -> Any:
    """The value of a literal, as JavaScript (`true`, `'a'`, `null`) or as Python (`True`, `'a'`, `None`) writes it."""
    try:
        return json.loads(text)
    except ValueError:
        return ast.literal_eval(text)


def _effects(runs: list[tuple[dict[str, Any], dict[str, int]]], given: Mapping[str, Any]) -> Iterator[Effect]:
    per = _amount_of([args for args, _ in runs])
    for item in sorted({item for _, change in runs for item in change}):
        changes = [float(change.get(item, 0)) for _, change in runs]
        low, high, by = min(changes), max(changes), None
        if per is not None:
            rates = [change / args[per] for change, (args, _) in zip(changes, runs, strict=True)]
            # It scales with the amount if dividing by it makes the runs agree at least as well as they did before.
            if _spread(rates) <= _spread(changes):
                low, high, by = min(rates), max(rates), per
        against = sum(change <= 0 if high > 0 else change >= 0 for change in changes)
        yield Effect(item, low, high, by, given, len(runs), against)


def _amount_of(args: Sequence[Mapping[str, Any]]) -> str | None:
    """The parameter that says how many: `count` if there is one, else the only number that every run was given."""
    amounts = [name for name in args[0] if all(_is_amount(each.get(name)) for each in args)]
    if "count" in amounts:
        return "count"
    return amounts[0] if len(amounts) == 1 else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_kind(value: Any) -> bool:
    """What may change the effect: not an amount, not what is written, and no table of what is known (places)."""
    return not _is_number(value) and not _is_text(value) and not isinstance(value, Mapping)


def _is_text(value: Any) -> bool:
    """What is written, not a kind of anything."""
    if not isinstance(value, str):
        return False
    return value == UNTOLD or len(value) > LONGEST_KIND or any(letter.isspace() for letter in value)


def _is_amount(value: Any) -> bool:
    return _is_number(value) and 0 < value <= MOST_AMOUNT


def _spread(values: Sequence[float]) -> float:
    largest = max(abs(value) for value in values)
    return (max(values) - min(values)) / largest if largest else 0.0
