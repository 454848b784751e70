"""Libraries in Voyager's form, Odyssey's included: each program judged, brought into our form, and told about.

`skills.json` is the truth ({name: {code, description}}); the files beside it keep older code and are not read. What
takes `bot` alone gets the parameters that its name and its calls suggest; functions that only happened to be in scope
are taken in; callers keep calling what they called. Nothing is run: all of it goes into quarantine as drafts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from skills.admit import Parse
from skills.agent_skills import archive
from skills.agent_skills.archive import SKILL_FILE, BadArchive
from skills.agent_skills.characters import HALF
from skills.agent_skills.reader import load_json
from skills.agent_skills.scan import scan_bytes
from skills.agent_skills.writer import digest
from skills.imports import BadImport, Outcome, Report, kept, record, take_in, words
from skills.library import Library
from skills.skill import Version

FILE = "skills.json"
HELPERS = "primitive"
"""Odyssey's folder of functions that its programs call as if they were part of the game."""

Functions = Callable[[str], Mapping[str, Any]]
"""Source to {main, functions: {name: {source, top, async, params}}}."""


class Adapt(Protocol):
    """Brings one source into our form; see bridge/adapt.js."""

    def __call__(self, source: str, **how: Any) -> Mapping[str, Any]:
        """Gives {source, name, changes}."""
        ...


@dataclass(frozen=True)
class Foreign:
    """A library as it was found: programs and descriptions by name, and helpers that came beside them."""

    origin: str
    programs: Mapping[str, tuple[str, str]]
    helpers: tuple[str, ...] = ()
    bad: Mapping[str, str] = field(default_factory=dict)
    form: str = "voyager"


@dataclass
class _Program:
    """One program on its way in."""

    name: str
    source: str
    purpose: str
    main: str = ""
    own: str = ""
    """Its name in our form."""
    params: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    wrote: tuple[str, ...] = ()
    """What it calls by the names that it wrote; `calls` has those that were meant."""


def find(path: Path) -> Foreign | None:
    """The library at a path (any folder or zip around it, or the file itself), or None if there is none in this form.

    What holds skill folders is none, whatever lists lie beside them. Raises BadImport if there is more than one.
    """
    if path.is_file() and path.suffix == ".json":
        return _read(archive.shown(path), {FILE: archive.read_file(path)}, FILE)
    if path.is_dir():
        place = _outermost(path, _below(path))
        if place is None:
            return None
        files = {FILE: archive.read_file(path / place)}
        for file in sorted(((path / place).parent / HELPERS).glob("*.js")):
            files[f"{HELPERS}/{file.name}"] = archive.read_file(file, archive.MAX_FILE)
        return _read(archive.shown(path), files, FILE)
    if archive.is_zip(path):
        files = archive.open_files(path)
        place = _outermost(path, list(files))
        return _read(archive.shown(path), files, place) if place is not None else None
    return None


def _below(root: Path) -> list[str]:
    """The files below a folder that this form or another is known by, as paths from there; no link is followed."""
    found = []
    for folder, folders, files in os.walk(root):
        inside = Path(folder).relative_to(root)
        folders[:] = [each for each in folders if each not in archive.SKIPPED and len(inside.parts) < archive.MAX_DEPTH]
        found += [(inside / name).as_posix() for name in files if name == FILE or _is_skill(name)]
    return found


def _outermost(path: Path, files: Sequence[str]) -> str | None:
    """The one `skills.json` that lies nearest to the top, if there is no skill folder."""
    names = sorted((name.count("/"), name) for name in files if PurePosixPath(name).name == FILE)
    if not names or any(_is_skill(PurePosixPath(name).name) for name in files):
        return None
    near = [name for depth, name in names if depth == names[0][0]]
    if len(near) > 1:
        places = ", ".join(str(PurePosixPath(each).parent) for each in near[:8])
        raise BadImport(f"{path} holds {len(near)} libraries: import one of them: {places}")
    return near[0]


def _is_skill(name: str) -> bool:
    return name.casefold() == SKILL_FILE.casefold()


