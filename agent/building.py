"""Builds the parts of a session from a journey's settings: the database's readers and writers, and each world.

Nothing is started here; `agent.session` enters the worlds and runs the loop.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from agent import approving, world_desktop, world_minecraft
from agent.brain import Brain
from agent.brains.desktop import DesktopPlanner
from agent.brains.fallback import Fallback
from agent.brains.model import ModelWriter
from agent.brains.planner import Planner
from agent.cases import Cases
from agent.cases_desktop import DesktopCases
from agent.cases_minecraft import MinecraftCases
from agent.config import Budget, JourneyConfig
from agent.database import database
from agent.desktop_planning.candidates import Program
from agent.desktop_planning.recorded import Recorded
from agent.display import Reporter
from agent.errors import StopAsked, UsageError
from agent.families import families, opened
from agent.known import skills_for
from agent.models.background import Background, Later
from agent.models.calls import Calls
from agent.models.desk import Desk
from agent.monitor import Monitor
from agent.oversight import Approvals, Ledger
from agent.parts import Parts, Reached
from agent.proving import Prover
from agent.refactoring import Language, Tidying
from agent.remember import open_recall
from agent.roles.proposer import ModelProposer
from agent.roles.steered import Steered
from agent.similarity import meaning_of
from agent.staff import NOBODY, Clockwork, Staff, desk_for, names_for
from agent.store import Store
from agent.uses_desktop import DesktopUses
from agent.uses_minecraft import MinecraftUses
from agent.world import World
from bridge.language import JavaScript
from curriculum import desktop, gamedata, tree
from curriculum.agenda import Agenda
from curriculum.book import TaskBook
from curriculum.desktop.propose import FamilyProposer
from curriculum.gamedata import GameData
from curriculum.proposal import Proposer
from curriculum.propose import TechTreeProposer
from curriculum.task import from_json
from curriculum.tree import Tree
from envs.base import Limits, TrialEnv, Trials
from envs.desktop.language import Python
from memory.episodic import Episodes
from memory.log import EventLog
from memory.notes import Notes
from memory.semantic import Semantic
from memory.working import Working
from skills.graph import SkillGraph
from skills.operators import Operators


def parts(
    config: JourneyConfig,
    budget: Budget,
    db: Database,
    report: Reporter,
    seconds: Callable[[], float],
    limits: Limits,
    asker: approving.Asker | None,
) -> Parts:
    """Everything that the nodes of a session work with."""
    store, data = Store(db), gamedata.load()
    library, calls, begun = opened(db, config.library, data), Calls(db), seconds()
    ledger, approvals = Ledger(db), Approvals(db)

    def stop() -> None:
        if store.stop_requested(config.name):
            raise StopAsked("asked to stop")

    clockwork = Clockwork(
        notice=lambda text: report("notice", text=text),
        routed=lambda role, model, before, why: ledger.write(
            config.name,
            0,
            "routing",
            f"{role}/{model}/{why}",
            what=f"{role} asks {model} first",
            why=why,
            evidence={"role": role, "model": model},
            undo=f"journeyman resume {config.name} --role {role}={before}",
        ),
        terminal=lambda needed: report("asking" if needed else "answered"),
        paid=lambda: report("paid", **dict(zip(("tokens", "dollars"), calls.spent(config.name), strict=True))),
        stop=stop,
        session_seconds=lambda: seconds() - begun,
    )
    desk = desk_for(config, budget, calls, clockwork)
    background = _background(config, budget, desk, clockwork)
    staff = Staff.of(desk, background)
    built = Parts(
        config=config,
        budget=budget,
        store=store,
        log=EventLog(db),
        episodes=Episodes(db),
        semantic=Semantic(db),
        recall=open_recall(db, config.without, staff.ranker),
        working=Working(db),
        library=library,
        meaning=meaning_of(library)[0],
        graph=SkillGraph(library),
        book=TaskBook(db),
        data=data,
        tree=tree.of_worlds(config.worlds),
        worlds={},
        limits=limits,
        report=report,
        seconds=seconds,
        calls=calls,
        staff=staff,
        background=background,
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
            shrink=lambda: _shrink(desk, budget),
        ),
        session_started=begun,
    )
    build = {"minecraft": _minecraft, "desktop": _desktop}
    built.worlds = {name: build[name](built, db, desk) for name in config.worlds}
    built.reached = _reached(built)
    return built


def _minecraft(parts: Parts, db: Database, desk: Desk | None) -> World:
    config, data, library = parts.config, parts.data, parts.library
    env = world_minecraft.environment(config)
    trials = env.trials() if isinstance(env, TrialEnv) else None
    prover = _prover(parts, MinecraftCases(library, parts.store, data), trials)
    return world_minecraft.Minecraft(
        env=env,
        brain=brain_for(config, Planner(data, lambda name: skills_for(library, name, data)), desk),
        proposer=Steered(
            config.name,
            proposer_for(config, data, tree.load("minecraft"), desk),
            Agenda(db),
            data,
            wish=config.goal if config.wish else None,
            desk=desk,
        ),
        trials=trials,
        prover=prover,
        tidying=_tidying(parts, prover, JavaScript()),
        uses=MinecraftUses(library, data),
        place=f"minecraft:{config.server or config.seed}",
        tags=data.tags,
        data=data,
        library=library,
        operators=Operators(library, families(data), frozenset({"verified", "trusted"})),
        notes=Notes(db),
        player=config.username,
    )


def _desktop(parts: Parts, db: Database, desk: Desk | None) -> World:
    config, store, library = parts.config, parts.store, parts.library
    env = world_desktop.environment(config)
    playable = world_desktop.playable(desktop.families(), env.programs)
    if not playable:
        raise UsageError("no task can be set with the programs that are installed: run journeyman desktop install")
    others = (each.config for each in store.journeys() if each.name != config.name)
    elders = [other.name for other in others if other.library == config.library]
    planner = DesktopPlanner(
        Recorded(store, parts.log, config.name, elders),
        [Program(name, entry.what, entry.opens) for name, entry in env.programs.items()],
    )
    trials = env.trials()
    prover = _prover(parts, DesktopCases(library, store, playable), trials)
    proposer = FamilyProposer(playable, lambda: parts.book.attempts(config.name, "desktop"))
    return world_desktop.Desktop(
        env=env,
        brain=brain_for(config, planner, desk),
        proposer=Steered(config.name, proposer, Agenda(db), parts.data, world="desktop"),
        trials=trials,
        prover=prover,
        tidying=_tidying(parts, prover, Python()),
        uses=DesktopUses(library),
        place=f"desktop:{config.seed}",
        tags={},
        families=playable,
        library=library,
        store=store,
        watched=world_desktop.watching(config, env),
    )


def brain_for(config: JourneyConfig, planner: Brain, desk: Desk | None) -> Brain:
    """Who writes programs: models through the desk, the world's planner, or the planner where the models fail."""
    names = names_for(config.brain, config.roles, "write")
    models = [name for name in names if name not in NOBODY]
    if desk is None or not models:
        return planner
    writer = ModelWriter(models[0], desk, patient="planner" not in names)
    return Fallback(writer, planner) if "planner" in names else writer


