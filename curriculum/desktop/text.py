"""Tasks with text documents, in the editor: writing, saving, finding and replacing, moving lines about."""

from __future__ import annotations

import hashlib
from random import Random

from curriculum.checks import Clipboard, FileEquals
from curriculum.desktop import content
from curriculum.desktop.family import Family, Instance
from curriculum.desktop.judging import done, text_is

EDITOR = ("editor",)


def _document(random: Random, count: int = 5) -> tuple[str, list[str]]:
    """A path, and the lines of the document that is there."""
    return content.file_name(random), content.sentences(random, count)


def write_note(random: Random) -> Instance:
    """One line in a new document."""
    text, path = content.sentence(random), content.file_name(random)
    return Instance(
        goal=f'Write "{text}" in a new text document and save it as {path}.',
        values={"text": text, "path": path},
        check=done(text_is(path, [text]), but=[path]),
    )


def write_letters(random: Random) -> Instance:
    """Several lines with letters of several scripts, saved in a folder."""
    lines = [f"{each} {sign}" for each, sign in zip(content.sentences(random, 3), content.some(random, "scripts", 3),
                                                   strict=True)]  # fmt: skip
    folder, text = content.folder_name(random), "\n".join(lines)
    path = f"{folder}/{content.file_name(random)}"
    return Instance(
        goal=f"Write a new text document with these lines and save it as {path}, in the folder {folder}:\n{text}",
        values={"text": text, "path": path, "folder": folder},
        check=done(text_is(path, lines), but=[path]),
        folders=(folder,),
    )


def write_list(random: Random) -> Instance:
    """A list of things, each on a line of its own after a dash."""
    lines, path = content.some(random, "nouns", random.randrange(3, 6)), content.file_name(random, "md")
    return Instance(
        goal=f"Save a new text document as {path} that lists {', '.join(lines)}: "
        'each on a line of its own, in this order, and each line begins with "- ".',
        values={"lines": lines, "path": path},
        check=done(text_is(path, [f"- {line}" for line in lines]), but=[path]),
    )


def append_line(random: Random) -> Instance:
    """A line at the end of a document."""
    (path, lines), text = _document(random, 4), content.sentence(random)
    return Instance(
        goal=f'Add the line "{text}" at the end of the text document {path} and save it.',
        values={"path": path, "text": text},
        check=done(text_is(path, [*lines, text]), but=[path]),
        files={path: content.document(lines)},
    )


def prepend_line(random: Random) -> Instance:
    """A line at the top of a document."""
    (path, lines), text = _document(random, 4), content.sentence(random)
    return Instance(
        goal=f'Add the line "{text}" at the top of the text document {path}, above all others, and save it.',
        values={"path": path, "text": text},
        check=done(text_is(path, [text, *lines]), but=[path]),
        files={path: content.document(lines)},
    )


def insert_below(random: Random) -> Instance:
    """A line in the middle of a document."""
    (path, lines), text = _document(random, 6), content.sentence(random)
    place = random.randrange(1, 5)
    return Instance(
        goal=f'In the text document {path}, add the line "{text}" right below the line "{lines[place]}" and save it.',
        values={"path": path, "line": lines[place], "text": text},
        check=done(text_is(path, [*lines[: place + 1], text, *lines[place + 1 :]]), but=[path]),
        files={path: content.document(lines)},
    )


def replace_word(random: Random) -> Instance:
    """A word that stands in a document several times."""
    path = content.file_name(random)
    old, new, *others = content.some(random, "nouns", 6)
    lines = [f"{random.choice(others)} and {old}, {random.choice(others)}" for _ in range(random.randrange(2, 5))]
    lines = [f"the {old} of {one}" if index % 2 else one for index, one in enumerate(lines)]
    return Instance(
        goal=f'Replace every "{old}" in the text document {path} by "{new}" and save it.',
        values={"path": path, "old": old, "new": new},
        check=done(text_is(path, [line.replace(old, new) for line in lines]), but=[path]),
        files={path: content.document(lines)},
    )


