"""Reads lessons that may say the same in other words, and proposes what one lesson could stand for several.

It is asked beside the loop, which looks for the answer when a task ends. It writes nothing: the merge gate decides on
each proposal, and what it refused goes back to its author once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent import answers, observing, prompting
from agent.errors import BrainError
from agent.models.background import Background
from agent.models.call import Ask, Reply
from agent.models.desk import Desk
from memory.alike import Group
from memory.items import Item
from memory.working import Section, estimate_tokens

MOST_TEXT = 300


@dataclass(frozen=True)
class Joined:
    """A proposal: one lesson for several."""

    lessons: tuple[int, ...]
    when: str
    do: str


@dataclass(frozen=True)
class Proposed:
    """What an answer proposed, and the call that it came from; `problem` says why an answer holds nothing."""

    merges: tuple[Joined, ...]
    call: int
    problem: str = ""


class Consolidator:
    """The desk's role `consolidate`."""

    def __init__(self, desk: Desk, background: Background) -> None:
        self._desk, self._background = desk, background

    def ask(self, group: Group) -> Ask:
        """The question which of these lessons say the same, with what was refused of the answer before."""
        prompt = prompting.load("consolidator")
        system = prompt.system()
        sections = [
            Section(
                f"Lessons about {group.items[0].subject}",
                [f"- {each.id}: {observing.quoted(each.text, 2 * MOST_TEXT)}" for each in group.items],
                rank=0,
            ),
            Section("Refused just now", [f"- {each}" for each in group.refused], rank=1),
        ]
        user = prompt.user(sections, self._desk.settings.prompt_tokens - estimate_tokens(system["content"]))
        place = f"consolidate/{group.entry}.{group.tries}"
        return Ask("consolidate", f"{prompt.name}:{prompt.version}", (system, user), place)

    def begin(self, ask: Ask) -> None:
        """Ask beside the loop; does nothing while a question is under way."""
        self._background.begin(ask)

    def answer(self, ask: Ask) -> Reply | None:
        """The answer, if it is there."""
        self._background.tell()
        return self._desk.calls.kept(self._desk.journey, ask)

    def read(self, group: Group, reply: Reply) -> Proposed:
        """Which lessons of a group are to become one, after an answer."""
        try:
            listed = answers.with_keys(reply.text, "merges")["merges"]
            if not isinstance(listed, list):
                raise BrainError('"merges" must be a list')
            known = {each.id for each in group.items}
            return Proposed(tuple(_joined(each, known) for each in listed), reply.number)
        except BrainError as error:
            return Proposed((), reply.number, str(error))

    def note(self, proposed: Proposed, what: str, success: bool | None = None) -> None:
        """Write down what became of an answer."""
        self._desk.calls.led_to(self._desk.journey, proposed.call, what, success)


def estimated_tokens(items: Sequence[Item]) -> int:
    """About how many tokens the reading of some lessons costs: the prompt with them, and an answer of their length."""
    told = sum(estimate_tokens(each.text) for each in items)
    return estimate_tokens(prompting.load("consolidator").system()["content"]) + 2 * told


def _joined(data: Any, known: set[int]) -> Joined:
    """A proposal from an answer. Raises BrainError with what is wrong with it."""
    given = data if isinstance(data, Mapping) else {}
    ids = given.get("lessons")
    lessons = tuple(dict.fromkeys(each for each in ids if isinstance(each, int))) if isinstance(ids, list) else ()
    when, do = (answers.text_of(given.get(name), MOST_TEXT) for name in ("when", "do"))
    if len(lessons) < 2 or not set(lessons) <= known or not when or not do:
        raise BrainError(f'a merge has "lessons" (two or more of {sorted(known)}), "when" and "do"')
    return Joined(lessons, when, do)
