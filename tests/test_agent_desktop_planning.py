"""The desktop's planner: the graph folded from recorded runs, phrases over roles, what a check wants, plans."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from agent.brain import WriteRequest
from agent.brains.desktop import DesktopPlanner
from agent.desktop_planning import phrases, source, survey, texts, words
from agent.desktop_planning.candidates import Program
from agent.desktop_planning.graph import Graph
from agent.desktop_planning.runs import PastRun
from agent.desktop_planning.wish import wish
from curriculum import checks
from curriculum.checks import (
    Achieved,
    All,
    Check,
    Clipboard,
    FileEquals,
    FileExists,
    Not,
    SheetCell,
    Unchanged,
    WindowOpen,
)
from curriculum.task import Task
from envs.desktop.broker import documentation
from envs.desktop.parse import facts
from skills.admit import name_refusals
from skills.words import QUANTITIES

PROGRAMS = (
    Program("calculator", "pocket calculator", ()),
    Program("spreadsheet", "spreadsheet", ("ods", "csv")),
    Program("editor", "plain text editor", ("txt", "md")),
    Program("files", "file manager", ("/",)),
)
PRIMITIVES = dict.fromkeys("open_program menu click press type_text set_text choose_file".split(), "")


def state(**files: str | None) -> dict[str, Any]:
    """A state with these documents (None: a folder), named with __ for / and _ for . in their paths."""
    told: dict[str, Any] = {}
    for name, text in files.items():
        path = name.replace("__", "/").replace("_", ".")
        told[path] = {"kind": "folder"} if text is None else {
            "kind": "file", "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "content": {"kind": "text", "text": text},
        }  # fmt: skip
    return {"files": told, "programs": [each.name for each in PROGRAMS], "windows": [], "clipboard": ""}


def done(*parts: Check) -> Check:
    """As tasks are judged."""
    return Achieved(check=All(checks=parts))


def task(goal: str, check: Check, **values: Any) -> Task:
    """A task of the family `some_family`."""
    return Task(goal, check, item="some_family", world="desktop", values=values)


def explored(
    number: int, program: str, menus: Sequence[str], *tried: Mapping[str, Any], keys: Sequence[Any] = ()
) -> PastRun:
    """The run of an exploration that saw this."""
    value = {"program": program, "file": "a.txt", "menus": list(menus), "window": "", "controls": [],
             "tried": list(tried), "keys": list(keys)}  # fmt: skip
    about = task("look around", done(FileExists(path="never.txt"))).to_json()
    return PastRun(number, about, survey.NAME, survey.SOURCE, {"program": program}, "returned", False, state(), state(),
                   value=value)  # fmt: skip


EDITOR = explored(
    1, "editor",
    ["File > Save (ctrl+s)", "File > Save As... (ctrl+shift+s)", "Search > Find and Replace... (ctrl+r)",
     "Edit > Convert > To Capitals", "Edit > Paste (ctrl+v)", "Document > Line Ending > DOS (CR LF)", "Edit > Empty"],
    {"entry": "File > Save As...", "changes": [], "front": "Save As", "dialog": True,
     "controls": [["text", "", "", ["focused", "editable"]], ["push button", "Save", "", []],
                  ["toggle button", "Create Folder", "", []]]},
    {"entry": "Search > Find and Replace...", "changes": [], "front": "Replace", "dialog": True,
     "controls": [["text", "", "", ["editable"]], ["text", "", "", ["editable"]],
                  ["push button", "Replace All", "", []], ["push button", "Close", "", []]]},
    {"entry": "File > Save", "changes": ["window"], "front": "a.txt", "dialog": False, "altered": ["a.txt"],
     "text": ["q", "q"]},
    {"entry": "Edit > Convert > To Capitals", "changes": [], "front": "a.txt", "dialog": False, "selected": "",
     "text": ["one two", "ONE TWO"]},
    keys=[["ctrl+End", "a\nb", "a\nbq"], ["Home", "a\nb", "qa\nb"], ["End", "a\nb", "aq\nb"]],
)  # fmt: skip
FILES = explored(
    2, "files",
    ["File > Create New... > Folder (ctrl+shift+n)", "Edit > Rename... (F2)", "Edit > Remove", "Edit > Cut (ctrl+x)",
     "Edit > Copy (ctrl+c)", "Edit > Paste (ctrl+v)", "Edit > Select All (ctrl+a)"],
    {"entry": "Edit > Rename...", "changes": [], "front": "Rename File", "dialog": True, "item": "x",
     "controls": [["text", "", "x", ["editable"]], ["push button", "OK", "", []]]},
    {"entry": "File > Create New... > Folder", "changes": [], "front": "New Folder", "dialog": True, "item": "x",
     "controls": [["text", "", "New", ["editable"]], ["push button", "OK", "", []]]},
    {"entry": "Edit > Remove", "changes": [], "front": "x", "dialog": False, "item": "x", "lost": ["x"],
     "text": ["", ""]},
    {"entry": "Edit > Cut", "changes": [], "front": "x", "dialog": False, "item": "x", "clipboard": "x"},
    {"entry": "Edit > Copy", "changes": [], "front": "x", "dialog": False, "item": "x", "clipboard": "x"},
)  # fmt: skip
CALCULATOR = explored(
    3, "calculator", ["Edit > Copy Display Value (ctrl+c)"],
    {"entry": "Edit > Copy Display Value", "changes": [], "front": "c", "dialog": False, "clipboard": "0"},
)  # fmt: skip
SHEET = explored(4, "spreadsheet", ["File > Save (ctrl+s)", "Edit > Paste (ctrl+v)", "File > Save As (ctrl+shift+s)"])


def test_the_graph_says_what_each_action_had_for_an_effect() -> None:
    graph = Graph()
    graph.learn([EDITOR, FILES])
    editor = graph.place("editor")
    assert editor.actions["File > Save"].keys == "ctrl+s"
    assert "Document > Line Ending > DOS (CR LF)" in editor.actions, "what is no shortcut belongs to the label"
    assert "Edit > Empty" not in editor.actions, "a placeholder is no action"
    assert editor.actions["File > Save"].effects["altered"] == 1
    dialog = editor.actions["Search > Find and Replace..."].dialog
    assert dialog is not None
    assert (len(dialog.fields), dialog.buttons) == (2, ("Replace All", "Close"))
    assert editor.carets == {"ctrl+End": "end", "Home": "start", "End": "line end"}
    assert editor.unexplored() == ["Edit > Paste", "Document > Line Ending > DOS (CR LF)"]
    assert graph.place("files").actions["Edit > Remove"].effects["lost"] == 1


def test_the_same_runs_give_the_same_graph_however_they_come() -> None:
    whole, parts = Graph(), Graph()
    whole.learn([EDITOR, FILES])
    parts.learn([EDITOR])
    parts.learn([FILES])
    assert whole.places == parts.places
    assert whole.patterns == parts.patterns


def test_what_a_sequence_of_actions_did_to_the_home_is_counted() -> None:
    graph = Graph()
    events: list[dict[str, Any]] = [
        {"kind": "acted", "call": "open_program", "args": {"program": "editor"}, "ok": True},
        {"kind": "acted", "call": "menu", "args": {"path": "File > Save As..."}, "ok": True},
        {"kind": "acted", "call": "choose_file", "args": {"path": "n.txt"}, "ok": True},
        {"kind": "file_made", "path": "n.txt"},
    ]
    about = task("write", done(FileExists(path="n.txt"))).to_json()
    graph.learn([PastRun(1, about, "write", "…", {}, "returned", True, state(), state(n_txt="x"), events)])
    assert graph.outcome(["editor: File > Save As... + file"], frozenset({"made"})) == (1, 1)
    assert graph.outcome(["editor: File > Save As... + file"], frozenset({"lost"})) == (0, 1)


PATHS = {
    "a role": ("a/b.txt", {"path": "a/b.txt"}, "path"),
    "a folder and a name": ("In/b.txt", {"folder": "In", "name": "b.txt"}, "folder + '/' + name"),
    "the folder of one path, the name of another": ("In/b.txt", {"target": "In", "path": "Out/b.txt"},
                                                    "target + '/' + path.rpartition('/')[2]"),
    "a folder": ("In", {"path": "In/b.txt"}, "path.rpartition('/')[0]"),
}  # fmt: skip


@pytest.mark.parametrize("case", PATHS)
def test_a_path_follows_from_the_roles(case: str) -> None:
    path, values, code = PATHS[case]
    found = phrases.path_phrases(path, values)
    assert code in [each.code for each in found]
    assert all(each.value(values) == path == eval(each.code, {}, dict(values)) for each in found)


def test_a_text_follows_from_the_roles_with_only_joints_between_or_not_at_all() -> None:
    values = {"name": "Ada", "lines": ["red", "blue"], "rows": [["a", 1], ["b", 2]]}
    for text in ("Ada: red, blue\n", "- red\n- blue", "a\t1\nb\t2", "red\nblue"):
        phrase = phrases.text_phrase(text, values)
        assert phrase is not None
        assert phrase.value(values) == text == eval(phrase.code, {}, dict(values))
    assert phrases.text_phrase("Dear Ada", values) is None, "a word that no role holds would be a constant"


def test_a_folder_is_a_loop_over_the_files_that_the_values_tell_apart() -> None:
    before = state(In=None, In__a_txt="1", In__b_csv="2", In__c_txt="3")
    found = {each.over.code: [turn["entry"] for turn in each.turns]
             for each in phrases.loops({"folder": "In", "ending": "txt"}, before["files"])}  # fmt: skip
    assert ["In/a.txt", "In/b.csv", "In/c.txt"] in found.values()
    assert ["In/a.txt", "In/c.txt"] in found.values()


CHANGES = [
    ("one\ntwo\n", "ONE\nTWO\n", "upper"),
    ("one\ntwo\nthree", "one\nthree", "a line less"),
    ("one\ntwo", "one\none\ntwo", "a line twice"),
    ("one\ntwo\nthree", "two\none\nthree", "two lines swapped"),
    ("one  \ntwo\n", "one\ntwo\n", "no blanks at line ends"),
]


@pytest.mark.parametrize(("before", "after", "kind"), CHANGES)
def test_a_change_of_a_text_is_recognised(before: str, after: str, kind: str) -> None:
    assert kind in texts.change(before, after)
    assert not texts.change(before, before)


def test_a_change_of_a_word_says_what_would_become_of_a_selection() -> None:
    assert "upper" in texts.change_of_piece("one two three", "one TWO three")
    assert not texts.change_of_piece("one two", "one two three")


def test_words_of_the_data_are_no_words_of_the_goal() -> None:
    told = words.told('Rename "sort.txt" to "save all"', ["sort.txt", "save all"])
    assert "rename" in told
    assert not {"sort", "save"} & set(told)
    assert words.likeness("Edit > Rename...", told, {}) > words.likeness("File > Save All", told, {}) == 0


def test_a_wish_says_what_must_become_of_each_file() -> None:
    gone = Not(check=FileExists(path="In/a.txt"))
    check = done(FileEquals(path="Out/a.txt", text="x"), gone, Unchanged(but=("Out",)))
    wanted = wish(check.to_json(), state(In__a_txt="x", Out=None))
    assert {(each.path, each.gone, each.like) for each in wanted.targets} == {
        ("Out/a.txt", False, "In/a.txt"), ("In/a.txt", True, None)}  # fmt: skip
    assert wanted.pattern == {"made", "lost"}


SEEN = [EDITOR, FILES, CALCULATOR, SHEET]
COMPOSED: dict[str, tuple[Task, dict[str, Any], Sequence[str]]] = {
    "a new text": (
        task("Write the text and save it", done(FileEquals(path="n.txt", text="hello")), text="hello", path="n.txt"),
        state(),
        ['open_program("editor")', "type_text(text)", 'menu("File > Save As...")', "choose_file(path)"],
    ),
    "a line at the end": (
        task("Add a line at the end", done(FileEquals(path="a.txt", text="one\nmore")), text="more", path="a.txt"),
        state(a_txt="one\n"),
        ['open_program("editor", path)', 'press("ctrl+End")', "type_text(text)", 'menu("File > Save")'],
    ),
    "a word for another": (
        task("Replace it", done(FileEquals(path="a.txt", text="new new")), new="new", old="old", path="a.txt"),
        state(a_txt="old old"),
        ['menu("Search > Find and Replace...")', "set_text(fields[0], old)", "set_text(fields[1], new)",
         'click("Replace All", role="push button")', 'menu("File > Save")'],
    ),
    "a change that only its effect tells": (
        task("Make it loud", done(FileEquals(path="a.txt", text="QUIET WORDS")), path="a.txt"),
        state(a_txt="quiet words"),
        ['menu("Edit > Convert > To Capitals")', 'menu("File > Save")'],
    ),
    "a name for a file": (
        task("Rename it", done(FileEquals(path="In/b.txt", text="x"), Not(check=FileExists(path="In/a.txt"))),
             path="In/a.txt", name="b.txt"),
        state(In=None, In__a_txt="x"),
        ["open_program(\"files\", path.rpartition('/')[0])", "click(path.rpartition('/')[2])",
         'menu("Edit > Rename...")', "set_text(fields[0], name)"],
    ),
    "the program that the task names": (
        task("Open the program", done(WindowOpen(program="files")), program="files"),
        state(),
        ["open_program(program)"],
    ),
    "a result of the calculator": (
        task("Compute it with the calculator and copy the result", done(Clipboard(text="42")), expression="6*7"),
        state(),
        ['open_program("calculator")', "type_text(expression)", 'press("Return")', 'menu("Edit > Copy Display Value")'],
    ),
    "what another program shows": (
        task("Compute it with the calculator and save it in the text", done(FileEquals(path="a.txt", text="42")),
             expression="6*7", path="a.txt"),
        state(),
        ['open_program("calculator")', 'menu("Edit > Copy Display Value")', 'open_program("editor")', "Paste",
         "choose_file(path)"],
    ),
    "a cell with a formula of which the goal says the function": (
        task("Compute with SUM and save", done(SheetCell(path="t.ods", cell="B3", formula="=SUM(B1:B2)")),
             path="t.ods", cells="B1:B2", cell="B3"),
        state(t_ods=""),
        ['open_program("spreadsheet", path)', "select_cells(cell)", "type_text('=SUM(' + cells + ')')",
         'menu("File > Save")'],
    ),
    "several files at once": (
        task("Remove them", done(*(Not(check=FileExists(path=f"In/{each}.txt")) for each in "ab")),
             folder="In", ending="txt"),
        state(In=None, In__a_txt="x", In__b_txt="y", In__c_md="z"),
        ["for entry in", "click(entry.rpartition('/')[2])", 'menu("Edit > Remove")'],
    ),
}  # fmt: skip


def ask(about: Task, before: Mapping[str, Any], runs: Sequence[PastRun]) -> Any:
    """The planner's draft for a task in a state, after these runs."""
    planner = DesktopPlanner(lambda after: [run for run in runs if run.number > after], PROGRAMS)
    request = WriteRequest(about, checks.describe(about.check), dict(before), (), (), (), PRIMITIVES)
    return planner.write(request)


