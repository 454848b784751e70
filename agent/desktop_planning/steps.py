"""The steps that the planner's programs are made of, each with the lines that it is written as.

Entries of menus and labels of buttons are constants, because they belong to a program; data comes from phrases, because
it belongs to a task.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from agent.desktop_planning.phrases import Phrase

EDITABLE = '[each["id"] for each in elements() if each["window"] == front and "editable" in each["states"]]'
_INDENT = "    "


@dataclass(frozen=True)
class Open:
    """Open a program, perhaps with a file or folder."""

    program: str
    file: Phrase | None = None
    named: Phrase | None = None
    """The role that names the program, where the task says which one."""

    def lines(self) -> list[str]:
        """As code."""
        program = self.named.code if self.named else _text(self.program)
        return [f"open_program({program}{', ' + self.file.code if self.file else ''})"]

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it."""
        return tuple(each for each in (self.named, self.file) if each)


@dataclass(frozen=True)
class Menu:
    """Choose an entry of a menu."""

    entry: str

    def lines(self) -> list[str]:
        """As code."""
        return [f"menu({_text(self.entry)})"]

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it: none."""
        return ()


@dataclass(frozen=True)
class Press:
    """Press keys."""

    keys: str

    def lines(self) -> list[str]:
        """As code."""
        return [f"press({_text(self.keys)})"]

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it: none."""
        return ()


@dataclass(frozen=True)
class Write:
    """Type a text where the cursor is."""

    text: Phrase

    def lines(self) -> list[str]:
        """As code."""
        return [f"type_text({self.text.code})"]

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it."""
        return (self.text,)


@dataclass(frozen=True)
class Pick:
    """Click what is called so, such as a file in its folder; by its role if a button is meant."""

    label: Phrase
    role: str = ""

    def lines(self) -> list[str]:
        """As code."""
        return [f"click({self.label.code}{', role=' + _text(self.role) if self.role else ''})"]

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it."""
        return (self.label,)


@dataclass(frozen=True)
class Cells:
    """Select cells of a sheet."""

    cells: Phrase

    def lines(self) -> list[str]:
        """As code."""
        return [f"select_cells({self.cells.code})"]

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it."""
        return (self.cells,)


@dataclass(frozen=True)
class Fill:
    """Put texts into the fields of the window in front, in their order."""

    texts: tuple[Phrase, ...]

    def lines(self) -> list[str]:
        """As code."""
        filled = [f"set_text(fields[{number}], {text.code})" for number, text in enumerate(self.texts)]
        return ['front = windows()[-1]["title"]', f"fields = {EDITABLE}", *filled]

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it."""
        return self.texts


@dataclass(frozen=True)
class Button:
    """Press a button or a box of the dialog in front, and leave the dialog if it stays."""

    label: str
    role: str = "push button"

    def lines(self) -> list[str]:
        """As code."""
        return [f"click({_text(self.label)}, role={_text(self.role)})"]

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it: none."""
        return ()


@dataclass(frozen=True)
class Leave:
    """Leave the dialog in front if there is one: by Return if it asks, by Escape if it only stays."""

    keys: str = "Escape"

    def lines(self) -> list[str]:
        """As code."""
        return ['if windows() and windows()[-1]["dialog"]:', f"{_INDENT}confirm({_text(self.keys)})"]

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it: none."""
        return ()


@dataclass(frozen=True)
class Choose:
    """Name a file in the file dialog in front; what it asks then is answered with yes."""

    path: Phrase

    def lines(self) -> list[str]:
        """As code."""
        return [f'if "asked" in choose_file({self.path.code}):', f'{_INDENT}confirm("Return")']

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it."""
        return (self.path,)


@dataclass(frozen=True)
class Settle:
    """Wait until no program is busy."""

    def lines(self) -> list[str]:
        """As code."""
        return ["wait_until_settled()"]

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it: none."""
        return ()


Plain = Open | Menu | Press | Write | Pick | Cells | Fill | Button | Leave | Choose | Settle


@dataclass(frozen=True)
class Each:
    """Do steps for every element of a list or table."""

    over: Phrase
    names: str
    steps: tuple[Plain, ...]

    def lines(self) -> list[str]:
        """As code."""
        inside = [f"{_INDENT}{line}" for step in self.steps for line in step.lines()]
        return [f"for {self.names} in {self.over.code}:", *inside]

    def phrases(self) -> tuple[Phrase, ...]:
        """The data in it."""
        return (self.over, *(phrase for step in self.steps for phrase in step.phrases()))


Step = Plain | Each


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
