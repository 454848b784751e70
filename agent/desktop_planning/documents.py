"""How a document comes to hold what it must: opened, typed into or acted upon, saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agent.desktop_planning import phrases, words
from agent.desktop_planning.candidates import COMMON, SEEN, Candidate, Program
from agent.desktop_planning.clips import Clips
from agent.desktop_planning.commands import Commands
from agent.desktop_planning.graph import ending
from agent.desktop_planning.known import Known, content_of
from agent.desktop_planning.phrases import Phrase, Values
from agent.desktop_planning.steps import Cells, Choose, Each, Leave, Menu, Open, Plain, Press, Settle, Write
from agent.desktop_planning.texts import piece
from agent.desktop_planning.wish import Target


class Documents:
    """Candidates for one document."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._commands, self._clips = Commands(known), Clips(known)

    def document(self, target: Target, values: Values) -> Iterator[Candidate]:
        """Bring about what a document must hold: open, edit, save."""
        spots = phrases.path_phrases(target.path, values)[:2]
        folder = target.path.rpartition("/")[0]
        if not spots or (folder and folder not in self._known.files):
            return  # what it is called cannot be told, or programs do not make its folder
        sources = self._known.existing(values)
        ranked = self._known.ranked_programs(target.path)
        able = [each for each in ranked if ending(target.path) in each[1].opens]
        for score, program in (able or ranked)[:3]:
            if target.like is None:
                yield from (each.plus(score) for each in self._pasted(program, target, spots[0], values))
            if target.existed:
                opened: list[Phrase | None] = [spots[0]]
            else:
                opened = [None, *(each for each in sources if ending(str(each.value(values))) in program.opens)]
            for file in opened:
                before = content_of(self._known.files.get(str(file.value(values)) if file else "", {}))
                for edit in self._edits(program, target, values, before, file):
                    for save, saved in self._saves(program, target, spots[0]):
                        steps = [Open(program.name, file), *edit.steps, *save]
                        untried = (*edit.untried, *saved.untried)
                        yield Candidate(
                            tuple(steps), score + edit.score + saved.score, (program.name,), untried, edit.guess
                        )

    def _saves(self, program: Program, target: Target, spot: Phrase) -> Iterator[tuple[list[Plain], Candidate]]:
        wanted = "altered" if target.existed else "made"
        entries = self._known.graph.entries(program.name)
        ranked = []
        for action in entries.values():
            key = f"{program.name}: {action.entry}" + ("" if target.existed else " + file")
            hits, runs = self._known.graph.outcome((key,), frozenset({wanted}))
            seen = SEEN * (hits + 0.2) / (runs + 0.4) if hits else -0.8 * runs
            if target.existed and action.effects["altered"]:
                seen += SEEN
            fit = words.likeness(action.entry, COMMON[wanted], self._known.telling[program.name])
            fit += (
                0.4 * words.likeness(action.entry, self._known.deed(program), self._known.telling[program.name])
                if fit
                else 0.0
            )
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
    ) -> Iterator[Candidate]:
        """Ways to bring a document to what it must hold."""
        if target.cells:
            yield from self._cell_edits(program, target, values)
        wanted = target.text if target.text is not None else "\n".join(target.contains) if target.contains else None
        if wanted is not None and not target.cells:
            yield from self._typed(program, target, values, before, wanted)
        if file is not None:
            yield from self._commands.commanded(program, target, values, before, file)
        if file is not None and not target.existed:
            opened = self._known.files[str(file.value(values))]
            holds = bool(target.cells) and all(_holds(opened, cell, each) for cell, each in target.cells.items())
            same = 2.5 if holds or (wanted is not None and wanted.strip() in before) else 0.3
            yield Candidate((), same, ())

    def _typed(self, program: Program, target: Target, values: Values, before: str, wanted: str) -> Iterator[Candidate]:
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
            for key in self._known.keys(program, where) if phrase else ():
                steps: list[Plain] = [Press(key)] if key else []
                yield Candidate((*steps, Write(phrase)) if phrase else (), 2.5, ())
        if old and target.text is not None:
            yield from self._inserted(program, values, old, new)

    def _pasted(self, program: Program, target: Target, spot: Phrase, values: Values) -> Iterator[Candidate]:
        """Carry over the clipboard what another document or program has, and save."""
        cell = next(iter(target.cells)) if len(target.cells) == 1 else ""
        before = content_of(self._known.files.get(target.path, {})).rstrip("\n")
        if cell:
            formula, missing = (str(target.cells[cell].get(name, "")) for name in ("formula", "value"))
            if formula:
                return  # a formula is written, not shown by anything
            places: list[list[Plain]] = [[Cells(each)] for each in phrases.path_phrases(cell, values)[:1]]
        else:
            wanted = (target.text or "\n".join(target.contains)).rstrip("\n")
            missing = wanted[len(before) :].strip("\n") if wanted.startswith(before) else ""
            places = [[Press(key)] if key else [] for key in self._known.keys(program, "end" if before else "")]
        if not missing or phrases.text_phrase(missing, values, self._known.spoken) is not None:
            return
        clips = sorted(self._clips.clipboard(missing, values), key=lambda each: -each.score)[:6]
        for clip in clips:
            for put in self._known.entries_for(program, "paste")[:1]:
                for place in places[:1]:
                    for save, saved in self._saves(program, target, spot):
                        opened = Open(program.name, spot if target.existed else None)
                        steps = (*clip.steps, opened, *place, Menu(put.entry), *save)
                        names = tuple(dict.fromkeys((*clip.programs, program.name)))
                        score = 0.5 * clip.score + 1.0 + saved.score
                        yield Candidate(steps, score, names, (*clip.untried, *saved.untried))

    def _inserted(self, program: Program, values: Values, old: str, new: str) -> Iterator[Candidate]:
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
            for key in self._known.keys(program, "line end") if text else ():
                for locate, score, untried in self._commands.locators(program, phrase):
                    steps = (*locate, Press(key), Write(text)) if text else ()
                    yield Candidate(steps, 2.0 + score, (), untried)

    def _cell_edits(self, program: Program, target: Target, values: Values) -> Iterator[Candidate]:
        """Fill cells: by pairs of roles, by a table, by its rows from the first cell."""
        parts = phrases.scalars(values)
        steps: list[Plain] = []
        for cell, content in target.cells.items():
            where = next((each for each in parts.values() if each.value(values) == cell), None)
            options = [str(content[key]) for key in ("formula", "value") if key in content]
            what = next((each for text in options for each in parts.values() if _same(each.value(values), text)), None)
            made = (phrases.text_phrase(text, values, self._known.spoken) for text in options)
            what = what or next((each for each in made if each), None)
            if where is None or what is None:
                break
            steps += [Cells(where), Write(what), Press("Return")]
        else:
            yield Candidate(tuple(steps), 2.5, ())
        for each in phrases.loops(values, self._known.files):
            if each.names == "key, entry" and all(str(turn["key"]) in target.cells for turn in each.turns):
                key, entry = phrases.role("key"), phrases.text_of(phrases.role("entry"))
                loop = Each(each.over, each.names, (Cells(key), Write(entry), Press("Return")))
                yield Candidate((loop,), 2.5, ())
        for name, value in values.items():
            if isinstance(value, list) and value:
                first = next((each for each in parts.values() if each.value(values) in target.cells), None)
                start: list[Plain] = [Cells(first)] if first else []
                text = phrases.joined(phrases.lines_of(name), "", phrases.constant("\n"))
                yield Candidate((*start, Write(text)), 2.0 if isinstance(value[0], list) else 1.5, ())


def _holds(file: Mapping[str, Any], cell: str, wanted: Mapping[str, Any]) -> bool:
    """Whether a cell of a document's first table is as wanted already."""
    sheet: Mapping[str, Any] = next(iter(((file.get("content") or {}).get("sheets") or {}).values()), {})
    return all(sheet.get(cell, {}).get(name) == value for name, value in wanted.items())


def _same(given: Any, wanted: str) -> bool:
    if str(given) == wanted:
        return True
    try:
        return float(str(given)) == float(wanted)
    except ValueError:
        return False
