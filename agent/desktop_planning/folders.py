"""How files and folders are made, named, moved, copied and removed, in the program that opens folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent.desktop_planning import phrases, words
from agent.desktop_planning.candidates import COMMON, SEEN, Candidate, Program, chained
from agent.desktop_planning.known import Known
from agent.desktop_planning.phrases import Phrase, Values
from agent.desktop_planning.steps import Choose, Fill, Leave, Menu, Open, Pick, Plain, Settle, Step
from agent.desktop_planning.wish import Target


class Folders:
    """Candidates for files and folders that only move."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def rearranged(self, targets: Sequence[Target], values: Values) -> Iterator[Candidate]:
        """Make, name, move, copy or remove files and folders in the program that opens folders."""
        targets = _as_folders(targets, self._known.files)
        gone = [each for each in targets if each.gone]
        made = [each for each in targets if not each.gone and not each.existed]
        if len(targets) > 1:
            yield from self._all_of_folder(gone, made, values)
        if len(gone) > 1 or len(made) > 1:
            options = [list(self.rearranged([each], values))[:6] for each in targets]
            if len(gone) == len(made):
                options = [
                    sorted(self.rearranged(pair, values), key=lambda each: -each.score)[:6]
                    for pair in zip(gone, made, strict=True)
                ]
            yield from chained(options)
            return
        for score, program in self._known.ranked_programs("/"):
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
        inside = {path for path in self._known.files if path.rpartition("/")[0] == folder}
        if not folder or len(sources) < 2 or inside != sources or (gone and made and len(gone) != len(made)):
            return
        pair = [*gone[:1], *made[:1]]
        item = next(iter(sources))
        turn = {**values, "entry": item}
        for program in [each for _, each in self._known.ranked_programs() if "/" in each.opens]:
            for select in self._known.entries_for(program, "select")[:1]:
                for each in self.rearranged(pair, turn):
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
        wanted = [*self._known.deed(program), "create", "new", "folder" if target.folder else "file"]
        folder = target.path.rpartition("/")[0]
        places: Sequence[Phrase | None] = phrases.path_phrases(folder, values)[:1] if folder else [None]
        names = phrases.path_phrases(target.path.rpartition("/")[2], values)[:2]
        for fit, action in self._known.fitting(program, wanted):
            if action.tries and action.dialog is None:
                continue
            seen = self._known.seen(program, action, " + text", frozenset({"made"}))
            for place in places:
                for name in names:
                    steps: list[Step] = [
                        Open(program.name, place), Menu(action.entry), Fill((name,)), Leave("Return")
                    ]  # fmt: skip
                    yield self._known.made(steps, score + fit + seen, [program], [action])

    def _with_item(
        self, program: Program, score: float, source: str, target: str | None, values: Values, pattern: frozenset[str]
    ) -> Iterator[Candidate]:
        """Click a file in its folder and let entries of the menus do something with it."""
        folder = source.rpartition("/")[0]
        places = phrases.path_phrases(folder, values)[:1] if folder else [None]
        items = phrases.path_phrases(source.rpartition("/")[2], values)[:1]
        wanted = [*self._known.deed(program), *(word for kind in pattern for word in COMMON[kind])]
        for place in places:
            for item in items:
                start: list[Plain] = [Open(program.name, place), Pick(item)]
                for fit, action in self._known.fitting(program, wanted):
                    seen = self._known.seen(program, action, "", pattern)
                    if target is None and not (action.tries and action.dialog and action.dialog.fields):
                        lost = SEEN if action.effects["lost"] else 0.0
                        steps = [*start, Menu(action.entry), Leave("Return")]
                        yield self._known.made(steps, score + fit + seen + lost, [program], [action])
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
        for fit, action in self._known.fitting(program):
            if action.dialog is None and (action.tries or not action.entry.endswith("...")):
                continue
            if same_folder:
                seen = self._known.seen(program, action, " + text", pattern)
                for name in names:
                    steps = [*start, Menu(action.entry), Fill((name,)), Leave("Return")]
                    yield self._known.made(steps, score + fit + seen + 0.5, [program], [action])
            asks = action.entry.endswith("...") if not action.tries else self._known.kind(program, action.entry) != ""
            for folder in folders if asks else ():
                seen = self._known.seen(program, action, " + file", pattern)
                steps = [*start, Menu(action.entry), Choose(folder), Settle()]
                yield self._known.made(steps, score + fit + seen - 0.2, [program], [action])

    def _carried(
        self, program: Program, score: float, start: list[Plain], source: str, target: str, values: Values,
        pattern: frozenset[str],
    ) -> Iterator[Candidate]:  # fmt: skip
        """Through the clipboard: take it here, put it there."""
        above = target.rpartition("/")[0]
        if source.rpartition("/")[2] != target.rpartition("/")[2] or (above and above not in self._known.files):
            return
        places = phrases.path_phrases(above, values)[:1] if above else [None]
        for place in places:
            for take in self._known.entries_for(program, "clipboard")[:4]:
                for put in self._known.entries_for(program, "paste")[:2]:
                    key = (f"{program.name}: {take.entry}", f"{program.name}: {put.entry}")
                    hits, runs = self._known.graph.outcome(key, pattern)
                    seen = SEEN * (hits + 0.2) / (runs + 0.4) if hits else -0.8 * runs
                    wrong = 0.0
                    if runs and "lost" not in pattern and self._known.graph.outcome(key, frozenset({"lost"}))[0]:
                        wrong = -2.0
                    fit = words.likeness(take.entry, self._known.told, self._known.telling[program.name])
                    steps = [*start, Menu(take.entry), Open(program.name, place), Menu(put.entry), Settle()]
                    yield self._known.made(steps, score + fit + seen + wrong + 1.6, [program], [take, put])


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
