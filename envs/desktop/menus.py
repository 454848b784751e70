"""Which entry of the menus on the screen is meant. Pure functions."""

from __future__ import annotations

from envs.desktop.errors import DeskRefused, called
from envs.desktop.screen import Element, Screen


def entry_of(look: Screen, label: str, above: Element | None, program: str) -> Element:
    """The menu entry of this label: in the menu bar, or below `above`. Raises DeskRefused."""
    wanted = label.casefold().rstrip(".…")
    roles = ("menu", "menu item", "check menu item", "radio menu item")
    found = [
        each
        for each in look.elements
        if each.role in roles and each.program == program and each.name.casefold().rstrip(".…") == wanted
    ]
    if above is None:
        found = [each for each in found if each.showing] or found
    else:
        # Office programs have two menu bars in one place, and only one of them opens.
        twins = [each for each in look.elements if _kin(each) == _kin(above)]
        below = [each for each in found if any(_below(look, each, twin) for twin in twins)]
        first = sorted(below, key=lambda each: (not each.showing, not _below(look, each, above)))
        found = first or [each for each in found if each.showing]
    if not found:
        there = [
            each.name
            for each in look.elements
            if each.role in roles
            and each.name
            and each.program == program
            and (each.showing if above is None else _below(look, each, above))
        ]
        raise DeskRefused(
            "not_found", f"there is no menu entry {label!r}", label, f"there are: {called(there[:30]) or 'none'}"
        )
    return found[0]


def _kin(element: Element) -> tuple[str, str, str]:
    return element.role, element.name, element.program


def _below(look: Screen, element: Element, above: Element) -> bool:
    parent = element.parent
    while parent is not None:
        if parent == above.id:
            return True
        parent = look.by_id[parent].parent
    return False
