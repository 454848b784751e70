"""Tasks with the desk itself: opening programs and documents, and what is in front."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from curriculum.checks import WindowOpen
from curriculum.desktop import content
from curriculum.desktop.family import Family, Instance
from curriculum.desktop.judging import done

WORDS_OF_PROGRAMS = {
    "editor": "text editor",
    "files": "file manager",
    "calculator": "calculator",
    "spreadsheet": "spreadsheet",
}
PROGRAMS = tuple(WORDS_OF_PROGRAMS)


def start_program(random: Random) -> Instance:
    """A program, as it comes."""
    program = random.choice(PROGRAMS)
    return Instance(
        goal=f"Open the {WORDS_OF_PROGRAMS[program]} (the program {program}).",
        values={"program": program},
        check=done(WindowOpen(program=program)),
    )


def start_programs(random: Random) -> Instance:
    """Two programs, of which one is in front."""
    programs = random.sample(PROGRAMS, 2)
    return Instance(
        goal=f"Open the programs {programs[0]} and {programs[1]}, both at once, and leave {programs[1]} in front.",
        values={"programs": programs},
        check=done(WindowOpen(program=programs[0]), WindowOpen(program=programs[1], front=True)),
    )


def open_document(program: str, ending: str) -> Callable[[Random], Instance]:
    """A document among others, in a program that knows its kind."""

    def make(random: Random) -> Instance:
        folder = content.folder_name(random)
        names = [content.file_name(random, ending) for _ in range(3)]
        path = f"{folder}/{names[0]}"
        rows: list[list[str | int]] = [["Item", "Count"], ["rest", 1]]
        data = content.table(rows) if ending == "csv" else content.document(content.sentences(random, 2))
        return Instance(
            goal=f'Open the document "{path}" in the {WORDS_OF_PROGRAMS[program]} (the program {program}).',
            values={"path": path, "program": program},
            check=done(WindowOpen(title=names[0], program=program)),
            files={f"{folder}/{name}": data for name in names},
        )

    return make


def open_folder(random: Random) -> Instance:
    """A folder in a folder."""
    first, second = content.folder_name(random), f"{content.stem(random)}"
    folder = f"{first}/{second}"
    return Instance(
        goal=f'Show the folder "{folder}" in the file manager.',
        values={"folder": folder},
        check=done(WindowOpen(title=second, program="files")),
        folders=(first, folder, f"{first}/{content.stem(random)}"),
    )


def bring_to_front(random: Random) -> Instance:
    """Two documents, each in a program of its own; the one that was opened first is wanted in front."""
    path, target = content.file_name(random, "txt"), content.file_name(random, "csv")
    rows = [["Item", "Count"], *((thing, 1) for thing in content.some(random, "nouns", 2))]
    return Instance(
        goal=f"Have both {path} open in the program editor and {target} in the program spreadsheet, "
        f"with {path} in front.",
        values={"path": path, "target": target},
        check=done(
            WindowOpen(title=path, program="editor", front=True), WindowOpen(title=target, program="spreadsheet")
        ),
        files={path: content.document(content.sentences(random, 2)), target: content.table(rows)},
    )


FAMILIES = (
    Family("start_program", "desk", 1, PROGRAMS, start_program),
    Family("open_text", "desk", 1, ("editor",), open_document("editor", "txt")),
    Family("open_table", "desk", 1, ("spreadsheet",), open_document("spreadsheet", "csv")),
    Family("open_folder", "desk", 1, ("files",), open_folder),
    Family("start_programs", "desk", 2, PROGRAMS, start_programs),
    Family("bring_to_front", "desk", 3, ("editor", "spreadsheet"), bring_to_front),
)
