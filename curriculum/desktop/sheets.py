"""Tasks with tables, in the spreadsheet: cells, formulas, rows and columns, and saving in other formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from curriculum.checks import Check, Not, SheetCell
from curriculum.desktop import content
from curriculum.desktop.family import Family, Instance
from curriculum.desktop.judging import done

SHEET = ("spreadsheet",)
Row = list[str | int]


def _table(random: Random, count: int, columns: Sequence[str] = ("Item", "Count")) -> list[Row]:
    """A heading, and rows of a thing and numbers."""
    things = content.some(random, "nouns", count)
    rows: list[Row] = [[thing, *content.numbers(random, len(columns) - 1)] for thing in things]
    return [list(columns), *rows]


def _cells(path: str, rows: Sequence[Sequence[str | int]], top: int = 1) -> list[Check]:
    """Every cell of these rows has its value."""
    return [
        SheetCell(path=path, cell=f"{chr(ord('A') + column)}{top + index}", value=value)
        for index, row in enumerate(rows)
        for column, value in enumerate(row)
    ]


def _formulas(path: str, column: str, formulas: Sequence[str], values: Sequence[str | float]) -> list[Check]:
    """The cells of a column, from its second row, have these formulas and values."""
    return [
        SheetCell(path=path, cell=f"{column}{row}", formula=formula, value=value)
        for row, (formula, value) in enumerate(zip(formulas, values, strict=True), 2)
    ]


def _numbers(rows: Sequence[Row], column: int = 1) -> list[int]:
    return [int(row[column]) for row in rows[1:]]


def write_cell(random: Random) -> Instance:
    """A number in an empty cell."""
    path, rows = content.file_name(random, "ods"), _table(random, 3)
    cell, value = f"{random.choice('CDEF')}{random.randrange(1, 9)}", random.randrange(2, 100_000)
    return Instance(
        goal=f"Write {value} in the cell {cell} of the table {path} and save it.",
        values={"path": path, "cell": cell, "value": value},
        check=done(SheetCell(path=path, cell=cell, value=value), *_cells(path, rows), but=[path]),
        files={path: content.sheet(rows)},
    )


def clear_cells(random: Random) -> Instance:
    """A column that loses its numbers."""
    path, rows = content.file_name(random, "ods"), _table(random, 4, ("Item", "Count", "Price"))
    first, last = sorted(random.sample(range(2, 6), 2))
    column = random.randrange(1, 3)
    letter = "ABC"[column]
    kept = [[value for place, value in enumerate(row) if place < column] for row in rows]
    emptied = [Not(check=SheetCell(path=path, cell=f"{letter}{row}", value=rows[row - 1][column]))
               for row in range(first, last + 1)]  # fmt: skip
    cells = f"{letter}{first}:{letter}{last}"
    return Instance(
        goal=f"Empty the cells {cells} of the table {path} and save it.",
        values={"path": path, "cells": cells},
        check=done(*emptied, *_cells(path, kept), but=[path]),
        files={path: content.sheet(rows)},
    )


def add_row(random: Random) -> Instance:
    """A row below the last one."""
    path, rows = content.file_name(random, "ods"), _table(random, random.randrange(3, 6))
    row: Row = [content.stem(random), random.randrange(500, 1000)]
    return Instance(
        goal=f"Add a row with {row[0]} and {row[1]} right below the last row of the table {path} and save it.",
        values={"path": path, "row": row},
        check=done(*_cells(path, [*rows, row]), but=[path]),
        files={path: content.sheet(rows)},
    )


def change_value(random: Random) -> Instance:
    """A number that is to be found by the word next to it."""
    path, rows = content.file_name(random, "ods"), _table(random, 5)
    place, value = random.randrange(1, 6), random.randrange(501, 10_000)
    changed = [[row[0], value] if index == place else row for index, row in enumerate(rows)]
    return Instance(
        goal=f"In the table {path}, set the count of {rows[place][0]} to {value} and save it.",
        values={"path": path, "name": rows[place][0], "value": value},
        check=done(*_cells(path, changed), but=[path]),
        files={path: content.sheet(rows)},
    )


def new_table(ending: str) -> Callable[[Random], Instance]:
    """A table from nothing, in a format."""

    def make(random: Random) -> Instance:
        path, rows = content.file_name(random, ending), _table(random, 3)
        told = "; ".join(", ".join(map(str, row)) for row in rows)
        return Instance(
            goal=f"Make a new table with these rows, from the cell A1 on, and save it as {path}: {told}.",
            values={"path": path, "rows": rows},
            check=done(*_cells(path, rows), but=[path]),
        )

    return make


def write_formula(random: Random) -> Instance:
    """A formula that the task spells out."""
    path, rows = content.file_name(random, "ods"), _table(random, random.randrange(3, 7))
    numbers = _numbers(rows)
    name, value = random.choice(
        [("SUM", sum(numbers)), ("MAX", max(numbers)), ("MIN", min(numbers)), ("COUNT", len(numbers))]
    )
    cell, formula = f"{random.choice('DEFG')}{random.randrange(1, 9)}", f"={name}(B2:B{len(rows)})"
    return Instance(
        goal=f"Write the formula {formula} in the cell {cell} of the table {path} and save it.",
        values={"path": path, "cell": cell, "formula": formula},
        check=done(SheetCell(path=path, cell=cell, formula=formula, value=value), but=[path]),
        files={path: content.sheet(rows)},
    )


def column_formula(words: str, function: str, value_of: Callable[[list[int]], float]) -> Callable[[Random], Instance]:
    """A formula below a column, told in words."""

    def make(random: Random) -> Instance:
        path, rows = content.file_name(random, "ods"), _table(random, random.randrange(3, 7))
        cells, cell = f"B2:B{len(rows)}", f"B{len(rows) + 1}"
        return Instance(
            goal=f"In the cell {cell} of the table {path}, compute {words} of the cells {cells} by a formula with "
            f"{function}, and save it.",
            values={"path": path, "cells": cells, "cell": cell},
            check=done(
                SheetCell(path=path, cell=cell, formula=f"={function}({cells})", value=value_of(_numbers(rows))),
                *_cells(path, rows),
                but=[path],
            ),
            files={path: content.sheet(rows)},
        )

    return make


def multiply_columns(random: Random) -> Instance:
    """A product in each row."""
    path, rows = content.file_name(random, "ods"), _table(random, 4, ("Item", "Count", "Price"))
    cells = f"D2:D{len(rows)}"
    formulas = [f"=B{row}*C{row}" for row in range(2, len(rows) + 1)]
    products = [a * b for a, b in zip(_numbers(rows, 1), _numbers(rows, 2), strict=True)]
    return Instance(
        goal=f"In the table {path}, let each of the cells {cells} multiply columns B and C of its row by a formula, "
        "such as =B2*C2 in D2, and save it.",
        values={"path": path, "cells": cells},
        check=done(*_formulas(path, "D", formulas, products), but=[path]),
        files={path: content.sheet(rows)},
    )


def join_columns(random: Random) -> Instance:
    """Two words that become one text in each row."""
    path = content.file_name(random, "ods")
    people = list(zip(content.some(random, "people", 4), content.some(random, "surnames", 4), strict=True))
    named: list[Row] = [list(pair) for pair in people]
    rows: list[Row] = [["First", "Last"], *named]
    cells = f"C2:C{len(rows)}"
    formulas = [f'=A{row}&" "&B{row}' for row in range(2, len(rows) + 1)]
    return Instance(
        goal=f"In the table {path}, let each of the cells {cells} join first and last name of its row by a formula, "
        'such as =A2&" "&B2 in C2, and save it.',
        values={"path": path, "cells": cells},
        check=done(*_formulas(path, "C", formulas, [" ".join(pair) for pair in people]), but=[path]),
        files={path: content.sheet(rows)},
    )


def running_total(random: Random) -> Instance:
    """Each cell the sum of all above."""
    path, rows = content.file_name(random, "ods"), _table(random, 5)
    numbers, cells = _numbers(rows), f"C2:C{len(rows)}"
    formulas = [f"=SUM(B$2:B{row})" for row in range(2, len(rows) + 1)]
    totals = [sum(numbers[: index + 1]) for index in range(len(numbers))]
    return Instance(
        goal=f"In the table {path}, let each of the cells {cells} show the sum of column B from B2 to its own row by a "
        "formula, such as =SUM(B$2:B3) in C3, and save it.",
        values={"path": path, "cells": cells},
        check=done(*_formulas(path, "C", formulas, totals), but=[path]),
        files={path: content.sheet(rows)},
    )


def mark_rows(random: Random) -> Instance:
    """A word in each row that depends on its number."""
    path, rows = content.file_name(random, "ods"), _table(random, 5)
    numbers, cells, value = _numbers(rows), f"C2:C{len(rows)}", random.randrange(50, 450)
    text, other = content.some(random, "adjectives", 2)
    formulas = [f'=IF(B{row}>={value},"{text}","{other}")' for row in range(2, len(rows) + 1)]
    return Instance(
        goal=f'In the table {path}, let each of the cells {cells} say "{text}" where the number in column B of its row '
        f'is at least {value}, and "{other}" where it is not, by a formula such as {formulas[0]} in C2, and save it.',
        values={"path": path, "cells": cells, "value": value, "text": text, "other": other},
        check=done(
            *_formulas(path, "C", formulas, [text if number >= value else other for number in numbers]), but=[path]
        ),
        files={path: content.sheet(rows)},
    )


def share_of_total(random: Random) -> Instance:
    """What part of the sum each row is."""
    path, rows = content.file_name(random, "ods"), _table(random, 4)
    numbers, cells, last = _numbers(rows), f"C2:C{len(rows)}", len(rows)
    formulas = [f"=B{row}/SUM(B$2:B${last})" for row in range(2, last + 1)]
    return Instance(
        goal=f"In the table {path}, let each of the cells {cells} show its row's part of the sum of column B, by "
        f"a formula such as {formulas[0]} in C2, and save it.",
        values={"path": path, "cells": cells},
        check=done(*_formulas(path, "C", formulas, [number / sum(numbers) for number in numbers]), but=[path]),
        files={path: content.sheet(rows)},
    )


def copy_cells(random: Random) -> Instance:
    """A part of a table in a second place."""
    path, rows = content.file_name(random, "ods"), _table(random, 4)
    cells, top = f"A1:B{len(rows)}", random.randrange(8, 12)
    cell = f"A{top}"
    return Instance(
        goal=f"In the table {path}, copy the cells {cells} so that the copy begins in the cell {cell}, and save it.",
        values={"path": path, "cells": cells, "cell": cell},
        check=done(*_cells(path, rows), *_cells(path, rows, top), but=[path]),
        files={path: content.sheet(rows)},
    )


def sort_rows(random: Random) -> Instance:
    """Rows in the order of their words."""
    path, rows = content.file_name(random, "ods"), _table(random, 6)
    ordered = sorted(rows[1:], key=lambda row: str(row[0]))
    if ordered == rows[1:]:
        return sort_rows(random)
    cells = f"A2:B{len(rows)}"
    return Instance(
        goal=f"Sort the rows in the cells {cells} of the table {path} by the words in column A, from A to Z, "
        "and save it.",
        values={"path": path, "cells": cells},
        check=done(*_cells(path, [rows[0], *ordered]), but=[path]),
        files={path: content.sheet(rows)},
    )


def delete_row(random: Random) -> Instance:
    """A row that goes, and those below move up."""
    path, rows = content.file_name(random, "ods"), _table(random, 5)
    row = random.choice(rows[1:5])
    left = [each for each in rows if each is not row]
    end = Not(check=SheetCell(path=path, cell=f"A{len(rows)}", value=rows[-1][0]))
    return Instance(
        goal=f"Delete the row of {row[0]} from the table {path}, so that the rows below move up, and save it.",
        values={"path": path, "name": row[0]},
        check=done(*_cells(path, left), end, but=[path]),
        files={path: content.sheet(rows)},
    )


def delete_column(random: Random) -> Instance:
    """A column that goes, and those to the right move."""
    path, rows = content.file_name(random, "ods"), _table(random, 3, ("Item", "Count", "Price", "Rest"))
    column = random.randrange(1, 3)
    left = [[value for place, value in enumerate(row) if place != column] for row in rows]
    end = Not(check=SheetCell(path=path, cell="D1", value="Rest"))
    return Instance(
        goal=f"Delete the column {'ABCD'[column]} of the table {path}, so that the columns to its right "
        "move, and save it.",
        values={"path": path, "column": "ABCD"[column]},
        check=done(*_cells(path, left), end, but=[path]),
        files={path: content.sheet(rows)},
    )


def insert_row(random: Random) -> Instance:
    """A row between others."""
    path, rows = content.file_name(random, "ods"), _table(random, 5)
    place = random.randrange(2, 5)
    row: Row = [content.stem(random), random.randrange(500, 1000)]
    return Instance(
        goal=f"In the table {path}, insert a row with {row[0]} and {row[1]} above the row of {rows[place][0]}, so that "
        "the rows below move down, and save it.",
        values={"path": path, "row": row, "name": rows[place][0]},
        check=done(*_cells(path, [*rows[:place], row, *rows[place:]]), but=[path]),
        files={path: content.sheet(rows)},
    )


def rename_sheet(random: Random) -> Instance:
    """A sheet under a new name."""
    path, rows = content.file_name(random, "ods"), _table(random, 3)
    old, new = (word.title() for word in content.some(random, "nouns", 2))
    cells = [SheetCell(path=path, cell="A2", value=rows[1][0], sheet=new)]
    return Instance(
        goal=f'Rename the sheet "{old}" of the table {path} to "{new}" and save it.',
        values={"path": path, "old": old, "new": new},
        check=done(*cells, but=[path]),
        files={path: content.sheet(rows, old)},
    )


def replace_in_sheet(random: Random) -> Instance:
    """A word that stands in several cells."""
    path = content.file_name(random, "ods")
    old, new, *others = content.some(random, "nouns", 6)
    names = [old, *random.sample([old, *others], 3), old]
    named: list[Row] = [[name, number] for name, number in zip(names, content.numbers(random, 5), strict=True)]
    rows: list[Row] = [["Item", "Count"], *named]
    replaced = [[new if value == old else value for value in row] for row in rows]
    return Instance(
        goal=f'Replace every "{old}" in the table {path} by "{new}" and save it.',
        values={"path": path, "old": old, "new": new},
        check=done(*_cells(path, replaced), but=[path]),
        files={path: content.sheet(rows)},
    )


def convert(ending: str, target_ending: str) -> Callable[[Random], Instance]:
    """The same table in another format."""

    def make(random: Random) -> Instance:
        rows = _table(random, random.randrange(3, 6))
        path, target = content.file_name(random, ending), content.file_name(random, target_ending)
        data = content.table(rows) if ending == "csv" else content.sheet(rows)
        return Instance(
            goal=f"Save the table {path} as {target}, in the format that this ending stands for; {path} stays.",
            values={"path": path, "target": target},
            check=done(*_cells(target, rows), but=[target]),
            files={path: data},
        )

    return make


FAMILIES = (
    Family("write_cell", "sheets", 1, SHEET, write_cell),
    Family("write_formula", "sheets", 2, SHEET, write_formula),
    Family("clear_cells", "sheets", 2, SHEET, clear_cells),
    Family("add_row", "sheets", 2, SHEET, add_row),
    Family("new_table_ods", "sheets", 2, SHEET, new_table("ods")),
    Family("new_table_xlsx", "sheets", 2, SHEET, new_table("xlsx")),
    Family("csv_to_ods", "formats", 2, SHEET, convert("csv", "ods")),
    Family("csv_to_xlsx", "formats", 2, SHEET, convert("csv", "xlsx")),
    Family("ods_to_xlsx", "formats", 2, SHEET, convert("ods", "xlsx")),
    Family("ods_to_csv", "formats", 3, SHEET, convert("ods", "csv")),
    Family("change_value", "sheets", 3, SHEET, change_value),
    Family("sum_column", "sheets", 3, SHEET, column_formula("the sum", "SUM", sum)),
    Family("average_column", "sheets", 3, SHEET,
           column_formula("the average", "AVERAGE", lambda numbers: sum(numbers) / len(numbers))),
    Family("largest_of_column", "sheets", 3, SHEET, column_formula("the largest", "MAX", max)),
    Family("copy_cells", "sheets", 3, SHEET, copy_cells),
    Family("sort_rows", "sheets", 3, SHEET, sort_rows),
    Family("delete_row", "sheets", 3, SHEET, delete_row),
    Family("delete_column", "sheets", 3, SHEET, delete_column),
    Family("rename_sheet", "sheets", 3, SHEET, rename_sheet),
    Family("insert_row", "sheets", 4, SHEET, insert_row),
    Family("multiply_columns", "sheets", 4, SHEET, multiply_columns),
    Family("join_columns", "sheets", 4, SHEET, join_columns),
    Family("running_total", "sheets", 4, SHEET, running_total),
    Family("mark_rows", "sheets", 4, SHEET, mark_rows),
    Family("share_of_total", "sheets", 4, SHEET, share_of_total),
    Family("replace_in_sheet", "sheets", 4, SHEET, replace_in_sheet),
)  # fmt: skip
