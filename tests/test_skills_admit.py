"""Admission: what the parser of the skill language reports becomes refusals a writer can act on, or exact callees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge import language
from bridge.errors import SourceUnreadable
from bridge.language import JavaScript
from envs.desktop.parse import facts as desktop_facts
from memory.db import open_db
from skills.admit import Admission, admit
from skills.errors import Inadmissible, NotAllowed
from skills.graph import SkillGraph
from skills.library import Library
from skills.schema import SKILLS
from skills.skill import Parameter

PRIMITIVES = {"mineBlock": "Digs blocks.", "craftItem": "Crafts.", "placeItem": "Places.", "goTo": "Walks."}
JAVASCRIPT = JavaScript()


@pytest.fixture(autouse=True, scope="module")
def parser() -> Iterator[None]:
    """The process of the real parser, which starts when it is first asked."""
    with JAVASCRIPT:
        yield


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library with one skill, which has a helper of its own inside."""
    library = Library(open_db(tmp_path / "j.db", SKILLS))
    source = """
/** Mines logs of one kind.
 * @param {string} options.kind which wood
 * @param {number} options.count how many more */
async function mineLogs(bot, { kind = '#logs', count = 1 } = {}) {
  async function nearestTree() { return mineBlock(bot, kind, count) }
  return await nearestTree()
}"""
    library.add(judge(source, library), reason="first")
    return library


def judge(source: str, library: Library, *, as_program: bool = False) -> Admission:
    return admit(source, parse=JAVASCRIPT.facts, primitives=PRIMITIVES, library=library, as_program=as_program)


def codes(admission: Admission) -> list[str]:
    return [refusal.code for refusal in admission.refusals]


def test_half_of_a_character_is_refused_with_its_line(library: Library) -> None:
    refused = judge("/** Digs. */\nasync function dig(bot) { return '\ud83d' }", library)
    assert [(each.code, each.line) for each in refused.refusals] == [("half_character", 2)]


def test_a_well_formed_skill_names_its_exact_callees_and_its_signature(library: Library) -> None:
    logs = library.get("mineLogs").current
    assert logs.signature.parameters == (Parameter("kind", "string", "'#logs'"), Parameter("count", "number", "1"))
    assert logs.purpose == "Mines logs of one kind."
    assert logs.primitives == ("mineBlock",)
    admission = judge(
        "async function craftPlanks(bot, { count = 4 } = {}) {"
        " await mineLogs(bot, { count: 1 }); return craftItem(bot, 'oak_planks', count) }",
        library,
    )
    assert admission.admitted
    assert (admission.uses, admission.primitives) == ({"mineLogs": logs.hash}, ("craftItem",))
    planks = library.add(admission, reason="task done")
    assert [module["name"] for module in SkillGraph(library).modules(planks.hash)] == ["mineLogs", "craftPlanks"]


def test_an_unknown_name_is_refused_with_what_may_have_been_meant(library: Library) -> None:
    admission = judge("async function dig(bot) { return minesBlock(bot, 'stone') }", library)
    assert codes(admission) == ["unknown_name"]
    assert "Did you mean `mineBlock`?" in admission.refusals[0].message


def test_a_helper_inside_another_skill_cannot_be_called(library: Library) -> None:
    admission = judge("async function walk(bot) { return nearestTree() }", library)
    assert codes(admission) == ["hidden_helper"]
    assert "inside the skill `mineLogs`" in admission.refusals[0].message


def test_a_retired_skill_cannot_be_called(library: Library) -> None:
    library.retire("mineLogs", reason="bad")
    assert codes(judge("async function walk(bot) { return mineLogs(bot) }", library)) == ["retired_skill"]


def test_a_circle_is_refused_before_it_is_kept(library: Library) -> None:
    library.add(judge("async function gather(bot) { return mineLogs(bot) }", library), reason="r")
    admission = judge("async function mineLogs(bot) { return gather(bot) }", library)
    assert codes(admission) == ["cycle"]
    with pytest.raises(Inadmissible, match="`gather` already builds on `mineLogs`"):
        library.add(admission, reason="r")


def test_a_quantity_in_the_name_matters_only_for_what_is_kept(library: Library) -> None:
    source = "async function mineFiveStones(bot, { kind = 'stone' } = {}) { return mineBlock(bot, 'stone', 5) }"
    assert sorted(codes(judge(source, library))) == ["quantity_in_name", "unused_parameter"]
    assert judge(source, library, as_program=True).admitted


