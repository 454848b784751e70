"""The accessibility tree of all programs, over plain D-Bus: what a blind person's reader would be told.

The fast path: a program gives its whole tree in one call, then positions and texts are asked for what is showing only,
all questions at once. Every question has a deadline, because a program with a modal dialog may answer nobody; such a
program is listed as deaf. Children of tables with millions of cells are never asked for.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call
from jeepney.io.blocking import open_dbus_connection

from .roles import ROLES, STATES
from .wire import Refused

Ref = tuple[str, str]
"""A node: the program's name on the bus, and a path."""

PREFIX = "org.a11y.atspi."
REGISTRY = (PREFIX + "Registry", "/org/a11y/atspi/registry")
ROOT = (PREFIX + "Registry", "/org/a11y/atspi/accessible/root")
CACHE = "/org/a11y/atspi/cache"
ANSWER_SECONDS = 2.0
IN_FLIGHT = 256
"""Questions under way at once; a program's socket takes no more."""
MOST_CHILDREN = 400
MOST_NODES = 5_000
MOST_TEXT = 4_000
MOST_WHOLE = 500_000
"""Letters of a text that is asked for whole."""
MOST_NAME = 1_000
_SPOKEN = {
    "text",
    "entry",
    "password text",
    "terminal",
    "paragraph",
    "document text",
    "label",
    "static",
    "spin button",
    "combo box",
    "heading",
    "editbar",
    "table cell",
    "status bar",
    "section",
    "icon",
}


