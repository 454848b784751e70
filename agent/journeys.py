"""What journey commands do: find, look, stop, measure. Gives plain JSON and turns it into text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from agent.config import WORLDS
from agent.database import database
from agent.display import game_time
from agent.errors import UsageError
from agent.models.calls import Calls
from agent.oversight import Approvals
from agent.store import Journey, Store
from agent.tables import table
from curriculum import gamedata, metrics, tree
from curriculum.desktop import families, solved
from curriculum.task import from_json
from memory.log import EventLog
from skills.library import Library

if TYPE_CHECKING:
    from agent.session import Ended

Json = dict[str, Any]


def closing_words(name: str, ended: Ended) -> str:
    """The last lines of a session: how it ended, how far it came, and how to go on."""
    found = report([name])["journeys"][0]
    headlines = _headlines(found["worlds"])
    reached = ", ".join(each["name"].replace("_", " ") for each in found["milestones"] if each["name"] in headlines)
    speed = found["game_seconds"] / found["seconds"] if found["seconds"] else 0
    verdict = {"goal": "Goal", "budget": "Budget", "user": "Stopped", "error": "Error"}[ended.stopped]
    length = f"{game_time(found['game_seconds'])} of game time in {found['seconds']:.0f} s ({speed:.0f}× real time)"
    lines = [
        f"{verdict}: {ended.reason}.",
        f"{found['iterations']} iterations, {length}, {found['unique_items']} kinds of items, "
        f"{found['skills']} skills, {found['deaths']} deaths, "
        f"{metrics.help_words(found['assistance'], found.get('server'))}.",
        *(
            [f"Models: {found['tokens']} tokens, ${found['dollars']:.4f}: journeyman calls {name}"]
            if found["tokens"]
            else []
        ),
        f"Reached: {reached or 'no headline milestone yet'}.",
        f"Go on: journeyman resume {name}    Look: journeyman skills list, journeyman milestones {name}",
    ]
    return "\n".join(lines)


def status(name: str | None) -> Json:
    """What a journey is doing; without a name the newest. Raises UsageError."""
    db = database(read_only=True)
    store = Store(db)
    journeys = store.journeys()
    if name is None and not journeys:
        raise UsageError("no journeys yet: journeyman run minecraft")
    journey = store.journey(name) if name else journeys[-1]
    waits = [f"{each.kind} {each.number}" for each in Approvals(db).open(journey.name)]
    return {**_standing(journey, store), "waits": waits}


def status_words(found: Mapping[str, Any]) -> str:
    """A journey's standing as text."""
    now = found["now"]
    lines = [f"{found['name']}: {found['state']}, {found['iterations']} iterations, {found['seconds']:.0f} s"]
    if now:
        lines.append(f"  task        {now.get('task', '')}")
        lines.append(
            f"  so far      {now.get('items', 0)} kinds of items, {now.get('skills', 0)} skills, "
            f"{game_time(now.get('game_seconds', 0))} of game time"
        )
        lines.append(f"  milestones  {', '.join(now.get('milestones', [])) or 'none yet'}")
    if found["waits"]:
        lines.append(f"  waits       for a word on {', '.join(found['waits'])}: journeyman approve {found['name']}")
    return "\n".join(lines)


def stop(name: str) -> Json:
    """Ask a journey to stop."""
    return {"name": name, "running": Store(database()).ask_to_stop(name)}


def stop_words(found: Mapping[str, Any]) -> str:
    """What asking to stop did."""
    if found["running"]:
        return f"{found['name']} ends after the program under way."
    return f"{found['name']} is not running; nothing to stop."


def all_of_them() -> list[Json]:
    """All journeys."""
    store = _store()
    return [_standing(journey, store) for journey in store.journeys()]


def table_of(found: Sequence[Mapping[str, Any]]) -> str:
    """The journeys as a table."""
    if not found:
        return "No journeys yet: journeyman run minecraft"
    return table(
        ["journey", "state", "iterations", "worlds", "of", "brain", "library"],
        [
            [
                each["name"],
                each["state"],
                str(each["iterations"]),
                " + ".join(each["worlds"]),
                each.get("server") or f"seed {each['seed']}",
                each["brain"],
                each["library"],
            ]
            for each in found
        ],
    )