@pytest.mark.parametrize(
    ("parameters", "quantities", "instead"),
    [
        ("threeLogs = 1", ["three"], ["`logs`"]),
        ("logs3 = 1", ["3"], ["`logs`"]),
        ("count = 1, dozenEggs = 1, take5Logs = 1", ["dozen", "5"], ["`eggs`", "`takeLogs`"]),
        ("two = 1", ["two"], ["`count`"]),
        ("x1 = 1, x2 = 1, path = '', path2 = ''", [], []),
        ("weight = 1, tone = 1, often = 1", [], []),
    ],
)
def test_no_parameter_says_how_many_in_its_name(
    library: Library, parameters: str, quantities: list[str], instead: list[str]
) -> None:
    names = [each.split(" =")[0] for each in parameters.split(", ")]
    source = f"async function gather(bot, {{ {parameters} }} = {{}}) {{ return [{', '.join(names)}] }}"
    refusals = judge(source, library).refusals
    assert [refusal.code for refusal in refusals] == ["quantity_in_name"] * len(quantities)
    for refusal, quantity, plain in zip(refusals, quantities, instead, strict=True):
        assert f"quantity {quantity!r}" in refusal.message
        assert f"call it {plain}" in refusal.message
    assert judge(source, library, as_program=True).admitted


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("mineFiveLogs", "five"),
        ("mineHundredLogs", "hundred"),
        ("mine_twenty_logs", "twenty"),
        ("mine3Logs", "3"),
        ("oftenUsed", ""),
        ("attendCow", ""),
        ("craftWoodenPickaxe", ""),
    ],
)
def test_no_skill_says_how_many_in_its_name_in_either_language(library: Library, name: str, quantity: str) -> None:
    for admission in (
        judge(f"async function {name}(bot) {{ return 1 }}", library),
        desktop(f"def {name}() -> int:\n    return 1", library),
    ):
        assert codes(admission) == (["quantity_in_name"] if quantity else [])
        assert all(f"the quantity {quantity!r}" in each.message for each in admission.refusals)


def test_no_parameter_of_a_desktop_skill_says_how_many_in_its_name(library: Library) -> None:
    source = "def tidy(three_files: list) -> list:\n    return three_files"
    (refusal,) = admit(source, parse=desktop_facts, primitives={}, library=library).refusals
    assert "`three_files` has the quantity 'three' in its name: call it `files`" in refusal.message


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("async function mineBlock(bot) { return 1 }", "shadows_primitive"),
        ("async function f(bot) { return ", "syntax"),
        ("const x = 1\nasync function f(bot) { return x }", "outside_code"),
        ("// nothing here", "no_function"),
        ("async function f(bot) { return process.env }", "forbidden_name"),
    ],
)
def test_what_could_never_run_is_refused_even_as_a_program(library: Library, source: str, code: str) -> None:
    assert code in codes(judge(source, library, as_program=True))


@pytest.mark.parametrize(
    "inside",
    [
        "const mineLogs = 3; return mineLogs",
        "function mineLogs () { return 1 } return mineLogs()",
        "return [1].map(mineLogs => mineLogs)",
        "{ const mineLogs = 1 } return mineLogs(bot, { count: 1 })",
    ],
)
def test_a_skill_may_not_be_hidden_by_a_name_within(library: Library, inside: str) -> None:
    admission = judge(f"async function gather(bot) {{ {inside} }}", library)
    assert codes(admission) == ["shadows_skill"]
    assert "`mineLogs` is a skill" in admission.refusals[0].message
    library.retire("mineLogs", reason="bad")
    assert "shadows_skill" not in codes(judge(f"async function gather(bot) {{ {inside} }}", library))


@pytest.mark.parametrize(
    ("inside", "hint"),
    [
        ("bot.inventory.countUsedSlots()", "`bot.inventory` has no `countUsedSlots`: it has slots, "),
        ("bot.entity.health", "`bot.entity` has no `health`: did you mean `heldItem` or `height`"),
        ("bot.findBlok({ matching: 'dirt' })", "did you mean `findBlock` or `findBlocks`"),
        ("bot.time.hour", "it has timeOfDay, day, isDay, age, moonPhase"),
        ("bot.mineBlock('stone', 1)", "call `mineBlock(bot, ...)`"),
        ("bot.mineLogs({ count: 1 })", "call `mineLogs(bot, ...)`"),
    ],
)
def test_what_the_bot_does_not_have_is_refused_with_what_it_has(library: Library, inside: str, hint: str) -> None:
    admission = judge(f"async function look(bot) {{ return {inside} }}", library, as_program=True)
    assert codes(admission) == ["unknown_member"]
    assert hint in admission.refusals[0].message
    assert admission.refusals[0].line == 1


