"""The program that explores: it tries entries of a program's menus and keys, and tells what each of them showed.

One source for every program; what to try first follows from the words that it is given. Dialogs are left again. What it
returns is material for `agent.desktop_planning.graph`.
"""

from __future__ import annotations

NAME = "explore_program"
"""How runs of it are recognised."""
SHORTCUT = r" \(([A-Za-z0-9_+]*\+[A-Za-z0-9_+]+|F\d+|Delete|Insert|Return|Escape)\)$"
"""How `menus` ends the line of an entry that has keys."""

SOURCE = r'''
def explore_program(program: str, file: str, words: list, chosen: list, keys: list, most: int = 8) -> dict:
    """Try entries of a program's menus, and keys in its text, and tell what each of them showed.

    program: which one, opened with file; chosen: the entries; if there are none, most of them, by these words.
    """
    import re

    roles = ("text", "entry", "password text", "spin button", "push button", "toggle button", "check box",
             "radio button", "combo box", "page tab", "label", "list item", "table", "icon")

    def files() -> dict:
        found, waiting = {}, [""]
        while waiting:
            for each in list_files(waiting.pop()):
                found[each["path"]] = each["size"]
                if each["kind"] == "folder":
                    waiting.append(each["path"])
        return found

    def controls(window: str) -> list:
        return [[each["role"], each["name"], (each.get("text") or "")[:80], each["states"]]
                for each in elements(window=window) if each["role"] in roles][:60]

    def front(shown: list) -> dict:
        return shown[-1] if shown else {"title": "", "program": "", "dialog": False}

    def begin() -> list:
        """Bring the program's own window to the front; what windows there are then."""
        for _ in range(4):
            shown = windows()
            if front(shown)["program"] == program and not front(shown)["dialog"]:
                return shown
            if not front(shown)["dialog"]:
                open_program(program, file)
            elif attempts.get(front(shown)["title"], 0) % 2:
                close_window(front(shown)["title"])
            else:
                press("Escape")
            attempts[front(shown)["title"]] = attempts.get(front(shown)["title"], 0) + 1
        open_program(program, file)
        return windows()

    def field(shown: list) -> dict:
        """What the keyboard writes into."""
        fields = [each for each in shown if "focused" in each["states"] and "editable" in each["states"]]
        return fields[0] if fields else {"id": ""}

    def text(shown: list) -> str:
        return field(shown).get("text") or ""

    def likely(entry: str) -> float:
        parts = [part.lower() for part in entry.split(" > ")]
        hits = sum(1.0 for word in words if word in parts[-1])
        hits += sum(0.3 for word in words if word in " ".join(parts[:-1]))
        crowd = 1.5 if len(parts) > 2 and siblings.count(entry.rpartition(" > ")[0]) > 8 else 0.0
        return hits + (0.5 if parts[-1].endswith("...") else 0.0) - 0.2 * max(0, len(parts) - 2) - crowd

    def look(seen: dict, entry: str, before: list, inside: list) -> None:
        """Choose an entry and write down what it showed."""
        start = field(inside)
        old = files()
        effect = menu(entry)
        shown = windows()
        now = front(shown)
        seen["changes"], seen["front"] = effect["changes"], now["title"]
        seen["dialog"] = now["dialog"] and now["title"] not in [each["title"] for each in before]
        if seen["dialog"]:
            seen["controls"] = controls(now["title"])
            press("Escape")
            return
        new = files()
        seen["gone"] = not any(each["program"] == program for each in shown)
        seen["made"] = sorted(set(new) - set(old))
        seen["lost"] = sorted(set(old) - set(new))
        seen["altered"] = sorted(path for path in new if path in old and new[path] != old[path])
        seen["text"] = ["", ""]
        if start["id"] and not seen["gone"]:
            now = field(elements())
            seen["moved"] = now["id"] != start["id"]
            if not seen["moved"]:
                seen["text"] = [(start.get("text") or "")[:600], (now.get("text") or "")[:600]]
        seen["clipboard"] = clipboard()[:200]
        if seen["clipboard"]:
            set_clipboard("")

    attempts = {}
    open_program(program, file)
    wait_until_settled()
    main = front(begin())["title"]
    listed = menus()
    entries = [re.sub(SHORTCUT, "", each) for each in listed]
    siblings = [each.rpartition(" > ")[0] for each in entries]
    everything = [each for each in entries if each.lower().endswith("select all")][:1]
    told = {"program": program, "file": file, "menus": listed, "window": main, "controls": controls(main), "tried": []}
    if text(elements()):
        type_text("q")
        press("Down")
    set_clipboard("")
    hidden = 0
    own = file.rpartition("/")[2] or "no file"
    likeliest = sorted((each for each in entries if own not in each), key=likely, reverse=True)[:most]
    for entry in chosen or likeliest:
        seen = {"entry": entry}
        try:
            before = begin()
            inside = elements()
            icons = [each for each in inside if each["role"] == "icon"]
            if icons:
                click(icons[0]["id"])
                seen["item"] = icons[0]["name"]
            try:
                look(seen, entry, before, inside)
                again = not seen["dialog"] and seen["text"][0] == seen["text"][1] != "" and not seen["clipboard"]
                again = again and not seen["gone"] and not seen["altered"] and len(seen["changes"]) < 2
            except DeskError as error:
                press("Escape", times=2)
                again = error.code == "disabled" and not icons and bool(everything) and everything[0] != entry
                if not again:
                    raise
            if again and everything and everything[0] != entry:
                menu(everything[0])
                seen["selected"] = everything[0]
                look(seen, entry, before, elements())
            hidden = 0
        except DeskError as error:
            seen["error"] = error.code
            hidden = hidden + 1 if error.code == "not_showing" else 0
        told["tried"].append(seen)
        if hidden > 1:
            break
    told["keys"] = []
    if keys:
        begin()
        for key in keys:
            try:
                start = text(elements())
                if not start:
                    type_text("alpha beta\ngamma delta")
                    start = text(elements())
                press(key)
                type_text("q")
                told["keys"].append([key, start[:600], text(elements())[:600]])
            except DeskError as error:
                told["keys"].append([key, "", error.code])
    return told
'''.replace("re.sub(SHORTCUT,", f're.sub(r"{SHORTCUT}",')
