"""What `skills` commands show: reads the database, gives plain JSON, and turns that JSON into text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict
from typing import Any

from agent.database import database
from agent.errors import UsageError
from agent.tables import number_of, table
from skills import render
from skills.graph import SkillGraph
from skills.library import Library
from skills.skill import Effect, Skill
from skills.words import names

Json = dict[str, Any]
_STATES = {
    "in quarantine": "in quarantine: it came from elsewhere, and nothing calls it before it is verified here: "
    "`journeyman skills test {}`",
    "retired": "retired: neither found nor called by new programs, until `journeyman skills restore {}`",
    "pinned": "pinned: evidence does not move it to another version, until `journeyman skills unpin {}`",
}
"""What a mark beside a rung means, with the name of the skill to fill in."""


def skills(library: str, *, retired: bool = False) -> list[Json]:
    """All skills of a library; retired ones too if asked for."""
    opened = Library(database(read_only=True), library)
    counts, waiting = opened.version_counts(), _waiting(opened)
    if not counts and (there := opened.libraries()):
        raise UsageError(f"no library is called {library!r}; libraries: {', '.join(there)}")
    return [_summary(skill, counts[skill.name], waiting) for skill in opened.all(retired=retired)]


def skill_table(found: Sequence[Mapping[str, Any]]) -> str:
    """The skills as a table."""
    if not found:
        return "No skills yet: journeyman run minecraft"
    rows = [
        [
            each["name"],
            ", ".join([each["rung"], *_marks(each)]),
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
        **_summary(found, len(opened.versions(name)), _waiting(opened)),
        "call": render.call(found.current.signature, found.current.language),
        "purpose": found.current.purpose,
        "contract": render.contract(found),
        "requires": [asdict(need) for need in found.requires],
        "effects": [asdict(effect) for effect in found.effects],
        "record": asdict(found.record),
        "primitives": list(found.current.primitives),
        "calls": sorted(graph.calls().successors(name)),
        "rests_on": graph.closure(name),
        "called_by": graph.direct_callers(name),
        "older_version_called_by": _behind(opened, graph, found),
        "needed_by": graph.callers(name),
        "links": _links(opened, graph, found),
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


def _behind(library: Library, graph: SkillGraph, skill: Skill) -> dict[str, str]:
    """Callers that are bound to another version than the current one, and to which."""
    bound = {caller: library.get(caller).current.uses[skill.name] for caller in graph.direct_callers(skill.name)}
    return {caller: hash for caller, hash in bound.items() if hash != skill.current.hash}


def _links(library: Library, graph: SkillGraph, skill: Skill) -> list[Json]:
    """What the current version was derived or renamed from, or doubles."""
    edges = graph.versions().out_edges(skill.current.hash, data="kind")
    return [
        {"kind": kind, "skill": library.version(other).skill, "hash": other}
        for _, other, kind in edges
        if kind not in ("calls", "supersedes")
    ]


def skill_words(found: Mapping[str, Any]) -> str:
    """One skill as text."""
    lines = [found["call"], f"  {found['purpose']}", f"  {found['contract']}"]
    lines += [f"  {_STATES[mark].format(found['name'])}" for mark in _marks(found)]
    lines.append("")
    lines += [f"  {'effect':<15}{each}" for each in map(_effect_words, found["effects"])]
    for label, key in (
        ("calls", "calls"), ("rests on", "rests_on"), ("called by", "called_by"), ("needed by", "needed_by"),
        ("primitives", "primitives"),
    ):  # fmt: skip
        behind = found["older_version_called_by"] if key == "called_by" else {}
        told = [f"{each} ({behind[each][:15]}, an older version)" if each in behind else each for each in found[key]]
        lines.append(f"  {label:<15}{', '.join(told) or 'none'}")
    lines += [f"  {each['kind'].replace('_', ' '):<15}{each['skill']} {each['hash'][:15]}" for each in found["links"]]
    lines.append("  versions")
    for each in found["version_list"]:
        mark = "*" if each["current"] else " "
        made = f"{each['journey']} #{each['iteration']}, " if each["journey"] else ""
        lines.append(f"  {mark} {each['hash'][:15]}  {made}{each['author']}: {each['reason']}")
    return "\n".join(lines)


def _effect_words(effect: Json) -> str:
    """One effect with the runs for and against it."""
    told = render.effect(Effect(**effect))
    one_of = f", one of {effect['family']}" if effect["family"] else ""
    return f"{told}: {number_of(effect['seen'] - effect['against'], 'run')} for, {effect['against']} against{one_of}"


def _marks(skill: Mapping[str, Any]) -> list[str]:
    """How a skill stands beside its rung."""
    if skill["quarantined"]:
        return ["in quarantine"]
    return [mark for mark in ("retired", "pinned") if skill[mark]]


def _waiting(library: Library) -> set[str]:
    """Versions in quarantine."""
    return {each.version for each in library.quarantined()}


def code(library: str, name: str, hash: str | None) -> Json:
    """The source of a version."""
    opened = Library(database(read_only=True), library)
    version = opened.chosen(name, hash)
    return {"name": version.skill, "hash": version.hash, "source": version.source, "uses": dict(version.uses)}


def _gives(skill: Skill) -> list[str]:
    """The items that it gains for sure, each once, what it is for before what comes along."""
    gained = [effect for effect in skill.effects if effect.low > 0]
    meant = [each.item for each in gained if names(skill.name, each.item) or each.item in each.when.values()]
    return list(dict.fromkeys([*meant, *(each.item for each in gained)]))


def _summary(skill: Skill, versions: int, waiting: Set[str]) -> Json:
    record = skill.record
    return {
        "name": skill.name,
        "rung": skill.rung,
        "retired": skill.retired,
        "quarantined": skill.current.hash in waiting,
        "pinned": skill.pinned,
        "hash": skill.current.hash,
        "succeeded": record.succeeded,
        "runs": record.succeeded + record.failed,
        "bound": round(record.bound, 3),
        "versions": versions,
        "gives": _gives(skill),
    }
