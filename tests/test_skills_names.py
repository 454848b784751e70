"""Properties of admission: no name that a program is given can be hidden anywhere in it, and our own programs pass."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent import known_goals, plan_source, planning
from agent.adjustments import Adjustments
from agent.brain import KnownSkill
from agent.desktop_planning import survey
from agent.errors import BrainError
from bridge.language import JavaScript, primitives
from bridge.node import find_node, packages_dir
from curriculum import gamedata
from envs.desktop import parse as python
from envs.desktop.broker import documentation
from memory.db import open_db
from skills.admit import Admission, admit
from skills.library import Library
from skills.planning import PlanStep, SkillPlan
from skills.schema import SKILLS

JAVASCRIPT = JavaScript()
ROOT = Path(__file__).parents[1]
HIDING = {"shadows_primitive", "shadows_global", "shadows_skill", "syntax"}
"""The refusals that a hidden name may have; some names cannot even be written in some places."""

PRIMITIVES, DOCUMENTATION = primitives(), documentation()
JS_NAMES = [*PRIMITIVES, "mineLogs", "wearHat"]
JS_BINDINGS = [
    "const {0} = 1",
    "let {0}",
    "var {0} = 1",
    "function {0} () {{ return 1 }}",
    "async function * {0} () {{ yield 1 }}",
    "class {0} {{ }}",
    "const own = class {0} {{ }}",
    "const own = function {0} () {{ }}",
    "const own = ({0}) => 1",
    "const own = (first, ...{0}) => first",
    "const own = {{ method ({{ deep: [{0} = 1] }}) {{ return 1 }} }}",
    "const {{ {0} }} = {{}}",
    "const {{ deep: {{ {0}: own = 1, ...{0} }} }} = {{ deep: {{}} }}",
    "const [, [{0}]] = [1, [2]]",
    "try {{ own() }} catch ({0}) {{ }}\nfunction own () {{ }}",
    "try {{ }} catch ({{ message: {0} }}) {{ }}",
    "for (const {0} of [1]) {{ }}",
    "for (const {0} in {{}}) {{ }}",
    "for (let {0} = 0; {0} < 1; {0}++) {{ }}",
    "for await (const [{0}] of []) {{ }}",
    "switch (1) {{ case 1: let {0} }}",
]
JS_AROUND = [
    "{{\n{0}\n}}",
    "if (count > 1) {{\n{0}\n}}",
    "for (const item of [1]) {{\n{0}\n}}",
    "await (async () => {{\n{0}\n}})()",
    "await Promise.all([1].map(async function (each) {{\n{0}\n}}))",
    "try {{\n{0}\n}} catch (error) {{ throw error }}",
    "async function inner (bot, some) {{\n{0}\nreturn some\n}}\nawait inner(bot, 1)",
    "do {{\n{0}\n}} while (count < 0)",
    "const kept = {{ async method () {{\n{0}\n}} }}",
    "switch (count) {{ default: {{\n{0}\n}} }}",
]
JS_PROGRAM = (
    "async function doIt(bot, {{ count = 1 }} = {{}}) {{\nawait mineBlock(bot, 'dirt', count)\n{0}\nreturn count\n}}"
)

PYTHON_NAMES = [*DOCUMENTATION, *sorted(python.GIVEN - {"__debug__", "None", "True", "False"}), "save_note"]
PYTHON_BINDINGS = [
    "{0} = 1",
    "{0}: int = 1",
    "{0} += 1",
    "own, ({0}, *rest) = 1, (2, 3)",
    "own = [{0} := 1]",
    "del {0}",
    "own = lambda {0}: 1",
    "own = lambda *{0}: 1",
    "own = lambda **{0}: 1",
    "own = [1 for {0} in []]",
    "own = {{1: 1 for own in [] for own, {0} in []}}",
    "import json as {0}",
    "from math import pi as {0}",
    "for {0} in []:\n    pass",
    "for own, {0} in []:\n    pass",
    "with own as {0}:\n    pass",
    "with own as (some, {0}):\n    pass",
    "try:\n    pass\nexcept ValueError as {0}:\n    pass",
    "def {0}() -> int:\n    return 1",
    "class {0}:\n    pass",
    "def own(some: int, /, *, {0}: int = 1) -> int:\n    return 1",
    "async def {0}() -> int:\n    return 1",
    "match n:\n    case {{'own': {0}}}:\n        pass",
    "match n:\n    case [1, *{0}]:\n        pass",
    "match n:\n    case {{'own': 1, **{0}}}:\n        pass",
    "global {0}\n{0} = 1",
]
PYTHON_AROUND = [
    "if n:\n{0}",
    "for each in [1]:\n{0}",
    "while n:\n{0}",
    "def inner(some: int) -> None:\n{0}",
    "try:\n{0}\nfinally:\n    pass",
    "class Inner:\n{0}",
    "with own:\n{0}",
]


@pytest.fixture(autouse=True, scope="module")
def parser() -> Iterator[None]:
    """The process of the real parser, which starts when it is first asked."""
    with JAVASCRIPT:
        yield


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library with skills of both languages."""
    library = Library(open_db(tmp_path_factory.mktemp("library") / "j.db", SKILLS))
    for name in ("mineLogs", "wearHat"):
        source = f"async function {name}(bot, {{ count = 1 }} = {{}}) {{ return await mineBlock(bot, '#logs', count) }}"
        library.add(minecraft(source, library), reason="r")
    library.add(desktop("def save_note(text: str) -> str:\n    type_text(text)\n    return text", library), reason="r")
    return library