def replace_matching_case(random: Random) -> Instance:
    """A word that must stay where it is written with a capital letter."""
    path = content.file_name(random)
    old, new, other = content.some(random, "nouns", 3)
    lines = [random.choice((f"{old.title()} and {old}", f"{other} {old}", f"{old.title()} {other}")) for _ in range(4)]
    lines += [f"the {old}", f"{old.title()}!"]
    return Instance(
        goal=f'In the text document {path}, replace "{old}" by "{new}" wherever it is written in small letters, '
        f'leave "{old.title()}" as it is, and save it.',
        values={"path": path, "old": old, "new": new},
        check=done(text_is(path, [line.replace(old, new) for line in lines]), but=[path]),
        files={path: content.document(lines)},
    )


def replace_whole_word(random: Random) -> Instance:
    """A word that must stay where it is a part of another one."""
    path = content.file_name(random)
    old, new, other = content.some(random, "nouns", 3)
    templates = ("one {old} here", "some {old}s there", "{other} with {old}", "a {old}like {other}", "the {old}")
    drawn = [*random.sample(templates, 3), "some {old}s there", "the {old}"]
    lines = [f"{each.format(old=old, other=other)} {number}" for number, each in enumerate(drawn)]
    wanted = [" ".join(new if word == old else word for word in line.split()) for line in lines]
    return Instance(
        goal=f'In the text document {path}, replace "{old}" by "{new}" where it stands as a word of its own, '
        "not where it is a part of another word, and save it.",
        values={"path": path, "old": old, "new": new},
        check=done(text_is(path, wanted), but=[path]),
        files={path: content.document(lines)},
    )


def remove_word(random: Random) -> Instance:
    """A word that is to go everywhere."""
    (path, lines), old = _document(random, 4), content.one(random, "nouns").upper()
    marked = [f"{old} {line}" if random.random() < 0.5 else f"{line} {old}" for line in lines]
    return Instance(
        goal=f'Delete every "{old}" from the text document {path}, change nothing else, and save it.',
        values={"path": path, "old": old},
        check=done(text_is(path, [line.replace(old, "") for line in marked]), but=[path]),
        files={path: content.document(marked)},
    )


def fill_letter(random: Random) -> Instance:
    """A letter with three places to fill."""
    path = content.file_name(random)
    name, city, day = content.person(random), content.one(random, "cities"), content.one(random, "days")
    lines = ["Dear NAME,", content.sentence(random), "We meet in CITY on DAY.", f"{content.sentence(random)} NAME!"]
    filled = [line.replace("NAME", name).replace("CITY", city).replace("DAY", day) for line in lines]
    return Instance(
        goal=f'In the letter {path}, put "{name}" in place of NAME, "{city}" in place of CITY and "{day}" in place of '
        "DAY, wherever they stand, and save it.",
        values={"path": path, "name": name, "city": city, "day": day},
        check=done(text_is(path, filled), but=[path]),
        files={path: content.document(lines)},
    )


def delete_line(random: Random) -> Instance:
    """A line that is to go."""
    path, lines = _document(random, 6)
    line = random.choice(lines[1:5])
    return Instance(
        goal=f'Delete the line "{line}" from the text document {path} and save it.',
        values={"path": path, "line": line},
        check=done(text_is(path, [each for each in lines if each != line]), but=[path]),
        files={path: content.document(lines)},
    )


def duplicate_line(random: Random) -> Instance:
    """A line that is wanted twice."""
    path, lines = _document(random, 5)
    place = random.randrange(1, 4)
    return Instance(
        goal=f'In the text document {path}, make the line "{lines[place]}" stand there twice, '
        "the second one right below the first, and save it.",
        values={"path": path, "line": lines[place]},
        check=done(text_is(path, [*lines[: place + 1], *lines[place:]]), but=[path]),
        files={path: content.document(lines)},
    )


