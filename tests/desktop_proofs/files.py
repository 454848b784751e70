# ruff: noqa: D100, F821
# Programs that solve the families of files and folders. Read as sources, never imported; names are primitives and
# functions of the proofs.


def show(folder: str) -> None:
    open_program("files", folder)
    wait_for(window=folder.split("/")[-1] or "agent")


def pick(path: str) -> None:
    """Shows the folder of a file or folder with it selected."""
    show(path.rpartition("/")[0])
    click(path.rpartition("/")[2], role="icon")


def name_it(keys: str, name: str) -> None:
    """Answers the question for a name that these keys bring up."""
    press(keys)
    press("ctrl+a")
    type_text(name)
    confirm()


def paths_of(folder: str, ending: str) -> list:
    return [each["path"] for each in list_files(folder) if each["path"].endswith(ending)]


def move_each(paths: list, target: str) -> None:
    for path in paths:
        pick(path)
        press("ctrl+x")
        show(target)
        press("ctrl+v")
        close_window()


def make_folder(name: str) -> None:
    show("")
    name_it("ctrl+shift+n", name)


def make_folder_inside(folder: str, name: str) -> None:
    show(folder)
    name_it("ctrl+shift+n", name)


def make_folders(folder: str, names: list) -> None:
    show(folder)
    for name in names:
        name_it("ctrl+shift+n", name)


def make_nested_folders(names: list) -> None:
    for depth, name in enumerate(names):
        show("/".join(names[:depth]))
        name_it("ctrl+shift+n", name)


def make_file(folder: str, name: str) -> None:
    show(folder)
    name_it("ctrl+alt+n", name)


def rename_file(path: str, name: str) -> None:
    pick(path)
    name_it("F2", name)


def rename_folder(path: str, name: str) -> None:
    rename_file(path, name)


def delete_file(path: str) -> None:
    pick(path)
    press("Delete")


def delete_folder(path: str) -> None:
    delete_file(path)


def empty_folder(folder: str) -> None:
    show(folder)
    press("ctrl+a")
    press("Delete")


def delete_by_ending(folder: str, ending: str) -> None:
    show(folder)
    for path in paths_of(folder, "." + ending):
        click(path.rpartition("/")[2], role="icon")
        press("Delete")


def keep_one_file(folder: str, name: str) -> None:
    pick(f"{folder}/{name}")
    press("ctrl+i")
    press("Delete")


def copy_file(path: str, target: str) -> None:
    pick(path)
    press("ctrl+c")
    show(target)
    press("ctrl+v")


def move_file(path: str, target: str) -> None:
    pick(path)
    press("ctrl+x")
    show(target)
    press("ctrl+v")


def copy_folder(path: str, target: str) -> None:
    copy_file(path, target)


def move_everything(folder: str, target: str) -> None:
    show(folder)
    press("ctrl+a")
    press("ctrl+x")
    show(target)
    press("ctrl+v")


def copy_under_new_name(path: str, target: str, name: str) -> None:
    copy_file(path, target)
    click(path.rpartition("/")[2], role="icon", window=target)
    name_it("F2", name)


def rename_with_prefix(folder: str, text: str) -> None:
    show(folder)
    for path in paths_of(folder, ""):
        click(path.rpartition("/")[2], role="icon")
        name_it("F2", text + path.rpartition("/")[2])


def swap_names(path: str, target: str) -> None:
    names = [each.rpartition("/")[2] for each in (path, target)]
    pick(path)
    for old, new in ((names[0], "between"), (names[1], names[0]), ("between", names[1])):
        click(old, role="icon")
        name_it("F2", new)


def sort_by_ending(folder: str, endings: dict) -> None:
    for ending, target in endings.items():
        move_each(paths_of(folder, "." + ending), target)


def collect_files(folders: list, ending: str, target: str) -> None:
    for folder in folders:
        move_each(paths_of(folder, "." + ending), target)


def file_away(folder: str, name: str, ending: str) -> None:
    make_folder_inside(folder, name)
    move_each(paths_of(folder, "." + ending), f"{folder}/{name}")


def copy_path(path: str) -> None:
    pick(path)
    menu("Edit > Copy Path(s)")