@pytest.fixture(scope="module")
def offered() -> list[str]:
    """What the sandbox offers to all programs in JavaScript, as the parser knows it."""
    script = "console.log(JSON.stringify([...require('./bridge/parse').GLOBALS]))"
    done = subprocess.run(
        [find_node(), "-e", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"NODE_PATH": str(packages_dir())},
    )
    return list(json.loads(done.stdout))


def minecraft(source: str, library: Library) -> Admission:
    return admit(source, parse=JAVASCRIPT.facts, primitives=PRIMITIVES, library=library)


def desktop(source: str, library: Library) -> Admission:
    return admit(
        source, parse=lambda text: python.facts(text, DOCUMENTATION), primitives=DOCUMENTATION, library=library
    )


def codes(admission: Admission) -> set[str]:
    return {refusal.code for refusal in admission.refusals}


@settings(max_examples=150)
@given(data=st.data(), way=st.sampled_from(JS_BINDINGS), around=st.lists(st.sampled_from(JS_AROUND), max_size=3))
def test_no_name_can_be_hidden_in_javascript(
    library: Library, offered: list[str], data: st.DataObject, way: str, around: list[str]
) -> None:
    def program(name: str) -> str:
        code = way.format(name)
        for each in around:
            code = each.format(code)
        return JS_PROGRAM.format(code)

    name = data.draw(st.sampled_from([*JS_NAMES, *offered]))
    admission = minecraft(program(name), library)
    assert codes(admission) & HIDING, program(name)
    assert any(name in refusal.message or refusal.code == "syntax" for refusal in admission.refusals)
    assert minecraft(program("mine"), library).refusals == (), program("mine")


@settings(max_examples=150)
@given(
    name=st.sampled_from(PYTHON_NAMES),
    way=st.sampled_from(PYTHON_BINDINGS),
    around=st.lists(st.sampled_from(PYTHON_AROUND), max_size=3),
)
def test_no_name_can_be_hidden_in_python(library: Library, name: str, way: str, around: list[str]) -> None:
    def program(name: str) -> str:
        code = way.format(name)
        for each in around:
            code = each.format(re.sub("^", "    ", code, flags=re.M))
        body = re.sub("^", "    ", code, flags=re.M)
        return f"def do_it(n: int) -> int:\n    own = windows()\n{body}\n    return n"

    admission = desktop(program(name), library)
    assert codes(admission) & HIDING, program(name)
    assert any(name in refusal.message or refusal.code == "syntax" for refusal in admission.refusals)
    assert desktop(program("mine"), library).refusals == (), program("mine")


def test_no_parameter_can_hide_a_name(library: Library, offered: list[str]) -> None:
    for name in [*JS_NAMES, *offered]:
        source = f"async function doIt(bot, {{ {name} = 1 }} = {{}}) {{ return {name} }}"
        assert codes(minecraft(source, library)) & HIDING, name
    for name in PYTHON_NAMES:
        assert codes(desktop(f"def do_it({name}: int) -> int:\n    return {name}", library)) & HIDING, name


def written(known: bool) -> Mapping[str, str]:
    """Programs of Minecraft's planner by their names: of tools with nothing known, or of all with their ingredients."""
    data = gamedata.load()

    def skill(names: tuple[str, ...]) -> KnownSkill | None:
        return KnownSkill("mineLogs", "v1:0", {"count": "1"}, "", names, "trusted", 0.9) if known else None

    found = {}
    for item in data.ranks() if known else [item for item in data.ranks() if item.endswith(("_pickaxe", "bucket"))]:
        try:
            plan = planning.plan_for(item, data, skill, Adjustments.none())
        except BrainError:
            continue  # what the planner knows no way to
        found[plan.name] = plan_source.write(plan)
    return found


@pytest.mark.parametrize(("known", "least"), [(False, 8), (True, 450)])
def test_every_program_of_the_planner_is_admitted(library: Library, known: bool, least: int) -> None:
    sources = written(known)
    admissions = {name: minecraft(source, library) for name, source in sources.items()}
    assert {name: each.refusals for name, each in admissions.items() if not each.admitted} == {}
    bound = {each["name"] for source in sources.values() for each in JAVASCRIPT.facts(source)["bound"]}
    assert len(sources) >= least
    assert not bound & set(sources), "a skill that the planner names one day hides in no other of its programs"


def test_every_plan_over_skills_is_admitted(library: Library) -> None:
    step = PlanStep("mineLogs", "v1:0", {}, "oak_log", 2, 60.0, 0.9, 3, "trusted")
    steps = tuple(replace(step, args={"count": count}) for count in (1, 2, 3))
    found = SkillPlan("oak_log", 2, True, steps)
    assert minecraft(known_goals.write(found), library).refusals == ()


def test_what_models_wrote_in_recorded_journeys_and_how_programs_are_explored_is_admitted(library: Library) -> None:
    assert desktop(survey.SOURCE.strip() + "\n", library).refusals == ()
    seen = 0
    for file in sorted((ROOT / "tests" / "replays").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            if told.get("role") != "write":
                continue
            for language, source in re.findall(r"```(js|python)\n(.*?)```", told["answer"], re.S):
                found = JAVASCRIPT.facts(source) if language == "js" else python.facts(source, DOCUMENTATION)
                assert found["refusals"] == [], source
                assert found.get("unknown_members", []) == [], source
                seen += 1
    assert seen >= 20
