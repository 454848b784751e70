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

from agent import approving, building, loop
from agent.config import Budget, JourneyConfig, home
from agent.database import database
from agent.display import Reporter
from agent.errors import AgentError, BudgetSpent, StopAsked
from agent.nodes import LOSSES
from agent.oversight import Question
from agent.parts import Parts
from agent.state import State
from agent.store import Store
from agent.world import World
from curriculum.task import from_json
from envs.base import Limits, Observation
from envs.errors import EnvError, EnvLost

FOREVER = 10**9
"""LangGraph asks for a limit of steps; budgets are ours."""
PRUNE_EVERY = 25
"""Iterations after which superseded checkpoints are dropped; only the newest is ever needed."""


@dataclass(frozen=True)
class Ended:
    """How a session ended."""

    stopped: str
    reason: str


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
        parts = building.parts(config, budget, db, report, seconds, limits or Limits(), asker)
        try:
            ended = _run(parts)
        finally:
            for world in parts.worlds.values():
                world.close()
            if parts.background is not None:
                parts.background.close()
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


def _run(parts: Parts) -> Ended:
    name = parts.config.name
    last = parts.store.last(name)
    parts.report(
        "started",
        journey=name,
        worlds=parts.config.worlds,
        seed=parts.config.seed,
        brain=parts.config.brain,
        assistance=(*(rule for world in parts.worlds.values() for rule in world.env.assistance), *parts.config.help),
        server=parts.config.server,
        iteration=last.iteration if last else 0,
    )
    if last and parts.config.server:
        parts.report("notice", text=f"{parts.config.server} is as it is now; the journey goes on from its own record")
    with closing(_checkpoints(home() / "journeyman.db")) as connection:
        saver = SqliteSaver(connection)
        graph = loop.build(parts, saver)
        settings: Any = {"configurable": {"thread_id": name}, "recursion_limit": FOREVER}
        state = cast(State, graph.get_state(settings).values)
        for world in parts.worlds.values():
            _enter(parts, world, begun=bool(state))
        _make_ready(parts, state)

        def answer(asked: Mapping[str, Any]) -> Mapping[str, Any]:
            parts.report("notice", text=f"waits for a word on a {asked['kind']}: journeyman approve {name}")
            folder, asker = home() / "runs" / name / "approvals", parts.asker

            def ask(question: Question) -> bool | None:
                assert asker is not None
                parts.report("asking")
                try:
                    return asker(question)
                finally:
                    parts.report("answered")

            return approving.wait(
                parts.approvals, name, asked, folder, stop=parts.stop, watch=parts.monitor.look,
                ask=ask if asker else None,
            )  # fmt: skip

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
                state = cast(State, graph.get_state(settings).values)
                for world in [parts.here(state)] if state.get("task") else parts.worlds.values():
                    _entered(parts, world.env.recover)
                _make_ready(parts, state)


def _enter(parts: Parts, world: World, *, begun: bool) -> None:
    """Enter a world as it was after the journey's last iteration in it.

    Before the loop has begun it is saved as generation 0; so a run that was saved and whose row was lost with a kill is
    never gone on from.
    """
    last = parts.store.last(parts.config.name, world.name)
    generation = last.iteration if last else 0
    first = _entered(parts, lambda: world.env.start(generation if begun else None))
    if not begun:
        world.env.save(0)
        world.begin(parts.semantic, parts.config.name, float(parts.store.experience()))
    parts.reached.note(world.held(first))


def _make_ready(parts: Parts, state: State) -> None:
    """Of a round that was under way, the world as it was made ready for it."""
    if state.get("task"):
        parts.here(state).ready(from_json(dict(state["task"] or {})))


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
