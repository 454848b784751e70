"""What the library says about skills that it makes of others."""

from __future__ import annotations

import pytest

from skills.refactor import common_purpose


@pytest.mark.parametrize(
    ("purposes", "common"),
    [
        (
            ["Craft stone pickaxe, gaining what is missing.", "Craft stone axe, gaining what is missing."],
            "Craft stone pickaxe or axe, gaining what is missing.",
        ),
        (["Mine oak logs.", "Mine birch logs.", "Mine oak logs.", "Mine fir logs."], "Mine oak, birch or fir logs."),
        (["Dig a dark hole.", "Dig a hole."], "Dig a dark hole."),
        (["Dig.", "Jump."], "Dig."),
        (["Same.", "Same."], "Same."),
        (["", "Dig."], ""),
    ],
)
def test_a_general_skill_is_said_to_do_what_each_of_its_siblings_did(purposes: list[str], common: str) -> None:
    assert common_purpose(purposes) == common
