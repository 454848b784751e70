"""After a failed task: class of the failure, its cause, and a lesson as data.

A second failure of the same class is looked at from two perspectives: that of the writer, and that of whoever chose the
task.

It judges nothing and writes nothing itself; what it gives is kept by the loop, each lesson linked to its episode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent import answers, observing, prompting
from agent.brain import WriteRequest
from agent.brains.model import attempts
from agent.errors import BrainError
from agent.models.call import Ask
from agent.models.desk import Desk
from memory.items import Item
from memory.working import Section, estimate_tokens

CLASSES = ("missing_need", "world", "wrong_code", "timeout", "died", "sandbox")
PERSPECTIVES = {
    "writer": "Look at it as the one who writes programs: what in them, or in how they use skills, must be otherwise?",
    "curriculum": (
        "Look at it as the one who chooses tasks: what should have been achieved, gathered or found before this task, "
        "and by which sign could one have known?"
    ),
}
MOST_TEXT = 300
ADVISE = ("lesson", "sign", "procedure")
"""Tiers of memories that advise; what happened and what is so is no lesson."""


@dataclass(frozen=True)
class Reflection:
    """What one look at a failure gave; `about`, `when` and `do` are '' if nothing can be learned.

    `never` says that what stands in `do` must not be done.
    """

    failure: str
    cause: str
    about: str
    when: str
    do: str
    call: int
    perspective: str
    prompt: str
    never: bool = False

    @property
    def has_lesson(self) -> bool:
        """Whether there is a lesson to keep."""
        return bool(self.about and self.when and self.do)


class Reflector:
    """The desk's role `reflect`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def reflect(self, request: WriteRequest, *, again: bool, put_away: Sequence[Item] = ()) -> list[Reflection]:
        """Look at a failed task, from both perspectives if this class of failure is met `again`.

        `put_away` are lessons that a person took back: they are not to be said again in other words.
        """
        found = []
        for perspective in list(PERSPECTIVES)[: 2 if again else 1]:
            if (reflection := self._look(request, perspective, put_away)) is not None:
                found.append(reflection)
        return found

    def _look(self, request: WriteRequest, perspective: str, put_away: Sequence[Item]) -> Reflection | None:
        prompt = prompting.load("reflector", request.task.world)
        system = prompt.system()
        sections = [
            Section("Task", [request.task.goal, f"It is done when: {request.check}"], rank=0),
            Section("Rounds", attempts(request.attempts, request.language), rank=1),
            Section("The world now", observing.lines(request.observation), rank=2),
            Section("Lessons known before", _known(request), rank=3),
            Section("Lessons that a person took back: say none of them in other words", _quoted(put_away), rank=3),
        ]
        room = self._desk.settings.prompt_tokens - estimate_tokens(system["content"])
        user = prompt.user(sections, room, perspective=PERSPECTIVES[perspective])
        name = f"{prompt.name}:{prompt.version}"
        reply = self._desk.ask(Ask("reflect", name, (system, user), f"{request.place}.{perspective}"))
        try:
            said = answers.with_keys(reply.text, "class", "cause")
        except BrainError as error:
            self._desk.calls.led_to(self._desk.journey, reply.number, f"refused: {error}", success=False)
            return None
        inside = said.get("lesson")
        lesson = inside if isinstance(inside, dict) else {}
        return Reflection(
            failure=said["class"] if said["class"] in CLASSES else "wrong_code",
            cause=answers.text_of(said["cause"], MOST_TEXT),
            about=answers.text_of(lesson.get("about"), MOST_TEXT),
            when=answers.text_of(lesson.get("when"), MOST_TEXT),
            do=answers.text_of(lesson.get("do"), MOST_TEXT),
            call=reply.number,
            perspective=perspective,
            prompt=name,
            never=lesson.get("never") is True,
        )

    def note(self, reflection: Reflection, what: str) -> None:
        """Write down what became of a reflection."""
        self._desk.calls.led_to(self._desk.journey, reflection.call, what, success=reflection.has_lesson)


def _quoted(lessons: Sequence[Item]) -> list[str]:
    return [f"- {observing.quoted(each.text, MOST_TEXT)}" for each in lessons]


def _known(request: WriteRequest) -> list[str]:
    """What was known about the task before it failed."""
    return [f"- {each['text']}" for each in request.lessons if each.get("tier") in ADVISE]
