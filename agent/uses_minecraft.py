"""Uses in Minecraft: inventories before and after, judged by what a skill is known to bring.

A program is judged by the task's check. A call in it succeeded if it came back and brought what the skill is known to
bring; the world's events of its ticks say which tools and stations it needed. Reads only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from agent import evidence
from agent.families import families
from agent.store import Iteration
from agent.uses import Args, Counts, Events, Uses
from curriculum.gamedata import GameData
from skills.evidence import counted
from skills.library import Library
from skills.operators import Operators
from skills.planning import consumed
from skills.skill import Outcome, Version
from skills.words import names

NOT_DONE = "not_done"
"""Cause of a use that came to its end without bringing what the skill is for."""


class MinecraftUses(Uses):
    """Uses of skills in JavaScript."""

    def __init__(self, library: Library, data: GameData) -> None:
        super().__init__(library)
        self._data = data

    def holdings(self, seen: Mapping[str, Any]) -> Counts:
        """The inventory."""
        found: Counts = seen.get("inventory", {})
        return found

    def outcome(self, row: Iteration, hash: str) -> Outcome:
        """By the task's check; what it lacked excuses it only if successes had it."""
        outcome = evidence.outcome(row)
        if outcome != "unmet" or evidence.failure(row) == "verifier":
            return outcome
        had = self._had_its_needs(self.library.version(hash), row.args, self.holdings(row.before))
        return "failed" if had else "unmet"

    def judge(self, span: Mapping[str, Any], version: Version, row: Iteration) -> tuple[Outcome, str | None]:
        """By its error, or by whether it brought what the skill is known to bring."""
        if not span["ok"]:
            code = str(span["error_code"])
            if code == row.outcome:
                return "unmet", code
            lacking = evidence.CLASSES.get(code) == "missing_need"
            unmet = lacking and not self._had_its_needs(version, span["args"], span["before"])
            return ("unmet" if unmet else "failed"), code
        count = span["args"].get("count", 1)
        before, after = ({**counted(span[when], families(self._data)), **span[when]} for when in ("before", "after"))
        for effect in self.library.effects_of(version.hash):
            if effect.low > 0 and effect.per == "count" and names(version.skill, effect.item) and not effect.when:
                gained = after.get(effect.item, 0) - before.get(effect.item, 0)
                if isinstance(count, int) and gained <= 0 < count:
                    return "failed", NOT_DONE
        return "succeeded", None

    def inside(self, span: Mapping[str, Any], events: Events) -> Events:
        """Those of its ticks."""
        return [event for event in events if span["from"] < (event.tick or 0) <= span["to"]]

    def told(self, row: Iteration, args: Args, before: Counts, after: Counts, events: Events) -> dict[str, Any]:
        """As it was, with the deeds that leave nothing in the inventory, and the biome in which the run ended."""
        biome = row.after.get("biome")
        return {
            "args": args,
            "before": before,
            "after": {**after, **deeds(events)},
            "tools": self._tools(events),
            "stations": _stations(events),
            "places": (biome,) if biome else (),
        }

    def _had_its_needs(self, version: Version, args: Args, before: Counts) -> bool:
        """Whether a run had at hand all that successes had: then what it lacked was its own to get, and it failed."""
        operators = Operators(self.library, families(self._data))
        known = operators.of_version(version)
        if not known:
            return False
        operator, have = known[0], operators.counted(before)
        count = args.get("count", 1)
        used = consumed(operator, count if isinstance(count, int) else 1)
        tooled = all(any(have.get(name) for name in served) for served in operator.tools)
        return tooled and all(have.get(item, 0) >= amount for item, amount in used.items())

    def _tools(self, events: Events) -> tuple[str, ...]:
        """Those that were needed: used to dig what gives nothing without one. What else was in hand does not count."""
        dug = ((event.data["tool"], event.data["block"]) for event in events if event.kind == "dug")
        blocks = ((tool, self._data.blocks.get(block)) for tool, block in dug)
        return tuple(sorted({tool for tool, block in blocks if tool and block and tool in (block.tools or ())}))


def deeds(events: Events) -> Counter[str]:
    """What was done that leaves nothing in the inventory, counted like items: mobs that were killed, nights slept."""
    killed = (f"{event.data['mob']} killed" for event in events if event.kind == "killed")
    return Counter([*killed, *("night slept" for event in events if event.kind == "slept")])


def _stations(events: Events) -> tuple[str, ...]:
    """Those that were crafted or smelted at."""
    used = {event.data["station"] for event in events if event.kind in ("crafted", "smelted")}
    return tuple(sorted(used - {"inventory"}))
