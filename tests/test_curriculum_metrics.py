"""Milestones, items and deaths are counted from records and events; the JSON object has exactly the promised fields."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from curriculum import gamedata, metrics, tree
from curriculum.metrics import Header, IterationRecord, JourneyMetrics
from curriculum.plot import svg

DATA = gamedata.load()
TREE = tree.load()


def journey(name: str = "a") -> JourneyMetrics:
    crafted = {"kind": "crafted", "item": "wooden_pickaxe", "count": 1, "tick": 9}
    records = [
        IterationRecord(1, 2.0, 40.0, 100, {"birch_log": 3}, [{"kind": "picked_up", "item": "birch_log", "count": 3}]),
        IterationRecord(2, 5.0, 90.0, 50, {}, [crafted, {"kind": "died", "cause": "fall"}]),
        IterationRecord(3, 6.0, 95.0, 10, {"water_bucket": 1, "dirt": 0}),
    ]
    header = Header(name, seed=7, brain="planner", skills=2, stopped="goal", tokens=175, dollars=0.5)
    return metrics.measure(header, records, TREE, DATA)


def test_the_object_other_programs_rely_on() -> None:
    (entry,) = json.loads(json.dumps(metrics.report([journey()])))["journeys"]
    milestones = entry.pop("milestones")
    assert entry == {
        "name": "a",
        "worlds": ["minecraft"],
        "seed": 7,
        "brain": "planner",
        "assistance": [],
        "iterations": 3,
        "tokens": 175,
        "dollars": 0.5,
        "seconds": 6.0,
        "game_seconds": 95.0,
        "unique_items": 3,
        "skills": 2,
        "deaths": 1,
        "stopped": "goal",
    }
    assert milestones == [
        {"name": "log", "iteration": 1, "seconds": 2.0, "game_seconds": 40.0, "tokens": 100},
        {"name": "wooden_pickaxe", "iteration": 2, "seconds": 5.0, "game_seconds": 90.0, "tokens": 150},
        {"name": "water_bucket", "iteration": 3, "seconds": 6.0, "game_seconds": 95.0, "tokens": 160},
    ]


def test_an_item_that_was_used_up_at_once_still_counts_as_held() -> None:
    assert journey().items == ("birch_log", "wooden_pickaxe", "water_bucket")
    assert journey().curve == ((1, 1), (2, 2), (3, 3))


def test_a_journey_without_iterations_has_no_figures() -> None:
    empty = metrics.measure(Header("new"), [], TREE, DATA).to_json()
    assert (empty["iterations"], empty["milestones"], empty["stopped"]) == (0, [], None)


def test_the_comparison_tells_how_many_reached_each_headline() -> None:
    rows = {row.milestone: row for row in metrics.compare([journey("a"), journey("b")], TREE, headlines_only=True)}
    assert list(rows) == ["wooden_pickaxe", "stone_pickaxe", "iron_pickaxe", "diamond_pickaxe"]
    assert (rows["wooden_pickaxe"].reached, rows["wooden_pickaxe"].mean, rows["wooden_pickaxe"].spread) == (2, 2.0, 0.0)
    assert (rows["iron_pickaxe"].reached, rows["iron_pickaxe"].journeys, rows["iron_pickaxe"].mean) == (0, 2, None)


def test_help_is_named_and_its_absence_is_said() -> None:
    assert metrics.assistance(journey()) == "no assistance"
    helped = metrics.measure(Header("h", assistance=("keep_inventory",)), [], TREE, DATA)
    assert metrics.assistance(helped) == "keep_inventory"
    elsewhere = metrics.measure(Header("h", server="localhost:25565"), [], TREE, DATA)
    assert metrics.assistance(elsewhere) == "on localhost:25565, by the bot's own report"


def test_the_plot_is_a_picture_with_one_line_for_each_journey_and_safe_names() -> None:
    picture = ElementTree.fromstring(svg([journey("<a&b>"), journey("c")], TREE))
    space = "{http://www.w3.org/2000/svg}"
    assert len(picture.findall(f"{space}polyline")) == 2
    assert len(picture.findall(f"{space}circle")) == 2
    ElementTree.fromstring(svg([], TREE))
