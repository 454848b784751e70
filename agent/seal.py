"""The seal: a keyed hash with a key of this installation, kept beside the database.

By it the program knows its own exports again (skills, memory) and takes them back as they were; what bears none or
another is somebody else's word.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from agent.config import home
from agent.errors import UsageError

KEY_BYTES = 32


def seal(digest: str) -> str:
    """What only this installation can make of a digest; '' where its key cannot be made, as nothing can be written."""
    key = _key()
    return hmac.new(key, digest.encode(), hashlib.sha256).hexdigest() if key else ""


def sealed_by_us(digest: str, told: str) -> bool:
    """Whether a seal is our own."""
    return bool(told) and hmac.compare_digest(seal(digest), told)


def _key() -> bytes:
    """The key of this installation, made when it is first needed and readable by its owner only; empty if it cannot."""
    path = home() / "seal.key"
    if not path.exists():
        try:
            _make(path)
        except OSError:
            return b""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UsageError(f"{path} is damaged: move it away, and import your exports with --restore")
    return key


def _make(path: Path) -> None:
    """A new key, whole or not there; of two that are made at once the first stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".seal-") as draft:
        draft.write(secrets.token_bytes(KEY_BYTES).hex() + "\n")
        draft.flush()
        os.fsync(draft.fileno())
        with suppress(FileExistsError):
            os.link(draft.name, path)
