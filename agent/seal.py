"""The seal: a keyed hash with a key of this installation, kept beside the database.

By it the program knows its own exports again (skills, memory) and takes them back as they were; what bears none or
another is somebody else's word.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets

from agent.config import home
from agent.errors import UsageError


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
    try:
        return bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        pass
    except ValueError:
        raise UsageError(f"{path} is damaged: move it away, and import your exports with --restore") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(32)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text().strip())
    except OSError:
        return b""
    with os.fdopen(handle, "w") as file:
        file.write(key.hex() + "\n")
    return key
