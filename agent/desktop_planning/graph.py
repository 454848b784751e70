"""The state-action graph of the desktop's programs: which action in which program had which effect, folded from runs.

A state is a program's front window without what changes from task to task (its kind); an action is a menu entry, a key
or the filling of a dialog; its effects are dialogs with their controls, texts changed, files made, altered or lost, the
clipboard. Folding is all there is: the same runs in the same order give the same graph.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.desktop_planning import survey
from agent.desktop_planning.runs import PastRun

SHORTCUT = re.compile(survey.SHORTCUT)
"""The keys at the end of a listed menu entry; "(CR LF)" is a part of its label."""
NAME_OF_FILE = re.compile(r"\w\.[a-z0-9]{2,4}$")
"""At the end of an entry that stands for an open document: it belongs to a task, not to the program."""
FIELDS = ("text", "entry", "password text", "spin button")
CONFIRMS = ("push button",)
Pattern = frozenset[str]
"""What a run did to the home and the clipboard: "made", "lost", "altered", "clipboard", "window"."""


@dataclass(frozen=True)
class Control:
    """One control of a window or dialog."""

    role: str
    name: str
    text: str = ""
    states: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dialog:
    """A dialog as it was last seen."""

    title: str
    controls: tuple[Control, ...]

    @property
    def fields(self) -> tuple[Control, ...]:
        """What text can be put in, in the order of reading."""
        return tuple(each for each in self.controls if each.role in FIELDS and "disabled" not in each.states)

    @property
    def buttons(self) -> tuple[str, ...]:
        """Labels of its buttons that can be pressed or were greyed out for want of an entry."""
        return tuple(each.name for each in self.controls if each.role in CONFIRMS and each.name)


@dataclass
class Action:
    """One menu entry of a program, and what was seen of it."""

    program: str
    entry: str
    keys: str = ""
    tries: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    dialog: Dialog | None = None
    needs: str = ""
    """The entry that had to be chosen before it could be ("… Select All"); "item" if an item had to be clicked."""
    texts: list[tuple[str, str]] = field(default_factory=list)
    """The text before and after, where it changed the text."""

    @property
    def works(self) -> bool:
        """Whether it was ever found, or never tried; what is greyed out now may be of use another time."""
        return self.tries == 0 or self.errors["not_found"] < self.tries


@dataclass
class Place:
    """One program as far as it is known."""

    name: str
    actions: dict[str, Action] = field(default_factory=dict)
    controls: dict[str, tuple[Control, ...]] = field(default_factory=dict)
    """Controls of its main window by the ending of the file that was open ("" for none)."""
    carets: dict[str, str] = field(default_factory=dict)
    """Where what is typed after a key goes: "start", "end", "line start", "line end", "all" (instead of everything)."""
    surveys: int = 0

    def unexplored(self) -> list[str]:
        """Entries that were never tried, or once with nothing to be seen: what came before may be the cause."""
        return [
            entry for entry, action in self.actions.items()
            if not action.tries or (action.tries == 1 and not action.errors and not any(action.effects.values()))
        ]  # fmt: skip


class Graph:
    """What runs have shown, by program; `learn` takes them one after the other."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.patterns: dict[tuple[str, ...], Counter[Pattern]] = defaultdict(Counter)
        """What came of sequences of actions (each "program: entry" with what its dialog was given)."""
        self.opened: Counter[tuple[str, str, bool]] = Counter()
        """How often a program was given a file of this ending, and whether it showed it."""

    def learn(self, runs: Iterable[PastRun]) -> None:
        """Fold more runs in."""
        for run in runs:
            if run.name == survey.NAME and isinstance(run.value, Mapping):
                self._survey(run.value)
            self._window(run.after)
            self._deeds(run)

    def place(self, program: str) -> Place:
        """What is known of a program; nothing at first."""
        return self.places.setdefault(program, Place(program))

    def entries(self, program: str) -> dict[str, Action]:
        """The known actions of a program that have not always failed."""
        return {entry: action for entry, action in self.place(program).actions.items() if action.works}

    def outcome(self, key: Sequence[str], wanted: Pattern) -> tuple[int, int]:
        """How often this sequence of actions gave the wanted pattern, and how often it was run."""
        seen = self.patterns.get(tuple(key), Counter())
        return sum(times for pattern, times in seen.items() if wanted <= pattern), sum(seen.values())

    # -- folding

    def _survey(self, told: Mapping[str, Any]) -> None:
        place = self.place(str(told.get("program", "")))
        place.surveys += 1
        self._menus(place, told.get("menus", ()))
        file = str(told.get("file") or "")
        place.controls[ending(file)] = _controls(told.get("controls", ()))
        for seen in told.get("tried", ()):
            self._tried(place, seen)
        for key, before, after in told.get("keys", ()):
            place.carets[key] = _caret(before, after)

    def _tried(self, place: Place, seen: Mapping[str, Any]) -> None:
        action = place.actions.setdefault(str(seen["entry"]), Action(place.name, str(seen["entry"])))
        if seen.get("error") == "not_showing":
            return  # its menu was out of the way: that says nothing about the entry
        action.tries += 1
        if seen.get("error"):
            action.errors[str(seen["error"])] += 1
            return
        if seen.get("item"):
            action.needs = "item"
        if seen.get("selected"):
            action.needs = str(seen["selected"])
        if seen.get("dialog"):
            action.effects["dialog"] += 1
            action.dialog = Dialog(str(seen.get("front", "")), _controls(seen.get("controls", ())))
        if seen.get("gone"):
            action.effects["closed"] += 1
        for kind in ("made", "lost", "altered"):
            action.effects[kind] += bool(seen.get(kind))
        if seen.get("clipboard"):
            action.effects["clipboard"] += 1
        before, after = seen.get("text") or ("", "")
        if seen.get("moved"):
            action.effects["field"] += 1
        if before != after and not seen.get("gone"):
            action.effects["text"] += 1
            action.texts = [*action.texts, (before, after)][-3:]

    def _window(self, after: Mapping[str, Any]) -> None:
        """The menus of the program that was in front at the end."""
        front = next((each for each in after.get("windows", ()) if each.get("active")), None)
        if front and front.get("program") and not front.get("dialog"):
            self._menus(self.place(str(front["program"])), after.get("menus", ()))

    def _menus(self, place: Place, listed: Iterable[str]) -> None:
        for line in listed:
            shown = SHORTCUT.search(line)
            entry = line[: shown.start()] if shown else line
            if entry.split(" > ")[-1] != "Empty" and not NAME_OF_FILE.search(entry):
                place.actions.setdefault(entry, Action(place.name, entry)).keys = shown[1] if shown else ""

    def _deeds(self, run: PastRun) -> None:
        """What the sequence of actions of a program's run did to the home and the clipboard."""
        if run.name == survey.NAME:
            return
        pattern = pattern_of(run)
        key = trail(run.events)
        if key:
            self.patterns[key][pattern] += 1
            if len(key) > 1:
                self.patterns[key[-1:]][pattern] += 1
        program = ""
        for event in run.events:
            if event.get("kind") != "acted":
                continue
            args = event.get("args", {})
            if event.get("call") == "open_program":
                program = str(args.get("program", args.get("0", "")))
                file = str(args.get("file", args.get("1", "")))
                if file:
                    shown = any(file.split("/")[-1] in str(change) for change in event.get("changes", ()))
                    self.opened[(program, ending(file), shown)] += 1
            elif event.get("call") == "menu" and not event.get("ok"):
                entry = str(args.get("path", args.get("0", "")))
                action = self.place(program).actions.get(entry)
                if action is not None and event.get("error") == "not_found":
                    action.tries += 1
                    action.errors["not_found"] += 1


