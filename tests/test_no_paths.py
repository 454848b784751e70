"""What is published holds no trace of the machine it was made on: no folder of a person, no package registry."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

# In pieces, so that this file does not find itself.
TRACES = {
    "a folder of one machine": r"(?<![\w.}])/(?:work"
    + r"/|root"
    + r"/|home"
    + r"/[a-z]|Users"
    + r"/[a-z]|tmp"
    + r"/bash)",
    "a package registry": r"registry\.npm" + r"js|pypi\." + r"org|python" + r"hosted\.org|deb\.debian" + r"\.org|npm"
    r"mirror\.com",
    "a resolved address in the lock": r'"resolved"' + r"\s*:",
}


def published(root: Path) -> list[Path]:
    """Every file that git has, or would have after the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [root / name for name in listed.split("\0") if name and (root / name).is_file()]


def traces(text: str) -> list[str]:
    return [what for what, pattern in TRACES.items() if re.search(pattern, text)]


def test_no_published_file_holds_a_trace(root: Path) -> None:
    found = []
    for file in published(root):
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found += [f"{file.relative_to(root)}: {what}" for what in traces(text)]
    assert not found, "\n".join(found)


def test_a_trace_would_be_seen() -> None:
    assert traces("see /" + "home/ada/x") == ["a folder of one machine"]
    assert traces("https://registry." + "npmjs" + ".org/x") == ["a package registry"]
    assert traces("the homes/ of birds, /usr/bin/env and $HOME/work/x") == []
