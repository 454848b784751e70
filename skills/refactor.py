"""Refactorings that the library finds in itself: doubles, siblings, steps in common, idle wrappers.

Finds and describes; it changes nothing. What a source is apart from names and layout comes in as a function, because
this package knows no language. Whether a proposal is carried out is decided by replays (`agent.refactoring`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal

from skills.reader import LibraryReader
from skills.skill import Skill, Version
from skills.words import apart

Kind = Literal["duplicate", "siblings", "common_steps", "idle_wrapper"]
Shape = Callable[[str], Mapping[str, Any]]
"""Source to {same, like, constants, steps, words, size, passes_on}: see bridge/reshape.js, and for Python
envs/desktop/reshape.py. Raises ValueError."""
Joined = Callable[[Sequence[str]], str]
"""Words to a name, as a language writes it."""

AUTHOR = "library"
"""Of versions that the library makes by itself."""
MOST_PARAMETERS = 3
"""Siblings that differ in more than so many constants have too little in common."""
LEAST_SIZE = 25
"""Nodes of a syntax tree from which on sharing it is worth a skill of its own."""
LEAST_STEPS = 3
MOST_WORDS = 3
"""Things that the name of steps in common speaks of."""
OTHER_WORDS = ("thing", "piece")
"""Ends of the name of what covers siblings, where the usual one is taken."""
_NAMES: Mapping[type, tuple[str, ...]] = {str: ("item", "source", "place"), int: ("amount", "level", "limit")}


@dataclass(frozen=True)
class Group:
    """Constants that become one parameter: where they stand, its name, and each sibling's value."""

    at: tuple[int, ...]
    parameter: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Proposal:
    """One refactoring. `keep` is the skill whose source stays or is generalised; the first of `skills`."""

    kind: Kind
    skills: tuple[str, ...]
    reason: str
    name: str = ""
    """Of the skill that is to be made, if one is."""
    groups: tuple[Group, ...] = ()
    starts: tuple[int, ...] = ()
    """Of steps in common: the number of the first in each skill."""
    length: int = 0
    """Of steps in common: how many there are in a row."""
    joins: bool = False
    """Of siblings: whether the skill `name` is there, made of others of their kind, and covers them too."""

    def to_json(self) -> dict[str, Any]:
        """The proposal as plain JSON."""
        return asdict(self)


def find(
    library: LibraryReader, shape: Shape, taken: Iterable[str] = (), language: str = "javascript"
) -> list[Proposal]:
    """What could be refactored among the skills in use; `taken` are names that a new skill must not have."""
    everything = library.all()
    called = {callee for skill in everything for callee in skill.current.uses}
    left_over = _left_over(everything, called)
    shapes: dict[str, Mapping[str, Any]] = {}
    for skill in everything:
        if skill.record.succeeded and skill.current.language == language and skill.name not in left_over:
            with suppress(ValueError):  # what cannot be looked at stays as it is
                shapes[skill.name] = shape(skill.current.source)
    skills = [skill for skill in everything if skill.name in shapes]
    names = {*taken, *library.names(retired=True)} - left_over
    doubles = list(_duplicates(skills, shapes))
    gone = {name for proposal in doubles for name in proposal.skills[1:]}
    left = [skill for skill in skills if skill.name not in gone]
    joined = _JOINED[language]
    return [
        *doubles,
        *_joining(library, left, shapes, shape),
        *_siblings(left, shapes, names, joined),
        *_idle(left, shapes, called),
        *_common_steps(left, shapes, names, joined),
    ]


def common_purpose(purposes: Sequence[str]) -> str:
    """What skills do that differ in one place: "Dig dirt." and "Dig sand." are "Dig dirt or sand." together.

    The first of them where they have hardly anything in common, or one says nothing that the others do not say.
    """
    rows = [re.findall(r"\w+|\W+", purpose) for purpose in purposes]
    shortest = min(map(len, rows))
    head = next((at for at in range(shortest) if len({row[at] for row in rows}) > 1), shortest)
    left = shortest - head
    tail = next((at for at in range(left) if len({row[-1 - at] for row in rows}) > 1), left)
    middles = list(dict.fromkeys("".join(row[head : len(row) - tail]).strip() for row in rows))
    if not head or not all(middles) or len(middles) < 2:
        return purposes[0]
    choice = f"{', '.join(middles[:-1])} or {middles[-1]}"
    return "".join([*rows[0][:head], choice, *rows[0][len(rows[0]) - tail :]])


