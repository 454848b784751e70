# ruff: noqa: D100, F821
# Programs that solve the families of text documents. Read as sources, never imported; names are primitives and
# functions of the proofs.


def save() -> None:
    press("ctrl+s")
    wait_for(window="*", gone=True)


def save_as(path: str) -> None:
    press("ctrl+shift+s")
    wait_for(window="Save As")
    choose_file(path)
    wait_for(window=path.split("/")[-1])


def go_to_line(path: str, line: str) -> None:
    """Opens the document with the cursor at the start of this line."""
    open_program("editor", path)
    lines = read_text(elements(role="text", window=path)[0]["id"]).splitlines()
    press("ctrl+Home")
    if lines.index(line):
        press("Down", times=lines.index(line))


def replace_all(path: str, old: str, new: str, options: list) -> None:
    open_program("editor", path)
    press("ctrl+r")
    wait_for(window="Replace")
    fields = elements(role="text", window="Replace")
    set_text(fields[0]["id"], old)
    set_text(fields[1]["id"], new)
    for option in ["Replace all in", *options]:
        click(option, role="check box", window="Replace")
    click("Replace All", role="push button", window="Replace")
    click("Close", window="Replace")


def convert(path: str, entry: str) -> None:
    open_program("editor", path)
    press("ctrl+a")
    menu(entry)
    save()


def write_note(text: str, path: str) -> None:
    open_program("editor")
    type_text(text)
    save_as(path)


def write_letters(text: str, path: str) -> None:
    write_note(text, path)


def write_list(lines: list, path: str) -> None:
    write_note("".join(f"- {line}\n" for line in lines), path)


def append_line(path: str, text: str) -> None:
    open_program("editor", path)
    press("ctrl+End")
    type_text(text + "\n")
    save()


def prepend_line(path: str, text: str) -> None:
    open_program("editor", path)
    press("ctrl+Home")
    type_text(text + "\n")
    save()


def insert_below(path: str, line: str, text: str) -> None:
    go_to_line(path, line)
    press("End")
    type_text("\n" + text)
    save()


def replace_word(path: str, old: str, new: str) -> None:
    replace_all(path, old, new, [])
    save()


def replace_matching_case(path: str, old: str, new: str) -> None:
    replace_all(path, old, new, ["Match case"])
    save()


def replace_whole_word(path: str, old: str, new: str) -> None:
    replace_all(path, old, new, ["Match whole word"])
    save()


def remove_word(path: str, old: str) -> None:
    replace_all(path, old, "", [])
    save()


def fill_letter(path: str, name: str, city: str, day: str) -> None:
    open_program("editor", path)
    press("ctrl+r")
    wait_for(window="Replace")
    click("Replace all in", role="check box", window="Replace")
    click("Match case", role="check box", window="Replace")
    for old, new in (("NAME", name), ("CITY", city), ("DAY", day)):
        fields = elements(role="text", window="Replace")
        set_text(fields[0]["id"], old)
        set_text(fields[1]["id"], new)
        click("Replace All", role="push button", window="Replace")
    click("Close", window="Replace")
    save()


def delete_line(path: str, line: str) -> None:
    go_to_line(path, line)
    menu("Edit > Delete Line")
    save()


def duplicate_line(path: str, line: str) -> None:
    go_to_line(path, line)
    menu("Edit > Duplicate Line / Selection")
    save()


def move_line_up(path: str, line: str) -> None:
    go_to_line(path, line)
    press("alt+Up")
    save()


def uppercase_document(path: str) -> None:
    convert(path, "Edit > Convert > To Uppercase")


def lowercase_document(path: str) -> None:
    convert(path, "Edit > Convert > To Lowercase")


def uppercase_line(path: str, line: str) -> None:
    go_to_line(path, line)
    press("shift+End")
    menu("Edit > Convert > To Uppercase")
    save()


def indent_document(path: str) -> None:
    convert(path, "Edit > Increase Indent")


def strip_line_ends(path: str) -> None:
    convert(path, "Edit > Convert > Strip Trailing Spaces")


def tabs_to_spaces(path: str) -> None:
    convert(path, "Edit > Convert > Tabs to Spaces")


def windows_line_ends(path: str) -> None:
    open_program("editor", path)
    menu("Document > Line Ending > DOS / Windows (CR LF)")
    save()


def save_copy(path: str, target: str) -> None:
    open_program("editor", path)
    save_as(target)


def copy_document(path: str) -> None:
    open_program("editor", path)
    press("ctrl+a")
    press("ctrl+c")


def copy_line(path: str, line: str) -> None:
    go_to_line(path, line)
    press("shift+End")
    press("ctrl+c")


def append_document(path: str, target: str) -> None:
    copy_document(path)
    open_program("editor", target)
    press("ctrl+End")
    press("ctrl+v")
    save()


def move_line(path: str, line: str, target: str) -> None:
    delete_line(path, line)
    append_line(target, line)
