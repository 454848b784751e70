"""Writes a measure's result with everything one needs to know to believe it: commit, machine, date, settings."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


def write(name: str, settings: dict[str, Any], result: Any, as_json: bool = False) -> Path:
    """Keep the result as results/NAME.json and print it."""
    RESULTS.mkdir(exist_ok=True)
    kept = {
        "measure": name,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "changed_since_commit": bool(_git("status", "--porcelain", "--", "*.py")),
        "machine": {
            "processors": os.cpu_count(),
            "system": platform.system(),
            "python": platform.python_version(),
            "load": [round(each, 1) for each in os.getloadavg()],
        },
        "settings": settings,
        "result": result,
    }
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(kept) + "\n" if as_json else json.dumps(result, indent=1) + "\n")
    return path


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, cwd=RESULTS.parent)
    return done.stdout.strip()
