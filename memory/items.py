"""Items of the semantic tier: what one is, and how each kind is put into words.

Pure: values and the functions that make them; semantic.py alone writes them. An item is a cube: content, kind, scope,
provenance, time, strength of belief, state, pin, sensitivity. Its version chain is the journal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from memory import documents
from memory.guard import Sensitivity, named
from memory.log import canonical
from memory.signature import signature

Kind = Literal["fact", "lesson", "place", "procedure", "sign", "summary"]
State = Literal["generated", "active", "merged", "archived"]

LIVE: tuple[State, ...] = ("generated", "active")
"""States of items that are in mind; the other two keep their row and can come back."""

FAMILY = "family:"
"""Beginning of a scope that is a family of tasks; every other scope but '' is the journey whose world it holds in."""


@dataclass(frozen=True)
class Item:
    """Something held to be true. `subject` is what it is about (an item, a block, a skill, an error code).

    `scope` is the journey whose world it holds in, a family of tasks, or '' if it holds everywhere. `valid_to` and
    `superseded_by` say that it is wrong now; `state` says whether it is in mind. `slot` names a question that has one
    answer at a time in its scope (the contents of a chest), '' for none. `evidence` are episodes, `sources` the items
    that it was made of; `origin` is who made it: the journey, a job, a person, a bundle. `world` is the kind of world
    that it is about, '' for any.
    """

    kind: Kind
    subject: str
    text: str
    scope: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[int, ...] = ()
    valid_from: float = 0.0
    valid_to: float | None = None
    superseded_by: int | None = None
    state: State = "active"
    slot: str = ""
    recorded_at: float = 0.0
    confidence: float = 1.0
    pinned: bool = False
    sensitivity: Sensitivity = "plain"
    origin: str = "journey"
    merged_into: int | None = None
    sources: tuple[int, ...] = ()
    world: str = ""
    id: int = 0

    @property
    def live(self) -> bool:
        """Whether it is in mind and still so."""
        return self.state in LIVE and self.valid_to is None

    @property
    def archived(self) -> bool:
        """Whether it is out of mind."""
        return self.state == "archived"


def told_scope(scope: str) -> str:
    """A scope as people are told of it."""
    return scope.removeprefix(FAMILY) if scope.startswith(same_world("")) else scope or "everywhere"


def same_world(place: str) -> str:
    """The scope of what holds for every journey in the same world: its kind with its seed, or its address."""
    return f"{FAMILY}world {place}"


def seen(
    block: str,
    x: float,
    y: float,
    z: float,
    *,
    scope: str,
    at: float,
    evidence: Sequence[int] = (),
    what: str = "seen",
) -> Item:
    """The fact that a block was seen, found or placed somewhere (`what` says which)."""
    return Item(
        "fact",
        block,
        f"{named(block)} {what} at {x:.0f} {y:.0f} {z:.0f}",
        scope,
        {"what": what, "x": x, "y": y, "z": z},
        tuple(evidence),
        at,
    )


def not_found(
    block: str,
    x: float,
    y: float,
    z: float,
    *,
    within: int,
    scope: str,
    at: float,
    evidence: Sequence[int] = (),
) -> Item:
    """The fact that a search came back empty: as useful as a find, and it keeps the agent from searching again."""
    return Item(
        "fact",
        block,
        f"no {named(block)} within {within} blocks of {x:.0f} {y:.0f} {z:.0f}",
        scope,
        {"what": "absent", "x": x, "y": y, "z": z, "within": within},
        tuple(evidence),
        at,
    )


def container(
    block: str,
    x: float,
    y: float,
    z: float,
    contents: Mapping[str, int],
    *,
    scope: str,
    at: float,
    evidence: Sequence[int] = (),
) -> Item:
    """A chest or the like and what is in it; what it holds now takes the place of what it held before."""
    inside = (
        ", ".join(f"{count} {named(name)}" for name, count in sorted(contents.items()) if count > 0) or "nothing known"
    )
    data = {"what": "container", "x": x, "y": y, "z": z, "contents": {k: v for k, v in contents.items() if v > 0}}
    return Item(
        "place",
        block,
        f"{named(block)} at {x:.0f} {y:.0f} {z:.0f} holds {inside}",
        scope,
        data,
        tuple(evidence),
        at,
        slot=f"container {x:.0f} {y:.0f} {z:.0f}",
    )


def spot(
    subject: str,
    x: float,
    y: float,
    z: float,
    why: str,
    *,
    scope: str,
    at: float,
    evidence: Sequence[int] = (),
    slot: str = "",
) -> Item:
    """A place worth knowing: home, a portal, where death waited."""
    return Item(
        "place",
        subject,
        f"{named(subject)} at {x:.0f} {y:.0f} {z:.0f}: {why}",
        scope,
        {"what": "spot", "x": x, "y": y, "z": z},
        tuple(evidence),
        at,
        slot=slot,
    )


def lesson(
    subject: str,
    trigger: str,
    advice: str,
    *,
    never: bool = False,
    scope: str = "",
    at: float,
    evidence: Sequence[int] = (),
) -> Item:
    """A rule learned from experience: when `trigger`, do (or never do) `advice`."""
    text = f"When {trigger}: {'never ' if never else ''}{advice}"
    return Item(
        "lesson", subject, text, scope, {"trigger": trigger, "advice": advice, "never": never}, tuple(evidence), at
    )


def sign(trigger: str, instruction: str, reason: str, *, scope: str = "", at: float, origin: str) -> Item:
    """A guardrail: pinned, never changed, never merged, never faded; only a person takes it back by undoing it."""
    text = f"When {trigger}: {instruction} (because {reason})"
    data = {"trigger": trigger, "instruction": instruction, "reason": reason}
    return Item("sign", trigger, text, scope, data, (), at, pinned=True, origin=origin)


def key_of(item: Item) -> str:
    """What makes two statements the same one: subject, words and data, without time and evidence."""
    content = canonical([item.subject, item.text, dict(item.data)])
    return hashlib.sha256(content.encode()).hexdigest()


def document_state(item: Item) -> documents.State:
    """How recall sees the item. Wrong now comes before out of mind."""
    if item.valid_to is not None:
        return "superseded"
    return "current" if item.state in LIVE else "archived" if item.state == "archived" else "merged"


def marks_of(item: Item) -> list[documents.Mark]:
    """A subject may be an item, a skill or an error code: it is marked as each, and matches whichever is asked."""
    kinds = ("lacks",) if item.data.get("what") == "absent" else ("item", "skill", "error")
    marks = [(kind, item.subject) for kind in kinds]
    marks += [("holds", name) for name in item.data.get("contents", ())]
    marks += [("skill", name) for name in item.data.get("skills", ())]
    if "x" in item.data and "z" in item.data:
        marks.append(("place", documents.region(item.data["x"], item.data["z"])))
    if "goal" in item.data:
        marks.append(("goal", item.data["goal"]))
    if "signature" in item.data:
        marks.append(("signature", item.data["signature"]))
    error = item.data.get("error")
    if isinstance(error, Mapping) and error.get("code"):
        marks.append(("signature", signature(str(error["code"]), str(error.get("message") or ""))))
    return marks


def snapshot(item: Item) -> dict[str, Any]:
    """The item as plain JSON for the journal and for bundles, without its number."""
    kept = {name: value for name, value in vars(item).items() if name != "id"}
    return {**kept, "data": dict(item.data), "evidence": [*item.evidence], "sources": [*item.sources]}


def from_snapshot(kept: Mapping[str, Any], id: int = 0) -> Item:
    """The item that `snapshot` wrote, in whichever version of this program."""
    data = dict(kept)
    if "archived" in data:  # written before items had states
        data["state"] = "archived" if data.pop("archived") else "active"
        data.setdefault("recorded_at", data["valid_from"])
    return Item(**{**data, "evidence": tuple(data["evidence"]), "sources": tuple(data.get("sources", ()))}, id=id)
