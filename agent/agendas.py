"""What `journeyman tasks` does: reads and changes a journey's agenda. Gives plain JSON and its text for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agent.database import database
from agent.errors import UsageError
from agent.roles.language import about
from agent.store import Store
from agent.tables import table
from curriculum import gamedata, tree
from curriculum.agenda import Agenda
from curriculum.book import TaskBook
from curriculum.checks import Check, Gained, describe, parse, reachable
from curriculum.errors import CurriculumError
from curriculum.goal import parse_goal
from curriculum.task import Task

LATEST = 10


def listed(name: str) -> dict[str, Any]:
    """A journey's agenda, vetoes, and the latest tasks that were taken up."""
    db = database(read_only=True)
    Store(db).journey(name)
    latest = list(TaskBook(db).entries(name))[-LATEST:]
    return {
        "journey": name,
        "agenda": [each.to_json() for each in Agenda(db).entries(name)],
        "vetoes": dict(Agenda(db).vetoes(name)),
        "latest": [
            {"number": each.number, "goal": each.task.goal, "by": each.task.proposed_by, "passed": each.passed,
             "reason": each.task.reason, "rejected": [dict(one) for one in each.rejected]}
            for each in latest
        ],
    }  # fmt: skip


def list_words(found: Mapping[str, Any]) -> str:
    """The agenda as text."""
    standing = {True: "passed", False: "failed", None: "under way"}
    lines = ["Agenda:"] if found["agenda"] else [f"The agenda of {found['journey']} is empty."]
    if found["agenda"]:
        rows = [[str(each["entry"]), each["standing"], each["goal"], each["by"]] for each in found["agenda"]]
        lines.append(table(["entry", "standing", "task", "by"], rows))
    lines += [f"Forbidden: {subject} ({reason})" for subject, reason in found["vetoes"].items()]
    if found["latest"]:
        rows = [[str(each["number"]), standing[each["passed"]], each["goal"], each["by"]] for each in found["latest"]]
        lines += ["", "Taken up lately:", table(["number", "standing", "task", "by"], rows)]
    return "\n".join(lines)


def insert(name: str, wanted: str, before: int | None) -> dict[str, Any]:
    """Set a task. Raises UsageError for what names none, or cannot be done in this game."""
    db = database()
    Store(db).journey(name)
    check = _check(wanted)
    if reason := reachable(check, gamedata.load()):
        raise UsageError(f"{wanted}: {reason}")
    item, count = about(check)
    task = Task(describe(check), check, "given", item, count, proposed_by="person", reason="set by hand")
    return Agenda(db).insert(name, task, by="person", before=before).to_json()


def move(name: str, entry: int, before: int | None) -> dict[str, Any]:
    """Move an entry."""
    return Agenda(database()).move(name, entry, before).to_json()


def entry_words(found: Mapping[str, Any]) -> str:
    """An entry as text."""
    return f"Entry {found['entry']} ({found['standing']}): {found['goal']}"


def veto(name: str, subject: str, reason: str, lift: bool) -> dict[str, Any]:
    """Forbid something, allow it again, or withdraw an entry."""
    db = database()
    Store(db).journey(name)
    agenda = Agenda(db)
    if subject.isdigit():
        return agenda.withdraw(name, int(subject)).to_json()
    if lift:
        agenda.lift(name, subject)
    else:
        if not subject.startswith("t1:") and not gamedata.load().exists(subject):
            raise UsageError(f"{subject!r} is neither an item, a '#tag', the id of a task nor an entry of the agenda")
        agenda.veto(name, subject, reason)
    return {"journey": name, "vetoes": dict(agenda.vetoes(name))}


def veto_words(found: Mapping[str, Any]) -> str:
    """What is forbidden now, or the entry that was withdrawn."""
    if "entry" in found:
        return entry_words(found)
    return "Forbidden now: " + (", ".join(found["vetoes"]) or "nothing")


def _check(wanted: str) -> Check:
    """The check that a person's words mean. Raises UsageError."""
    try:
        if wanted.lstrip().startswith("{"):
            return parse(json.loads(wanted))
        goal = parse_goal(wanted, gamedata.load(), tree.load())
        return goal.milestone.check() if goal.milestone else Gained(item=goal.targets[0], count=goal.count)
    except ValueError as error:
        raise UsageError(f"{wanted}: not JSON ({error})") from error
    except CurriculumError as error:
        raise UsageError(str(error)) from error
