"""Facts and refusals about desktop skills, as the admission of skills reads them."""

from __future__ import annotations

import pytest

from envs.desktop.broker import documentation
from envs.desktop.parse import facts

GOOD = '''def save_note(text: str, path: str, tries: int = 2) -> dict:
    """Write a text and save it.

    More words.
    """
    import re

    def clean(words: str) -> str:
        return re.sub(" +", " ", words)

    open_program("editor")
    type_text(clean(text))
    for _ in range(tries):
        store_under(path)
    return {"saved": path}
'''


def codes(source: str) -> set[str]:
    return {refusal["code"] for refusal in facts(source, documentation())["refusals"]}


def test_a_good_skill_is_told_in_full() -> None:
    told = facts(GOOD, documentation())
    assert told["refusals"] == []
    assert (told["main"], told["language"], told["purpose"]) == ("save_note", "python", "Write a text and save it.")
    assert told["functions"][0]["params"] == [
        {"name": "text", "type": "str", "default": None},
        {"name": "path", "type": "str", "default": None},
        {"name": "tries", "type": "int", "default": "2"},
    ]
    assert told["calls"] == ["open_program", "type_text", "store_under"], "names of Python and of its own are no calls"


BAD = {
    "def a() -> int:\n    return (": "syntax",
    "": "no_function",
    "x = 1\ndef a() -> int:\n    return 1": "outside_code",
    "def b() -> int:\n    return 1\ndef a() -> int:\n    return b()": "several_functions",
    "async def a() -> int:\n    return 1": "is_async",
    "def a(x) -> int:\n    return x": "untyped_parameter",
    "def a(*x: int) -> int:\n    return x[0]": "open_parameters",
    "def a(x: int) -> int:\n    return 1": "unused_parameter",
    "def a() -> None:\n    click('b')": "no_return",
    "def click(x: int) -> int:\n    return x": "shadows_primitive",
    "def save_3_files() -> int:\n    return 1": "quantity_in_name",
    "def a() -> int:\n    type_text('x')\n    return 1": "no_parameter",
    "def save_two() -> int:\n    return 1": "quantity_in_name",
    "def a() -> int:\n    return open('x')": "forbidden_name",
    "def a() -> int:\n    import os\n    return os.getpid()": "forbidden_import",
    "def a() -> int:\n    from . import b\n    return b": "forbidden_import",
    "def a() -> int:\n    return ().__class__": "forbidden_name",
    "@cache\ndef a() -> int:\n    return 1": "decorated",
    "def a() -> int:\n    return " + "-" * 50_000 + "1": "syntax",
    "def a() -> int:\n    return 1\n" + "#" * 100_001: "syntax",
}


@pytest.mark.parametrize("source", BAD, ids=lambda source: source[:40])
def test_what_cannot_be_a_skill_is_refused_with_its_line(source: str) -> None:
    refusals = facts(source, documentation())["refusals"]
    assert BAD[source] in {refusal["code"] for refusal in refusals}
    assert all(refusal["line"] >= 1 and refusal["message"] for refusal in refusals)


def test_a_helper_within_may_return_nothing_and_shadow_nothing() -> None:
    source = "def a(n: int) -> list:\n    found = []\n    def add(each: int) -> None:\n        found.append(each)\n"
    assert codes(source + "    for i in range(n):\n        add(i)\n    return found") == set()


def test_every_primitive_is_documented_by_its_header() -> None:
    for name, text in documentation().items():
        signature, _, words = text.partition("\n")
        assert signature.startswith(f"{name}("), text
        assert words.strip(), f"{name} says nothing"
    assert "click(target: str" in documentation()["click"]
    assert not {"look", "until"} & set(documentation())
