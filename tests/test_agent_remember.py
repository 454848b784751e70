"""The `memory` commands say what is kept, take back what is asked, and speak JSON; jobs run beside a program."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from agent import sights
from agent.cli import main
from agent.config import JourneyConfig
from agent.models.call import Ask
from agent.models.calls import MODELS, Calls
from agent.models.usage import Spent
from agent.remember import Meanwhile
from agent.store import AGENT, Store
from curriculum.schema import CURRICULUM
from memory.db import open_db
from memory.episodic import Episode, Episodes
from memory.items import same_world, seen
from memory.notes import Note, Notes
from memory.scheduler import scheduler
from memory.semantic import Item, Semantic, lesson
from memory.working import Mind, Section, Working, pack
from skills.schema import SKILLS


@pytest.fixture
def lived(own_home: Path) -> Path:
    """A home with a few memories."""
    db = open_db(own_home / "journeyman.db", SKILLS, CURRICULUM, AGENT)
    for n, cause in ((1, "no_station"), (2, None)):
        episode = Episode("a", n, "t1", "craft pickaxe", "failed" if cause else "passed", float(n), cause=cause)
        Episodes(db).record(episode)
    Semantic(db).add(lesson("pickaxe", "it ends with no_station", "place a table", at=1.0), reason="it failed")
    Semantic(db).add(Item("fact", "coal", "coal lies deep"), reason="seen")
    db.close()
    return own_home


def said(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, ["memory", *words])
    assert done.exit_code == code, done.output
    return done.output


def told(*words: str) -> Any:
    return json.loads(said(*words, "--json"))


def test_each_command_prints_text_and_json(lived: Path, tmp_path: Path) -> None:
    for words in (["recall", "coal"], ["list"], ["show", "1"], ["history"], ["stats"], ["consolidate", "--dry-run"]):
        assert said(*words).strip()
        told(*words)
    assert told("fit")["questions_needed"] > 0
    chosen = told("fit", "--curve", "act_r", "--weight", "meaning=0.3")["settings"]
    assert (chosen["curve"], chosen["by"], chosen["weights"]["meaning"]) == ("act_r", "hand", 0.3)
    assert "fades by act_r, stretched by 1 (chosen by hand); weights of recall: words 0.6, meaning 0.3" in said("stats")
    assert "'linear' is not one of" in said("fit", "--curve", "linear", code=2)
    assert "say NAME=NUMBER" in said("fit", "--weight", "meaning", code=2)
    assert told("recall", "coal")["hits"][0]["text"] == "coal lies deep"
    assert "words #1" in said("recall", "coal", "--why")
    assert [item["subject"] for item in told("list", "--kind", "lesson")] == ["pickaxe"]
    assert "lesson about pickaxe, holds everywhere" in said("show", "1")


def test_a_dry_run_also_tells_what_a_model_would_read_and_about_for_how_many_tokens(lived: Path) -> None:
    db = open_db(lived / "journeyman.db", SKILLS, CURRICULUM, AGENT)
    other = lesson("pickaxe", "it ended with no_station", "put the table down before anything else", at=2.0)
    Semantic(db).add(other, reason="reflection")
    db.close()
    dry = told("consolidate", "--dry-run")[-1]
    assert (dry["job"], dry["left"], dry["dry"]) == ("rephrase", 1, True)
    assert 100 < dry["estimate"]["model_tokens"] < 2000
    assert "tokens for reading" in said("consolidate", "--dry-run")
    assert [each["job"] for each in told("consolidate")] == [
        each["job"] for each in told("consolidate", "--dry-run")[:-1]
    ]


def test_a_model_that_is_named_puts_first_what_would_help(lived: Path, tmp_path: Path) -> None:
    db = open_db(lived / "journeyman.db")
    Semantic(db).add(Item("fact", "coal", "coal coal coal"), reason="seen")
    db.close()
    asked = ["recall", "coal"]
    plain = [hit["text"] for hit in told(*asked)["hits"]]
    answer = {"role": "rank", "messages": [], "answer": '{"helps": [0, 1]}', "finish": "stop", "model": "m",
              "tokens_in": 70, "tokens_out": 8, "cached": 0}  # fmt: skip
    (tmp_path / "r.jsonl").write_text(json.dumps(answer) + "\n")
    ranked = told(*asked, "--rank", f"replay:{tmp_path / 'r.jsonl'}")["hits"]
    assert [hit["text"] for hit in ranked] == plain[::-1]
    assert ranked[0]["parts"]["model"]["score"] == 1
    (call,) = Calls(open_db(lived / "journeyman.db", MODELS)).of("memory recall")
    assert (call["role"], call["tokens_in"]) == ("rank", 70), "what it cost is written down"
    assert "name a model" in said(*asked, "--rank", "planner", code=2)


def test_episodes_are_searched_from_the_command_line(lived: Path) -> None:
    (failed,) = told("list", "--kind", "episode", "--outcome", "failed", "pickaxe")
    assert (failed["iteration"], failed["cause"], failed["text"][:6]) == (1, "no_station", "Failed")
    assert [each["iteration"] for each in told("list", "--kind", "episode", "--since", "2", "--journey", "a")] == [2]
    assert "no_station" in said("list", "--kind", "episode", "--cause", "no_station")
    assert "No episode is like that" in said("list", "--kind", "episode", "--near", "0", "0")
    assert "add --kind episode" in said("list", "--outcome", "failed", code=2)
    assert "--near X Z" in said("list", "--kind", "episode", "--within", "8", code=2)


def test_an_episode_tells_before_and_after_wherever_it_was_taken(
    lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = open_db(lived / "journeyman.db")
    seen: tuple[dict[str, Any], dict[str, Any]] = ({"inventory": {}}, {"inventory": {"stick": 4}, "slots_free": 35})
    program = Episodes(db).keep_program("async function stick(bot) {}")
    episode = Episodes(db).record(Episode("a", 3, "t2", "gain a stick", "passed", 3.0, program=program), seen)
    db.close()
    told("export", str(tmp_path / "bundle"))
    monkeypatch.setenv("JOURNEYMAN_HOME", str(tmp_path / "other"))
    told("import", str(tmp_path / "bundle"), "--suffix", "-there")
    (there,) = told("list", "stick", "--kind", "episode")
    found = told("show", str(there["id"]), "--episode")
    assert (found["journey"], found["before"], found["after"]) == ("a-there", *seen)
    assert found["source"] == "async function stick(bot) {}"
    text = said("show", str(there["id"]), "--episode")
    assert "Before:\n  Inventory: nothing" in text
    assert "After:\n  Inventory: 4 stick (35 slots free)." in text
    monkeypatch.setenv("JOURNEYMAN_HOME", str(lived))
    assert "Before: not kept" in said("show", str(episode.id - 1), "--episode")
    assert "no episode 9 is kept" in said("show", "9", "--episode", code=1)


def test_an_operation_is_taken_back_by_its_entry(lived: Path) -> None:
    (entry,) = told("history", "2")
    assert entry["operation"] == "ADD"
    told("undo", str(entry["id"]))
    assert [item["subject"] for item in told("list")] == ["pickaxe"]
    assert "undoes" in said("history", "2")
    assert "undone by entry" in said("undo", str(entry["id"]), code=1)


def test_a_bundle_goes_out_and_comes_in(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = told("export", str(tmp_path / "bundle"))
    assert out["counts"]["episodes"] == 2
    assert told("import", str(tmp_path / "bundle"))["own"], "it bears the seal of this home"
    monkeypatch.setenv("JOURNEYMAN_HOME", str(tmp_path / "foreign"))
    assert "another seal" in said("import", str(tmp_path / "bundle"))
    assert {item["sensitivity"] for item in told("list")} == {"untrusted"}
    monkeypatch.setenv("JOURNEYMAN_HOME", str(tmp_path / "other"))
    assert told("import", str(tmp_path / "bundle"), "--restore")["new"]["items"] == 2
    assert told("export", str(tmp_path / "again"))["digest"] == out["digest"]
    assert "not a memory bundle" in said("import", str(tmp_path), code=1)


def test_what_another_home_played_is_not_taken_for_the_next_iterations_of_a_journey_of_that_name(
    lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told("export", str(tmp_path / "bundle"))
    home = tmp_path / "other"
    monkeypatch.setenv("JOURNEYMAN_HOME", str(home))
    home.mkdir()
    db = open_db(home / "journeyman.db", SKILLS, CURRICULUM, AGENT)
    Store(db).create(JourneyConfig("a", ("minecraft",), 1))
    for vouched in ([], ["--restore"]):
        assert "with --suffix" in said("import", str(tmp_path / "bundle"), *vouched, code=1)
    assert Episodes(db).find(limit=9) == []
    assert told("import", str(tmp_path / "bundle"), "--suffix", "-theirs")["new"]["episodes"] == 2
    assert {each.journey for each in Episodes(db).find(limit=9)} == {"a-theirs"}
    db.close()


def test_what_a_bundle_brought_of_a_journey_is_recalled_where_that_journey_never_was(
    lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = open_db(lived / "journeyman.db")
    Semantic(db).add(Item("fact", "iron_ore", "iron_ore seen at 1 2 3", "a"), reason="seen")
    db.close()
    told("export", str(tmp_path / "bundle"))
    monkeypatch.setenv("JOURNEYMAN_HOME", str(tmp_path / "other"))
    told("import", str(tmp_path / "bundle"), "--restore")
    for words in (["recall", "iron_ore"], ["recall", "iron_ore", "--journey", "a"]):
        assert [hit["text"] for hit in told(*words)["hits"]] == ["iron_ore seen at 1 2 3"]
    assert told("sign", "it is dark", "light it", "--because", "mobs", "--journey", "a")["scope"] == "a"
    assert "no journey is called 'b'" in said("recall", "iron_ore", "--journey", "b", code=2)


def test_what_is_pinned_or_private_and_what_a_change_was_made_from_is_seen(lived: Path) -> None:
    assert "active, pinned" in said("mark", "1", "--pin")
    assert "active, pinned, private" in said("mark", "1", "--private")
    assert "active, pinned, private" in said("list")
    assert "active, pinned, private" not in said("mark", "1", "--plain")
    said("archive", "2", "--reason", "not needed")
    (line, *_) = [each for each in said("history", "2").splitlines() if "ARCHIVE" in each]
    assert line.rstrip().endswith("not needed (who: person)")


def test_what_is_not_there_is_one_sentence(own_home: Path) -> None:
    assert said("stats", code=1).startswith("journeyman: no database at")


def test_jobs_run_while_a_program_runs(lived: Path) -> None:
    with Meanwhile(3.0) as meanwhile:
        meanwhile.wait()
    assert [item["kind"] for item in told("list", "--kind", "summary")], "the task's rounds became one line"


def test_a_program_that_fails_fails_as_itself(lived: Path) -> None:
    with pytest.raises(ZeroDivisionError), Meanwhile(3.0):
        raise ZeroDivisionError


def test_what_was_in_mind_is_shown_with_what_did_not_fit_and_the_calls_made_with_it(own_home: Path) -> None:
    db = open_db(own_home / "journeyman.db", SKILLS, CURRICULUM, AGENT, MODELS)
    Store(db).create(JourneyConfig("a", ("minecraft",), 1))
    packed = pack([Section("Task", ["dig"], rank=0), Section("Lessons", ["take a spade", "long " * 99])], 40)
    Working(db).keep(Mind("a", 2, "1/1/0/0", 1.0, 40, packed))
    for place in ("1/1/0/0.0", "1/1/0/0.1", "1/1/0/1.0"):
        ask = Ask("write", "writer", ({"role": "user", "content": packed.text},), place)
        Calls(db).keep("a", ask, "m", Spent(9, 9), 0.0, answer="x", finish="stop", seconds=1.0, attempt=1, at=0.0)
    db.close()
    (step,) = told("mind", "a")["steps"]
    assert step["calls"] == [1, 2]
    text = said("mind", "a", "--iteration", "2")
    assert "model call 1, 2" in text
    assert "take a spade" in text
    assert "did not fit (1 lines)" in text
    assert "the newest is 2" in said("mind", "a", "--iteration", "7", code=2)


def test_a_person_puts_up_signs_pins_hides_puts_away_and_brings_back(lived: Path) -> None:
    put_up = told("sign", "lava is near", "never dig straight down", "--because", "it kills")
    assert (put_up["kind"], put_up["pinned"], put_up["origin"]) == ("sign", True, "person")
    assert told("recall", "lava")["hits"][0]["tier"] == "sign"
    assert "is a sign: undo the entry" in said("archive", str(put_up["id"]), code=1)
    assert "it can be undone, never changed" in said("mark", str(put_up["id"]), "--unpin", code=1)
    (coal,) = told("list", "--kind", "fact")
    assert told("mark", str(coal["id"]), "--pin")["pinned"] is True
    assert "is pinned" in said("archive", str(coal["id"]), code=1)
    assert told("mark", str(coal["id"]), "--unpin", "--private")["sensitivity"] == "private"
    assert told("recall", "coal")["hits"] == []
    told("mark", str(coal["id"]), "--plain")
    assert told("archive", str(coal["id"]))["state"] == "archived"
    assert told("restore", str(coal["id"]))["state"] == "active"
    assert told("recall", "coal")["hits"][0]["text"] == "coal lies deep"
    assert "say what to mark" in said("mark", str(coal["id"]), code=2)


def test_what_held_at_a_time_is_listed_as_it_was_then(lived: Path) -> None:
    db = open_db(lived / "journeyman.db")
    iron = Semantic(db).add(Item("fact", "iron", "iron lies deep", valid_from=3.0), reason="r")
    Semantic(db).update(iron.id, at=5.0, reason="r", text="iron lies very deep")
    Semantic(db).archive(iron.id, at=7.0, reason="r")
    at = {time: [item["text"] for item in told("list", "--kind", "fact", "--as-of", time) if item["id"] == iron.id]
          for time in ("2", "4", "6", "8")}  # fmt: skip
    assert at == {"2": [], "4": ["iron lies deep"], "6": ["iron lies very deep"], "8": []}
    assert "say --until in place of --as-of" in said("list", "--kind", "episode", "--as-of", "1", code=2)


def test_text_from_a_world_steers_no_terminal_and_looks_like_no_line_of_ours(lived: Path) -> None:
    db = open_db(lived / "journeyman.db")
    hostile = "pearls \x1b[2J\u202e here\n0.999  lesson    1     drop the pearls"
    Notes(db).record(Note("", "chat", 1, hostile, 1.0, "Eve"))
    Semantic(db).add(Item("fact", "pearls\x07", hostile, sensitivity="untrusted"), reason=f"heard {hostile}")
    Episodes(db).record(Episode("a", 3, "t3", "dive", "failed", 3.0, cause="threw", message=hostile))
    for words in (["recall", "pearls"], ["list"], ["list", "--kind", "episode"], ["show", "3"], ["history"],
                  ["show", "3", "--episode"]):  # fmt: skip
        out = said(*words)
        assert all(line.isprintable() for line in out.splitlines()), words
        assert not any(line.startswith("0.999") for line in out.splitlines())
        assert "pearls" in out
    assert "«Eve: pearls " in said("recall", "pearls")
    assert said("show", "3").startswith("«pearls ")


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["recall", "???"], 2, "has no word to search for"),
        (["recall", ""], 2, "has no word to search for"),
        (["recall", "coal", "--as-of", "nan"], 2, "'nan' is no number"),
        (["list", "--kind", "episode", "--near", "inf", "0"], 2, "'inf' is no number"),
        (["show", "99999999999999999999999"], 2, "is not in the range"),
        (["undo", "99999999999999999999999"], 2, "is not in the range"),
        (["archive", "-1"], 2, "No such option"),
        (["archive", "1", "--reason", " "], 1, "no reason is given to ARCHIVE item 1"),
        (["list", "--limit", "99999999999999999999999"], 2, "is not in the range"),
        (["list", "--journey", "nowhere"], 2, "nothing is remembered of a journey 'nowhere'; there are: "),
        (["list", "--journey", "nowhere", "--kind", "episode"], 2, "nothing is remembered of a journey 'nowhere'"),
        (["sign", "night", " ", "--because", "it kills"], 2, "none of them can be empty"),
        (["export", "/dev/null/b"], 1, "cannot be written"),
        (["recall", "coal", "--tokens", "1"], 0, "none fits the budget"),
    ],
)
def test_absurd_words_get_one_sentence(lived: Path, words: list[str], code: int, why: str) -> None:
    out = said(*words, code=code)
    assert why in out
    assert "Traceback" not in out


def test_help_names_all_jobs(lived: Path) -> None:
    shown = " ".join(said("consolidate", "--help").split())
    with closing(open_db(lived / "journeyman.db", MODELS, AGENT, read_only=True).conn) as connection:
        names = scheduler(Database(connection)).names
    assert f"jobs now: {', '.join(names)}." in shown


def test_a_database_that_is_busy_or_damaged_is_one_sentence(lived: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memory.db.BUSY_SECONDS", 0.1)
    path = lived / "journeyman.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert said("archive", "1", code=1).startswith("journeyman: another process is writing to the database")
    content = path.read_bytes()
    for damaged in (content[: len(content) // 2], b"no database" * 1000):
        path.write_bytes(damaged)
        assert said("recall", "coal", code=1).startswith(f"journeyman: {path} is damaged (")


PLACE = "minecraft:7"


@pytest.fixture
def twice(own_home: Path) -> Path:
    """A home where two journeys in the same world, and one in another, know of the same iron; one of them mined it."""
    db = open_db(own_home / "journeyman.db", SKILLS, CURRICULUM, AGENT)
    memory = Semantic(db)
    for n, (journey, place) in enumerate((("a", PLACE), ("b", PLACE), ("c", "minecraft:8")), 1):
        sights.inherit(memory, journey, place, float(n))
        id = Episodes(db).record(Episode(journey, 1, "t", "look", "passed", float(n))).id
        if journey != "b":
            for scope in (same_world(place), journey):
                memory.add(seen("iron_ore", 5, 50, 0, scope=scope, at=float(n), evidence=[id]), reason="in sight")
    dug = seen("iron_ore", 5, 50, 0, scope="b", at=2.0, evidence=[2], what="found")
    memory.add(dug, reason="dug")
    db.close()
    return own_home


def everywhere() -> list[str]:
    found = [(item, where) for item in told("list") for where in [item["scope"], *(o["scope"] for o in item["also"])]]
    return sorted(f"{item['text'].split()[1]} in {where.removeprefix('family:')}" for item, where in found)


OTHERS = ["seen in c", "seen in world minecraft:8"]
ALL = sorted(["found in b", "seen in a", "seen in b", "seen in world minecraft:7", *OTHERS])


@pytest.mark.parametrize("scope", ["a", "b", "family:world minecraft:7"])
def test_who_puts_a_place_away_is_rid_of_it_wherever_it_would_come_back_from(twice: Path, scope: str) -> None:
    assert everywhere() == ALL
    ids = {where["scope"]: where["id"] for item in told("list") for where in [item, *item["also"]]}
    away = told("archive", str(ids[scope]))
    assert {item["scope"] for item in [away, *away["also"]]} == {"a", "b", "family:world minecraft:7"}
    assert everywhere() == OTHERS
    assert told("recall", "iron ore", "--journey", "b")["hits"] == []
    assert len(told("restore", str(ids[scope]))["also"]) == len(away["also"]) == 3
    assert everywhere() == ALL


def test_undoing_a_place_undoes_it_wherever_it_is_kept_and_can_be_undone_at_once(twice: Path) -> None:
    first = told("list", "--journey", "a")[0]["id"]
    entry = told("history", str(first))[-1]["id"]
    undone = told("undo", str(entry))
    assert len(undone) == 4
    assert everywhere() == OTHERS
    told("undo", str(undone[-1]["id"]))
    assert everywhere() == ALL


def test_a_place_that_is_kept_for_its_journey_and_its_world_is_one_line_with_both(twice: Path) -> None:
    lines = [line for line in said("list").splitlines() if "iron_ore seen" in line]
    assert len(lines) == 2
    (line,) = [line for line in lines if "world minecraft:7" in line]
    assert "a, " in line or ", a" in line
    assert len(told("list", "--limit", "2")) == 2
    shown = said("show", str(told("list", "--journey", "a")[0]["id"]))
    assert "the same place is kept as" in shown
    assert "about iron_ore, holds in a" in shown
    assert "world minecraft:7, active" in shown


def test_a_place_is_kept_private_or_pinned_wherever_it_is_kept(twice: Path) -> None:
    id = str(told("list", "--journey", "a")[0]["id"])
    assert len(told("mark", id, "--private", "--pin")["also"]) == 3
    assert {(item["sensitivity"], item["pinned"]) for item in told("list", "--journey", "b")} == {("private", True)}
    assert "is pinned: unpin it first" in said("archive", id, code=1)


def test_what_only_episodes_are_searched_by_is_named_as_it_was_given(lived: Path) -> None:
    assert "only episodes are searched by --with, --near: add --kind episode" in said(
        "list", "--near", "0", "0", "--with", "stick", code=2
    )
    assert "or say memory recall iron ore" in said("list", "iron", "ore", code=2)
