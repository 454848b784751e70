"""The `journeyman tasks` commands: what a person sets and forbids while a journey runs."""

from __future__ import annotations

import click

from agent.showing import AS_JSON, Listing, show


@click.group(cls=Listing)
def tasks() -> None:
    """Tasks of a journey: see them, set some, forbid some. Takes effect before the next proposal."""


@tasks.command("list")
@click.argument("name")
@AS_JSON
def list_(name: str, as_json: bool) -> None:
    """The agenda, what is forbidden, and what was taken up."""
    from agent import agendas

    show(agendas.listed(name), as_json, agendas.list_words)


@tasks.command()
@click.argument("name")
@click.argument("wanted")
@click.option("--before", type=int, metavar="ENTRY", help="Before this entry of the agenda (default: at the end).")
@AS_JSON
def insert(name: str, wanted: str, before: int | None, as_json: bool) -> None:
    """Set a task: an item ('8 torch'), a milestone, or a check as JSON."""
    from agent import agendas

    show(agendas.insert(name, wanted, before), as_json, agendas.entry_words)


@tasks.command()
@click.argument("name")
@click.argument("entry", type=int)
@click.option("--before", type=int, metavar="ENTRY", help="Before this entry (default: at the end).")
@AS_JSON
def reorder(name: str, entry: int, before: int | None, as_json: bool) -> None:
    """Move an entry of the agenda."""
    from agent import agendas

    show(agendas.move(name, entry, before), as_json, agendas.entry_words)


@tasks.command()
@click.argument("name")
@click.argument("subject")
@click.option("--reason", default="by hand", show_default=True, help="Why; kept with what is forbidden.")
@click.option("--lift", is_flag=True, help="Allow it again.")
@AS_JSON
def veto(name: str, subject: str, reason: str, lift: bool, as_json: bool) -> None:
    """Forbid an item, a '#tag' or a task by its id; a number withdraws that entry of the agenda."""
    from agent import agendas

    show(agendas.veto(name, subject, reason, lift), as_json, agendas.veto_words)
