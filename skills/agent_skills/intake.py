"""Takes skill folders into a library: our own come back whole, everybody else's become drafts in quarantine.

A folder is our own if it carries this installation's seal on exactly this content, or if the person who imports it
says so. Then versions, moves, evidence and pins are put back as they were. In any other case the history is a claim:
it is kept on record, and the code starts as a draft that nobody can call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from skills.admit import Parse
from skills.agent_skills.archive import SKILL_FILE, Folder
from skills.agent_skills.reader import Reading, Script, read
from skills.agent_skills.scan import Finding, scan
from skills.agent_skills.writer import Runtime
from skills.errors import SkillError
from skills.imports import Outcome, Report, Taken, kept, record, take_in, words
from skills.library import Library
from skills.skill import Version
from skills.snapshot import Content, check, missing_callees, restore, snapshot

_FORM = re.compile(r"\basync\s+function\s+[\w$]+\s*\(\s*bot\b")
"""A program of JavaScript in the form of this library, or meant to be one."""


@dataclass(frozen=True)
class Language:
    """How code in it is judged, and the primitives (name to documentation) that it may call."""

    parse: Parse
    primitives: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """What the intake works with: languages by name, whose seal is ours, what we put into each folder ourselves."""

    languages: Mapping[str, Language]
    sealed_by_us: Callable[[str, str], bool]
    own: Sequence[Runtime] = ()
    at: float = 0.0


@dataclass(frozen=True)
class _Arrival:
    """A folder as it was read."""

    folder: Folder
    reading: Reading
    desk: Desk

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the scan sees, whole copies of our own files and of our own words about them left out."""
        ours = frozenset(content for each in self.desk.own for content in each.files.values())
        strange = {path: each for path, each in self.folder.files.items() if each not in ours}
        for each in self.desk.own:
            usage = each.usage.rstrip().encode()
            if usage and SKILL_FILE in strange:
                # As many empty lines in their place: every finding keeps the number of its line.
                strange[SKILL_FILE] = strange[SKILL_FILE].replace(usage, b"\n" * usage.count(b"\n"), 1)
        return tuple(scan(replace(self.folder, files=strange)))

    @cached_property
    def programs(self) -> tuple[Script, ...]:
        """The scripts that are, or are meant to be, programs in our form.

        Others' folders are full of Python that is there for a shell to run; what calls no primitive is no skill here.
        """
        listed = bool(self.reading.history) or any(script.id for script in self.reading.scripts)
        return tuple(each for each in self.reading.scripts if listed or each.language != "python" or self._meant(each))

    def look(self) -> None:
        """Scan and parse all of it; what was seen is kept."""
        _ = self.findings
        for script in self.programs:
            if script.language in self.desk.languages:
                self.desk.languages[script.language].parse(script.source)

    @property
    def ours_in_form(self) -> bool:
        """Whether it holds anything that was meant to be a program of ours."""
        return bool(self.reading.history) or any(map(self._meant, self.programs))

    def _meant(self, script: Script) -> bool:
        if script.language == "javascript":
            return bool(_FORM.search(script.source))
        called = set(re.findall(r"\b(\w+)\s*\(", script.source))
        return script.language in self.desk.languages and bool(
            called & self.desk.languages[script.language].primitives.keys()
        )


def take_folders(
    library: Library, folders: Sequence[Folder], desk: Desk, *, vouched: bool = False, dry: bool = False
) -> list[Report]:
    """Take in folders and tell what became of each skill. `vouched`: a person says that these are their own exports.

    All code is looked at before the library is written to, so that a journey which uses it need not wait meanwhile.
    A dry run keeps nothing.
    """
    languages = {name: replace(each, parse=cache(each.parse)) for name, each in desk.languages.items()}
    desk = replace(desk, languages=languages)
    arrivals = [_Arrival(folder, read(folder), desk) for folder in folders]
    reports: list[Report] = []
    refused: list[tuple[Report, _Arrival]] = []
    ours: list[_Arrival] = []
    others: list[_Arrival] = []
    for each in arrivals:
        if each.reading.refusals:
            reasons = tuple(map(str, each.reading.refusals))
            refused.append((Report(each.reading.name, "refused", reasons, findings=each.findings), each))
        elif each.reading.history and (vouched or desk.sealed_by_us(each.reading.digest, each.reading.seal)):
            ours.append(each)
        else:
            others.append(each)
            each.look()
    with kept(library.db, dry=dry):
        reports += [_record(library, report, each) for report, each in refused]
        told, left = _restore(library, ours)
        reports += told
        versions: dict[str, Version] = {}
        for each in [*left, *others]:
            reports += _drafts(library, each, versions)
    return reports


