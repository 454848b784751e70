"""How large prompts become over a long journey, by role, and how much of each a server's cache could keep.

The planner plays, so that no model is needed; beside each of its programs the prompts are rendered that a model would
have got. Sizes are estimated tokens; the stable share is the part that begins like the prompt before it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

from agent import journeys, session
from agent.brain import Attempt, Draft, WriteRequest
from agent.brains.model import render
from agent.brains.planner import Planner
from agent.config import Budget
from agent.display import silent
from agent.models.call import Message
from agent.models.settings import Settings
from benchmarks._result import Result
from memory.working import estimate_tokens


class Watched:
    """The planner, with a look at the prompts that a model would have got in its place."""

    mends = False

    def __init__(self, planner: Planner, result: Result) -> None:
        self.name, self._planner, self._result = planner.name, planner, result
        self._before = ""
        self._budget = Settings.load().prompt_tokens

    def write(self, request: WriteRequest) -> Draft:
        """The planner's draft."""
        draft = self._planner.write(request)
        self._note("write", render(request, {}, self._budget)[1], request)
        if draft.source:
            failed = Attempt(1, draft.name, draft.source, draft.args, "threw", None, "not done")
            self._note(
                "write, second round", render(replace(request, attempts=(failed,)), {}, self._budget)[1], request
            )
        return draft

    def _note(self, role: str, messages: Sequence[Message], request: WriteRequest) -> None:
        text = "\n".join(message["content"] for message in messages)
        same = next(
            (place for place, pair in enumerate(zip(self._before, text, strict=False)) if pair[0] != pair[1]), len(text)
        )
        shared = estimate_tokens(text[:same]) if self._before else 0
        self._before = text
        self._result.row(
            iteration=int(request.place.split("/")[1]) + 1, role=role, tokens=estimate_tokens(text), cached=shared,
            system=estimate_tokens(messages[0]["content"]), skills=len(request.skills), lessons=len(request.lessons),
        )  # fmt: skip


def main() -> None:
    """Play and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--iterations", type=int, default=160)
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    result = Result("prompt_sizes", vars(asked))
    plain = session.brain_for

    def watched(*parts: Any) -> Any:
        brain = plain(*parts)
        return Watched(brain, result) if isinstance(brain, Planner) else brain

    with tempfile.TemporaryDirectory(prefix="prompts-") as folder:
        os.environ["JOURNEYMAN_HOME"] = folder
        session.brain_for = watched
        config = journeys.new(
            ["minecraft"], name="j", brain="planner", goal=None, seed=asked.seed, library="main", sight="sight 32",
            assist=[], proving=0.0,
        )  # fmt: skip
        session.run_journey(config, Budget(iterations=asked.iterations), silent)
        assert Path(folder).is_dir()
    rows = [row for row in result.rows if row["role"] == "write"]
    quarter = max(1, len(rows) // 4)
    result.finish({
        "iterations": asked.iterations, "prompts": len(rows),
        "first_quarter": round(mean(row["tokens"] for row in rows[:quarter])),
        "last_quarter": round(mean(row["tokens"] for row in rows[-quarter:])),
        "most": max(row["tokens"] for row in result.rows),
        "cacheable_share": round(mean(row["cached"] / row["tokens"] for row in rows[1:]), 3),
    })  # fmt: skip


if __name__ == "__main__":
    main()
