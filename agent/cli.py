"""The command line: each command reads its words, calls one function, prints. Imports late, so that help is instant."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.cli_memory import memory
from agent.cli_models import approve, calls, improve, ledger, record
from agent.cli_tasks import tasks

if TYPE_CHECKING:
    from agent.config import Budget, JourneyConfig
    from agent.oversight import Question

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
BRAIN_HELP = "Who thinks: planner, openai:MODEL, replay:FILE, manual, or manual:FOLDER."
SPEED_HELP = "As fast as it goes, or at most X times real time, to watch. Changes nothing that happens."


class Commands(click.Group):
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
            code = _expected(error)
            if code is None:
                raise
            click.echo(f"journeyman: {error}", err=True)
            sys.exit(code)


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
    """A lifelong skill-library agent: sets itself tasks, writes programs, proves them, keeps what worked as skills."""


main.add_command(memory)
main.add_command(record)
main.add_command(calls)
main.add_command(tasks)
main.add_command(approve)
main.add_command(ledger)
main.add_command(improve)


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
    default=0.5,
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

    _show(journeys.status(name), as_json, journeys.status_words)


@main.command()
@click.argument("name")
@AS_JSON
def stop(name: str, as_json: bool) -> None:
    """Ask a running journey to end after the program under way."""
    from agent import journeys

    _show(journeys.stop(name), as_json, journeys.stop_words)


@main.command("journeys")
@AS_JSON
def journeys_command(as_json: bool) -> None:
    """All journeys and how they stand."""
    from agent import journeys

    _show(journeys.all_of_them(), as_json, journeys.table_of)


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
    _show(found, as_json, journeys.milestone_table)


# -- skills


@main.group()
def skills() -> None:
    """The skill library."""


LIBRARY = click.option("--library", default="main", show_default=True, help="Which library.")


@skills.command("list")
@LIBRARY
@AS_JSON
def skills_list(library: str, as_json: bool) -> None:
    """All skills, where they stand and what they bring."""
    from agent import browse

    _show(browse.skills(library), as_json, browse.skill_table)


@skills.command("show")
@click.argument("name")
@LIBRARY
@AS_JSON
def skills_show(name: str, library: str, as_json: bool) -> None:
    """One skill: contract, evidence, versions, callers and callees."""
    from agent import browse

    _show(browse.skill(library, name), as_json, browse.skill_words)


@skills.command("code")
@click.argument("name")
@click.option("--version", "hash", help="Hash, or a beginning of it (default: the current version).")
@LIBRARY
@AS_JSON
def skills_code(name: str, hash: str | None, library: str, as_json: bool) -> None:
    """The source of a skill."""
    from agent import browse

    _show(browse.code(library, name, hash), as_json, lambda found: found["source"])


@skills.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100), default=8, show_default=True)
@LIBRARY
@AS_JSON
def skills_search(words: tuple[str, ...], limit: int, library: str, as_json: bool) -> None:
    """Skills for some words or a task, best first: `journeyman skills search mine iron`."""
    from agent import skill_commands

    hits = skill_commands.found(library, " ".join(words), limit, _aside)
    _show(hits, as_json, skill_commands.found_words(why=False))


@skills.command("why")
@click.argument("task", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100), default=8, show_default=True)
@LIBRARY
@AS_JSON
def skills_why(task: tuple[str, ...], limit: int, library: str, as_json: bool) -> None:
    """Which skills a task would be shown, with every part of every score."""
    from agent import skill_commands

    hits = skill_commands.found(library, " ".join(task), limit, _aside)
    _show(hits, as_json, skill_commands.found_words(why=True))


@skills.command("reindex")
@AS_JSON
def skills_reindex(as_json: bool) -> None:
    """Make the vectors by which skills are found by meaning anew; from then on journeys keep them up."""
    from agent import similarity
    from agent.remember_words import embedded

    _show(similarity.reindex(), as_json, embedded)


@skills.command("graph")
@click.option(
    "--as-of", type=click.FloatRange(min=0), metavar="N", help="As it stood after N iterations of all journeys."
)
@LIBRARY
@AS_JSON
def skills_graph(as_of: float | None, library: str, as_json: bool) -> None:
    """Who calls whom: layers, hubs with their blast radius, orphans."""
    from agent import skill_commands

    _show(skill_commands.graph(library, as_of), as_json, skill_commands.graph_words)


@skills.command("test")
@click.argument("name")
@click.option("--worlds", type=click.IntRange(1, 1000), default=3, show_default=True, help="How many fresh worlds.")
@click.option("--version", "hash", help="Hash, or a beginning of it (default: the current version).")
@LIBRARY
@AS_JSON
def skills_test(name: str, worlds: int, hash: str | None, library: str, as_json: bool) -> None:
    """Try a skill in fresh worlds that its writer never saw; each trial counts as evidence."""
    from agent import skill_trials

    told = None if as_json else lambda trial: click.echo(skill_trials.line(trial))
    _show(skill_trials.test(library, name, worlds, hash, told), as_json, skill_trials.test_words)


@skills.command("refactor")
@click.option("--apply", is_flag=True, help="Carry out what passes the replays of all skills that it touches.")
@LIBRARY
@AS_JSON
def skills_refactor(apply: bool, library: str, as_json: bool) -> None:
    """What the library could do better about itself: doubles, siblings, steps in common, idle wrappers."""
    from agent import skill_trials

    _show(skill_trials.refactor(library, apply=apply), as_json, skill_trials.refactor_words)


@skills.command("stats")
@click.argument("name")
@click.option("--version", "hash", help="Hash, or a beginning of it (default: the current version).")
@LIBRARY
@AS_JSON
def skills_stats(name: str, hash: str | None, library: str, as_json: bool) -> None:
    """How a skill did, by world, biome, tool and brain, and why it failed."""
    from agent import skill_commands

    _show(skill_commands.stats(library, name, hash), as_json, skill_commands.stats_words)


@skills.command("diff")
@click.argument("name")
@click.argument("old", required=False)
@click.argument("new", required=False)
@LIBRARY
@AS_JSON
def skills_diff(name: str, old: str | None, new: str | None, library: str, as_json: bool) -> None:
    """What changed from version OLD (default: the one before) to NEW (default: the current one)."""
    from agent import skill_commands

    _show(skill_commands.diff(library, name, old, new), as_json, skill_commands.diff_words)


@skills.command("history")
@click.argument("name")
@LIBRARY
@AS_JSON
def skills_history(name: str, library: str, as_json: bool) -> None:
    """Every change of a skill's versions and standing, with its reason."""
    from agent import skill_commands

    _show(skill_commands.history(library, name), as_json, skill_commands.history_words)


