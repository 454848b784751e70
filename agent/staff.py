"""Seats models in the roles of a journey: from the words of `--brain` and `--role` to a desk and those who use it.

`--brain` names the writer and, if it is a model, everyone else; `--role ROLE=NAME,NAME` says otherwise for one role.
The planner and the tech tree need no model and stay what they are.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.config import NO_LIMIT, NO_SERVER, Budget, JourneyConfig, ModelServer, home
from agent.errors import UsageError
from agent.models.background import Background, Later
from agent.models.call import ROLES, Role, Transport
from agent.models.calls import Calls
from agent.models.desk import Chair, Desk, Routed
from agent.models.manual import Folder, Terminal
from agent.models.purse import Purse
from agent.models.replay import Replay
from agent.models.server import OpenAIServer
from agent.models.settings import Prices, Settings
from agent.roles.consolidator import Consolidator
from agent.roles.describer import Describer
from agent.roles.judge import Judge
from agent.roles.ranker import Ranker
from agent.roles.reflector import Reflector

FORMS = "planner, openai:MODEL, replay:FILE, manual, or manual:FOLDER"
NOBODY = ("planner", "off")
"""Names that seat no model."""
RECALL = "memory recall"
"""What the calls are kept under that no journey made."""
BY_NAME_ONLY: tuple[Role, ...] = ("rank",)
"""Roles that the brain does not take by itself, because they cost a call each time and the loop does well without."""
BESIDE: tuple[Role, ...] = ("consolidate",)
"""Roles that are asked beside the loop; a person in the terminal can take none, who is asked one thing at a time."""


def check_brain(name: str) -> None:
    """Raises UsageError unless `name` is a form of `--brain`."""
    kind, colon, rest = name.partition(":")
    fine = name in ("planner", "manual") or (kind in ("openai", "replay", "manual") and colon and rest.strip())
    if not fine:
        raise UsageError(f"--brain {name}: choose {FORMS}")
    if kind == "replay" and not Path(rest).is_file():
        raise UsageError(f"--brain {name}: there is no such file")


def read_roles(given: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What `--role` says: role to the names that serve it, in order. Raises UsageError."""
    roles: dict[str, tuple[str, ...]] = {}
    for each in given:
        role, _, names = each.partition("=")
        chosen = tuple(name.strip() for name in names.split(",") if name.strip())
        if role not in ROLES or not chosen:
            raise UsageError(f"--role {each}: write ROLE=NAME[,NAME…] with a role of {', '.join(ROLES)}")
        for name in chosen:
            if name not in NOBODY:
                check_brain(name)
            if name == "manual" and role in BESIDE:
                raise UsageError(f"--role {each}: it is asked beside the journey; name a folder, as in manual:FOLDER")
        roles[role] = chosen
    return roles


def has_model(brain: str, roles: Mapping[str, tuple[str, ...]], role: Role) -> bool:
    """Whether a model serves a role."""
    return any(name not in NOBODY for name in roles.get(role, (brain,)))


def names_for(brain: str, roles: Mapping[str, tuple[str, ...]], role: Role) -> tuple[str, ...]:
    """Who serves a role, models and others, in order."""
    if own := roles.get(role):
        return own
    return () if role in BY_NAME_ONLY or (role in BESIDE and brain == "manual") else (brain,)


def check_seats(brain: str, roles: Mapping[str, tuple[str, ...]], budget: Budget) -> None:
    """Raises UsageError where models cannot be asked: no server, tables that cannot be read, no price for dollars."""
    seated = {name for role in ROLES for name in names_for(brain, roles, role) if name not in NOBODY}
    if not seated:
        return
    Settings.load()
    prices = Prices.load()
    if any(name.startswith("openai:") for name in seated) and not ModelServer.from_environment().is_known:
        raise UsageError(NO_SERVER)
    if budget.dollars is None:
        return
    models = {name.removeprefix("openai:") for name in seated}
    if unknown := sorted(model for model in models if prices.of(model) is None):
        raise UsageError(
            f"--dollars: no price of {', '.join(unknown)} is known; write it into {home() / 'prices.toml'}, as in "
            f'[models] "{unknown[0]}" = {{ input = 1.0, output = 4.0 }} (dollars per million tokens)'
        )


