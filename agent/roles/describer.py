"""One sentence of purpose for a skill whose writer wrote none. Never changes code."""

from __future__ import annotations

from agent import answers, prompting
from agent.errors import BrainError
from agent.models.call import Ask
from agent.models.desk import Desk
from memory.working import Section, estimate_tokens

MOST_PURPOSE = 200


class Describer:
    """The desk's role `describe`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def purpose(self, source: str, goal: str, place: str, world: str = "") -> str:
        """What a function for a world is for; '' if the answer cannot be read."""
        prompt = prompting.load("describer", world)
        system = prompt.system()
        sections = [Section("Task it was written for", [goal]), Section("Function", [f"```\n{source.strip()}\n```"])]
        user = prompt.user(sections, self._desk.settings.prompt_tokens - estimate_tokens(system["content"]))
        reply = self._desk.ask(Ask("describe", f"{prompt.name}:{prompt.version}", (system, user), place))
        try:
            purpose = answers.text_of(answers.with_keys(reply.text, "purpose")["purpose"], MOST_PURPOSE)
        except BrainError:
            purpose = ""
        self._desk.calls.led_to(self._desk.journey, reply.number, f"purpose: {purpose}", success=bool(purpose))
        return purpose
