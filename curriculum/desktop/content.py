"""Fresh content for tasks: names, sentences, tables, put together by chance from the words of a data file.

Everything follows from the source of chance that it is given, so an instance can be made again from its seed.
"""

from __future__ import annotations

import io
import tomllib
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

WORDS = Path(__file__).parent.parent / "data" / "desktop_words.toml"


@cache
def words(kind: str) -> tuple[str, ...]:
    """All words of a kind of the data file, such as "nouns"."""
    return tuple(dict.fromkeys(str(tomllib.loads(WORDS.read_text("utf-8"))[kind]).split()))


def some(random: Random, kind: str, count: int) -> list[str]:
    """Different words of a kind."""
    return random.sample(words(kind), count)


def one(random: Random, kind: str) -> str:
    """A word of a kind."""
    return random.choice(words(kind))


def sentence(random: Random) -> str:
    """A sentence of plain letters and a number, such as "The quiet heron in Porto guards 41 lanterns."."""
    subject, thing = some(random, "nouns", 2)
    what = f"The {one(random, 'adjectives')} {subject} in {one(random, 'cities')}"
    return f"{what} {one(random, 'verbs')} {random.randrange(2, 1000)} {thing}s."


def sentences(random: Random, count: int) -> list[str]:
    """Sentences of which no two are equal."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[sentence(random)] = None
    return list(found)


def stem(random: Random) -> str:
    """A name without an ending that is hardly ever the same, such as "heron-lantern-41"."""
    first, second = some(random, "nouns", 2)
    return f"{first}-{second}-{random.randrange(10, 100)}"


def file_name(random: Random, ending: str = "txt") -> str:
    """The name of a document."""
    return f"{stem(random)}.{ending}"


def folder_name(random: Random) -> str:
    """The name of a folder, such as "Willow 41"."""
    return f"{one(random, 'nouns').title()} {random.randrange(10, 100)}"


def person(random: Random) -> str:
    """A first name and a surname."""
    return f"{one(random, 'people')} {one(random, 'surnames')}"


def numbers(random: Random, count: int, least: int = 2, most: int = 500) -> list[int]:
    """Different whole numbers, in any order."""
    return random.sample(range(least, most), count)


def document(lines: Sequence[str]) -> bytes:
    """A text document of these lines."""
    return "".join(f"{line}\n" for line in lines).encode()


def table(rows: Sequence[Sequence[object]]) -> bytes:
    """A table as CSV; its cells hold neither separators nor quotation marks."""
    return document([",".join(str(cell) for cell in row) for row in rows])


def sheet(rows: Sequence[Sequence[str | int]], name: str = "Sheet1") -> bytes:
    """A spreadsheet (OpenDocument) with these rows, the same bytes for the same rows."""
    lines = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)
    table = f'<table:table table:name="{escape(name)}">{lines}</table:table>'
    return _open_document("spreadsheet", f"<office:spreadsheet>{table}</office:spreadsheet>")


def letter(paragraphs: Sequence[str]) -> bytes:
    """A text of a word processor (OpenDocument) with these paragraphs, the same bytes for the same paragraphs."""
    told = "".join(f"<text:p>{escape(paragraph)}</text:p>" for paragraph in paragraphs)
    return _open_document("text", f"<office:text>{told}</office:text>")


def picture(colour: tuple[int, int, int], width: int, height: int) -> bytes:
    """A picture (PNG) of one colour."""
    from PIL import Image  # a package of the desktop, which other worlds do without

    data = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(data, "PNG")
    return data.getvalue()


def _open_document(kind: str, body: str) -> bytes:
    """The least that is an OpenDocument of a kind: its content and the list of its parts."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "manifest")
    )
    media_type = f"application/vnd.oasis.opendocument.{kind}"
    listed = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{media}"/>'
        for path, media in (("/", media_type), ("content.xml", "text/xml"))
    )
    told = f'<office:document-content {names} office:version="1.2"><office:body>{body}</office:body>'
    parts = {
        "mimetype": media_type,
        "content.xml": f"{told}</office:document-content>",
        "META-INF/manifest.xml": f"<manifest:manifest {names}>{listed}</manifest:manifest>",
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, text in parts.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return data.getvalue()


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        about = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {about}><text:p>{value}</text:p></table:table-cell>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
