"""Tasks that take two or three programs, one after the other."""

from __future__ import annotations

from random import Random

from curriculum.checks import FileEquals, FileExists, SheetCell
from curriculum.desktop import content
from curriculum.desktop.family import Family, Instance
from curriculum.desktop.judging import done, gone, text_is


def _expression(random: Random) -> tuple[str, int]:
    first, second = random.randrange(1000, 10_000), random.randrange(12, 1000)
    return random.choice([(f"{first}*{second}", first * second), (f"{first}+{second}", first + second)])


def note_of_result(random: Random) -> Instance:
    """What the calculator shows, in a document."""
    (expression, result), path = _expression(random), content.file_name(random)
    return Instance(
        goal=f"Compute {expression} with the calculator and save a text document {path} that holds the result "
        "and nothing else.",
        values={"expression": expression, "path": path},
        check=done(text_is(path, [str(result)]), but=[path]),
    )


def result_into_cell(random: Random) -> Instance:
    """What the calculator shows, in a table."""
    (expression, result), path = _expression(random), content.file_name(random, "ods")
    cell = f"{random.choice('CDEF')}{random.randrange(1, 9)}"
    rows: list[list[str | int]] = [["Item", "Count"], [content.one(random, "nouns"), 1]]
    return Instance(
        goal=f"Compute {expression} with the calculator, write the result in the cell {cell} of the table {path} and "
        "save it.",
        values={"expression": expression, "path": path, "cell": cell},
        check=done(SheetCell(path=path, cell=cell, value=result), but=[path]),
        files={path: content.sheet(rows)},
    )


def line_into_cell(random: Random) -> Instance:
    """A line of a document in a table."""
    path, target = content.file_name(random), content.file_name(random, "ods")
    cell, line = f"{random.choice('CDEF')}{random.randrange(1, 9)}", random.randrange(1, 6)
    lines = content.sentences(random, 5)
    rows: list[list[str | int]] = [["Item", "Count"], [content.one(random, "nouns"), 1]]
    return Instance(
        goal=f"Write line {line} of the text document {path}, counted from 1, in the cell {cell} of the table {target} "
        "and save it.",
        values={"path": path, "line": line, "target": target, "cell": cell},
        check=done(SheetCell(path=target, cell=cell, value=lines[line - 1]), but=[target]),
        files={path: content.document(lines), target: content.sheet(rows)},
    )


def cell_into_note(random: Random) -> Instance:
    """A cell of a table in a document."""
    path, target = content.file_name(random, "ods"), content.file_name(random)
    rows = [["Item", "Note"], *([thing, content.sentence(random)] for thing in content.some(random, "nouns", 4))]
    place = random.randrange(2, 6)
    cell = f"B{place}"
    return Instance(
        goal=f"Save a text document {target} that holds what the cell {cell} of the table {path} says, "
        "and nothing else.",
        values={"path": path, "cell": cell, "target": target},
        check=done(text_is(target, [rows[place - 1][1]]), but=[target]),
        files={path: content.sheet(rows)},
    )


def note_in_new_folder(random: Random) -> Instance:
    """A document in a folder that is to be made for it."""
    folder, name, text = content.folder_name(random), content.file_name(random), content.sentence(random)
    path = f"{folder}/{name}"
    return Instance(
        goal=f'Make a new folder "{folder}" in the home folder, write "{text}" in a new text document and save it as '
        f"{name} in that folder.",
        values={"folder": folder, "name": name, "text": text},
        check=done(text_is(path, [text]), but=[folder]),
    )


def rename_and_append(random: Random) -> Instance:
    """A document that gets a new name and a new line."""
    path, name, text = content.file_name(random), content.file_name(random), content.sentence(random)
    lines = content.sentences(random, 3)
    return Instance(
        goal=f'Rename the text document {path} to {name}, then add the line "{text}" at its end and save it.',
        values={"path": path, "name": name, "text": text},
        check=done(text_is(name, [*lines, text]), gone(path), but=[path, name]),
        files={path: content.document(lines)},
    )


def list_of_files(random: Random) -> Instance:
    """The names of a folder's documents in a document."""
    folder, path = content.folder_name(random), content.file_name(random)
    names = sorted(
        {content.file_name(random, ending) for ending in random.sample(("txt", "md", "csv", "ini", "log"), 4)}
    )
    return Instance(
        goal=f'Save a text document {path} that lists the names of all files in the folder "{folder}", '
        "each on a line of its own, in alphabetical order.",
        values={"folder": folder, "path": path},
        check=done(text_is(path, names), but=[path]),
        files={f"{folder}/{name}": content.sentence(random).encode() for name in names},
    )


def merge_and_delete(random: Random) -> Instance:
    """A document that goes into another one and is deleted."""
    path, target = content.file_name(random), content.file_name(random)
    lines, others = content.sentences(random, 3), content.sentences(random, 2)
    return Instance(
        goal=f"Add the lines of the text document {path} at the end of the text document {target}, save that, and then "
        f"delete {path}.",
        values={"path": path, "target": target},
        check=done(text_is(target, [*others, *lines]), gone(path), but=[path, target]),
        files={path: content.document(lines), target: content.document(others)},
    )


def archive_and_begin(random: Random) -> Instance:
    """A document that is put away, and a new one of the same name."""
    path, folder, text = content.file_name(random), content.folder_name(random), content.sentence(random)
    lines = content.sentences(random, 3)
    archived = f"{folder}/{path}"
    return Instance(
        goal=f'Move the text document {path} into the folder "{folder}", then write "{text}" in a new text document '
        f"and save it as {path}, where the old one was.",
        values={"path": path, "folder": folder, "text": text},
        check=done(text_is(archived, lines), text_is(path, [text]), but=[path, archived]),
        files={path: content.document(lines)},
        folders=(folder,),
    )


