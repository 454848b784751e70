"""Takes skill folders into a library: our own come back whole, everybody else's become drafts in quarantine.

A folder is our own if it carries this installation's seal on exactly this content, or if the person who imports it
says so. Then versions, moves, evidence and pins are put back as they were. In any other case the history is a claim:
it is kept on record, and the code starts as a draft that nobody can call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from memory.db import atomic
from skills.admit import Parse
from skills.agent_skills.archive import SKILL_FILE, Folder
from skills.agent_skills.reader import Reading, Script, read
from skills.agent_skills.scan import Finding, scan
from skills.agent_skills.writer import Runtime
from skills.errors import SkillError
from skills.imports import Outcome, Report, Taken, record, take_in, words
from skills.library import Library
from skills.skill import Version
from skills.snapshot import Content, check, missing_callees, restore, snapshot

_OURS = re.compile(r"\basync\s+function\s+[\w$]+\s*\(\s*bot\b")
"""A program in the form of this library, or meant to be one."""


@dataclass(frozen=True)
class Desk:
    """What the intake works with: how code is judged, whose seal is ours, what we put into each folder ourselves."""

    parse: Parse
    primitives: Mapping[str, str]
    sealed_by_us: Callable[[str, str], bool]
    own: Runtime = field(default_factory=Runtime)
    at: float = 0.0


def take_folders(library: Library, folders: Sequence[Folder], desk: Desk, *, vouched: bool = False) -> list[Report]:
    """Take in folders and tell what became of each skill. `vouched`: a person says that these are their own exports."""
    readings = [(folder, read(folder)) for folder in folders]
    reports: list[Report] = []
    ours: list[tuple[Folder, Reading]] = []
    others: list[tuple[Folder, Reading]] = []
    for folder, reading in readings:
        if reading.refusals:
            findings = _findings(folder, desk)
            report = Report(reading.name, "refused", tuple(map(str, reading.refusals)), findings=findings)
            reports.append(_record(library, report, folder, reading, desk))
        elif reading.history and (vouched or desk.sealed_by_us(reading.digest, reading.seal)):
            ours.append((folder, reading))
        else:
            others.append((folder, reading))
    with atomic(library.db):
        told, left = _restore(library, ours, desk)
        reports += told
        versions: dict[str, Version] = {}
        for folder, reading in [*left, *others]:
            reports += _drafts(library, folder, reading, desk, versions)
    return reports


def _restore(
    library: Library, ours: Sequence[tuple[Folder, Reading]], desk: Desk
) -> tuple[list[Report], list[tuple[Folder, Reading]]]:
    """Put back what can be put back exactly; gives also the folders that have to go in as drafts."""
    content: dict[str, Content] = {}
    homes: dict[str, tuple[Folder, Reading]] = {}
    reports: list[Report] = []
    left: list[tuple[Folder, Reading]] = []
    here = set(library.names(retired=True))
    for folder, reading in ours:
        for name, rows in (reading.history or {}).items():
            try:
                check(name, rows)
            except SkillError as problem:
                report = Report(name, "refused", (str(problem),), findings=_findings(folder, desk))
                reports.append(_record(library, report, folder, reading, desk))
                continue
            if name in here:
                if snapshot(library, [name])[name] == rows:
                    current = library.get(name).current
                    reports.append(
                        Report(name, "unchanged", ("it is here already, history and all",), current.hash, name)
                    )
                elif (folder, reading) not in left:
                    left.append((folder, reading))
            else:
                content[name] = rows
                homes[name] = (folder, reading)
    while incomplete := missing_callees(library, content):
        for name, missing in incomplete.items():
            del content[name]
            folder, reading = homes[name]
            said = f"it calls {min(missing)[:15]}, which is neither here nor came along: import the folders together"
            reports.append(_record(library, Report(name, "refused", (said,)), folder, reading, desk))
    if content:
        try:
            restore(library, content)
        except SkillError as problem:
            for name in content:
                folder, reading = homes[name]
                reports.append(_record(library, Report(name, "refused", (str(problem),)), folder, reading, desk))
            return reports, left
    for name, rows in content.items():
        current = library.get(name).current
        told = f"{len(rows['versions'])} versions, {len(rows.get('uses', []))} runs"
        report = Report(name, "restored", (told,), current.hash, name)
        reports.append(_record(library, report, *homes[name], desk))
    return reports, left


def _drafts(
    library: Library, folder: Folder, reading: Reading, desk: Desk, versions: dict[str, Version]
) -> list[Report]:
    """Keep the code of a folder in quarantine. `versions` are those that came along in any folder, by their hash."""
    findings = _findings(folder, desk)
    notes = tuple(str(each) for each in reading.notes)
    if reading.history:
        notes += ("its history and evidence are claims of others: kept on record, not believed",)
    told, refused = _take_scripts(library, folder, reading, desk, versions)
    reports: list[Report] = []
    scripts = {script.path for script, _ in told}
    for script, taken in told:
        outcome: Outcome = "imported" if taken.new else "unchanged"
        # What stands in no script is told with the first of them.
        mine = tuple(
            each
            for each in findings
            if each.path in (script.path, SKILL_FILE) or (not reports and each.path not in scripts)
        )
        assert taken.version is not None
        name = taken.version.skill
        said = (*notes, *words(taken.doubts))
        reports.append(Report(name, outcome, said, taken.version.hash, name, mine))
    if reports and refused:
        reports[0] = replace(reports[0], said=(*reports[0].said, *(f"not taken: {each}" for each in refused)))
    elif refused and (reading.history or any(_OURS.search(script.source) for script in reading.scripts)):
        reports.append(Report(reading.name, "refused", (*refused, *notes), findings=findings))
    elif not reports and not any(script.id in versions for script in reading.scripts):
        why = tuple(refused[:5]) or ("it holds no program in the form of this library",)
        reports.append(Report(reading.name, "kept as text", (*why, *notes), findings=findings))
    elif not reports and findings:
        reports.append(Report(reading.name, "unchanged", ("its programs came with another folder",), findings=findings))
    return [_record(library, report, folder, reading, desk) for report in reports]


def _take_scripts(
    library: Library, folder: Folder, reading: Reading, desk: Desk, versions: dict[str, Version]
) -> tuple[list[tuple[Script, Taken]], list[str]]:
    """Take in what can be taken, callees before callers in whatever order they lie; the rest with its reasons.

    A script means the versions that its folder says it uses; where the folder says nothing, the others beside it.
    """
    here = dict(versions)
    told: list[tuple[Script, Taken]] = []
    waiting = [script for script in reading.scripts if script.id not in versions]
    while waiting:
        left: list[tuple[Script, Taken]] = []
        for script in waiting:
            named = {taken.version.skill: taken.version for _, taken in told if taken.version and not script.id}
            taken = take_in(
                library,
                script.source,
                parse=desk.parse,
                primitives=desk.primitives,
                along={**named, **{name: here[id] for name, id in script.uses.items() if id in here}},
                origin=folder.origin,
                author=f"import:{reading.name}",
                reason=f"imported from {folder.name}",
                at=desk.at,
                as_it_is=bool(script.id),
            )
            if taken.version is None:
                left.append((script, taken))
                continue
            told.append((script, taken))
            here[script.id or taken.version.hash] = taken.version
            # Another folder may mean this version by its hash, but not by whatever name was put on it here.
            versions[taken.version.hash] = taken.version
        if len(left) == len(waiting):
            return told, [f"{script.path}: {said}" for script, taken in left for said in words(taken.refusals)]
        waiting = [script for script, _ in left]
    return told, []


def _findings(folder: Folder, desk: Desk) -> tuple[Finding, ...]:
    """What the scan sees, whole copies of our own files and of our own words about them left out."""
    ours = frozenset(desk.own.files.values())
    strange = {path: each for path, each in folder.files.items() if each not in ours}
    usage = desk.own.usage.rstrip().encode()
    if usage and SKILL_FILE in strange:
        # As many empty lines in their place: every finding keeps the number of its line.
        strange[SKILL_FILE] = strange[SKILL_FILE].replace(usage, b"\n" * usage.count(b"\n"), 1)
    return tuple(scan(replace(folder, files=strange)))


def _record(library: Library, report: Report, folder: Folder, reading: Reading, desk: Desk) -> Report:
    claims: Mapping[str, Any] = {} if report.outcome in ("restored", "unchanged") else dict(reading.history or {})
    form = "journeyman" if reading.history else "agent-skill"
    return record(
        library,
        report,
        form=form,
        origin=folder.origin,
        digest=reading.digest,
        at=desk.at,
        text=reading.text,
        claims=claims,
    )
