"""The `journeyman memory` commands: each reads its words, calls one function, prints. Imports late."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from agent.showing import AS_JSON, Listing, progress, show

KINDS = click.Choice(["episode", "fact", "lesson", "place", "procedure", "sign", "summary"])
FAILURES = click.Choice(["missing_need", "wrong_code", "world", "verifier", "timeout", "sandbox", "died"])
CURVES = click.Choice(["fsrs6", "exponential", "half_life", "act_r"])
NUMBER = click.IntRange(1, 2**63 - 1)
LIMIT = click.IntRange(1, 1_000_000)
FOLDER = click.Path(file_okay=False, path_type=Path)


class Point(click.ParamType[float]):
    """A number on an axis: no nan and nothing infinite, which compare with nothing."""

    name = "float"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number, or a wrong usage."""
        try:
            point = float(value)
        except ValueError:
            point = math.nan
        if not math.isfinite(point):
            self.fail(f"{value!r} is no number", param, ctx)
        return point


POINT = Point()


@click.group(cls=Listing)
def memory() -> None:
    """What was learned beside skills: episodes, facts, lessons, places."""


@memory.command("recall")
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--journey", "name", default="", help="Also what holds only in this journey's world (default: the newest)."
)
@click.option("--limit", type=click.IntRange(1, 100), default=8, show_default=True, help="How many at most.")
@click.option("--tokens", type=click.IntRange(min=1), help="Pack into so many tokens.")
@click.option("--as-of", type=POINT, help="What held at this point of the experience clock.")
@click.option("--history", is_flag=True, help="Also what is wrong now or out of mind.")
@click.option("--why", is_flag=True, help="Show each part of each score.")
@click.option(
    "--rank", metavar="NAME,…", default="", help="A model that puts what would help first: openai:MODEL. Costs calls."
)
@AS_JSON
def memory_recall(
    words: tuple[str, ...],
    name: str,
    limit: int,
    tokens: int | None,
    as_of: float | None,
    history: bool,
    why: bool,
    rank: str,
    as_json: bool,
) -> None:
    """What is remembered about something: `journeyman memory recall iron ore`."""
    from agent import remember, remember_words

    found = remember.recall(
        " ".join(words), name, limit, as_of=as_of, history=history, tokens=tokens, rank=rank,
        notice=lambda text: click.echo(text, err=True),
    )  # fmt: skip
    show(found, as_json, remember_words.recalled(why))


@memory.command("mind")
@click.argument("journey", required=False)
@click.option("--iteration", type=NUMBER, help="For this iteration (default: the newest).")
@AS_JSON
def memory_mind(journey: str | None, iteration: int | None, as_json: bool) -> None:
    """What was in mind for an iteration, what did not fit, and which model calls were made with it."""
    from agent import remember, remember_words

    show(remember.mind(journey, iteration), as_json, remember_words.mind)


@memory.command("list")
@click.argument("words", nargs=-1)
@click.option("--kind", type=KINDS, help="Only what is of this kind.")
@click.option("--journey", "scope", help="Only what this journey sees; of episodes, its own.")
@click.option(
    "--state", type=click.Choice(["generated", "active", "merged", "archived"]), help="Only what is in this state."
)
@click.option("--as-of", type=POINT, help="What held at this point of the experience clock, as it was then.")
@click.option("--outcome", type=click.Choice(["passed", "failed"]), help="How an episode ended.")
@click.option("--failure", type=FAILURES, help="Whose fault an episode's failure was.")
@click.option("--cause", help="The code of an episode's failure, such as no_tool.")
@click.option("--world", help="In which kind of world an episode was: minecraft, desktop.")
@click.option("--biome", help="In which biome an episode ended.")
@click.option("--near", type=(POINT, POINT), metavar="X Z", help="Around which place an episode ended.")
@click.option("--within", type=click.FloatRange(min=0), help="Blocks around that place (default: 32).")
@click.option("--since", type=POINT, help="Episodes from this point of the experience clock on.")
@click.option("--until", type=POINT, help="Episodes up to this point of the experience clock.")
@click.option("--with", "involving", help="A skill that an episode called, or an item of which it left more or less.")
@click.option("--limit", type=LIMIT, default=50, show_default=True, help="How many at most.")
@AS_JSON
def memory_list(
    words: tuple[str, ...], kind: Any, scope: str | None, state: Any, limit: int, as_json: bool, **sought: Any
) -> None:
    """Facts, lessons, places and the like, newest first; with `--kind episode` what happened.

    Episodes are searched by what happened (words), where, when, with what, and how it ended: `journeyman memory list
    --kind episode iron --outcome failed --near 120 -40`.
    """
    from agent import remember, remember_words

    sought = {name: value for name, value in {"words": words, **sought}.items() if value not in (None, ())}
    if kind == "episode":
        show(remember.episodes(scope, state, limit, sought), as_json, remember_words.episodes)
    else:
        show(remember.items(kind, scope, state, limit, sought), as_json, remember_words.items)


@memory.command("show")
@click.argument("item", type=NUMBER)
@click.option("--episode", is_flag=True, help="It is the number of an episode (see `memory list --kind episode`).")
@AS_JSON
def memoryshow(item: int, episode: bool, as_json: bool) -> None:
    """One item with its evidence, its strength and what it was made of; or one episode with before and after."""
    from agent import remember, remember_words

    if episode:
        show(remember.episode(item), as_json, remember_words.episode)
    else:
        show(remember.show(item), as_json, remember_words.item)


@memory.command("history")
@click.argument("item", type=NUMBER, required=False)
@click.option("--limit", type=LIMIT, default=30, show_default=True, help="How many at most, the newest.")
@AS_JSON
def memory_history(item: int | None, limit: int, as_json: bool) -> None:
    """What was done to an item (or to all) and why."""
    from agent import remember, remember_words

    show(remember.history(item, limit), as_json, remember_words.entries)


