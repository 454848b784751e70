"""Commands about models and oversight: recordings, calls, approval, ledger. Each calls one function and prints."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from agent.showing import AS_JSON, show

KINDS = click.Choice(["skill", "lesson", "prompt", "routing", "monitor", "refactoring"])
"""The kinds of `agent.oversight.Kind`, here so that help is instant."""


@click.command()
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@AS_JSON
def record(name: str, file: Path, as_json: bool) -> None:
    """Write a journey's exchanges with models to FILE, for --brain replay:FILE."""
    from agent import recordings

    show(recordings.record(name, file), as_json, recordings.record_words)


@click.command()
@click.argument("name", required=False)
@click.argument("number", type=int, required=False)
@click.option("--each", is_flag=True, help="One line for each call: what it cost and what it led to.")
@AS_JSON
def calls(name: str | None, number: int | None, each: bool, as_json: bool) -> None:
    """What models were asked in a journey (default: the newest), by role; with NUMBER one call, whole."""
    from agent import spending

    if number is not None:
        show(spending.one(str(name), number), as_json, spending.one_words)
    elif each:
        show(spending.each(name), as_json, spending.each_words)
    else:
        show(spending.of(name), as_json, spending.words)


@click.command()
@click.argument("name")
@click.argument("number", type=int, required=False)
@click.option("--no", is_flag=True, help="Refuse.")
@click.option("--reason", default="", help="Why; kept with the answer.")
@click.option("--list", "listing", is_flag=True, help="Show what waits instead.")
@AS_JSON
def approve(name: str, number: int | None, no: bool, reason: str, listing: bool, as_json: bool) -> None:
    """Answer a journey that waits for a person (see run --approve); without NUMBER the oldest question."""
    from agent import overseeing

    if listing:
        show(overseeing.waiting(name), as_json, overseeing.waiting_words)
    else:
        show(overseeing.answer(name, number, not no, reason), as_json, overseeing.answer_words)


@click.command()
@click.argument("name", required=False)
@click.option("--kind", type=KINDS, help="Only changes of this kind.")
@AS_JSON
def ledger(name: str | None, kind: str | None, as_json: bool) -> None:
    """Every change that the agent made to itself: what, why, evidence, and how to take it back."""
    from agent import overseeing

    show(overseeing.ledger(name, kind), as_json, overseeing.ledger_words)


@click.command()
@click.option("--brain", required=True, help="The model whose prompts are improved: openai:MODEL.")
@click.option("--prompt", default="writer", show_default=True, help="Which prompt, or loop: its settings.")
@click.option("--train", multiple=True, required=True, metavar="GOAL", help="Goals from whose failures to learn.")
@click.option(
    "--held-out", multiple=True, required=True, metavar="GOAL", help="Goals that decide; no prompt sees them."
)
@click.option("--seeds", type=click.IntRange(min=2), default=5, show_default=True, help="Worlds for each goal.")
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="Rounds of proposed changes.")
@click.option("--iterations", type=click.IntRange(min=1), default=12, show_default=True, help="Programs for each goal.")
@click.option("--tokens", type=click.IntRange(min=1), help="Stop before so many tokens are used in all.")
@click.option("--dollars", type=click.FloatRange(min=0, min_open=True), help="Stop before it costs so much in all.")
@AS_JSON
def improve(
    brain: str,
    prompt: str,
    train: tuple[str, ...],
    held_out: tuple[str, ...],
    seeds: int,
    rounds: int,
    iterations: int,
    tokens: int | None,
    dollars: float | None,
    as_json: bool,
) -> None:
    """Change a prompt from what failed; kept only if goals that it never saw gain, at no higher cost."""
    from agent import improvements
    from agent.config import Budget

    budget = Budget(tokens=tokens, dollars=dollars)
    found = improvements.run(brain, train, held_out, seeds, rounds, iterations, prompt, budget)
    show(found, as_json, improvements.words)
    sys.exit(3 if found["stopped"] else 0)
