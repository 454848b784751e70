"""Signatures on exported skills: what is verified is what was read, and nothing unsigned slips in."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from agent import exchange
from skills import signing
from skills.agent_skills.archive import open_folders
from skills.signing import BadSignature, SigningUnavailable
from tests.foreign_skill import CODE, HEAD


def test_without_the_package_signing_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "model_signing.signing", None)
    with pytest.raises(SigningUnavailable, match=r"journeyman\[signing\]"):
        signing.sign(tmp_path, tmp_path / "key.pem")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with mine.pem, mine.pub, other.pem and other.pub."""
    pytest.importorskip("model_signing")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    pem, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    for name in ("mine", "other"):
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (tmp_path / f"{name}.pem").write_bytes(private)
        (tmp_path / f"{name}.pub").write_bytes(key.public_key().public_bytes(pem, form))
    return tmp_path


def test_a_signature_holds_only_for_what_was_signed_and_its_key(keys: Path, tmp_path: Path) -> None:
    place = tmp_path / "out" / "dig-sand"
    (place / "scripts").mkdir(parents=True)
    (place / "SKILL.md").write_text(HEAD)
    (place / "scripts" / "dig.js").write_text(CODE)

    def check(key: str = "mine") -> None:
        signing.verify_all(open_folders(tmp_path / "out"), keys / f"{key}.pub")

    with pytest.raises(BadSignature, match="not signed"):
        check()
    signing.sign(place, keys / "mine.pem")
    check()
    with pytest.raises(BadSignature, match="another key"):
        check("other")
    for path in ("SKILL.md", "scripts/dig.js", "added.md", signing.SIGNATURE):
        before = (place / path).read_bytes() if (place / path).exists() else None
        with (place / path).open("ab") as file:
            file.write(b" more")
        with pytest.raises(BadSignature, match="not what was signed"):
            check()
        (place / path).write_bytes(before) if before is not None else (place / path).unlink()
    (place / "scripts" / "dig.js").rename(place / "scripts" / "dug.js")
    (place / "SKILL.md").write_text("changed")
    with pytest.raises(BadSignature) as told:
        check()
    assert str(told.value).endswith(
        "or by another key: scripts/dug.js was added, scripts/dig.js is missing, SKILL.md was changed"
    )


def test_nothing_unsigned_slips_in_beside_what_is_signed(keys: Path, tmp_path: Path, own_home: Path) -> None:
    signed = tmp_path / "out" / "dig-sand"
    signed.mkdir(parents=True)
    (signed / "SKILL.md").write_text(HEAD)
    signing.sign(signed, keys / "mine.pem")
    code = "async function evil(bot, { count = 1 }) { return await mineBlock(bot, 'sand', count) }"
    (tmp_path / "out" / "skills.json").write_text(json.dumps({"evil": {"code": code, "description": "Digs."}}))
    told = exchange.bring_in("main", tmp_path / "out", key=keys / "mine.pub")
    assert [each["name"] for each in told["skills"]] == ["dig-sand"], "a library in another form has no signature"
    other = tmp_path / "out" / "evil"
    other.mkdir()
    (other / "skill.md").write_text(HEAD.replace("dig-sand", "evil"))
    with pytest.raises(BadSignature, match="evil is not signed"):
        exchange.bring_in("main", tmp_path / "out", key=keys / "mine.pub")
