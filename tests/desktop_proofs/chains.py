# ruff: noqa: D100, F821
# Programs that solve the families over several programs. Read as sources, never imported; names are primitives and
# functions of the proofs.


def paste_into_note(path: str) -> None:
    open_program("editor")
    press("ctrl+v")
    save_as(path)


def note_of_result(expression: str, path: str) -> None:
    compute(expression)
    paste_into_note(path)


def result_into_cell(expression: str, path: str, cell: str) -> None:
    compute(expression)
    open_program("spreadsheet", path)
    select_cells(cell)
    press("ctrl+v")
    save()


def line_into_cell(path: str, line: int, target: str, cell: str) -> None:
    open_program("editor", path)
    text = read_text(elements(role="text", window=path)[0]["id"]).splitlines()[line - 1]
    fill(target, cell, text + "\n")


def cell_into_note(path: str, cell: str, target: str) -> None:
    open_program("spreadsheet", path)
    select_cells(cell)
    press("F2")
    press("shift+Home")
    press("ctrl+c")
    press("Escape")
    paste_into_note(target)


def note_in_new_folder(folder: str, name: str, text: str) -> None:
    make_folder(folder)
    write_note(text, f"{folder}/{name}")


def rename_and_append(path: str, name: str, text: str) -> None:
    rename_file(path, name)
    append_line(name, text)


def list_of_files(folder: str, path: str) -> None:
    names = sorted(each.rpartition("/")[2] for each in paths_of(folder, ""))
    write_note("\n".join(names), path)


def merge_and_delete(path: str, target: str) -> None:
    append_document(path, target)
    delete_file(path)


def archive_and_begin(path: str, folder: str, text: str) -> None:
    move_file(path, folder)
    write_note(text, path)


def backup_then_change(path: str, folder: str, old: str, new: str) -> None:
    copy_file(path, folder)
    replace_word(path, old, new)


def convert_and_delete(path: str, target: str) -> None:
    csv_to_ods(path, target)
    delete_file(path)


def clean_and_convert(path: str, old: str, new: str, target: str) -> None:
    replace_word(path, old, new)
    csv_to_ods(path, target)


def total_into_note(path: str, cells: str, cell: str, target: str) -> None:
    sum_column(path, cells, cell)
    select_cells(cell)
    press("ctrl+c")
    paste_into_note(target)


def file_a_result(folder: str, expression: str, name: str) -> None:
    make_folder(folder)
    note_of_result(expression, f"{folder}/{name}")
