"""Characters that deceive: those that nobody sees, and letters of another script that look like ours.

A text with such characters says one thing to the person who reviews it and another to the model that reads it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_JOINERS = "\u200c\u200d"
_RANGES = (
    (0x00AD, 0x00AD),  # soft hyphen
    (0x034F, 0x034F),  # grapheme joiner
    (0x061C, 0x061C),  # direction mark
    (0x115F, 0x1160),  # fillers
    (0x17B4, 0x17B5),  # inherent vowels
    (0x180E, 0x180E),  # vowel separator
    (0x200B, 0x200B),  # space without width
    (0x200E, 0x200F),  # direction marks
    (0x202A, 0x202E),  # direction overrides
    (0x2060, 0x206F),  # joiners, invisible operators, isolates
    (0x3164, 0x3164),  # filler
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # filler
    (0xFFF9, 0xFFFB),  # annotations
    (0xE0000, 0xE007F),  # tags: a whole hidden alphabet
    (0xE0100, 0xE01EF),  # variation selectors
)
HALF = re.compile("[\ud800-\udfff]")
"""Half of a character: JSON can say it, but no file, no table and no terminal can hold it."""
_PLAIN_CONTROLS = frozenset("\t\n\r\f")


@dataclass(frozen=True)
class Hidden:
    """One deceiving character and where it stands."""

    line: int
    character: str

    def __str__(self) -> str:
        name = unicodedata.name(self.character, "a control character")
        return f"line {self.line} holds the invisible U+{ord(self.character):04X} ({name.lower()})"


def hidden(text: str) -> Iterator[Hidden]:
    """Invisible and control characters, in order; joiners within emoji and scripts that need them pass."""
    text = text.removeprefix("\ufeff")
    for number, line in enumerate(text.split("\n"), 1):
        if line.isascii() and line.isprintable():
            continue
        for place, character in enumerate(line):
            if character in _JOINERS:
                around = line[max(0, place - 1) : place + 2]
                if len(around) == 3 and not any(each.isascii() for each in around):
                    continue
                yield Hidden(number, character)
            elif _is_hidden(ord(character)) or (
                unicodedata.category(character) == "Cc" and character not in _PLAIN_CONTROLS
            ):
                yield Hidden(number, character)


def _is_hidden(code: int) -> bool:
    return code >= 0xAD and any(first <= code <= last for first, last in _RANGES)


def foreign_letter(name: str) -> str | None:
    """What is wrong with the letters of a name that has to be plain ASCII, in words; None if nothing is."""
    for character in name:
        if not character.isascii():
            told = unicodedata.name(character, "an unnamed character").lower()
            return f"U+{ord(character):04X} ({told}) is not a plain letter, however much it may look like one"
    return None


def visible(text: str) -> str:
    """The text without what nobody sees, on as few lines as it has."""
    marked = {each.character for each in hidden(text)}
    return "".join(character for character in text.removeprefix("\ufeff") if character not in marked)
