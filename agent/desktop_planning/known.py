"""What is known at one task: its values, the state before, the words of its goal, the graph, and what follows.

Looked up by everything that composes; decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agent.desktop_planning import phrases, words
from agent.desktop_planning.candidates import COMMON, MOST_ENTRIES, SEEN, WORD, Candidate, Program
from agent.desktop_planning.graph import Action, Graph, ending
from agent.desktop_planning.phrases import Phrase, Values
from agent.desktop_planning.steps import Step


class Known:
    """One task and what is known about the programs that it may take."""

    def __init__(
        self, goal: str, values: Values, before: Mapping[str, Any], graph: Graph, programs: Sequence[Program]
    ) -> None:
        self.values, self.graph = values, graph
        self.files: Mapping[str, Any] = before.get("files", {})
        self.programs = [each for each in programs if each.name in before.get("programs", ())]
        self.told = words.told(goal, values.values())
        self.spoken = frozenset(re.findall(r"\b[A-Z]{3,}\b", goal))
        """Words in capitals that the goal says itself, such as names of functions: no data, so they may be written."""
        self.telling = {each.name: words.rarity(graph.entries(each.name).keys()) for each in self.programs}
        self.wants_keys: set[str] = set()
        """Programs of which it would have to be known where keys put the cursor."""

    def promise(self, folders: Iterable[str]) -> None:
        """Compose as if these folders were there: what comes before will have made them."""
        self.files = {**self.files, **{path: {"kind": "folder"} for path in folders}}

    def ranked_programs(self, path: str = "") -> list[tuple[float, Program]]:
        """Programs by how likely the task is theirs: what it names, what opens such a file ("/": folders)."""
        found = []
        for program in self.programs:
            own = set(words.words(f"{program.name.replace('_', ' ')} {program.what}"))
            score = sum(1.0 for word in self.told if any(word == each or words.near(word, each) for each in own))
            kind = ending(path) if path != "/" else "/"
            if path and kind in program.opens:
                score += 1.5
            shown, hidden = (self.graph.opened[(program.name, kind, each)] for each in (True, False))
            score += 0.5 * (shown > hidden) - 0.5 * (hidden > shown)
            found.append((score, program))
        return sorted(found, key=lambda each: -each[0])

    def existing(self, values: Values) -> list[Phrase]:
        """Roles that name a file or folder that is there."""
        return [phrase for phrase in phrases.scalars(values).values() if str(phrase.value(values)) in self.files]

    def deed(self, program: Program) -> list[str]:
        """The words of the goal that say what to do, not in which program and not that it is to be saved."""
        about = words.words(f"{program.name.replace('_', ' ')} {program.what} {' '.join(COMMON['altered'])}")
        return [each for each in self.told if not any(words.near(each, word) for word in about)]

    def fitting(self, program: Program, wanted: Sequence[str] | None = None) -> list[tuple[float, Action]]:
        """Entries whose words fit, with how well."""
        telling = self.telling[program.name]
        found = [
            (WORD * words.likeness(entry, wanted or self.deed(program), telling), action)
            for entry, action in self.graph.entries(program.name).items()
        ]
        found = [each for each in found if each[0] > 0]
        return sorted(found, key=lambda each: (-each[0], each[1].entry))[:MOST_ENTRIES]

    def entries_for(self, program: Program, kind: str) -> list[Action]:
        """Entries that were seen to have an effect, then those whose words say so."""
        wanted = COMMON.get(kind, (kind,))
        telling = self.telling[program.name]
        found = []
        for entry, action in self.graph.entries(program.name).items():
            score = SEEN * bool(action.effects[kind]) + words.likeness(entry, wanted, telling)
            if action.dialog is not None or (entry.endswith("...") and not action.tries):
                score -= 1.0 if kind != "locate" else 0.2
            if score > 0.3:
                found.append((score, action))
        return [action for _, action in sorted(found, key=lambda each: (-each[0], each[1].entry))[:MOST_ENTRIES]]

    def fit(self, action: Action, kind: str) -> float:
        """How well an action suits an effect: seen with it, or called so."""
        return SEEN * bool(action.effects[kind]) + words.likeness(
            action.entry, [*COMMON[kind], *self.told], self.telling[action.program]
        )

    def seen(self, program: Program, action: Action, shape: str, pattern: frozenset[str]) -> float:
        """What runs say of an action, with what its dialog was given, towards a pattern: more than 0 if it worked."""
        hits, runs = self.graph.outcome((f"{program.name}: {action.entry}{shape}",), pattern)
        return SEEN * (hits + 0.2) / (runs + 0.4) if hits else -0.8 * runs

    def made(
        self, steps: Sequence[Step], score: float, programs: Sequence[Program], actions: Sequence[Action]
    ) -> Candidate:
        """A candidate that rests on these actions."""
        untried = tuple((each.program, each.entry) for each in actions if not each.tries)
        return Candidate(tuple(steps), score, tuple(each.name for each in programs), untried)

    def kind(self, program: Program, entry: str) -> str:
        """What the dialog of an entry is, if it opens one: "file chooser" if it asks for a file."""
        dialog = self.graph.place(program.name).actions[entry].dialog
        names = {each.name for each in dialog.controls} if dialog else set()
        return "file chooser" if {"Create Folder", "Files"} & names else ""

    def keys(self, program: Program, where: str) -> list[str]:
        """Keys after which what is typed goes there; none are needed where the cursor is anyway."""
        carets = self.graph.place(program.name).carets
        if where and not carets:
            self.wants_keys.add(program.name)
        return [key for key, place in carets.items() if place == where][:2] if where else [""]


def content_of(file: Mapping[str, Any]) -> str:
    """The text of a file as an observation tells it; nothing if it has none."""
    return str((file.get("content") or {}).get("text") or "")
