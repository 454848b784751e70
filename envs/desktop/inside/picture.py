"""The screen as a PNG picture, with nothing but zlib: what runs in the box should need little."""

from __future__ import annotations

import struct
import zlib

from Xlib import X
from Xlib import display as xlib


def screenshot(display: xlib.Display) -> bytes:
    """What the screen shows now."""
    root = display.screen().root
    geometry = root.get_geometry()
    width, height = geometry.width, geometry.height
    return png(width, height, root.get_image(0, 0, width, height, X.ZPixmap, 0xFFFFFFFF).data)


def png(width: int, height: int, pixels: bytes) -> bytes:
    """A PNG of pixels as the X server has them: four bytes each, blue, green, red and one of no meaning."""
    colours = bytearray(width * height * 3)
    colours[0::3], colours[1::3], colours[2::3] = pixels[2::4], pixels[1::4], pixels[0::4]
    line = width * 3
    rows = b"".join(b"\0" + colours[start : start + line] for start in range(0, len(colours), line))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
