"""Word documents (.docx): the paragraphs of a zip's document.xml."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree import ElementTree

from . import MOST_LETTERS
from .opendocument import MOST_BYTES

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def facts(data: bytes) -> dict[str, Any]:
    """The paragraphs, one a line, and which of them are headings."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if archive.getinfo("word/document.xml").file_size > MOST_BYTES:
            raise ValueError("the content is too large")
        root = ElementTree.fromstring(archive.read("word/document.xml"))
    paragraphs, headings = [], []
    for part in root.iter(f"{W}p"):
        paragraphs.append("".join(_letters(each) for each in part.iter()))
        style = part.find(f"{W}pPr/{W}pStyle")
        if style is not None and style.get(f"{W}val", "").lower().startswith("heading"):
            headings.append(paragraphs[-1])
    return {"kind": "document", "text": "\n".join(paragraphs)[:MOST_LETTERS], "headings": headings[:200]}


def _letters(part: ElementTree.Element) -> str:
    if part.tag == f"{W}t":
        return part.text or ""
    return {f"{W}tab": "\t", f"{W}br": "\n"}.get(part.tag, "")
