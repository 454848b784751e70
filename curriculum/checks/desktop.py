"""The kinds of check that a desktop can be asked: real files and what they say, windows, the clipboard.

They read observations only, in which the world tells the home's documents by path with hash and content
(`envs.desktop`); so the same facts always give the same verdict. `achieved` is the frame of every desktop task: what
was true before, or became true without a single action, was not done.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from curriculum.checks.base import Check, Facts, Observation, Tags, Verdict
from curriculum.checks.logic import Part
from curriculum.gamedata import GameData

Value = bool | int | float | str | None
CLOSE = 1e-6
"""How far a number may be off, relative to its size: programs write as many digits as they like."""


def _in_home(path: str) -> str:
    parts = path.split("/")
    if not path or path.startswith(("/", "~")) or "" in parts or ".." in parts or "." in parts:
        raise ValueError(f"{path!r} is no path from the home, such as Documents/note.txt")
    return path


HomePath = Annotated[str, AfterValidator(_in_home)]
"""A file or folder, named from the home."""


class FileExists(Check):
    """There is a file (or a folder) of this name; a link does not count."""

    kind: Literal["file_exists"] = "file_exists"
    path: HomePath
    what: Literal["file", "folder"] = "file"

    def verdict(self, facts: Facts) -> Verdict:
        """Looks at the home afterwards."""
        there = _file(facts.after, self.path).get("kind", "nothing")
        return Verdict(there == self.what, f"{self.path} is {there}, wanted: {self.what}")

    def sentence(self) -> str:
        """Make it."""
        return f"have the {self.what} {self.path}"


class FileEquals(Check):
    """A file holds exactly these bytes: given as text, or by their hash."""

    kind: Literal["file_equals"] = "file_equals"
    path: HomePath
    text: str | None = None
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    last_line_end: bool = True
    """Whether a line end at the very end counts; some programs always write one."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.sha256 is None):
            raise ValueError("give text or sha256, and not both")
        return self

    def verdict(self, facts: Facts) -> Verdict:
        """Compares hashes, so that length does not matter."""
        file = _file(facts.after, self.path)
        if file.get("kind") != "file":
            return Verdict(False, f"{self.path} is {file.get('kind', 'not there')}")
        wanted = {self.sha256}
        if self.text is not None:
            texts = [self.text] if self.last_line_end else [self.text.rstrip("\n"), self.text.rstrip("\n") + "\n"]
            wanted = {hashlib.sha256(text.encode()).hexdigest() for text in texts}
        if file["sha256"] in wanted:
            return Verdict(True, f"{self.path} is as wanted, {file['size']} bytes")
        return Verdict(False, f"{self.path} differs: it has {_shown(_text(file))}")

    def sentence(self) -> str:
        """Make it so."""
        return f"make {self.path} hold exactly {_shown(self.text) if self.text is not None else 'the wanted bytes'}"


class FileContains(Check):
    """The text of a file contains this text."""

    kind: Literal["file_contains"] = "file_contains"
    path: HomePath
    text: str = Field(min_length=1)
    times: int | None = Field(default=None, ge=0)
    """How often exactly; None: at least once."""

    def verdict(self, facts: Facts) -> Verdict:
        """Counts in the text of the file afterwards."""
        text = _text(_file(facts.after, self.path))
        if text is None:
            return Verdict(False, f"{self.path} is no text that can be read")
        found = text.count(self.text)
        wanted = found >= 1 if self.times is None else found == self.times
        often = "at least once" if self.times is None else f"{self.times} times"
        return Verdict(wanted, f"{self.path} has {self.text!r} {found} times, wanted: {often}")

    def sentence(self) -> str:
        """Write it there."""
        often = "" if self.times is None else f" {self.times} times"
        return f"have {self.text!r}{often} in {self.path}"


