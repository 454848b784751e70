"""Whether `journeyman improve` adopts what is good and nothing else: planted candidates, real journeys, real worlds.

A scripted server writes programs as well as its prompt lets it: it mines always, and crafts only where a planted
sentence in the prompt says so. Its role `improve` proposes planted candidates in turn: one that helps nothing, one that
helps only where it was trained, one that names a held-out goal, one that helps but forgets what always worked, a good
one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from agent import improvements, prompting
from benchmarks._result import Result
from benchmarks._scripted import Act, Scripted

TRAIN = ("#planks", "crafting_table")
HELD_OUT = ("stick", "#wooden_buttons")
SETS = 'golden = ["dirt"]\nstress = ["#logs --iterations 1"]\n'
PLANTED = {
    "useless": "Be brave.",
    "overfitted": "Craft planks and tables with care.",
    "leaking": "Craft all with care, wooden_buttons most of all.",
    "forgetful": "Craft all with care. Leave dirt alone.",
    "good": "Craft all with care.",
}
WANTED = ("not better", "not better elsewhere", "out of bounds", "breaks what worked", "adopted")
TASK = re.compile(r"Gain (\d+) (of any )?([\w ]+)\.")


def main() -> None:
    """Play all rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--iterations", type=int, default=5)
    parser.add_argument("--goals", type=int, choices=(1, 2), default=2, help="goals of the training and held-out sets")
    asked = parser.parse_args()
    result = Result("improve", vars(asked))
    with tempfile.TemporaryDirectory(prefix="improve-") as folder, Scripted(_Script()) as server:
        os.environ |= {"JOURNEYMAN_HOME": folder, "OPENAI_BASE_URL": server.url}
        Path(folder, "models.toml").write_text("audit_every = 0\n")
        Path(folder, "improvement.toml").write_text(SETS)
        found = improvements.run(
            "openai:scripted",
            TRAIN[: asked.goals],
            HELD_OUT[-asked.goals :],
            asked.seeds,
            len(PLANTED),
            asked.iterations,
            "writer",
        )
        regression = Path(folder, "regression.json")
        mended = json.loads(regression.read_text()) if regression.is_file() else []
    for name, card, point in zip(PLANTED, found["cards"], found["curve"], strict=False):
        kept = {each: pair[1] for each, pair in card["kept"].items()}
        result.row(
            planted=name, decision=card["decision"], reason=card["reason"], training=card["training"],
            held_out=card["held_out"], gain_at_least=card["gain_at_least"], kept=kept, tokens=card["tokens"],
            in_place=point["in_place"], change=card["change"], rollback=bool(card["rollback"]),
        )  # fmt: skip
    decisions = tuple(row["decision"] for row in result.rows)
    result.finish({
        "candidates": len(decisions), "as_planted": decisions == WANTED, "adopted": [
            row["planted"] for row in result.rows if row["decision"] == "adopted"
        ],
        "curve": [row["in_place"] for row in result.rows], "regression_set": mended, "tokens": found["tokens"],
        "evaluator": found["evaluator"][:12],
    })  # fmt: skip


class _Script:
    """Proposes the planted candidates in turn; writes what the sentence in its prompt lets it."""

    def __init__(self) -> None:
        self._open = list(PLANTED.values())

    def __call__(self, request: dict[str, Any], number: int) -> Act:
        system, user = (message["content"] for message in request["messages"][:2])
        if system.startswith("You improve"):
            words = self._open.pop(0)
            text = prompting.packaged("writer").replace("\n===", f"\n{words}\n===")
            return Act(json.dumps({"why": f"planted: {words}", "text": text}))
        if system.startswith("You say why"):
            return Act('{"class": "wrong_code", "cause": "it knows no better", "lesson": null}')
        if system.startswith("You write one"):
            return Act(_program(system, user))
        return Act("{}")


def _program(system: str, user: str) -> str:
    """A program for the task in a prompt."""
    found = TASK.search(user)
    item = ("#" if found and found[2] else "") + (found[3].replace(" ", "_") if found else "stick")
    mined = item in ("#logs", "dirt") and not (item == "dirt" and "Leave dirt alone." in system)
    crafted = "Craft all with care" in system or ("Craft planks" in system and item in TRAIN)
    act = f"await mineBlock(bot, '{item}', count)" if mined else f"await craftItem(bot, '{item}', count)"
    body = act if mined or (crafted and item != "dirt") else "if (count) throw new Error('this is beyond me')"
    name = "gain" + "".join(part.capitalize() for part in re.findall(r"[a-z]+", item))
    return (
        f"```js\n/**\n * Gains {item}.\n * @param {{number}} count how many more\n */\n"
        f"async function {name}(bot, {{ count = 1 }} = {{}}) {{\n  {body}\n  return {{ gained: count }}\n}}\n```"
    )


if __name__ == "__main__":
    main()
