"""What journey commands do: begin, find, look, stop, measure. Gives plain JSON and turns it into text."""

from __future__ import annotations

import difflib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from agent import staff
from agent.building import WORLDS
from agent.config import JourneyConfig
from agent.display import game_time
from agent.errors import UsageError
from agent.session import database
from agent.store import Journey, Store
from agent.tables import table
from agent.world_desktop import solved
from curriculum import gamedata, metrics, tree
from curriculum.desktop import families
from curriculum.errors import UnknownName
from curriculum.propose import parse_goal
from curriculum.task import from_json
from envs.desktop import view
from envs.knock import Address, knock
from envs.minecraft import ASSISTANCE, FASTEST, SLOWEST
from envs.server import USERNAME
from memory.log import EventLog
from skills.library import Library

if TYPE_CHECKING:
    from agent.session import Ended

Json = dict[str, Any]
HEADLINES = ("wooden_pickaxe", "stone_pickaxe", "iron_pickaxe", "diamond_pickaxe")


def new(
    worlds: Sequence[str],
    *,
    name: str | None,
    brain: str,
    goal: str | None,
    seed: int | None,
    library: str,
    sight: str,
    assist: Sequence[str],
    server: str | None = None,
    username: str | None = None,
    speed: str = "max",
    proving: float = 0.25,
    best_of: int = 1,
    recipes: Sequence[str] = (),
    without: Sequence[str] = (),
    roles: Sequence[str] = (),
    approve: str | None = None,
    watch: bool = False,
) -> JourneyConfig:
    """The record of a new journey; everything a person typed is checked before anything starts.

    Raises UsageError, and EnvUnavailable for a server that does not answer or will not do.
    """
    _known_worlds(worlds)
    if watch:
        _can_watch(worlds)
    for rule in assist:
        if rule not in ASSISTANCE:
            raise UsageError(f"--assist {rule}: there is no such rule; rules: {', '.join(ASSISTANCE)}")
    staff.check_brain(brain)
    chosen = staff.read_roles(tuple(roles))
    if name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise UsageError(f"--journey {name!r}: use up to 64 letters, digits, dots, dashes and underscores")
    wish = _is_wish(goal, worlds, staff.has_model(brain, chosen, "propose"))
    speed = _speed(speed, server)
    address = _address(server, username, assist)
    if address:
        knock(address)
    seed = secrets.randbelow(2**31) if seed is None else seed
    store = Store(database())
    config = JourneyConfig(
        name=name or _free_name(store, f"{'-'.join(worlds)}-{_plain(address.host) if address else seed}"),
        worlds=tuple(worlds),
        seed=seed,
        brain=brain,
        goal=goal or None,
        wish=wish,
        library=library,
        sight=sight,
        assist=tuple(assist),
        proving=proving,
        best_of=_best_of(best_of, brain, chosen, server),
        recipes=_altered(recipes),
        without=tuple(sorted(without)),
        server=str(address) if address else None,
        username=username or JourneyConfig.username,
        speed=speed,
        roles=chosen,
        approve=approve or "",
        watch=watch,
    )
    store.create(config)
    return config


def _best_of(best_of: int, brain: str, roles: Mapping[str, tuple[str, ...]], server: str | None) -> int:
    """How many programs are tried for one. Raises UsageError where there is nobody to write or nowhere to try them."""
    if best_of > 1 and not staff.has_model(brain, roles, "write"):
        raise UsageError(f"--best-of {best_of}: the planner writes one program; name a model with --brain")
    if best_of > 1 and server:
        raise UsageError(f"--best-of {best_of}: a server has no trial worlds; leave it out")
    return best_of


def _known_worlds(worlds: Sequence[str]) -> None:
    """Raises UsageError for a world that there is not, or that is named twice."""
    for world in worlds:
        if world not in WORLDS:
            raise UsageError(f"no world is called {world!r}; there are: {', '.join(WORLDS)}")
    if len(set(worlds)) < len(worlds):
        raise UsageError(f"{' '.join(worlds)}: name each world once")


def _can_watch(worlds: Sequence[str]) -> None:
    """Raises UsageError where there is no desktop to watch, or nothing to watch it with."""
    if "desktop" not in worlds:
        raise UsageError("--watch shows the desktop of a journey; this one has none: journeyman run desktop --watch")
    if packages := view.missing():
        raise UsageError(f"--watch needs packages: run sudo apt-get install {' '.join(packages)}")


