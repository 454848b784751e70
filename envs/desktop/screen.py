"""What the screen says at one moment: windows and elements as plain data, found by id, name or role, and told as text.

Element ids come from where an element stands in its program (roles and labels on the way to it), so the same button has
the same id in every look, run and journey. Pure functions over what the desk told; asks nobody, changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from envs.desktop.errors import DeskRefused, called
from envs.desktop.programs import ProgramEntry

SILENT = frozenset(
    """
    filler, panel, separator, scroll pane, scroll bar, viewport, split pane, layered pane, root pane, redundant object,
    section, tool bar, menu bar, status bar, page tab list, unknown, drawing area, glass pane, internal frame, form,
    grouping, table column header, table row header """.strip()
    .replace("\n    ", " ")
    .split(", ")
)
"""Roles that only hold others together; told when they have a text of their own."""
_TOLD_STATES = ("focused", "checked", "pressed", "selected", "expanded", "editable", "modal", "read-only")
VALUED = frozenset({"slider", "spin button", "progress bar", "level bar", "dial", "table cell", "rating"})
"""Roles whose number means something to a person."""
MOST_LETTERS = 200
ID_LETTERS = 5
OBJECT = "\ufffc"
"""Stands in texts for an element that is told on its own."""


@dataclass(frozen=True)
class Window:
    """A window; `number` is the display's and good only while it is open."""

    number: int
    title: str
    program: str
    box: tuple[int, int, int, int]
    active: bool
    dialog: bool

    def to_json(self) -> dict[str, Any]:
        """The window as programs and models see it."""
        return {
            "title": self.title,
            "program": self.program,
            "active": self.active,
            "dialog": self.dialog,
            "box": list(self.box),
        }


@dataclass(frozen=True)
class Element:
    """Something that a window shows, or an entry of a menu that is closed (`showing` is false then)."""

    id: str
    role: str
    name: str
    program: str
    window: str
    states: frozenset[str]
    ref: tuple[str, str]
    parent: str | None
    depth: int
    box: tuple[int, int, int, int] | None = None
    text: str | None = None
    value: float | None = None
    keys: str = ""
    interfaces: frozenset[str] = frozenset()

    @property
    def showing(self) -> bool:
        """Whether it can be seen."""
        return "showing" in self.states

    @property
    def enabled(self) -> bool:
        """Whether it can be used."""
        return bool(self.states & {"sensitive", "enabled"}) or self.role == "table cell"

    @property
    def middle(self) -> tuple[int, int] | None:
        """The point to click, or None if it has no place on the screen."""
        if self.box is None or self.box[2] <= 0 or self.box[3] <= 0:
            return None
        x, y, width, height = self.box
        return x + width // 2, y + height // 2

    def to_json(self) -> dict[str, Any]:
        """The element as programs and models see it."""
        told: dict[str, Any] = {
            "id": self.id,
            "role": self.role,
            "name": self.name,
            "window": self.window,
            "states": [state for state in _TOLD_STATES if state in self.states],
        }
        if not self.enabled:
            told["states"].append("disabled")
        for key, value in (("text", self.text), ("value", self.value), ("keys", self.keys or None)):
            if value is not None:
                told[key] = value
        return told


