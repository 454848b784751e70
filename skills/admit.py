"""Admission: may this source become a skill? Decided from the syntax tree, before anything runs.

The parser of the skill language knows the language: it hands in facts and its own refusals (syntax, shape, forbidden
names). This module knows the library: it resolves every name to a primitive or to one version of one skill, and
refuses what is unknown, hidden, retired, circular or shadowing. It never runs code and never writes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from skills import render
from skills.agent_skills.characters import HALF
from skills.errors import Refusal
from skills.reader import LibraryReader
from skills.skill import Parameter, Signature, Version
from skills.words import QUANTITIES, apart

Parse = Callable[[str], Mapping[str, Any]]
"""The parser: source text to facts.

Read here: `refusals` [{code, message, line}], `main` (a name), `functions` [{name, params: [{name, type, default}]}],
`calls` (names that are used, not defined in the source and not part of the language), `lines` (where each is first
used: name to number), `bound` [{name, line}] (names that the source gives a meaning of its own, that of the main
function left out), `handed` [{name, line, names, places}] (for each call, as far as the syntax shows it: what it
hands over by name and how many values by place, the bot left out), `unknown_members` [{of, name, line, known}] (what
the source reads of things that it is given, and they do not have) and `purpose`.
"""

DOUBTS = frozenset({"unknown_member", "unknown_argument", "missing_argument"})
"""Refusals that are no reason to keep out code from elsewhere: it may get on without, which its proof will tell."""

ONLY_FOR_KEEPING = frozenset(
    {"quantity_in_name", "no_return", "unused_parameter", "no_parameter", "unnamed_parameters"}
)
"""Refusals that do not matter for a program that runs once and is not kept."""

MOST_TOLD = 12
"""So many members of a thing are all told to who asks for another; of more, those that read alike."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
MOST_LETTERS = 64
"""Letters of a skill's name: what both languages, their runners and the folders of an export can bear."""


@dataclass(frozen=True)
class Admission:
    """The outcome: refusals for the writer, or (if there are none) all that the library needs to keep the source.

    `uses` names the exact version of each skill that is called, `primitives` the primitives that are.
    """

    source: str
    refusals: tuple[Refusal, ...] = ()
    signature: Signature | None = None
    purpose: str = ""
    language: str = "javascript"
    uses: Mapping[str, str] = field(default_factory=dict)
    primitives: tuple[str, ...] = ()

    @property
    def admitted(self) -> bool:
        """True if nothing stands against it."""
        return not self.refusals