def _is_wish(goal: str | None, worlds: Sequence[str], model: bool) -> bool:
    """Whether a goal is in words of its own; one that no world knows needs a model to plan it. Raises UsageError."""
    if not goal or ("desktop" in worlds and goal in families()):
        return False
    if "minecraft" not in worlds:
        known = families()
        near = difflib.get_close_matches(goal, known, 5) or list(known)[:5]
        raise UsageError(f"--goal {goal}: no family of desktop tasks is called so; there are: {', '.join(near)} …")
    try:
        parse_goal(goal, gamedata.load(), tree.load())
    except UnknownName as error:
        if " " in goal.strip() and model:
            return True
        raise UsageError(f"--goal: {error}") from error
    return False


def _altered(recipes: Sequence[str]) -> str:
    """`item:count` words as the world's rule. Raises UsageError."""
    known = gamedata.load()
    for word in recipes:
        item, _, count = word.partition(":")
        if item not in known.recipes or not re.fullmatch(r"[1-9]\d?", count):
            raise UsageError(f"--recipe {word}: name a craftable item and how many it gives, for example stick:2")
    return ",".join(recipes)


def existing(name: str, speed: str | None = None) -> JourneyConfig:
    """The settings of a journey that exists, watched at another speed if one is given. Raises UsageError."""
    config = _store().journey(name).config
    return replace(config, speed=_speed(speed, config.server)) if speed else config


def _speed(speed: str, server: str | None) -> str:
    """`max`, a number in plain writing, or `real` for a server. Raises UsageError."""
    if server:
        if speed != "max":
            raise UsageError("--speed: a server keeps real time; leave it out")
        return "real"
    if speed != "max":
        try:
            times = float(speed)
        except ValueError:
            times = 0.0
        if not SLOWEST <= times <= FASTEST:
            raise UsageError(f"--speed {speed}: write max or a number from {SLOWEST:g} to {FASTEST:g}")
        return f"{times:g}"
    return speed


def _address(server: str | None, username: str | None, assist: Sequence[str]) -> Address | None:
    """The server that was meant, None for the embedded world. Raises UsageError."""
    if not server:
        if username:
            raise UsageError("--username is the player's name on a server: say which with --server HOST:PORT")
        return None
    if assist:
        raise UsageError("--assist: the rules of a server are its own; set them there")
    if username and not USERNAME.fullmatch(username):
        raise UsageError(f"--username {username!r}: use 3 to 16 letters, digits and underscores")
    try:
        return Address.parse(server)
    except ValueError as error:
        raise UsageError(f"--server: {error}") from error


def _plain(host: str) -> str:
    """A host as a part of a journey's name."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", host)[:40].strip("-")


def closing_words(name: str, ended: Ended) -> str:
    """The last lines of a session: how it ended, how far it came, and how to go on."""
    found = report([name])["journeys"][0]
    reached = ", ".join(each["name"].replace("_", " ") for each in found["milestones"] if each["name"] in HEADLINES)
    speed = found["game_seconds"] / found["seconds"] if found["seconds"] else 0
    verdict = {"goal": "Goal", "budget": "Budget", "user": "Stopped", "error": "Error"}[ended.stopped]
    length = f"{game_time(found['game_seconds'])} of game time in {found['seconds']:.0f} s ({speed:.0f}× real time)"
    lines = [
        f"{verdict}: {ended.reason}.",
        f"{found['iterations']} iterations, {length}, {found['unique_items']} kinds of items, "
        f"{found['skills']} skills, {found['deaths']} deaths, "
        f"{metrics.help_words(found['assistance'], found.get('server'))}.",
        f"Reached: {reached or 'no headline milestone yet'}.",
        f"Go on: journeyman resume {name}    Look: journeyman skills list, journeyman milestones {name}",
    ]
    return "\n".join(lines)


def status(name: str | None) -> Json:
    """What a journey is doing; without a name the newest. Raises UsageError."""
    store = _store()
    journeys = store.journeys()
    if name is None and not journeys:
        raise UsageError("no journeys yet: journeyman run minecraft")
    return _standing(store.journey(name) if name else journeys[-1], store)


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
        ["journey", "state", "iterations", "world", "brain", "library"],
        [
            [
                each["name"],
                each["state"],
                str(each["iterations"]),
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
    rows = []
    for each in found["journeys"]:
        reached = {milestone["name"]: milestone for milestone in each["milestones"]}
        cells = [_when(reached.get(name)) for name in HEADLINES]
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
    heads = ["journey", *(name.replace("_", " ") for name in HEADLINES), "items", "skills", "deaths", "assistance"]
    return table(heads, rows) + "\n\nMilestones: iteration (game time, real seconds)."


def plot(names: Sequence[str] | None, path: str) -> None:
    """Write the curves of unique items as SVG."""
    from curriculum.plot import svg

    Path(path).write_text(svg(_measured(names), tree.of_worlds(WORLDS)), encoding="utf-8")


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
            row.dollars,
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


def _free_name(store: Store, wanted: str) -> str:
    taken = {journey.name for journey in store.journeys()}
    number = 2
    name = wanted
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name
