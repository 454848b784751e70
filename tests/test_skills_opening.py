"""Folders and zips of skills are opened as hostile files: they lead nowhere, nothing goes off, the refusal says why."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from skills import voyager
from skills.agent_skills import archive
from skills.agent_skills.archive import BadArchive, open_folders
from skills.agent_skills.reader import read
from tests.foreign_skill import CODE, HEAD


def zipped(path: Path, members: Mapping[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if change:
                change(info)
            file.writestr(info, content)
    return path


def test_a_zip_and_its_folder_read_alike(tmp_path: Path) -> None:
    place = tmp_path / "shared" / "dig-sand"
    (place / "scripts").mkdir(parents=True)
    (place / "SKILL.md").write_text(HEAD)
    (place / "scripts" / "dig.js").write_text(CODE)
    (place / ".git").mkdir()
    (place / ".git" / "config").write_text("not for us")
    members = {"shared/dig-sand/SKILL.md": HEAD.encode(), "shared/dig-sand/scripts/dig.js": CODE.encode()}
    from_zip = open_folders(zipped(tmp_path / "x.zip", members))
    assert [each.files for each in from_zip] == [each.files for each in open_folders(tmp_path / "shared")]
    assert [each.files for each in open_folders(place)] == [from_zip[0].files]
    assert from_zip[0].name == "dig-sand"


@pytest.mark.parametrize(
    "name",
    ["../dig-sand/SKILL.md", "/etc/SKILL.md", "a/../../SKILL.md", "..\\SKILL.md", "C:/SKILL.md", "a\\..\\b/SKILL.md"],
)
def test_a_zip_that_leads_out_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "x.zip", {"dig-sand/SKILL.md": HEAD.encode(), name: b"x"})
    before = {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*")}
    with pytest.raises(BadArchive, match=r"lead out of it|twice"):
        open_folders(path)
    assert {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*")} == before


def test_links_are_never_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("a secret")
    place = tmp_path / "dig-sand"
    place.mkdir()
    (place / "SKILL.md").write_text(HEAD)
    (place / "notes.md").symlink_to(secret)
    (place / "up").symlink_to(tmp_path, target_is_directory=True)
    (found,) = open_folders(place)
    assert set(found.files) == {"SKILL.md"}
    assert [(each.path, each.code) for each in found.problems] == [("notes.md", "link"), ("up", "link")]
    assert read(found).refusals

    def as_link(info: zipfile.ZipInfo) -> None:
        if info.filename.endswith("notes.md"):
            info.external_attr = (stat.S_IFLNK | 0o777) << 16

    path = zipped(tmp_path / "x.zip", {"d/SKILL.md": HEAD.encode(), "d/notes.md": b"../secret.md"}, as_link)
    (found,) = open_folders(path)
    assert [each.code for each in found.problems] == ["link"]


def test_a_skill_file_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text(HEAD)
    (tmp_path / "dig-sand").mkdir()
    (tmp_path / "dig-sand" / "SKILL.md").symlink_to(tmp_path / "real.md")
    (found,) = open_folders(tmp_path / "dig-sand")
    assert [each.code for each in read(found).refusals] == ["link"]


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "SKILL.md").write_text(HEAD)
    os.mkfifo(tmp_path / "endless.md")
    (found,) = open_folders(tmp_path)
    assert [each.code for each in found.problems] == ["not_a_file"]
    for endless in (tmp_path / "endless.md", Path("/dev/zero")):
        with pytest.raises(BadArchive, match="neither a folder nor a zip"):
            open_folders(endless)
        assert voyager.find(endless) is None


def test_a_file_of_100_mb_is_refused_by_its_size_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "SKILL.md").write_text(HEAD)
    for name in ("scripts/big.js", "picture.png"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(100_000_000)
    (found,) = open_folders(tmp_path)
    assert set(found.files) == {"SKILL.md"}
    assert {each.code for each in found.problems} == {"too_large"}
    assert [each.path for each in read(found).refusals] == ["scripts/big.js"], "a picture is only left out"


def test_bombs_do_not_go_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zip", {"d/SKILL.md": HEAD.encode(), "d/bomb.md": b"0" * 900_000})
    (found,) = open_folders(path)
    assert [each.code for each in found.problems] == ["bomb"]
    liar = io.BytesIO()
    with zipfile.ZipFile(liar, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("d/SKILL.md", HEAD)
        file.writestr("d/liar.md", os.urandom(600_000).hex())
    told = liar.getvalue().replace((1_200_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    (tmp_path / "b.zip").write_bytes(told)
    with pytest.raises(BadArchive, match="damaged"):
        open_folders(tmp_path / "b.zip")
    monkeypatch.setattr(archive, "MAX_MEMBERS", 10)
    many = {f"d/{number}.md": b"x" for number in range(20)} | {"d/SKILL.md": HEAD.encode()}
    with pytest.raises(BadArchive, match="more than 10 files"):
        open_folders(zipped(tmp_path / "c.zip", many))
    monkeypatch.setattr(archive, "MAX_ARCHIVE", 1000)
    with pytest.raises(BadArchive, match="bytes in all"):
        open_folders(zipped(tmp_path / "d.zip", {"d/SKILL.md": HEAD.encode(), "d/x.bin": os.urandom(5000)}))


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_damaged_anywhere_is_refused_in_words_or_read_whole(tmp_path: Path, packing: int) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", packing) as file:
        file.writestr("dig-sand/SKILL.md", HEAD)
    whole = path.read_bytes()
    refused = 0
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            open_folders(path)
        except BadArchive:
            refused += 1
    assert refused > len(whole) / 2


def test_a_zip_with_an_endless_list_of_files_is_not_opened(tmp_path: Path) -> None:
    small = zipped(tmp_path / "x.zip", {"dig-sand/SKILL.md": HEAD.encode()}).read_bytes()
    with (tmp_path / "large.zip").open("wb") as file:
        file.seek(100_000_000 - len(small))
        file.write(small)
    with pytest.raises(BadArchive, match="100,000,000 bytes"):
        open_folders(tmp_path / "large.zip")


def test_what_cannot_be_looked_at_is_not_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"d/SKILL.md": HEAD.encode(), "d/a.md": b"x"})
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = content.rindex(mark)
        content[place + at] |= 1
    path.write_bytes(content)
    (found,) = open_folders(path)
    assert [each.code for each in found.problems] == ["encrypted"]
    (tmp_path / "y.zip").write_bytes(b"PK\x05\x06" + b"\0" * 18)
    with pytest.raises(BadArchive, match=r"no SKILL\.md"):
        open_folders(tmp_path / "y.zip")
    with pytest.raises(BadArchive, match="twice"):
        open_folders(zipped(tmp_path / "z.zip", {"d/SKILL.md": b"a", "d/skill.md": b"b"}))
    (tmp_path / "plain.txt").write_text("x")
    with pytest.raises(BadArchive, match="neither a folder nor a zip"):
        open_folders(tmp_path / "plain.txt")


def test_a_folder_called_skill_md_is_told_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "dig-sand" / "SKILL.md").mkdir(parents=True)
    (found,) = open_folders(tmp_path)
    assert [str(each) for each in read(found).refusals] == ["SKILL.md: is a folder, not a file"]
