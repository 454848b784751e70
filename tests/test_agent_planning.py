"""The planner: what it plans over game data and skills, how failures change it, that its programs are admitted."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agent import plan_source, planning
from agent.adjustments import Adjustments, adjust
from agent.brain import Attempt, KnownSkill, WriteRequest
from agent.brains.planner import Planner
from agent.errors import BrainError
from bridge.language import primitives
from curriculum import checks, gamedata
from curriculum.checks import Gained, Killed, Placed
from curriculum.gamedata import GameData
from curriculum.task import Task

LADDER = [
    *(
        "#logs",
        "#planks",
        "stick",
        "crafting_table",
        "wooden_pickaxe",
        "cobblestone",
        "stone_pickaxe",
        "furnace",
        "coal",
    ),
    *("raw_iron", "iron_ingot", "iron_pickaxe", "torch", "bucket", "beef", "cooked_beef", "charcoal", "white_wool"),
    *("shield", "diamond", "diamond_pickaxe", "water_bucket", "white_bed"),
]


@pytest.fixture(scope="module")
def data() -> GameData:
    return gamedata.load()


def nothing(names: tuple[str, ...]) -> KnownSkill | None:
    return None


def skill(name: str, *gives: str) -> KnownSkill:
    return KnownSkill(name, "v1:0", {"count": "1"}, "", gives, "candidate", 0.67)


def request(check: checks.Check, *attempts: Attempt, item: str | None = None) -> WriteRequest:
    task = Task(checks.describe(check), check, item=item)
    return WriteRequest(task, checks.describe(check), {"inventory": {}}, attempts, (), (), {"mineBlock": ""})


def failed(code: str, value: object = None, **more: object) -> Attempt:
    error = {"code": code, "message": "", "value": value, "remedy": "", **more}
    return Attempt(1, "craftThing", "", {}, "threw", error, "")


def refusals(
    sources: Mapping[str, str], node: Path, environment: Mapping[str, str], root: Path
) -> dict[str, list[str]]:
    """What the parser of the bridge says against each source."""
    script = (
        "const { facts } = require('./bridge/parse');"
        "const all = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        "console.log(JSON.stringify(Object.fromEntries(Object.entries(all).map(([k, s]) => [k, facts(s).refusals]))))"
    )
    done = subprocess.run(
        [node, "-e", script],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        cwd=root,
        env=dict(environment),
        check=True,
    )
    return {name: found for name, found in json.loads(done.stdout).items() if found}


def test_every_obtainable_item_gets_a_program_that_the_parser_admits(
    data: GameData, node: Path, node_environment: Mapping[str, str], root: Path
) -> None:
    sources = {}
    for item in data.ranks():
        try:
            sources[item] = plan_source.write(planning.plan_for(item, data, nothing, Adjustments.none()))
        except BrainError:
            continue  # what must be planted or poured first: the planner says so instead of guessing
    assert len(sources) > 0.8 * len(data.ranks())
    assert set(LADDER) - set(sources) <= {name for name in LADDER if name.startswith("#")}
    assert refusals(sources, node, node_environment, root) == {}


def test_programs_never_carry_a_quantity_in_their_name_or_a_fixed_amount(data: GameData) -> None:
    for target in LADDER:
        source = plan_source.write(planning.plan_for(target, data, nothing, Adjustments.none()))
        assert "count = 1" in source
        assert "count" in source.split("{", 1)[1].split("= {}", 1)[1]


def test_a_known_skill_is_called_instead_of_written_again(data: GameData) -> None:
    known = {"stick": skill("craftStick", "stick"), "#planks": skill("craftPlanks", "oak_planks")}
    plan = planning.plan_for("wooden_pickaxe", data, lambda names: known.get(names[0]), Adjustments.none())
    assert {need.target[0]: need.skill for need in plan.needs if need.skill} == {
        "stick": "craftStick", "#planks": "craftPlanks",
    }  # fmt: skip
    assert "await craftStick(bot" in plan_source.write(plan)


def test_ingredients_are_as_general_as_the_recipe(data: GameData) -> None:
    targets = {need.target[0] for need in planning.plan_for("stone_pickaxe", data, nothing, Adjustments.none()).needs}
    assert targets == {"crafting_table", "#stone_tool_materials", "stick"}


def test_what_is_made_of_other_ingredients_comes_before_them(data: GameData) -> None:
    """Sticks are made of planks: gaining them after the planks would eat the planks."""
    needs = [need.target[0] for need in planning.plan_for("wooden_pickaxe", data, nothing, Adjustments.none()).needs]
    assert needs.index("stick") < needs.index("#planks")


LAKE = """
const bot = { entity: { position: { x: 0, y: 63, z: 0 } }, lookAt: async () => {} }
const walked = [], Vec3 = class {}
let mined = 0
const refuse = code => { throw Object.assign(new Error(code), { code }) }
const countItems = async (_, name) => name === 'diamond' ? mined : 9
const goTo = async () => {}, digTunnel = async () => {}, ascendToSurface = async () => {}, craftItem = async () => {}
const descendTo = async (_, y) => walked.length ? bot.entity.position.y = y : refuse('unreachable')
const exploreUntil = async () => { walked.push(1) }
const mineBlock = async () => bot.entity.position.y < 0 ? mined++ : refuse('not_found')
PROGRAM
const places = { diamond_ore: [{ x: 3, y: -50, z: 3 }] }
mineDiamond(bot, { places }).then(({ gained }) => console.log(gained, walked.length))
"""
"""A world whose one known diamond lies under water, through which nobody digs down."""


def test_who_cannot_dig_down_through_water_walks_on_and_digs_down_there(data: GameData, node: Path) -> None:
    tool = skill("craftIronPickaxe", "iron_pickaxe")
    plan = planning.plan_for(
        "diamond", data, lambda names: tool if "iron_pickaxe" in names else None, Adjustments.none()
    )
    program = LAKE.replace("PROGRAM", plan_source.write(plan))
    done = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1"]


SHAFT = """
const bot = { entity: { position: { x: 200, y: 63, z: 0 } } }
let mined = 0, dug = 0
class Vec3 { constructor (x, y, z) { Object.assign(this, { x, y, z }) } }
const countItems = async (_, name) => name === 'diamond' ? mined : 9
const refuse = code => { throw Object.assign(new Error(code), { code }) }
const goTo = async (_, { x, y }, range) => {
  const at = bot.entity.position
  if (y !== undefined) dug += Math.abs(x - at.x)
  if (Math.abs(x - at.x) > range) at.x = x + range * Math.sign(at.x - x)
  at.y = y ?? at.y
}
const descendTo = async (_, y) => { bot.entity.position.y = y }
const digTunnel = async () => {}, ascendToSurface = async () => {}, exploreUntil = async () => {}
const near = ({ x, y }) => y < 0 && Math.abs(x) <= 32
const mineBlock = async () => near(bot.entity.position) ? mined++ : refuse('not_found')
PROGRAM
const places = { diamond_ore: [{ x: 0, y: -50, z: 0 }] }
mineDiamond(bot, { places }).then(({ gained }) => console.log(gained, dug < 16))
"""
"""A world with one diamond 200 blocks away that is remembered; `dug` is how far a path was searched through rock."""


def test_the_way_to_what_is_remembered_goes_above_ground_until_it_is_below(data: GameData, node: Path) -> None:
    tool = skill("craftIronPickaxe", "iron_pickaxe")
    plan = planning.plan_for(
        "diamond", data, lambda names: tool if "iron_pickaxe" in names else None, Adjustments.none()
    )
    program = SHAFT.replace("PROGRAM", plan_source.write(plan))
    done = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "true"]


CAVE = """
const bot = { entity: { position: { x: 0, y: HEIGHT, z: 0 } } }
const has = HAS, done = [], Vec3 = class {}
const countItems = async (_, names) => [].concat(names).reduce((sum, name) => sum + (has[name] ?? 0), 0)
const gain = (name, fails) => async (_, { count }) => {
  done.push(`${name} ${count}`)
  if (fails) throw Object.assign(new Error(name), { code: fails })
  has[name] = (has[name] ?? 0) + count
}
const craftStick = gain('stick', STICK), craftStoneSword = gain('stone_sword')
const craftStonePickaxe = gain('stone_pickaxe'), craftWoodenPickaxe = gain('wooden_pickaxe')
const craftIronPickaxe = gain('iron_pickaxe')
const mineBlock = async (_, blocks, count) => { has.GAINED = (has.GAINED ?? 0) + count }
PROGRAM
NAME(bot).then(() => console.log(done.join(', ')))
"""
"""A world in which every block is at hand, and a pocket with a few things."""


@pytest.mark.parametrize(
    ("target", "height", "has", "stick", "done"),
    [
        ("diamond", 63, {"iron_pickaxe": 1}, "null", "stick 4, stone_pickaxe 1, stone_sword 1"),
        ("diamond", 63, {"iron_pickaxe": 1, "stick": 9, "stone_pickaxe": 1, "iron_sword": 1}, "null", ""),
        ("diamond", -20, {"iron_pickaxe": 1}, "null", ""),
        ("diamond", -20, {"iron_pickaxe": 1, "stick": 4}, "null", "stone_pickaxe 1, stone_sword 1"),
        ("coal", 63, {"wooden_pickaxe": 1, "stick": 1}, "null", "stick 3"),
        ("coal", 63, {"wooden_pickaxe": 1}, "'not_found'", "stick 4"),
        ("coal", -20, {"#stone_tool_materials": 3}, "null", "stone_pickaxe 1"),
        ("coal", -20, {"#stone_tool_materials": 2}, "null", "wooden_pickaxe 1"),
    ],
)
def test_who_goes_below_takes_along_what_another_tool_is_made_of(
    data: GameData, node: Path, target: str, height: int, has: dict[str, int], stick: str, done: str
) -> None:
    tools = ("stick", "stone_pickaxe", "stone_sword", "wooden_pickaxe", "iron_pickaxe")
    known = {name: skill(f"craft{planning.camel(name)}", name) for name in tools}
    plan = planning.plan_for(
        target, data, lambda names: next((known[n] for n in names if n in known), None), Adjustments.none()
    )
    parts = {"HEIGHT": str(height), "HAS": json.dumps(has), "STICK": stick, "GAINED": target, "NAME": plan.name}
    program = CAVE
    for name, value in {**parts, "PROGRAM": plan_source.write(plan)}.items():
        program = program.replace(name, value)
    ended = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == done


def test_a_tool_that_breaks_is_made_again_in_the_same_program(data: GameData, node: Path) -> None:
    program = """
    const bot = { entity: { position: { x: 0, y: -20, z: 0 } } }, done = [], Vec3 = class {}
    const has = { iron_pickaxe: 1 }
    const countItems = async (_, names) => [].concat(names).reduce((sum, name) => sum + (has[name] ?? 0), 0)
    const refuse = code => { throw Object.assign(new Error(code), { code }) }
    const craftIronPickaxe = async () => { done.push('iron'); has.iron_pickaxe = 1 }
    const craftStonePickaxe = async () => { done.push('stone'); has.stone_pickaxe = 1 }
    const descendTo = async (_, y) => { if (!has.stone_pickaxe) refuse('no_tool'); bot.entity.position.y = y }
    let dug = 0
    const mineBlock = async () => {
      if (bot.entity.position.y > -30) refuse('not_found')
      if (dug++ === 0) { has.iron_pickaxe = 0; refuse('no_tool') }
      has.diamond = 1
    }
    """
    known = {name: skill(f"craft{planning.camel(name)}", name) for name in ("stone_pickaxe", "iron_pickaxe")}
    plan = planning.plan_for(
        "diamond", data, lambda names: next((known[n] for n in names if n in known), None), Adjustments.none()
    )
    program += plan_source.write(plan) + ";mineDiamond(bot).then(({ gained }) => console.log(gained, done.join()))"
    ended = subprocess.run([node, "-e", program], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["1", "stone,iron"]


def test_a_tool_of_stone_is_no_way_to_the_stone_that_it_is_made_of(data: GameData) -> None:
    known = {name: skill(f"craft{planning.camel(name)}", name) for name in ("stone_pickaxe", "wooden_pickaxe")}
    for target in ("cobblestone", "#stone_tool_materials"):
        plan = planning.plan_for(
            target, data, lambda names: next((known[n] for n in names if n in known), None), Adjustments.none()
        )
        assert "craftStonePickaxe" not in plan_source.write(plan)


def test_a_hunter_walks_on_from_prey_that_is_far_below(data: GameData, node: Path) -> None:
    program = """
    const bot = { entity: { position: { x: 0, y: 70, z: 0 } }, nearestEntity: (test) => ZOMBIES.find(test) ?? null }
    const Vec3 = class {}, ascendToSurface = async () => {}
    let walked = 0, killed = 0
    const exploreUntil = async (_, way, seconds, found) => {
      if (found()) return
      walked++
      if (walked === 3) ZOMBIES[0].position.y = 60
    }
    const killMob = async () => {
      if (Math.abs(ZOMBIES[0].position.y - 70) < 16) killed++
      else throw Object.assign(new Error(), { code: 'not_found' })
    }
    const ZOMBIES = [{ name: 'zombie', position: { x: 0, y: 47, z: 0 } }]
    """ + plan_source.write(planning.hunt("zombie", Adjustments.none()))
    sees = "huntZombie(bot).then(() => console.log(walked, killed))"
    done = subprocess.run([node, "-e", f"{program};{sees}"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "1"]


def test_a_hunter_looks_as_far_up_and_down_as_the_primitive_goes() -> None:
    assert f"within {plan_source.PREY_LEVELS} up or down" in " ".join(primitives()["killMob"].split())


@pytest.mark.parametrize(
    ("kind", "wanted", "parameter"),
    [
        ("slept", {}, "count = 1"), ("ate", {"item": "beef"}, "count = 1"), ("killed", {"mob": "zombie"}, "count = 1"),
        ("placed", {"block": "torch"}, "count = 1"),
        ("equipped", {"item": "iron_helmet", "slot": "head"}, "slot = 'head'"),
    ],
)  # fmt: skip
def test_every_deed_is_a_function_with_a_parameter_that_it_uses(
    data: GameData, kind: str, wanted: dict[str, str], parameter: str
) -> None:
    plan = planning.deed(kind, wanted, data, nothing, Adjustments.none())
    assert plan is not None
    head, body = plan_source.write(plan).split("= {}) {", 1)
    assert parameter in head
    assert parameter.split(" ")[0] in body


def test_nobody_is_sent_below_what_the_primitives_go_down_to(data: GameData) -> None:
    deep = replace(Adjustments.none(), level_shift=60)
    search = planning.plan_for("diamond", data, nothing, deep).search
    assert search is not None
    assert search.level == planning.DEEPEST_LEVEL >= -60


@pytest.mark.parametrize(
    ("code", "value", "changed"),
    [
        ("missing_items", {"oak_planks": 2}, "more"),
        ("not_found", None, "level_shift"),
        ("no_tool", ["stone_pickaxe"], "spare_tools"),
        ("inventory_full", None, "tidy"),
        ("unreachable", None, "heading"),
        ("died", None, "rest"),
    ],
)
def test_each_typed_error_changes_its_part_of_the_plan(code: str, value: object, changed: str) -> None:
    before, after = Adjustments.none(), adjust([{"code": code, "value": value}])
    assert getattr(after, changed) != getattr(before, changed)


def test_a_broken_tool_makes_the_next_program_carry_a_spare_one(data: GameData) -> None:
    adjustments = adjust([{"code": "no_tool", "value": None}])
    assert "2 - await countItems(bot, ['stone_pickaxe'" in plan_source.write(
        planning.plan_for("raw_iron", data, nothing, adjustments)
    )


def test_nothing_is_planned_by_way_of_itself(data: GameData) -> None:
    with pytest.raises(BrainError, match="itself"):
        planning.plan_for("hay_block", data, nothing, Adjustments.none())


def test_the_first_try_calls_the_skill_and_a_failure_writes_a_new_version(data: GameData) -> None:
    known = skill("craftStick", "stick")
    planner = Planner(data, lambda name: [known] if name == "stick" else [])
    first = planner.write(request(Gained(item="stick", count=3), item="stick"))
    assert (first.name, first.source, first.args) == ("craftStick", None, {"count": 3})
    again = planner.write(
        request(Gained(item="stick", count=3), failed("missing_items", {"oak_planks": 1}), item="stick")
    )
    assert again.name == "craftStick"
    assert again.source is not None
    assert "+ 1" in again.source


def test_a_skill_in_which_the_error_arose_is_not_called_again_for_the_task(data: GameData) -> None:
    skills = {"coal": skill("mineCoal", "coal"), "raw_iron": skill("mineRawIron", "raw_iron")}
    planner = Planner(data, lambda name: [skills[name]] if name in skills else [])
    wanted = Gained(item="iron_ingot")
    assert "await mineCoal(" in str(planner.write(request(wanted, item="iron_ingot")).source)
    source = str(planner.write(request(wanted, failed("not_found", skill="mineCoal"), item="iron_ingot")).source)
    assert "await mineCoal(" not in source
    assert "await mineRawIron(" in source


def test_a_poor_skill_is_rewritten_rather_than_called(data: GameData) -> None:
    poor = KnownSkill("craftStick", "v1:0", {"count": "1"}, "", ("stick",), "parole", 0.1)
    draft = Planner(data, lambda name: [poor]).write(request(Gained(item="stick"), item="stick"))
    assert draft.source is not None


@pytest.mark.parametrize(("check", "call"), [(Placed(block="torch"), "placeItem"), (Killed(mob="zombie"), "killMob")])
def test_deeds_are_planned_too(data: GameData, check: checks.Check, call: str) -> None:
    assert f"await {call}(bot, " in str(Planner(data, lambda name: []).write(request(check)).source)


def test_a_refused_program_of_the_planner_is_an_error_not_a_loop(data: GameData) -> None:
    asked = request(Gained(item="stick"), item="stick")
    refused = WriteRequest(**{**vars(asked), "objection": "killMob is no primitive"})
    with pytest.raises(BrainError, match="refused"):
        Planner(data, lambda name: []).write(refused)


def test_remembered_places_of_what_is_mined_become_arguments_nearest_first(data: GameData) -> None:
    def at(block: str, x: int) -> dict[str, object]:
        return {"text": "", "tier": "fact", "place": {"block": block, "x": x, "y": 12, "z": 0}}

    asked = replace(
        request(Gained(item="raw_iron", count=3)),
        observation={"inventory": {}, "position": {"x": 50, "y": 12, "z": 0}},
        lessons=(at("iron_ore", 0), at("iron_ore", 40), at("deepslate_iron_ore", 9)),
    )
    draft = Planner(data, lambda name: ()).write(asked)
    assert draft.args["places"]["iron_ore"] == [{"x": 40, "y": 12, "z": 0}, {"x": 0, "y": 12, "z": 0}]
    assert draft.source is not None
    assert "places = {}" in draft.source
    assert "const remembered = ['deepslate_iron_ore', 'iron_ore'].flatMap" in draft.source
    known = replace(skill("mineRawIron", "raw_iron"), parameters={"count": "1", "places": "{}"})
    call = Planner(data, lambda name: [known] if name == "raw_iron" else ()).write(asked)
    assert (call.source, call.args["places"]) == (None, draft.args["places"])
    surface = Planner(data, lambda name: ()).write(request(Gained(item="#logs", count=1)))
    assert "places" not in surface.args, "what lies everywhere is not remembered"
