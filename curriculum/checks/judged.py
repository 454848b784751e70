"""The one check that no data decides: a question, answered by a judge whose word reaches it as an event.

A verdict of this kind is marked as judged. It decides only its own part: inside `all` it never outweighs a part that
data decides, and without a judge's word it does not hold.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from curriculum.checks.base import Check, Facts, Verdict

JUDGED = "judged"
"""Kind of the event that carries a judge's word: question, passed, evidence, by."""


class Judged(Check):
    """A question about before and after that only a judge can answer with yes or no."""

    kind: Literal["judged"] = "judged"
    question: str = Field(min_length=8, max_length=300)

    def verdict(self, facts: Facts) -> Verdict:
        """The judge's last word on the question; not passed while there is none."""
        said = [event for event in facts.events if event["kind"] == JUDGED and event["question"] == self.question]
        if not said:
            return Verdict(False, f"nobody has judged yet: {self.question}")
        return Verdict(bool(said[-1]["passed"]), f"judged by {said[-1]['by']}: {said[-1]['evidence']}")

    def sentence(self) -> str:
        """The question, to be answered with yes."""
        return f"make it so that the answer is yes: {self.question}"
