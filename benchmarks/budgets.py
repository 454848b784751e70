"""Whether budgets hold: randomised runs of calls against a scripted server that breaks, lies and babbles.

Each run has a random budget in tokens or dollars, random prices, prompts and answers, and a server that now and then
fails, hangs up, counts wrongly or writes far too much. In half of the runs a second desk asks beside the first, from
the same purse. Measured: what the record says was spent, what an honest count of the server's own says, and by how much
either passed the budget.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.config import Budget, ModelServer
from agent.errors import BudgetSpent
from agent.models.background import Background, Later
from agent.models.call import Ask
from agent.models.calls import MODELS, Calls
from agent.models.desk import Chair, Desk
from agent.models.purse import Purse
from agent.models.server import OpenAIServer
from agent.models.settings import Price, Prices, Settings
from benchmarks._result import Result
from benchmarks._scripted import Act, Scripted
from memory.db import open_db

MOST_CALLS = 60
WORDS = "wood stone iron diamond Öfen 木 pickaxe ladder torch creeper\n".split(" ")


def main() -> None:
    """Run and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--draw", type=int, default=random.SystemRandom().randrange(2**31), help="seed of the draw")
    asked = parser.parse_args()
    result = Result("budgets", vars(asked))
    for number in range(asked.runs):
        result.row(**measure(random.Random(f"{asked.draw}/{number}")))
    rows = result.rows
    result.finish({
        "runs": len(rows), "stopped_by_budget": sum(row["stopped"] for row in rows),
        "recorded_overshoot": max(row["overshoot"] for row in rows),
        "billed_overshoot": max(row["billed_overshoot"] for row in rows),
        "used": sum(row["used"] for row in rows) / len(rows), "calls": sum(row["calls"] for row in rows),
        "answered_beside": sum(row["answered_beside"] for row in rows),
    })  # fmt: skip


def measure(dice: random.Random) -> dict[str, Any]:
    """One run to the end of its budget."""
    price = Price(dice.uniform(0.1, 20), dice.uniform(0.5, 80))
    by_dollars = dice.random() < 0.5
    tokens = dice.randrange(3_000, 120_000)
    dollars = tokens / 1e6 * (price.input + price.output) / 2
    budget = Budget(dollars=dollars) if by_dollars else Budget(tokens=tokens)
    settings = Settings(**vars(Settings.load()) | {
        "attempts": 2, "first_pause": 0.0, "breaker_seconds": 0.0, "longest_pause": 0.0, "breaker_failures": 999,
        "most_answer_tokens": dice.randrange(700, 6000),
    })  # fmt: skip
    with ExitStack() as open_things:
        folder = open_things.enter_context(tempfile.TemporaryDirectory(prefix="budgets-"))
        server = open_things.enter_context(Scripted(_script(dice)))
        db = open_db(Path(folder) / "j.db", MODELS)
        calls, prices = Calls(db), Prices({"m": price})
        purse = Purse(budget, prices, settings, lambda: calls.spent("j"), lambda: 0.0)
        transport = OpenAIServer(ModelServer(server.url, None), settings.most_answer_characters)

        def desk_over(calls: Calls) -> Desk:
            chairs, own = [Chair("openai:m", "m", transport)], replace(purse, spent=lambda: calls.spent("j"))
            return Desk(
                "j", {"write": chairs, "consolidate": chairs}, calls, own, settings,
                notice=lambda text: None, sleep=lambda seconds: None,
            )  # fmt: skip

        def beside(later: Later, stop: Callable[[], None]) -> tuple[Desk, Callable[[], None]]:
            own = open_db(Path(folder) / "j.db", MODELS)
            return desk_over(Calls(own)), own.close

        background = Background(beside, lambda: purse, lambda why: None)
        open_things.callback(background.close)
        desk, stopped, twice = desk_over(calls), False, dice.random() < 0.5
        for number in range(MOST_CALLS):
            text, other = (" ".join(dice.choices(WORDS, k=dice.randrange(5, 1200))) for _ in range(2))
            try:
                if twice:
                    background.tell()
                    background.begin(Ask("consolidate", "bench", ({"role": "user", "content": other},), str(number)))
                desk.ask(Ask("write", "bench", ({"role": "user", "content": text},), str(number)))
            except BudgetSpent:
                stopped = True
                break
        background.wait()
        spent_tokens, spent_dollars = calls.spent("j")
        beside_calls = calls.by_role("j").get("consolidate", {"calls": 0})["calls"]
        db.close()
    spent, limit = (spent_dollars, dollars) if by_dollars else (float(spent_tokens), float(tokens))
    billed = 0.0 if by_dollars else float(server.billed)
    return {
        "by": "dollars" if by_dollars else "tokens", "stopped": stopped, "calls": len(server.seen),
        "answered_beside": beside_calls,
        "used": spent / limit, "overshoot": max(0.0, spent - limit), "billed_overshoot": max(0.0, billed - limit),
    }  # fmt: skip


def _script(dice: random.Random) -> Any:
    def act(request: dict[str, Any], number: int) -> Act:
        text = " ".join(dice.choices(WORDS, k=dice.choice([0, 5, 50, 500, 9000])))
        limit = int(request.get("max_tokens") or request.get("max_completion_tokens") or 10**9)
        text = text.encode()[: 3 * limit].decode(errors="ignore")  # an honest server keeps to the limit
        case = dice.random()
        if case < 0.08:
            return Act(status=dice.choice([429, 500, 502]))
        if case < 0.14:
            return Act(text, stop_after=len(text) // 2)
        if case < 0.20:
            return Act(text, usage={})
        if case < 0.26:
            lie = {"prompt_tokens": dice.choice([-3, 0, 10**9]), "completion_tokens": 1, "total_tokens": 1}
            return Act(text, usage=lie)
        return Act(text)

    return act


if __name__ == "__main__":
    main()
