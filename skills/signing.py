"""Optional signatures on exported folders: OpenSSF Model Signing, where the package `model-signing` is installed.

The seal of `agent.exchange` tells an installation its own work; a signature tells everybody whose work a folder is. It
covers every file of the folder but itself. Nothing else here depends on it, and without the package only these
functions say what to install.
"""

from __future__ import annotations

import ast
import importlib
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skills.agent_skills.archive import Folder, Problem
from skills.agent_skills.writer import SIGNATURE
from skills.errors import SkillError

MOST_SAID = 300
_DIFFERENCE = re.compile(r"(Extra|Missing|Hash)(?: files [^:]*: | mismatch for ')([^']+)")
_IN_WORDS = {"Extra": "was added", "Missing": "is missing", "Hash": "was changed"}


class SigningUnavailable(SkillError):
    """The package that signs is not installed."""


class BadSignature(SkillError):
    """A folder has no signature, or one that does not fit its content or the key."""


def sign(folder: Path, private_key: Path) -> Path:
    """Sign a folder with an elliptic-curve private key (PEM); gives the signature's file."""
    signature = folder / SIGNATURE
    signing = _module("model_signing.signing")
    hashing = _module("model_signing.hashing")
    try:
        config = hashing.Config().set_ignored_paths(paths=[signature], ignore_git_paths=False)
        signing.Config().use_elliptic_key_signer(private_key=private_key).set_hashing_config(config).sign(
            folder, signature
        )
    except (OSError, ValueError, TypeError) as problem:
        raise SkillError(f"{folder} cannot be signed with {private_key}: {problem}") from problem
    return signature


def verify(folder: Folder, public_key: Path) -> None:
    """Make sure that a folder is what the holder of the key signed, as it was read. Raises BadSignature.

    What is checked is what stands in memory, so that nobody can change it between this and its being taken in. The
    package looks at files only: it gets a copy for the while.
    """
    verifying = _module("model_signing.verifying")
    hashing = _module("model_signing.hashing")
    if SIGNATURE not in folder.files:
        raise BadSignature(f"{folder.name} is not signed: there is no {SIGNATURE}")
    with tempfile.TemporaryDirectory(prefix="verify-") as directory:
        signature = Path(directory) / SIGNATURE
        try:
            for path, content in folder.files.items():
                (Path(directory) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(directory) / path).write_bytes(content)
            config = hashing.Config().set_ignored_paths(paths=[signature], ignore_git_paths=False)
            checker = verifying.Config().use_elliptic_key_verifier(public_key=public_key).set_hashing_config(config)
            checker.verify(Path(directory), signature)
        except Exception as problem:  # the package has no type of its own for "does not fit"
            said = _in_words(str(problem))[:MOST_SAID]
            raise BadSignature(f"{folder.name} is not what was signed, or by another key: {said}") from problem


def verify_all(folders: Sequence[Folder], public_key: Path) -> None:
    """Verify every folder; one that fails refuses all. Raises BadSignature."""
    for folder in folders:
        verify(folder, public_key)


def problems(folder: Folder, public_key: Path) -> list[Problem]:
    """What `verify` says, as findings."""
    try:
        verify(folder, public_key)
    except BadSignature as problem:
        return [Problem("signature", str(problem), SIGNATURE)]
    return []


def _in_words(problem: str) -> str:
    """What the package found different, file by file; it tells it as a list with hashes and paths of its own."""
    try:
        differences = ast.literal_eval(problem.partition("Signature mismatch: ")[2])
        found = [(match[1], match[2]) for each in differences if (match := _DIFFERENCE.match(each))]
        return ", ".join(f"{names} {_IN_WORDS[kind]}" for kind, names in found) if found else " ".join(problem.split())
    except (ValueError, SyntaxError):
        return " ".join(problem.split())


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as problem:
        raise SigningUnavailable(
            f"signing needs a package that is not installed ({problem}): pip install 'journeyman[signing]'"
        ) from None
