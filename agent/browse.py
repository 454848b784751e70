"""What `skills` and `memory` commands show: reads the database, gives plain JSON, and turns that JSON into text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from agent.session import database
from agent.store import Store
from agent.tables import table
from memory.recall import Question, Recall
from skills import render
from skills.graph import SkillGraph
from skills.library import Library
from skills.skill import Skill

Json = dict[str, Any]


def skills(library: str) -> list[Json]:
    """All skills of a library."""
    opened = Library(database(read_only=True), library)
    return [_summary(skill, len(opened.versions(skill.name))) for skill in opened.all()]


def skill_table(found: Sequence[Mapping[str, Any]]) -> str:
    """The skills as a table."""
    if not found:
        return "No skills yet: journeyman run minecraft"
    rows = [
        [
            each["name"],
            each["rung"],
            f"{each['succeeded']}/{each['runs']}",
            str(each["versions"]),
            ", ".join(each["gives"][:4]),
        ]
        for each in found
    ]
    return table(["skill", "stands as", "worked", "versions", "gives"], rows)


def skill(library: str, name: str) -> Json:
    """One skill with everything that is known of it."""
    opened = Library(database(read_only=True), library)
    found, graph = opened.get(name), SkillGraph(opened)
    return {
        **_summary(found, len(opened.versions(name))),
        "call": render.call(found.current.signature),
        "purpose": found.current.purpose,
        "contract": render.contract(found),
        "requires": [asdict(need) for need in found.requires],
        "effects": [asdict(effect) for effect in found.effects],
        "record": asdict(found.record),
        "primitives": list(found.current.primitives),
        "calls": sorted(graph.calls().successors(name)),
        "called_by": graph.callers(name),
        "history": [asdict(move) for move in opened.history(name)],
        "version_list": [
            {
                "hash": each.hash,
                "author": each.author,
                "journey": each.journey,
                "iteration": each.iteration,
                "reason": each.reason,
                "current": each.hash == found.current.hash,
            }
            for each in opened.versions(name)
        ],
    }


def skill_words(found: Mapping[str, Any]) -> str:
    """One skill as text."""
    lines = [found["call"], f"  {found['purpose']}", f"  {found['contract']}", ""]
    for label, key in (("calls", "calls"), ("called by", "called_by"), ("primitives", "primitives")):
        lines.append(f"  {label:<11}{', '.join(found[key]) or 'none'}")
    lines.append("  versions")
    for each in found["version_list"]:
        mark = "*" if each["current"] else " "
        lines.append(
            f"  {mark} {each['hash'][:15]}  {each['journey']} #{each['iteration']}, {each['author']}: {each['reason']}"
        )
    return "\n".join(lines)


def code(library: str, name: str, hash: str | None) -> Json:
    """The source of a version."""
    opened = Library(database(read_only=True), library)
    version = opened.version(hash) if hash else opened.get(name).current
    return {"name": version.skill, "hash": version.hash, "source": version.source, "uses": dict(version.uses)}


def recall(words: str, journey: str, limit: int) -> list[Json]:
    """What is remembered about some words; without a journey, also what the newest one knows of its world."""
    db = database(read_only=True)
    store = Store(db)
    names = [each.name for each in store.journeys()]
    scope = store.journey(journey).name if journey else (names[-1] if names else "")
    found = Recall(db).ask(
        Question(words, scope=scope, items=tuple(words.split())), now=float(store.experience()), limit=limit
    )
    return [asdict(hit) for hit in found.hits]


def recall_words(why: bool) -> Callable[[Sequence[Mapping[str, Any]]], str]:
    """A function that turns recalled memories into text, with the parts of each score if `why`."""

    def words(found: Sequence[Mapping[str, Any]]) -> str:
        if not found:
            return "Nothing is remembered about that."
        lines = []
        for hit in found:
            lines.append(f"{hit['score']:.3f}  {hit['tier']:<8}{hit['text']}")
            if why:
                parts = ", ".join(f"{name} {part['added']:+.4f}" for name, part in hit["parts"].items())
                lines.append(f"               {hit['why']}: {parts}")
        return "\n".join(lines)

    return words


def _summary(skill: Skill, versions: int) -> Json:
    record = skill.record
    return {
        "name": skill.name,
        "rung": skill.rung,
        "retired": skill.retired,
        "hash": skill.current.hash,
        "succeeded": record.succeeded,
        "runs": record.succeeded + record.failed,
        "bound": round(record.bound, 3),
        "versions": versions,
        "gives": [effect.item for effect in skill.effects if effect.low > 0],
    }
