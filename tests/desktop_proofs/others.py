# ruff: noqa: D100, F821
# Programs that solve the families of pages, pictures and office documents. Read as sources, never imported; names are
# primitives and functions of the proofs.


def show_page(path: str, element: str) -> None:
    open_program("browser", path)
    wait_for(element=element, seconds=20)


def fill_form(path: str, name: str, city: str, choice: str) -> None:
    show_page(path, "Send")
    for label, value in (("Name", name), ("City", city)):
        click(label, role="entry")
        type_text(value)
    click(choice, role="radio button")
    click("Send", role="push button")
    wait_for(window="Sent")


def tick_boxes(path: str, names: list) -> None:
    show_page(path, "Send")
    for name in names:
        click(name, role="check box")
    click("Send", role="push button")
    wait_for(window="Sent")


def follow_links(path: str, names: list) -> None:
    show_page(path, names[0])
    for name in names:
        wait_for(element=name, seconds=10)
        click(name, role="link")


def page_into_note(path: str, name: str, target: str) -> None:
    show_page(path, name)
    said = next(each["name"] for each in elements(name + ":"))
    write_note(said.partition(":")[2].strip(), target)


def export_to(target: str) -> None:
    press("ctrl+shift+e")
    wait_for(window="Export Image")
    choose_file(target)
    if not target.endswith(".png") or [each for each in windows() if each["dialog"]]:
        wait_for(window="Export Image as")
        confirm()
    wait_until_settled()


def export_picture(path: str, target: str) -> None:
    open_program("image_editor", path)
    export_to(target)


def scale_picture(path: str, width: int, target: str) -> None:
    open_program("image_editor", path)
    menu("Image > Scale Image...")
    wait_for(window="Scale Image")
    fields = elements(role="spin button", window="Scale Image")
    click(fields[0]["id"], times=2)
    press("ctrl+a")
    type_text(f"{width}\t")
    click("Scale", role="push button", window="Scale Image")
    wait_for(window="Scale Image", gone=True)
    export_to(target)


def turn_picture(path: str, target: str) -> None:
    open_program("image_editor", path)
    menu("Image > Transform > Rotate 90° clockwise")
    wait_until_settled()
    export_to(target)


def grey_picture(path: str, target: str) -> None:
    open_program("image_editor", path)
    menu("Image > Mode > Grayscale")
    wait_until_settled()
    export_to(target)


def save_office(path: str) -> None:
    """Saves the document in front as a format that the office suite may ask about."""
    press("ctrl+s")
    wait_for(window="Save")
    effect = choose_file(path)
    if "asked" in effect:
        click(next(each["name"] for each in elements("Format", role="push button") if "ODF" not in each["name"]))
    wait_for(window=path.split("/")[-1])
    wait_until_settled()


def write_odt(text: str, path: str) -> None:
    open_program("writer")
    type_text(text)
    save_office(path)


def write_docx(text: str, path: str) -> None:
    write_odt(text, path)


def write_heading(name: str, text: str, path: str) -> None:
    open_program("writer")
    press("ctrl+1")
    type_text(name + "\n")
    press("ctrl+0")
    type_text(text)
    save_office(path)


def replace_in_document(path: str, old: str, new: str) -> None:
    open_program("writer", path)
    press("ctrl+h")
    wait_for(window="Find and Replace")
    type_text(old + "\t")
    fields = elements(role="text", window="Find and Replace")
    click(fields[1]["id"])
    press("ctrl+a")
    type_text(new)
    click("Replace All", window="Find and Replace")
    wait_until_settled()
    press("Escape")
    press("Escape")
    press("ctrl+s")
    wait_until_settled()


def document_to_pdf(path: str, target: str) -> None:
    open_program("writer", path)
    menu("File > Export As > Export Directly as PDF")
    wait_for(window="Export")
    choose_file(target)
    wait_until_settled(20)


def sum_saved_as_ods(rows: list, cell: str, formula: str, path: str) -> None:
    open_program("calc")
    select_cells("A1")
    type_text("".join("\t".join(str(each) for each in row) + "\n" for row in rows))
    select_cells(cell)
    type_text(formula + "\n")
    save_office(path)


def sum_saved_as_xlsx(rows: list, cell: str, formula: str, path: str) -> None:
    sum_saved_as_ods(rows, cell, formula, path)