def take_library(
    library: Library,
    foreign: Foreign,
    *,
    parse: Parse,
    functions: Functions,
    adapt: Adapt,
    primitives: Mapping[str, str],
    yields: Mapping[str, int],
    at: float,
    dry: bool = False,
) -> list[Report]:
    """Take in a whole library, callees before callers, and tell what became of each program.

    `functions` names the functions of a source, `adapt` changes it; both raise ValueError where they cannot. `yields`
    says how many of an item one run of its recipe gives. A dry run keeps nothing.
    """
    reports: dict[str, Report] = {name: Report(name, "refused", (why,)) for name, why in foreign.bad.items()}
    programs: dict[str, _Program] = {}
    helpers: dict[str, str] = {}
    for name, (source, description) in foreign.programs.items():
        told: Mapping[str, Any] = {"main": None}
        reason = "it has no async function"
        try:
            told = {**functions(source), "own": adapt(source)["name"]}
        except ValueError as problem:
            reason = f"it is no program: {problem}"
        if told["main"] is None:
            findings = tuple(scan_bytes(f"{name}.js", source.encode()))
            reports[name] = Report(name, "refused", (reason,), findings=findings)
            continue
        found = told["functions"]
        main = str(told["main"])
        params = tuple(str(each).split("=")[0].strip() for each in found[main]["params"][1:])
        calls = tuple(str(each) for each in parse(source).get("calls", ()))
        programs[name] = _Program(name, source, _purpose(description), main, str(told["own"]), params, calls)
        helpers |= {each: str(said["source"]) for each, said in found.items() if each != main and each not in helpers}
    for source in foreign.helpers:
        with suppress(ValueError):  # what cannot be read helps nobody
            found = functions(source)["functions"]
            helpers |= {each: str(said["source"]) for each, said in found.items() if said["top"]}
    mains = {each.main for each in programs.values()}
    helpers = {each: source for each, source in helpers.items() if each not in primitives and each not in mains}
    renamed = {each.main: _own_name(each.own, primitives, foreign) for each in programs.values()}
    meant = _misspelt(programs.values(), {*mains, *helpers, *primitives})
    for each in programs.values():
        each.wrote, each.calls = each.calls, tuple(meant.get(call, call) for call in each.calls)
    positional = {each.main: list(each.params) for each in programs.values() if each.params}
    along: dict[str, Version] = {}
    settings = {
        "helpers": helpers,
        "renamed": {
            **{old: new for old, new in renamed.items() if old != new},
            **{wrong: renamed[right] for wrong, right in meant.items()},
        },
        "positional": positional | {wrong: positional[right] for wrong, right in meant.items() if right in positional},
        "yields": dict(yields),
    }
    # All code is looked at before the library is written to: a journey that uses it need not wait meanwhile.
    parse = cache(parse)
    ordered: list[tuple[_Program, Mapping[str, Any]]] = []
    for each in _in_order(programs, reports):
        try:
            ordered.append((each, adapt(each.source, purpose=each.purpose, **settings)))
        except ValueError as problem:
            reports[each.name] = Report(each.name, "refused", (f"it cannot be brought into our form: {problem}",))
    for _, adapted in ordered:
        parse(str(adapted["source"]))
    findings_of = {name: tuple(scan_bytes(f"{name}.js", each.source.encode())) for name, each in programs.items()}
    with kept(library.db, dry=dry):
        for program, adapted in ordered:
            lost = [
                each for each in program.calls if each in mains and renamed[each] not in along and each != program.main
            ]
            taken = take_in(
                library,
                str(adapted["source"]),
                parse=parse,
                primitives=primitives,
                along=along,
                origin=foreign.origin,
                author=f"import:{foreign.form}",
                reason=f"imported from {foreign.form}'s {program.name}",
                at=at,
            )
            findings = findings_of[program.name]
            changes = tuple(dict.fromkeys(str(each) for each in adapted["changes"]))
            changes += tuple(f"calls {meant[each]}, where it wrote {each}" for each in program.wrote if each in meant)
            if taken.version is None:
                why = [f"it calls `{each}`, which was refused" for each in lost]
                told_why = (
                    *why,
                    *(each for each in words(taken.refusals) if not any(f"`{renamed[one]}`" in each for one in lost)),
                )
                reports[program.name] = Report(program.name, "refused", told_why, findings=findings)
                continue
            version = taken.version
            if version.skill not in along:
                along[version.skill] = version
            else:
                changes += (f"kept as another version of {version.skill}",)
            outcome: Outcome = "unchanged" if not taken.new else "adapted" if changes else "imported"
            told_all = (*changes, *words(taken.doubts))
            reports[program.name] = Report(program.name, outcome, told_all, version.hash, version.skill, findings)
        told_of = [reports[name] for name in (*foreign.programs, *foreign.bad)]
        for report in told_of:
            source, description = foreign.programs.get(report.name, ("", ""))
            mark = digest({f"{report.name}.js": source.encode()})
            text = f"{description}\n\n{source}"
            record(library, report, form=foreign.form, origin=foreign.origin, digest=mark, at=at, text=text)
    return told_of


