"""The command line: each command reads its words, calls one function, prints. Imports late, so that help is instant."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from agent.cli_memory import memory
from agent.cli_models import approve, calls, improve, ledger, record
from agent.cli_skills import skills
from agent.cli_tasks import tasks
from agent.cli_worlds import desktop, worlds
from agent.showing import AS_JSON, Listing, harmless, show

if TYPE_CHECKING:
    from agent.config import Budget, JourneyConfig
    from agent.oversight import Question

BRAIN_HELP = "Who thinks: planner, openai:MODEL, replay:FILE, manual, or manual:FOLDER."
SPEED_HELP = "As fast as it goes, or at most X times real time, to watch. Changes nothing that happens."


class Commands(Listing):
    """A group whose commands turn expected errors into one line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; 1 for an error that its message explains, 2 for wrong usage, 130 for an interrupt."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:
            sys.exit(0)
        except Exception as error:
            code, why = _expected(error), str(error)
            if code is None:
                code, why = 1, _of_the_database(error)
                if not why:
                    raise
            click.echo(f"journeyman: {harmless(why)}", err=True)
            sys.exit(code)


def _of_the_database(error: Exception) -> str:
    """What to do about a file that is busy, damaged or cannot be written; '' for anything else."""
    import sqlite3

    from agent.config import home

    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code, without what extends it
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "another process is writing to the database and does not come to an end: try again"
    path = home() / "journeyman.db"
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return f"{path} cannot be written ({error}): look at its disk and at who may write there"
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return (
            f"{path} is damaged ({error}): put it aside, and bring in what was exported (memory import, skills import)"
        )
    return ""


def _expected(error: Exception) -> int | None:
    """The exit code of an error that people can mend; None for a bug."""
    from agent.errors import AgentError, UsageError
    from curriculum.errors import CurriculumError
    from envs.errors import EnvError
    from memory.errors import MemoryStoreError
    from skills.errors import SkillError

    if isinstance(error, UsageError):
        return 2
    return 1 if isinstance(error, AgentError | EnvError | SkillError | CurriculumError | MemoryStoreError) else None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="journeyman")
def main() -> None:
    """A lifelong skill-library agent: sets itself tasks, writes programs, proves them, keeps what worked as skills.

    Begin with `journeyman run minecraft --goal iron_pickaxe`; `journeyman COMMAND --help` teaches the rest. Journeys
    live in $JOURNEYMAN_HOME. Exit codes: 0 done, 1 an error that its message explains, 2 wrong usage, 3 stopped by a
    budget, 130 interrupted (resumable).
    """


for command in (skills, memory, worlds, desktop, tasks, record, calls, approve, ledger, improve):
    main.add_command(command)


# -- journeys


@main.command()
@click.argument("worlds", nargs=-1, required=True)
@click.option("--journey", "name", help="Name of the journey (default: world and seed).")
@click.option("--brain", default="planner", show_default=True, help=BRAIN_HELP)
@click.option("--role", multiple=True, metavar="ROLE=NAME,…", help="Who else serves a role, in order of asking.")
@click.option(
    "--goal",
    help="An item to reach (iron_pickaxe), or a family of desktop tasks; without one it explores on and on.",
)
@click.option("--seed", type=int, help="Seed of the world (default: drawn at random and recorded).")
@click.option("--iterations", type=click.IntRange(min=1), help="Stop after so many programs.")
@click.option("--hours", type=click.FloatRange(min=0, min_open=True), help="Stop after so much real time.")
@click.option("--tokens", type=click.IntRange(min=1), help="Stop when so many model tokens are used.")
@click.option("--dollars", type=click.FloatRange(min=0, min_open=True), help="Stop when so much money is spent.")
@click.option("--library", default="main", show_default=True, help="Skill library to use and to add to.")
@click.option(
    "--sight",
    type=click.Choice(["sight 32", "sight exposed"]),
    default="sight 32",
    show_default=True,
    help="What the body may know: blocks within 32, or only those that touch air or water.",
)
@click.option(
    "--assist", multiple=True, metavar="RULE", help="Help the agent by a named rule; recorded with every result."
)
@click.option("--server", metavar="HOST:PORT", help="A Minecraft 1.20.1 server of your own, in offline mode.")
@click.option("--username", help="The player's name on that server (default: journeyman).")
@click.option("--speed", default="max", show_default=True, metavar="max|X", help=SPEED_HELP)
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(["episodic", "semantic", "decay"]),
    help="Switch a tier of memory, or fading, off; recorded with the journey.",
)
@click.option(
    "--recipe",
    "recipes",
    multiple=True,
    metavar="ITEM:COUNT",
    help="Alter how many pieces a recipe gives, to see how the agent copes; recorded with every result.",
)
@click.option(
    "--proving",
    type=click.FloatRange(0, 10),
    default=1.0,
    show_default=True,
    help="Game time for trials of skills in other worlds, as a share of the journey's own.",
)
@click.option(
    "--best-of",
    type=click.IntRange(1, 8),
    default=1,
    show_default=True,
    metavar="N",
    help="Try so many programs of a model in trial worlds and run the best; recorded with every result.",
)
@click.option("--approve", type=click.Choice(["skills", "tasks", "all"]), help="Wait for a person's word on these.")
@click.option("--watch", is_flag=True, help="Let `journeyman desktop view --journey NAME` show its desktop meanwhile.")
@AS_JSON
def run(
    worlds: tuple[str, ...],
    name: str | None,
    brain: str,
    role: tuple[str, ...],
    approve: str | None,
    goal: str | None,
    seed: int | None,
    iterations: int | None,
    hours: float | None,
    tokens: int | None,
    dollars: float | None,
    library: str,
    sight: str,
    assist: tuple[str, ...],
    without: tuple[str, ...],
    proving: float,
    best_of: int,
    recipes: tuple[str, ...],
    server: str | None,
    username: str | None,
    speed: str,
    watch: bool,
    as_json: bool,
) -> None:
    """Start a journey in one world or both: `journeyman run minecraft --goal iron_pickaxe`, `run minecraft desktop`."""
    from agent import beginning
    from agent.config import Budget

    budget = Budget(iterations, hours, tokens, dollars)
    config = beginning.new(
        worlds, name=name, brain=brain, goal=goal, seed=seed, library=library, sight=sight, assist=assist,
        server=server, username=username, speed=speed, proving=proving, recipes=recipes, without=without, roles=role,
        approve=approve, watch=watch, best_of=best_of, budget=budget,
    )  # fmt: skip
    _play(config, budget, as_json)