@dataclass(frozen=True)
class Staff:
    """Those whom the loop asks beside the writer; None where nobody sits."""

    judge: Judge | None = None
    reflector: Reflector | None = None
    describer: Describer | None = None
    consolidator: Consolidator | None = None
    ranker: Ranker | None = None

    @classmethod
    def of(cls, desk: Desk | None, background: Background | None) -> Staff:
        """Everyone for whom the desk has a model; `background` asks for those whom the loop does not wait for."""
        if desk is None:
            return cls()
        return cls(
            Judge(desk) if desk.has("judge") else None,
            Reflector(desk) if desk.has("reflect") else None,
            Describer(desk) if desk.has("describe") else None,
            Consolidator(desk, background) if background and desk.has("consolidate") else None,
            Ranker(desk) if desk.has("rank") else None,
        )


@dataclass(frozen=True)
class Clockwork:
    """What a desk needs of the session: notices, the wish to stop, and the time."""

    notice: Callable[[str], None]
    routed: Routed
    paid: Callable[[], None]
    """Called after each call that was paid."""
    terminal: Callable[[bool], None]
    """Told that a question stands in the terminal, and that it is answered."""
    stop: Callable[[], None]
    session_seconds: Callable[[], float]

    def beside(self, later: Later, stop: Callable[[], None]) -> Clockwork:
        """For a desk in another thread: what it tells is told later, in the thread of this one."""
        return Clockwork(
            notice=lambda text: later(lambda: self.notice(text)),
            routed=lambda *moved: later(lambda: self.routed(*moved)),
            paid=lambda: later(self.paid),
            terminal=self.terminal,
            stop=stop,
            session_seconds=self.session_seconds,
        )

    @classmethod
    def of_a_command(cls, notice: Callable[[str], None] = lambda text: None) -> Clockwork:
        """For a command that asks models outside of a journey."""
        return cls(
            notice=notice, routed=lambda *moved: None, paid=lambda: None, terminal=lambda needed: None,
            stop=lambda: None, session_seconds=lambda: 0.0,
        )  # fmt: skip


def ranker_for(names: str, calls: Calls, notice: Callable[[str], None]) -> Ranker:
    """Who ranks memories for a command: models in the form of `--role`. Raises UsageError."""
    chosen = read_roles((f"rank={names}",))
    seat = JourneyConfig(RECALL, (), 0, "planner", roles=chosen)
    desk = desk_for(seat, NO_LIMIT, calls, Clockwork.of_a_command(notice))
    if desk is None:
        raise UsageError(f"--rank {names}: name a model, as in openai:MODEL")
    return Ranker(desk)


def desk_for(config: JourneyConfig, budget: Budget, calls: Calls, clockwork: Clockwork) -> Desk | None:
    """The desk of a journey, None if no role has a model. Raises UsageError."""
    settings, prices = Settings.load(), Prices.load()
    transports: dict[str, Transport] = {}
    roles: Mapping[Role, list[Chair]] = {
        role: [
            _chair(name, transports, settings, clockwork)
            for name in names_for(config.brain, config.roles, role)
            if name not in NOBODY
        ]
        for role in ROLES
    }
    if not any(roles.values()):
        return None
    check_seats(config.brain, config.roles, budget)
    purse = Purse(budget, prices, settings, lambda: calls.spent(config.name), clockwork.session_seconds)
    return Desk(
        config.name, roles, calls, purse, settings,
        notice=clockwork.notice, routed=clockwork.routed, paid=clockwork.paid, stop=clockwork.stop,
        clock=time.monotonic,
    )  # fmt: skip


def _chair(name: str, transports: dict[str, Transport], settings: Settings, clockwork: Clockwork) -> Chair:
    """A chair; all that name the same server, recording or person share one way to it."""
    check_brain(name)
    kind, _, rest = name.partition(":")
    if kind == "openai":
        if "openai" not in transports:
            transports["openai"] = OpenAIServer(
                ModelServer.from_environment(), settings.most_answer_characters, clockwork.stop
            )
        return Chair(name, rest, transports["openai"])
    if name not in transports:
        if kind == "replay":
            transports[name] = Replay(Path(rest))
        elif rest:
            transports[name] = Folder(Path(rest), clockwork.stop)
        else:
            transports[name] = Terminal(sys.stdin, sys.stderr, clockwork.terminal)
    return Chair(name, name, transports[name])