def _read(origin: str, files: Mapping[str, bytes], place: str) -> Foreign:
    try:
        told = load_json(files[place].decode("utf-8"))
    except UnicodeDecodeError:
        raise BadArchive(f"{origin}: {FILE} is not UTF-8") from None
    except ValueError as problem:
        raise BadArchive(f"{origin}: {FILE} cannot be read: {problem}") from None
    if not isinstance(told, dict) or not told:
        raise BadImport(f"{origin}: {FILE} is not a map of skills: {{name: {{code, description}}}}")
    programs: dict[str, tuple[str, str]] = {}
    bad: dict[str, str] = {}
    for name, each in told.items():
        code, description = (each.get("code"), each.get("description")) if isinstance(each, dict) else (None, None)
        description = description if isinstance(description, str) else ""
        if not isinstance(code, str):
            bad[_shown(name)] = "it has no `code` that is text"
        elif HALF.search(name + code + description):
            bad[_shown(name)] = "it holds half of a character, which nothing can keep"
        else:
            programs[name] = (code, description)
    beside = PurePosixPath(place).parent / HELPERS
    helpers = tuple(
        content.decode("utf-8", errors="replace")
        for path, content in sorted(files.items())
        if PurePosixPath(path).parent == beside and path.endswith(".js")
    )
    return Foreign(origin, programs, helpers, bad, "odyssey" if helpers else "voyager")


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def _misspelt(programs: Collection[_Program], known: Set[str]) -> dict[str, str]:
    """Names that are called and unknown, and are those of one program but for their capitals: what was meant."""
    alike: dict[str, list[str]] = {}
    for main in sorted({each.main for each in programs}):
        alike.setdefault(main.casefold(), []).append(main)
    called = {call for each in programs for call in each.calls if call not in known}
    return {call: alike[call.casefold()][0] for call in sorted(called) if len(alike.get(call.casefold(), ())) == 1}


def _in_order(programs: Mapping[str, _Program], reports: dict[str, Report]) -> Iterable[_Program]:
    """Callees before callers; those that call each other in a circle are reported as refused."""
    by_main = {each.main: each for each in programs.values()}
    waiting = dict(programs)
    done: set[str] = set()
    while waiting:
        ready = [
            each
            for each in waiting.values()
            if all(call in done or by_main[call].name not in waiting for call in each.calls if call in by_main)
        ]
        if not ready:
            break
        for each in ready:
            yield each
            done.add(each.main)
            del waiting[each.name]
    for each in waiting.values():
        around = [call for call in each.calls if call in by_main and by_main[call].name in waiting]
        reports[each.name] = Report(each.name, "refused", (f"it calls itself through `{'`, `'.join(around)}`",))


def _own_name(name: str, primitives: Mapping[str, str], foreign: Foreign) -> str:
    """A name that no primitive has."""
    return f"{name}From{foreign.form.title()}" if name in primitives else name


def _purpose(description: str) -> str:
    """The first sentence of a description, without the frame that the describer put around it."""
    text = re.sub(r"^\s*async function[^\n]*\n|//|\}\s*$|^\s*Name:.*?Description:", " ", description, flags=re.S)
    text = " ".join(text.split())
    text = re.sub(r"^(the|this) function (is about|is for)\s+", "", text, flags=re.I)
    text = re.sub(r"^(the|this) function\s+", "", text, flags=re.I)
    sentence = re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0][:200]
    return sentence[:1].upper() + sentence[1:]
