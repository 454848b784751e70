"""Properties of pictures: what a person would be asked to change."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def facts(data: bytes) -> dict[str, Any]:
    """Size, file format, colour mode, average colour, and the colours in a grid of nine points."""
    with Image.open(io.BytesIO(data)) as picture:
        told: dict[str, Any] = {
            "kind": "picture",
            "width": picture.width,
            "height": picture.height,
            "format": (picture.format or "").lower(),
            "mode": picture.mode,
        }
        colours = picture.convert("RGB")
        average: Any = colours.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        told["average"] = list(average)
        places = [(x, y) for y in (1, 3, 5) for x in (1, 3, 5)]
        points: list[Any] = [colours.getpixel((picture.width * x // 6, picture.height * y // 6)) for x, y in places]
        told["points"] = [list(point) for point in points]
        told["grey"] = all(len(set(point)) == 1 for point in told["points"])
    return told