def _restore(library: Library, ours: Sequence[_Arrival]) -> tuple[list[Report], list[_Arrival]]:
    """Put back what can be put back exactly; gives also the folders that have to go in as drafts."""
    content: dict[str, Content] = {}
    homes: dict[str, _Arrival] = {}
    reports: list[Report] = []
    left: list[_Arrival] = []
    here = set(library.names(retired=True))
    for each in ours:
        for name, rows in (each.reading.history or {}).items():
            try:
                check(name, rows)
            except SkillError as problem:
                report = Report(name, "refused", (str(problem),), findings=each.findings)
                reports.append(_record(library, report, each))
                continue
            if name in here:
                if snapshot(library, [name])[name] == rows:
                    current = library.get(name).current
                    reports.append(
                        Report(name, "unchanged", ("it is here already, history and all",), current.hash, name)
                    )
                elif each not in left:
                    left.append(each)
            else:
                content[name] = rows
                homes[name] = each
    while incomplete := missing_callees(library, content):
        for name, missing in incomplete.items():
            del content[name]
            said = f"it calls {min(missing)[:15]}, which is neither here nor came along: import the folders together"
            reports.append(_record(library, Report(name, "refused", (said,)), homes[name]))
    if content:
        try:
            restore(library, content)
        except SkillError as problem:
            for name in content:
                reports.append(_record(library, Report(name, "refused", (str(problem),)), homes[name]))
            return reports, left
    for name, rows in content.items():
        current = library.get(name).current
        told = f"versions: {len(rows['versions'])}, runs: {len(rows.get('uses', []))}"
        report = Report(name, "restored", (told,), current.hash, name)
        reports.append(_record(library, report, homes[name]))
    return reports, left


def _drafts(library: Library, arrival: _Arrival, versions: dict[str, Version]) -> list[Report]:
    """Keep the code of a folder in quarantine. `versions` are those that came along in any folder, by their hash."""
    reading, findings = arrival.reading, arrival.findings
    notes = tuple(str(each) for each in reading.notes)
    if reading.history:
        notes += ("its history and evidence are claims of others: kept on record, not believed",)
    told, refused = _take_scripts(library, arrival, versions)
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
    elif refused and arrival.ours_in_form:
        reports.append(Report(reading.name, "refused", (*refused, *notes), findings=findings))
    elif not reports and not any(script.id in versions for script in reading.scripts):
        why = tuple(refused[:5]) or ("it holds no program in the form of this library",)
        reports.append(Report(reading.name, "kept as text", (*why, *notes), findings=findings))
    elif not reports and findings:
        reports.append(Report(reading.name, "unchanged", ("its programs came with another folder",), findings=findings))
    return [_record(library, report, arrival) for report in reports]


def _take_scripts(
    library: Library, arrival: _Arrival, versions: dict[str, Version]
) -> tuple[list[tuple[Script, Taken]], list[str]]:
    """Take in what can be taken, callees before callers in whatever order they lie; the rest with its reasons.

    A script means the versions that its folder says it uses; where the folder says nothing, the others beside it.
    """
    here = dict(versions)
    told: list[tuple[Script, Taken]] = []
    waiting = [script for script in arrival.programs if script.id not in versions]
    unknown = [script for script in waiting if script.language not in arrival.desk.languages]
    if unknown:
        return told, [f"{each.path}: programs in {each.language} cannot be looked at here" for each in unknown]
    while waiting:
        left: list[tuple[Script, Taken]] = []
        for script in waiting:
            named = {taken.version.skill: taken.version for _, taken in told if taken.version and not script.id}
            taken = take_in(
                library,
                script.source,
                parse=arrival.desk.languages[script.language].parse,
                primitives=arrival.desk.languages[script.language].primitives,
                along={**named, **{name: here[id] for name, id in script.uses.items() if id in here}},
                origin=arrival.folder.origin,
                author=f"import:{arrival.reading.name}",
                reason=f"imported from {arrival.folder.name}",
                at=arrival.desk.at,
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


def _record(library: Library, report: Report, arrival: _Arrival) -> Report:
    reading = arrival.reading
    claims: Mapping[str, Any] = {} if report.outcome in ("restored", "unchanged") else dict(reading.history or {})
    form = "journeyman" if reading.history else "agent-skill"
    return record(
        library,
        report,
        form=form,
        origin=arrival.folder.origin,
        digest=reading.digest,
        at=arrival.desk.at,
        text=reading.text,
        claims=claims,
    )
