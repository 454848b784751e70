"""How commands print: as JSON for programs, as text for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


class Listing(click.Group):
    """A group whose list of commands breaks no sentence off: what does not fit on a line goes on below it."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list, each command with its whole first sentence."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, self.commands[name].get_short_help_str(200)) for name in self.list_commands(ctx)]
            )


def show(found: Any, as_json: bool, words: Callable[[Any], str]) -> None:
    """Print what a command found."""
    click.echo(json.dumps(found) if as_json else harmless(words(found)))


def harmless(text: str) -> str:
    """The text, lines and tabs as they are, with what words from elsewhere could steer a terminal by written out."""
    from memory.guard import visible

    return visible(text, but="\n\t")


def aside(line: str) -> None:
    """A line for people beside what is printed, which programs read."""
    click.echo(line, err=True)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """How far long work is, beside what is printed: a bar for each part on a terminal, a line for each elsewhere.

    Gives what is to be told (part, done, of how many).
    """
    bars: dict[str, Any] = {}

    def told(part: str, done: int, of: int) -> None:
        if part not in bars:
            open_bars.close()
            bar: Any = click.progressbar(length=of, label=f"{part} ({of})", file=sys.stderr)
            bars[part] = open_bars.enter_context(bar)
        bars[part].update(done - bars[part].pos)

    with ExitStack() as open_bars:
        yield told
