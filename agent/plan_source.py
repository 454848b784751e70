"""Writes a plan down as one parameterised JavaScript function. Decides nothing.

The functions it writes call primitives and library skills by name, take every quantity as a parameter, go on from typed
errors where moving on helps, let all other errors through, and return what was gained.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

from agent.plan import Need, Plan

GO_ON = ("not_found", "unreachable", "timeout", "gone", "interrupted")
"""Error codes after which looking elsewhere helps."""

SURFACE = 54
"""Height above which one counts as being on the surface: sea level is 63, and tunnels are dug up to 48."""

PREY_LEVELS = 16
"""How far up or down killMob goes for a mob: see its documentation."""

HEADING = "which way to look first, 0 to 7 in steps of 45 degrees"

PLACES = "where blocks are remembered, nearest first: { iron_ore: [{ x, y, z }] }"

_INDENT = "  "


def write(plan: Plan) -> str:
    """The plan's function: `async function name(bot, { count = 1 … } = {})` with JSDoc."""
    given = _parameters(plan)
    options = f", {{ {', '.join(f'{name} = {default}' for name, _, default, _ in given)} }} = {{}}" if given else ""
    lines = [
        "/**",
        f" * {plan.purpose}",
        *(f" * {comment}" for comment in plan.comments),
        " * @param {Bot} bot",
        *([" * @param {object} options"] if given else []),
        *(f" * @param {{{kind}}} options.{name} {text}" for name, kind, _, text in given),
        " */",
        f"async function {plan.name}(bot{options}) {{",
        *_indented(_body(plan, "count", top=True)),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _parameters(plan: Plan) -> list[tuple[str, str, str, str]]:
    """The parameters of a plan's function: name, type, default as source, and what it means."""
    given = [("count", "number", "1", _COUNTS.get(plan.method, "how many more to gain"))]
    if plan.method == "wear":
        given = [("slot", "string", _js(plan.source[0]), "where to wear or hold it")]
    given += [("heading", "number", "0", HEADING)] if _searches(plan) else []
    return given + ([("places", "object", "{}", PLACES)] if _remembers(plan) else [])


def _searches(plan: Plan) -> bool:
    """Whether the function itself looks around (not a skill that it calls)."""
    return plan.search is not None or any(need.plan is not None and _searches(need.plan) for need in plan.needs)


def _remembers(plan: Plan) -> bool:
    """Whether the function itself can go to places that are remembered."""
    own = plan.search is not None and bool(plan.search.blocks)
    return own or any(need.plan is not None and _remembers(need.plan) for need in plan.needs)


def _body(plan: Plan, count: str, *, top: bool) -> list[str]:
    before = ["await tidyInventory(bot)"] if plan.tidy else []
    before += ["await shelter(bot)"] if plan.rest else []
    if plan.method not in _STEPS:
        return [*before, *_DEEDS[plan.method](plan, count)]
    start = f"start{_camel(plan.target)}"
    lines = [
        *before,
        f"const {start} = await countItems(bot, {_js(plan.target)})",
        *_STEPS[plan.method](plan, count, start),
    ]
    if top:
        lines.append(f"return {{ gained: await countItems(bot, {_js(plan.target)}) - {start} }}")
    return lines


def _mine(plan: Plan, count: str, start: str) -> list[str]:
    left = f"{count} - (await countItems(bot, {_js(plan.target)}) - {start})"
    action = [f"await mineBlock(bot, {_names(plan.source)}, missing)"]
    if plan.search is None:
        return [*_needs(plan, count), f"const missing = {count}", *action]
    seen = f"() => bot.findBlock({{ matching: {_names(plan.source)}, maxDistance: 32 }})"
    return _search_loop(plan, count, left, action, seen)


def _kill(plan: Plan, count: str, start: str) -> list[str]:
    left = f"{count} - (await countItems(bot, {_js(plan.target)}) - {start})"
    mob = plan.source[0]
    return _search_loop(plan, count, left, [f"await killMob(bot, {_js(mob)})"], _prey(mob))


def _use(plan: Plan, count: str, start: str) -> list[str]:
    left = f"{count} - (await countItems(bot, {_js(plan.target)}) - {start})"
    call, on = plan.source
    block = f"() => bot.findBlock({{ matching: {_js(on)}, maxDistance: 32 }})"
    creature = f"() => bot.nearestEntity((entity) => entity.name === {_js(on)})"
    return _search_loop(plan, count, left, [f"await {call}"], block if on in ("water", "lava") else creature)


def _search_loop(plan: Plan, count: str, left: str, action: list[str], seen: str) -> list[str]:
    """Try, and where nothing is in sight move on: a bounded loop that lets the last error through."""
    search = plan.search
    assert search is not None
    if search.where == "surface":
        move = [
            "await ascendToSurface(bot)",
            f"await exploreUntil(bot, headingAt(heading + stretch), 40, {seen})",
        ]
    else:
        move = [
            f"if (bot.entity.position.y > {search.level} + 6) await descendTo(bot, {search.level})",
            f"else if (bot.entity.position.y < {search.level} - 20) await ascendToSurface(bot)",
            "else await digTunnel(bot, headingAt((heading + Math.floor(stretch / 3)) * 2), 20)",
        ]
    if search.blocks:
        move = [
            "const known = remembered[stretch]",
            # Above the place first, then down to it: a path that is searched through rock is dear.
            "if (known && bot.entity.position.y > known.y + 6) {",
            f"{_INDENT}await goTo(bot, {{ x: known.x, z: known.z }}, 8)",
            f"{_INDENT}await descendTo(bot, known.y)",
            "}",
            "if (known) await goTo(bot, known, 8)",
            f"else {move[0]}",
            *move[1:],
        ]
    on_level = search.where == "level"
    if on_level:
        # Over water there is no way down: some way on there is one.
        move = [
            "if (barred) await exploreUntil(bot, headingAt(heading + stretch), 15, () => false)",
            "barred = false",
            *move,
        ]
    remembered = []
    if search.blocks:
        remembered = [f"const remembered = {_js(list(search.blocks))}.flatMap((name) => places[name] || [])"]
    # A tool that broke is gained again at the beginning of the next stretch.
    after = [*GO_ON, "no_tool"] if plan.needs else [*GO_ON]
    return [
        *_provided(plan),
        "const headings = [[1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]]",
        "const headingAt = (number) => new Vec3(headings[number % 8][0], 0, headings[number % 8][1])",
        *remembered,
        *(["let barred = false"] if on_level else []),
        f"for (let stretch = 0; stretch <= {search.stretches}; stretch++) {{",
        *_indented(
            [
                f"const missing = {left}",
                "if (missing <= 0) break",
                *_needs(plan, count),
                "try {",
                *_indented(action),
                "} catch (error) {",
                f"{_INDENT}if (stretch === {search.stretches} || !{_js(after)}.includes(error.code)) throw error",
                *([f"{_INDENT}if (error.code === 'no_tool') continue"] if plan.needs else []),
                *_indented(_guarded(move, f"bot.entity.position.y > {SURFACE}" if on_level else "", plan.spare)),
                "}",
            ]
        ),
        "}",
    ]


def _provided(plan: Plan) -> list[str]:
    """Taking along, while still above, what cannot be had below; below, where the first of it is at hand, the rest."""
    if not plan.provisions:
        return []
    first, *rest = plan.provisions
    lines = _guarded(_needs(replace(plan, needs=plan.provisions), "count"))
    below = f" || await countItems(bot, {_names(first.target)}) >= {first.amount}" if rest else ""
    return [f"if (bot.entity.position.y > {SURFACE}{below}) {{", *_indented(lines), "}"]


def _guarded(move: list[str], above: str = "", spare: str | None = None) -> list[str]:
    """Moving on may itself be blocked; then the next stretch tries another way.

    `above`: still on the surface; `spare`: the skill that makes the pickaxe that is missing for plain rock.
    """
    barred = [f"{_INDENT}barred = blocked.code === 'unreachable' && {above}"] if above else []
    refuse = f"if (!{_js(list(GO_ON))}.includes(blocked.code)) throw blocked"
    make = [f"if (blocked.code === 'no_tool') await {spare}(bot, {{ count: 1 }})"] if spare else []
    return [
        "try {",
        *_indented(move),
        "} catch (blocked) {",
        *_indented([*make, f"else {refuse}" if make else refuse]),
        *barred,
        "}",
    ]


def _craft(plan: Plan, count: str, _start: str) -> list[str]:
    return [*_needs(plan, count), f"await craftItem(bot, {_js(plan.target)}, {count})"]


def _smelt(plan: Plan, count: str, _start: str) -> list[str]:
    lines = _needs(plan, count)
    if plan.fuel is not None:
        lines += [
            "const wood = await countItems(bot, '#planks') + await countItems(bot, '#logs')",
            "const burns = 8 * await countItems(bot, '#coals') + 1.5 * wood",
            f"const missingFuel = Math.ceil(({count} - burns) / {plan.fuel_per_item:g})",
            *_gain(plan.fuel, "missingFuel"),
        ]
    return [*lines, f"await smeltItem(bot, {_names(plan.source)}, null, {count})"]


def _place(plan: Plan, count: str) -> list[str]:
    return [
        *_needs(plan, count),
        f"for (let placed = 0; placed < {count}; placed++) await placeItem(bot, {_js(plan.target)})",
        f"return {{ placed: {count} }}",
    ]


def _hunt(plan: Plan, count: str) -> list[str]:
    mob = plan.source[0]
    action = [f"await killMob(bot, {_js(mob)})", "killed += 1"]
    loop = _search_loop(plan, count, f"{count} - killed", action, _prey(mob))
    return ["let killed = 0", *loop, "return { killed }"]


def _prey(mob: str) -> str:
    """Whether one is in sight that killMob goes for: not in a cave below."""
    level = f"Math.abs(entity.position.y - bot.entity.position.y) < {PREY_LEVELS}"
    return f"() => bot.nearestEntity((entity) => entity.name === {_js(mob)} && {level})"


def _eat(plan: Plan, count: str) -> list[str]:
    return [*_needs(plan, count), "return await eat(bot)"]


def _sleep(plan: Plan, count: str) -> list[str]:
    dusk = "for (let waited = 0; bot.time.timeOfDay < 12600 && waited < 70; waited++) await bot.waitForTicks(200)"
    night = ["await ascendToSurface(bot)", dusk, "await sleepInBed(bot)"]
    return [
        *_needs(plan, count),
        f"for (let slept = 0; slept < {count}; slept++) {{",
        *_indented(night),
        "}",
        f"return {{ slept: {count} }}",
    ]


def _wear(plan: Plan, count: str) -> list[str]:
    return [
        *_needs(plan, count),
        f"await equip(bot, {_js(plan.target)}, slot)",
        "return { worn: true }",
    ]


def _needs(plan: Plan, count: str) -> list[str]:
    lines: list[str] = []
    for need in plan.needs:
        amount = need.amount.replace("count", count) if count != "count" else need.amount
        missing = f"missing{_camel(need.target[0])}"
        lines.append(f"const {missing} = {amount} - await countItems(bot, {_names(need.target)})")
        lines += _gain(need, missing)
    return lines


def _gain(need: Need, missing: str) -> list[str]:
    if need.skill is not None:
        gain, instead = f"if ({missing} > 0) await {need.skill}(bot, {{ count: {missing} }})", need.handier
        if instead is None or instead.skill == need.skill:
            return [gain]
        at_hand = f"await countItems(bot, {_js(instead.material)}) >= {instead.each} * {missing}"
        handier = f"if ({missing} > 0 && {at_hand}) await {instead.skill}(bot, {{ count: {missing} }})"
        return [handier, f"else {gain}"]
    assert need.plan is not None
    return [f"if ({missing} > 0) {{", *_indented(_body(need.plan, missing, top=False)), "}"]


def _indented(lines: list[str]) -> list[str]:
    return [_INDENT + line for line in lines]


def _names(names: tuple[str, ...]) -> str:
    return _js(names[0]) if len(names) == 1 else _js(list(names))


def _js(value: object) -> str:
    """A value as JavaScript source with single quotes."""
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, list):
        return "[" + ", ".join(_js(item) for item in value) + "]"
    return json.dumps(value)


def _camel(name: str) -> str:
    """'#coal_ores' and 'coal_ores' as 'CoalOres'."""
    return "".join(part.capitalize() for part in re.split(r"[^a-zA-Z0-9]+", name) if part)


_STEPS = {"mine": _mine, "kill": _kill, "use": _use, "craft": _craft, "smelt": _smelt}
"""How each way of gaining something is written."""

_COUNTS = {
    "hunt": "how many to kill",
    "place": "how many to place",
    "eat": "how many pieces of food to have at hand first",
    "sleep": "how many nights to sleep through",
}
"""What the count of a deed means; of everything else it is how many more to gain."""

_DEEDS = {"hunt": _hunt, "place": _place, "eat": _eat, "sleep": _sleep, "wear": _wear}
"""How each deed that gains nothing is written."""
