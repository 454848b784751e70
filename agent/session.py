"""Opens a journey, runs its loop until something stops it, and closes it: the one place where parts are built.

A session may end in any way, a power cut included; the next one goes on from the last durable step. The world is
entered at the generation of the last kept iteration, so that rows and world always tell the same story.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command
from sqlite_utils import Database

from agent import approving, loop
from agent.brain import Brain
from agent.brains.fallback import Fallback
from agent.brains.model import ModelWriter
from agent.brains.planner import Planner
from agent.config import Budget, JourneyConfig, home
from agent.display import Reporter
from agent.errors import AgentError, BudgetSpent, StopAsked, UsageError
from agent.families import families
from agent.known import skills_for
from agent.models.calls import MODELS, Calls
from agent.models.desk import Desk
from agent.monitor import Monitor
from agent.nodes import LOSSES
from agent.oversight import OVERSIGHT, Approvals, Ledger
from agent.parts import Parts, Reached
from agent.proving import Prover
from agent.remember import open_recall
from agent.roles.proposer import ModelProposer
from agent.roles.steered import Steered
from agent.staff import NOBODY, Clockwork, Staff, desk_for, names_for
from agent.state import State
from agent.store import AGENT, Store
from curriculum import gamedata, tree
from curriculum.agenda import Agenda
from curriculum.book import TaskBook
from curriculum.gamedata import GameData
from curriculum.proposal import Proposer
from curriculum.propose import TechTreeProposer
from curriculum.schema import CURRICULUM
from curriculum.tree import Tree
from envs.base import Env, Limits, Observation, TrialEnv
from envs.errors import EnvError, EnvLost
from envs.knock import Address
from envs.minecraft import MinecraftEnv, MinecraftSettings
from envs.server import ServerEnv, ServerSettings
from memory.db import open_db
from memory.episodic import Episodes
from memory.log import EventLog
from memory.semantic import Semantic
from skills.graph import SkillGraph
from skills.library import Library
from skills.operators import Operators
from skills.schema import SKILLS

FOREVER = 10**9
"""LangGraph asks for a limit of steps; budgets are ours."""
PRUNE_EVERY = 25
"""Iterations after which superseded checkpoints are dropped; only the newest is ever needed."""


@dataclass(frozen=True)
class Ended:
    """How a session ended."""

    stopped: str
    reason: str


def database(*, read_only: bool = False) -> Database:
    """The one database with every package's tables."""
    return open_db(home() / "journeyman.db", SKILLS, CURRICULUM, AGENT, MODELS, OVERSIGHT, read_only=read_only)


def run_journey(
    config: JourneyConfig,
    budget: Budget,
    report: Reporter,
    limits: Limits | None = None,
    *,
    asker: approving.Asker | None = None,
) -> Ended:
    """Run a journey (new or not) until its goal, its budget, a person or an error stops it.

    `asker` puts questions for approval to the person at the terminal, if there is one.
    """
    db = database()
    store = Store(db)
    store.claim(config.name)
    before = store.journey(config.name).seconds
    begun = time.monotonic()

    def seconds() -> float:
        return before + time.monotonic() - begun

    ended = Ended("error", "the program ended unexpectedly")
    try:
        parts = _parts(config, budget, db, store, report, seconds, limits or Limits(), asker)
        try:
            ended = _run(parts)
        finally:
            parts.env.close()
            if parts.trials is not None:
                parts.trials.close()
    except KeyboardInterrupt:
        ended = Ended("user", "interrupted")
    except BudgetSpent as error:
        ended = Ended("budget", str(error))
    except StopAsked as error:
        ended = Ended("user", str(error))
    except (EnvError, AgentError) as error:
        ended = Ended("error", str(error))
    finally:
        store.finish(config.name, ended.stopped, ended.reason, seconds())
        db.close()
    return ended


def brain_for(config: JourneyConfig, data: GameData, library: Library, desk: Desk | None) -> Brain:
    """Who writes programs: models through the desk, the planner, or the planner where the models fail."""
    planner = Planner(data, lambda name: skills_for(library, name, data))
    names = names_for(config, "write")
    models = [name for name in names if name not in NOBODY]
    if desk is None or not models:
        return planner
    writer = ModelWriter(models[0], desk, patient="planner" not in names)
    return Fallback(writer, planner) if "planner" in names else writer


