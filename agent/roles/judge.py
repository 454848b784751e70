"""Judges what no check decides, in a conversation of its own: before, after and events, never program or writer.

Its word becomes an event, marked as judged, and is weighed by the check it belongs to. Now and then it is also asked
about a task that a machine check has decided: the verdict stays the check's, and the agreement is kept as a measure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent import answers, observing, prompting
from agent.errors import BrainError
from agent.models.call import Ask
from agent.models.desk import Desk
from memory.working import Section, estimate_tokens

TRIES = 2
MOST_EVENTS = 60
MOST_PLACES = 40
"""Places of equal events that are listed: what was built is judged by where its parts stand."""
MOST_EVIDENCE = 300
MOST_TEXT = 1000
"""Letters of a text in an event."""
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"passed": {"type": "boolean"}, "evidence": {"type": "string"}},
    "required": ["passed", "evidence"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Word:
    """What the judge said, and the call in which it did."""

    passed: bool
    evidence: str
    by: str
    call: int


class Judge:
    """The desk's role `judge`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def decide(
        self,
        question: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        events: Sequence[Mapping[str, Any]],
        place: str,
        world: str = "",
    ) -> Word | None:
        """The answer to a question about a world; None if the judge gave none that can be read."""
        prompt = prompting.load("judge", world)
        system = prompt.system()
        sections = [
            Section("Question", [question], rank=0),
            Section("Before", observing.lines(before), rank=2),
            Section("After", observing.lines(after), rank=1),
            Section("What changed", [observing.difference(before, after)], rank=1),
            Section("Events between, by the world's own account", told(events), rank=3),
        ]
        user = prompt.user(sections, self._desk.settings.prompt_tokens - estimate_tokens(system["content"]))
        for number in range(TRIES):
            messages = (system, user)
            name = f"{prompt.name}:{prompt.version}"
            reply = self._desk.ask(Ask("judge", name, messages, f"{place}.{number}", schema=SCHEMA))
            try:
                said = answers.with_keys(reply.text, "passed")
                if not isinstance(said["passed"], bool):
                    raise BrainError('"passed" must be true or false')
            except BrainError as error:
                self._desk.calls.led_to(self._desk.journey, reply.number, f"refused: {error}", success=False)
                continue
            return Word(said["passed"], answers.text_of(said.get("evidence"), MOST_EVIDENCE), reply.model, reply.number)
        return None

    def note(self, word: Word, what: str, success: bool | None = None) -> None:
        """Write down what a word was used for."""
        self._desk.calls.led_to(self._desk.journey, word.call, what, success)

    def audit_due(self, verdicts: int) -> bool:
        """Whether the verdict of a check, the so-manieth of the journey, is also put to the judge."""
        every = self._desk.settings.audit_every
        return bool(every) and self._desk.has("judge") and verdicts % every == 0


def told(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """Events as lines: equal ones counted and their places listed; quoted is all but numbers and names of the game."""
    lines: Counter[str] = Counter()
    places: dict[str, list[str]] = defaultdict(list)
    for event in events:
        values = []
        for name, value in event.items():
            if name not in ("kind", "tick", "count", "seq", "x", "y", "z"):
                values.append(f"{name} {observing.value(value, MOST_TEXT)}")
        line = f"{event['kind']} {', '.join(values)}".strip()
        lines[line] += int(event.get("count") or 1)
        if all(isinstance(event.get(axis), int | float) for axis in "xyz"):
            places[line].append(",".join(f"{event[axis]:.0f}" for axis in "xyz"))
    found = []
    for line, count in lines.items():
        where = places[line][:MOST_PLACES]
        more = f" and {len(places[line]) - len(where)} places more" if len(places[line]) > len(where) else ""
        found.append(f"- {f'{count} × ' if count > 1 else ''}{line}{' at ' if where else ''}{'; '.join(where)}{more}")
    left = len(found) - MOST_EVENTS
    return [*found[:MOST_EVENTS], *([f"- and {left} kinds of events more"] if left > 0 else [])]