def test_a_skill_may_not_hide_itself(library: Library) -> None:
    admission = judge("async function gather(bot) { const gather = 1; return gather }", library)
    assert codes(admission) == ["shadows_skill"]


def test_what_a_skill_of_the_desktop_is_called_means_nothing_to_a_minecraft_skill(library: Library) -> None:
    source = "def note(text: str) -> str:\n    type_text(text)\n    return text"
    library.add(admit(source, parse=desktop_facts, primitives={"type_text": ""}, library=library), reason="r")
    assert judge("async function sing(bot) { const note = 'c'; return note }", library).admitted
    calls = judge("async function sing(bot) { return note('c') }", library)
    assert (codes(calls), calls.uses) == (["other_language"], {})
    hides = admit(
        "def tell() -> int:\n    note = 1\n    return note", parse=desktop_facts, primitives={}, library=library
    )
    assert codes(hides) == ["shadows_skill"]


@pytest.mark.parametrize(
    ("call", "code", "told"),
    [
        (
            "mineLogs(bot, { amount: 5 })",
            "unknown_argument",
            "`mineLogs` takes no `amount`: it is called mineLogs(bot, {",
        ),
        ("mineLogs(bot, { kind: 'a', 'count': 5 })", "", ""),
        ("mineLogs(bot)", "", ""),
        ("mineLogs(bot, { ...own })", "", ""),
        ("mineLogs(bot, own)", "", ""),
        ("goDown(bot, { level: 5 })", "", ""),
        ("goDown(bot)", "missing_argument", "`goDown` must be given `level`"),
        ("mineBlock(bot, { amount: 5 })", "", ""),
    ],
)
def test_a_call_hands_a_skill_what_it_takes(library: Library, call: str, code: str, told: str) -> None:
    library.add(judge("async function goDown(bot, { level }) { return level }", library), reason="r")
    admission = judge(f"async function dig(bot, {{ own = {{}} }} = {{}}) {{\n  return [own, await {call}]\n}}", library)
    assert codes(admission) == ([code] if code else [])
    assert all(told in each.told and each.told.startswith("Line 2: ") for each in admission.refusals)


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        ("note(text, 'b')", []),
        ("note(path=text, text='b')", []),
        ("note(*text)", []),
        ("note(text)", ["missing_argument"]),
        ("note(text, 'b', 'c', 'd')", ["unknown_argument"]),
        ("note(text, words='b')", ["unknown_argument", "missing_argument"]),
    ],
)
def test_a_call_hands_a_desktop_skill_what_it_takes(library: Library, call: str, wanted: list[str]) -> None:
    source = "def note(text: str, path: str, tries: int = 1) -> list:\n    type_text(text)\n    return [path, tries]"
    library.add(desktop(source, library), reason="r")
    assert codes(desktop(f"def tell(text: str) -> list:\n    return {call}", library)) == wanted


def desktop(source: str, library: Library) -> Admission:
    return admit(source, parse=desktop_facts, primitives={"type_text": ""}, library=library)


def test_a_name_belongs_to_one_language_for_good(library: Library) -> None:
    note = library.add(
        desktop("def note(text: str) -> str:\n    type_text(text)\n    return text", library), reason="r"
    )
    library.retire("mineLogs", reason="bad")
    python = desktop("def mineLogs(text: str) -> str:\n    type_text(text)\n    return text", library)
    script = judge("async function note(bot, { text } = {}) { return text }", library)
    assert (codes(python), codes(script)) == (["name_taken"], ["name_taken"])
    assert "`note` is a skill in python: give this one in javascript another name" in script.refusals[0].message
    with pytest.raises(NotAllowed, match="'note' is a skill in python"):
        library.add(replace(script, refusals=()), reason="r")
    with pytest.raises(NotAllowed, match="'mineLogs' is a skill in javascript"):
        library.quarantine(replace(python, refusals=()), "elsewhere", reason="r")
    assert [each.hash for each in library.versions("note")] == [note.hash]