def is_shared(version: Version) -> bool:
    """Whether the library made it of what several skills have in common: they keep the names for what it brings."""
    return version.author == AUTHOR and version.parent is None


def _left_over(skills: Sequence[Skill], called: set[str]) -> set[str]:
    """Skills that a refactoring made and, broken off half way, let nobody call: it may make them again."""
    return {skill.name for skill in skills if is_shared(skill.current) and skill.name not in called}


def _duplicates(skills: Sequence[Skill], shapes: Mapping[str, Mapping[str, Any]]) -> Iterable[Proposal]:
    for group in _grouped(
        skills, lambda skill: (shapes[skill.name]["same"], tuple(sorted(skill.current.uses.items())))
    ):
        best = sorted(group, key=lambda skill: (-skill.record.bound, skill.current.number))
        names = tuple(skill.name for skill in best)
        yield Proposal("duplicate", names, f"{' and '.join(names)} are the same but for names and layout")


def _siblings(
    skills: Sequence[Skill], shapes: Mapping[str, Mapping[str, Any]], names: set[str], joined: Joined
) -> Iterable[Proposal]:
    for group in _grouped(skills, lambda skill: (shapes[skill.name]["like"], tuple(sorted(skill.current.uses)))):
        ordered = sorted(group, key=lambda skill: (-skill.record.bound, skill.current.number))
        groups = _differing([shapes[skill.name]["constants"] for skill in ordered])
        first = shapes[ordered[0].name]
        if not groups or first["size"] < LEAST_SIZE or len(first["steps"]) < 2:
            continue
        if any(
            parameter.name in {g.parameter for g in groups} for parameter in ordered[0].current.signature.parameters
        ):
            continue
        called = [skill.name for skill in ordered]
        words = (groups[0].parameter, *OTHER_WORDS)
        name = next((each for word in words if (each := _common_name(called, word, joined)) not in names), "")
        if not name:
            continue
        yield Proposal(
            "siblings",
            tuple(skill.name for skill in ordered),
            f"they differ only in {', '.join(' / '.join(map(repr, g.values)) for g in groups)}",
            name,
            groups,
        )


def _joining(
    library: LibraryReader, skills: Sequence[Skill], shapes: Mapping[str, Mapping[str, Any]], shape: Shape
) -> Iterable[Proposal]:
    """Skills that came after their siblings had been made one, and that this one covers with constants of their own."""
    origins: dict[str, list[str]] = {}
    for link in library.links("derived_from"):
        origins.setdefault(link.version, []).append(link.other)
    for general in skills:
        if not is_shared(general.current) or general.current.hash not in origins:
            continue
        old = [library.version(hash) for hash in origins[general.current.hash]]
        try:
            first, rows = shape(old[0].source), [shape(version.source)["constants"] for version in old]
        except ValueError:
            continue
        groups = _differing(rows) if len({len(row) for row in rows}) == 1 else ()
        taken = {parameter.name for parameter in general.current.signature.parameters}
        if not groups or not taken.issuperset(group.parameter for group in groups):
            continue  # made of steps in common
        alike = [
            skill
            for skill in skills
            if shapes[skill.name]["like"] == first["like"]
            and sorted(skill.current.uses) == sorted(old[0].uses)
            and _covers(groups, rows[0], shapes[skill.name]["constants"])
        ]
        if alike:
            yield Proposal(
                "siblings",
                tuple(skill.name for skill in alike),
                f"they do what {general.name} does with constants of their own",
                general.name,
                tuple(
                    Group(each.at, each.parameter, tuple(shapes[s.name]["constants"][each.at[0]] for s in alike))
                    for each in groups
                ),
                joins=True,
            )


def _covers(groups: Sequence[Group], base: Sequence[Any], constants: Sequence[Any]) -> bool:
    """Whether constants differ from those of the first sibling only where there are parameters, each of one value."""
    free = {number for group in groups for number in group.at}
    same = all(
        one == other for number, (one, other) in enumerate(zip(base, constants, strict=True)) if number not in free
    )
    return same and all(len({constants[number] for number in group.at}) == 1 for group in groups)