def move_line_up(random: Random) -> Instance:
    """A line that changes places with the one above."""
    path, lines = _document(random, 5)
    place = random.randrange(1, 4)
    moved = [*lines[: place - 1], lines[place], lines[place - 1], *lines[place + 1 :]]
    return Instance(
        goal=f'In the text document {path}, move the line "{lines[place]}" up by one line and save it.',
        values={"path": path, "line": lines[place]},
        check=done(text_is(path, moved), but=[path]),
        files={path: content.document(lines)},
    )


def uppercase_document(random: Random) -> Instance:
    """A document in capital letters."""
    path, lines = _document(random, 3)
    return Instance(
        goal=f"Turn all letters of the text document {path} into capital letters and save it.",
        values={"path": path},
        check=done(text_is(path, [line.upper() for line in lines]), but=[path]),
        files={path: content.document(lines)},
    )


def lowercase_document(random: Random) -> Instance:
    """A document in small letters."""
    path, lines = _document(random, 3)
    shouted = [line.upper() if random.random() < 0.5 else line for line in lines]
    return Instance(
        goal=f"Turn all letters of the text document {path} into small letters and save it.",
        values={"path": path},
        check=done(text_is(path, [line.lower() for line in shouted]), but=[path]),
        files={path: content.document(shouted)},
    )


def uppercase_line(random: Random) -> Instance:
    """One line in capital letters."""
    path, lines = _document(random, 5)
    line = random.choice(lines[1:4])
    return Instance(
        goal=f'In the text document {path}, turn the letters of the line "{line}" into capital letters, '
        "leave all other lines as they are, and save it.",
        values={"path": path, "line": line},
        check=done(text_is(path, [each.upper() if each == line else each for each in lines]), but=[path]),
        files={path: content.document(lines)},
    )


def indent_document(random: Random) -> Instance:
    """A document that moves to the right."""
    path, lines = _document(random, 3)
    return Instance(
        goal=f"Indent all lines of the text document {path} by one tab and save it.",
        values={"path": path},
        check=done(text_is(path, [f"\t{line}" for line in lines]), but=[path]),
        files={path: content.document(lines)},
    )


def strip_line_ends(random: Random) -> Instance:
    """Blanks at the ends of lines."""
    path, lines = _document(random, 4)
    ragged = [line + " " * random.randrange(0, 5) for line in lines] + [f"{content.sentence(random)}   "]
    return Instance(
        goal=f"Remove the blanks at the ends of all lines of the text document {path} and save it.",
        values={"path": path},
        check=done(text_is(path, [line.rstrip() for line in ragged]), but=[path]),
        files={path: content.document(ragged)},
    )


def tabs_to_spaces(random: Random) -> Instance:
    """Tabs at the beginnings of lines that become blanks."""
    path, lines = _document(random, 4)
    indented = [("\t" * random.randrange(0, 3)) + line for line in lines] + [f"\t{content.sentence(random)}"]
    return Instance(
        goal=f"Turn each tab of the text document {path} into eight blanks and save it.",
        values={"path": path},
        check=done(text_is(path, [line.replace("\t", " " * 8) for line in indented]), but=[path]),
        files={path: content.document(indented)},
    )


def windows_line_ends(random: Random) -> Instance:
    """Line ends of another system."""
    path, lines = _document(random, 4)
    wanted = "".join(f"{line}\r\n" for line in lines).encode()
    return Instance(
        goal=f"Save the text document {path} with the line ends of DOS and Windows (CR and LF).",
        values={"path": path},
        check=done(FileEquals(path=path, sha256=hashlib.sha256(wanted).hexdigest()), but=[path]),
        files={path: content.document(lines)},
    )


