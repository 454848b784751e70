"""Checks of the desktop decide by real files and what they say; what was so before, or with no deed, does not count."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from curriculum.checks import already_true, evaluate, parse
from curriculum.errors import BadCheck


def state(**changes: Any) -> dict[str, Any]:
    """An observation with a text, a sheet, a document and a picture in the home."""
    text = "alpha beta\nbeta\n"
    cells = {"B2": {"value": 6.0000000001, "formula": "=SUM(A1:A3)"}, "C1": {"value": True}}
    about = {"width": 40, "height": 30, "format": "png", "mode": "RGB", "average": [10, 20, 30], "grey": False}
    contents: dict[str, dict[str, Any]] = {
        "a.txt": {"kind": "text", "text": text},
        "s.ods": {"kind": "sheet", "sheets": {"One": cells, "Two": {"A1": {"value": 2}}}},
        "d.odt": {"kind": "document", "text": "Title\nSome  words", "headings": ["Title"]},
        "p.png": {"kind": "picture", **about},
    }
    files: dict[str, dict[str, Any]] = {
        path: {"kind": "file", "size": 9, "sha256": hashlib.sha256(path.encode()).hexdigest(), "content": content}
        for path, content in contents.items()
    }
    files["a.txt"]["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    files |= {"l": {"kind": "link", "target": "a.txt"}, "f": {"kind": "folder"}}
    windows = [{"title": "a.txt - Mousepad", "program": "editor", "active": True, "dialog": False, "box": [0, 0, 9, 9]}]
    windows += [{"title": "behind", "program": "files", "active": False, "dialog": False, "box": [0, 0, 9, 9]}]
    return {"files": files, "windows": windows, "clipboard": "copied", **changes}


ACTED = [{"kind": "acted", "tick": 1, "call": "click", "ok": True}]
HOLDS: list[dict[str, Any]] = [
    {"kind": "file_exists", "path": "a.txt"},
    {"kind": "file_exists", "path": "f", "what": "folder"},
    {"kind": "file_equals", "path": "a.txt", "text": "alpha beta\nbeta\n"},
    {"kind": "file_equals", "path": "a.txt", "text": "alpha beta\nbeta", "last_line_end": False},
    {"kind": "file_contains", "path": "a.txt", "text": "beta", "times": 2},
    {"kind": "sheet_cell", "path": "s.ods", "cell": "B2", "value": 6, "formula": "=sum( $A$1:A3 )"},
    {"kind": "sheet_cell", "path": "s.ods", "cell": "A1", "value": 2, "sheet": "Two"},
    {"kind": "sheet_cell", "path": "s.ods", "cell": "C1", "value": True},
    {"kind": "document_text", "path": "d.odt", "text": "Some words"},
    {"kind": "document_text", "path": "d.odt", "text": "Title", "heading": True},
    {"kind": "picture", "path": "p.png", "width": 40, "format": "png", "average": [15, 25, 25]},
    {"kind": "window", "title": "A.TXT", "program": "editor"},
    {"kind": "window", "title": "a.txt", "front": True},
    {"kind": "clipboard", "text": "copied", "copied": True},
    {"kind": "clipboard", "text": "copied"},
    {"kind": "unchanged"},
]
FAILS: list[dict[str, Any]] = [
    {"kind": "file_exists", "path": "l"},
    {"kind": "window", "title": "behind", "front": True},
    {"kind": "file_exists", "path": "f"},
    {"kind": "file_equals", "path": "a.txt", "text": "alpha beta\nbeta"},
    {"kind": "file_contains", "path": "a.txt", "text": "beta", "times": 1},
    {"kind": "file_contains", "path": "p.png", "text": "x"},
    {"kind": "sheet_cell", "path": "s.ods", "cell": "B2", "value": 7},
    {"kind": "sheet_cell", "path": "s.ods", "cell": "B2", "formula": "=SUM(A1:A4)"},
    {"kind": "sheet_cell", "path": "s.ods", "cell": "C1", "value": 1},
    {"kind": "sheet_cell", "path": "a.txt", "cell": "A1", "value": 1},
    {"kind": "document_text", "path": "d.odt", "text": "Some words", "exact": True},
    {"kind": "document_text", "path": "d.odt", "text": "Some", "heading": True},
    {"kind": "picture", "path": "p.png", "width": 41},
    {"kind": "picture", "path": "p.png", "average": [100, 20, 30]},
    {"kind": "window", "title": "a.txt", "program": "files"},
    {"kind": "clipboard", "text": "copie"},
]


@pytest.mark.parametrize("data", HOLDS, ids=str)
def test_what_is_so_passes_and_survives_json(data: dict[str, Any]) -> None:
    check = parse(data)
    assert parse(check.to_json()) == check
    verdict = evaluate(check, state(), state())
    assert verdict.passed, verdict.evidence
    assert check.sentence()


@pytest.mark.parametrize("data", FAILS, ids=str)
def test_what_is_not_so_fails_with_evidence(data: dict[str, Any]) -> None:
    verdict = evaluate(parse(data), state(), state())
    assert not verdict.passed
    assert verdict.evidence


@pytest.mark.parametrize("data", [each for each in HOLDS if each["kind"] != "unchanged"], ids=str)
def test_only_what_an_action_achieved_counts(data: dict[str, Any]) -> None:
    check = parse({"kind": "achieved", "check": data})
    nothing = state(files={}, windows=[], clipboard="")
    assert evaluate(check, nothing, state(), ACTED).passed
    assert "so before" in evaluate(check, state(), state(), ACTED).evidence
    assert "no action" in evaluate(check, nothing, state(), [{**ACTED[0], "kind": "looked"}]).evidence
    assert "no action" in evaluate(check, nothing, state(), [{**ACTED[0], "ok": False}]).evidence
    assert already_true(check, state())
    assert not already_true(check, nothing)


def test_side_effects_are_seen() -> None:
    check = parse({"kind": "unchanged", "but": ["f"]})
    more = state()
    more["files"]["f/new.txt"] = {"kind": "file", "size": 1, "sha256": "3" * 64}
    assert evaluate(check, state(), more).passed
    more["files"]["other.txt"] = {"kind": "file", "size": 1, "sha256": "3" * 64}
    assert "other.txt" in evaluate(check, state(), more).evidence


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../x", "", "~/x", "a//b"])
def test_a_check_cannot_name_a_path_outside_the_home(path: str) -> None:
    with pytest.raises(BadCheck):
        parse({"kind": "file_exists", "path": path})


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "file_equals", "path": "a"},
        {"kind": "file_equals", "path": "a", "text": "x", "sha256": "0" * 64},
        {"kind": "sheet_cell", "path": "a", "cell": "B2"},
        {"kind": "sheet_cell", "path": "a", "cell": "2B", "value": 1},
        {"kind": "window"},
        {"kind": "achieved", "check": {"kind": "nothing"}},
    ],
    ids=str,
)
def test_a_check_that_says_nothing_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(BadCheck):
        parse(data)


def test_what_a_program_put_on_the_clipboard_by_itself_was_not_copied() -> None:
    check = parse({"kind": "clipboard", "text": "copied", "copied": True})
    put = [{"kind": "acted", "tick": 1, "call": "set_clipboard", "args": {"text": "copied"}, "ok": True}]
    other = [{**put[0], "args": {"text": "another"}}]
    assert not evaluate(check, state(clipboard=""), state(), put).passed
    assert evaluate(check, state(clipboard=""), state(), [*other, *ACTED]).passed
