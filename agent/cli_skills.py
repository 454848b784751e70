"""The `journeyman skills` commands: each reads its words, calls one function, prints. Imports late."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from agent.showing import AS_JSON, Listing, aside, show


@click.group(cls=Listing)
def skills() -> None:
    """The skill library."""


LIBRARY = click.option("--library", default="main", show_default=True, help="Which library.")


@skills.command("list")
@click.option("--retired", is_flag=True, help="Also those out of use or in quarantine.")
@LIBRARY
@AS_JSON
def skills_list(retired: bool, library: str, as_json: bool) -> None:
    """All skills, where they stand and what they bring."""
    from agent import browse

    show(browse.skills(library, retired=retired), as_json, browse.skill_table)


@skills.command("show")
@click.argument("name")
@LIBRARY
@AS_JSON
def skills_show(name: str, library: str, as_json: bool) -> None:
    """One skill: contract, evidence, versions, callers and callees."""
    from agent import browse

    show(browse.skill(library, name), as_json, browse.skill_words)


@skills.command("code")
@click.argument("name")
@click.option("--version", "hash", help="Hash, or a beginning of it (default: the current version).")
@LIBRARY
@AS_JSON
def skills_code(name: str, hash: str | None, library: str, as_json: bool) -> None:
    """The source of a skill."""
    from agent import browse

    show(browse.code(library, name, hash), as_json, lambda found: found["source"])


@skills.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100), default=8, show_default=True, help="How many at most.")
@LIBRARY
@AS_JSON
def skills_search(words: tuple[str, ...], limit: int, library: str, as_json: bool) -> None:
    """Skills for some words or a task, best first: `journeyman skills search mine iron`."""
    from agent import skill_commands

    hits = skill_commands.found(library, " ".join(words), limit, aside)
    show(hits, as_json, skill_commands.found_words(why=False))


@skills.command("why")
@click.argument("task", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100), help="How many at most (default: as many as a writer).")
@click.option("--world", type=click.Choice(["minecraft", "desktop"]), help="Whose task (default: see what it names).")
@LIBRARY
@AS_JSON
def skills_why(task: tuple[str, ...], limit: int | None, world: str | None, library: str, as_json: bool) -> None:
    """Which skills the writer for a task would be shown, with every part of every score, and what fits its budget."""
    from agent import skill_commands

    hits = skill_commands.why(library, " ".join(task), limit, world, aside)
    show(hits, as_json, skill_commands.found_words(why=True))


@skills.command("reindex")
@AS_JSON
def skills_reindex(as_json: bool) -> None:
    """Make the vectors by which skills are found by meaning anew; from then on journeys keep them up."""
    from agent import similarity
    from agent.remember_words import embedded

    show(similarity.reindex(), as_json, embedded)


@skills.command("graph")
@click.option(
    "--as-of", type=click.IntRange(min=0), metavar="N", help="As it stood after N iterations of all journeys."
)
@click.option("--versions", is_flag=True, help="Every version: what it supersedes, was derived from, or doubles.")
@LIBRARY
@AS_JSON
def skills_graph(as_of: int | None, versions: bool, library: str, as_json: bool) -> None:
    """Who calls whom: layers, hubs with their blast radius, orphans."""
    from agent import skill_commands

    if versions:
        show(skill_commands.version_graph(library, as_of), as_json, skill_commands.version_graph_words)
    else:
        show(skill_commands.graph(library, as_of), as_json, skill_commands.graph_words)


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
    show(skill_trials.test(library, name, worlds, hash, told), as_json, skill_trials.test_words)


@skills.command("refactor")
@click.option("--apply", is_flag=True, help="Carry out what passes the replays of all skills that it touches.")
@click.option("--list", "listed", is_flag=True, help="Show what was carried out, by journeys too.")
@click.option("--undo", "number", type=int, metavar="NUMBER", help="Put back what one of these changed.")
@click.option("--reason", default="by hand", show_default=True, help="Why it is put back; kept in the history.")
@LIBRARY
@AS_JSON
def skills_refactor(apply: bool, listed: bool, number: int | None, reason: str, library: str, as_json: bool) -> None:
    """What the library could do better about itself: doubles, siblings, steps in common, idle wrappers."""
    from agent import skill_trials
    from agent.errors import UsageError

    asked = [name for name, given in (("--apply", apply), ("--list", listed), ("--undo", number is not None)) if given]
    if len(asked) > 1:
        raise UsageError(f"{asked[0]} and {asked[1]} do not go together: one at a time")
    if number is not None:
        show(skill_trials.undo(library, number, reason), as_json, skill_trials.undo_words)
        return
    if listed:
        show(skill_trials.refactorings_of(library), as_json, skill_trials.refactorings_words)
        return
    show(skill_trials.refactor(library, apply=apply), as_json, skill_trials.refactor_words)


@skills.command("stats")
@click.argument("name")
@click.option("--version", "hash", help="Hash, or a beginning of it (default: the current version).")
@LIBRARY
@AS_JSON
def skills_stats(name: str, hash: str | None, library: str, as_json: bool) -> None:
    """How a skill did, by world, biome, tool and brain, and why it failed."""
    from agent import skill_commands

    show(skill_commands.stats(library, name, hash), as_json, skill_commands.stats_words)


@skills.command("failure")
@click.argument("name")
@click.option("--version", "hash", help="Hash, or a beginning of it (default: the current version).")
@LIBRARY
@AS_JSON
def skills_failure(name: str, hash: str | None, library: str, as_json: bool) -> None:
    """The last run of a skill that did not succeed, with its events."""
    from agent import skill_failures

    show(skill_failures.failure(library, name, hash), as_json, skill_failures.failure_words)


@skills.command("diff")
@click.argument("name")
@click.argument("old", required=False)
@click.argument("new", required=False)
@LIBRARY
@AS_JSON
def skills_diff(name: str, old: str | None, new: str | None, library: str, as_json: bool) -> None:
    """What changed from version OLD (default: the one before) to NEW (default: the current one)."""
    from agent import skill_commands

    show(skill_commands.diff(library, name, old, new), as_json, skill_commands.diff_words)


@skills.command("history")
@click.argument("name")
@LIBRARY
@AS_JSON
def skills_history(name: str, library: str, as_json: bool) -> None:
    """Every change of a skill's versions and standing, with its reason."""
    from agent import skill_commands

    show(skill_commands.history(library, name), as_json, skill_commands.history_words)


