"""Candidates: sequences of steps over known actions that could fulfil a wish, the likeliest first.

One machinery for every program and family. Each candidate is scored by what is known: how well its entries fit the
words of the goal, what such actions were seen to do, how much of the task's data it uses, and how the same steps fared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.desktop_planning import phrases, words
from agent.desktop_planning.graph import Action, Graph, ending
from agent.desktop_planning.phrases import Phrase, Values
from agent.desktop_planning.steps import (
    Button,
    Cells,
    Choose,
    Each,
    Fill,
    Leave,
    Menu,
    Open,
    Pick,
    Plain,
    Press,
    Settle,
    Step,
    Write,
)
from agent.desktop_planning.texts import change, changed_line, piece
from agent.desktop_planning.wish import Target, Wish

COMMON: Mapping[str, tuple[str, ...]] = {
    "made": ("save", "as", "export"),
    "altered": ("save",),
    "lost": ("delete", "remove"),
    "clipboard": ("copy", "cut"),
    "paste": ("paste",),
    "select": ("select", "all"),
    "locate": ("find", "search"),
}
"""Words that labels of such effects often have: where to look first, until an effect was seen."""
REFUSALS = frozenset({"cancel", "close", "help", "no", "discard"})
"""Buttons that give up what a dialog is for."""
SEEN, WORD, UNUSED, LENGTH = 2.5, 1.0, 1.2, 0.12
"""What counts: an effect seen, a word that fits, a role left unused, one step more."""
MOST_ENTRIES = 6
"""Entries that are tried for one purpose."""


@dataclass(frozen=True)
class Program:
    """What is known of a program before it was ever opened: its id, what it is, which endings it opens."""

    name: str
    what: str
    opens: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """Steps that could fulfil a wish."""

    steps: tuple[Step, ...]
    score: float
    programs: tuple[str, ...]
    untried: tuple[tuple[str, str], ...] = ()
    """Actions in it of which nothing was seen yet: program, entry."""

    def plus(self, score: float) -> Candidate:
        """With more or less score."""
        return Candidate(self.steps, self.score + score, self.programs, self.untried)


class Composer:
    """Composes for one task: its values, the state before, what the goal says, and what is known."""

    def __init__(
        self, goal: str, values: Values, before: Mapping[str, Any], graph: Graph, programs: Sequence[Program]
    ) -> None:
        self._values, self._graph = values, graph
        self._files: Mapping[str, Any] = before.get("files", {})
        self._programs = [each for each in programs if each.name in before.get("programs", ())]
        self._told = words.told(goal, values.values())
        self._telling = {each.name: words.rarity(graph.entries(each.name).keys()) for each in self._programs}
        self._wish = Wish()
        self.wants_keys: set[str] = set()
        """Programs of which it would have to be known where keys put the cursor."""

    # -- programs

    def ranked_programs(self, path: str = "") -> list[tuple[float, Program]]:
        """Programs by how likely the task is theirs: what it names, what opens such a file ("/": folders)."""
        found = []
        for program in self._programs:
            own = set(words.words(f"{program.name.replace('_', ' ')} {program.what}"))
            score = sum(1.0 for word in self._told if any(word == each or words.near(word, each) for each in own))
            kind = ending(path) if path != "/" else "/"
            if path and kind in program.opens:
                score += 1.5
            shown, hidden = (self._graph.opened[(program.name, kind, each)] for each in (True, False))
            score += 0.5 * (shown > hidden) - 0.5 * (hidden > shown)
            found.append((score, program))
        return sorted(found, key=lambda each: -each[0])

    def about(self, wish: Wish) -> str:
        """A path that says which program a wish is about: a document's, "/" where only files and folders move."""
        for target in wish.targets:
            if target.about_content:
                return target.path
        if wish.targets:
            return "/"
        return next((str(each.value(self._values)) for each in self._existing(self._values)), "")

    def near(self, program: str) -> list[str]:
        """Entries to be explored that the goal speaks of, or that stand by kin of them, the nearest first."""
        about = next(each for each in self._programs if each.name == program)
        wanted = [*self._deed(about), *self.kin(program)]
        fit = {entry: words.likeness(entry, wanted, {}) for entry in self._graph.place(program).unexplored()}
        first = sorted((entry for entry in fit if fit[entry] > 0.3), key=lambda each: -fit[each])
        kin = set(self.kin(program))
        return [
            *first,
            *(entry for entry in fit if entry not in first and kin & set(words.words(entry.rpartition(" > ")[0]))),
        ]

    def kin(self, program: str) -> list[str]:
        """Words of the menus in which a program has what changes texts, if that is what is wanted."""
        if not any(target.text is not None and target.existed for target in self._wish.targets):
            return []
        entries = [entry for entry, each in self._graph.place(program).actions.items() if each.effects["text"]]
        return list(dict.fromkeys(word for entry in entries for word in words.words(entry.rpartition(" > ")[0])))

    # -- candidates

    def candidates(self, wish: Wish) -> list[Candidate]:
        """Everything worth trying for a wish, the likeliest first."""
        self._wish = wish
        found = [*self._whole(wish, self._values), *self._loops(wish)]
        scored = [each.plus(-self._cost(each)) for each in found]
        best: dict[tuple[Step, ...], Candidate] = {}
        for each in sorted(scored, key=lambda each: -each.score):
            best.setdefault(each.steps, each)
        return list(best.values())

    def _cost(self, candidate: Candidate) -> float:
        used = {role for step in candidate.steps for phrase in step.phrases() for role in phrase.roles}
        return UNUSED * sum(1 for role in self._values if role not in used) + LENGTH * sum(
            len(step.steps) if isinstance(step, Each) else 1 for step in candidate.steps
        )

    def _whole(self, wish: Wish, values: Values) -> Iterator[Candidate]:
        """Candidates for all of a wish, without a loop around them."""
        content = [each for each in wish.targets if each.about_content]
        moved = [each for each in wish.targets if not each.about_content]
        if wish.clipboard is not None and not wish.targets:
            yield from self._clipboard(wish.clipboard, values)
        elif wish.windows and not wish.targets:
            yield from self._windows(wish.windows, values)
        elif content and not any(each.gone or each.folder for each in moved):
            options = [list(self._document(each, values))[:40] for each in content]
            yield from _chained(options)
        elif moved and not content:
            yield from self._moved(moved, values)
        elif moved and content:
            options = [
                sorted(self._moved(moved, values), key=lambda each: -each.score)[:8],
                *(sorted(self._document(each, values), key=lambda each: -each.score)[:8] for each in content),
            ]
            yield from _chained(options)

    def _moved(self, targets: Sequence[Target], values: Values) -> Iterator[Candidate]:
        """Where only files move: in the program that opens folders, or by saving a document again elsewhere."""
        yield from self._rearranged(targets, values)
        if len(targets) == 1 and targets[0].like and not targets[0].gone:
            yield from (each.plus(-1.0) for each in self._document(targets[0], values))

    def _loops(self, wish: Wish) -> Iterator[Candidate]:
        """Candidates that do the same for every element of a list, table or folder among the values."""
        for loop in phrases.loops(self._values, self._files):
            groups = [self._share(wish, turn) for turn in loop.turns]
            if (
                len(groups) < 2
                or not all(groups)
                or len({target.path for group in groups for target in group}) < len(wish.targets)
            ):
                continue
            for each in self._whole(Wish(targets=groups[0]), loop.turns[0]):
                steps = tuple(step for step in each.steps if not isinstance(step, Each))
                if len(steps) == len(each.steps):
                    over = Each(loop.over, loop.names, steps)
                    yield Candidate((over,), each.score + 0.5, each.programs, each.untried)

    def _share(self, wish: Wish, turn: Values) -> tuple[Target, ...]:
        """The targets that one turn of a loop is about: their paths follow from its own values."""
        own = set(turn) - set(self._values)
        return tuple(
            target
            for target in wish.targets
            if any(each.roles & own for each in phrases.path_phrases(target.path, turn))
        )

    # -- windows and the clipboard

    def _windows(self, wanted: Sequence[Mapping[str, str]], values: Values) -> Iterator[Candidate]:
        one = wanted[0]
        for score, program in self.ranked_programs():
            fits = 2.0 if one["program"] == program.name else -2.0 if one["program"] else 0.0
            yield Candidate((Open(program.name),), score + fits, (program.name,))
            for phrase in self._existing(values):
                path = str(phrase.value(values))
                named = 2.0 * (path.rsplit("/", 1)[-1] in one["title"]) if one["title"] else 0.0
                named += 1.0 * (ending(path) in program.opens)
                yield Candidate((Open(program.name, phrase),), score + fits + named, (program.name,))
            for action in self._graph.entries(program.name).values():
                if action.dialog and one["title"] and one["title"].lower() in action.dialog.title.lower():
                    steps = (Open(program.name), Menu(action.entry))
                    yield Candidate(steps, score + fits + SEEN, (program.name,))

    def _clipboard(self, text: str, values: Values) -> Iterator[Candidate]:
        """Bring a text onto the clipboard: open what has it or type what gives it, select, copy."""
        source = next((path for path, file in self._files.items() if text.strip() in _content(file)), "")
        for score, program in self.ranked_programs(source):
            for copy in self._entries_for(program, "clipboard"):
                takes = self._entries_for(program, "select")[:2]
                if not source:
                    yield from self._picked(program, score, copy, values)
                for file in [None, *self._existing(values)]:
                    if file and ending(str(file.value(values))) not in program.opens:
                        continue
                    fits = 1.0 if file and file.value(values) == source else 0.0
                    for typed in self._typings(program, text, values, file):
                        if not file and not typed:
                            continue
                        known = self._fit(copy, "clipboard") + fits
                        start: list[Plain] = [Open(program.name, file), *typed]
                        for selection, more in self._selections(program, text, values, file, takes):
                            steps = [*start, *selection, Menu(copy.entry)]
                            yield self._made(steps, score + known + more, [program], [copy])

    def _picked(self, program: Program, score: float, copy: Action, values: Values) -> Iterator[Candidate]:
        """Copy what a file is called or where it is: click it in its folder first."""
        for phrase in self._existing(values) if "/" in program.opens else ():
            start: list[Plain] = [Open(program.name, phrases.above(phrase)), Pick(phrases.base(phrase))]
            fit = words.likeness(copy.entry, self._deed(program), self._telling[program.name])
            known = self._fit(copy, "clipboard") + fit
            yield self._made([*start, Menu(copy.entry)], score + known, [program], [copy])

    def _selections(
        self, program: Program, text: str, values: Values, file: Phrase | None, takes: Sequence[Action]
    ) -> Iterator[tuple[list[Plain], float]]:
        """Ways to select what is to be copied: nothing, everything, a line that a role names, a file."""
        yield [], 0.0
        content = _content(self._files.get(str(file.value(values)), {})) if file else ""
        for each in takes:
            yield [Menu(each.entry)], 0.6 if content.strip() == text.strip() else 0.2
        for phrase in phrases.scalars(values).values():
            line = str(phrase.value(values))
            if line in content and (line == text or line in text):
                for steps, score, _ in self._locators(program, phrase):
                    yield steps, 0.9 + score

    def _typings(self, program: Program, text: str, values: Values, file: Phrase | None) -> Iterator[list[Plain]]:
        yield []
        used = file.roles if file else frozenset()
        whole = phrases.text_phrase(text, values)
        if whole is not None and not file:
            yield [Write(whole)]
        for name, phrase in phrases.scalars(values).items():
            if name not in used and str(values[name]) not in self._files:
                yield [Write(phrase), Press("Return")]

    # -- documents

    def _document(self, target: Target, values: Values) -> Iterator[Candidate]:
        """Bring about what a document must hold: open, edit, save."""
        spots = phrases.path_phrases(target.path, values)[:2]
        if not spots:
            return
        sources = self._existing(values)
        for score, program in self.ranked_programs(target.path)[:3]:
            if target.like is None:
                yield from (each.plus(score) for each in self._transferred(program, target, spots[0], values))
            if target.existed:
                opened: list[Phrase | None] = [spots[0]]
            else:
                opened = [None, *(each for each in sources if ending(str(each.value(values))) in program.opens)]
            for file in opened:
                before = _content(self._files.get(str(file.value(values)) if file else "", {}))
                for edit, edits in self._edits(program, target, values, before, file):
                    for save, saved in self._saves(program, target, spots[0]):
                        steps = [Open(program.name, file), *edit.steps, *save]
                        untried = (*edit.untried, *saved.untried)
                        yield Candidate(
                            tuple(steps), score + edit.score + saved.score + edits, (program.name,), untried
                        )

    def _saves(self, program: Program, target: Target, spot: Phrase) -> Iterator[tuple[list[Plain], Candidate]]:
        wanted = "altered" if target.existed else "made"
        entries = self._graph.entries(program.name)
        ranked = []
        for action in entries.values():
            key = f"{program.name}: {action.entry}" + ("" if target.existed else " + file")
            hits, runs = self._graph.outcome((key,), frozenset({wanted}))
            seen = SEEN * (hits + 0.2) / (runs + 0.4) if hits else -0.8 * runs
            if target.existed and action.effects["altered"]:
                seen += SEEN
            fit = words.likeness(action.entry, COMMON[wanted], self._telling[program.name])
            fit += 0.4 * words.likeness(action.entry, self._deed(program), self._telling[program.name]) if fit else 0.0
            if not target.existed and action.tries and action.dialog is None and not hits:
                continue
            if seen <= 0 and fit <= 0:
                continue
            ranked.append((seen + 0.6 * fit, action))
        ranked.sort(key=lambda each: (-each[0], each[1].entry))
        for score, action in ranked[:3]:
            steps: list[Plain] = [Menu(action.entry)]
            steps += [Settle()] if target.existed else [Choose(spot)]
            untried = ((program.name, action.entry),) if not action.tries and score < SEEN else ()
            yield steps, Candidate((), score, (program.name,), untried)
            if target.existed and ending(target.path) not in ("txt", "md", ""):
                # Some programs ask whether the format is to be kept.
                yield [*steps, Leave("Return")], Candidate((), score - 0.4, (program.name,), untried)

    def _edits(
        self, program: Program, target: Target, values: Values, before: str, file: Phrase | None
    ) -> Iterator[tuple[Candidate, float]]:
        """Ways to bring a document to what it must hold, with the words' share of their score."""
        if target.cells:
            yield from self._cell_edits(program, target, values)
        wanted = target.text if target.text is not None else "\n".join(target.contains) if target.contains else None
        if wanted is not None and not target.cells:
            yield from self._typed(program, target, values, before, wanted)
        if file is not None:
            yield from self._commanded(program, target, values, before, file)
        if file is not None and not target.existed:
            same = 1.5 if wanted is not None and wanted.strip() in before else 0.3
            yield Candidate((), same, ()), 0.0

    def _typed(
        self, program: Program, target: Target, values: Values, before: str, wanted: str
    ) -> Iterator[tuple[Candidate, float]]:
        """Type what is missing, at the place where it must stand."""
        options: list[tuple[str, str]] = []
        old, new = before.rstrip("\n"), wanted.rstrip("\n")
        if target.text is None:
            options = [("end", f"\n{wanted}"), ("end", wanted)] if before else [("", wanted)]
        elif not old:
            options = [("", wanted), ("", new)]
        else:
            if new.startswith(before):
                options.append(("end", new[len(before) :]))
            elif new.startswith(old):
                options.append(("end", new[len(old) :]))
            if new.endswith(old):
                options.append(("start", new[: len(new) - len(old)]))
            options.append(("all", new))
        for where, text in options:
            phrase = phrases.text_phrase(text, values)
            for key in self._keys(program, where) if phrase else ():
                steps: list[Plain] = [Press(key)] if key else []
                yield Candidate((*steps, Write(phrase)) if phrase else (), 2.5, ()), 0.0
        if old and target.text is not None:
            yield from self._inserted(program, values, old, new)

    def _transferred(self, program: Program, target: Target, spot: Phrase, values: Values) -> Iterator[Candidate]:
        """Carry what another document holds over the clipboard, and save."""
        before = _content(self._files.get(target.path, {}))
        missing = piece(before.rstrip("\n"), (target.text or "\n".join(target.contains)).rstrip("\n")).new.strip("\n")
        for phrase in self._existing(values):
            content = _content(self._files[str(phrase.value(values))]).strip("\n")
            if not content or content not in missing or phrase.value(values) == target.path:
                continue
            path = str(phrase.value(values))
            for source in [each for _, each in self.ranked_programs(path) if ending(path) in each.opens][:2]:
                for take in self._entries_for(source, "clipboard")[:2]:
                    for put in self._entries_for(program, "paste")[:1]:
                        for select in self._entries_for(source, "select")[:1]:
                            for key in self._keys(program, "end" if before else ""):
                                for save, saved in self._saves(program, target, spot):
                                    steps = (
                                        Open(source.name, phrase), Menu(select.entry), Menu(take.entry),
                                        Open(program.name, spot if target.existed else None),
                                        *([Press(key)] if key else []), Menu(put.entry), *save,
                                    )  # fmt: skip
                                    names = tuple(dict.fromkeys((source.name, program.name)))
                                    fit = words.likeness(take.entry, ("copy",), {})
                                    yield Candidate(steps, 2.0 + 0.5 * fit + saved.score, names, saved.untried)

    def _inserted(self, program: Program, values: Values, old: str, new: str) -> Iterator[tuple[Candidate, float]]:
        """Type below a line that a role names: find it, go to its end."""
        gap = piece(old, new)
        if gap.old or not gap.new.strip():
            return
        for phrase in phrases.scalars(values).values():
            line = str(phrase.value(values))
            at = old.find(line) + len(line)
            if line not in old.split("\n") or old[:at] != new[:at]:
                continue
            text = phrases.text_phrase(new[at : at + len(new) - len(old)], values)
            for key in self._keys(program, "line end") if text else ():
                for locate, score, untried in self._locators(program, phrase):
                    steps = (*locate, Press(key), Write(text)) if text else ()
                    yield Candidate(steps, 2.0 + score, (), untried), 0.0

    def _keys(self, program: Program, where: str) -> list[str]:
        """Keys after which what is typed goes there; none are needed where the cursor is anyway."""
        carets = self._graph.place(program.name).carets
        if where and not carets:
            self.wants_keys.add(program.name)
        return [key for key, place in carets.items() if place == where][:2] if where else [""]

    def _locators(
        self, program: Program, phrase: Phrase
    ) -> Iterator[tuple[list[Plain], float, tuple[tuple[str, str], ...]]]:
        """Ways to put the selection on a text: entries whose dialog takes what to look for."""
        for number, action in enumerate(self._entries_for(program, "locate")[:3]):
            untried = ((program.name, action.entry),) if not action.tries else ()
            leave: list[Plain] = [Press("Return"), Press("Escape")]
            if action.dialog is None:  # a field within the window takes the keyboard
                yield [Menu(action.entry), Write(phrase), *leave], -0.2 * number, untried
            elif action.dialog.fields:
                find: list[Plain] = [Menu(action.entry), Fill((phrase,))]
                for each in self._buttons(action.dialog.buttons, action)[:1]:
                    yield [*find, Button(each), Press("Escape")], -0.1 - 0.2 * number, untried
                yield [*find, *leave], -0.3 - 0.2 * number, untried

    def _cell_edits(self, program: Program, target: Target, values: Values) -> Iterator[tuple[Candidate, float]]:
        """Fill cells: by pairs of roles, by a table, by its rows from the first cell."""
        parts = phrases.scalars(values)
        steps: list[Plain] = []
        for cell, content in target.cells.items():
            where = next((each for each in parts.values() if each.value(values) == cell), None)
            options = [str(content[key]) for key in ("formula", "value") if key in content]
            what = next((each for text in options for each in parts.values() if _same(each.value(values), text)), None)
            if where is None or what is None:
                break
            steps += [Cells(where), Write(what), Press("Return")]
        else:
            yield Candidate(tuple(steps), 2.5, ()), 0.0
        for each in phrases.loops(values, self._files):
            if each.names == "key, entry" and all(str(turn["key"]) in target.cells for turn in each.turns):
                key, entry = phrases.role("key"), phrases.text_of(phrases.role("entry"))
                loop = Each(each.over, each.names, (Cells(key), Write(entry), Press("Return")))
                yield Candidate((loop,), 2.5, ()), 0.0
        for name, value in values.items():
            if isinstance(value, list) and value:
                first = next((each for each in parts.values() if each.value(values) in target.cells), None)
                start: list[Plain] = [Cells(first)] if first else []
                text = phrases.joined(phrases.lines_of(name), "\n", phrases.constant(""))
                yield Candidate((*start, Write(text)), 2.0 if isinstance(value[0], list) else 1.5, ()), 0.0

    def _commanded(
        self, program: Program, target: Target, values: Values, before: str, file: Phrase
    ) -> Iterator[tuple[Candidate, float]]:
        """Let an entry of a menu do it, with what it asks for filled in from the values."""
        spare = {
            name: phrase
            for name, phrase in phrases.scalars(values).items()
            if name not in file.roles and str(values[name]) != target.path and str(values[name]) not in self._files
        }
        cells = [phrase for name, phrase in spare.items() if _is_cells(values[name])]
        texts: Sequence[Phrase] = [phrase for name, phrase in spare.items() if not _is_cells(values[name])]
        replaced = self._replacing(texts, values, before, target.text)
        texts = replaced or texts
        found = [phrase for phrase in texts if str(phrase.value(values)) in before.split("\n")]
        wanted = change(before, target.text) if target.text is not None else frozenset()
        lines = changed_line(before, target.text) if target.text is not None else None
        of_line = change(*lines) if lines else frozenset()
        fitting = {action.entry: (fit, action) for fit, action in self._fitting(program)}
        for entry in list(fitting):
            saves = words.likeness(entry, (*COMMON["altered"], "open"), {}) > 0
            if saves or self._kind(program, entry) == "file chooser":
                del fitting[entry]
        for action in self._graph.entries(program.name).values():
            if any(change(old, new) & (wanted | of_line) for old, new in action.texts):
                fitting.setdefault(action.entry, (0.0, action))
        for fit, action in fitting.values():
            seen = [change(old, new) for old, new in action.texts]
            kinds = wanted | of_line
            bonus = SEEN if any(each & kinds for each in seen) else -1.0 if kinds and any(seen) else 0.0
            untried = ((program.name, action.entry),) if not action.tries else ()
            selections: list[tuple[list[Plain], float, Sequence[Phrase], tuple[tuple[str, str], ...]]] = []
            for phrase in found:
                rest = [each for each in texts if each is not phrase]
                selections += [(steps, 0.3 + score, rest, more) for steps, score, more in
                               self._locators(program, phrase)]  # fmt: skip
            selections += [([Cells(each)], 0.3, texts, ()) for each in cells]
            if not found and not cells:
                if action.needs not in ("", "item"):
                    selections.append(([Menu(action.needs)], 0.3, texts, ()))
                else:
                    selections.append(([], 0.0, texts, ()))
                    selections += [([Menu(each.entry)], 0.05, texts, ()) for each in
                                   self._entries_for(program, "select")[:1]]  # fmt: skip
            for selection, more, left, others in selections:
                for filled, match in self._filled(action, left, ordered=bool(replaced), known=bool(wanted | of_line)):
                    steps = (*selection, Menu(action.entry), *filled)
                    yield Candidate(steps, fit + bonus + more + match, (), (*untried, *others)), 0.0

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
        score = {each: words.likeness(each, self._told, {}) + 0.5 * words.likeness(each, entry, {}) for each in kept}
        return sorted((each for each in kept if score[each] > 0), key=lambda each: -score[each])[:3]

    def _boxes(self, action: Action) -> list[str]:
        if action.dialog is None:
            return []
        boxes = [each.name for each in action.dialog.controls if each.role in ("check box", "radio button")]
        score = {each: words.likeness(each, self._told, {}) for each in boxes if each}
        return sorted((each for each in score if score[each] > 0), key=lambda each: -score[each])

    def _kind(self, program: Program, entry: str) -> str:
        """What the dialog of an entry is, if it opens one: "file chooser" if it asks for a file."""
        dialog = self._graph.place(program.name).actions[entry].dialog
        names = {each.name for each in dialog.controls} if dialog else set()
        return "file chooser" if {"Create Folder", "Files"} & names else ""

    # -- files and folders

    def _rearranged(self, targets: Sequence[Target], values: Values) -> Iterator[Candidate]:
        """Make, name, move, copy or remove files and folders in the program that opens folders."""
        targets = _as_folders(targets, self._files)
        gone = [each for each in targets if each.gone]
        made = [each for each in targets if not each.gone and not each.existed]
        if len(targets) > 1:
            yield from self._all_of_folder(gone, made, values)
        if len(gone) > 1 or len(made) > 1:
            options = [list(self._rearranged([each], values))[:6] for each in targets]
            if len(gone) == len(made):
                options = [
                    sorted(self._rearranged(pair, values), key=lambda each: -each.score)[:6]
                    for pair in zip(gone, made, strict=True)
                ]
            yield from _chained(options)
            return
        for score, program in self.ranked_programs("/"):
            if "/" not in program.opens:
                continue
            if made and not gone and made[0].like is None:
                yield from self._new(program, score, made[0], values)
            if gone and not made:
                yield from self._with_item(program, score, gone[0].path, None, values, frozenset({"lost"}))
            if made and (gone or made[0].like):
                source = gone[0].path if gone else str(made[0].like)
                pattern = frozenset({"made", "lost"}) if gone else frozenset({"made"})
                yield from self._with_item(program, score, source, made[0].path, values, pattern)

    def _all_of_folder(self, gone: Sequence[Target], made: Sequence[Target], values: Values) -> Iterator[Candidate]:
        """What is wanted of everything in a folder, for all of it at once: the same with everything selected."""
        sources = {each.path for each in gone} | {str(each.like) for each in made if each.like}
        folders = {path.rpartition("/")[0] for path in sources}
        folder = next(iter(folders)) if len(folders) == 1 else ""
        inside = {path for path in self._files if path.rpartition("/")[0] == folder}
        if not folder or len(sources) < 2 or inside != sources or (gone and made and len(gone) != len(made)):
            return
        pair = [*gone[:1], *made[:1]]
        item = next(iter(sources))
        turn = {**values, "entry": item}
        for program in [each for _, each in self.ranked_programs() if "/" in each.opens]:
            for select in self._entries_for(program, "select")[:1]:
                for each in self._rearranged(pair, turn):
                    steps: list[Step] = [Menu(select.entry) if isinstance(step, Pick) else step for step in each.steps]
                    place = phrases.path_phrases(folder, values)[:1]
                    steps = [
                        Open(step.program, place[0])
                        if isinstance(step, Open) and step.file and "entry" in step.file.code and place else step
                        for step in steps
                    ]  # fmt: skip
                    if not any("entry" in phrase.code for step in steps for phrase in step.phrases()):
                        yield Candidate(tuple(steps), each.score + 0.4, each.programs, each.untried)

    def _new(self, program: Program, score: float, target: Target, values: Values) -> Iterator[Candidate]:
        wanted = [*self._deed(program), "create", "new", "folder" if target.folder else "file"]
        folder = target.path.rpartition("/")[0]
        places: Sequence[Phrase | None] = phrases.path_phrases(folder, values)[:1] if folder else [None]
        names = phrases.path_phrases(target.path.rpartition("/")[2], values)[:2]
        for fit, action in self._fitting(program, wanted):
            if action.tries and action.dialog is None:
                continue
            seen = self._seen(program, action, " + text", frozenset({"made"}))
            for place in places:
                for name in names:
                    steps: list[Step] = [
                        Open(program.name, place), Menu(action.entry), Fill((name,)), Leave("Return")
                    ]  # fmt: skip
                    yield self._made(steps, score + fit + seen, [program], [action])

    def _with_item(
        self, program: Program, score: float, source: str, target: str | None, values: Values, pattern: frozenset[str]
    ) -> Iterator[Candidate]:
        """Click a file in its folder and let entries of the menus do something with it."""
        folder = source.rpartition("/")[0]
        places = phrases.path_phrases(folder, values)[:1] if folder else [None]
        items = phrases.path_phrases(source.rpartition("/")[2], values)[:1]
        wanted = [*self._deed(program), *(word for kind in pattern for word in COMMON[kind])]
        for place in places:
            for item in items:
                start: list[Plain] = [Open(program.name, place), Pick(item)]
                for fit, action in self._fitting(program, wanted):
                    seen = self._seen(program, action, "", pattern)
                    if target is None and not (action.tries and action.dialog and action.dialog.fields):
                        lost = SEEN if action.effects["lost"] else 0.0
                        steps = [*start, Menu(action.entry), Leave("Return")]
                        yield self._made(steps, score + fit + seen + lost, [program], [action])
                if target is not None:
                    yield from self._renamed(program, score, start, source, target, values, pattern)
                    yield from self._carried(program, score, start, source, target, values, pattern)

    def _renamed(
        self, program: Program, score: float, start: list[Plain], source: str, target: str, values: Values,
        pattern: frozenset[str],
    ) -> Iterator[Candidate]:  # fmt: skip
        """Through one entry whose dialog takes the new name or place."""
        same_folder = source.rpartition("/")[0] == target.rpartition("/")[0]
        names = phrases.path_phrases(target.rpartition("/")[2], values)[:1]
        above = target.rpartition("/")[0]
        folders = phrases.path_phrases(above, values)[:1] if above else []
        for fit, action in self._fitting(program):
            if action.dialog is None and (action.tries or not action.entry.endswith("...")):
                continue
            if same_folder:
                seen = self._seen(program, action, " + text", pattern)
                for name in names:
                    steps = [*start, Menu(action.entry), Fill((name,)), Leave("Return")]
                    yield self._made(steps, score + fit + seen + 0.5, [program], [action])
            asks = action.entry.endswith("...") if not action.tries else self._kind(program, action.entry) != ""
            for folder in folders if asks else ():
                seen = self._seen(program, action, " + file", pattern)
                steps = [*start, Menu(action.entry), Choose(folder), Settle()]
                yield self._made(steps, score + fit + seen - 0.2, [program], [action])

    def _carried(
        self, program: Program, score: float, start: list[Plain], source: str, target: str, values: Values,
        pattern: frozenset[str],
    ) -> Iterator[Candidate]:  # fmt: skip
        """Through the clipboard: take it here, put it there."""
        above = target.rpartition("/")[0]
        if source.rpartition("/")[2] != target.rpartition("/")[2] or (above and above not in self._files):
            return
        places = phrases.path_phrases(above, values)[:1] if above else [None]
        for place in places:
            for take in self._entries_for(program, "clipboard")[:4]:
                for put in self._entries_for(program, "paste")[:2]:
                    key = (f"{program.name}: {take.entry}", f"{program.name}: {put.entry}")
                    hits, runs = self._graph.outcome(key, pattern)
                    seen = SEEN * (hits + 0.2) / (runs + 0.4) if hits else -0.8 * runs
                    wrong = 0.0
                    if runs and "lost" not in pattern and self._graph.outcome(key, frozenset({"lost"}))[0]:
                        wrong = -2.0
                    fit = words.likeness(take.entry, self._told, self._telling[program.name])
                    steps = [*start, Menu(take.entry), Open(program.name, place), Menu(put.entry), Settle()]
                    yield self._made(steps, score + fit + seen + wrong + 1.6, [program], [take, put])

    # -- shared

    def _existing(self, values: Values) -> list[Phrase]:
        return [phrase for phrase in phrases.scalars(values).values() if str(phrase.value(values)) in self._files]

    def _deed(self, program: Program) -> list[str]:
        """The words of the goal that say what to do, not in which program and not that it is to be saved."""
        about = words.words(f"{program.name.replace('_', ' ')} {program.what} {' '.join(COMMON['altered'])}")
        return [each for each in self._told if not any(words.near(each, word) for word in about)]

    def _fitting(self, program: Program, wanted: Sequence[str] | None = None) -> list[tuple[float, Action]]:
        """Entries whose words fit, with how well."""
        telling = self._telling[program.name]
        found = [
            (WORD * words.likeness(entry, wanted or self._deed(program), telling), action)
            for entry, action in self._graph.entries(program.name).items()
        ]
        found = [each for each in found if each[0] > 0]
        return sorted(found, key=lambda each: (-each[0], each[1].entry))[:MOST_ENTRIES]

    def _entries_for(self, program: Program, kind: str) -> list[Action]:
        """Entries that were seen to have an effect, then those whose words say so."""
        wanted = COMMON.get(kind, (kind,))
        telling = self._telling[program.name]
        found = []
        for entry, action in self._graph.entries(program.name).items():
            score = SEEN * bool(action.effects[kind]) + words.likeness(entry, wanted, telling)
            if action.dialog is not None or (entry.endswith("...") and not action.tries):
                score -= 1.0 if kind != "locate" else 0.2
            if score > 0.3:
                found.append((score, action))
        return [action for _, action in sorted(found, key=lambda each: (-each[0], each[1].entry))[:MOST_ENTRIES]]

    def _fit(self, action: Action, kind: str) -> float:
        return SEEN * bool(action.effects[kind]) + words.likeness(
            action.entry, [*COMMON[kind], *self._told], self._telling[action.program]
        )

    def _seen(self, program: Program, action: Action, shape: str, pattern: frozenset[str]) -> float:
        hits, runs = self._graph.outcome((f"{program.name}: {action.entry}{shape}",), pattern)
        return SEEN * (hits + 0.2) / (runs + 0.4) if hits else -0.8 * runs

    def _made(
        self, steps: Sequence[Step], score: float, programs: Sequence[Program], actions: Sequence[Action]
    ) -> Candidate:
        untried = tuple((each.program, each.entry) for each in actions if not each.tries)
        return Candidate(tuple(steps), score, tuple(each.name for each in programs), untried)


