"""What an iteration of Minecraft is as evidence: deeds that leave nothing in the inventory are effects too."""

from __future__ import annotations

from pathlib import Path

from agent.uses_minecraft import deeds
from memory.db import open_db
from memory.log import Event, EventLog
from skills.admit import Admission
from skills.library import Library
from skills.schema import SKILLS
from skills.skill import Parameter, Signature, Use


def test_kills_and_nights_slept_are_effects_of_the_skill_that_did_them(tmp_path: Path) -> None:
    db = open_db(tmp_path / "j.db", SKILLS)
    library, log = Library(db), EventLog(db)
    log.append("j", 1, "run", [
        Event("killed", {"mob": "zombie", "player": "journeyman"}, "world", 3),
        Event("slept", {"player": "journeyman"}, "world", 9),
        Event("dug", {"block": "stone"}, "world", 10),
    ])  # fmt: skip
    done = deeds(list(log.read("j")))
    assert done == {"zombie killed": 1, "night slept": 1}
    version = library.add(
        Admission(
            "async function huntZombie() {}", (), Signature("huntZombie", (Parameter("count", "number", "1"),)), ""
        ),
        reason="test",
    )
    library.record_use(Use(version.hash, "succeeded", "j", 1, 0.0, args={"count": 1}, after=done))
    assert {effect.item: effect.low for effect in library.get("huntZombie").effects} == {
        "zombie killed": 1, "night slept": 1,
    }  # fmt: skip
