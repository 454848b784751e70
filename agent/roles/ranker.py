"""Reads what recall found and says of each memory how much it would help: an opinion that may reorder, never hide.

Asked only where a model was seated in the role by name, because it costs a call for each recall. An answer that cannot
be used, or none, leaves the order as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent import answers, observing, prompting
from agent.errors import BrainError, ServerRefused
from agent.models.call import Ask
from agent.models.desk import Desk
from memory.working import Section, estimate_tokens

MOST_TEXT = 300


class Ranker:
    """The desk's role `rank`, in the form that `memory.recall` asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, question: str, texts: Sequence[str]) -> list[float]:
        """How much each text helps, from 0 to 1; empty if nobody could say."""
        prompt = prompting.load("ranker")
        system = prompt.system()
        lines = [
            f"{number}. {observing.quoted(' '.join(text.split()), MOST_TEXT)}" for number, text in enumerate(texts, 1)
        ]
        sections = [Section("To be done", [question], rank=0), Section("Memories", lines, rank=1)]
        user = prompt.user(sections, self._desk.settings.prompt_tokens - estimate_tokens(system["content"]))
        try:
            ask = Ask("rank", f"{prompt.name}:{prompt.version}", (system, user), "recall")
            reply = self._desk.ask(ask, patient=False)
        except ServerRefused:
            return []
        try:
            helps = answers.with_keys(reply.text, "helps")["helps"]
            if not isinstance(helps, list) or len(helps) != len(texts):
                raise BrainError(f'"helps" must be a list of {len(texts)} numbers')
            opinions = [float(each) for each in helps if isinstance(each, int | float)]
        except BrainError as error:
            self._desk.calls.led_to(self._desk.journey, reply.number, f"refused: {error}", success=False)
            return []
        self._desk.calls.led_to(self._desk.journey, reply.number, f"ranked {len(texts)} memories")
        return opinions if len(opinions) == len(texts) else []
