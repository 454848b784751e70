"""The `journeyman worlds` and `journeyman desktop` commands: what journeys left, and the desktop's programs."""

from __future__ import annotations

import click

from agent.showing import AS_JSON, Listing, show


@click.group(cls=Listing, invoke_without_command=True)
@AS_JSON
@click.pass_context
def worlds(context: click.Context, as_json: bool) -> None:
    """The worlds that journeys left: seed, size, what can be entered."""
    from agent import worlds as kept_worlds

    if context.invoked_subcommand is None:
        show(kept_worlds.kept(), as_json, kept_worlds.words)


@worlds.command("serve")
@click.argument("name")
@click.option("--port", type=click.IntRange(1, 65535), default=25565, show_default=True, help="Where clients find it.")
@click.option("--op", "operators", multiple=True, metavar="PLAYER", help="May use commands: /gamemode spectator.")
def worlds_serve(name: str, port: int, operators: tuple[str, ...]) -> None:
    """Open a world for an ordinary Minecraft 1.20.1 client on this machine; nothing of the visit is kept."""
    from agent import worlds as kept_worlds

    kept_worlds.serve(name, port, operators, click.echo)


@click.group(cls=Listing)
def desktop() -> None:
    """The programs of the desktop world, and a look at it."""


@desktop.command("list")
@AS_JSON
def desktop_list(as_json: bool) -> None:
    """Every program that a desktop can have."""
    from agent import desktop_commands

    show(desktop_commands.programs(), as_json, desktop_commands.program_table)


@desktop.command("install")
@click.argument("programs", nargs=-1, metavar="[PROGRAM]...")
@AS_JSON
def desktop_install(programs: tuple[str, ...], as_json: bool) -> None:
    """Install programs (default: the small set) and whatever the desktop itself lacks, with apt."""
    from agent import desktop_commands

    done = desktop_commands.install(programs, lambda line: click.echo(line, err=True))
    show(done, as_json, lambda packages: f"installed: {', '.join(packages)}" if packages else "everything is there")


@desktop.command("view")
@click.argument("programs", nargs=-1, metavar="[PROGRAM]...")
@click.option("--journey", help="Watch the desktop of a running journey instead of a fresh one.")
@click.option("--control", is_flag=True, help="Also take over keyboard and pointer (of a fresh desktop).")
@click.option("--port", type=click.IntRange(1, 65535), default=6080, show_default=True, help="Where browsers find it.")
def desktop_view(programs: tuple[str, ...], journey: str | None, control: bool, port: int) -> None:
    """Show a desktop in a browser on this machine, with these programs open."""
    from agent import desktop_commands

    desktop_commands.watch(journey, programs, control, port, click.echo)
