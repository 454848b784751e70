"""Taking in code from elsewhere: judged like any other, kept apart as a draft, told per skill, and put on record.

Nothing is run. What is admitted goes into quarantine, where no program can call it, until it is verified in our worlds
or a person vouches for it. What the scan found goes to people and into the record, never into a prompt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sqlite_utils import Database

from memory.db import atomic
from memory.log import canonical
from skills.admit import DOUBTS, ONLY_FOR_KEEPING, Admission, Parse, admit
from skills.agent_skills.characters import foreign_letter, hidden
from skills.agent_skills.scan import Finding, scan_bytes
from skills.errors import CallCycle, Refusal, SkillError, UnknownSkill
from skills.library import Library
from skills.reader import LibraryReader
from skills.skill import Skill, Version

Outcome = Literal["restored", "imported", "adapted", "unchanged", "kept as text", "refused"]

MOST_TEXT = 64_000
MOST_SHOWN = 200
"""Letters of a parameter's type or default."""
ALWAYS_FORGIVEN = DOUBTS | {"no_parameter"}
FORGIVEN = ONLY_FOR_KEEPING | {"shadows_skill"}
"""What is no reason to refuse our own form from elsewhere: it could not know which skills this library has."""


@dataclass(frozen=True)
class Report:
    """What became of one skill: `said` holds the changes or the reasons, `findings` what people should look at."""

    name: str
    outcome: Outcome
    said: tuple[str, ...] = ()
    version: str | None = None
    skill: str | None = None
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON."""
        return {**asdict(self), "said": list(self.said), "findings": [asdict(each) for each in self.findings]}


class Incoming(LibraryReader):
    """The library as code from elsewhere sees it: with what came along, and that first."""

    def __init__(self, library: LibraryReader, along: Mapping[str, Version]) -> None:
        super().__init__(library.db, library.name)
        self._along = along

    def has(self, name: str) -> bool:
        """Also what came along."""
        return name in self._along or super().has(name)

    def get(self, name: str) -> Skill:
        """What came along stands for the skill of its name."""
        if name in self._along:
            return replace(super().get(self._along[name].skill), current=self._along[name])
        return super().get(name)


class _Dry(Exception):
    """Leads out of the transaction of a dry run."""


@dataclass(frozen=True)
class Taken:
    """The outcome for one source: the version in the library, or the refusals."""

    version: Version | None
    refusals: tuple[Refusal, ...] = ()
    new: bool = False
    doubts: tuple[Refusal, ...] = ()
    """What did not keep it out and may yet make it fail."""


def take_in(
    library: Library,
    source: str,
    *,
    parse: Parse,
    primitives: Mapping[str, str],
    along: Mapping[str, Version],
    origin: str,
    author: str,
    reason: str,
    at: float,
    as_it_is: bool = False,
) -> Taken:
    """Judge a source and keep it in quarantine. `as_it_is` forgives what only matters for what we write ourselves.

    A fixed amount is always forgiven: what comes from elsewhere is taken apart from how it would be written here. So is
    what a thing does not have: code for another body may get on without it, which its proof will tell.
    """
    admission = admit(source, parse=parse, primitives=primitives, library=Incoming(library, along))
    doubts = tuple(each for each in admission.refusals if each.code in DOUBTS)
    refusals = [*_deceptions(source, admission), *(r for r in admission.refusals if r.code not in ALWAYS_FORGIVEN)]
    if as_it_is:
        refusals = [each for each in refusals if each.code not in FORGIVEN]
    signature = admission.signature
    if refusals or signature is None:
        return Taken(None, tuple(refusals))
    admission = replace(admission, refusals=(), purpose=safe_purpose(admission.purpose))
    try:
        before = {version.hash for version in library.versions(signature.name)}
        version = library.quarantine(admission, origin, reason=reason, author=author, at=at)
    except (CallCycle, UnknownSkill) as problem:
        return Taken(None, (Refusal("cycle", str(problem)),))
    return Taken(version, new=version.hash not in before, doubts=doubts)


@contextmanager
def kept(db: Database, *, dry: bool) -> Iterator[None]:
    """A transaction whose writes stay; those of a dry run are taken back at its end."""
    with suppress(_Dry), atomic(db):
        yield
        if dry:
            raise _Dry


def safe_purpose(text: str) -> str:
    """A purpose that may stand in a prompt one day: nothing if it gives orders, hides something or links anywhere."""
    return "" if scan_bytes("purpose.md", text.encode()) or "http" in text.lower() else " ".join(text.split())[:300]


def record(
    library: Library,
    report: Report,
    *,
    form: str,
    origin: str,
    digest: str,
    at: float,
    text: str = "",
    claims: Mapping[str, Any] | None = None,
) -> Report:
    """Put on record what was brought in and what became of it; gives the report back."""
    with atomic(library.db):
        library.db.execute(
            "INSERT INTO skill_imports "
            "(library, name, skill, form, origin, digest, at, outcome, said, findings, text, claims) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(library.name, report.name, report.skill, form, origin, digest, at, report.outcome),
                *(canonical(list(report.said)), canonical([asdict(each) for each in report.findings])),
                *(text[:MOST_TEXT], canonical(dict(claims or {}))),
            ],
        )
    return report


def words(refusals: Sequence[Refusal]) -> tuple[str, ...]:
    """Refusals as sentences, each once."""
    return tuple(dict.fromkeys(each.message for each in refusals))


def _deceptions(source: str, admission: Admission) -> list[Refusal]:
    """Code that reads otherwise than it looks."""
    found = [Refusal("hidden", f"the code holds something nobody sees: {each}", each.line) for each in hidden(source)][
        :1
    ]
    names = (
        [admission.signature.name, *(each.name for each in admission.signature.parameters)]
        if admission.signature
        else []
    )
    for name in names:
        foreign = foreign_letter(name)
        if foreign:
            found.append(Refusal("look_alike", f"`{name}` is not what it looks like: {foreign}"))
    for each in admission.signature.parameters if admission.signature else ():
        # Both stand in the signature, which writers are shown.
        for what, text in (("type", each.type), ("default", each.default or "")):
            if len(text) > MOST_SHOWN or any(one.kind in ("order", "hidden") for one in scan_bytes("x", text.encode())):
                message = (
                    f"the {what} of `{each.name}` is no {what} but words to a reader: write one that a program needs"
                )
                found.append(Refusal("words", message))
    return found


class BadImport(SkillError):
    """What was given is nothing that can be brought in."""
