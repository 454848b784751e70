"""Which element a menu's words mean."""

from __future__ import annotations

from envs.desktop.menus import entry_of
from envs.desktop.screen import Element, Screen


def test_of_two_menu_bars_in_one_place_the_one_that_opened_is_used() -> None:
    def entry(id: str, name: str, parent: str | None, shown: bool) -> Element:
        states = frozenset({"enabled", "showing"} if shown else {"enabled"})
        return Element(id, "menu", name, "writer", "w", states, ("bus", id), parent, 1, (0, 19, 39, 25))

    unopened, opened = entry("a", "File", None, True), entry("b", "File", None, True)
    hidden, shown = entry("c", "Export As", "a", False), entry("d", "Export As", "b", True)
    elements = (unopened, hidden, opened, shown)
    look = Screen((), elements, by_id={each.id: each for each in elements})
    assert entry_of(look, "Export As", unopened, "writer") == shown
    assert entry_of(look, "Export As", opened, "writer") == shown
