"""Desktop skills rewritten by their syntax trees: what comes out does what went in did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from envs.desktop.language import Python

PYTHON = Python()
SAVE = '''def save_list(rows: list, path: str, loud: bool = False) -> dict:
    """Write rows and save them."""
    open_program("editor")  # a new window
    text = "\\n".join(rows)
    type_text(text.upper() if loud else text)
    press("ctrl+s")
    return {"saved": path, "as": "text"}
'''


def ran(sources: Mapping[str, str], main: str, *args: Any, **kwargs: Any) -> tuple[Any, list[tuple[Any, ...]]]:
    """What a function gives, and what it called."""
    calls: list[tuple[Any, ...]] = []
    names: dict[str, Any] = {"Any": Any}
    for primitive in ("open_program", "type_text", "press", "menu", "click"):
        names[primitive] = lambda *given, called=primitive: calls.append((called, *given))
    for source in sources.values():
        exec(source, names)
    return names[main](*args, **kwargs), calls


def test_a_shape_sees_neither_names_nor_layout_nor_documentation() -> None:
    other = SAVE.replace("text =", "words =").replace("type_text(text.upper() if loud else text)",
                                                      "type_text(words.upper() if loud  else words)")  # fmt: skip
    other = (
        other.replace("save_list", "keep_list")
        .replace("Write rows and save them.", "Another.")
        .replace("  # a new", "  #")
    )
    one, two = PYTHON.shape(SAVE), PYTHON.shape(other)
    assert one["same"] == two["same"]
    assert one["constants"] == ["editor", "\n", "ctrl+s", "text"], "labels of a table are no constants"
    assert one["steps"][-1] is None
    changed = PYTHON.shape(SAVE.replace('"ctrl+s"', '"F2"'))
    assert (changed["same"] == one["same"], changed["like"] == one["like"]) == (False, True)
    assert PYTHON.shape(SAVE.replace("path", "place"))["same"] != one["same"], "it is called by the names of parameters"
    assert PYTHON.shape(SAVE.replace("join(rows)", "join(loud)"))["like"] != one["like"]


def test_the_words_of_a_step_are_what_it_is_about_not_how_it_can_fail() -> None:
    body = 'try:\n        click("Save")\n    except DeskError as error:\n        assert error.code == "gone"'
    assert PYTHON.shape(f'def save() -> str:\n    {body}\n    return "done"\n')["words"] == [["Save"], ["done"]]


def test_a_wrapper_only_hands_its_parameters_on() -> None:
    def passes_on(body: str) -> Any:
        return PYTHON.shape(f"def f(a: str, b: int = 1) -> Any:\n    {body}\n")["passes_on"]

    assert passes_on("return g(a, b)") == passes_on("return g(a, b=b)") == passes_on("g(b=b, a=a)") == "g"
    for body in (
        "return g(b, a)",
        "return g(a, b, c=1)",
        "return g(a)",
        "return g(a, b, a)",
        "return g(a, b).x",
        "return a",
    ):
        assert passes_on(body) is None


def test_a_constant_becomes_a_parameter_and_siblings_call_it() -> None:
    groups = [{"at": [2], "parameter": "item"}, {"at": [3], "parameter": "source"}]
    general = PYTHON.generalise(SAVE, "save_any", groups)
    assert (
        'def save_any(rows: list, path: str, loud: bool = False, item: str = "ctrl+s", source: str = "text")' in general
    )
    assert "# a new window" in general
    assert PYTHON.facts(general)["refusals"] == []
    sibling = PYTHON.wrapper(SAVE, "save_any", {"item": "it's", "source": "é"})
    assert PYTHON.facts(sibling)["calls"] == ["save_any"]
    assert '"""Write rows and save them."""' in sibling
    sources = {"save_any": general, "save_list": sibling}
    value, calls = ran(sources, "save_list", ["a", "b"], "x.txt", loud=True)
    assert (value["as"], calls[1:]) == ("é", [("type_text", "A\nB"), ("press", "it's")])
    assert "save_any(item: str" in PYTHON.generalise('def f() -> str:\n    press("a")\n    return "b"\n', "save_any",
                                                   [{"at": [0], "parameter": "item"}])  # fmt: skip
    with pytest.raises(ValueError, match="item has another meaning"):
        PYTHON.generalise(SAVE.replace("text", "item"), "save_any", groups)


REPORT = '''def report(words: list, out: str) -> dict:
    """Write a report."""
    menu("File > New")
    open_program("editor")
    joined = "\\n".join(words)
    type_text(joined)
    press("ctrl+s")
    click(joined[:1])
    return {"out": out}
'''
SHORT = SAVE.replace("type_text(text.upper() if loud else text)", "type_text(text)").replace(", loud: bool = False", "")


def test_steps_in_common_become_a_function_that_both_call() -> None:
    shapes = [PYTHON.shape(SHORT), PYTHON.shape(REPORT)]
    assert shapes[0]["steps"][:4] == shapes[1]["steps"][1:5]
    source, (first, second) = PYTHON.extract([SHORT, REPORT], [0, 1], 4, "prepare_editor", "What they do alike.")
    assert PYTHON.facts(source)["refusals"] == []
    assert source.startswith("def prepare_editor(rows: list) -> Any:"), source
    assert "# a new window" in source
    assert "joined = prepare_editor(rows=words)" in second
    for name, old, new, args in (
        ("save_list", SHORT, first, (["a", "b"], "x")), ("report", REPORT, second, (["a", "b"], "x")),
    ):  # fmt: skip
        assert ran({"p": source, name: new}, name, *args) == ran({name: old}, name, *args)


HELD = {
    "a function": (
        "    def up(t: str) -> str:\n        return t.upper()\n",
        "    press(up(a))\n",
        "",
        "share a function",
    ),
    "an import": ("    import re\n", "    press(re.escape(a))\n", "", "share a function or an import"),
    "what is not always there": ("", "    if a:\n        b = a\n", "    press(b)\n", "not always there"),
    "what a list binds beside itself": (
        "",
        "    press(str([b := each for each in a]))\n",
        "    press(b)\n",
        "not always there",
    ),
    "the rest of a match": (
        "",
        "    match {a: a}:\n        case {**b}:\n            press(a)\n",
        "    press(b)\n",
        "not always there",
    ),
    "a way out": ("", "    if a:\n        return a\n", "", "leaves the function"),
}


@pytest.mark.parametrize("case", HELD)
def test_steps_that_hang_together_with_the_rest_are_not_moved(case: str) -> None:
    before, step, after, why = HELD[case]
    source = f"def f(a: str) -> str:\n{before}{step}    press(a)\n{after}    return a\n"
    with pytest.raises(ValueError, match=why):
        PYTHON.extract([source, source], [bool(before)] * 2, 2, "g", "p")


def test_a_name_that_is_always_bound_before_is_taken_and_given_back() -> None:
    source = "def f(a: str) -> str:\n    n = 1\n    if a:\n        n += 1\n    press(a * n)\n    return str(n)\n"
    general, (caller, _) = PYTHON.extract([source, source], [1, 1], 2, "g", "p")
    assert general.startswith("def g(a: str, n: Any) -> Any:")
    for text in ("", "x"):
        assert ran({"g": general, "f": caller}, "f", text) == ran({"f": source}, "f", text)


def test_what_decorates_a_function_goes_with_it() -> None:
    source = (
        "def f(path: str) -> dict:\n    @cached\n    def load():\n        return path\n    press(load())\n"
        "    press('a')\n    return {}\n"
    )
    assert PYTHON.wrapper(source, "g", {}) == "def f(path: str) -> dict:\n    return g(path=path)\n"
    shared, (caller, _) = PYTHON.extract([source, source], [0, 0], 2, "shared", "What both do.")
    assert "    @cached\n    def load" in shared
    assert "@cached" not in caller


def test_the_name_of_a_function_is_found_behind_def() -> None:
    general = PYTHON.generalise("async def e():\n    press('a')\n", "press_key", [{"at": [0], "parameter": "key"}])
    assert general.startswith("async def press_key(key: str = 'a'):")