class Accessibility:
    """A connection to the accessibility bus."""

    def __init__(self) -> None:
        session = open_dbus_connection("SESSION")
        asked = new_method_call(DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus"), "GetAddress")
        address = session.send_and_get_reply(asked, timeout=20).body[0]
        session.close()
        self._bus = open_dbus_connection(address)

    def ask_for_events(self) -> None:
        """Make programs that start from now on keep the cache that `tree` reads."""
        self._ask([_call(REGISTRY, "Registry", "RegisterEvent", "s", ("object:state-changed",))])

    def tree(self) -> dict[str, Any]:
        """All nodes that are showing and all menus, parents first: {"nodes": [...], "deaf": [pid, ...]}."""
        programs = self._children(ROOT)
        pids = self._ask([_pid_of(ref[0]) for ref in programs])
        caches = self._ask([_call((ref[0], CACHE), "Cache", "GetItems") for ref in programs])
        nodes: list[dict[str, Any]] = []
        deaf: list[int] = []
        for ref, pid, items in zip(programs, pids, caches, strict=True):
            number = int(pid[0]) if pid else 0
            if items is None:
                deaf.append(number)
                continue
            shown, before = self._shown(_nodes_of(items[0]), ref, number), len(nodes)
            nodes += [{**node, "parent": node["parent"] + before if node["parent"] >= 0 else -1} for node in shown]
        self._fill_in(nodes)
        return {"nodes": nodes, "deaf": deaf}

    def act(self, ref: Ref, name: str | None) -> bool:
        """Do a node's action by name (None: its first). False if it has none or did not answer."""
        actions = self._ask([_call(ref, "Action", "GetActions")])[0]
        names = [each[0] for each in actions[0]] if actions else []
        if not names or (name is not None and name not in names):
            return False
        index = 0 if name is None else names.index(name)
        done = self._ask([_call(ref, "Action", "DoAction", "i", (index,))])[0]
        return bool(done and done[0])

    def text(self, ref: Ref) -> str | None:
        """The whole text of a node, or None if it has none or does not answer. Raises Refused for one without end."""
        count = self._ask([_property(ref, "Text", "CharacterCount")])[0]
        if count and count[0][1] > MOST_WHOLE:
            told = f"the text has {count[0][1]} letters, more than {MOST_WHOLE}"
            raise Refused("too_much", told, "select and copy the part that matters, and read the clipboard")
        told = self._ask([_call(ref, "Text", "GetText", "ii", (0, -1))])[0]
        return None if told is None else str(told[0])

    def set_text(self, ref: Ref, text: str) -> bool:
        """Replace the text of a node."""
        done = self._ask([_call(ref, "EditableText", "SetTextContents", "s", (text,))])[0]
        return bool(done and done[0])

    def focus(self, ref: Ref) -> bool:
        """Ask a node to take the keyboard."""
        done = self._ask([_call(ref, "Component", "GrabFocus")])[0]
        return bool(done and done[0])

    def box(self, ref: Ref) -> list[int] | None:
        """Where a node is on the screen, asked of the node itself."""
        told = self._ask([_call(ref, "Component", "GetExtents", "u", (0,))])[0]
        return None if told is None else list(told[0])

    def select(self, ref: Ref, index: int) -> bool:
        """Select a child of a list by its position."""
        done = self._ask([_call(ref, "Selection", "SelectChild", "i", (index,))])[0]
        return bool(done and done[0])

    def cells(self, ref: Ref, first: tuple[int, int], last: tuple[int, int]) -> list[list[str | None]]:
        """What the cells of a table show, by rows and columns from 0; asked one by one, never as children."""
        rows = range(first[0], last[0] + 1)
        columns = range(first[1], last[1] + 1)
        found = self._ask(
            [_call(ref, "Table", "GetAccessibleAt", "ii", (row, column)) for row in rows for column in columns]
        )
        refs = [tuple(each[0]) if each else None for each in found]
        texts = self._ask([_call(each, "Text", "GetText", "ii", (0, -1)) if each else None for each in refs])
        names = self._ask([_property(each, "Accessible", "Name") if each else None for each in refs])
        shown = [
            text[0] if text and text[0] else (name[0][1] if name else None)
            for text, name in zip(texts, names, strict=True)
        ]
        width = len(columns)
        return [shown[start : start + width] for start in range(0, len(shown), width)]

    # -- the tree

    def _shown(self, items: dict[Ref, dict[str, Any]], root: Ref, pid: int) -> list[dict[str, Any]]:
        """The nodes of one program worth telling, in reading order, each with the key that names it for good."""
        children: dict[Ref, list[Ref]] = {}
        for ref, item in items.items():
            children.setdefault(item["parent"], []).append(ref)
        found: list[dict[str, Any]] = []
        if root not in items:
            items[root] = _node(root, ROOT, 0, 0, [], "", ROLES.index("application"), "", [0])
        waiting: list[tuple[Ref, int, str, bool]] = [(root, -1, items[root]["name"], False)]
        seen: set[Ref] = set()
        while waiting:
            ref, parent, key, in_menu = waiting.pop()
            if ref in seen:
                continue
            seen.add(ref)
            item = items[ref]
            role, states = item["role"], item["states"]
            in_menu = in_menu or role in ("menu bar", "popup menu")
            top = role == "application"
            told = not top and ("showing" in states or in_menu)
            if told:
                found.append({**item, "pid": pid, "parent": parent, "key": key})
                parent = len(found) - 1
            below = sorted(children.get(ref, ()), key=lambda each: items[each]["index"])
            if told and len(below) < item["children"] <= MOST_CHILDREN and len(items) < MOST_NODES:
                below += self._unlisted(ref, items)
            if role == "layered pane":  # of icons: programs of GTK 2 do not tell when one comes into view, or goes
                below = self._seen_again(ref, below, items) if told else []
            count: dict[str, int] = {}
            after = []
            for child in below:
                part = _part(items[child])
                count[part] = count.get(part, 0) + 1
                after.append((child, parent, f"{key}/{part}#{count[part]}", in_menu))
            waiting += reversed(after)
        for node in found:
            del node["index"], node["children"]
        return found

    def _seen_again(self, pane: Ref, refs: list[Ref], items: dict[Ref, dict[str, Any]]) -> list[Ref]:
        """The same children; those of them whose middle lies in the pane are showing, whatever they say."""
        hidden = [each for each in refs if "showing" not in items[each]["states"]][:MOST_CHILDREN]
        view, *boxes = self._ask([_call(each, "Component", "GetExtents", "u", (0,)) for each in (pane, *hidden)])
        for each, box in zip(hidden, boxes, strict=True):
            if view is not None and box is not None and _within(view[0], box[0]):
                items[each]["states"].append("showing")
        return refs

    def _unlisted(self, ref: Ref, items: dict[Ref, dict[str, Any]]) -> list[Ref]:
        """Children that a program leaves out of its cache: GTK the cells of a list, Chromium the whole page."""
        refs = [each for each in self._children(ref) if each not in items]
        facts = iter(self._ask([question for each in refs for question in _about(each)]))
        for index, each in enumerate(refs):
            role, name, states, interfaces, children = (next(facts) for _ in range(5))
            if role is not None and states is not None:
                items[each] = _node(
                    each,
                    ref,
                    index,
                    children[0][1] if children else 0,
                    interfaces[0] if interfaces else [],
                    name[0][1] if name else "",
                    role[0],
                    "",
                    states[0],
                )
        return [each for each in refs if each in items]

    def _children(self, ref: Ref) -> list[Ref]:
        told = self._ask([_call(ref, "Accessible", "GetChildren")])[0]
        return [(each[0], each[1]) for each in told[0] if not each[1].endswith("/null")] if told else []

    def _fill_in(self, nodes: list[dict[str, Any]]) -> None:
        """Position, text, value and shortcut of what is showing; one round of questions for all."""
        questions: list[tuple[dict[str, Any], str]] = []
        messages: list[Any] = []
        for node in nodes:
            ref, has, showing = node["ref"], node["interfaces"], "showing" in node["states"]
            if showing and "Component" in has:
                questions.append((node, "box"))
                messages.append(_call(ref, "Component", "GetExtents", "u", (0,)))
            if showing and "Text" in has and node["role"] in _SPOKEN:
                questions.append((node, "text"))
                messages.append(_call(ref, "Text", "GetText", "ii", (0, MOST_TEXT)))
            if showing and "Value" in has:
                questions.append((node, "value"))
                messages.append(_property(ref, "Value", "CurrentValue"))
            if "Action" in has and node["role"] in ("menu item", "check menu item", "radio menu item"):
                questions.append((node, "keys"))
                messages.append(_call(ref, "Action", "GetKeyBinding", "i", (0,)))
        for (node, what), answer in zip(questions, self._ask(messages), strict=True):
            if answer is None:
                continue
            if what == "box":
                node["box"] = list(answer[0])
            elif what == "value":
                node["value"] = answer[0][1]
            else:
                node[what] = answer[0]

    # -- the wire

    def _ask(self, messages: Sequence[Any]) -> list[Any]:
        """Send all, gather the answers by their numbers; None for a question without a good answer in time."""
        answers: list[Any] = [None] * len(messages)
        waiting: dict[int, int] = {}
        upcoming = [index for index, message in enumerate(messages) if message is not None]
        upcoming.reverse()
        silent_from = time.monotonic() + ANSWER_SECONDS
        while upcoming or waiting:
            while upcoming and len(waiting) < IN_FLIGHT:
                index = upcoming.pop()
                serial = next(self._bus.outgoing_serial)
                self._bus.send(messages[index], serial=serial)
                waiting[serial] = index
            try:
                reply = self._bus.receive(timeout=max(0.001, silent_from - time.monotonic()))
            except TimeoutError:
                break
            at = waiting.pop(reply.header.fields.get(HeaderFields.reply_serial, -1), None)
            if at is not None:
                silent_from = time.monotonic() + ANSWER_SECONDS
                if reply.header.message_type == MessageType.method_return:
                    answers[at] = reply.body
        return answers


def _call(ref: Ref, interface: str, method: str, signature: str | None = None, body: tuple[Any, ...] = ()) -> Any:
    return new_method_call(DBusAddress(ref[1], ref[0], PREFIX + interface), method, signature, body)


def _property(ref: Ref, interface: str, name: str) -> Any:
    address = DBusAddress(ref[1], ref[0], "org.freedesktop.DBus.Properties")
    return new_method_call(address, "Get", "ss", (PREFIX + interface, name))


def _about(ref: Ref) -> list[Any]:
    """The questions whose answers make a node: role, name, states, interfaces, number of children."""
    asked = [_call(ref, "Accessible", method) for method in ("GetRole", "GetState", "GetInterfaces")]
    return [
        asked[0],
        _property(ref, "Accessible", "Name"),
        asked[1],
        asked[2],
        _property(ref, "Accessible", "ChildCount"),
    ]


def _pid_of(name: str) -> Any:
    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    return new_method_call(bus, "GetConnectionUnixProcessID", "s", (name,))


def _nodes_of(items: Sequence[Any]) -> dict[Ref, dict[str, Any]]:
    """Cached items by node. Old and new programs differ in how they tell the place among siblings."""
    found = {}
    for item in items:
        new = len(item) == 10
        index, children = (item[3], item[4]) if new else (0, len(item[3]))
        ref, parent = (item[0][0], item[0][1]), (item[2][0], item[2][1])
        found[ref] = _node(ref, parent, index, children, *item[-5:])
    for item in items:
        if len(item) != 10:
            for index, child in enumerate(item[3]):
                if tuple(child) in found:
                    found[tuple(child)]["index"] = index
    return found


def _node(
    ref: Ref,
    parent: Ref,
    index: int,
    children: int,
    interfaces: Sequence[str],
    name: str,
    role: int,
    description: str,
    states: Sequence[int],
) -> dict[str, Any]:
    bits = states[0] | (states[1] << 32 if len(states) > 1 else 0)
    return {
        "ref": ref,
        "parent": parent,
        "index": index,
        "children": children,
        "interfaces": [each.rsplit(".", 1)[1] for each in interfaces],
        "name": " ".join(name[:MOST_NAME].split()),
        "role": ROLES[role] if role < len(ROLES) else "unknown",
        "description": " ".join(description[:MOST_NAME].split()),
        "states": [state for place, state in enumerate(STATES) if bits >> place & 1],
    }


def _within(view: Sequence[int], box: Sequence[int]) -> bool:
    """Whether the middle of a box (x, y, width, height) lies in another one."""
    return all(
        box[side + 2] > 0 and view[side] <= box[side] + box[side + 2] // 2 < view[side] + view[side + 2]
        for side in (0, 1)
    )


def _part(item: dict[str, Any]) -> str:
    """What tells a node from its siblings, today and tomorrow: titles and contents change, labels do not."""
    named = item["role"] not in (
        "frame",
        "dialog",
        "window",
        "text",
        "document text",
        "label",
        "status bar",
        "terminal",
    )
    return f"{item['role']}:{item['name']}" if named and item["name"] else str(item["role"])
