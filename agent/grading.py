"""Which of the recalled memories a program used, by what its run demonstrably did: only they are graded by its end.

Only what stood in the mind can have been used. What cannot be shown to have been used changes nothing: a place that was
given and never gone to, a lesson that advises nothing one could see done, a summary. Reads only.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent import evidence
from agent.brains.model import MEMORIES, memory_line
from agent.parts import Parts
from agent.state import State
from agent.store import Iteration
from memory import guard
from memory.decay import Outcome
from memory.episodic import Episode
from memory.items import Item

FEW = 4
"""Blocks around a remembered one within which digging one of its kind is using it: a vein is not one block."""
_HANDLED = ("dug", "opened", "stored", "took")
_GOT = ("crafted", "smelted", "picked_up", "took")
_DENIES = re.compile(r"\b(?:not|never|no|without|avoid|instead)\b|n't\b", re.IGNORECASE)

Spot = tuple[str, float, float, float]
"""A block and where it is."""


@dataclass(frozen=True)
class Deeds:
    """What a run demonstrably did.

    `program` is the hash of its source, `skills` the library skills it called with their versions, `calls` the names of
    all it called; `handled` are blocks it dug or opened and had not put there itself, `gone_to` the (x, z) its calls
    name, `got` the items it came by; `heeded` are documents without which its writer would have written another.
    """

    program: str | None = None
    skills: Mapping[str, str] = field(default_factory=dict)
    calls: frozenset[str] = frozenset()
    handled: tuple[Spot, ...] = ()
    gone_to: frozenset[tuple[float, float]] = frozenset()
    got: Mapping[str, int] = field(default_factory=dict)
    heeded: frozenset[int] = frozenset()


def used(state: State, parts: Parts, row: Iteration, events: Sequence[Mapping[str, Any]]) -> list[int]:
    """The documents of the recalled memories that the run of an iteration used."""
    minds = parts.working.of(row.journey, row.iteration)
    sections = minds[-1].packed.shown if minds else ()
    shown = {line for part in sections if part.section == MEMORIES for line in part.lines}
    deeds = deeds_of(state, parts, row, events)
    functions = {*parts.here(state).env.primitives(), *parts.library.names()}
    about = (state["task"] or {}).get("item")
    return [
        each["document"]
        for each in state["recalled"]
        if guard.redact(memory_line(each["text"])) in shown and _used(each, parts, deeds, functions, about)
    ]


def grade(row: Iteration) -> Outcome:
    """What an iteration says of the memories it used; nothing ('shown') where its failure was nobody's doing."""
    if row.passed:
        return "succeeded"
    return "shown" if evidence.cause(row) == "lost" or evidence.failure(row) == "verifier" else "failed"


def deeds_of(state: State, parts: Parts, row: Iteration, events: Sequence[Mapping[str, Any]]) -> Deeds:
    """What the run of an iteration did, from its row and the world's events."""
    skills = evidence.called(row, parts.log)
    return Deeds(
        program=parts.episodes.keep_program(row.source) if row.source else None,
        skills=skills,
        calls=frozenset([*skills, *(str(call["name"]) for call in row.calls)]),
        handled=_handled(events),
        gone_to=frozenset(_named(row.calls)),
        got=_got(events),
        heeded=frozenset((state["draft"] or {}).get("heeded", ())),
    )


def item_used(item: Item, deeds: Deeds, *, menders: Collection[str], functions: Collection[str], about: str) -> bool:
    """Whether a run used a fact, place, lesson or procedure.

    `menders` are the skills with which a lesson's error was mended, `functions` the names of all that programs may
    call, `about` is the item of the task.
    """
    if item.kind == "procedure":
        return any(name in deeds.skills for name in item.data.get("skills", ()))
    if item.kind in ("fact", "place"):
        return item.data.get("what") != "absent" and {"x", "y", "z"} <= item.data.keys() and _place_used(item, deeds)
    return item.kind == "lesson" and (
        _mended(item, deeds, menders) or _remedied(item, deeds, about) or _advised(item, deeds, functions)
    )