def save_copy(random: Random) -> Instance:
    """The same document under another name."""
    path, lines = _document(random, 4)
    target = content.file_name(random)
    return Instance(
        goal=f"Save a copy of the text document {path} as {target}, with the editor.",
        values={"path": path, "target": target},
        check=done(text_is(target, lines), text_is(path, lines), but=[target]),
        files={path: content.document(lines)},
    )


def copy_document(random: Random) -> Instance:
    """All of a document on the clipboard."""
    path, lines = _document(random, 3)
    text = "\n".join(lines)
    return Instance(
        goal=f"Copy the whole text of the text document {path} to the clipboard.",
        values={"path": path},
        check=done(Clipboard(text=text, copied=True)),
        files={path: text.encode()},
    )


def copy_line(random: Random) -> Instance:
    """One line of a document on the clipboard."""
    path, lines = _document(random, 5)
    line = random.choice(lines)
    return Instance(
        goal=f'Copy the line "{line}" from the text document {path} to the clipboard, without its line end.',
        values={"path": path, "line": line},
        check=done(Clipboard(text=line, copied=True)),
        files={path: content.document(lines)},
    )


def append_document(random: Random) -> Instance:
    """One document at the end of another."""
    path, lines = _document(random, 3)
    target, others = _document(random, 3)
    return Instance(
        goal=f"Add the lines of the text document {path} at the end of the text document {target} and save it; "
        f"{path} itself stays as it is.",
        values={"path": path, "target": target},
        check=done(text_is(target, [*others, *lines]), but=[target]),
        files={path: content.document(lines), target: content.document(others)},
    )


def move_line(random: Random) -> Instance:
    """A line that moves from one document to another."""
    path, lines = _document(random, 5)
    target, others = _document(random, 3)
    line = random.choice(lines[1:4])
    return Instance(
        goal=f'Move the line "{line}" from the text document {path} to the end of the text document {target} '
        "and save both.",
        values={"path": path, "line": line, "target": target},
        check=done(
            text_is(path, [each for each in lines if each != line]),
            text_is(target, [*others, line]),
            but=[path, target],
        ),
        files={path: content.document(lines), target: content.document(others)},
    )


FAMILIES = (
    Family("write_note", "text", 1, EDITOR, write_note),
    Family("copy_document", "text", 1, EDITOR, copy_document),
    Family("append_line", "text", 1, EDITOR, append_line),
    Family("write_letters", "text", 2, EDITOR, write_letters),
    Family("write_list", "text", 2, EDITOR, write_list),
    Family("prepend_line", "text", 2, EDITOR, prepend_line),
    Family("replace_word", "text", 2, EDITOR, replace_word),
    Family("save_copy", "text", 2, EDITOR, save_copy),
    Family("uppercase_document", "text", 2, EDITOR, uppercase_document),
    Family("lowercase_document", "text", 2, EDITOR, lowercase_document),
    Family("indent_document", "text", 2, EDITOR, indent_document),
    Family("strip_line_ends", "text", 2, EDITOR, strip_line_ends),
    Family("remove_word", "text", 3, EDITOR, remove_word),
    Family("tabs_to_spaces", "text", 3, EDITOR, tabs_to_spaces),
    Family("windows_line_ends", "text", 3, EDITOR, windows_line_ends),
    Family("delete_line", "text", 3, EDITOR, delete_line),
    Family("copy_line", "text", 3, EDITOR, copy_line),
    Family("insert_below", "text", 3, EDITOR, insert_below),
    Family("duplicate_line", "text", 3, EDITOR, duplicate_line),
    Family("move_line_up", "text", 3, EDITOR, move_line_up),
    Family("uppercase_line", "text", 3, EDITOR, uppercase_line),
    Family("replace_matching_case", "text", 3, EDITOR, replace_matching_case),
    Family("replace_whole_word", "text", 3, EDITOR, replace_whole_word),
    Family("append_document", "text", 4, EDITOR, append_document),
    Family("fill_letter", "text", 4, EDITOR, fill_letter),
    Family("move_line", "text", 4, EDITOR, move_line),
)
