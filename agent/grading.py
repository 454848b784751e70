"""Which of the recalled memories a program used, by what its run demonstrably did: only they are graded by its end.

Only what stood in the mind can have been used. What cannot be shown to have been used changes nothing: a place that was
given and never gone to, a lesson that advises nothing one could see done, a summary. What a world's own events show is
asked of the world. Reads only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
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

_DENIES = re.compile(r"\b(?:not|never|no|without|avoid|instead)\b|n't\b", re.IGNORECASE)


@dataclass(frozen=True)
class Deeds:
    """What a run demonstrably did.

    `program` is the hash of its source, `skills` the library skills it called with their versions, `calls` the names of
    all it called; `heeded` are documents without which its writer would have written another.
    """

    program: str | None = None
    skills: Mapping[str, str] = field(default_factory=dict)
    calls: frozenset[str] = frozenset()
    heeded: frozenset[int] = frozenset()


def used(state: State, parts: Parts, row: Iteration, events: Sequence[Mapping[str, Any]]) -> list[int]:
    """The documents of the recalled memories that the run of an iteration used."""
    minds = parts.working.of(row.journey, row.iteration)
    sections = minds[-1].packed.shown if minds else ()
    shown = {line for part in sections if part.section == MEMORIES for line in part.lines}
    here, deeds = parts.here(state), deeds_of(state, parts, row)
    functions = {*here.env.primitives(), *parts.library.names()}
    put_to_use = here.put_to_use((state["task"] or {}).get("item") or "", row, events)
    return [
        each["document"]
        for each in state["recalled"]
        if guard.redact(memory_line(each["text"])) in shown and _used(each, parts, deeds, functions, put_to_use)
    ]


def grade(row: Iteration) -> Outcome:
    """What an iteration says of the memories it used; nothing ('shown') where its failure was nobody's doing."""
    if row.passed:
        return "succeeded"
    return "shown" if evidence.cause(row) == "lost" or evidence.failure(row) == "verifier" else "failed"


def deeds_of(state: State, parts: Parts, row: Iteration) -> Deeds:
    """What the run of an iteration did in the words of every world, from its row and the log."""
    skills = evidence.called(row, parts.log)
    return Deeds(
        program=parts.episodes.keep_program(row.source) if row.source else None,
        skills=skills,
        calls=frozenset([*skills, *(str(call["name"]) for call in row.calls)]),
        heeded=frozenset((state["draft"] or {}).get("heeded", ())),
    )


def item_used(item: Item, deeds: Deeds, *, menders: Collection[str], functions: Collection[str]) -> bool:
    """Whether a run used a procedure or a lesson by what it called.

    `menders` are the skills with which a lesson's error was mended, `functions` the names of all that programs may
    call.
    """
    if item.kind == "procedure":
        return any(name in deeds.skills for name in item.data.get("skills", ()))
    return item.kind == "lesson" and (_mended(item, deeds, menders) or _advised(item, deeds, functions))


def episode_used(episode: Episode, deeds: Deeds, written: Mapping[str, tuple[str, int]]) -> bool:
    """Whether a run took over the program of an episode that passed: the same source, or the skill that was kept of it.

    `written` says in which (journey, iteration) each called version was written.
    """
    if episode.outcome != "passed":
        return False
    same = episode.program is not None and episode.program == deeds.program
    return same or (episode.journey, episode.iteration) in written.values()


def _used(
    recalled: Mapping[str, Any],
    parts: Parts,
    deeds: Deeds,
    functions: Collection[str],
    put_to_use: Callable[[Item], bool],
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
    return put_to_use(item) or item_used(item, deeds, menders=_menders(parts, item), functions=functions)


def _mended(item: Item, deeds: Deeds, menders: Collection[str]) -> bool:
    """The program that mended the error, or a skill by which it was mended, was taken over."""
    same = item.data.get("mended") is not None and item.data["mended"] == deeds.program
    return same or any(name in deeds.skills for name in menders)


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