@memory.command("undo")
@click.argument("entry", type=NUMBER)
@click.option("--reason", default="undone by hand", show_default=True, help="Why; kept in the journal.")
@AS_JSON
def memory_undo(entry: int, reason: str, as_json: bool) -> None:
    """Take back the operation of a journal entry (see `memory history`)."""
    from agent import remember, remember_words

    show(remember.undo(entry, reason), as_json, remember_words.entries)


@memory.command("sign")
@click.argument("when")
@click.argument("instruction")
@click.option("--because", required=True, help="Why; shown with it.")
@click.option("--journey", default="", help="Only in this journey's world (default: everywhere).")
@AS_JSON
def memory_sign(when: str, instruction: str, because: str, journey: str, as_json: bool) -> None:
    """Put up a guardrail: `journeyman memory sign "lava is near" "never dig down" --because "it kills"`."""
    from agent import remember, remember_words

    show(remember.add_sign(when, instruction, because, journey), as_json, lambda item: remember_words.items([item]))


@memory.command("mark")
@click.argument("item", type=NUMBER)
@click.option("--pin/--unpin", "pinned", default=None, help="Never put it out of mind.")
@click.option("--private/--plain", "private", default=None, help="Keep it from recall and from bundles.")
@AS_JSON
def memory_mark(item: int, pinned: bool | None, private: bool | None, as_json: bool) -> None:
    """Pin an item, or keep it private."""
    from agent import remember, remember_words

    show(remember.mark(item, pinned, private), as_json, lambda found: remember_words.items([found]))


@memory.command("archive")
@click.argument("item", type=NUMBER)
@click.option("--reason", default="put away by hand", show_default=True, help="Why; kept in the journal.")
@AS_JSON
def memory_archive(item: int, reason: str, as_json: bool) -> None:
    """Put an item out of mind, a place wherever it is kept; `memory restore` brings it back."""
    from agent import remember, remember_words

    show(remember.archive(item, reason), as_json, lambda found: remember_words.items([found]))


@memory.command("restore")
@click.argument("item", type=NUMBER)
@click.option("--reason", default="brought back by hand", show_default=True, help="Why; kept in the journal.")
@AS_JSON
def memory_restore(item: int, reason: str, as_json: bool) -> None:
    """Bring an archived item back into mind."""
    from agent import remember, remember_words

    show(remember.restore(item, reason), as_json, lambda found: remember_words.items([found]))


@memory.command("stats")
@AS_JSON
def memory_stats(as_json: bool) -> None:
    """Sizes by tier, and how healthy memory is."""
    from agent import remember, remember_words

    show(remember.stats(), as_json, remember_words.stats)


@memory.command("consolidate")
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@click.option("--limit", type=LIMIT, default=5000, show_default=True, help="Units of each job.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be done, and do nothing.")
@AS_JSON
def memory_consolidate(jobs: tuple[str, ...], limit: int, dry: bool, as_json: bool) -> None:
    """Run memory's jobs now: capture, consolidate, reconcile, rehearse, decay, archive."""
    from agent import remember, remember_words

    show(remember.consolidate(jobs, limit, dry), as_json, remember_words.jobs)


@memory.command("reindex")
@AS_JSON
def memory_reindex(as_json: bool) -> None:
    """Make all that is derived anew: words, marks, strengths, tallies; and vectors, which are kept up from then on."""
    from agent import remember
    from agent.remember_words import rebuilt

    with progress() as told:
        found = remember.reindex(told)
    show(found, as_json, rebuilt)


@memory.command("export")
@click.argument("folder", type=FOLDER)
@click.option("--journey", "journeys", multiple=True, help="Only this journey and what holds everywhere (repeatable).")
@click.option("--private", is_flag=True, help="Also what is marked as private.")
@AS_JSON
def memory_export(folder: Path, journeys: tuple[str, ...], private: bool, as_json: bool) -> None:
    """Write memory into a new folder: JSONL with checksums, and a page to read."""
    from agent import remember, remember_words

    show(remember.export_to(folder, journeys, private), as_json, remember_words.exported)


@memory.command("import")
@click.argument("folder", type=FOLDER)
@click.option(
    "--on-collision",
    "policy",
    type=click.Choice(["keep", "theirs", "fail"]),
    default="keep",
    show_default=True,
    help="Where both know another answer: keep ours, take theirs, or take nothing in.",
)
@click.option(
    "--suffix", default="", help="Added to the names of the bundle's journeys, where yours are called the same."
)
@click.option("--restore", is_flag=True, help="This is my own export, of another machine: take it as it stands.")
@AS_JSON
def memory_import(folder: Path, policy: Any, suffix: str, restore: bool, as_json: bool) -> None:
    """Take in what `memory export` wrote: all of it or nothing; what bears another seal than ours as quoted data."""
    from agent import remember, remember_words

    show(remember.import_from(folder, policy, suffix, vouched=restore), as_json, remember_words.counts)


@memory.command("fit")
@click.option("--curve", type=CURVES, help="Fade by this curve from now on (default: the best on your log).")
@click.option("--weight", "weights", multiple=True, metavar="NAME=NUMBER", help="Recall with this weight (repeatable).")
@click.option("--dry-run", "dry", is_flag=True, help="Show the fit and keep the settings as they are.")
@AS_JSON
def memory_fit(curve: str | None, weights: tuple[str, ...], dry: bool, as_json: bool) -> None:
    """Fit the forgetting curve and the weights of recall on your own log, or choose them."""
    from agent import remember, remember_words

    show(remember.fit(dry, curve, weights), as_json, remember_words.fitted)
