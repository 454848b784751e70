"""Skills as Agent Skills folders: strict for every client, the same bytes each time, and back without a loss."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import skills_ref
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.db import open_db, reading
from skills.admit import Admission
from skills.agent_skills import frontmatter, writer
from skills.agent_skills.archive import Folder, open_folders
from skills.agent_skills.intake import Desk, Language, take_folders
from skills.agent_skills.validate import KEYS, validate
from skills.agent_skills.writer import CannotExport, Runtime
from skills.errors import NotAllowed, SkillError
from skills.graph import SkillGraph
from skills.library import Library
from skills.proofs import JOURNEY, Proofs, Trial
from skills.reader import By
from skills.schema import SKILLS
from skills.skill import Parameter, Signature, Use, Version
from skills.snapshot import closure, library_hash, restore, snapshot, tables

COUNT = (Parameter("kind", "string", "'any'"), Parameter("count", "number", "1"))
RUNTIMES = {"javascript": Runtime({"run.mjs": b"// runs it\n"}, "Needs Node.js.", "node scripts/run.mjs")}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return empty(tmp_path / "j.db")


def empty(path: Path | str = ":memory:") -> Library:
    return Library(open_db(path, SKILLS))


def admitted(name: str, body: str = "", uses: Mapping[str, str] | None = None, purpose: str = "") -> Admission:
    source = f"async function {name}(bot, {{ kind = 'any', count = 1 }} = {{}}) {{ {body} return kind + count }}\n"
    said = purpose or f"Does what {name} says."
    return Admission(source, (), Signature(name, COUNT), said, uses=uses or {}, primitives=("mineBlock",))


def a_full_life(library: Library) -> None:
    """Versions, callers, evidence, rollback, retirement, quarantine: something in every table."""
    first = library.add(admitted("mineLogs"), reason="task | done", author="planner", journey="a", iteration=1, at=1.0)
    library.add(admitted("craftPlanks", uses={"mineLogs": first.hash}), reason="r", journey="a", iteration=2, at=2.0)
    for run in range(12):
        seen = {"args": {"count": run + 1}, "after": {"oak_log": run + 1}, "tools": ("stone_axe",), "ticks": 9}
        library.record_use(Use(first.hash, "succeeded", "a", run, float(run), setting="fresh", world=str(run), **seen))
    library.record_use(Use(first.hash, "failed", "a", 50, 50.0, cause="no_tool", events=(3, 9)))
    second = library.add(admitted("mineLogs", "better();"), reason="better?", at=51.0)
    library.promote("mineLogs", second.hash, reason="by hand", at=52.0)
    library.rollback("mineLogs", reason="it was not", at=53.0)
    library.add(admitted("mineSand"), reason="r", at=54.0)
    library.retire("mineSand", reason="of no use", at=55.0)
    library.quarantine(admitted("mineGold"), "somewhere", reason="imported", author="import:x", at=56.0)


def exported(library: Library, *names: str) -> list[Folder]:
    chosen = closure(library, names or library.names(retired=True))
    return writer.folders(library, chosen, runtimes=RUNTIMES)


def desk(*, ours: bool) -> Desk:
    """An intake that may not look at any code, so that nothing but the restoring of our own can succeed."""

    def parse(source: str) -> dict[str, object]:
        raise AssertionError(f"nothing was to be judged: {source}")

    return Desk({"javascript": Language(parse)}, lambda digest, seal: ours)


# -- out


def test_every_exported_folder_is_valid_for_us_and_for_the_reference(library: Library, tmp_path: Path) -> None:
    a_full_life(library)
    for folder in exported(library):
        assert validate(folder) == []
        assert skills_ref.validate(writer.write(folder, tmp_path / "out")) == []
    read_back = {folder.name: validate(folder) for folder in open_folders(tmp_path / "out")}
    assert read_back == {name: [] for name in ("craft-planks", "mine-gold", "mine-logs", "mine-sand")}


def test_a_folder_has_only_the_six_keys_and_holds_what_is_promised(library: Library) -> None:
    a_full_life(library)
    (folder,) = [each for each in exported(library, "craftPlanks") if each.name == "craft-planks"]
    front = frontmatter.read(folder.files["SKILL.md"].decode(), lenient=False)
    assert set(front.values) <= set(KEYS)
    assert all(isinstance(each, str) for each in front.values["metadata"].values())
    for path in ("contract.md", "evidence.md", "lineage.md", "dependencies.json", "history-001.jsonl"):
        assert f"references/{path}" in folder.files
    assert {"scripts/skills/craftPlanks.js", "scripts/skills/mineLogs.js", "scripts/run.mjs"} <= set(folder.files)
    program = json.loads(folder.files["scripts/program.json"])
    assert [module["name"] for module in program["modules"]] == ["mineLogs", "craftPlanks"], "callees come first"
    (call,) = json.loads(folder.files["references/dependencies.json"])["calls"]
    assert (call["as"], call["skill"]) == ("mineLogs", "mineLogs")


def test_the_references_tell_every_edge_and_who_moved_what(library: Library) -> None:
    a_full_life(library)
    planks, logs = (library.get(name).current.hash for name in ("craftPlanks", "mineLogs"))
    library.link(planks, "derived_from", logs, reason="the same steps")
    with library.by(By("person:ann", "a", 7)):
        library.retire("craftPlanks", reason="of no use", at=60.0)
    (folder,) = [each for each in exported(library) if each.name == "craft-planks"]
    (linked,) = json.loads(folder.files["references/dependencies.json"])["linked"]
    assert linked == {"from": planks, "kind": "derived_from", "to": logs, "skill": "mineLogs"}
    assert (
        f"| retired | {planks[:15]} |  | person:ann | a #7 | of no use |"
        in folder.files["references/lineage.md"].decode()
    )


def test_the_same_library_gives_the_same_bytes_whatever_stands_beside_it(library: Library) -> None:
    a_full_life(library)
    crowded = empty()
    Library(crowded.db, "other").add(admitted("mineLogs", "other();"), reason="r")
    restore(crowded, snapshot(library))
    assert [each.files for each in exported(crowded)] == [each.files for each in exported(library)]


@settings(max_examples=60)
@given(purpose=st.text(max_size=1500), reason=st.text(max_size=200))
def test_no_words_of_others_can_make_an_exported_folder_invalid(purpose: str, reason: str) -> None:
    library = empty()
    try:
        purpose.encode(), reason.encode()
    except UnicodeEncodeError:
        return
    library.add(admitted("mineLogs", purpose=purpose), reason=reason)
    (folder,) = exported(library)
    assert validate(folder) == []
    text = folder.files["SKILL.md"].decode()
    assert text.split("---", 2)[1] == "\n" + frontmatter.read(text).text + "\n", "also for clients that split at ---"


def test_names_become_plain_and_never_coincide() -> None:
    found = writer.folder_names(["mineIronOre", "mineHTML", "mineHtml", "größe", "木", "a" * 90, "con"])
    assert found["con"].startswith("con-"), "Windows has no folder of that name"
    assert found["mineIronOre"] == "mine-iron-ore"
    assert found["größe"] == "grosse" or found["größe"].startswith("gro")
    assert len(set(found.values())) == len(found)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) and len(name) <= 64 for name in found.values())


def test_a_skill_brings_along_what_it_calls(library: Library) -> None:
    a_full_life(library)
    assert [each.name for each in exported(library, "craftPlanks")] == ["craft-planks", "mine-logs"]
    with pytest.raises(SkillError, match="no skill 'mineCheese'"):
        exported(library, "mineCheese")


def test_a_bundle_is_one_folder_and_comes_back_like_many(library: Library, tmp_path: Path) -> None:
    a_full_life(library)
    names = library.names(retired=True)
    (bundle,) = writer.folders(library, names, runtimes=RUNTIMES, bundle="wood-work")
    assert validate(bundle) == []
    other = empty(tmp_path / "other.db")
    take_folders(other, [bundle], desk(ours=True))
    assert library_hash(other) == library_hash(library)
    with pytest.raises(NotAllowed, match="name of a bundle"):
        writer.folders(library, names, runtimes=RUNTIMES, bundle="../up")


def test_a_bundle_of_both_languages_says_so_and_names_its_files_for_every_system(library: Library) -> None:
    library.add(Admission("async function aux(bot) {}", (), Signature("aux"), "Waits."), reason="r")
    library.add(Admission("def tidy(): ...", (), Signature("tidy"), "Tidies.", language="python"), reason="r")
    (bundle,) = writer.folders(library, ["aux", "tidy"], runtimes=RUNTIMES, bundle="both")
    assert "a Minecraft bot (mineflayer) or a desktop agent has to: aux, tidy" in bundle.files["SKILL.md"].decode()
    names = [path for path in bundle.files if path.startswith("scripts/skills/")]
    assert [re.sub(r"-\w{8}\.", "-x.", each) for each in names] == ["scripts/skills/aux-x.js", "scripts/skills/tidy.py"]
    modules = json.loads(bundle.files["scripts/program.json"])["modules"]
    assert {f"scripts/{each['file'].removeprefix('./')}" for each in modules} == set(names)


def test_a_second_export_replaces_the_first_and_nothing_else(library: Library, tmp_path: Path) -> None:
    a_full_life(library)
    (folder,) = [each for each in exported(library) if each.name == "mine-logs"]
    target = writer.write(folder, tmp_path)
    (target / "stale.txt").write_text("of an older export")
    writer.write(folder, tmp_path)
    assert {str(each.relative_to(target)) for each in target.rglob("*") if each.is_file()} == set(folder.files)
    (tmp_path / "mine-sand").mkdir()
    (tmp_path / "mine-sand" / "SKILL.md").write_text("---\nname: mine-sand\ndescription: by hand\n---\n")
    (sand,) = [each for each in exported(library) if each.name == "mine-sand"]
    with pytest.raises(CannotExport, match="was not exported from a library"):
        writer.write(sand, tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_dir()) == ["mine-logs", "mine-sand"]


def test_nothing_of_an_export_that_was_killed_gets_into_the_next(library: Library, tmp_path: Path) -> None:
    library.add(admitted("mineLogs"), reason="r")
    (folder,) = exported(library)
    left = tmp_path / f".{folder.name}.{os.getpid()}.new"
    left.mkdir()
    (left / "half.md").write_text("of a process of the same number")
    assert not (writer.write(folder, tmp_path) / "half.md").exists()


def test_what_the_language_cannot_run_elsewhere_is_said(library: Library) -> None:
    library.add(Admission("def tidy(): ...", (), Signature("tidy"), "Tidies.", language="python"), reason="r")
    (folder,) = exported(library)
    assert validate(folder) == []
    assert "no runner for this language" in folder.files["SKILL.md"].decode()
    assert "scripts/skills/tidy.py" in folder.files


# -- and back


def test_export_wipe_import_gives_the_identical_library(library: Library, tmp_path: Path) -> None:
    a_full_life(library)
    for folder in exported(library):
        writer.write(folder, tmp_path / "out")
    other = empty(tmp_path / "other.db")
    reports = take_folders(other, open_folders(tmp_path / "out"), desk(ours=True))
    assert {each.outcome for each in reports} == {"restored"}
    assert library_hash(other) == library_hash(library)
    assert snapshot(other) == snapshot(library)
    for name in library.names(retired=True):
        before, after = library.get(name), other.get(name)
        assert (after.current.hash, after.rung, after.record) == (before.current.hash, before.rung, before.record)
        assert (after.requires, after.effects, after.retired) == (before.requires, before.effects, before.retired)
        moves = [(move.action, move.version, move.before, move.reason) for move in library.history(name)]
        assert [(move.action, move.version, move.before, move.reason) for move in other.history(name)] == moves
    assert [each.skill for each in other.quarantined()] == ["mineGold"]
    again = take_folders(other, open_folders(tmp_path / "out"), desk(ours=True))
    assert {each.outcome for each in again} == {"unchanged"}
    assert library_hash(other) == library_hash(library)


def test_life_goes_on_after_a_restore_as_it_would_have_before(library: Library) -> None:
    a_full_life(library)
    other = empty()
    restore(other, snapshot(library))
    for each in (library, other):
        current = each.get("mineLogs").current
        each.record_use(Use(current.hash, "succeeded", "b", 1, 60.0, after={"oak_log": 1}))
        each.rollback("mineLogs", reason="back", at=61.0, to=each.versions("mineLogs")[1].hash)
    assert library_hash(other) == library_hash(library)


def test_runs_of_two_homes_under_one_journey_and_number_both_count(library: Library) -> None:
    a_full_life(library)
    theirs = library.get("mineLogs").current
    library.record_use(Use(theirs.hash, "succeeded", JOURNEY, 7, 60.0, setting="fresh", world="7"))
    before = library.record_of(theirs.hash)
    other = empty()
    mine = other.add(admitted("mineClay"), reason="r", journey="a", iteration=1, at=1.0)
    for journey, number in (("a", 1), (JOURNEY, 7)):
        for _ in range(2):  # said again, it counts once
            other.record_use(Use(mine.hash, "succeeded", journey, number, 1.0, setting="fresh", world=str(number)))
    restore(other, snapshot(library, closure(library, ["mineLogs"])))
    assert (other.record_of(theirs.hash), other.record_of(mine.hash).succeeded) == (before, 2)
    newer = other.add(admitted("mineDirt"), reason="r", at=61.0)
    other.record_use(Use(newer.hash, "succeeded", "a", 2, 61.0))
    assert other.record_of(newer.hash).succeeded == 1, "runs that came along do not hide what happens here"


def test_a_trial_gets_a_number_that_no_run_has_that_came_along(library: Library) -> None:
    a_full_life(library)
    hash = library.get("mineLogs").current.hash
    library.record_use(Use(hash, "succeeded", JOURNEY, 1, 60.0, setting="fresh", world="7"))
    other = empty()
    restore(other, snapshot(library))
    proofs, succeeded = Proofs(other), other.record_of(hash).succeeded
    number = proofs.next_number()
    proofs.record(Trial(hash, "verify", 1, {}, "some", True, "it did", id=number))
    other.record_use(Use(hash, "succeeded", JOURNEY, number, 62.0, setting="fresh", world="1"))
    assert other.record_of(hash).succeeded == succeeded + 1
    assert ([each.id for each in proofs.trials_of(hash)], proofs.next_number()) == ([number], number + 1)


def test_a_library_from_before_keeps_its_runs_and_protects_them(library: Library, tmp_path: Path) -> None:
    a_full_life(library)
    seen = library_hash(library)
    with library.db.conn:
        library.db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm012_runs'")
    again = Library(open_db(tmp_path / "j.db", SKILLS))
    assert library_hash(again) == seen
    for change in ("UPDATE uses SET outcome = 'succeeded'", "DELETE FROM uses"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            again.db.execute(change)


def test_what_is_read_beside_a_journey_is_the_library_of_one_moment(library: Library, tmp_path: Path) -> None:
    a_full_life(library)
    journey = empty(tmp_path / "j.db")

    def write(statement: str) -> None:
        if statement.startswith("SELECT"):  # before each statement that reads
            name = f"learnt{len(journey.names())}"
            journey.add(admitted(name), reason="meanwhile")
            journey.promote("mineLogs", journey.add(admitted("mineLogs", f"{name}()"), reason="r").hash, reason="r")

    with ExitStack() as stack:
        stack.callback(library.db.conn.set_trace_callback, None)
        library.db.conn.set_trace_callback(write)
        with reading(library.db):
            folders = exported(library, "craftPlanks")
            hashed = library_hash(library)
            picture = SkillGraph(library).picture()
        then = [each["hash"] for each in picture["nodes"] if each["name"] == "mineLogs"]
        assert library_hash(library) != hashed
        assert len(SkillGraph(library).picture()["nodes"]) > len(picture["nodes"])
    (told,) = [folder for folder in folders if folder.name == "mine-logs"]
    assert f'journeyman-versions: "{then[0]}"' in told.files["SKILL.md"].decode()
    assert library.get("mineLogs").current.hash != then[0]


def test_the_hash_sees_every_kind_of_change(library: Library) -> None:
    a_full_life(library)
    seen = {library_hash(library)}
    version: Version = library.get("mineLogs").current
    for change in (
        lambda: library.record_use(Use(version.hash, "failed", "z", 1, 70.0)),
        lambda: library.retire("mineLogs", reason="r"),
        lambda: library.restore("mineLogs", reason="r"),
        lambda: library.add(admitted("mineLogs", "third();"), reason="r"),
        lambda: library.promote("mineGold", library.get("mineGold").current.hash, reason="I looked"),
    ):
        change()
        seen.add(library_hash(library))
    assert len(seen) == 6


def test_whatever_table_hangs_on_a_version_travels(library: Library) -> None:
    names = {str(row[0]) for row in library.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    ours = {
        name
        for name in names
        if "REFERENCES versions"
        in str(library.db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone()[0])
    }
    assert {table.name for table in tables(library.db)} >= ours | {"versions"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows["versions"][0].update(source="async function mineLogs(bot) { steal() }"), "what its hash"),
        (lambda rows: rows["skills"][0].update(current=rows["calls"][0]["callee"]), "none of its own"),
        (lambda rows: rows["moves"][0].update(skill="mineSand"), "stands among those of"),
        (lambda rows: rows["moves"][0].update(version="v1:nowhere"), "do not fit together"),
        (lambda rows: rows["moves"][0].update(reason="\ud83d"), "do not fit together"),
        (lambda rows: rows["moves"][0].update(iteration=2**70), "do not fit together"),
        (lambda rows: rows["moves"][0].update(reason={"json": [1e999]}), "do not fit together"),
        (lambda rows: rows["standings"][0].update(rank=7), "newer version"),
        (lambda rows: rows.update(spells=[{"name": "x"}]), "newer version"),
        (lambda rows: rows.pop("versions"), "incomplete"),
    ],
)
def test_a_history_that_does_not_belong_together_is_refused_whole(library: Library, change: object, said: str) -> None:
    a_full_life(library)
    content = snapshot(library, closure(library, ["craftPlanks"]))
    assert callable(change)
    change(content["craftPlanks"])
    other = empty()
    with pytest.raises(SkillError, match=said):
        restore(other, content)
    assert other.names(retired=True) == []


@pytest.mark.parametrize("odd", [b'"\\ud83d"', b"1e999"])
def test_a_history_that_no_table_can_hold_is_refused_with_its_folder(library: Library, odd: bytes) -> None:
    a_full_life(library)
    (folder,) = [each for each in exported(library, "mineLogs") if each.name == "mine-logs"]
    (path,) = [each for each in folder.files if each.endswith(".jsonl")]
    damaged = {**folder.files, path: folder.files[path].replace(b'"it was not"', odd)}
    assert damaged[path] != folder.files[path]
    (report,) = take_folders(empty(), [replace(folder, files=damaged)], desk(ours=True))
    assert report.outcome == "refused"
    assert "damaged" in report.said[0]


def test_a_history_longer_than_a_file_may_be_is_split_and_read(library: Library) -> None:
    version = library.add(admitted("mineLogs"), reason="r")
    for run in range(40):
        library.record_use(Use(version.hash, "succeeded", "a", run, float(run), args={"text": "x" * 20_000}))
    (folder,) = exported(library)
    assert {"references/history-001.jsonl", "references/history-002.jsonl"} <= set(folder.files)
    other = empty()
    assert [each.outcome for each in take_folders(other, [folder], desk(ours=True))] == ["restored"]
    assert library_hash(other) == library_hash(library)
