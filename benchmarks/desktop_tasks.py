"""Seven desktop tasks, ten runs each, with fresh content every time: successes out of ten, and seconds.

Each task is solved by one program over the primitives, in the skill's box, and judged by its machine check from the
real files. What is measured is the desktop: how reliably real programs do what a correct program asks of them.

    python benchmarks/desktop_tasks.py [--runs 10] [--task NAME] [--shots FOLDER]
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks._result import Result
from curriculum.checks import (
    Achieved,
    All,
    Check,
    FileContains,
    FileEquals,
    FileExists,
    Not,
    Picture,
    SheetCell,
    evaluate,
)
from envs.base import Limits, Module, Program
from envs.desktop import DesktopEnv, DesktopSettings
from envs.desktop.programs import catalogue

WORDS = "amber birch cedar delta ember fjord grove heron inlet juniper kelp lumen maple nectar osprey pebble".split()


@dataclass(frozen=True)
class Instance:
    """One task with its content."""

    files: Mapping[str, bytes]
    args: Mapping[str, Any]
    check: Check
    folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """A program that solves every instance that `make` gives."""

    name: str
    programs: tuple[str, ...]
    source: str
    make: Callable[[Random], Instance]


SAVE = '''
def save_note(text: str, path: str) -> dict:
    """Write a text in the editor and save it through the dialog."""
    open_program("editor")
    type_text(text)
    press("ctrl+s")
    wait_for(window="Save As")
    choose_file(path)
    wait_for(window=path.split("/")[-1])
    return {"saved": path}
'''

SHEET = '''
def save_sheet(program: str, rows: list, total: str, path: str, keep: str) -> dict:
    """Fill a sheet, add a formula below the second column, save it in the format of the path."""
    open_program(program)
    select_cells("A1")
    type_text("".join("\\t".join(str(cell) for cell in row) + "\\n" for row in rows))
    select_cells(f"A{len(rows) + 1}")
    type_text(f"Total\\t{total}\\n")
    press("ctrl+s")
    wait_for(window="Save")
    effect = choose_file(path)
    if keep and "asked" in effect:
        click(keep, role="push button")
    wait_for(window=path.split("/")[-1])
    wait_until_settled()
    return {"saved": path}
'''

REPLACE = '''
def replace_in_file(path: str, old: str, new: str) -> dict:
    """Replace a word everywhere in a text file, with the editor's own dialog."""
    open_program("editor", path)
    press("ctrl+r")
    wait_for(window="Replace")
    fields = [each for each in elements(role="text", window="Replace")]
    set_text(fields[0]["id"], old)
    set_text(fields[1]["id"], new)
    click("Replace all in", role="check box", window="Replace")
    click("Replace All", role="push button", window="Replace")
    click("Close", window="Replace")
    press("ctrl+s")
    wait_for(window="*", gone=True)
    return {"replaced": old}
'''

SORT = '''
def sort_files(folder: str, endings: dict) -> dict:
    """Move each file of a folder into the folder of its ending, with cut and paste in the file manager."""
    moved = []
    for ending, target in endings.items():
        for file in [each["path"] for each in list_files(folder)]:
            if file.endswith("." + ending):
                open_program("files", folder)
                click(file.split("/")[-1])
                press("ctrl+x")
                open_program("files", target)
                press("ctrl+v")
                wait_until_settled()
                close_window(target)
                moved.append(file)
    return {"moved": moved}
'''

FORM = '''
def fill_form(page: str, values: dict, choice: str, ready: str) -> dict:
    """Fill the fields of a page, choose, send, and wait for the answer in the title."""
    open_program("browser", page)
    wait_for(element="Send", seconds=20)
    for label, value in values.items():
        click(label, role="entry")
        type_text(value)
    click(choice, role="radio button")
    click("Send", role="push button")
    wait_for(window=ready)
    return {"sent": list(values)}