def episode_used(episode: Episode, deeds: Deeds, written: Mapping[str, tuple[str, int]]) -> bool:
    """Whether a run took over the program of an episode that passed: the same source, or the skill that was kept of it.

    `written` says in which (journey, iteration) each called version was written.
    """
    if episode.outcome != "passed":
        return False
    same = episode.program is not None and episode.program == deeds.program
    return same or (episode.journey, episode.iteration) in written.values()


def _used(
    recalled: Mapping[str, Any], parts: Parts, deeds: Deeds, functions: Collection[str], about: str | None
) -> bool:
    tier, ref = recalled["tier"], recalled["ref"]
    if recalled["document"] in deeds.heeded:
        return True
    if tier == "episode":
        versions = {hash: parts.library.version(hash) for hash in deeds.skills.values()}
        written = {hash: (version.journey, version.iteration) for hash, version in versions.items()}
        return episode_used(parts.episodes.by_id(ref), deeds, written)
    if tier not in ("fact", "place", "lesson", "procedure"):
        return False
    item = parts.semantic.get(ref)
    return item_used(item, deeds, menders=_menders(parts, item), functions=functions, about=about or "")


def _place_used(item: Item, deeds: Deeds) -> bool:
    """It was dug, opened or gone to: being near it by chance is not using it."""
    x, y, z = (float(item.data[axis]) for axis in "xyz")
    handled = (math.dist((x, y, z), there) for block, *there in deeds.handled if block == item.subject)
    return (x, z) in deeds.gone_to or any(distance <= FEW for distance in handled)


def _mended(item: Item, deeds: Deeds, menders: Collection[str]) -> bool:
    """The program that mended the error, or a skill by which it was mended, was taken over."""
    same = item.data.get("mended") is not None and item.data["mended"] == deeds.program
    return same or any(name in deeds.skills for name in menders)


def _remedied(item: Item, deeds: Deeds, about: str) -> bool:
    """What an earlier run for the same item had lacked was come by."""
    error = item.data.get("error") or {}
    lacked = error.get("value") if error.get("code") == "missing_items" else None
    if item.subject != about or not isinstance(lacked, Mapping) or not lacked:
        return False
    return all(deeds.got.get(str(name), 0) >= count for name, count in lacked.items() if isinstance(count, int))


def _advised(item: Item, deeds: Deeds, functions: Collection[str]) -> bool:
    """Every function that the advice names was called. What must not be done cannot be seen to have been heeded."""
    advice = str(item.data.get("advice", ""))
    named = {word for word in re.findall(r"\w+", advice) if word in functions}
    return bool(named) and named <= deeds.calls and not item.data.get("never") and not _DENIES.search(advice)


def _menders(parts: Parts, item: Item) -> frozenset[str]:
    """The skills that the program which mended an error called or became, and the one that failed did not."""
    if not item.data.get("mended"):
        return frozenset()
    episodes = [parts.episodes.by_id(each) for each in item.evidence]
    failed = {name for each in episodes if each.program == item.data.get("failed") for name in each.skills}
    return frozenset(name for each in episodes if each.program == item.data["mended"] for name in each.skills) - failed


def _handled(events: Iterable[Mapping[str, Any]]) -> tuple[Spot, ...]:
    found, own = [], set()
    for event in events:
        if not {"x", "y", "z", "block"} <= event.keys():
            continue
        spot = (str(event["block"]), float(event["x"]), float(event["y"]), float(event["z"]))
        if event["kind"] == "placed":
            own.add(spot)
        elif event["kind"] in _HANDLED and spot not in own:
            found.append(spot)
    return tuple(found)


def _named(calls: Iterable[Mapping[str, Any]]) -> Iterable[tuple[float, float]]:
    """The places that calls were given; arguments are kept as JSON, cut short where they are long."""
    for call in calls:
        for text in call["args"]:
            try:
                given = json.loads(text)
            except (TypeError, ValueError):
                continue
            if isinstance(given, dict) and all(isinstance(given.get(axis), int | float) for axis in "xz"):
                yield float(given["x"]), float(given["z"])


def _got(events: Iterable[Mapping[str, Any]]) -> Counter[str]:
    got: Counter[str] = Counter()
    for event in events:
        if event["kind"] in _GOT and "item" in event:
            got[str(event["item"])] += int(event.get("count") or 1)
    return got