def proposer_for(config: JourneyConfig, data: GameData, milestones: Tree, desk: Desk | None) -> Proposer:
    """Who proposes Minecraft tasks: the tech tree where a goal is known, models where the journey explores."""
    tech_tree = TechTreeProposer(data, milestones)
    models = [name for name in names_for(config.brain, config.roles, "propose") if name not in NOBODY]
    if desk is None or not models or (config.goal and "propose" not in config.roles):
        return tech_tree
    return ModelProposer(models[0], desk, tech_tree, data)


def _background(config: JourneyConfig, budget: Budget, desk: Desk | None, clockwork: Clockwork) -> Background | None:
    """Who asks models beside the loop, in the same seats as the desk."""
    if desk is None:
        return None

    def opened(later: Later, stop: Callable[[], None]) -> tuple[Desk, Callable[[], None]]:
        db = database()
        own = desk_for(config, budget, Calls(db), clockwork.beside(later, stop))
        assert own is not None
        return own, db.close

    return Background(
        opened, lambda: desk.purse, lambda why: clockwork.notice(f"lessons are not read for doubles now: {why}")
    )


def _shrink(desk: Desk | None, budget: Budget) -> str | None:
    """Halve what a desk may still spend; words on how to take that back, None where nothing limits it."""
    if desk is None or (budget.tokens is None and budget.dollars is None):
        return None
    desk.purse = desk.purse.halved()
    return "the next session has the whole budget again"


def _prover(parts: Parts, cases: Cases, trials: Trials | None) -> Prover | None:
    """Trials of what is not proven yet, if the journey wants them and its world has them."""
    if not parts.config.proving or trials is None:
        return None
    return Prover(
        library=parts.library, store=parts.store, log=parts.log, cases=cases, trials=trials,
        limits=parts.limits, journey=parts.config.name,
    )  # fmt: skip


def _tidying(parts: Parts, prover: Prover | None, language: Language) -> Tidying | None:
    """Refactorings by the journey itself, unless a person wants a word on what becomes of skills."""
    if prover is None or parts.config.approve in ("skills", "all"):
        return None
    return Tidying(prover, language, parts.ledger, parts.config.name)


def _reached(parts: Parts) -> Reached:
    """What the journey reached in earlier sessions, read back from its rows and its log."""
    reached = Reached()
    events: dict[int, list[dict[str, object]]] = {}
    for event in parts.log.read(parts.config.name, source="world"):
        events.setdefault(event.iteration, []).append({"kind": event.kind, **event.data})
    for row in parts.store.iterations(parts.config.name):
        task = from_json(row.task)
        reached.note(parts.worlds[task.world].deeds(task, row, events.get(row.iteration, ())))
    return reached