def _changes(action: str, text: str, *, version: str | None = None, required: bool = False) -> None:
    """Add a command that changes a skill's pointer; all of them can be undone."""

    @skills.command(action, help=text)
    @click.argument("name")
    @click.option("--reason", default="by hand", show_default=True, help="Why; kept in the history.")
    @LIBRARY
    @AS_JSON
    def command(name: str, reason: str, library: str, as_json: bool, hash: str | None = None) -> None:
        from agent import skill_commands

        _show(skill_commands.change(library, name, action, hash, reason), as_json, skill_commands.change_words)

    if version:
        command.params.append(click.Option(["--version", "hash"], required=required, help=version))


_changes("rollback", "Go back to an earlier version.", version="Which (default: the one that was current before).")
_changes("promote", "Make a version current.", version="Hash, or a beginning of it.", required=True)
_changes("pin", "Hold a version in its place: evidence does not move it.", version="Which (default: the current one).")
_changes("unpin", "Let evidence move the skill again.")
_changes("retire", "Take a skill out of use; nothing of it is lost.")
_changes("restore", "Bring a retired skill back.")


@skills.command("rename")
@click.argument("old")
@click.argument("new")
@click.option("--reason", default="by hand", show_default=True, help="Why; kept in the history.")
@LIBRARY
@AS_JSON
def skills_rename(old: str, new: str, reason: str, library: str, as_json: bool) -> None:
    """Give a skill another name; what calls it is rewritten, its runs and standing stay."""
    from agent import skill_commands

    _show(skill_commands.rename(library, old, new, reason), as_json, skill_commands.rename_words)


@skills.command("plan")
@click.argument("item")
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="How many more.")
@click.option("--have", multiple=True, metavar="ITEM=N", help="What is at hand (default: what the newest journey has).")
@click.option("--bare", is_flag=True, help="From bare hands.")
@click.option("--journey", help="From what this journey has at hand.")
@LIBRARY
@AS_JSON
def skills_plan(
    item: str, count: int, have: tuple[str, ...], bare: bool, journey: str | None, library: str, as_json: bool
) -> None:
    """How known skills lead to an item, with time and odds; asks no model: `journeyman skills plan iron_pickaxe`."""
    from agent import skill_commands

    _show(skill_commands.plan(library, item, count, have, journey, bare), as_json, skill_commands.plan_words)


