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
    "def max(x: int) -> int:\n    return x": "shadows_global",
    "def a(x: int) -> int:\n    from math import *\n    return x": "syntax",
    "from math import *\ndef a(x: int) -> int:\n    return x": "forbidden_import",
    "def a() -> int:\n    type_text('x')\n    return 1": "no_parameter",
    "def a() -> int:\n    text = 'x'\n    type_text(text)\n    return 1": "no_parameter",
    "def a() -> int:\n    type_text(text=f'x')\n    return 1": "no_parameter",
    "def a(x: int, /) -> int:\n    return x": "open_parameters",
    "def a(x: int) -> int:\n    yield x\n    return x": "generator",
    "from typing import Final\ndef a(x: int) -> int:\n    y: Final = 1\n    y = x\n    return 1": "assigns_constant",
    "def a(x: float) -> float:\n    import math\n    math.pi = x\n    return x": "assigns_constant",
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


BINDINGS = [
    "{} = 1",
    "[own, *{}] = [1]",
    "own = ({} := 1)",
    "{} += 1",
    "{}: int = 1",
    "for {} in []:\n        pass",
    "with open_program('x') as {}:\n        pass",
    "try:\n        pass\n    except ValueError as {}:\n        pass",
    "own = [1 for {} in []]",
    "own = {{1: 1 for own in [] for {} in []}}",
    "import math as {}",
    "from math import sqrt as {}",
    "def {}() -> None:\n        pass",
    "class {}:\n        pass",
    "def own({}: int) -> None:\n        pass",
    "own = lambda one, *, {}=1: 1",
    "def own(*{}: int) -> None:\n        pass",
    "match n:\n        case [1, *{}]:\n            pass",
    "match n:\n        case {{1: 1, **{}}}:\n            pass",
    "match n:\n        case 1 as {}:\n            pass",
    "global {}\n    {} = 1",
    "del {}",
]
"""Every way in which a program can give a name a meaning of its own."""


@pytest.mark.parametrize("way", BINDINGS)
def test_no_name_that_a_program_is_given_may_be_hidden(way: str) -> None:
    def told(name: str) -> list[tuple[str, str]]:
        source = f"def a(n: int) -> int:\n    {way.format(name, name)}\n    return n"
        refusals = facts(source, documentation())["refusals"]
        assert all(name in source.splitlines()[refusal["line"] - 1] for refusal in refusals)
        return [(refusal["code"], refusal["message"].split()[0]) for refusal in refusals]

    assert told("click") == [("shadows_primitive", "click")]
    assert told("len") == [("shadows_global", "len")]
    assert told("DeskError") == [("shadows_global", "DeskError")]
    assert told("save_note") == [], "whether that is a skill, the library knows"


def test_own_parameters_count_and_what_is_not_given_hides_nothing() -> None:
    assert codes("def a(click: str) -> str:\n    return click") == {"shadows_primitive"}
    assert codes("def a(list: str) -> str:\n    return list") == {"shadows_global"}
    source = "def a(input: str) -> str:\n    from typing import Any\n    open: Any = input\n    return open"
    assert codes(source) == set(), "files and questions are not there, and Any is what is there already"


def test_calling_oneself_is_told_as_a_call() -> None:
    assert facts("def a(n: int) -> int:\n    return a(n - 1)", documentation())["calls"] == ["a"]
    within = "def a(n: int) -> int:\n    def b() -> int:\n        return a(n)\n    return b()"
    assert facts(within, documentation())["calls"] == ["a"]
    own = "def a(n: int) -> int:\n    def b(m: int) -> int:\n        return b(m - 1)\n    return b(n)"
    assert facts(own, documentation())["calls"] == []


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