class SheetCell(Check):
    """A cell of a saved sheet has a value, a formula, or both; of a formula, the computed value counts."""

    kind: Literal["sheet_cell"] = "sheet_cell"
    path: HomePath
    cell: str = Field(pattern="^[A-Z]{1,3}[1-9][0-9]*$")
    value: Value = None
    formula: str | None = None
    sheet: str | None = None
    """Name of the sheet; None: the first one."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.value is None and self.formula is None:
            raise ValueError("give the value, the formula or both")
        return self

    def verdict(self, facts: Facts) -> Verdict:
        """Looks at the cell of the saved file."""
        sheets = _content(_file(facts.after, self.path), "sheet").get("sheets")
        if not sheets:
            return Verdict(False, f"{self.path} is no sheet that can be read")
        name = self.sheet if self.sheet is not None else next(iter(sheets))
        cell = sheets.get(name, {}).get(self.cell, {})
        right = (self.value is None or _same(cell.get("value"), self.value)) and (
            self.formula is None or _formula(cell.get("formula")) == _formula(self.formula)
        )
        formula = f" from {cell['formula']}" if cell.get("formula") else ""
        return Verdict(right, f"{self.cell} of {self.path} is {cell.get('value')!r}{formula}, wanted: {self._wanted()}")

    def sentence(self) -> str:
        """Fill the cell."""
        return f"have {self._wanted()} in cell {self.cell} of {self.path}"

    def _wanted(self) -> str:
        if self.formula is None:
            return repr(self.value)
        return self.formula + (f" with the result {self.value!r}" if self.value is not None else "")


class DocumentText(Check):
    """A document (text, word processor, PDF) says this, blanks and line ends not counted; `exact`: and nothing else."""

    kind: Literal["document_text"] = "document_text"
    path: HomePath
    text: str = Field(min_length=1)
    exact: bool = False
    heading: bool = False
    """Whether it must be a heading."""

    def verdict(self, facts: Facts) -> Verdict:
        """Looks at the words of the saved file."""
        content = _file(facts.after, self.path).get("content", {})
        if not isinstance(content.get("text"), str):
            return Verdict(False, f"{self.path} is no document that can be read")
        wanted = _words(self.text)
        if self.heading:
            headings = [_words(each) for each in content.get("headings", ())]
            return Verdict(wanted in headings, f"headings of {self.path}: {headings[:5]}, wanted: {wanted!r}")
        words = _words(content["text"])
        right = words == wanted if self.exact else wanted in words
        return Verdict(right, f"{self.path} says {_shown(words)}, wanted: {_shown(wanted)}")

    def sentence(self) -> str:
        """Write it."""
        return f"have the {'heading' if self.heading else 'words'} {_shown(self.text)} in {self.path}"


class Picture(Check):
    """A picture has this size, format, mode or average colour; what is not given does not matter."""

    kind: Literal["picture"] = "picture"
    path: HomePath
    width: int | None = Field(default=None, ge=1)
    height: int | None = Field(default=None, ge=1)
    format: str | None = None
    mode: str | None = None
    grey: bool | None = None
    average: tuple[int, int, int] | None = None
    within: int = Field(default=12, ge=0)
    """How far each part of the average colour may be off."""

    def verdict(self, facts: Facts) -> Verdict:
        """Looks at the properties of the saved picture."""
        picture = _content(_file(facts.after, self.path), "picture")
        if not picture:
            return Verdict(False, f"{self.path} is no picture that can be read")
        wrong = [
            f"{name} {picture.get(name)}, wanted: {wanted}"
            for name, wanted in self._wanted().items()
            if not self._fits(name, picture.get(name), wanted)
        ]
        return Verdict(not wrong, f"{self.path}: {'; '.join(wrong)}" if wrong else f"{self.path} is as wanted")

    def sentence(self) -> str:
        """Make it so."""
        return f"make the picture {self.path} with {', '.join(f'{key} {each}' for key, each in self._wanted().items())}"

    def _wanted(self) -> dict[str, Any]:
        named = ("width", "height", "format", "mode", "grey", "average")
        return {name: value for name in named if (value := getattr(self, name)) is not None}

    def _fits(self, name: str, there: Any, wanted: Any) -> bool:
        if name == "average":
            return there is not None and all(abs(a - b) <= self.within for a, b in zip(there, wanted, strict=True))
        return bool(there == wanted)


class WindowOpen(Check):
    """A window is open with these words in its title, of this program, or both."""

    kind: Literal["window"] = "window"
    title: str = ""
    program: str = ""
    front: bool = False
    """Whether it must be the window in front."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.title and not self.program:
            raise ValueError("give the title, the program or both")
        return self

    def verdict(self, facts: Facts) -> Verdict:
        """Looks at the windows afterwards."""
        windows = facts.after.get("windows", ())
        right = any(
            self.title.casefold() in window["title"].casefold()
            and self.program in ("", window["program"])
            and (window["active"] or not self.front)
            for window in windows
        )
        return Verdict(right, f"open windows: {[window['title'] for window in windows]}")

    def sentence(self) -> str:
        """Open it."""
        titled = f" titled {self.title!r}" if self.title else ""
        place = " in front" if self.front else ""
        return f"have a window{titled} of {self.program}{place}" if self.program else f"have a window{titled}{place}"