def admit(
    source: str, *, parse: Parse, primitives: Mapping[str, str], library: LibraryReader, as_program: bool = False
) -> Admission:
    """Judge a source against the known primitives (name to documentation) and the library's current skills.

    `as_program` leaves out the rules that only matter for what is kept, so that a one-off program is refused only for
    what could not run.
    """
    if half := HALF.search(source):
        told = f"the source holds half of a character (U+{ord(half[0]):04X}): write the whole one, or its escape"
        return Admission(source, (Refusal("half_character", told, source.count("\n", 0, half.start()) + 1),))
    facts = parse(source)
    refusals = [Refusal(each["code"], each["message"], each.get("line")) for each in facts.get("refusals", ())]
    signature = _signature(facts)
    if signature is None:
        if not refusals:
            refusals.append(
                Refusal("no_function", "there is no function: write one `async function name(bot, { ... })`")
            )
        return Admission(source, tuple(refusals))
    called, lines = list(dict.fromkeys(facts.get("calls", ()))), facts.get("lines", {})
    language = facts.get("language") or "javascript"
    known = {name: library.get(name).current for name in called if name not in primitives and library.has(name)}
    uses = {name: version for name, version in known.items() if version.language == language}
    said = {refusal.code for refusal in refusals}
    line = next((each.get("line") for each in facts["functions"] if each["name"] == signature.name), None)
    about_name = [*name_refusals(signature.name, primitives), *_taken(signature.name, language, library)]
    refusals += [replace(each, line=line) for each in about_name if each.code not in said]
    refusals += [replace(each, line=line) for each in _quantities_in_parameters([p.name for p in signature.parameters])]
    refusals += [
        Refusal(
            "other_language",
            f"`{name}` is a skill in {version.language} and cannot be called in {language}",
            lines.get(name),
        )
        for name, version in known.items()
        if name not in uses and name != signature.name
    ]
    refusals += [
        replace(_unresolved(name, language, primitives, library), line=lines.get(name))
        for name in called
        if name not in primitives and name not in known and name != signature.name
    ]
    refusals += _hidden_skills(facts, language, signature.name, primitives, library)
    refusals += [
        each
        for call in facts.get("handed", ())
        if call["name"] in uses and call["name"] != signature.name
        for each in _arguments(call, known[call["name"]])
    ]
    refusals += [_unknown_member(each, primitives, library) for each in facts.get("unknown_members", ())]
    if signature.name in called:
        refusals.append(
            Refusal(
                "calls_itself",
                f"`{signature.name}` calls itself: use a loop, or call a skill that does the part",
                lines.get(signature.name),
            )
        )
    refusals += [
        Refusal(
            "cycle",
            f"`{name}` already builds on `{signature.name}`: calling it from here would go in a circle",
            lines.get(name),
        )
        for name, version in uses.items()
        if name != signature.name and library.reaches(version.skill, signature.name)
    ]
    return Admission(
        source,
        tuple(each for each in refusals if not (as_program and each.code in ONLY_FOR_KEEPING)),
        signature,
        facts.get("purpose") or "",
        language,
        uses={name: version.hash for name, version in uses.items() if name != signature.name},
        primitives=tuple(name for name in called if name in primitives),
    )


def _hidden_skills(
    facts: Mapping[str, Any], language: str, own: str, primitives: Mapping[str, str], library: LibraryReader
) -> Iterator[Refusal]:
    """Names within a source that are skills of its language: nobody could tell which of the two is meant."""
    lines = {each["name"]: each.get("line") for each in reversed(facts.get("bound", ()))}
    for name in sorted(lines.keys() - primitives.keys()):
        if name == own or (library.has(name) and library.get(name).current.language == language):
            what = "is this skill itself" if name == own else "is a skill"
            yield Refusal("shadows_skill", f"`{name}` {what}: give what you define another name", lines[name])


def _arguments(call: Mapping[str, Any], called: Version) -> Iterator[Refusal]:
    """What a call of a skill hands over that it does not take, and what it must be given and is not."""
    how = f"it is called {render.call(called.signature, called.language)}"
    parameters = called.signature.parameters
    given = {*(each.name for each in parameters[: call["places"]]), *call["names"]}
    for name in call["names"]:
        if name not in {each.name for each in parameters}:
            yield Refusal("unknown_argument", f"`{called.skill}` takes no `{name}`: {how}", call["line"])
    if call["places"] > len(parameters):
        yield Refusal("unknown_argument", f"`{called.skill}` does not take so many values: {how}", call["line"])
    for each in parameters:
        if each.default is None and each.name not in given:
            yield Refusal("missing_argument", f"`{called.skill}` must be given `{each.name}`: {how}", call["line"])


def _unknown_member(told: Mapping[str, Any], primitives: Mapping[str, str], library: LibraryReader) -> Refusal:
    """Say that a thing does not have what is read of it, and what may have been meant."""
    thing, name, known = str(told["of"]), str(told["name"]), list(told["known"])
    if name in primitives or library.has(name):
        hint = f"call `{name}(bot, ...)`"
    else:
        near = difflib.get_close_matches(name, known, 3, 0.5) if len(known) > MOST_TOLD else []
        hint = f"did you mean {' or '.join(f'`{each}`' for each in near)}?" if near else f"it has {', '.join(known)}"
    return Refusal("unknown_member", f"`{thing}` has no `{name}`: {hint}", told.get("line"))


