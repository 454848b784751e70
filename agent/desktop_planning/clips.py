"""How a text comes onto the clipboard: open what has it or type what gives it, select, copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.desktop_planning import phrases, words
from agent.desktop_planning.candidates import Candidate, Program
from agent.desktop_planning.commands import Commands, is_cells
from agent.desktop_planning.graph import Action, ending
from agent.desktop_planning.known import Known, content_of
from agent.desktop_planning.phrases import Phrase, Values
from agent.desktop_planning.steps import Cells, Menu, Open, Pick, Plain, Press, Write


class Clips:
    """Candidates for a text on the clipboard."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._commands = Commands(known)

    def clipboard(self, text: str, values: Values) -> Iterator[Candidate]:
        """Bring a text onto the clipboard: open what has it or type what gives it, select, copy."""
        source = next((path for path, file in self._known.files.items() if text.strip() in content_of(file)), "")
        for score, program in self._known.ranked_programs(source):
            for copy in self._known.entries_for(program, "clipboard"):
                takes = self._known.entries_for(program, "select")[:2]
                if not source:
                    yield from self._picked(program, score, copy, values)
                for file in [None, *self._known.existing(values)]:
                    if file and ending(str(file.value(values))) not in program.opens:
                        continue
                    fits = 1.0 if file and source in ("", file.value(values)) else 0.0
                    known = self._known.fit(copy, "clipboard") + fits
                    for typed in self._typings(program, text, values, file):
                        if not file and not typed:
                            continue
                        start: list[Plain] = [Open(program.name, file), *typed]
                        for selection, more in self._selections(program, text, values, file, takes):
                            steps = [*start, *selection, Menu(copy.entry)]
                            yield self._known.made(steps, score + known + more, [program], [copy])
                    for fit, action in self._known.fitting(program)[:3] if not file and not program.opens else ():
                        if action is copy or action.dialog:
                            continue
                        for phrase in phrases.scalars(values).values():
                            steps = [
                                Open(program.name),
                                Write(phrase),
                                Press("Return"),
                                Menu(action.entry),
                                Menu(copy.entry),
                            ]
                            yield self._known.made(steps, score + known + fit, [program], [copy])

    def _picked(self, program: Program, score: float, copy: Action, values: Values) -> Iterator[Candidate]:
        """Copy what a file is called or where it is: click it in its folder first."""
        for phrase in self._known.existing(values) if "/" in program.opens else ():
            start: list[Plain] = [Open(program.name, phrases.above(phrase)), Pick(phrases.base(phrase))]
            fit = words.likeness(copy.entry, self._known.deed(program), self._known.telling[program.name])
            known = self._known.fit(copy, "clipboard") + fit
            yield self._known.made([*start, Menu(copy.entry)], score + known, [program], [copy])

    def _selections(
        self, program: Program, text: str, values: Values, file: Phrase | None, takes: Sequence[Action]
    ) -> Iterator[tuple[list[Plain], float]]:
        """Ways to select what is to be copied: nothing, everything, a line that a role names, a file."""
        yield [], 0.0
        content = content_of(self._known.files.get(str(file.value(values)), {})) if file else ""
        for each in takes:
            yield [Menu(each.entry)], 0.6 if content.strip() == text.strip() else 0.2
        for phrase in phrases.scalars(values).values() if file else ():
            if is_cells(phrase.value(values)):
                yield [Cells(phrase)], 0.8
        for phrase in phrases.scalars(values).values():
            line = str(phrase.value(values))
            if line in content and (line == text or line in text):
                for steps, score, _ in self._commands.locators(program, phrase):
                    yield steps, 0.9 + score

    def _typings(self, program: Program, text: str, values: Values, file: Phrase | None) -> Iterator[list[Plain]]:
        yield []
        used = file.roles if file else frozenset()
        whole = phrases.text_phrase(text, values)
        if whole is not None and not file:
            yield [Write(whole)]
        # What opens no document computes: it shows another text than was typed.
        for name, phrase in phrases.scalars(values).items() if not program.opens else ():
            if name not in used and str(values[name]) not in self._known.files:
                yield [Write(phrase), Press("Return")]