def proposer_for(
    config: JourneyConfig, data: GameData, milestones: Tree, library: Library, desk: Desk | None
) -> Proposer:
    """Who proposes tasks: the tech tree where a goal is known, models where the journey explores."""
    tech_tree = TechTreeProposer(data, milestones)
    models = [name for name in names_for(config, "propose") if name not in NOBODY]
    if desk is None or not models or (config.goal and "propose" not in config.roles):
        return tech_tree
    return ModelProposer(models[0], desk, tech_tree, data, library.names)


def environment(config: JourneyConfig) -> Env:
    """The world of a journey. Raises UsageError for a world that there is not."""
    if config.worlds != ("minecraft",):
        raise UsageError(f"no world is called {' + '.join(config.worlds)!r}; there is: minecraft")
    directory = home() / "worlds" / config.name
    if config.server:
        address = Address.parse(config.server)
        return ServerEnv(ServerSettings(address, directory, config.username, config.seed, config.sight))
    return MinecraftEnv(
        MinecraftSettings(
            directory,
            config.seed,
            sight=config.sight,
            assist=config.assist,
            speed=config.fastest,
            rules={"recipes": config.recipes} if config.recipes else {},
        )
    )


def _parts(
    config: JourneyConfig,
    budget: Budget,
    db: Database,
    store: Store,
    report: Reporter,
    seconds: Any,
    limits: Limits,
    asker: approving.Asker | None,
) -> Parts:
    data, milestones = gamedata.load(), tree.load()
    library, log, calls, begun = Library(db, config.library), EventLog(db), Calls(db), seconds()

    def stop() -> None:
        if store.stop_requested(config.name):
            raise StopAsked("asked to stop")

    ledger, approvals = Ledger(db), Approvals(db)
    clockwork = Clockwork(
        notice=lambda text: report("notice", text=text),
        routed=lambda role, model, why: ledger.write(
            config.name,
            0,
            "routing",
            f"{role}/{model}/{why}",
            what=f"{role} asks {model} first",
            why=why,
            evidence={"role": role, "model": model},
            undo=f"resume with --role {role}=…",
        ),
        stop=stop,
        session_seconds=lambda: seconds() - begun,
    )
    desk = desk_for(config, budget, calls, clockwork)
    parts = Parts(
        config=config,
        budget=budget,
        store=store,
        log=log,
        episodes=Episodes(db),
        semantic=Semantic(db),
        recall=open_recall(db, config.without),
        library=library,
        graph=SkillGraph(library),
        book=TaskBook(db),
        data=data,
        tree=milestones,
        proposer=Steered(
            config.name,
            proposer_for(config, data, milestones, library, desk),
            Agenda(db),
            data,
            wish=config.goal if config.wish else None,
            desk=desk,
        ),
        brain=brain_for(config, data, library, desk),
        env=environment(config),
        limits=limits,
        operators=Operators(library, families(data), frozenset({"verified", "trusted"})),
        report=report,
        seconds=seconds,
        calls=calls,
        staff=Staff.of(desk),
        approvals=approvals,
        ledger=ledger,
        stop=stop,
        asker=asker,
        monitor=Monitor(
            config.name,
            store,
            calls,
            approvals,
            ledger,
            library,
            tell=lambda text: report("notice", text=text),
            shrink=lambda: _shrink(desk),
        ),
        session_started=begun,
    )
    parts.reached = _reached(parts)
    parts.trials = parts.env.trials() if isinstance(parts.env, TrialEnv) else None
    parts.prover = _prover(parts)
    return parts


def _shrink(desk: Desk | None) -> str:
    """Halve what a desk may still spend; words on how to take that back."""
    if desk is None:
        return "nothing was changed: no model is asked"
    desk.purse = desk.purse.halved()
    return "the next session has the whole budget again"


