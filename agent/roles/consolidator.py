"""Reads lessons that may say the same in other words, and proposes what one lesson could stand for several.

It writes nothing: the merge gate decides on each proposal, and what it refused goes back to its author once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent import answers, observing, prompting
from agent.errors import BrainError
from agent.models.call import Ask
from agent.models.desk import Desk
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

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def propose(self, items: Sequence[Item], refused: Sequence[str], place: str) -> Proposed:
        """Which of these lessons say the same; `refused` tells what became of the last answer.

        Raises ServerRefused if no model answers now: nothing that is worth sleeping for waits for the answer.
        """
        prompt = prompting.load("consolidator")
        system = prompt.system()
        sections = [
            Section(
                f"Lessons about {items[0].subject}",
                [f"- {each.id}: {observing.quoted(each.text, 2 * MOST_TEXT)}" for each in items],
                rank=0,
            ),
            Section("Refused just now", [f"- {each}" for each in refused], rank=1),
        ]
        user = prompt.user(sections, self._desk.settings.prompt_tokens - estimate_tokens(system["content"]))
        ask = Ask("consolidate", f"{prompt.name}:{prompt.version}", (system, user), place)
        reply = self._desk.ask(ask, patient=False)
        try:
            listed = answers.with_keys(reply.text, "merges")["merges"]
            if not isinstance(listed, list):
                raise BrainError('"merges" must be a list')
            known = {each.id for each in items}
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
