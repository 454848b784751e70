"""The one way in which an observation is put into words, for all roles: short lines, stable order, no noise.

What a world says beyond the names known here is shown as well, so that a new world needs no renderer of its own. What
is no number and no name as games make them is quoted as data: documents with their names, screens, signs, players.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from curriculum.progress import is_day
from memory.guard import named

FARTHEST = 24
"""Kinds of blocks and entities shown, nearest first."""
_KNOWN = frozenset(
    "tick time_of_day day game_seconds alive position on_ground dimension biome health food saturation air experience "
    "inventory slots_free equipment tools light sky_visible spawn nearby "
    "programs windows focus elements menus screen clipboard files".split()
)
MOST_DOCUMENT, MOST_SCREEN, MOST_DOCUMENTS = 600, 6000, 40
"""Letters of one document and of a screen, and documents, that are shown."""
_PLAIN = frozenset("grass tall_grass grass_block dirt air cave_air water seagrass tall_seagrass kelp".split())
"""Blocks that are everywhere and say nothing."""


def lines(seen: Mapping[str, Any]) -> list[str]:
    """The observation, most important line first."""
    found = []
    if "inventory" in seen:
        found.append(f"Inventory: {counts(seen['inventory'])} ({seen.get('slots_free', '?')} slots free).")
    worn = {slot: named(item) for slot, item in (seen.get("equipment") or {}).items() if item}
    if worn:
        found.append(f"Equipment: {', '.join(f'{slot} {item}' for slot, item in worn.items())}.")
    tools = [f"{named(tool['name'])} ({tool['uses_left']} uses left)" for tool in seen.get("tools") or ()]
    if tools:
        found.append(f"Tools: {', '.join(tools)}.")
    if at := seen.get("position"):
        where = f"At x {at['x']:.0f}, y {at['y']:.0f}, z {at['z']:.0f}"
        sky = "" if seen.get("sky_visible", True) else ", no open sky above"
        biome = named(seen["biome"]) if seen.get("biome") else "an unknown biome"
        found.append(f"{where} in {biome}{sky}, light {seen.get('light', '?')}.")
    if "time_of_day" in seen:
        time = "day" if is_day(seen["time_of_day"]) else "night"
        found.append(f"It is {time} (time {seen['time_of_day']} of 24000, day {seen.get('day', 0)}).")
    if "health" in seen:
        found.append(f"Health {seen['health']} of 20, food {seen.get('food', '?')} of 20.")
    nearby = seen.get("nearby") or {}
    if blocks := _near(nearby.get("blocks") or {}):
        found.append(f"Blocks in sight (nearest, distance): {blocks}.")
    if entities := _near(nearby.get("entities") or {}):
        found.append(f"Entities in sight: {entities}.")
    found += _signs(nearby.get("signs") or [])
    found += _desk(seen)
    found += [f"{name}: {value(seen[name], MOST_DOCUMENT)}" for name in sorted(set(seen) - _KNOWN)]
    return found


def counts(items: Mapping[str, int]) -> str:
    """Items with their counts, by name; 'nothing' if there are none."""
    return ", ".join(f"{count} {named(name)}" for name, count in sorted(items.items()) if count > 0) or "nothing"


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What changed in the inventory, or among the documents, from one observation to a later one."""
    if "files" in after:
        return _desk_changed(before, after)
    old, new = before.get("inventory", {}), after.get("inventory", {})
    changes = {name: new.get(name, 0) - old.get(name, 0) for name in sorted({*old, *new})}
    return changed(changes)


def changed(changes: Mapping[str, int]) -> str:
    """What there is more and less of, by name; 'nothing' if that is nothing."""
    return ", ".join(f"{change:+d} {named(name)}" for name, change in changes.items() if change) or "nothing"


def value(told: Any, most: int) -> str:
    """A value from a world: a number or a name of the game as it is, anything else as data."""
    text = told if isinstance(told, str) else _json(told)
    plain = named(text) == text if isinstance(told, str) else told is None or isinstance(told, bool | int | float)
    return text if plain else quoted(text, most)


def quoted(text: str, most: int) -> str:
    """Text from a world as data: in guillemets, of limited length, unable to close them."""
    kept = text.replace("«", "‹").replace("»", "›")
    return f"«{kept[:most]}»" + (f" and {len(kept) - most} letters more" if len(kept) > most else "")


def _signs(signs: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is written on signs: text of players, as data."""
    return [
        f"On a sign at {sign['position']['x']:.0f},{sign['position']['y']:.0f},{sign['position']['z']:.0f} is written "
        f"{quoted(str(sign['text']), MOST_DOCUMENT)}."
        for sign in signs
    ]


def _desk(seen: Mapping[str, Any]) -> list[str]:
    """A desktop: programs, documents with what is in them, the screen in words, the clipboard."""
    found = []
    if "programs" in seen:
        found.append(f"Programs that can be opened: {', '.join(seen['programs'])}.")
    files = seen.get("files") or {}
    for path, file in list(files.items())[:MOST_DOCUMENTS]:
        if file.get("kind") == "folder":
            found.append(f"Folder {quoted(path, MOST_DOCUMENT)}")
            continue
        about = file.get("kind", "file") + (f", {file['size']} bytes" if "size" in file else "")
        inside = file.get("content") or {}
        text = inside["text"] if isinstance(inside.get("text"), str) else _json(inside) if inside else ""
        found.append(
            f"Document {quoted(path, MOST_DOCUMENT)} ({about})" + (f": {quoted(text, MOST_DOCUMENT)}" if text else "")
        )
    if len(files) > MOST_DOCUMENTS:
        found.append(f"And {len(files) - MOST_DOCUMENTS} documents more.")
    if "screen" in seen:
        found.append(f"On the screen, {quoted(str(seen['screen']), MOST_SCREEN)}")
    if seen.get("clipboard"):
        found.append(f"On the clipboard: {quoted(str(seen['clipboard']), MOST_DOCUMENT)}")
    return found


def _desk_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    old, new = before.get("files", {}), after["files"]
    words = [("new", path) for path in new if path not in old] + [("gone", path) for path in old if path not in new]
    words += [("changed", path) for path in new if path in old and old[path].get("sha256") != new[path].get("sha256")]
    told = [f"{how} {quoted(path, MOST_DOCUMENT)}" for how, path in sorted(words)]
    told += ["the clipboard"] * (before.get("clipboard") != after.get("clipboard"))
    return ", ".join(told) or "nothing"


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _near(seen: Any) -> str:
    """Kinds with the distance and place of the nearest, from {name: {nearest, distance}} or a list of entities."""
    pairs = seen.items() if isinstance(seen, Mapping) else ((each.get("name", "?"), each) for each in seen)
    nearest: dict[str, tuple[float, str]] = {}
    number: Counter[str] = Counter()
    for name, each in pairs:
        if name in _PLAIN or not isinstance(each, Mapping):
            continue
        distance, at = float(each.get("distance", 0)), each.get("nearest") or each.get("position")
        place = f" at {at['x']:.0f},{at['y']:.0f},{at['z']:.0f}" if at else ""
        number[name] += 1
        nearest[name] = min(nearest.get(name, (distance, place)), (distance, place))
    kinds = sorted(nearest, key=lambda name: (nearest[name][0], name))
    more = f" and {len(kinds) - FARTHEST} kinds farther off" if len(kinds) > FARTHEST else ""
    words = {name: named(name) if number[name] == 1 else f"{number[name]} {named(name)}" for name in kinds}
    return "; ".join(f"{words[name]} {nearest[name][0]:.0f}{nearest[name][1]}" for name in kinds[:FARTHEST]) + more
