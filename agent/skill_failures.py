"""What `skills failure` shows: the last run of a skill that did not succeed, with its events from the log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from agent.database import database
from agent.evidence import CLASSES
from agent.tables import table
from memory.log import EventLog
from skills.library import Library
from skills.stats import statistics

Json = dict[str, Any]
MOST_LETTERS = 120
"""Letters of an event's data in a table; `--json` tells all of it."""


def failure(library: str, name: str, hash: str | None) -> Json:
    """The last failure of a version (default: the current one) and the events between which it happened, in order."""
    db = database(read_only=True)
    found = statistics(Library(db, library), name, CLASSES, hash)
    last = found.last_failure
    told: Json = {"skill": found.skill, "version": found.version, "failure": asdict(last) if last else None}
    if last is None or last.events is None:
        return {**told, "events": []}
    first, final = last.events
    events = EventLog(db).read(last.journey, iteration=last.iteration, after=first - 1)
    return {**told, "events": [asdict(event) for event in events if event.seq <= final]}


def failure_words(found: Mapping[str, Any]) -> str:
    """The same as text."""
    last = found["failure"]
    if last is None:
        return f"{found['skill']} {found['version'][:15]} has not failed."
    run = f"{last['journey']} #{last['iteration']}"
    head = f"{found['skill']} {found['version'][:15]}: {last['cause']} ({last['kind']}) in {run}"
    if not found["events"]:
        return f"{head}; no events are kept of it."
    rows = [
        [str(each["seq"]), "" if each["tick"] is None else str(each["tick"]), each["kind"], _short(each["data"])]
        for each in found["events"]
    ]
    return f"{head}\n\n{table(['event', 'tick', 'what', ''], rows)}"


def _short(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False)
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"