def _changes(action: str, text: str, *, version: str | None = None, required: bool = False) -> None:
    """Add a command that changes a skill's pointer; all of them can be undone."""

    @skills.command(action, help=text)
    @click.argument("name")
    @click.option("--reason", default="by hand", show_default=True, help="Why; kept in the history.")
    @LIBRARY
    @AS_JSON
    def command(name: str, reason: str, library: str, as_json: bool, hash: str | None = None) -> None:
        from agent import skill_commands

        show(skill_commands.change(library, name, action, hash, reason), as_json, skill_commands.change_words)

    if version:
        command.params.append(click.Option(["--version", "hash"], required=required, help=version))


_changes(
    "rollback", "Go back to an earlier version.", version="Which (default: the latest one before it that was current)."
)
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

    show(skill_commands.rename(library, old, new, reason), as_json, skill_commands.rename_words)


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

    show(skill_commands.plan(library, item, count, have, journey, bare), as_json, skill_commands.plan_words)


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
    show(told, as_json, exchange.export_words)
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
    show(told, as_json, exchange.import_words)
    sys.exit(1 if set(told["counts"]) == {"refused"} else 0)


@skills.command("imports")
@LIBRARY
@AS_JSON
def skills_imports(library: str, as_json: bool) -> None:
    """What was brought in, what became of it, and what still waits to be verified."""
    from agent import exchange

    show(exchange.brought_in(library), as_json, exchange.brought_in_words)


@skills.command("validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Also verify the signature.")
@AS_JSON
def skills_validate(paths: tuple[Path, ...], key: Path | None, as_json: bool) -> None:
    """Hold skill folders against the published specification; 1 if one does not follow it."""
    from agent import exchange

    told = exchange.check(paths, key)
    show(told, as_json, exchange.check_words)
    sys.exit(0 if all(each["valid"] for each in told) else 1)
