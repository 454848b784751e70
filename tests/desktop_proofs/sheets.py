# ruff: noqa: D100, F821
# Programs that solve the families of tables. Read as sources, never imported; names are primitives and functions of the
# proofs.


def fill(path: str, cell: str, text: str) -> None:
    """Opens a table, types from this cell on, saves in the format that it has."""
    open_program("spreadsheet", path)
    select_cells(cell)
    type_text(text)
    save()


def save_table_as(path: str) -> None:
    press("ctrl+shift+s")
    wait_for(window="Save the current workbook as")
    choose_file(path)
    wait_for(window=path.split("/")[-1])


def rows_of(cells: str) -> list:
    """The rows of a range in one column, such as 2 to 5 of C2:C5."""
    first, _, last = cells.partition(":")
    return list(range(int(first[1:]), int(last[1:]) + 1))


def find_row(path: str, name: str) -> None:
    """Opens a table with the cursor in the cell that says this."""
    open_program("spreadsheet", path)
    select_cells("A1")
    row = 1
    while not [each for each in elements(role="text") if each.get("text") == name]:
        press("Down")
        row += 1


def write_cell(path: str, cell: str, value: int) -> None:
    fill(path, cell, f"{value}\n")


def write_formula(path: str, cell: str, formula: str) -> None:
    fill(path, cell, f"{formula}\n")


def clear_cells(path: str, cells: str) -> None:
    open_program("spreadsheet", path)
    select_cells(cells)
    press("Delete")
    save()


def add_row(path: str, row: list) -> None:
    open_program("spreadsheet", path)
    select_cells("A1")
    press("ctrl+Down")
    press("Down")
    type_text(f"{row[0]}\t{row[1]}\n")
    save()


def new_table_ods(path: str, rows: list) -> None:
    open_program("spreadsheet")
    select_cells("A1")
    type_text("".join("\t".join(str(cell) for cell in row) + "\n" for row in rows))
    save_table_as(path)


def new_table_xlsx(path: str, rows: list) -> None:
    new_table_ods(path, rows)


def csv_to_ods(path: str, target: str) -> None:
    open_program("spreadsheet", path)
    save_table_as(target)


def csv_to_xlsx(path: str, target: str) -> None:
    csv_to_ods(path, target)


def ods_to_xlsx(path: str, target: str) -> None:
    csv_to_ods(path, target)


def ods_to_csv(path: str, target: str) -> None:
    open_program("spreadsheet", path)
    menu("Data > Export Data > Export as CSV File...")
    wait_for(window="Export the current")
    choose_file(target)


def change_value(path: str, name: str, value: int) -> None:
    find_row(path, name)
    press("Right")
    type_text(f"{value}\n")
    save()


def sum_column(path: str, cells: str, cell: str) -> None:
    fill(path, cell, f"=SUM({cells})\n")


def average_column(path: str, cells: str, cell: str) -> None:
    fill(path, cell, f"=AVERAGE({cells})\n")


def largest_of_column(path: str, cells: str, cell: str) -> None:
    fill(path, cell, f"=MAX({cells})\n")


def copy_cells(path: str, cells: str, cell: str) -> None:
    open_program("spreadsheet", path)
    select_cells(cells)
    press("ctrl+c")
    select_cells(cell)
    press("ctrl+v")
    save()


def sort_rows(path: str, cells: str) -> None:
    open_program("spreadsheet", path)
    select_cells(cells)
    click("Sort Ascending")
    save()


def delete_row(path: str, name: str) -> None:
    find_row(path, name)
    menu("Edit > Delete > Rows")
    save()


def delete_column(path: str, column: str) -> None:
    open_program("spreadsheet", path)
    select_cells(f"{column}1")
    menu("Edit > Delete > Columns")
    save()


def insert_row(path: str, row: list, name: str) -> None:
    find_row(path, name)
    menu("Insert > Rows")
    type_text(f"{row[0]}\t{row[1]}\n")
    save()


def rename_sheet(path: str, new: str) -> None:
    open_program("spreadsheet", path)
    menu("Edit > Sheet > Rename...")
    press("ctrl+a")
    type_text(new)
    confirm()
    save()


def replace_in_sheet(path: str, old: str, new: str) -> None:
    open_program("spreadsheet", path)
    press("ctrl+h")
    wait_for(window="Replace")
    type_text(old)
    press("Tab")
    type_text(new)
    click("OK")
    save()


def multiply_columns(path: str, cells: str) -> None:
    fill(path, cells.split(":")[0], "".join(f"=B{row}*C{row}\n" for row in rows_of(cells)))


def join_columns(path: str, cells: str) -> None:
    fill(path, cells.split(":")[0], "".join(f'=A{row}&" "&B{row}\n' for row in rows_of(cells)))


def running_total(path: str, cells: str) -> None:
    fill(path, cells.split(":")[0], "".join(f"=SUM(B$2:B{row})\n" for row in rows_of(cells)))


def mark_rows(path: str, cells: str, value: int, text: str, other: str) -> None:
    formulas = "".join(f'=IF(B{row}>={value},"{text}","{other}")\n' for row in rows_of(cells))
    fill(path, cells.split(":")[0], formulas)


def share_of_total(path: str, cells: str) -> None:
    last = rows_of(cells)[-1]
    fill(path, cells.split(":")[0], "".join(f"=B{row}/SUM(B$2:B${last})\n" for row in rows_of(cells)))
