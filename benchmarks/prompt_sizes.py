"""How large prompts become over a long journey, by role, and how much of each a server's cache could keep.

The planner plays; a scripted server gets every prompt that a model would have got. It refuses to write, so that the
planner writes instead, and gives the other roles answers that cannot be used. Sizes are estimated tokens. The share
that a cache could keep is what a prompt has in common with the beginning of the one before it in its role.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import defaultdict
from itertools import takewhile
from pathlib import Path
from statistics import mean, median
from typing import Any

from agent import beginning
from agent.config import Budget
from agent.database import database
from agent.display import silent
from agent.models.calls import Calls
from agent.session import run_journey
from agent.store import Store
from benchmarks._result import Result
from benchmarks._scripted import Act, Scripted
from memory.working import estimate_tokens

ASKED = ("propose", "judge", "reflect", "describe", "consolidate")
"""Roles that the server serves beside the writer."""

WATCHED = '[no_progress]\ndo = "tell"\n[repeated_failure]\ndo = "tell"\n[bad_answers]\ndo = "tell"\n'
"""The monitor tells and does not pause: the measure goes on to its end, whatever fails on the way."""


def main() -> None:
    """Play and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--iterations", type=int, default=160)
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    result = Result("prompt_sizes", vars(asked))
    with tempfile.TemporaryDirectory(prefix="prompts-") as folder, Scripted(_script) as server:
        os.environ |= {"JOURNEYMAN_HOME": folder, "OPENAI_BASE_URL": server.url}
        Path(folder, "monitor.toml").write_text(WATCHED)
        roles = ["write=openai:gauge,planner", *(f"{role}=openai:gauge" for role in ASKED)]
        config = beginning.new(
            ["minecraft"], name="j", brain="planner", goal=None, seed=asked.seed, library="main", sight="sight 32",
            assist=[], proving=0.0, roles=roles,
        )  # fmt: skip
        ended = run_journey(config, Budget(iterations=asked.iterations), silent)
        db = database(read_only=True)
        _rows(result, Calls(db).of("j"))
        played = len(Store(db).iterations("j"))
        db.close()
    by_role = defaultdict(list)
    for row in result.rows:
        by_role[row["role"]].append(row)
    result.finish({
        "iterations": played, "ended": ended.reason,
        **{role: _summary(rows) for role, rows in sorted(by_role.items())},
    })  # fmt: skip


def _script(request: dict[str, Any], number: int) -> Act:
    """No programs, and for everyone else an answer that holds nothing."""
    if "You write one" in request["messages"][0]["content"]:
        return Act(status=403, error={"error": {"message": "writes nothing"}})
    return Act("{}")


def _rows(result: Result, calls: list[dict[str, Any]]) -> None:
    """One row for each question as it is first put; questions put again after a bad answer are left out."""
    before: dict[str, str] = {}
    for call in calls:
        system, text = call["messages"][0]["content"], "\n".join(each["content"] for each in call["messages"])
        last = before.get(call["role"])
        if call["place"].endswith(".1") or text == last:
            continue
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(last or "", text, strict=False)))
        before[call["role"]] = text
        result.row(
            role=call["role"], place=call["place"], tokens=estimate_tokens(text), system=estimate_tokens(system),
            cached=estimate_tokens(text[:same]) if last else 0,
        )  # fmt: skip


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How the prompts of one role grew, and what of them stays."""
    quarter = max(1, len(rows) // 4)
    return {
        "prompts": len(rows),
        "first_quarter": round(median(row["tokens"] for row in rows[:quarter])),
        "last_quarter": round(median(row["tokens"] for row in rows[-quarter:])),
        "most": max(row["tokens"] for row in rows),
        "cacheable_share": round(mean(row["cached"] / row["tokens"] for row in rows[1:]), 3) if rows[1:] else None,
    }


if __name__ == "__main__":
    main()
