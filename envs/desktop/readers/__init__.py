"""Readers: what a document says, as plain JSON, by its ending.

Run in a box of their own (`python3 -m readers`),
because documents come from the desktop and parsers have bugs; they read bytes and nothing else.

What they give has a `kind`: "text" {text}, "sheet" {sheets: {name: {cell: {value, formula?}}}}, "document" {text, …},
"picture" {width, height, format, mode, average}, or "unreadable" {why}.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Facts = dict[str, Any]

TEXT = ("txt", "md", "html", "htm", "py", "json", "ini", "log", "xml", "svg", "css", "js", "toml", "sh", "rst", "tex")
BOXED = ("csv", "ods", "xlsx", "odt", "docx", "pdf", "png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff")
MOST_LETTERS = 40_000
"""Letters of a text that are told; its hash tells of the rest."""


def read(ending: str, data: bytes) -> Facts:
    """The facts of a document of this ending."""
    from . import opendocument, pdf, pictures, tables, text, word

    by_ending: dict[str, Callable[[bytes], Facts]] = {
        "csv": tables.csv_facts,
        "xlsx": tables.xlsx_facts,
        "ods": opendocument.sheet_facts,
        "odt": opendocument.text_facts,
        "docx": word.facts,
        "pdf": pdf.facts,
        **dict.fromkeys(TEXT, text.facts),
    }
    return by_ending.get(ending, pictures.facts)(data)