def _signature(facts: Mapping[str, Any]) -> Signature | None:
    """The signature of the main function; its first parameter is the bot and not a part of it."""
    for function in facts.get("functions", ()):
        if function["name"] == facts.get("main"):
            parameters = [
                Parameter(each["name"], each.get("type") or "any", each.get("default"))
                for each in function["params"]
                if each["name"] != "bot"
            ]
            return Signature(function["name"], tuple(parameters))
    return None


def _taken(name: str, language: str, library: LibraryReader) -> Iterator[Refusal]:
    """That a name is a skill of another language, in use or retired: this source would become its next version."""
    owner = library.language_of(name)
    if owner not in (None, language):
        yield Refusal("name_taken", f"`{name}` is a skill in {owner}: give this one in {language} another name")


def name_refusals(name: str, primitives: Mapping[str, str]) -> Iterator[Refusal]:
    """What stands against the name of a skill."""
    if not NAME.fullmatch(name) or len(name) > MOST_LETTERS:
        yield Refusal(
            "bad_name",
            f"`{name[: 2 * MOST_LETTERS]}` cannot be the name of a skill: take the letters a to z, as in `mineLogs` or "
            f"`save_note`, and at most {MOST_LETTERS} of them",
        )
    if name in primitives:
        yield Refusal("shadows_primitive", f"`{name}` is a primitive: give the skill a name of its own")
    quantity = _quantity(name)
    if quantity:
        yield Refusal(
            "quantity_in_name",
            f"`{name}` has the quantity {quantity!r} in its name: call it `{_without(name, quantity)}` and take a "
            "parameter `count`",
        )


def _quantities_in_parameters(names: Sequence[str]) -> Iterator[Refusal]:
    """Parameters whose names say how many. A digit that only tells like things apart (`x1`, `x2`) says nothing."""
    stems = [re.sub(r"_?\d$", "", name) for name in names]
    for name, stem in zip(names, stems, strict=True):
        quantity = _quantity(stem if stems.count(stem) > 1 else name)
        if quantity:
            yield Refusal(
                "quantity_in_name",
                f"the parameter `{name}` has the quantity {quantity!r} in its name: call it "
                f"`{_without(name, quantity)}`, and let its value say how many",
            )


def _quantity(name: str) -> str | None:
    """The word of a name, or the digits, that say how many."""
    word = next((word for word in apart(name).split() if word in QUANTITIES), None)
    digits = re.search(r"\d+", name)
    return word or (digits and digits[0])


def _without(name: str, quantity: str) -> str:
    """A name without its quantity, written as before: `threeLogs` gives `logs`, `three_files` gives `files`."""
    plain = re.sub(r"_{2,}", "_", re.sub(rf"(?i){quantity}", "", name, count=1)).strip("_")
    return (plain[:1].lower() + plain[1:] if name[:1].islower() else plain) or "count"


def _unresolved(name: str, language: str, primitives: Mapping[str, str], library: LibraryReader) -> Refusal:
    """Say what is wrong with a name that means nothing here, and what the writer may have meant."""
    owner = library.hidden_in(name, language)
    if owner:
        return Refusal(
            "hidden_helper",
            f"`{name}` is a helper inside the skill `{owner}` and cannot be called from outside: "
            f"call `{owner}`, or define what you need yourself",
        )
    if name in library.names(retired=True):
        waits = any(each.skill == name for each in library.quarantined())
        state = "came from elsewhere and is not proven here yet" if waits else "is retired"
        return Refusal("retired_skill", f"the skill `{name}` {state}: call another skill, or do it with primitives")
    near = difflib.get_close_matches(name, [*primitives, *library.names()], 3, 0.6)
    hint = f" Did you mean {' or '.join(f'`{each}`' for each in near)}?" if near else ""
    return Refusal("unknown_name", f"`{name}` is neither a primitive nor a skill nor defined in this program.{hint}")
