"""How fast and how large a desktop is: start, first window, look, action, screenshot, trials, memory, ten at once.

Medians of 30 (of 10 for starts).

    python -m benchmarks.desktop [--desktops 10]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._result import Result
from envs.base import Beginning, Limits, Module, Program
from envs.desktop import DesktopEnv, DesktopSettings
from envs.desktop.desk import Desk, DeskSettings
from envs.desktop.eyes import Eyes
from envs.desktop.primitives import Primitives
from envs.desktop.programs import catalogue

TIMES = 30
STARTS = 10
SAVE = """def main(text: str, path: str) -> dict:
    open_program("editor")
    type_text(text)
    press("ctrl+s")
    wait_for(window="Save As")
    choose_file(path)
    return {"saved": path}
"""


def median(times: int, deed: Callable[[], object]) -> float:
    """Milliseconds that a deed takes."""
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        deed()
        spent.append((time.perf_counter() - begun) * 1000)
    return round(statistics.median(spent), 1)


def starts() -> dict[str, float]:
    """From nothing to a desktop, and to the first window of the editor."""
    ready, window = [], []
    editor = {"editor": catalogue()["editor"]}
    for _ in range(STARTS):
        begun = time.perf_counter()
        desk = Desk(DeskSettings(), editor)
        desk.furnish()
        ready.append((time.perf_counter() - begun) * 1000)
        desk.ask("start", program="editor", command=["mousepad"], environment={})
        while not desk.ask("windows"):
            time.sleep(0.005)
        window.append((time.perf_counter() - begun) * 1000)
        desk.close()
    return {
        "start, ms": round(statistics.median(ready), 1),
        "start to first window, ms": round(statistics.median(window), 1),
    }


def one_desktop(folder: Path) -> dict[str, float]:
    """What single things cost on a desktop with the editor open."""
    env = DesktopEnv(DesktopSettings(folder, programs=("editor",)))
    env.start()
    figures: dict[str, float] = {}
    with env.by_hand(("editor",)):
        desk = env._desk
        assert desk is not None
        primitives = Primitives(desk, env.programs)
        figures["look (windows and elements), ms"] = median(TIMES, Eyes(desk, env.programs).look)
        figures["screenshot (PNG), ms"] = median(TIMES, lambda: desk.ask("screenshot"))
        figures["key, bare, ms"] = median(TIMES, lambda: desk.ask("press", keys="a"))
        figures["typing 100 letters, bare, ms"] = median(5, lambda: desk.ask("type", text="x" * 100))
        figures["action with rest and changes, ms"] = median(TIMES, lambda: primitives.press("a"))
        figures["round trip to the box, ms"] = median(TIMES, lambda: desk.ask("ended"))
    figures["observation, ms"] = median(TIMES, lambda: _observe_anew(env))
    figures["memory with the editor, MB (PSS)"] = round(env.memory_mb(), 1)
    number = iter(range(1, 1000))
    situation = env.capture()
    figures["capture with the editor open, ms"] = median(TIMES, env.capture)
    figures["restore with the editor opened again, ms"] = median(TIMES, lambda: env.restore(situation))
    figures["save of an unused desktop, ms"] = median(TIMES, lambda: _save(env, next(number), False))
    figures["save with a fresh start, ms"] = median(TIMES, lambda: _save(env, next(number), True))
    empty = Program((Module("new", "main", "def main() -> int:\n    return 1\n"),), "new")
    figures["run of an empty program, ms"] = median(STARTS, lambda: env.run(empty, Limits()))
    figures["parse of a source, ms"] = median(STARTS, lambda: env.parse(SAVE))
    env.close()
    return figures


def _observe_anew(env: DesktopEnv) -> None:
    with env.by_hand():
        """Time runs for a moment, so that there is something to see anew."""


def _save(env: DesktopEnv, generation: int, used: bool) -> None:
    env._used = used
    env.save(generation)


def trials(folder: Path) -> dict[str, float]:
    """Until a trial stands on its desktop: asked for at once, and announced while the trial before it was played."""
    wanted = [name for name in ("editor", "spreadsheet") if catalogue()[name].installed]
    env = DesktopEnv(DesktopSettings(folder, programs=tuple(wanted)))
    beginnings = {"fresh": Beginning(0, files={"a.txt": b"hello\n"})}
    try:
        env.prepare({"a.txt": b"hello\n"})
        for count, name in enumerate(wanted, 1):
            opened = f'def main() -> int:\n    open_program("{name}", "{"" if count > 1 else "a.txt"}")\n    return 1\n'
            env.run(Program((Module("new", "main", opened),), "new"), Limits())
            kind = "one program" if count == 1 else f"{count} programs"
            beginnings[f"captured with {kind} open"] = Beginning(0, situation=env.capture())
        figures: dict[str, float] = {}
        with closing(env.trials()) as places:
            for kind, beginning in beginnings.items():
                figures[f"trial, {kind}, ms"] = median(STARTS, lambda each=beginning: places.enter(each))
                places.enter(beginning, beginning)
                spent = []
                for _ in range(STARTS):
                    assert places._ahead is not None
                    places._ahead.seen()
                    begun = time.perf_counter()
                    places.enter(beginning, beginning)
                    spent.append((time.perf_counter() - begun) * 1000)
                figures[f"trial, {kind}, announced, ms"] = round(statistics.median(spent), 1)
        return figures
    finally:
        env.close()


def many(count: int, folder: Path) -> dict[str, float]:
    """So many desktops at once: each types a text and saves it through the dialog."""

    def play(number: int) -> tuple[bool, float]:
        env = DesktopEnv(DesktopSettings(folder / str(number), programs=("editor",)))
        try:
            env.start()
            program = Program((Module("new", "main", SAVE),), "new", {"text": f"desktop {number}\n", "path": "a.txt"})
            run = env.run(program, Limits(seconds=200))
            return run.after["files"].get("a.txt", {}).get("size") == len(f"desktop {number}\n"), env.memory_mb()
        finally:
            env.close()

    begun = time.perf_counter()
    with ThreadPoolExecutor(count) as threads:
        done = list(threads.map(play, range(count)))
    return {
        f"{count} at once: saved": sum(saved for saved, _ in done),
        f"{count} at once: seconds for all": round(time.perf_counter() - begun, 1),
        f"{count} at once: memory of all, MB": round(sum(memory for _, memory in done)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--desktops", type=int, default=10)
    options = parser.parse_args()
    result = Result("desktop", {"times": TIMES, "starts": STARTS, "desktops": options.desktops})
    with tempfile.TemporaryDirectory() as folder:
        parts = (
            starts,
            lambda: one_desktop(Path(folder) / "one"),
            lambda: trials(Path(folder) / "trials"),
            lambda: many(options.desktops, Path(folder) / "many"),
        )
        figures = {name: value for part in parts for name, value in part().items()}
    for name, value in figures.items():
        result.row(measure=name, value=value)
    result.finish(figures)


if __name__ == "__main__":
    main()