def report(names: Sequence[str] | None) -> Json:
    """The object that `milestones --json` prints and `run --json` ends with."""
    return metrics.report(_measured(names))


def milestone_table(found: Mapping[str, Any]) -> str:
    """For each journey, when the headline milestones were reached."""
    if not found["journeys"]:
        return "No journeys yet: journeyman run minecraft"
    headlines = _headlines([world for world in WORLDS if any(world in each["worlds"] for each in found["journeys"])])
    rows = []
    for each in found["journeys"]:
        reached = {milestone["name"]: milestone for milestone in each["milestones"]}
        cells = [_when(reached.get(name)) for name in headlines]
        rows.append(
            [
                each["name"],
                *cells,
                str(each["unique_items"]),
                str(each["skills"]),
                str(each["deaths"]),
                metrics.help_words(each["assistance"], each.get("server")),
            ]
        )
    heads = ["journey", *(name.replace("_", " ") for name in headlines), "items", "skills", "deaths", "assistance"]
    return table(heads, rows) + "\n\nMilestones: iteration (game time, real seconds)."


def plot(names: Sequence[str] | None, path: str) -> None:
    """Write the curves of unique items as SVG."""
    from curriculum.plot import svg

    Path(path).write_text(svg(_measured(names), tree.of_worlds(WORLDS)), encoding="utf-8")


def _headlines(worlds: Sequence[str]) -> list[str]:
    """The milestones that a person is told first."""
    return [milestone.name for milestone in tree.of_worlds(worlds) if milestone.headline]


def _when(milestone: Mapping[str, Any] | None) -> str:
    if milestone is None:
        return "–"
    return f"{milestone['iteration']} ({game_time(milestone['game_seconds'])}, {milestone['seconds']:.0f} s)"


def _measured(names: Sequence[str] | None) -> list[metrics.JourneyMetrics]:
    db = database(read_only=True)
    store, log = Store(db), EventLog(db)
    data = gamedata.load()
    chosen = [store.journey(name) for name in names] if names else store.journeys()
    return [
        metrics.measure(_header(each, db), _records(each, store, log), tree.of_worlds(each.config.worlds), data)
        for each in chosen
    ]


def _header(journey: Journey, db: Database) -> metrics.Header:
    config = journey.config
    tokens, dollars = Calls(db).spent(config.name)
    return metrics.Header(
        config.name,
        config.worlds,
        config.seed,
        config.brain,
        (
            *config.assist,
            *([f"altered recipes {config.recipes}"] if config.recipes else []),
            *config.help,
        ),
        len(Library(db, config.library).names()),
        journey.stopped,
        tokens,
        dollars,
        config.server,
    )


def _records(journey: Journey, store: Store, log: EventLog) -> list[metrics.IterationRecord]:
    events: dict[int, list[Json]] = {}
    for event in log.read(journey.name, source="world"):
        events.setdefault(event.iteration, []).append({"kind": event.kind, "tick": event.tick, **event.data})
    return [
        metrics.IterationRecord(
            row.iteration,
            row.total_seconds,
            row.game_seconds,
            row.tokens,
            row.after.get("inventory"),
            events.get(row.iteration, []),
            solved(from_json(row.task), families()) if row.passed else (),
        )
        for row in store.iterations(journey.name)
    ]


def _standing(journey: Journey, store: Store) -> Json:
    last = store.last(journey.name)
    if journey.alive:
        state = "running"
    elif journey.status == "running":
        state = "broken off (resume it)"
    else:
        state = f"stopped: {journey.stopped}" if journey.stopped else journey.status
    return {
        "name": journey.name,
        "state": state,
        "reason": journey.reason,
        "iterations": last.iteration if last else 0,
        "seconds": round(journey.seconds, 1),
        "now": dict(journey.now),
        **{key: value for key, value in journey.config.to_json().items() if key != "name"},
    }


def _store() -> Store:
    return Store(database(read_only=True))
