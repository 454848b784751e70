"""Commands about models: recordings, calls and their cost. Each reads its words, calls one function, prints."""

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
