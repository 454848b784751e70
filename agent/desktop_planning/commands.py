"""What an entry of a menu can do for a document: chosen as it is, on a selection, or with what its dialog asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from agent.desktop_planning import phrases, words
from agent.desktop_planning.candidates import COMMON, REFUSALS, SEEN, Candidate, Program
from agent.desktop_planning.graph import Action
from agent.desktop_planning.known import Known
from agent.desktop_planning.phrases import Phrase, Values
from agent.desktop_planning.steps import Button, Cells, Fill, Leave, Menu, Plain, Press, Write
from agent.desktop_planning.texts import change, change_of_piece, changed_line
from agent.desktop_planning.wish import Target

PIECE = 0.7
"""What a fitting change of a part of a text says about the whole, if the whole is selected."""


class Commands:
    """Edits of an open document by entries of menus."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def commanded(
        self, program: Program, target: Target, values: Values, before: str, file: Phrase
    ) -> Iterator[Candidate]:
        """Let an entry of a menu do it, with what it asks for filled in from the values."""
        spare = {
            name: phrase
            for name, phrase in phrases.scalars(values).items()
            if name not in file.roles
            and str(values[name]) != target.path
            and str(values[name]) not in self._known.files
        }
        cells = [phrase for name, phrase in spare.items() if is_cells(values[name])]
        texts: Sequence[Phrase] = [phrase for name, phrase in spare.items() if not is_cells(values[name])]
        replaced = self._replacing(texts, values, before, target.text)
        texts = replaced or texts
        found = [phrase for phrase in texts if str(phrase.value(values)) in before.split("\n")]
        wanted = change(before, target.text) if target.text is not None else frozenset()
        lines = changed_line(before, target.text) if target.text is not None else None
        of_line = change(*lines) if lines else frozenset()
        fitting = {action.entry: (fit, action) for fit, action in self._known.fitting(program)}
        for entry in list(fitting):
            saves = words.likeness(entry, (*COMMON["altered"], "open"), {}) > 0
            if saves or self._known.kind(program, entry) == "file chooser":
                del fitting[entry]
        for action in self._known.graph.entries(program.name).values():
            if any((change(old, new) | change_of_piece(old, new)) & (wanted | of_line) for old, new in action.texts):
                fitting.setdefault(action.entry, (0.0, action))
            # What takes two texts is the likeliest to put one in the place of the other.
            if replaced and action.dialog is not None and [each.role for each in action.dialog.fields] == ["text"] * 2:
                fitting[action.entry] = (fitting.get(action.entry, (0.0, action))[0] + SEEN, action)
        for fit, action in fitting.values():
            seen = [change(old, new) for old, new in action.texts]
            kinds = wanted | of_line
            bonus = SEEN if any(each & kinds for each in seen) else -1.0 if kinds and any(seen) else 0.0
            partly = bonus <= 0 and any(change_of_piece(old, new) & kinds for old, new in action.texts)
            bonus = PIECE * SEEN if partly else bonus
            untried = ((program.name, action.entry),) if not action.tries else ()
            selections: list[tuple[list[Plain], float, Sequence[Phrase], tuple[tuple[str, str], ...]]] = []
            for phrase in found:
                rest = [each for each in texts if each is not phrase]
                selections += [(steps, 0.3 + score, rest, more) for steps, score, more in
                               self.locators(program, phrase)]  # fmt: skip
            selections += [([Cells(each)], 0.3, texts, ()) for each in cells]
            if not found and not cells:
                if action.needs not in ("", "item"):
                    selections.append(([Menu(action.needs)], 0.3, texts, ()))
                else:
                    selections.append(([], 0.0, texts, ()))
                    whole = 0.4 if partly else 0.05
                    selections += [([Menu(each.entry)], whole, texts, ()) for each in
                                   self._known.entries_for(program, "select")[:1]]  # fmt: skip
            for selection, more, left, others in selections:
                for filled, match in self._filled(action, left, ordered=bool(replaced), known=bool(wanted | of_line)):
                    steps = (*selection, Menu(action.entry), *filled)
                    guess = target.text is not None and bonus <= 0 and not (replaced and action.dialog)
                    yield Candidate(steps, fit + bonus + more + match, (), (*untried, *others), guess)

    def _replacing(self, texts: Sequence[Phrase], values: Values, before: str, wanted: str | None) -> list[Phrase]:
        """Two of the texts in the order in which one takes the place of the other, if that is what is wanted."""
        if wanted is None:
            return []
        for first in texts:
            old = str(first.value(values))
            if old and before.replace(old, "").rstrip("\n") == wanted.rstrip("\n"):
                return [first]
            for second in texts:
                new = str(second.value(values))
                if first is not second and old and before.replace(old, new).rstrip("\n") == wanted.rstrip("\n"):
                    return [first, second]
        return []

    def _filled(
        self, action: Action, texts: Sequence[Phrase], ordered: bool = False, known: bool = False
    ) -> Iterator[tuple[list[Plain], float]]:
        """What to do with what an entry opens: nothing, or its fields, boxes and buttons."""
        dialog = action.dialog
        if dialog is None:
            if action.effects["text"] or action.effects["altered"] or not action.tries or not known:
                yield [], 0.0
            if not action.tries and texts and action.entry.endswith("..."):
                yield [Fill(tuple(texts)), Leave("Return")], 0.2
            return
        fields = dialog.fields
        orders = [tuple(texts)] if ordered or len(texts) != 2 else [tuple(texts), tuple(reversed(texts))]
        if len(fields) > len(texts) or len(texts) > len(fields):
            orders = [each[: len(fields)] for each in orders]
        buttons = self._buttons(dialog.buttons, action)
        boxes = self._boxes(action)
        for number, order in enumerate(dict.fromkeys(orders)):
            entered: list[Plain] = [Fill(order)] if order else []
            match = 1.0 if len(order) == len(texts) else 0.0
            for place, end in enumerate([*([Button(each)] for each in buttons), []]):
                ways: list[list[Plain]] = [[Leave("Return")]] if not end else [[*end, Leave()]]
                for way in ways:
                    yield [*entered, *way], match - 0.3 * number - 0.25 * place
                    for ticked in (boxes[:1], boxes[1:2], boxes[:2]):
                        chosen: list[Plain] = [Button(box, "check box") for box in ticked]
                        if chosen:
                            yield [*entered, *chosen, *way], match - 0.3 * number - 0.25 * place + 0.1

    def _buttons(self, labels: Iterable[str], action: Action) -> list[str]:
        entry = words.words(action.entry)
        kept = [each for each in dict.fromkeys(labels) if not REFUSALS & set(words.words(each))]
        score = {
            each: words.likeness(each, self._known.told, {}) + 0.5 * words.likeness(each, entry, {}) for each in kept
        }
        return sorted((each for each in kept if score[each] > 0), key=lambda each: -score[each])[:3]

    def _boxes(self, action: Action) -> list[str]:
        if action.dialog is None:
            return []
        boxes = [each.name for each in action.dialog.controls if each.role in ("check box", "radio button")]
        score = {each: words.likeness(each, self._known.told, {}) for each in boxes if each}
        return sorted((each for each in score if score[each] > 0), key=lambda each: -score[each])

    def locators(
        self, program: Program, phrase: Phrase
    ) -> Iterator[tuple[list[Plain], float, tuple[tuple[str, str], ...]]]:
        """Ways to put the selection on a text: entries whose dialog takes what to look for."""
        for number, action in enumerate(self._known.entries_for(program, "locate")[:3]):
            untried = ((program.name, action.entry),) if not action.tries else ()
            leave: list[Plain] = [Press("Return"), Press("Escape")]
            if action.dialog is None:  # a field within the window takes the keyboard
                yield [Menu(action.entry), Write(phrase), *leave], -0.2 * number, untried
            elif action.dialog.fields:
                find: list[Plain] = [Menu(action.entry), Fill((phrase,))]
                for each in self._buttons(action.dialog.buttons, action)[:1]:
                    yield [*find, Button(each), Press("Escape")], -0.1 - 0.2 * number, untried
                yield [*find, *leave], -0.3 - 0.2 * number, untried


def is_cells(value: Any) -> bool:
    """Whether a value names a cell or a range of a table."""
    if not isinstance(value, str):
        return False
    return re.fullmatch(r"[A-Z]{1,3}[1-9]\d*(:[A-Z]{1,3}[1-9]\d*)?", value) is not None
