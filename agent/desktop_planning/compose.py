"""Candidates: sequences of steps over known actions that could fulfil a wish, the likeliest first.

One machinery for every program and family. Each candidate is scored by what is known: how well its entries fit the
words of the goal, what such actions were seen to do, and how much of the task's data it uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from agent.desktop_planning import phrases, words
from agent.desktop_planning.candidates import LENGTH, SEEN, UNUSED, Candidate, chained
from agent.desktop_planning.clips import Clips
from agent.desktop_planning.documents import Documents
from agent.desktop_planning.folders import Folders
from agent.desktop_planning.graph import ending
from agent.desktop_planning.known import Known
from agent.desktop_planning.phrases import Values
from agent.desktop_planning.steps import Each, Menu, Open, Step
from agent.desktop_planning.wish import Target, Wish


class Composer:
    """Composes for one task: puts together what documents, folders, the clipboard and windows take."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._documents, self._folders, self._clips = Documents(known), Folders(known), Clips(known)
        self._wish = Wish()

    def about(self, wish: Wish) -> str:
        """A path that says which program a wish is about: a document's, "/" where only files and folders move."""
        for target in wish.targets:
            if target.about_content:
                return target.path
        if wish.targets:
            return "/"
        return next((str(each.value(self.known.values)) for each in self.known.existing(self.known.values)), "")

    def near(self, program: str) -> list[str]:
        """Entries to be explored that the goal speaks of, or that stand by kin of them, the nearest first."""
        about = next(each for each in self.known.programs if each.name == program)
        wanted = [*self.known.deed(about), *self.kin(program)]
        fit = {entry: words.likeness(entry, wanted, {}) for entry in self.known.graph.place(program).unexplored()}
        first = sorted((entry for entry in fit if fit[entry] > 0.3), key=lambda each: -fit[each])
        kin = set(self.kin(program))
        beside = [entry for entry in fit if kin & set(words.words(entry.rpartition(" > ")[0]))]
        of_kin = [*(entry for entry in first if entry in beside), *(entry for entry in beside if entry not in first)]
        return [*of_kin, *(entry for entry in first if entry not in beside)]

    def kin(self, program: str) -> list[str]:
        """Words of the menus in which a program has what changes texts, if that is what is wanted."""
        if not any(target.text is not None and target.existed for target in self._wish.targets):
            return []
        entries = [entry for entry, each in self.known.graph.place(program).actions.items() if each.effects["text"]]
        return list(dict.fromkeys(word for entry in entries for word in words.words(entry.rpartition(" > ")[0])))

    def candidates(self, wish: Wish) -> list[Candidate]:
        """Everything worth trying for a wish, the likeliest first."""
        self._wish = wish
        found = [*self._whole(wish, self.known.values), *self._loops(wish)]
        scored = [each.plus(-self._cost(each)) for each in found]
        best: dict[tuple[Step, ...], Candidate] = {}
        for each in sorted(scored, key=lambda each: -each.score):
            best.setdefault(each.steps, each)
        return list(best.values())

    def _cost(self, candidate: Candidate) -> float:
        used = {role for step in candidate.steps for phrase in step.phrases() for role in phrase.roles}
        return UNUSED * sum(1 for role in self.known.values if role not in used) + LENGTH * sum(
            len(step.steps) if isinstance(step, Each) else 1 for step in candidate.steps
        )

    def _whole(self, wish: Wish, values: Values) -> Iterator[Candidate]:
        """Candidates for all of a wish, without a loop around them."""
        content = [each for each in wish.targets if each.about_content]
        moved = [each for each in wish.targets if not each.about_content]
        if wish.clipboard is not None and not wish.targets:
            yield from self._clips.clipboard(wish.clipboard, values)
        elif wish.windows and not wish.targets:
            yield from self._windows(wish.windows, values)
        elif content and not any(each.gone or each.folder for each in moved):
            options = [list(self._documents.document(each, values))[:40] for each in content]
            yield from chained(options)
        elif moved and not content:
            yield from self._moved(moved, values)
        elif moved and content:
            self.known.promise(each.path for each in moved if each.folder and not each.gone)
            options = [
                sorted(self._moved(moved, values), key=lambda each: -each.score)[:8],
                *(sorted(self._documents.document(each, values), key=lambda each: -each.score)[:8] for each in content),
            ]
            yield from chained(options)
            later = 0.1 if any(each.gone for each in moved) else -0.1  # what is still needed is removed at the end
            yield from (each.plus(later) for each in chained([*options[1:], options[0]]))

    def _moved(self, targets: Sequence[Target], values: Values) -> Iterator[Candidate]:
        """Where only files move: in the program that opens folders, or by saving a document again elsewhere."""
        yield from self._folders.rearranged(targets, values)
        if len(targets) == 1 and targets[0].like and not targets[0].gone:
            yield from (each.plus(-1.0) for each in self._documents.document(targets[0], values))

    def _loops(self, wish: Wish) -> Iterator[Candidate]:
        """Candidates that do the same for every element of a list, table or folder among the values."""
        for loop in phrases.loops(self.known.values, self.known.files):
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
                    yield replace(each, steps=(over,), score=each.score + 0.5)

    def _share(self, wish: Wish, turn: Values) -> tuple[Target, ...]:
        """The targets that one turn of a loop is about: their paths follow from its own values."""
        own = set(turn) - set(self.known.values)
        return tuple(
            target
            for target in wish.targets
            if any(each.roles & own for each in phrases.path_phrases(target.path, turn))
        )

    def _windows(self, wanted: Sequence[Mapping[str, str]], values: Values) -> Iterator[Candidate]:
        """Open what must be open, the last one in front; in a loop where a list names the programs."""
        options = [sorted(self._window(each, values), key=lambda one: -one.score)[:5] for each in wanted]
        yield from chained(options)
        if len(options) > 1:
            yield from (each.plus(-0.1) for each in chained(options[::-1]))
        for loop in phrases.loops(values, {}):
            if [turn.get("entry") for turn in loop.turns] == [each["program"] for each in wanted]:
                step = Each(loop.over, loop.names, (Open("", None, phrases.role("entry")),))
                yield Candidate((step,), 4.0, tuple(each["program"] for each in wanted))

    def _window(self, one: Mapping[str, str], values: Values) -> Iterator[Candidate]:
        known = self.known
        for score, program in known.ranked_programs():
            named = next((phrases.role(name) for name, value in values.items() if value == program.name), None)
            fits = score + (2.0 if one["program"] == program.name else -2.0 if one["program"] else 0.0)
            yield Candidate((Open(program.name, None, named),), fits, (program.name,))
            for phrase in known.existing(values):
                path = str(phrase.value(values))
                shown = 2.0 * (path.rsplit("/", 1)[-1] in one["title"]) if one["title"] else 0.0
                kind = "/" if known.files[path].get("kind") == "folder" else ending(path)
                shown += 1.0 * (kind in program.opens)
                yield Candidate((Open(program.name, phrase, named),), fits + shown, (program.name,))
            for action in known.graph.entries(program.name).values():
                if action.dialog and one["title"] and one["title"].lower() in action.dialog.title.lower():
                    steps = (Open(program.name), Menu(action.entry))
                    yield Candidate(steps, fits + SEEN, (program.name,))