'''

PICTURE = '''
def shrink_picture(path: str, width: int, target: str) -> dict:
    """Scale a picture to a width and export it under another name."""
    open_program("image_editor", path)
    menu("Image > Scale Image...")
    wait_for(window="Scale Image")
    fields = elements(role="spin button", window="Scale Image")
    click(fields[0]["id"], times=2)
    press("ctrl+a")
    type_text(f"{width}\\t")
    click("Scale", role="push button", window="Scale Image")
    wait_for(window="Scale Image", gone=True)
    press("ctrl+shift+e")
    wait_for(window="Export Image")
    choose_file(target)
    wait_for(window="Export Image as")
    confirm()
    wait_until_settled()
    return {"exported": target}
'''


def note(random: Random) -> Instance:
    """A text of a few words in several scripts."""
    text = (
        f"{' '.join(random.sample(WORDS, 5))} {random.randrange(1000)}\nzweite Zeile: äöü ✓ №{random.randrange(99)}\n"
    )
    path = f"Notes/{random.choice(WORDS)}.txt"
    return Instance({}, {"text": text, "path": path}, FileEquals(path=path, text=text), ("Notes",))


def sheet(program: str, ending: str, keep: str) -> Callable[[Random], Instance]:
    """A column of numbers and its sum."""

    def make(random: Random) -> Instance:
        numbers = [random.randrange(1, 500) for _ in range(3)]
        rows = [
            ["Item", "Count"],
            *([word, number] for word, number in zip(random.sample(WORDS, 3), numbers, strict=True)),
        ]
        path = f"{random.choice(WORDS)}.{ending}"
        check = All(
            checks=(
                SheetCell(path=path, cell="B5", formula="=SUM(B2:B4)", value=sum(numbers)),
                SheetCell(path=path, cell="A2", value=rows[1][0]),
            )
        )
        args = {"program": program, "rows": rows, "total": "=SUM(B2:B4)", "path": path, "keep": keep}
        return Instance({}, args, check)

    return make


def replace(random: Random) -> Instance:
    """A word that stands in a text several times."""
    old, new, other = random.sample(WORDS, 3)
    lines = [random.choice((f"the {old} and the {other}", f"{other} {old} {old}", other)) for _ in range(6)] + [
        f"last {old}"
    ]
    text = "\n".join(lines) + "\n"
    check = FileEquals(path="story.txt", text=text.replace(old, new))
    return Instance({"story.txt": text.encode()}, {"path": "story.txt", "old": old, "new": new}, check)


def folders(random: Random) -> Instance:
    """Files of three kinds in one folder, and a folder for each kind."""
    names = random.sample(WORDS, 4)
    files = {
        f"Inbox/{name}.{ending}": name.encode() for name, ending in zip(names, ("txt", "csv", "txt", "md"), strict=True)
    }
    endings = {"txt": "Texts", "csv": "Tables", "md": "Pages"}
    parts: list[Check] = []
    for path, data in files.items():
        target = f"{endings[path.rsplit('.', 1)[1]]}/{path.split('/')[1]}"
        parts += [FileContains(path=target, text=data.decode()), Not(check=FileExists(path=path))]
    return Instance(
        files, {"folder": "Inbox", "endings": endings}, All(checks=tuple(parts)), ("Inbox", *endings.values())
    )


PAGE = """<!doctype html><meta charset="utf-8"><title>Order</title>
<form onsubmit="document.title = 'Thanks ' + [name.value, city.value, size.value].join('|'); return false">
<p><label>Name <input name="name" id="name"></label></p><p><label>City <input name="city" id="city"></label></p>
<p><label><input type="radio" name="size" value="small"> Small</label>
<label><input type="radio" name="size" value="large"> Large</label></p>
<button>Send</button></form>"""


def form(random: Random) -> Instance:
    """A page with two fields and a choice; what was entered is the title of the answer."""
    from curriculum.checks import WindowOpen

    name, city, size = (
        random.choice(WORDS).title(),
        random.choice(WORDS).title() + "ö",
        random.choice(("Small", "Large")),
    )
    ready = f"Thanks {name}|{city}|{size.lower()}"
    page = PAGE.replace("name.value, city.value, size.value", "this.name.value, this.city.value, this.size.value")
    page = page.replace("this.name.value", "document.getElementById('name').value")
    args = {"page": "order.html", "values": {"Name": name, "City": city}, "choice": size, "ready": ready}
    return Instance({"order.html": page.encode()}, args, WindowOpen(title=ready))


def picture(random: Random) -> Instance:
    """A picture of one colour that becomes smaller and a JPEG."""
    from PIL import Image

    colour = tuple(random.randrange(40, 220) for _ in range(3))
    content = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(content, "PNG")
    width = random.randrange(20, 75) * 4
    target = f"{random.choice(WORDS)}.jpg"
    check = Picture(path=target, width=width, height=round(width * 3 / 4), format="jpeg", average=colour)
    return Instance({"photo.png": content.getvalue()}, {"path": "photo.png", "width": width, "target": target}, check)


TASKS = (
    Task("save through a dialog", ("editor",), SAVE, note),
    Task("sheet with formula as ods", ("calc",), SHEET, sheet("calc", "ods", "")),
    Task("sheet with formula as xlsx", ("calc",), SHEET, sheet("calc", "xlsx", "Use Excel")),
    Task("find and replace", ("editor",), REPLACE, replace),
    Task("sort files into folders", ("files",), SORT, folders),
    Task("form in a local page", ("browser",), FORM, form),
    Task("picture resized and exported", ("image_editor",), PICTURE, picture),
)


def play(task: Task, runs: int, shots: Path | None) -> dict[str, Any]:
    """Run a task with fresh content each time; a failed run says why."""
    solved, seconds, failures = 0, [], []
    with tempfile.TemporaryDirectory() as folder:
        env = DesktopEnv(DesktopSettings(Path(folder), programs=task.programs))
        env.start()
        try:
            for number in range(runs):
                instance = task.make(Random(f"{task.name} {number}"))
                env.prepare(instance.files, instance.folders)
                name = task.source.split("def ")[1].split("(")[0]
                program = Program((Module("new", name, task.source.lstrip()),), "new", instance.args)
                begun = time.monotonic()
                run = env.run(program, Limits(ticks=3600, seconds=180))
                seconds.append(time.monotonic() - begun)
                verdict = evaluate(Achieved(check=instance.check), run.before, run.after, run.events)
                solved += verdict.passed
                if not verdict.passed:
                    said = f"{run.error.code}: {run.error.message} ({run.error.remedy[:300]})" if run.error else ""
                    where = f"line {run.error.where.line}" if run.error and run.error.where else ""
                    failures.append({"run": number, "verdict": verdict.evidence[:300], "error": said, "where": where})
                    if shots:
                        (shots / f"{task.name.replace(' ', '_')}_{number}.png").write_bytes(env.screenshot())
                        (shots / f"{task.name.replace(' ', '_')}_{number}.txt").write_text(
                            run.after["screen"] + "\n" + "\n".join(json.dumps(event) for event in run.events)
                        )
        finally:
            env.close()
    return {
        "task": task.name,
        "runs": runs,
        "solved": solved,
        "median_seconds": round(statistics.median(seconds), 2),
        "failures": failures,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--task", help="only tasks with these words in their name")
    parser.add_argument("--shots", type=Path, help="a folder for pictures of failed runs")
    options = parser.parse_args()
    result = Result("desktop_tasks", {"runs": options.runs})
    for task in TASKS:
        if options.task and options.task not in task.name:
            continue
        if not all(catalogue()[name].installed for name in task.programs):
            result.row(task=task.name, missing=f"journeyman desktop install {' '.join(task.programs)}")
            continue
        result.row(**play(task, options.runs, options.shots))
    result.finish({row["task"]: f"{row['solved']}/{row['runs']}" for row in result.rows if "solved" in row})


if __name__ == "__main__":
    main()