@pytest.mark.parametrize("name", ["minéLogs", "mineL\u043egs", "$", "_logs", "m" * 65])
def test_a_name_that_runners_and_folders_cannot_bear_is_refused(library: Library, name: str) -> None:
    assert codes(judge(f"async function {name}(bot) {{ return 1 }}", library)) == ["bad_name"]
    assert "bad_name" in codes(desktop(f"def {name}() -> int:\n    return 1", library)) or name == "$"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ("{ kind, count = 1 } = {}", None),
        ("{ at: { x } }", None),
        ("kind, count = 1", "unnamed_parameters"),
        ("options = {}", "unnamed_parameters"),
        ("...given", "unnamed_parameters"),
        ("{ kind, ...rest }", "unnamed_parameters"),
    ],
)
def test_a_skill_takes_its_parameters_by_name_as_it_is_called(
    library: Library, parameters: str, code: str | None
) -> None:
    names = re.findall(r"\b(?:kind|count|x|options|given|rest)\b", parameters)
    source = f"async function dig(bot, {parameters}) {{ return [{', '.join(names)}] }}"
    assert codes(judge(source, library)) == ([code] if code else [])


def test_what_only_sloppy_code_may_do_is_refused_because_programs_run_in_strict_mode(library: Library) -> None:
    for inside in ("with (bot) { look() }", "let own = 1; delete own", "const own = 017"):
        assert codes(judge(f"async function look(bot) {{ {inside}; return 1 }}", library)) == ["syntax"], inside


def test_a_generator_is_no_skill(library: Library) -> None:
    assert codes(judge("async function* dig(bot) { yield 1; return 1 }", library)) == ["generator"]
    assert codes(desktop("def read() -> int:\n    yield 1\n    return 1", library)) == ["generator"]
    inner = "def read() -> list:\n    def each():\n        yield 1\n    return list(each())"
    assert codes(desktop(inner, library)) == []


@pytest.mark.parametrize("helper", ["def clean(word):\n        return word", "clean = lambda word: word"])
def test_a_helper_inside_a_desktop_skill_cannot_be_called_from_another(library: Library, helper: str) -> None:
    note = f"def note(text: str) -> str:\n    {helper}\n    type_text(clean(text))\n    return text"
    library.add(desktop(note, library), reason="r")
    (refusal,) = desktop("def tell(text: str) -> str:\n\n    return clean(text)", library).refusals
    assert (refusal.code, refusal.line) == ("hidden_helper", 3)
    assert "inside the skill `note`" in refusal.message
    assert codes(judge("async function walk(bot) { return clean(1) }", library)) == ["unknown_name"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("async function walk(bot) {\n\n  return missing(bot)\n}", "unknown_name"),
        ("async function walk(bot) {\n\n  return nearestTree()\n}", "hidden_helper"),
        ("async function walk(bot) {\n\n  return walk(bot)\n}", "calls_itself"),
        ("// so\n\nasync function mineTwentyLogs(bot) { return 1 }", "quantity_in_name"),
        ("// so\n\nasync function größe(bot) { return 1 }", "bad_name"),
    ],
)
def test_what_a_library_refuses_is_told_with_its_line(library: Library, source: str, code: str) -> None:
    (refusal,) = judge(source, library).refusals
    assert (refusal.code, refusal.line) == (code, 3)


@pytest.mark.parametrize("inside", ["mineBlock(bot, 'dirt', own)", "mineLogs(bot, { count: own })"])
def test_a_fixed_amount_is_no_less_fixed_under_a_name(library: Library, inside: str) -> None:
    source = f"async function dig(bot) {{ const own = 7; return {inside} }}"
    (refusal,) = judge(source, library).refusals
    assert (refusal.code, "(7)" in refusal.message) == ("no_parameter", True)
    assert judge(source.replace("const own = 7", "const own = await mineLogs(bot)"), library).admitted


def test_a_desktop_skill_that_calls_itself_is_refused(library: Library) -> None:
    admission = admit(
        "def count(n: int) -> int:\n    return count(n - 1) if n else 0",
        parse=desktop_facts,
        primitives={},
        library=library,
    )
    assert codes(admission) == ["calls_itself"]


def test_a_parser_that_reports_a_self_call_has_it_refused(library: Library) -> None:
    facts = {"main": "f", "functions": [{"name": "f", "params": []}], "calls": ["f"], "refusals": []}
    admission = admit("def f(): f()", parse=lambda _: facts, primitives={}, library=library)
    assert codes(admission) == ["calls_itself"]


def test_a_parser_that_dies_in_the_middle_of_an_answer_could_not_read_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "dies"
    script.write_text("#!/bin/sh\nread asked\nprintf '{\"ok\": tr'\n")
    script.chmod(0o755)
    monkeypatch.setattr(language, "find_node", lambda: script)
    with JavaScript() as javascript, pytest.raises(SourceUnreadable, match="ended"):
        javascript.facts("async function one(bot) { return 1 }")
