"""Tables from CSV and Excel files: cells by name, with the formula and the value that the program computed for it."""

from __future__ import annotations

import csv
import io
from typing import Any

from openpyxl import load_workbook

from . import MOST_LETTERS

MOST_CELLS = 4_000


def cell_name(row: int, column: int) -> str:
    """The name of a cell: B3 for row 2 and column 1."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def plain(value: Any) -> Any:
    """A cell's value as JSON: numbers and truth values as they are, a date as ISO text, the rest as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def csv_facts(data: bytes) -> dict[str, Any]:
    """Rows of a CSV file, whose separator is the one that its first lines use."""
    text = data.decode("utf-8-sig")
    sample = text[:4000]
    separator = max(",;\t", key=lambda each: sample.count(each))
    cells: dict[str, dict[str, Any]] = {}
    for row, values in enumerate(csv.reader(io.StringIO(text), delimiter=separator)):
        for column, value in enumerate(values):
            if value != "" and len(cells) < MOST_CELLS:
                cells[cell_name(row, column)] = {"value": number(value)}
    return {"kind": "sheet", "sheets": {"csv": cells}, "text": text[:MOST_LETTERS], "separator": separator}


def number(text: str) -> Any:
    """The number that a text writes, else the text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def xlsx_facts(data: bytes) -> dict[str, Any]:
    """Cells of an Excel workbook: what was entered, and the value that was saved with a formula."""
    entered = load_workbook(io.BytesIO(data))
    computed = load_workbook(io.BytesIO(data), data_only=True)
    sheets: dict[str, Any] = {}
    told = 0
    for sheet in entered.worksheets:
        cells = sheets.setdefault(sheet.title, {})
        values = computed[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is None or told >= MOST_CELLS:
                    continue
                told += 1
                facts: dict[str, Any] = {"value": plain(values[cell.coordinate].value)}
                if cell.data_type == "f":
                    facts["formula"] = f"={str(getattr(cell.value, 'text', cell.value)).lstrip('=')}"
                if cell.font is not None and cell.font.bold:
                    facts["bold"] = True
                cells[cell.coordinate] = facts
    return {"kind": "sheet", "sheets": sheets}