def trail(events: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The sequence of actions of a run, as patterns are kept by: entries, and what their dialogs were given."""
    found: list[str] = []
    program = ""
    for event in events:
        if event.get("kind") != "acted" or not event.get("ok"):
            continue
        args, call = event.get("args", {}), event.get("call")
        if call == "open_program":
            program = str(args.get("program", args.get("0", "")))
        elif call == "menu":
            found.append(f"{program}: {args.get('path', args.get('0', ''))}")
        elif call == "choose_file" and found:
            found[-1] = f"{found[-1].removesuffix(' + file')} + file"
        elif call == "set_text" and found:
            found[-1] = f"{found[-1].removesuffix(' + text')} + text"
    return tuple(dict.fromkeys(found))


def pattern_of(run: PastRun) -> Pattern:
    """What a run did to the home and the clipboard."""
    kinds = {"file_made": "made", "file_gone": "lost", "file_changed": "altered"}
    found = {kinds[event["kind"]] for event in run.events if event.get("kind") in kinds}
    if run.before.get("clipboard") != run.after.get("clipboard"):
        found.add("clipboard")
    return frozenset(found)


def ending(path: str) -> str:
    """The ending of a file's name ("ods"), "/" for a folder's, "" for none."""
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[1].lower() if "." in name else ("/" if path else "")


def _controls(told: Iterable[Sequence[Any]]) -> tuple[Control, ...]:
    return tuple(
        Control(str(role), str(name), str(text), tuple(str(state) for state in states))
        for role, name, text, states in told
    )


def _caret(before: str, after: str) -> str:
    """Where a letter typed after a key went."""
    if after == before + "q":
        return "end"
    if after == "q" + before:
        return "start"
    if after == "q":
        return "all"
    lines, others = before.split("\n"), after.split("\n")
    for old, new in zip(lines, others, strict=False):
        if new != old:
            return "line end" if new == old + "q" else "line start" if new == "q" + old else "elsewhere"
    return "elsewhere"
