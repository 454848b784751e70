"""Plain tables for the terminal and for pipes."""

from __future__ import annotations

from collections.abc import Sequence

from memory.guard import visible


def number_of(count: int, thing: str) -> str:
    """How many of something: `1 call`, `2 calls`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, two spaces apart, no lines; a cell is one line, whatever is in it."""
    rows = [[visible(cell) for cell in row] for row in rows]
    widths = [max(len(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [heads, *rows]
    )