class Clipboard(Check):
    """The clipboard holds exactly this text."""

    kind: Literal["clipboard"] = "clipboard"
    text: str = Field(min_length=1)
    copied: bool = False
    """Whether it must come out of a window: what the program put on the clipboard by itself does not count."""

    def verdict(self, facts: Facts) -> Verdict:
        """Compares the clipboard afterwards."""
        there = str(facts.after.get("clipboard", ""))
        if there == self.text and self.copied and any(self._put(event) for event in facts.events):
            return Verdict(False, f"the program itself put {_shown(there)} on the clipboard: copy it from a window")
        return Verdict(there == self.text, f"the clipboard holds {_shown(there)}")

    def _put(self, event: Mapping[str, Any]) -> bool:
        put = event.get("call") == "set_clipboard" and event.get("ok")
        # Events keep the beginning of a long text.
        return bool(put) and self.text.startswith(str(event.get("args", {}).get("text", "")).removesuffix("…"))

    def sentence(self) -> str:
        """Copy it."""
        return f"have {_shown(self.text)} on the clipboard"


class Unchanged(Check):
    """Nothing in the home changed but these files and folders (and what is in these folders): no side effects."""

    kind: Literal["unchanged"] = "unchanged"
    but: tuple[HomePath, ...] = ()

    def verdict(self, facts: Facts) -> Verdict:
        """Compares every document before and after."""
        old, new = facts.before.get("files", {}), facts.after.get("files", {})
        changed = [path for path in sorted({*old, *new}) if _identity(old.get(path)) != _identity(new.get(path))]
        unwanted = [
            path for path in changed if not any(path == each or path.startswith(f"{each}/") for each in self.but)
        ]
        return Verdict(not unwanted, f"changed beside the task: {unwanted[:5]}" if unwanted else "nothing else changed")

    def sentence(self) -> str:
        """Leave the rest."""
        return f"change nothing but {', '.join(self.but)}" if self.but else "change no file"


class Achieved(Check):
    """A check that holds now, did not hold before, and holds through what the program did on the desktop."""

    kind: Literal["achieved"] = "achieved"
    check: Part

    def verdict(self, facts: Facts) -> Verdict:
        """The part's verdict, refused where nothing was to do or nothing was done."""
        part = self.check.verdict(facts)
        if not part.passed:
            return part
        if self.check.already(facts.before, facts.tags):
            return Verdict(False, f"it was so before: {part.evidence}", (part,))
        if not _acted(facts.events):
            return Verdict(False, f"it became so with no action on the desktop: {part.evidence}", (part,))
        return part

    def already(self, state: Observation, tags: Tags | None = None) -> bool:
        """Whether the part holds with nothing done."""
        return self.check.already(state, tags)

    def sentence(self) -> str:
        """The part."""
        return self.check.sentence()

    def refusal(self, data: GameData) -> str | None:
        """The part's."""
        return self.check.refusal(data)


def _acted(events: Sequence[Mapping[str, Any]]) -> bool:
    return any(event["kind"] == "acted" and event.get("ok") for event in events)


def _file(state: Observation, path: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = state.get("files", {}).get(path, {})
    return found


def _content(file: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    content: Mapping[str, Any] = file.get("content", {})
    return content if content.get("kind") == kind else {}


def _text(file: Mapping[str, Any]) -> str | None:
    text = file.get("content", {}).get("text")
    return text if isinstance(text, str) else None


def _identity(file: Mapping[str, Any] | None) -> Any:
    return None if file is None else (file.get("kind"), file.get("sha256"), file.get("target"))


def _same(there: Any, wanted: Value) -> bool:
    if isinstance(wanted, bool) or isinstance(there, bool):
        return there is wanted
    if isinstance(wanted, int | float) and isinstance(there, int | float):
        return math.isclose(there, wanted, rel_tol=CLOSE, abs_tol=CLOSE)
    return bool(there == wanted)


def _formula(text: str | None) -> str | None:
    return None if text is None else "".join(text.split()).replace("$", "").replace(";", ",").lstrip("=").upper()


def _words(text: str) -> str:
    return " ".join(text.split())


def _shown(text: str | None) -> str:
    if text is None:
        return "nothing that can be read"
    return repr(text if len(text) <= 120 else text[:120] + "…")
