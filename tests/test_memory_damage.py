"""What damages the derived parts of memory is noticed, never breaks recall, and is mended."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlite_utils import Database

from agent.remember import Meanwhile
from agent.store import AGENT
from curriculum.schema import CURRICULUM
from memory import dense
from memory.chroma import ChromaIndex
from memory.db import open_db
from memory.index import VectorIndex
from memory.items import Item
from memory.recall import Question, Recall
from memory.semantic import Semantic
from skills.schema import SKILLS


class Letters:
    """A real if simple embedder: counts of letters, scaled to length 1."""

    id = "letters"
    size = 27

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Texts with the same letters lie together."""
        rows = [[1.0, *(float(text.lower().count(chr(97 + n))) for n in range(26))] for text in texts]
        return [[x / sum(y * y for y in row) ** 0.5 for x in row] for row in rows]


class Others(Letters):
    """Another model, of other vectors."""

    id = "others"
    size = 28

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """The same, turned round."""
        return [[0.0, *reversed(row)] for row in super().embed(texts)]


TEXTS = ("coal lies deep", "oak grows in the forest", "wolves howl at night", "bread needs wheat")


@pytest.fixture
def db(tmp_path: Path) -> Database:
    if os.environ.get("JOURNEYMAN_LIGHT") == "1":
        pytest.importorskip("numpy")
    db = open_db(tmp_path / "j.db")
    for text in TEXTS:
        Semantic(db).add(Item("fact", text.split()[0], text), reason="r")
    VectorIndex(db, Letters()).update()
    return db


def found(db: Database, index: VectorIndex | None = None) -> list[list[tuple[int, float]]]:
    return [(index or VectorIndex(db, Letters())).search(text, 9) for text in TEXTS]


HERE = "WHERE document = 1 AND model = 'letters'"
DAMAGE = {
    "other words, and nobody was told": "UPDATE documents SET text = 'gold lies deeper' WHERE id = 1",
    "a hash of other words": f"UPDATE vectors SET hash = 'wrong' {HERE}",
    "torn": f"UPDATE vectors SET vector = zeroblob(7) {HERE}",
    "gone but for its row": f"UPDATE vectors SET vector = x'' {HERE}",
    "text where numbers were": f"UPDATE vectors SET vector = replace(hex(zeroblob(54)), '0', 'a') {HERE}",
    "zeroes": f"UPDATE vectors SET vector = zeroblob(length(vector)) {HERE}",
    "no numbers": f"UPDATE vectors SET vector = CAST(replace(hex(zeroblob(27)), '00', x'0000c07f') AS BLOB) {HERE}",
    "huge": f"UPDATE vectors SET vector = CAST(replace(hex(zeroblob(27)), '00', x'0000007f') AS BLOB) {HERE}",
    "of another model": "UPDATE vectors SET vector = (SELECT vector FROM vectors WHERE model = 'others' LIMIT 1) "
    + HERE,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_vector_breaks_no_recall_and_is_made_anew(db: Database, damage: str) -> None:
    VectorIndex(db, Others()).update()
    others = "SELECT hash, vector FROM vectors WHERE model = 'others' ORDER BY document"
    before = db.execute(others).fetchall()
    db.execute("DROP TRIGGER vectors_stale")
    db.execute(DAMAGE[damage])
    db.conn.commit()
    for scores in found(db):
        assert all(abs(score) < 1.001 for _, score in scores)
        assert scores == sorted(scores, key=lambda each: -each[1])
    assert Recall(db, VectorIndex(db, Letters())).ask(Question("oak in the forest"), now=1.0).hits[0].ref == 2
    index = VectorIndex(db, Letters())
    found(db, index)
    assert len(index.wrong()) == 1
    assert index.repair() == 1, "what differs is made anew, and nothing else"
    assert index.wrong() == []
    text = str(db.execute("SELECT text FROM documents WHERE id = 1").fetchone()[0])
    again = VectorIndex(db, Letters())
    for kept in (index, again):
        ((document, score), *_) = kept.search(text, 9)
        assert (document, round(score, 5)) == (1, 1.0)
    assert before == db.execute(others).fetchall(), "what another model made stays beside it"


def test_a_sound_index_is_left_alone(db: Database) -> None:
    index = VectorIndex(db, Letters())
    assert index.wrong() == []
    assert index.repair() == 0


@pytest.mark.slow
def test_an_approximate_index_tells_what_came_after_it_was_opened_and_takes_no_damage_in(
    db: Database, tmp_path: Path
) -> None:
    if os.environ.get("JOURNEYMAN_LIGHT") == "1":
        pytest.importorskip("chromadb")
    semantic, writer = Semantic(db), VectorIndex(db, Letters())
    db.execute("UPDATE vectors SET vector = zeroblob(8) WHERE document = 4")
    db.conn.commit()
    chroma = ChromaIndex(VectorIndex(db, Letters()), tmp_path / "chroma")
    assert [document for document, _ in chroma.search(TEXTS[3], 9)].count(4) == 0
    semantic.add(Item("fact", "quartz", "quartz glows in the nether"), reason="r")
    semantic.update(1, at=2.0, reason="r", text="coal is up in the hills")
    assert writer.repair() == 3
    for text, document in (("quartz glows in the nether", 5), ("coal is up in the hills", 1), (TEXTS[3], 4)):
        near = chroma.search(text, 9)
        assert [each for each, _ in near] == [each for each, _ in writer.search(text, 9)]
        assert near[0][0] == document
    chroma.repair()
    assert len(chroma.search("coal", 9)) == 5
    chroma.close()


def test_work_beside_a_program_mends_vectors_and_opens_no_approximate_index(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.environ.get("JOURNEYMAN_LIGHT") == "1":
        pytest.importorskip("numpy")
    monkeypatch.setattr(dense, "EXACT", 2)
    monkeypatch.setattr(dense, "found_embedder", Letters)
    db = open_db(own_home / "journeyman.db", SKILLS, CURRICULUM, AGENT)
    for text in TEXTS:
        Semantic(db).add(Item("fact", text.split()[0], text), reason="r")
    VectorIndex(db, Letters()).update()
    db.execute("UPDATE vectors SET hash = 'wrong' WHERE document = 2")
    db.conn.commit()
    Semantic(db).add(Item("fact", "quartz", "quartz glows"), reason="r")
    with Meanwhile(1.0) as meanwhile:
        meanwhile.wait()
    assert VectorIndex(db, Letters()).coverage().missing == 0
    assert VectorIndex(db, Letters()).wrong() == []
    assert not (own_home / "index").exists(), "its opening would be waited for by every program"
