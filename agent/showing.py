"""How commands print: as JSON for programs, as text for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def show(found: Any, as_json: bool, words: Callable[[Any], str]) -> None:
    """Print what a command found."""
    click.echo(json.dumps(found) if as_json else words(found))


def aside(line: str) -> None:
    """A line for people beside what is printed, which programs read."""
    click.echo(line, err=True)