@skills.command("export")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--skill", "names", multiple=True, metavar="NAME", help="Only this skill and what it calls; repeatable.")
@click.option("--bundle", metavar="NAME", help="One folder of this name for all of them.")
@click.option("--sign", "key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Sign with this key.")
@LIBRARY
@AS_JSON
def skills_export(
    directory: Path, names: tuple[str, ...], bundle: str | None, key: Path | None, library: str, as_json: bool
) -> None:
    """Write skills as Agent Skills folders, with code, contract, evidence and history."""
    from agent import exchange

    told = exchange.export(library, directory, names, bundle=bundle, key=key)
    _show(told, as_json, exchange.export_words)
    sys.exit(1 if told["refused"] else 0)


@skills.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--restore", is_flag=True, help="These are my own exports: take their evidence and standing as written.")
@click.option("--dry-run", is_flag=True, help="Only say what would become of each skill.")
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Only if signed by this key.")
@LIBRARY
@AS_JSON
def skills_import(path: Path, restore: bool, dry_run: bool, key: Path | None, library: str, as_json: bool) -> None:
    """Bring in Agent Skills folders, a zip of them, or a Voyager or Odyssey library, as drafts in quarantine."""
    from agent import exchange

    told = exchange.bring_in(library, path, vouched=restore, dry_run=dry_run, key=key)
    _show(told, as_json, exchange.import_words)
    sys.exit(1 if set(told["counts"]) == {"refused"} else 0)


@skills.command("imports")
@LIBRARY
@AS_JSON
def skills_imports(library: str, as_json: bool) -> None:
    """What was brought in, what became of it, and what still waits to be verified."""
    from agent import exchange

    _show(exchange.brought_in(library), as_json, exchange.brought_in_words)


@skills.command("validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Also verify the signature.")
@AS_JSON
def skills_validate(paths: tuple[Path, ...], key: Path | None, as_json: bool) -> None:
    """Hold skill folders against the published specification; 1 if one does not follow it."""
    from agent import exchange

    told = exchange.check(paths, key)
    _show(told, as_json, exchange.check_words)
    sys.exit(0 if all(each["valid"] for each in told) else 1)


# -- worlds


@main.group(invoke_without_command=True)
@AS_JSON
@click.pass_context
def worlds(context: click.Context, as_json: bool) -> None:
    """The worlds that journeys left: seed, size, what can be entered."""
    from agent import worlds as kept_worlds

    if context.invoked_subcommand is None:
        _show(kept_worlds.kept(), as_json, kept_worlds.words)


@worlds.command("serve")
@click.argument("name")
@click.option("--port", type=click.IntRange(1, 65535), default=25565, show_default=True)
@click.option("--op", "operators", multiple=True, metavar="PLAYER", help="May use commands: /gamemode spectator.")
def worlds_serve(name: str, port: int, operators: tuple[str, ...]) -> None:
    """Open a world for an ordinary Minecraft 1.20.1 client on this machine; nothing of the visit is kept."""
    from agent import worlds as kept_worlds

    kept_worlds.serve(name, port, operators, click.echo)


# -- the desktop


@main.group()
def desktop() -> None:
    """The programs of the desktop world, and a look at it."""


@desktop.command("list")
@AS_JSON
def desktop_list(as_json: bool) -> None:
    """Every program that a desktop can have."""
    from agent import desktop_commands

    _show(desktop_commands.programs(), as_json, desktop_commands.program_table)


@desktop.command("install")
@click.argument("programs", nargs=-1, metavar="[PROGRAM]...")
@AS_JSON
def desktop_install(programs: tuple[str, ...], as_json: bool) -> None:
    """Install programs (default: the small set) and whatever the desktop itself lacks, with apt."""
    from agent import desktop_commands

    done = desktop_commands.install(programs, lambda line: click.echo(line, err=True))
    _show(done, as_json, lambda packages: f"installed: {', '.join(packages)}" if packages else "everything is there")


@desktop.command("view")
@click.argument("programs", nargs=-1, metavar="[PROGRAM]...")
@click.option("--journey", help="Watch the desktop of a running journey instead of a fresh one.")
@click.option("--control", is_flag=True, help="Also take over keyboard and pointer (of a fresh desktop).")
@click.option("--port", type=click.IntRange(1, 65535), default=6080, show_default=True)
def desktop_view(programs: tuple[str, ...], journey: str | None, control: bool, port: int) -> None:
    """Show a desktop in a browser on this machine, with these programs open."""
    from agent import desktop_commands

    desktop_commands.watch(journey, programs, control, port, click.echo)


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


def _aside(line: str) -> None:
    """A line for people beside what is printed, which programs read."""
    click.echo(line, err=True)


def _show(found: Any, as_json: bool, words: Any) -> None:
    click.echo(json.dumps(found) if as_json else words(found))


if __name__ == "__main__":
    main()
