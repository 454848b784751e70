"""OpenDocument sheets and texts (.ods, .odt): a zip with one XML file that says it all."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from . import MOST_LETTERS
from .tables import MOST_CELLS, cell_name, number

MOST_BYTES = 64 << 20
_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TABLE, TEXT = (f"{{{_NAMES}{part}:1.0}}" for part in ("office", "table", "text"))


def sheet_facts(data: bytes) -> dict[str, Any]:
    """Cells of every sheet, formulas in the way in which people write them."""
    sheets: dict[str, Any] = {}
    told = 0
    for table in _content(data).iter(f"{TABLE}table"):
        cells = sheets.setdefault(table.get(f"{TABLE}name", ""), {})
        row = 0
        for line in table.iter(f"{TABLE}table-row"):
            repeated = _count(line, f"{TABLE}number-rows-repeated")
            found = list(_cells(line))
            for again in range(repeated if found else 0):
                for column, facts in found:
                    if told < MOST_CELLS:
                        told += 1
                        cells[cell_name(row + again, column)] = facts
            row += repeated
    return {"kind": "sheet", "sheets": sheets}


def text_facts(data: bytes) -> dict[str, Any]:
    """The paragraphs of a text, one a line, and which of them are headings."""
    paragraphs, headings = [], []
    for part in _content(data).iter():
        if part.tag in (f"{TEXT}p", f"{TEXT}h"):
            paragraphs.append(_text(part))
            if part.tag == f"{TEXT}h":
                headings.append(paragraphs[-1])
    return {"kind": "document", "text": "\n".join(paragraphs)[:MOST_LETTERS], "headings": headings[:200]}


def _content(data: bytes) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if archive.getinfo("content.xml").file_size > MOST_BYTES:
            raise ValueError("the content is too large")
        return ElementTree.fromstring(archive.read("content.xml"))


def _cells(line: ElementTree.Element) -> Iterator[tuple[int, dict[str, Any]]]:
    column = 0
    for cell in line:
        if cell.tag not in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            continue
        repeated = _count(cell, f"{TABLE}number-columns-repeated")
        facts = _facts(cell)
        if facts:
            for again in range(min(repeated, 1000)):
                yield column + again, facts
        column += repeated


def _facts(cell: ElementTree.Element) -> dict[str, Any]:
    kind = cell.get(f"{OFFICE}value-type")
    formula = cell.get(f"{TABLE}formula")
    text = "\n".join(_text(part) for part in cell.iter(f"{TEXT}p"))
    if kind is None and not text and formula is None:
        return {}
    value: Any = text
    if kind in ("float", "currency", "percentage"):
        value = number(cell.get(f"{OFFICE}value", text))
        value = int(value) if isinstance(value, float) and value.is_integer() else value
    elif kind == "boolean":
        value = cell.get(f"{OFFICE}boolean-value") == "true"
    elif kind == "date":
        value = cell.get(f"{OFFICE}date-value", text)
    return {"value": value, **({"formula": _written(formula)} if formula else {})}


def _written(formula: str) -> str:
    """The formula as people write it: =SUM(B2:B4) from of:=SUM([.B2:.B4])."""
    plain = formula.partition("=")[2]
    return "=" + re.sub(r"\[\.?([^\]]*)\]", lambda found: found[1].replace(":.", ":").replace("$", ""), plain)


def _text(part: ElementTree.Element) -> str:
    """The letters of a paragraph; blanks, tabs and breaks are elements of their own."""
    words = part.text or ""
    for child in part:
        if child.tag == f"{TEXT}s":
            words += " " * _count(child, f"{TEXT}c")
        elif child.tag == f"{TEXT}tab":
            words += "\t"
        elif child.tag == f"{TEXT}line-break":
            words += "\n"
        else:
            words += _text(child)
        words += child.tail or ""
    return words


def _count(part: ElementTree.Element, name: str) -> int:
    return max(1, int(part.get(name, "1")))