@pytest.mark.parametrize("case", COMPOSED)
def test_a_program_is_composed_from_observed_effects(case: str) -> None:
    about, before, expected = COMPOSED[case]
    draft = ask(about, before, SEEN)
    assert draft.source is not None
    lines = iter(draft.source.splitlines())
    for part in expected:
        assert any(part in line for line in lines), f"{part} is not there, or not in this order:\n{draft.source}"
    assert set(draft.args) <= set(about.values)
    for value in about.values.values():
        assert repr(value) not in draft.source.replace('"', "'"), "data came into the source as a constant"
    assert not facts(draft.source, documentation())["refusals"]
    assert ask(about, before, SEEN) == draft, "the same runs and request give the same draft"


def test_a_program_gets_no_name_that_would_be_refused() -> None:
    for word in QUANTITIES:
        name = source.name_for(f"copy {word} 3 files", frozenset())
        assert (name, list(name_refusals(name, {}))) == ("copy_files", [])


def test_what_was_never_seen_is_explored_first() -> None:
    about, before, _ = COMPOSED["a new text"]
    draft = ask(about, before, [])
    assert (draft.name, draft.args["program"]) == (survey.NAME, "editor")
    refusals = [each["code"] for each in facts(survey.SOURCE.strip(), {"menu": "", **PRIMITIVES})["refusals"]]
    assert refusals == []


def test_what_passed_for_a_family_is_called_again_with_the_new_values() -> None:
    about, before, _ = COMPOSED["a new text"]
    first = ask(about, before, [EDITOR])
    passed = PastRun(2, about.to_json(), first.name, first.source, first.args, "returned", True, before,
                     state(n_txt="hello"))  # fmt: skip
    other = task("Write it and save it", done(FileEquals(path="m.txt", text="other")), text="other", path="m.txt")
    again = ask(other, state(), [EDITOR, passed])
    assert (again.source, again.args) == (first.source, {"text": "other", "path": "m.txt"})


def test_what_failed_makes_way_for_another_way_to_do_it() -> None:
    about, before, _ = COMPOSED["a word for another"]
    first = ask(about, before, [EDITOR])
    failed = PastRun(2, about.to_json(), first.name, first.source, first.args, "returned", False, before, before)
    assert ask(about, before, [EDITOR, failed]).source != first.source
