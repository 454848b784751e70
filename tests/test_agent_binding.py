"""Arguments carried over to the next task of the same kind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.binding import bind

OLD = {"path": "a.txt", "old": "red", "new": "blue", "times": 2, "rows": [["x", 1]]}
NEW = {"path": "b.txt", "old": "sun", "new": "moon", "times": 3, "rows": [["y", 7]]}


@pytest.mark.parametrize(
    ("args", "bound"),
    [
        ({"path": "a.txt"}, {"path": "b.txt"}),
        ({"find": "red", "replace": "blue"}, {"find": "sun", "replace": "moon"}),
        ({"table": [["x", 1]]}, {"table": [["y", 7]]}),
        ({"fields": {"first": "red", "second": "other"}}, {"fields": {"first": "sun", "second": "other"}}),
        ({"words": ["red", "blue", "grey"]}, {"words": ["sun", "moon", "grey"]}),
        ({"keys": "ctrl+s", "wait": True}, {"keys": "ctrl+s", "wait": True}),
    ],
)
def test_what_equals_an_old_value_takes_the_new_one_of_that_name(args: dict[str, Any], bound: dict[str, Any]) -> None:
    assert bind(args, OLD, NEW) == bound


def test_the_own_name_decides_between_equal_values() -> None:
    old, new = {"first": "x", "second": "x"}, {"first": "1", "second": "2"}
    assert bind({"second": "x", "first": "x"}, old, new) == {"second": "2", "first": "1"}


def test_one_is_not_true() -> None:
    assert bind({"flag": True}, {"count": 1}, {"count": 5}) == {"flag": True}


@given(st.dictionaries(st.sampled_from("abcde"), st.one_of(st.integers(), st.text(), st.booleans())))
def test_for_the_same_values_nothing_changes(values: dict[str, Any]) -> None:
    assert bind(values, values, values) == values
