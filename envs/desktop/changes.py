"""What an action changed on the screen, told by two looks at it. Pure functions."""

from __future__ import annotations

from envs.desktop.screen import Screen


def differences(before: Screen, after: Screen) -> list[str]:
    """What changed on the screen, in a few sentences: windows first, then focus, texts and states."""
    changes = []
    old, new = ({window.number: window for window in look.windows} for look in (before, after))
    changes += [f"window opened: {window.title!r}" for number, window in new.items() if number not in old]
    changes += [f"window closed: {window.title!r}" for number, window in old.items() if number not in new]
    changes += [
        f"window {old[number].title!r} is now {window.title!r}"
        for number, window in new.items()
        if number in old and old[number].title != window.title
    ]
    if after.active and (before.active is None or before.active.number != after.active.number):
        changes.append(f"in front: {after.active.title!r}")
    focused = after.focused()
    if focused is not None and (was := before.focused()) is not None and was.id != focused.id:
        changes.append(f"focus on {focused.role} {focused.name!r}")
    watched = frozenset({"checked", "selected", "pressed", "expanded"})
    for element in after.told():
        earlier = before.by_id.get(element.id)
        if earlier is None or not earlier.showing:
            continue
        if element.text != earlier.text or element.value != earlier.value:
            content = element.text if element.text is not None else "" if element.value is None else element.value
            changes.append(f"{element.role} {element.name!r} is now {str(content)[:80]!r}")
        elif element.states & watched != earlier.states & watched:
            changes.append(
                f"{element.role} {element.name!r} is now {', '.join(sorted(element.states & watched)) or 'off'}"
            )
    shown = {element.id for element in before.told()}
    fresh = [element for element in after.told() if element.id not in shown and element.name]
    if fresh and len(changes) < 8:
        changes.append(f"now showing: {', '.join(f'{each.role} {each.name!r}' for each in fresh[:6])}")
    return changes[:12]


def shows(look: Screen, text: str) -> bool:
    """Whether what has the keyboard holds this text, apart from how it is broken into lines."""
    focused = look.focused()
    wanted = " ".join(text.split())
    return focused is not None and focused.text is not None and wanted in " ".join(focused.text.split())