def convert_and_delete(random: Random) -> Instance:
    """A table that changes its format and its place."""
    path, folder = content.file_name(random, "csv"), content.folder_name(random)
    target = f"{folder}/{content.file_name(random, 'ods')}"
    rows = [["Item", "Count"], *zip(content.some(random, "nouns", 3), content.numbers(random, 3), strict=True)]
    cells = [
        SheetCell(path=target, cell=f"{'AB'[column]}{row}", value=value)
        for row, values in enumerate(rows, 1)
        for column, value in enumerate(values)
    ]
    return Instance(
        goal=f"Save the table {path} as {target}, in the format that this ending stands for, and then delete {path}.",
        values={"path": path, "target": target},
        check=done(*cells, gone(path), but=[path, target]),
        files={path: content.table(rows)},
        folders=(folder,),
    )


def clean_and_convert(random: Random) -> Instance:
    """A table in a text document that must be mended before a spreadsheet reads it."""
    path, target = content.file_name(random, "csv"), content.file_name(random, "xlsx")
    old = random.choice((" / ", " -> ", " ~ ", " := "))
    rows = [["Item", "Count"], *zip(content.some(random, "nouns", 4), content.numbers(random, 4), strict=True)]
    lines = [old.join(map(str, row)) for row in rows]
    cells = [
        SheetCell(path=target, cell=f"{'AB'[column]}{row}", value=value)
        for row, values in enumerate(rows, 1)
        for column, value in enumerate(values)
    ]
    return Instance(
        goal=f'In the text document {path}, replace every "{old}" by "," and save it; '
        f"then save it as a table {target}.",
        values={"path": path, "old": old, "new": ",", "target": target},
        check=done(text_is(path, [line.replace(old, ",") for line in lines]), *cells, but=[path, target]),
        files={path: content.document(lines)},
    )


def total_into_note(random: Random) -> Instance:
    """The sum of a column, computed in the table, written in a document."""
    path, target = content.file_name(random, "ods"), content.file_name(random)
    numbers = content.numbers(random, 4)
    rows = [["Item", "Count"], *zip(content.some(random, "nouns", 4), numbers, strict=True)]
    cells, cell = "B2:B5", "B6"
    return Instance(
        goal=f"In the cell {cell} of the table {path}, compute the sum of the cells {cells} by a formula with SUM and "
        f"save it; then save a text document {target} that holds this sum and nothing else.",
        values={"path": path, "cells": cells, "cell": cell, "target": target},
        check=done(
            SheetCell(path=path, cell=cell, formula=f"=SUM({cells})", value=sum(numbers)),
            text_is(target, [str(sum(numbers))]),
            but=[path, target],
        ),
        files={path: content.sheet(rows)},
    )


def file_a_result(random: Random) -> Instance:
    """A result, in a document, in a new folder: three programs."""
    (expression, result), folder = _expression(random), content.folder_name(random)
    name = content.file_name(random)
    path = f"{folder}/{name}"
    return Instance(
        goal=f'Make a new folder "{folder}" in the home folder, compute {expression} with the calculator, and save a '
        f"text document {name} in that folder that holds the result and nothing else.",
        values={"folder": folder, "expression": expression, "name": name},
        check=done(FileExists(path=folder, what="folder"), text_is(path, [str(result)]), but=[folder]),
    )


def backup_then_change(random: Random) -> Instance:
    """A copy that keeps what is then changed."""
    path, folder = content.file_name(random), content.folder_name(random)
    old, new, other = content.some(random, "nouns", 3)
    text = f"the {old} and the {other}\n{other} of {old}\n"
    copy = f"{folder}/{path}"
    return Instance(
        goal=f'Copy the text document {path} into the folder "{folder}"; then, in {path} itself, replace every "{old}" '
        f'by "{new}" and save it.',
        values={"path": path, "folder": folder, "old": old, "new": new},
        check=done(
            FileEquals(path=copy, text=text), FileEquals(path=path, text=text.replace(old, new)), but=[path, copy]
        ),
        files={path: text.encode()},
        folders=(folder,),
    )


FAMILIES = (
    Family("note_of_result", "chains", 4, ("calculator", "editor"), note_of_result),
    Family("result_into_cell", "chains", 4, ("calculator", "spreadsheet"), result_into_cell),
    Family("line_into_cell", "chains", 4, ("editor", "spreadsheet"), line_into_cell),
    Family("cell_into_note", "chains", 4, ("spreadsheet", "editor"), cell_into_note),
    Family("note_in_new_folder", "chains", 4, ("files", "editor"), note_in_new_folder),
    Family("rename_and_append", "chains", 4, ("files", "editor"), rename_and_append),
    Family("list_of_files", "chains", 4, ("files", "editor"), list_of_files),
    Family("merge_and_delete", "chains", 5, ("editor", "files"), merge_and_delete),
    Family("archive_and_begin", "chains", 5, ("files", "editor"), archive_and_begin),
    Family("backup_then_change", "chains", 5, ("files", "editor"), backup_then_change),
    Family("convert_and_delete", "chains", 5, ("spreadsheet", "files"), convert_and_delete),
    Family("clean_and_convert", "chains", 5, ("editor", "spreadsheet"), clean_and_convert),
    Family("total_into_note", "chains", 5, ("spreadsheet", "editor"), total_into_note),
    Family("file_a_result", "chains", 5, ("files", "calculator", "editor"), file_a_result),
)
