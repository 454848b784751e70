"""The text of PDF files."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader

from . import MOST_LETTERS

MOST_PAGES = 50


def facts(data: bytes) -> dict[str, Any]:
    """The number of pages, and the text of the first of them."""
    reader = PdfReader(io.BytesIO(data))
    text = "\n".join(page.extract_text() for page in reader.pages[:MOST_PAGES])
    return {"kind": "document", "text": text[:MOST_LETTERS], "pages": len(reader.pages)}