def _differing(rows: Sequence[Sequence[Any]]) -> tuple[Group, ...]:
    """The constants in which siblings differ, those that go together as one; empty if there are too many."""
    places: dict[tuple[Any, ...], list[int]] = {}
    for number, values in enumerate(zip(*rows, strict=True)):
        if len(set(values)) > 1:
            places.setdefault(values, []).append(number)
    if not 0 < len(places) <= MOST_PARAMETERS:
        return ()
    names = {kind: iter(words) for kind, words in _NAMES.items()}
    groups = []
    for values, at in places.items():
        kind = str if isinstance(values[0], str) else int
        groups.append(Group(tuple(at), next(names[kind]), values))
    return tuple(sorted(groups, key=lambda group: group.parameter != "item"))


def _idle(skills: Sequence[Skill], shapes: Mapping[str, Mapping[str, Any]], called: set[str]) -> Iterable[Proposal]:
    for skill in skills:
        target = shapes[skill.name]["passes_on"]
        if target in skill.current.uses and skill.name not in called:
            reason = f"{skill.name} only hands its parameters on to {target}, and no skill calls it"
            yield Proposal("idle_wrapper", (target, skill.name), reason)


def _common_steps(
    skills: Sequence[Skill], shapes: Mapping[str, Mapping[str, Any]], names: set[str], joined: Joined
) -> Iterable[Proposal]:
    """Runs of steps that several skills have, as long as they are the same in all of them; most saved first."""
    steps = {skill.name: shapes[skill.name]["steps"] for skill in skills}
    windows: dict[tuple[str, ...], dict[str, int]] = {}
    for name, each in steps.items():
        for start in range(len(each) - LEAST_STEPS + 1):
            window = each[start : start + LEAST_STEPS]
            if None not in window:
                windows.setdefault(tuple(window), {}).setdefault(name, start)
    found: dict[tuple[tuple[str, int], ...], int] = {}
    for places in windows.values():
        if len(places) > 1 and len({_step(steps, name, start - 1) for name, start in places.items()}) > 1:
            length = LEAST_STEPS
            while _one_more(steps, places, length):
                length += 1
            found[tuple(sorted(places.items()))] = length
    for places_of, length in sorted(found.items(), key=lambda each: (-each[1] * (len(each[0]) - 1), each[0])):
        owners = tuple(name for name, _ in places_of)
        starts = tuple(at for _, at in places_of)
        said = [word for step in shapes[owners[0]]["words"][starts[0] : starts[0] + length] for word in step]
        name = _prepare(said or [owners[0]], joined)
        if name not in names:
            names.add(name)
            reason = f"they have {length} steps in a row in common"
            yield Proposal("common_steps", owners, reason, name, starts=starts, length=length)


def _one_more(steps: Mapping[str, Sequence[str | None]], places: Mapping[str, int], length: int) -> bool:
    """Whether the next step is the same in all of them as well, and one that can be moved."""
    following = {_step(steps, name, start + length) for name, start in places.items()}
    return len(following) == 1 and None not in following


def _step(steps: Mapping[str, Sequence[str | None]], name: str, at: int) -> str | None:
    """A step of a skill; one beyond its ends is like no other."""
    return steps[name][at] if 0 <= at < len(steps[name]) else f"{name}:{at}"


def _grouped(skills: Sequence[Skill], key: Callable[[Skill], Any]) -> list[list[Skill]]:
    groups: dict[Any, list[Skill]] = {}
    for skill in skills:
        groups.setdefault(key(skill), []).append(skill)
    return [group for group in groups.values() if len(group) > 1]


def _camel(words: Sequence[str]) -> str:
    """Words as one name, as JavaScript writes it."""
    return "".join([words[0], *(part.capitalize() for part in words[1:])])


_JOINED: Mapping[str, Joined] = {"javascript": _camel, "python": "_".join}


def _common_name(names: Sequence[str], parameter: str, joined: Joined) -> str:
    """The words that all names begin with, and what varies: craftIronAxe and craftIronPickaxe give craftIronItem."""
    words = [apart(name).split() for name in names]
    common: list[str] = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        common.append(column[0])
    return joined([*(common or ["do"]), parameter])


def _prepare(said: Sequence[str], joined: Joined) -> str:
    """A name for steps in common after the things that they speak of: prepareCraftingTableIronIngot."""
    things = list(dict.fromkeys(apart(word) for word in said))[:MOST_WORDS]
    return joined(["prepare", *(part for thing in things for part in thing.split())])