def _chained(options: Sequence[Sequence[Candidate]]) -> Iterator[Candidate]:
    """One candidate for each part, one after the other: the best of all, then variations of one part at a time."""
    if not options or not all(options):
        return
    ranked = [sorted(each, key=lambda one: -one.score) for each in options]
    for number, part in enumerate(ranked):
        for choice in part[: 40 if len(ranked) == 1 else 6]:
            row = [choice if place == number else other[0] for place, other in enumerate(ranked)]
            steps = tuple(step for each in row for step in each.steps)
            yield Candidate(
                steps,
                sum(each.score for each in row) / len(row),
                tuple(dict.fromkeys(name for each in row for name in each.programs)),
                tuple(dict.fromkeys(each for one in row for each in one.untried)),
            )


def _as_folders(targets: Sequence[Target], files: Mapping[str, Any]) -> list[Target]:
    """Files that only move with their folder, told as that folder."""
    made = [each for each in targets if each.like and not each.existed]
    if not made or len(made) != sum(1 for each in targets if not each.gone):
        return list(targets)
    moves = set()
    for each in made:
        old, new = str(each.like).split("/"), each.path.split("/")
        while len(old) > 1 and len(new) > 1 and old[-1] == new[-1]:
            old, new = old[:-1], new[:-1]
        moves.add(("/".join(old), "/".join(new)))
    gone = [each for each in targets if each.gone]
    if len(moves) == 1:
        source, target = next(iter(moves))
        folder = files.get(source, {}).get("kind") == "folder"
        whole = {path for path in files if path.startswith(f"{source}/")} == {str(each.like) for each in made}
        if folder and whole and (not gone or {each.path for each in gone} == {source}):
            if target in files:  # into a folder that is there: it keeps its name
                return list(targets) if gone else [*gone, Target(f"{target}/{source}", False, like=source)]
            return [*gone, Target(target, False, like=source, folder=True)]
    return list(targets)


def _content(file: Mapping[str, Any]) -> str:
    return str((file.get("content") or {}).get("text") or "")


def _is_cells(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    return re.fullmatch(r"[A-Z]{1,3}[1-9]\d*(:[A-Z]{1,3}[1-9]\d*)?", value) is not None


def _same(given: Any, wanted: str) -> bool:
    if str(given) == wanted:
        return True
    try:
        return float(str(given)) == float(wanted)
    except ValueError:
        return False
