"""Does memory merge what says the same, and only that? Pairs of lessons with known answers, through the real job.

    python -m benchmarks.memory_merges [--pairs 2000] [--seed 7] [--dense] [--json]

Half of the pairs say the same (in another order, form or everyday word, or freely in other words), half differ in one
number, date, denial, direction, place, material, thing, person, or in which word belongs to which. They are made from
the words of the remedies and reflections that lessons are made of, beside pairs written by hand. `reconcile` is the job
of memory; `offered` is what the gate does with somebody who offers every pair for merging, into either of its texts or
into both, one after the other.
Precision is the share of merges that were right, recall the share of doubles that were merged; 95 % intervals (Wilson).
`taken_back` asks the same where a person took one of a pair back: is the other known again as it (merged), or does it
come back (kept apart)? Counts do not matter there. `dense`, with an embedding model, is what nearness of meaning would
add to it: pairs known again from a cosine on, if they agree in names, numbers, denials, dates and directions.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

from benchmarks._record import write
from memory import gate, taken_back
from memory.db import open_db
from memory.embedders import find_embedder
from memory.items import lesson
from memory.scheduler import scheduler
from memory.semantic import Semantic
from skills.evidence import highest, wilson


@dataclass(frozen=True)
class Pair:
    """Two advices for the same occasion; `same` is the answer, `kind` in which way they are alike or differ."""

    one: str
    other: str
    same: bool
    kind: str


THINGS = {
    "material": ("material", "wooden stone iron golden diamond".split()),
    "ore": ("thing", "coal iron gold redstone diamond copper".split()),
    "wood": ("thing", "oak birch spruce acacia jungle cherry".split()),
    "mob": ("thing", "zombie skeleton spider creeper witch".split()),
    "station": ("thing", "furnace smoker crafting_table anvil stonecutter".split()),
    "landmark": ("place", "village lake tower cave bridge temple".split()),
    "container": ("place", "chest barrel hopper dispenser".split()),
    "side": ("direction", "east west north south".split()),
    "hand": ("direction", "left right upper lower".split()),
    "where": ("direction", "below above behind beside".split()),
    "time": ("date", "morning midnight noon dusk".split()),
    "day": ("date", "Monday Tuesday Friday Sunday".split()),
    "date": ("date", "2026-03-01 2026-03-11 2026-04-01 2025-03-01".split()),
    "name": ("person", "Alice Bob Carla Dimitri".split()),
    "program": ("thing", "calculator spreadsheet editor browser".split()),
    "file": ("thing", "report.ods report.xlsx summary.ods notes.txt".split()),
    "cell": ("number", "A1 A2 B1 C12".split()),
    "few": ("number", "2 3 4 8".split()),
    "many": ("number", "16 32 40 64 120".split()),
}

SENTENCES: list[tuple[str, dict[str, list[str]]]] = [
    ("mine the {ore} ore with a {material} pickaxe", {
        "order": ["with a {material} pickaxe, mine the {ore} ore"],
        "form": ["mining {ore} ore with the {material} pickaxe"],
        "everyday word": ["dig the {ore} ore with a {material} pickaxe"],
        "other words": ["{ore} ore only breaks properly under a {material} pickaxe"],
    }),
    ("walk {many} blocks {side} and look for {wood} logs", {
        "form": ["walk {many} blocks {side} and look for the {wood} log"],
        "everyday word": ["go {many} blocks {side} and search for {wood} logs"],
        "other words": ["{wood} logs turn up if you keep heading {side} for {many} blocks"],
    }),
    ("put {few} {wood} planks into the {container} {where} the {landmark}", {
        "order": ["into the {container} {where} the {landmark}, put {few} {wood} planks"],
        "form": ["put the {few} {wood} planks into a {container} {where} the {landmark}"],
        "everyday word": ["place {few} {wood} planks into the {container} {where} the {landmark}"],
    }),
    ("wait until {time} before leaving the {landmark}", {
        "order": ["before leaving the {landmark}, wait until {time}"],
        "form": ["wait until {time} before you leave the {landmark}",
                 "waiting until {time} before leaving a {landmark}"],
        "other words": ["stay at the {landmark} till {time}"],
    }),
    ("bring {many} {ore} to {name} at the {landmark}", {
        "form": ["bring the {many} {ore} to {name} at the {landmark}"],
        "other words": ["{name}, who lives near the {landmark}, wants {many} {ore}"],
    }),
    ("craft a {station} first, then smelt {few} {ore}", {
        "form": ["craft the {station} first, then smelt {few} {ore}"],
        "everyday word": ["make a {station} first, then smelt {few} {ore}"],
    }),
    ("carry the {ore} from the {container} to the {station}", {
        "order": ["to the {station}, carry the {ore} from the {container}"],
        "form": ["carrying {ore} from the {container} to the {station}"],
        "other words": ["what the {station} eats is the {ore} that lies in the {container}"],
    }),
    ("the {hand} door of the {landmark} is safe when no {mob} is near", {
        "order": ["when no {mob} is near, the {hand} door of the {landmark} is safe"],
        "form": ["the {hand} doors of the {landmark} are safe when no {mob} is near"],
    }),
    ("open the {program}, type {many} into cell {cell} and save {file} before {day}", {
        "form": ["open a {program}, type {many} into the cell {cell} and save {file} before {day}"],
        "other words": ["by {day} at the latest {file} must hold {many} in {cell}, entered in the {program}"],
    }),
    ("kill the {mob} with a {material} sword before it comes within {few} blocks", {
        "order": ["before it comes within {few} blocks, kill the {mob} with a {material} sword"],
        "everyday word": ["slay the {mob} with a {material} sword before it comes within {few} blocks"],
        "other words": ["no {mob} may get closer than {few} blocks while you hold a {material} sword"],
    }),
    ("since {date} the {container} at the {landmark} needs {few} {ore} and {many} sticks", {
        "order": ["the {container} at the {landmark} needs {few} {ore} and {many} sticks since {date}"],
        "everyday word": ["since {date} the {container} at the {landmark} requires {few} {ore} and {many} sticks"],
    }),
    ("never place a {station} {where} the {landmark}", {
        "form": ["never place the {station} {where} a {landmark}"],
        "everyday word": ["never put a {station} {where} the {landmark}"],
        "other words": ["{where} the {landmark} is no spot for a {station}"],
    }),
]  # fmt: skip

TURNED = [
    ("carry the {ore} from the {container} to the {station}", "carry the {ore} from the {station} to the {container}"),
    ("bring {few} logs and {many} planks", "bring {many} logs and {few} planks"),
    ("mine {ore}, then cook the meat", "cook the meat, then mine {ore}"),
    ("keep the {mob} away from {name} and feed the wolf", "keep the wolf away from {name} and feed the {mob}"),
    ("smelt {ore} with {wood} planks", "smelt {wood} planks with {ore}"),
    ("the {container} stands {where} the {station}", "the {station} stands {where} the {container}"),
    ("give {name} the map and Eve the compass", "give Eve the map and {name} the compass"),
]
DENIED = [
    ("go to the {landmark} when the {mob} is near", "do not go to the {landmark} when the {mob} is near"),
    ("use the {material} axe on {wood}", "never use the {material} axe on {wood}"),
    ("the {station} works with {ore}", "the {station} fails with {ore}"),
    ("dig there with a torch", "dig there without a torch"),
    ("save {file} unless it is {day}", "save {file} if it is {day}"),
    ("the {container} is locked", "the {container} is unlocked"),
]
MORE = [
    ("mine the {ore} with a pickaxe", "mine the {ore} with a {material} pickaxe"),
    ("put the key under the stone", "put the key under the {hand} stone"),
    ("walk {side} and look again", "walk {many} blocks {side} and look again"),
    ("save the sheet", "save the sheet as {file}"),
    ("leave the {landmark}", "leave the {landmark} before {time}"),
    ("trade at the {landmark}", "trade at the {landmark} with {name}"),
]

BY_HAND = [
    *(Pair(one, other, True, "by hand") for one, other in (
        ("craft a furnace from 8 cobblestone first", "first craft a furnace from 8 cobblestone"),
        ("go within 32 blocks of it first", "first go within 32 blocks of it"),
        ("choose a block with air above it", "choose the block with air above it"),
        ("look at the inventory and craft the rest", "look at the inventory and make the rest"),
        ("carry a better weapon", "carrying better weapons"),
        ("eat, armour up, avoid the dark", "eat, avoid the dark, armour up"),
        ("bring more fuel", "more fuel is needed: bring it"),
        ("kill or leave the monsters near the bed", "slay or leave the monsters near the bed"),
        ("go around it", "walk around it"),
        ("craft a crafting_table from 4 planks first", "a crafting_table, made of 4 planks, comes first"),
        ("explore grassland by day for animals", "by day, explore grassland for animals"),
        ("get away from danger and water first, then eat", "first get away from danger and water, then eat"),
        ("do less in one program", "let one program do less"),
        ("make every loop act or end", "every loop must act or end"),
        ("scroll down until the button is visible", "until the button is visible, scroll down"),
        ("close the dialog before the window is closed", "before closing the window, close the dialog"),
        ("a bed needs three wool of one colour", "three wool of one colour are required for a bed"),
        ("stay on the path", "do stay on the path, please"),
        ("the file must be saved again", "save the file again"),
        ("creepers explode: keep a distance of 5 blocks", "keep a distance of 5 blocks: creepers explode"),
    )),
    *(Pair(one, other, False, "by hand") for one, other in (
        ("craft a furnace from 8 cobblestone first", "craft a furnace from 8 stone first"),
        ("go within 32 blocks of it first", "go within 32 blocks of it last"),
        ("choose a block with air above it", "choose a block with water above it"),
        ("look at the inventory and craft the rest", "look at the inventory and drop the rest"),
        ("explore grassland by day for animals", "explore grassland by night for animals"),
        ("get away from danger and water first, then eat", "eat first, then get away from danger and water"),
        ("make every loop act or end", "make every loop act and end"),
        ("scroll down until the button is visible", "scroll down until the button is invisible"),
        ("close the dialog before the window is closed", "close the window before the dialog is closed"),
        ("a bed needs three wool of one colour", "a bed needs three wool of any colour"),
        ("the copy is newer than the original", "the original is newer than the copy"),
        ("take the key out of the drawer", "take the key in the drawer"),
        ("the baker sells bread to the smith", "the smith sells bread to the baker"),
        ("shear the sheep", "shear the white sheep"),
        ("press Enter twice", "press Enter once"),
        ("the river flows from north to south", "the river flows from south to north"),
        ("light the tunnel with torches", "light the tunnel with lanterns"),
        ("he may enter the house", "she may enter the house"),
        ("the bridge was safe", "the bridge is safe"),
        ("most chests are empty", "few chests are empty"),
        ("copy the column into the sheet", "paste the column into the sheet"),
        ("lava lies under the gravel", "gravel lies under the lava"),
        ("sell the emeralds to the librarian", "buy the emeralds from the librarian"),
        ("step back as soon as it hisses", "step forward as soon as it hisses"),
        ("go past the cell", "paste the cell"),
        ("import the file", "the important file"),
        ("run until the light is out", "run until the light is on"),
        ("both levers must be pulled", "either lever must be pulled"),
        ("name the sheet 'Total'", "name the sheet 'Totals'"),
        ("x must be -3", "x must be 3"),
    )),
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--dense", action="store_true", help="also nearness of meaning (needs an embedding model)")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    pairs = made(given.pairs, given.seed)
    known = known_again(pairs)
    found = {
        "reconcile": judged(pairs, reconciled(pairs)),
        "offered": judged(pairs, offered(pairs)),
        "taken_back": judged(pairs, known),
        **({"dense": near(pairs, known)} if given.dense else {}),
    }
    write("memory_merges", {"pairs": len(pairs), "seed": given.seed}, found, given.json)


def made(number: int, seed: int) -> list[Pair]:
    """So many different pairs, those written by hand first, then doubles and near misses in turn."""
    chance = random.Random(seed)
    pairs = dict.fromkeys(BY_HAND)
    for turn in count():
        if len(pairs) >= number:
            return [*pairs][:number]
        pairs.setdefault(_double(chance) if turn % 2 else _near_miss(chance))
    raise AssertionError


def reconciled(pairs: list[Pair]) -> list[bool]:
    """Whether the job `reconcile` makes one of each pair; every pair is about a thing of its own."""
    db = open_db(":memory:")
    semantic, kept = Semantic(db), list[tuple[int, int]]()
    for n, pair in enumerate(pairs):
        one, other = (
            semantic.add(lesson(f"thing{n}", "it is time", text, at=1.0), reason="r").id
            for text in (pair.one, pair.other)
        )
        kept.append((one, other))
    jobs = scheduler(db)
    while jobs.run("reconcile", now=2.0).left:
        pass
    return [semantic.get(one).merged_into is not None for one, _ in kept]


def offered(pairs: list[Pair]) -> list[bool]:
    """Whether the gate lets either text of each pair, or both one after the other, stand for both."""
    found = []
    for pair in pairs:
        texts = (pair.one, pair.other)
        found.append(any(gate.check(texts, text).ok for text in (*texts, "; ".join(texts))))
    return found


def known_again(pairs: list[Pair]) -> list[bool]:
    """Whether what says the one is known again in the other, after a person took it back."""
    lessons = ([lesson("thing", "it is time", text, at=1.0) for text in (pair.one, pair.other)] for pair in pairs)
    return [taken_back.about_the_same(one, other) for one, other in lessons]


def near(pairs: list[Pair], known: list[bool]) -> dict[str, dict[str, int]]:
    """What more would be known again by nearness of meaning, rightly and wrongly, from some cosines on."""
    embed = find_embedder().embed
    vectors = zip(embed([pair.one for pair in pairs]), embed([pair.other for pair in pairs]), strict=True)
    cosines = [sum(a * b for a, b in zip(one, other, strict=True)) for one, other in vectors]
    found = {}
    for least in (0.7, 0.8, 0.9, 0.95):
        more = [
            pair
            for pair, cosine, was in zip(pairs, cosines, known, strict=True)
            if cosine >= least and not was and gate.turns_alike(pair.one, pair.other)
        ]
        right = sum(pair.same for pair in more)
        found[f"{least:g}"] = {"rightly": right, "wrongly": len(more) - right}
    return found


def judged(pairs: list[Pair], merged: list[bool]) -> dict[str, Any]:
    """Precision and recall with their intervals, each kind, and every wrong merge."""
    right = sum(pair.same for pair, was in zip(pairs, merged, strict=True) if was)
    doubles, total = sum(pair.same for pair in pairs), sum(merged)
    kinds: dict[str, Counter[str]] = {}
    for pair, was in zip(pairs, merged, strict=True):
        name = f"{'same' if pair.same else 'different'}: {pair.kind}"
        kinds.setdefault(name, Counter())["merged" if was else "kept apart"] += 1
    return {
        "precision": _share(right, total),
        "recall": _share(right, doubles),
        "near_misses_merged": _share(total - right, len(pairs) - doubles),
        "kinds": {name: dict(sorted(kinds[name].items())) for name in sorted(kinds)},
        "wrong": [asdict(pair) for pair, was in zip(pairs, merged, strict=True) if was and not pair.same],
    }


def _share(part: int, whole: int) -> dict[str, Any]:
    interval = [round(wilson(part, whole), 4), round(highest(part, whole), 4)]
    return {"of": [part, whole], "share": round(part / whole, 4) if whole else None, "interval": interval}


def _double(chance: random.Random) -> Pair:
    text, ways = chance.choice(SENTENCES)
    kind = chance.choice(sorted(ways))
    filled = _filling(chance)
    return Pair(text.format(**filled), chance.choice(ways[kind]).format(**filled), True, kind)


def _near_miss(chance: random.Random) -> Pair:
    """Two texts that differ in one slot, in what belongs together, in a denial, or in that one says more."""
    filled = _filling(chance)
    draw = chance.random()
    for below, kind, texts in (
        (0.15, "what belongs together", TURNED),
        (0.3, "denial", DENIED),
        (0.4, "says more", MORE),
    ):
        if draw < below:
            one, other = (text.format(**filled) for text in chance.choice(texts))
            return Pair(one, other, False, kind)
    text, ways = chance.choice(SENTENCES)
    slot = chance.choice([name for name in THINGS if f"{{{name}}}" in text])
    kind, values = THINGS[slot]
    changed = {**filled, slot: chance.choice([value for value in values if value != filled[slot]])}
    # Half of them are said in another way as well, as doubles are.
    said = chance.choice([text, *(each for way in ways.values() for each in way)]) if chance.random() < 0.5 else text
    return Pair(text.format(**filled), said.format(**changed), False, kind)


def _filling(chance: random.Random) -> dict[str, str]:
    return {name: chance.choice(values) for name, (_, values) in THINGS.items()}


if __name__ == "__main__":
    main()
