"""What a person took back or put away, known again by what it is about, whatever words a job finds for it.

A statement is about the same as another of its kind and scope if it answers the same question, tells of the same thing
at the same place, or says the same but for counts, the order of a list, inflection and everyday synonyms; and so is
whatever else the very same episodes are said to teach about the same thing. Its mistakes are statements that come back:
a denial, another name or one word in place of another make another statement. Pure; semantic.py acts on it.
"""

from __future__ import annotations

import math

from memory import gate
from memory.items import Item

_HERE = ("seen", "found", "placed", "spot")


def about_the_same(one: Item, other: Item) -> bool:
    """Whether two statements of one kind and scope are about the same, whatever their words."""
    if (one.kind, one.scope) != (other.kind, other.scope):
        return False
    if _placed(one) or _placed(other):
        return _same_place(one, other)
    if one.slot or other.slot:
        return one.slot == other.slot
    if gate.likeness(*(each.subject.replace("_", " ") for each in (one, other))) < 1:
        return False
    return (bool(one.evidence) and {*one.evidence} <= {*other.evidence}) or _same_words(one, other)


def is_place(item: Item) -> bool:
    """Whether it tells where something is."""
    return _placed(item) and item.data.get("what") in _HERE


def kept_with(one: Item, other: Item) -> bool:
    """Whether two of them tell of the same place in the same world: one scope, one origin, or one made of the other."""
    alike = _same_place(one, other) and one.kind == other.kind
    together = one.scope == other.scope or {*one.evidence} & {*other.evidence}
    return alike and bool(together or one.id in other.sources or other.id in one.sources)


def changes_in_the_world(item: Item) -> bool:
    """Whether it tells of a thing that is otherwise each time one looks: then what was seen last is what holds."""
    return item.data.get("what") == "container"


def _placed(item: Item) -> bool:
    return {"x", "y", "z"} <= item.data.keys()


def _same_place(one: Item, other: Item) -> bool:
    """The same block; of two searches that found nothing, that each looked through half of the other's blocks or so."""
    if not (_placed(one) and _placed(other)) or (one.subject, one.slot) != (other.subject, other.slot):
        return False
    apart = math.dist(*(tuple(float(each.data[axis]) for axis in "xyz") for each in (one, other)))
    whats = {one.data.get("what"), other.data.get("what")}
    if whats == {"absent"}:
        return apart <= min(float(each.data.get("within", 0)) for each in (one, other)) / 2
    return apart < 1 and (len(whats) == 1 or whats <= {*_HERE})


def _same_words(one: Item, other: Item) -> bool:
    """Of rules, when they hold and what they advise each by itself: a long trigger would hide other advice."""
    rule, rule_too = _rule(one), _rule(other)
    if rule is None or rule_too is None:
        return gate.restates(one.text, other.text)
    never = bool(one.data.get("never")) == bool(other.data.get("never"))
    return never and all(gate.restates(said, again) for said, again in zip(rule, rule_too, strict=True))


def _rule(item: Item) -> tuple[str, str] | None:
    trigger, advice = item.data.get("trigger"), item.data.get("advice")
    return (trigger, advice) if isinstance(trigger, str) and isinstance(advice, str) else None