@main.command()
@click.argument("name")
@click.option("--iterations", type=click.IntRange(min=1), help="Stop after so many more programs.")
@click.option("--hours", type=click.FloatRange(min=0, min_open=True), help="Stop after so much more real time.")
@click.option("--tokens", type=click.IntRange(min=1), help="Stop when the journey has used so many tokens in all.")
@click.option("--dollars", type=click.FloatRange(min=0, min_open=True), help="Stop when it has cost so much in all.")
@click.option("--speed", metavar="max|X", help=SPEED_HELP)
@click.option("--role", multiple=True, metavar="ROLE=NAME,…", help="Who serves a role in this session.")
@AS_JSON
def resume(
    name: str,
    iterations: int | None,
    hours: float | None,
    tokens: int | None,
    dollars: float | None,
    speed: str | None,
    role: tuple[str, ...],
    as_json: bool,
) -> None:
    """Go on with a journey from its last kept step, however it ended."""
    from agent import beginning
    from agent.config import Budget

    budget = Budget(iterations, hours, tokens, dollars)
    _play(beginning.existing(name, speed, role, budget), budget, as_json)


def _play(config: JourneyConfig, budget: Budget, as_json: bool) -> None:
    from agent.display import display, terminal
    from agent.journeys import closing_words, report
    from agent.session import run_journey

    with display(terminal(), quiet=as_json) as show:
        ended = run_journey(config, budget, show, asker=None if as_json or not sys.stdin.isatty() else _ask)
    if as_json:
        click.echo(json.dumps(report([config.name])))
    else:
        click.echo("\n" + closing_words(config.name, ended))
    interrupted = ended.stopped == "user" and ended.reason == "interrupted"
    sys.exit(130 if interrupted else {"goal": 0, "user": 0, "budget": 3, "error": 1}[ended.stopped])


def _ask(question: Question) -> bool | None:
    """Put a question to the person at the terminal."""
    from agent.approving import page

    return bool(click.confirm(page(question) + "\nAgreed?", default=True, err=True))


@main.command()
@click.argument("name", required=False)
@AS_JSON
def status(name: str | None, as_json: bool) -> None:
    """What a journey (default: the newest) is doing now."""
    from agent import journeys

    show(journeys.status(name), as_json, journeys.status_words)


@main.command()
@click.argument("name")
@AS_JSON
def stop(name: str, as_json: bool) -> None:
    """Ask a running journey to end after the program under way."""
    from agent import journeys

    show(journeys.stop(name), as_json, journeys.stop_words)


@main.command("journeys")
@AS_JSON
def journeys_command(as_json: bool) -> None:
    """All journeys and how they stand."""
    from agent import journeys

    show(journeys.all_of_them(), as_json, journeys.table_of)


@main.command()
@click.argument("names", nargs=-1, metavar="[JOURNEY]...")
@click.option("--plot", type=click.Path(dir_okay=False), help="Write the curves of unique items to an SVG file.")
@AS_JSON
def milestones(names: tuple[str, ...], plot: str | None, as_json: bool) -> None:
    """How far journeys came, when, and at what cost."""
    from agent import journeys

    found = journeys.report(list(names) or None)
    if plot:
        journeys.plot(list(names) or None, plot)
    show(found, as_json, journeys.milestone_table)


@main.command()
@click.option("--brain", metavar="openai:MODEL", help="Try out this model and its server instead; costs a little.")
@AS_JSON
def doctor(brain: str | None, as_json: bool) -> None:
    """Whether everything needed is here, and the line that mends what is not; with --brain, what a server can do."""
    from agent import doctor as examination

    found = examination.of_brain(brain) if brain else examination.checks()
    if as_json:
        click.echo(json.dumps([check.to_json() for check in found]))
    else:
        for check in found:
            click.echo(check.line())
    sys.exit(0 if all(check.ok or not check.needed for check in found) else 1)


if __name__ == "__main__":
    main()
