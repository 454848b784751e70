"""What an iteration of the desktop is as evidence: each call that was made, with the documents around it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.store import Iteration
from agent.uses_desktop import DesktopUses
from memory.db import open_db
from memory.log import Event, EventLog
from skills.admit import Admission
from skills.library import Library
from skills.schema import SKILLS
from skills.skill import Parameter, Setting, Signature, Use, Version

NONE: dict[str, int] = {}


class Desk:
    """A library of desktop skills and the log of runs."""

    def __init__(self, path: Path) -> None:
        db = open_db(path, SKILLS)
        self.library, self.log = Library(db), EventLog(db)
        self.number = 0

    def skill(self, name: str, **parameters: str) -> Version:
        """A skill with these parameters by type."""
        signature = Signature(name, tuple(Parameter(each, type) for each, type in parameters.items()))
        return self.library.add(Admission(f"def {name}(): ...", (), signature, "", "python"), reason="test")

    def ran(
        self, main: Version, args: Mapping[str, Any], spans: list[dict[str, Any]], *parts: Version,
        passed: bool = True, outcome: str = "returned", setting: Setting = "use", made: Mapping[str, str] | None = None,
    ) -> list[Use]:  # fmt: skip
        """A run of `main` in which these calls were made, as evidence that was counted."""
        self.number += 1
        events = [
            Event("acted", {"call": "open_program", "args": {"program": "editor"}, "ok": True}, "world", 3),
            Event("acted", {"call": "open_program", "args": {"program": "files"}, "ok": True}, "world", 4),
        ]
        self.log.append("j", self.number, "run", [*events, *(Event("span", each, "body") for each in spans)])
        after = {"files": {path: {"kind": kind} for path, kind in (made or {}).items()}}
        row = Iteration(
            "j", self.number, 1, {}, main.skill, None, args, tuple(f"{each.skill}@{each.hash}" for each in parts), "",
            outcome, None, None, (), {"files": {}}, after, 900, 1.0, 1.0, 1.0, passed=passed,
        )  # fmt: skip
        log = list(self.log.read("j", iteration=self.number))
        reader = DesktopUses(self.library)
        uses = reader.of(row, log, hash=main.hash, setting=setting, place="desktop", brain="", at=0.0)
        for use in uses:
            self.library.record_use(use)
        return uses


def span(
    of: Version, by: Version | None, *, after: Mapping[str, int] = NONE, code: str | None = None,
    calls: tuple[int, int] = (0, 0), ticks: int = 20, **args: Any,
) -> dict[str, Any]:  # fmt: skip
    """A call as the desktop tells it."""
    return {"module": of.hash, "caller": by and by.hash, "args": args, "before": {}, "after": dict(after),
            "ok": code is None, "error_code": code, "from": 0, "to": ticks, "calls": list(calls)}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "j.db")


def test_what_a_skill_gives_is_not_lost_by_its_being_called(desk: Desk) -> None:
    save, report = desk.skill("save_sheet", path="str"), desk.skill("report", path="str")
    desk.ran(save, {"path": "a.ods"}, [span(save, None)], made={"a.ods": "file"})
    call = span(save, report, after={"ods file": 1}, calls=(1, 2), path="b.ods")
    used = desk.ran(report, {"path": "b.ods"}, [span(report, None), call], save, made={"b.ods": "file"})[1]
    assert (used.ticks, used.tools, used.after, used.caller) == (20, ("files",), {"ods file": 1}, report.hash)
    assert [(each.item, each.low, each.high) for each in desk.library.effects_of(save.hash)] == [("ods file", 1, 1)]


def test_what_was_never_reached_or_not_told_counts_neither_way(desk: Desk) -> None:
    save, other, report = desk.skill("save"), desk.skill("other"), desk.skill("report")
    uses = desk.ran(report, {}, [span(report, None), span(save, report)], save, other)
    assert [use.version for use in uses] == [report.hash, save.hash]
    assert [use.version for use in desk.ran(report, {}, [], save, other)] == [report.hash], "an older run told no calls"


def test_a_call_fails_by_itself_alone(desk: Desk) -> None:
    save, report = desk.skill("save"), desk.skill("report")
    ended = [span(report, None, code="timeout"), span(save, report, code="timeout")]
    assert [use.outcome for use in desk.ran(report, {}, ended, save, passed=False, outcome="timeout")] == [
        "failed", "unmet",
    ]  # fmt: skip
    thrown = [span(report, None), span(save, report, code="not_found"), span(save, report)]
    uses = desk.ran(report, {}, thrown, save)
    assert [(use.outcome, use.cause) for use in uses] == [
        ("succeeded", None), ("failed", "not_found"), ("succeeded", None),
    ]  # fmt: skip
    assert [use.outcome for use in desk.ran(report, {}, [span(report, None), span(save, report)], save, passed=False)][
        1
    ] == "unmet", "that it came back says nothing where the whole did not do what it was to"


def test_numbers_lists_and_kinds_of_documents_are_parameters_of_effects(desk: Desk) -> None:
    make, convert = desk.skill("make_folders", names="list[str]"), desk.skill("export", path="str", title="str")
    for names in (["a"], ["b", "c", "d"]):
        desk.ran(make, {"names": names}, [span(make, None)], made=dict.fromkeys(names, "folder"))
    told = [(each.item, each.low, each.high, each.per) for each in desk.library.effects_of(make.hash)]
    assert told == [("folder", 1, 1, "names")]
    for path in ("a.csv", "In/b.csv", "c.pdf"):
        desk.ran(convert, {"path": path, "title": f"Of {path}: fine"}, [span(convert, None)], made={path: "file"})
    found = {(each.item, each.low, str(dict(each.when))) for each in desk.library.effects_of(convert.hash)}
    assert found == {("csv file", 1, "{'path': 'csv'}"), ("pdf file", 1, "{'path': 'pdf'}")}
