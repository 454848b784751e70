"""One result of a measure: where and on what it was measured, with which settings, every row, and the summary.

Written as `results/<name>-<date>.json` and as one line of `results/LOG.md`. Every row is kept, the bad ones too.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bridge.node import find_node

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results"


class Result:
    """Collects the rows of one measure, prints them on the way and writes the file at the end."""

    def __init__(self, name: str, settings: Mapping[str, Any]) -> None:
        self._name = name
        self._settings = dict(settings)
        self._rows: list[dict[str, Any]] = []
        self._load = os.getloadavg()[0]
        self._begun = datetime.now(UTC)
        print(f"{name}: {json.dumps(self._settings)}", flush=True)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows so far."""
        return self._rows

    def row(self, **facts: Any) -> None:
        """Keep one row."""
        self._rows.append(facts)
        print("  " + "  ".join(f"{key} {_short(value)}" for key, value in facts.items()), flush=True)

    def finish(self, summary: Mapping[str, Any]) -> Path:
        """Write the file and its line in the log."""
        stamp = self._begun.strftime("%Y-%m-%dT%H%M%SZ")
        path = RESULTS / f"{self._name}-{stamp}.json"
        load = [round(self._load, 2), round(os.getloadavg()[0], 2)]
        found = {
            "name": self._name, "date": stamp, "commit": _commit(), "machine": _machine() | {"load_begin_end": load},
            "settings": self._settings, "summary": dict(summary), "rows": self._rows,
        }  # fmt: skip
        RESULTS.mkdir(exist_ok=True)
        path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        line = ", ".join(f"{key} {_short(value)}" for key, value in summary.items())
        log = RESULTS / "LOG.md"
        if not log.exists():
            log.write_text("# Results, oldest first\n\n", encoding="utf-8")
        with log.open("a", encoding="utf-8") as file:
            file.write(f"- {stamp} `{self._name}` at {found['commit']}, load {load[0]} to {load[1]}: {line}\n")
        print(f"{line}\n{path.relative_to(ROOT)}", flush=True)
        return path


def middle(values: Sequence[float | int | None]) -> float | None:
    """The median of what is there, None if nothing is."""
    there = [value for value in values if value is not None]
    return round(median(there), 2) if there else None


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 10 else f"{value:.0f}"
    return value if isinstance(value, str) else json.dumps(value)


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ":!benchmarks/results")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+changes" if changed else "")


def _machine() -> dict[str, Any]:
    cpu = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    node = subprocess.run([find_node(), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {"cpu": cpu[0] if cpu else platform.machine(), "cores": os.cpu_count(), "memory_mb": memory,
            "python": sys.version.split()[0], "node": node}  # fmt: skip
