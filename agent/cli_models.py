"""Commands about models and oversight: recordings, calls, approval, ledger. Each calls one function and prints."""

from __future__ import annotations

from pathlib import Path

import click

from agent.showing import AS_JSON, show


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
@AS_JSON
def calls(name: str | None, as_json: bool) -> None:
    """What models were asked in a journey (default: the newest), by role: calls, tokens, cost, refusals."""
    from agent import spending

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
@click.option("--kind", help="Only changes of this kind: skill, lesson, prompt, routing, monitor.")
@AS_JSON
def ledger(name: str | None, kind: str | None, as_json: bool) -> None:
    """Every change that the agent made to itself: what, why, evidence, and how to take it back."""
    from agent import overseeing

    show(overseeing.ledger(name, kind), as_json, overseeing.ledger_words)
