"""A skill goes on under another name: its source and those of its callers are rewritten, evidence and standing stay.

Versions are immutable, so a rename makes new ones that are the same but for names, links them to the old ones, and
retires the old name; their runs are counted together from then on. Renaming back leads to the very versions before.
How a source is rewritten comes in as a function, because this package knows no language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import networkx as nx

from memory.db import atomic
from skills.admit import Admission, Parse, name_refusals
from skills.errors import Inadmissible, NotAllowed, Refusal
from skills.graph import SkillGraph
from skills.library import Library
from skills.skill import Version, version_hashes

Rewrite = Callable[[str, str, str], str]
"""Source, a name in it, and the name to put in its place, decided by the syntax tree."""


@dataclass(frozen=True)
class Renamed:
    """What a rename did. `left` are pinned callers: they go on with the version that they are pinned to."""

    old: str
    new: str
    version: str
    callers: tuple[str, ...]
    left: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON."""
        return asdict(self)


def rename(
    library: Library,
    old: str,
    new: str,
    *,
    rewrite: Rewrite,
    parse: Parse,
    primitives: Mapping[str, str],
    reason: str,
    at: float = 0.0,
) -> Renamed:
    """Give a skill another name, in one transaction; `rename(new, old)` undoes it.

    Raises NotAllowed if the skill is retired or the name is another skill's, Inadmissible if the name may not be used.
    """
    why = f"{old} is now {new}: {reason}"
    with atomic(library.db):
        skill = library.get(old)
        if skill.retired:
            raise NotAllowed(f"{old!r} is retired: restore it before it is renamed")
        made: dict[str, str] = {}
        wanted = [each for each in library.versions(old) if each == skill.current or library.pinned_by(each.hash)]
        for version in sorted(wanted, key=lambda each: each == skill.current):
            admission = _renamed(version, rewrite(version.source, old, new), new)
            _refuse(library, admission, version, parse, primitives)
            made[version.hash] = _keep(library, admission, version, why, at).hash
        library.restore(new, reason=why, at=at)
        if skill.pinned:
            library.pin(new, reason=why, at=at)
        callers, left = _follow(library, old, new, made, rewrite, why, at)
        library.retire(old, reason=why, at=at)
    return Renamed(old, new, made[skill.current.hash], callers, left)


def _follow(
    library: Library, old: str, new: str, made: dict[str, str], rewrite: Rewrite, why: str, at: float
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Bind all that call a renamed version to the new one, callees first; those that did, and pinned ones."""
    graph = SkillGraph(library).calls()
    affected = graph.subgraph(nx.ancestors(graph, old)).reverse(copy=False)
    callers, left = [], []
    for name in nx.lexicographical_topological_sort(affected):
        caller = library.get(name)
        if caller.retired or made.keys().isdisjoint(caller.current.uses.values()):
            continue
        if caller.pinned:
            left.append(name)
            continue
        if {old, new} <= caller.current.uses.keys():
            raise NotAllowed(f"{name!r} calls {old!r} and an earlier {new!r}: choose another name")
        uses = {new if called == old else called: made.get(hash, hash) for called, hash in caller.current.uses.items()}
        source = caller.current.source
        if old in caller.current.uses:
            source = rewrite(source, old, new)
        made[caller.current.hash] = _keep(
            library, replace(_renamed(caller.current, source, name), uses=uses), caller.current, why, at
        ).hash
        callers.append(name)
    return tuple(callers), tuple(left)


def _keep(library: Library, admission: Admission, before: Version, why: str, at: float) -> Version:
    version = library.add(
        admission, reason=why, author=before.author, journey=before.journey, iteration=before.iteration, at=at
    )
    library.carry_on(version.hash, before.hash, reason=why, at=at)
    return version


def _renamed(version: Version, source: str, name: str) -> Admission:
    return Admission(
        source, (), replace(version.signature, name=name), version.purpose, version.language, version.uses,
        version.primitives,
    )  # fmt: skip


def _refuse(
    library: Library, admission: Admission, before: Version, parse: Parse, primitives: Mapping[str, str]
) -> None:
    """Refuse a name that may not be given: for what it is, or for what it does to the source that it stands in."""
    assert admission.signature is not None
    new = admission.signature.name
    refusals = list(name_refusals(new, primitives))
    if not refusals:
        borne = {each["code"] for each in parse(before.source).get("refusals", ())}
        facts = parse(admission.source)
        told = [Refusal(each["code"], each["message"], each.get("line")) for each in facts.get("refusals", ())]
        refusals += [each for each in told if each.code not in borne]
        if any(each.code == "syntax" for each in refusals) or facts.get("main") != new:
            refusals = [Refusal("bad_name", f"`{new}` cannot be the name of a function: choose another name")]
    if refusals:
        raise Inadmissible(refusals)
    hashes = version_hashes(admission.source, admission.signature, admission.uses, admission.language)
    if new in library.names(retired=True):
        known = library.get(new)
        if not known.retired or not any(version.hash in hashes for version in library.versions(new)):
            state = " (retired)" if known.retired else ""
            raise NotAllowed(f"there is a skill {new!r} already{state}: choose another name")
