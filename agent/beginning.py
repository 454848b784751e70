"""Begins a journey: everything that a person typed is checked before anything starts."""

from __future__ import annotations

import difflib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent import staff
from agent.config import NO_LIMIT, WORLDS, Budget, JourneyConfig
from agent.database import database
from agent.errors import UsageError
from agent.store import Store
from curriculum import gamedata, tree
from curriculum.desktop import families
from curriculum.errors import UnknownName
from curriculum.propose import parse_goal
from envs.desktop import view
from envs.knock import Address, knock
from envs.minecraft import ASSISTANCE, FASTEST, SLOWEST
from envs.server import USERNAME
from memory.episodic import Episodes
from skills.proofs import JOURNEY as TRIALS
from skills.reader import LibraryReader


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
    proving: float = JourneyConfig.proving,
    best_of: int = 1,
    recipes: Sequence[str] = (),
    without: Sequence[str] = (),
    roles: Sequence[str] = (),
    approve: str | None = None,
    watch: bool = False,
    budget: Budget = NO_LIMIT,
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
    staff.check_seats(brain, chosen, budget)
    if name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise UsageError(f"--journey {name!r}: use up to 64 letters, digits, dots, dashes and underscores")
    wish = _is_wish(goal, worlds, staff.has_model(brain, chosen, "propose"))
    speed = _speed(speed, server)
    address = _address(server, username, assist)
    if address:
        knock(address)
    seed = secrets.randbelow(2**31) if seed is None else seed
    db = database()
    store, skills = Store(db), LibraryReader(db, library)
    if name is not None:
        _not_from_elsewhere(name, store, skills, Episodes(db))
    wanted = f"{'-'.join(worlds)}-{_plain(address.host) if address else seed}"
    config = JourneyConfig(
        name=name or _free_name(wanted, store, skills, Episodes(db)),
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


def existing(
    name: str, speed: str | None = None, roles: Sequence[str] = (), budget: Budget = NO_LIMIT
) -> JourneyConfig:
    """The settings of a journey that exists, for one session at another speed or with others in some roles.

    Raises UsageError.
    """
    config = Store(database(read_only=True)).journey(name).config
    config = replace(config, roles={**config.roles, **staff.read_roles(tuple(roles))})
    staff.check_seats(config.brain, config.roles, budget)
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


def _free_name(wanted: str, store: Store, skills: LibraryReader, episodes: Episodes) -> str:
    """A name that no journey has, none of another home that skills or memory tell of: its runs would pass as theirs."""
    taken = {journey.name for journey in store.journeys()}
    number = 2
    name = wanted
    while name in taken or skills.tells_of(name) or episodes.tells_of(name):
        name, number = f"{wanted}-{number}", number + 1
    return name


def _not_from_elsewhere(name: str, store: Store, skills: LibraryReader, episodes: Episodes) -> None:
    """Raises UsageError for a name of another home's journey that skills or memory tell of, and for that of trials."""
    if name in {journey.name for journey in store.journeys()}:
        return
    if name == TRIALS or skills.tells_of(name):
        raise UsageError(
            f"--journey {name}: runs of that name in library {skills.name!r} are not of a journey of this home: "
            "choose another name"
        )
    if episodes.tells_of(name):
        raise UsageError(
            f"--journey {name}: memory tells of a journey of that name of another home: choose another name"
        )