@dataclass(frozen=True)
class Screen:
    """Windows (the front one last) and elements in reading order."""

    windows: tuple[Window, ...] = ()
    elements: tuple[Element, ...] = ()
    deaf: tuple[str, ...] = ()
    """Programs that did not answer about their elements: a dialog of theirs may be waiting."""
    by_id: Mapping[str, Element] = field(default_factory=dict)

    @property
    def active(self) -> Window | None:
        """The window that has the keyboard."""
        return next((window for window in self.windows if window.active), None)

    def window(self, title: str) -> Window:
        """The window with these words in its title, or of this program, the front one first. Raises DeskRefused."""
        wanted = title.casefold()
        for window in reversed(self.windows):
            if wanted in window.title.casefold() or wanted == window.program:
                return window
        there = called(window.title for window in self.windows) or "none"
        raise DeskRefused("not_found", f"no window has {title!r} in its title", title, f"open windows: {there}")

    def find(self, target: str, role: str = "", window: str = "") -> Element:
        """The one element that `target` means: an id, or a label. Raises DeskRefused if there is none, or several."""
        if target in self.by_id:
            return self.by_id[target]
        found = self.matching(target, role, window)
        showing = [element for element in found if element.showing]
        best = _closest(target, showing or found)
        front = self.active.title if self.active else ""
        in_front = [element for element in best if element.window == front]
        best = in_front or best
        if not best:
            raise DeskRefused(
                "not_found",
                f"nothing on the screen is called {_called(target, role, window)}",
                target,
                self._near(target, role),
            )
        if len(best) > 1 and len({(each.role, each.window) for each in best}) > 1:
            buttons = [each for each in best if "button" in each.role or each.role in ("menu item", "link")]
            best = buttons if len(buttons) == 1 else best
        if len(best) > 1:
            told = ", ".join(f"{each.id} ({each.role} in {called([each.window])})" for each in best[:6])
            raise DeskRefused(
                "ambiguous",
                f"{len(best)} elements are called {_called(target, role, window)}",
                target,
                f"say which: {told}",
            )
        return best[0]

    def matching(self, name: str = "", role: str = "", window: str = "") -> list[Element]:
        """Elements with these words in their label, this role, and these words in their window's title."""
        return [
            element
            for element in self.elements
            if (not role or element.role == role)
            and (not window or window.casefold() in element.window.casefold())
            and (not name or _plain(name) in _plain(element.name))
        ]

    def focused(self) -> Element | None:
        """The element that has the keyboard; if several say so, one of the window in front, the innermost."""
        found = [element for element in self.elements if "focused" in element.states and element.showing]
        front = self.active.title if self.active else ""
        return max(found, key=lambda element: (element.window == front, element.depth), default=None)

    def told(self) -> list[Element]:
        """The elements worth telling: what is showing and says or does something."""
        return [each for each in self.elements if each.showing and (each.role not in SILENT or each.text)]

    def menus(self) -> list[str]:
        """Every entry of the menus of the front program, as `menu` takes it: "File > Save As...", with its shortcut."""
        program = self.active.program if self.active else ""
        found = []
        for element in self.elements:
            if element.program == program and element.role.endswith("menu item") and element.name:
                path = [element.name]
                above = self.by_id.get(element.parent or "")
                while above is not None and above.role in ("menu", "menu item"):
                    path.insert(0, above.name)
                    above = self.by_id.get(above.parent or "")
                found.append(" > ".join(path) + (f" ({element.keys})" if element.keys else ""))
        return found

    def _near(self, target: str, role: str) -> str:
        names = list(dict.fromkeys(each.name for each in self.told() if each.name and (not role or each.role == role)))
        return f"there are: {called(names[:25]) or 'none with a label'}"


def read(look: Mapping[str, Any], programs: Mapping[str, ProgramEntry]) -> Screen:
    """The screen from what the desk told."""
    owners = dict.fromkeys([0], "")
    windows = []
    for told in look["windows"]:
        program = told["program"] or _by_class(str(told["class"]), programs)
        owners[told["pid"]] = program
        windows.append(
            Window(
                told["id"],
                " ".join(told["title"].split()),
                program,
                tuple(told["box"]),
                bool(told["active"]),
                bool(told["dialog"] or told["modal"]),
            )
        )
    elements: list[Element] = []
    taken: dict[str, Element] = {}
    for node in look["nodes"]:
        above = elements[node["parent"]] if node["parent"] >= 0 else None
        program = node["program"] or owners.get(node["pid"], "")
        text = str(node.get("text") or "").replace(OBJECT, "")
        element = Element(
            id=_id(f"{program}/{node['key'].partition('/')[2]}", taken),
            role=node["role"],
            name=node["name"] or _other_name(node),
            program=program,
            window=node["name"] if above is None else above.window,
            states=frozenset(node["states"]),
            ref=(node["ref"][0], node["ref"][1]),
            parent=above.id if above else None,
            depth=above.depth + 1 if above else 0,
            box=tuple(node["box"]) if node.get("box") else None,
            text=text or None,
            value=node.get("value") if node["role"] in VALUED else None,
            keys=shortcut(node.get("keys", "")),
            interfaces=frozenset(node["interfaces"]),
        )
        taken[element.id] = element
        elements.append(element)
    deaf = tuple(sorted({owners.get(pid, "") or "a program" for pid in look["deaf"]}))
    return Screen(tuple(windows), tuple(elements), deaf, taken)


