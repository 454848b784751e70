"""Tasks with files and folders, in the file manager: making, renaming, copying, moving, sorting, deleting."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from curriculum.checks import Check, Clipboard, FileEquals, FileExists
from curriculum.desktop import content
from curriculum.desktop.family import Family, Instance
from curriculum.desktop.judging import done, folder_gone, gone
from envs.desktop.desk import HOME

FILES = ("files",)
ENDINGS = ("txt", "md", "csv", "html", "json", "ini", "log")


def _folders(random: Random, count: int) -> list[str]:
    """Different names of folders."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[content.folder_name(random)] = None
    return list(found)


def _documents(random: Random, folder: str, endings: tuple[str, ...]) -> dict[str, str]:
    """Documents of a folder with these endings: text by path."""
    above = f"{folder}/" if folder else ""
    found: dict[str, str] = {}
    for ending in endings:
        found[f"{above}{content.file_name(random, ending)}"] = content.sentence(random)
    return found if len(found) == len(endings) else _documents(random, folder, endings)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _bytes(documents: Mapping[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in documents.items()}


def _are(documents: Mapping[str, str]) -> list[Check]:
    return [FileEquals(path=path, text=text) for path, text in documents.items()]


def make_folder(random: Random) -> Instance:
    """A folder in the home."""
    name = content.folder_name(random)
    return Instance(
        goal=f'Make a new folder "{name}" in the home folder.',
        values={"name": name},
        check=done(FileExists(path=name, what="folder"), but=[name]),
    )


def make_folder_inside(random: Random) -> Instance:
    """A folder in a folder."""
    folder, name = _folders(random, 2)
    return Instance(
        goal=f'Make a new folder "{name}" in the folder "{folder}".',
        values={"folder": folder, "name": name},
        check=done(FileExists(path=f"{folder}/{name}", what="folder"), but=[f"{folder}/{name}"]),
        folders=(folder,),
    )


def make_folders(random: Random) -> Instance:
    """Several folders next to each other."""
    folder, *names = _folders(random, random.randrange(3, 5))
    paths = [f"{folder}/{name}" for name in names]
    return Instance(
        goal=f'In the folder "{folder}", make these new folders: {", ".join(names)}.',
        values={"folder": folder, "names": names},
        check=done(*(FileExists(path=path, what="folder") for path in paths), but=paths),
        folders=(folder,),
    )


def make_nested_folders(random: Random) -> Instance:
    """Folders one in the other."""
    names = _folders(random, 3)
    return Instance(
        goal=f'Make a new folder "{names[0]}" in the home folder, in it a folder "{names[1]}", '
        f'and in that one a folder "{names[2]}".',
        values={"names": names},
        check=done(FileExists(path="/".join(names), what="folder"), but=[names[0]]),
    )


def make_file(random: Random) -> Instance:
    """A document with nothing in it."""
    folder, name = content.folder_name(random), content.file_name(random, random.choice(ENDINGS))
    return Instance(
        goal=f'Make a new empty file "{name}" in the folder "{folder}".',
        values={"folder": folder, "name": name},
        check=done(FileEquals(path=f"{folder}/{name}", text=""), but=[f"{folder}/{name}"]),
        folders=(folder,),
    )


def rename_file(random: Random) -> Instance:
    """A document under a new name."""
    folder, ending = content.folder_name(random), random.choice(ENDINGS)
    documents = _documents(random, folder, (ending, "txt"))
    path, name = next(iter(documents)), content.file_name(random, ending)
    return Instance(
        goal=f'Rename the file "{path}" to "{name}".',
        values={"path": path, "name": name},
        check=done(
            FileEquals(path=f"{folder}/{name}", text=documents[path]), gone(path), but=[path, f"{folder}/{name}"]
        ),
        files=_bytes(documents),
    )


def rename_folder(random: Random) -> Instance:
    """A folder under a new name, with what is in it."""
    path, name = _folders(random, 2)
    ((inside, text),) = _documents(random, path, ("txt",)).items()
    return Instance(
        goal=f'Rename the folder "{path}" to "{name}".',
        values={"path": path, "name": name},
        check=done(FileEquals(path=f"{name}/{_name(inside)}", text=text), folder_gone(path), but=[path, name]),
        files={inside: text.encode()},
    )


def delete_file(random: Random) -> Instance:
    """One document of several."""
    documents = _documents(random, content.folder_name(random), ("txt", "md", "csv"))
    path = random.choice(list(documents))
    return Instance(
        goal=f'Delete the file "{path}".',
        values={"path": path},
        check=done(gone(path), but=[path]),
        files=_bytes(documents),
    )


def delete_folder(random: Random) -> Instance:
    """A folder with what is in it."""
    folder, *names = _folders(random, 3)
    path = f"{folder}/{names[0]}"
    inside = _documents(random, path, ("txt",))
    return Instance(
        goal=f'Delete the folder "{path}" with everything in it.',
        values={"path": path},
        check=done(folder_gone(path), but=[path]),
        files=_bytes(inside),
        folders=(folder, path, f"{folder}/{names[1]}"),
    )


def empty_folder(random: Random) -> Instance:
    """A folder that stays, with nothing in it."""
    folder = content.folder_name(random)
    documents = _documents(random, folder, tuple(random.sample(ENDINGS, 4)))
    return Instance(
        goal=f'Delete all files in the folder "{folder}"; the folder itself stays.',
        values={"folder": folder},
        check=done(*map(gone, documents), FileExists(path=folder, what="folder"), but=list(documents)),
        files=_bytes(documents),
    )


def delete_by_ending(random: Random) -> Instance:
    """The documents of one kind among others."""
    folder = content.folder_name(random)
    ending, other = random.sample(ENDINGS, 2)
    documents = _documents(random, folder, (ending, other, ending, other, ending))
    unwanted = [path for path in documents if path.endswith(f".{ending}")]
    return Instance(
        goal=f'Delete all files in the folder "{folder}" whose names end with ".{ending}", and no other.',
        values={"folder": folder, "ending": ending},
        check=done(*map(gone, unwanted), but=unwanted),
        files=_bytes(documents),
    )


def keep_one_file(random: Random) -> Instance:
    """All documents but one."""
    folder = content.folder_name(random)
    documents = _documents(random, folder, ("txt", "txt", "md", "csv"))
    name = _name(random.choice(list(documents)))
    unwanted = [path for path in documents if _name(path) != name]
    return Instance(
        goal=f'Delete all files in the folder "{folder}" but "{name}".',
        values={"folder": folder, "name": name},
        check=done(*map(gone, unwanted), but=unwanted),
        files=_bytes(documents),
    )


def copy_file(random: Random) -> Instance:
    """A document in a second place."""
    folder, target = _folders(random, 2)
    documents = _documents(random, folder, ("txt", "csv"))
    path = random.choice(list(documents))
    copy = f"{target}/{_name(path)}"
    return Instance(
        goal=f'Copy the file "{path}" into the folder "{target}".',
        values={"path": path, "target": target},
        check=done(FileEquals(path=copy, text=documents[path]), but=[copy]),
        files=_bytes(documents),
        folders=(target,),
    )


def move_file(random: Random) -> Instance:
    """A document in another place."""
    folder, target = _folders(random, 2)
    documents = _documents(random, folder, ("txt", "csv"))
    path = random.choice(list(documents))
    moved = f"{target}/{_name(path)}"
    return Instance(
        goal=f'Move the file "{path}" into the folder "{target}".',
        values={"path": path, "target": target},
        check=done(FileEquals(path=moved, text=documents[path]), gone(path), but=[path, moved]),
        files=_bytes(documents),
        folders=(target,),
    )


def copy_folder(random: Random) -> Instance:
    """A folder with what is in it, in a second place."""
    path, target = _folders(random, 2)
    documents = _documents(random, path, ("txt", "md"))
    copies = {f"{target}/{inside}": text for inside, text in documents.items()}
    return Instance(
        goal=f'Copy the folder "{path}" with everything in it into the folder "{target}".',
        values={"path": path, "target": target},
        check=done(*_are(copies), but=[f"{target}/{path}"]),
        files=_bytes(documents),
        folders=(target,),
    )


def move_everything(random: Random) -> Instance:
    """All documents of a folder in another one."""
    folder, target = _folders(random, 2)
    documents = _documents(random, folder, tuple(random.sample(ENDINGS, 3)))
    moved = {f"{target}/{_name(path)}": text for path, text in documents.items()}
    return Instance(
        goal=f'Move all files from the folder "{folder}" into the folder "{target}".',
        values={"folder": folder, "target": target},
        check=done(*_are(moved), *map(gone, documents), but=[*documents, *moved]),
        files=_bytes(documents),
        folders=(target,),
    )


def copy_under_new_name(random: Random) -> Instance:
    """A copy in another folder, with a name of its own."""
    folder, target = _folders(random, 2)
    ending = random.choice(ENDINGS)
    ((path, text),) = _documents(random, folder, (ending,)).items()
    name = content.file_name(random, ending)
    return Instance(
        goal=f'Copy the file "{path}" into the folder "{target}" and call the copy "{name}".',
        values={"path": path, "target": target, "name": name},
        check=done(FileEquals(path=f"{target}/{name}", text=text), gone(f"{target}/{_name(path)}"),
                   but=[f"{target}/{name}"]),
        files={path: text.encode()},
        folders=(target,),
    )  # fmt: skip


def rename_with_prefix(random: Random) -> Instance:
    """All documents of a folder with the same beginning of their names."""
    folder, text = content.folder_name(random), f"{content.one(random, 'nouns')}_"
    documents = _documents(random, folder, tuple(random.sample(ENDINGS, 3)))
    renamed = {f"{folder}/{text}{_name(path)}": words for path, words in documents.items()}
    return Instance(
        goal=f'Rename all files in the folder "{folder}": put "{text}" in front of each name.',
        values={"folder": folder, "text": text},
        check=done(*_are(renamed), *map(gone, documents), but=[*documents, *renamed]),
        files=_bytes(documents),
    )


def swap_names(random: Random) -> Instance:
    """Two documents that exchange their names."""
    folder = content.folder_name(random)
    documents = _documents(random, folder, ("txt", "txt"))
    (path, text), (target, other) = documents.items()
    return Instance(
        goal=f'Let the files "{path}" and "{target}" exchange their names.',
        values={"path": path, "target": target},
        check=done(FileEquals(path=path, text=other), FileEquals(path=target, text=text), but=[path, target]),
        files=_bytes(documents),
    )


def sort_by_ending(random: Random) -> Instance:
    """A folder whose documents belong into three others."""
    folder, *targets = _folders(random, 4)
    endings = dict(zip(random.sample(ENDINGS, 3), targets, strict=True))
    documents = _documents(random, folder, (*endings, random.choice(list(endings))))
    moved = {f"{endings[path.rpartition('.')[2]]}/{_name(path)}": text for path, text in documents.items()}
    told = ", ".join(f'those that end with ".{ending}" into "{target}"' for ending, target in endings.items())
    return Instance(
        goal=f'Sort the files of the folder "{folder}" into folders: {told}.',
        values={"folder": folder, "endings": endings},
        check=done(*_are(moved), *map(gone, documents), but=[*documents, *moved]),
        files=_bytes(documents),
        folders=tuple(targets),
    )


def collect_files(random: Random) -> Instance:
    """Documents of one kind from several folders in one."""
    first, second, target = _folders(random, 3)
    ending, other = random.sample(ENDINGS, 2)
    documents = _documents(random, first, (ending, other)) | _documents(random, second, (other, ending))
    wanted = [path for path in documents if path.endswith(f".{ending}")]
    moved = {f"{target}/{_name(path)}": documents[path] for path in wanted}
    return Instance(
        goal=f'Move all files whose names end with ".{ending}" from the folders "{first}" and "{second}" '
        f'into the folder "{target}".',
        values={"folders": [first, second], "ending": ending, "target": target},
        check=done(*_are(moved), *map(gone, wanted), but=[*wanted, *moved]),
        files=_bytes(documents),
        folders=(target,),
    )


def file_away(random: Random) -> Instance:
    """Documents of one kind in a folder that is to be made for them."""
    folder, name = _folders(random, 2)
    ending, other = random.sample(ENDINGS, 2)
    documents = _documents(random, folder, (ending, other, ending))
    wanted = [path for path in documents if path.endswith(f".{ending}")]
    moved = {f"{folder}/{name}/{_name(path)}": documents[path] for path in wanted}
    return Instance(
        goal=f'In the folder "{folder}", make a new folder "{name}" and move all files of "{folder}" whose names end '
        f'with ".{ending}" into it.',
        values={"folder": folder, "name": name, "ending": ending},
        check=done(*_are(moved), *map(gone, wanted), but=[*wanted, f"{folder}/{name}"]),
        files=_bytes(documents),
    )


def copy_path(random: Random) -> Instance:
    """Where a document is, on the clipboard."""
    documents = _documents(random, content.folder_name(random), ("txt", "md", "csv"))
    path = random.choice(list(documents))
    return Instance(
        goal=f'Copy the full path of the file "{path}" to the clipboard, with the file manager.',
        values={"path": path},
        check=done(Clipboard(text=f"{HOME}/{path}", copied=True)),
        files=_bytes(documents),
    )


FAMILIES = (
    Family("make_folder", "files", 1, FILES, make_folder),
    Family("delete_file", "files", 1, FILES, delete_file),
    Family("make_folder_inside", "files", 2, FILES, make_folder_inside),
    Family("make_file", "files", 2, FILES, make_file),
    Family("rename_file", "files", 2, FILES, rename_file),
    Family("rename_folder", "files", 2, FILES, rename_folder),
    Family("delete_folder", "files", 2, FILES, delete_folder),
    Family("empty_folder", "files", 2, FILES, empty_folder),
    Family("copy_path", "files", 2, FILES, copy_path),
    Family("copy_file", "files", 2, FILES, copy_file),
    Family("move_file", "files", 2, FILES, move_file),
    Family("copy_folder", "files", 2, FILES, copy_folder),
    Family("make_folders", "files", 3, FILES, make_folders),
    Family("make_nested_folders", "files", 3, FILES, make_nested_folders),
    Family("delete_by_ending", "files", 3, FILES, delete_by_ending),
    Family("keep_one_file", "files", 3, FILES, keep_one_file),
    Family("move_everything", "files", 3, FILES, move_everything),
    Family("copy_under_new_name", "files", 3, FILES, copy_under_new_name),
    Family("rename_with_prefix", "files", 4, FILES, rename_with_prefix),
    Family("swap_names", "files", 4, FILES, swap_names),
    Family("sort_by_ending", "files", 4, FILES, sort_by_ending),
    Family("collect_files", "files", 4, FILES, collect_files),
    Family("file_away", "files", 4, FILES, file_away),
)
