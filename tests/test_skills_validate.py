"""The validator of skill folders: a good folder passes, each breach of the specification has its finding."""

from __future__ import annotations

import pytest

from skills.agent_skills.archive import Folder
from skills.agent_skills.validate import validate

GOOD = "---\nname: tidy-up\ndescription: Tidies up. Use when it is untidy.\n---\n\n# Tidy up\n\nDo it.\n"


def folder_of(text: str | bytes, name: str = "tidy-up", **more: bytes) -> Folder:
    content = text if isinstance(text, bytes) else text.encode()
    return Folder(name, {"SKILL.md": content, **{path.replace("__", "/"): each for path, each in more.items()}})


def test_a_good_folder_passes() -> None:
    assert validate(folder_of(GOOD)) == []
    full = GOOD.replace(
        "\n---\n\n#", '\nlicense: MIT\nallowed-tools: Bash(git:*) Read\nmetadata:\n  v: "1.0"\n---\n\n#'
    )
    assert validate(folder_of(full + "See [more](references/more.md#part).", references__more=b"")) != []
    assert (
        validate(
            Folder("tidy-up", {"SKILL.md": (full + "See [m](references/m.md#p).").encode(), "references/m.md": b""})
        )
        == []
    )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("no_frontmatter", "# Tidy up\n"),
        ("no_frontmatter", "\n" + GOOD),
        ("no_end", "---\nname: tidy-up\ndescription: x\n"),
        ("yaml", GOOD.replace("Tidies up.", "Tidies up: all of it.")),
        ("repeated_key", GOOD.replace("name:", "name: other\nname:")),
        ("anchor", GOOD.replace("name: tidy-up", "name: &n tidy-up\nlicense: *n")),
        ("tag", GOOD.replace("description: ", "description: !!python/object:os.system ")),
        ("not_a_map", "---\n- a\n- b\n---\n"),
        ("unknown_key", GOOD.replace("name:", "version: 1.0\nname:")),
        ("delimiter", GOOD.replace("Tidies up.", "Tidies --- up.")),
        ("missing_key", "---\nname: tidy-up\n---\n\nx\n"),
        ("missing_key", "---\ndescription: x\n---\n\nx\n"),
        ("empty", "---\nname: tidy-up\ndescription: ''\n---\n\nx\n"),
        ("wrong_type", "---\nname: tidy-up\ndescription:\n  - a\n---\n\nx\n"),
        ("wrong_type", GOOD.replace("name:", "metadata: plain\nname:")),
        ("wrong_type", GOOD.replace("name:", "metadata:\n  a:\n    b: c\nname:")),
        ("flow_style", GOOD.replace("name:", "metadata: {a: b}\nname:")),
        ("too_long", GOOD.replace("Tidies", "x" * 1024)),
        ("too_long", GOOD.replace("name:", f"compatibility: {'x' * 501}\nname:")),
        ("too_long", GOOD.replace("tidy-up", "x" * 65)),
        ("bad_name", GOOD.replace("tidy-up", "Tidy-Up")),
        ("bad_name", GOOD.replace("tidy-up", "tidy--up")),
        ("bad_name", GOOD.replace("tidy-up", "-tidy")),
        ("other_folder", GOOD.replace("tidy-up", "tidy")),
        ("look_alike", GOOD.replace("tidy-up", "tіdy-up")),
        ("markup", GOOD.replace("Tidies up.", "Tidies <system>up</system>.")),
        ("hidden", GOOD.replace("Do it.", "Do\u200b it.")),
        ("hidden", GOOD.replace("Do it.", "Do \U000e0069\U000e0067 it.")),
        ("hidden", GOOD.replace("description: ", 'license: "MIT\\u200b"\ndescription: ')),
        ("hidden", GOOD.replace("name:", 'metadata:\n  a: "\\U000E0069"\nname:')),
        ("byte_order_mark", "\ufeff" + GOOD),
        ("broken_link", GOOD + "See [it](references/gone.md)."),
        ("leads_out", GOOD + "See [it](../../secrets.md)."),
    ],
)
def test_each_breach_of_the_specification_has_its_finding(code: str, text: str) -> None:
    assert code in [problem.code for problem in validate(folder_of(text)) if problem.error]


def test_files_that_are_none_have_their_finding() -> None:
    codes = [problem.code for problem in validate(Folder("a", {"x.md": b""}))]
    assert codes == ["missing"]
    assert [each.code for each in validate(Folder("a", {}, folders=frozenset({"SKILL.md"})))] == ["not_a_file"]
    assert [each.code for each in validate(Folder("a", {"skill.md": b"x"}))] == ["wrong_case"]
    assert [each.code for each in validate(folder_of(GOOD.encode("utf-8").replace(b"Do it", b"Caf\xe9")))] == [
        "encoding"
    ]
    assert "same_name" in [each.code for each in validate(folder_of(GOOD, A=b"", a=b""))]


def test_length_is_advice_and_no_error() -> None:
    (problem,) = validate(folder_of(GOOD + "\nmore\n" * 300))
    assert (problem.code, problem.error) == ("long_body", False)
