"""Tasks of an office suite: documents in the word processor, tables in its own spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from curriculum.checks import DocumentText, SheetCell
from curriculum.desktop import content
from curriculum.desktop.family import Family, Instance
from curriculum.desktop.judging import done

WRITER = ("writer",)
CALC = ("calc",)


def write_document(ending: str) -> Callable[[Random], Instance]:
    """A sentence in a new document of a format."""

    def make(random: Random) -> Instance:
        text, path = content.sentence(random), content.file_name(random, ending)
        return Instance(
            goal=f'Write "{text}" in a new document of the word processor and save it as {path}, in the format '
            "that this ending stands for.",
            values={"text": text, "path": path},
            check=done(DocumentText(path=path, text=text, exact=True), but=[path]),
        )

    return make


def write_heading(random: Random) -> Instance:
    """A document with a heading."""
    name, text = content.stem(random).capitalize(), content.sentence(random)
    path = content.file_name(random, "odt")
    return Instance(
        goal=f'Write a new document of the word processor that has "{name}" as a heading (Heading 1) and below it the '
        f'paragraph "{text}", and save it as {path}.',
        values={"name": name, "text": text, "path": path},
        check=done(
            DocumentText(path=path, text=name, heading=True),
            DocumentText(path=path, text=f"{name} {text}", exact=True),
            but=[path],
        ),
    )


def replace_in_document(random: Random) -> Instance:
    """A word that stands in several paragraphs."""
    path = content.file_name(random, "odt")
    old, new, *others = content.some(random, "nouns", 5)
    lines = [f"{other} and {old} and {old}" if index else f"{old}, {other}" for index, other in enumerate(others)]
    return Instance(
        goal=f'Replace every "{old}" in the document {path} by "{new}" and save it.',
        values={"path": path, "old": old, "new": new},
        check=done(DocumentText(path=path, text=" ".join(lines).replace(old, new), exact=True), but=[path]),
        files={path: content.letter(lines)},
    )


def document_to_pdf(random: Random) -> Instance:
    """A document as pages to print."""
    path, target = content.file_name(random, "odt"), content.file_name(random, "pdf")
    lines = content.sentences(random, 3)
    return Instance(
        goal=f"Export the document {path} as {target} (PDF).",
        values={"path": path, "target": target},
        check=done(*(DocumentText(path=target, text=line) for line in lines), but=[target]),
        files={path: content.letter(lines)},
    )


def sum_with_formula(ending: str) -> Callable[[Random], Instance]:
    """A table with a sum, in a format, with the spreadsheet of the office suite."""

    def make(random: Random) -> Instance:
        numbers, path = content.numbers(random, 3), content.file_name(random, ending)
        named = zip(content.some(random, "nouns", 3), numbers, strict=True)
        counts: list[list[str | int]] = [[thing, number] for thing, number in named]
        rows: list[list[str | int]] = [["Item", "Count"], *counts]
        told = "; ".join(", ".join(map(str, row)) for row in rows)
        cell, formula = "B5", "=SUM(B2:B4)"
        return Instance(
            goal=f"With the program calc, make a new table with these rows, from the cell A1 on: {told}. Write the "
            f"formula {formula} in the cell {cell} and save it as {path}, in the format that this ending stands for.",
            values={"rows": rows, "cell": cell, "formula": formula, "path": path},
            check=done(
                SheetCell(path=path, cell=cell, formula=formula, value=sum(numbers)),
                SheetCell(path=path, cell="A2", value=str(rows[1][0])),
                but=[path],
            ),
        )

    return make


FAMILIES = (
    Family("write_odt", "documents", 2, WRITER, write_document("odt")),
    Family("write_docx", "documents", 3, WRITER, write_document("docx")),
    Family("write_heading", "documents", 3, WRITER, write_heading),
    Family("replace_in_document", "documents", 3, WRITER, replace_in_document),
    Family("document_to_pdf", "documents", 3, WRITER, document_to_pdf),
    Family("sum_saved_as_ods", "documents", 3, CALC, sum_with_formula("ods")),
    Family("sum_saved_as_xlsx", "documents", 3, CALC, sum_with_formula("xlsx")),
)