def _prover(parts: Parts) -> Prover | None:
    """Trials between tasks, if the journey wants them and its world has them."""
    if not parts.config.proving or parts.trials is None:
        return None
    return Prover(
        library=parts.library, store=parts.store, log=parts.log, data=parts.data, trials=parts.trials,
        limits=parts.limits, journey=parts.config.name,
    )  # fmt: skip


def _reached(parts: Parts) -> Reached:
    """What the journey reached in earlier sessions, read back from its rows and its log."""
    reached = Reached()
    for row in parts.store.iterations(parts.config.name):
        reached.note(row.after, ())
    for event in parts.log.read(parts.config.name, source="world"):
        reached.note({}, [{"kind": event.kind, **event.data}])
    return reached


def _run(parts: Parts) -> Ended:
    name = parts.config.name
    last = parts.store.last(name)
    iteration = last.iteration if last else 0
    parts.report(
        "started",
        journey=name,
        worlds=parts.config.worlds,
        seed=parts.config.seed,
        brain=parts.config.brain,
        assistance=(*parts.env.assistance, *parts.config.help),
        server=parts.config.server,
        iteration=iteration,
    )
    first = _entered(parts, lambda: parts.env.start(iteration if last else None))
    if last and parts.config.server:
        parts.report("notice", text=f"{parts.config.server} is as it is now; the journey goes on from its own record")
    if last is None:
        parts.env.save(0)
    parts.reached.note(first, ())
    with closing(_checkpoints(home() / "journeyman.db")) as connection:
        saver = SqliteSaver(connection)
        graph = loop.build(parts, saver)
        settings: Any = {"configurable": {"thread_id": name}, "recursion_limit": FOREVER}

        def answer(asked: Mapping[str, Any]) -> Mapping[str, Any]:
            parts.report("notice", text=f"waits for a word on a {asked['kind']}: journeyman approve {name}")
            folder = home() / "runs" / name / "approvals"
            return approving.wait(parts.approvals, name, asked, folder, stop=parts.stop, ask=parts.asker)

        while True:
            try:
                state = _drive(graph, settings, connection, name, answer, parts.monitor.look)
                return Ended(str(state["stop"]), state["reason"])
            except EnvLost as error:
                parts.losses += 1
                if parts.losses > LOSSES:  # even looking around fails
                    raise
                remedy = "the world goes back to before this run, which is made again"
                if parts.config.server:
                    remedy = "the bot joins again, the world stays as it is, and the run is made again"
                parts.report("notice", text=f"{error}; {remedy}")
                _entered(parts, parts.env.recover)


def _entered(parts: Parts, enter: Callable[[], Observation]) -> Observation:
    """Enter the world. Its processes may die on the way in as well: that is tried again as often as a run is."""
    for _ in range(LOSSES - 1):
        try:
            return enter()
        except EnvLost as error:
            parts.report("notice", text=f"{error}; trying again")
    return enter()


def _drive(
    graph: Any,
    settings: Any,
    connection: sqlite3.Connection,
    name: str,
    answer: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    watch: Callable[[], object],
) -> State:
    """Stream the graph to its end: from the start, from where a crash left it, or on from where it stopped.

    `answer` is asked at each interrupt; `watch` looks after each iteration.
    """
    snapshot = graph.get_state(settings)
    entry: Mapping[str, Any] | Command[Any] | None
    if not snapshot.values:
        entry = loop.first_state(name)
    elif snapshot.next:
        entry = None
    else:
        entry = {"stop": None, "reason": ""}
    finished = 0
    while True:
        for update in graph.stream(entry, settings, stream_mode="updates", durability="sync"):
            if "learn" in update:
                watch()
                finished += 1
                if finished % PRUNE_EVERY == 0:
                    _prune(connection, name)
        asked = graph.get_state(settings).interrupts
        if not asked:
            break
        entry = Command(resume=answer(asked[0].value))
    _prune(connection, name)
    return cast(State, graph.get_state(settings).values)


def _checkpoints(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _prune(connection: sqlite3.Connection, name: str) -> None:
    """Drop all checkpoints of a journey but the newest."""
    with connection:
        for table in ("checkpoints", "writes"):
            connection.execute(
                f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id < "
                "(SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ?)",
                (name, name),
            )