def render(screen: Screen, most: int = 6000) -> str:
    """The screen in words for a model: one line for each window and element, ids first."""
    lines = [f"windows: {'; '.join(_window_words(window) for window in reversed(screen.windows)) or 'none'}"]
    if screen.deaf:
        lines.append(f"not answering, perhaps because of an open dialog: {', '.join(screen.deaf)}")
    current = None
    for element in screen.told():
        if element.parent is None or element.window != current:
            current = element.window
            lines.append(f"-- {current or 'without a title'} ({element.program})")
        if element.parent is not None:
            lines.append(_words(element))
    text = "\n".join(lines)
    return text if len(text) <= most else text[: most - 40].rsplit("\n", 1)[0] + "\n… more is on the screen"


def shortcut(keys: str) -> str:
    """The keys of a menu entry as `press` takes them; programs tell them like "s;<Alt>f:s;<Primary>s"."""
    last = keys.rsplit(";", 1)[-1]
    for told, meant in (("<Primary>", "ctrl+"), ("<Control>", "ctrl+"), ("<Shift>", "shift+"), ("<Alt>", "alt+")):
        last = last.replace(told, meant)
    return last


def _window_words(window: Window) -> str:
    about = [window.program, *(["dialog"] if window.dialog else []), *(["in front"] if window.active else [])]
    return f"{window.title!r} ({', '.join(about)})"


def _words(element: Element) -> str:
    told = element.to_json()
    words = f"[{element.id}] {element.role}"
    if element.name:
        words += f" {_short(element.name)!r}"
    if element.text is not None and element.text != element.name:
        words += f" = {_short(element.text)!r}"
    if element.value is not None and "text" not in told:
        words += f" = {element.value:g}"
    return words + (f" ({', '.join(told['states'])})" if told["states"] else "")


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[:MOST_LETTERS] + "…"


def _other_name(node: Mapping[str, Any]) -> str:
    """What stands for the label of a node without one: the words of an icon, else what its program says about it."""
    if node["role"] == "icon" and node.get("text"):
        return str(node["text"])
    return "" if node["role"] in SILENT else str(node["description"])


def _called(target: str, role: str, window: str) -> str:
    return f"{target!r}" + (f" with the role {role!r}" if role else "") + (f" in a window {window!r}" if window else "")


def _closest(target: str, found: Iterable[Element]) -> list[Element]:
    """Those whose label fits best: the same, the same but for dots and case, beginning with it, containing it."""
    wanted = _plain(target)
    ranked: dict[int, list[Element]] = {}
    for element in found:
        name = _plain(element.name)
        rank = 0 if element.name == target else 1 if name == wanted else 2 if name.startswith(wanted) else 3
        ranked.setdefault(rank, []).append(element)
    return ranked[min(ranked)] if ranked else []


def _plain(name: str) -> str:
    return name.casefold().rstrip(".…: ").replace("_", "").replace("–", "-")


def _id(key: str, taken: Mapping[str, Element]) -> str:
    digest = base64.b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()
    for start in range(len(digest) - ID_LETTERS):
        found = "e" + digest[start : start + ID_LETTERS]
        if found not in taken:
            return found
    return f"e{len(taken):05d}"


def _by_class(window_class: str, programs: Mapping[str, ProgramEntry]) -> str:
    """The program that windows of this class belong to, for windows that another program opened."""
    folded = window_class.casefold()
    return next((name for name, entry in programs.items() if entry.window in folded), "")
