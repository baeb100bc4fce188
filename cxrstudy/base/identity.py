"""Identity: canonical JSON, SHA-256, and the fingerprints that enter a run's id.

Two things are the same if and only if their canonical JSON is the same text. A run's id covers
its inputs (stage, parent, data), the code that turns them into scores, and the libraries that this
code calls. Prose, figures, statistics and tests are not covered, so editing them re-runs nothing.
"""

import ast
import hashlib
import json
import platform
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

#: Modules whose code decides what a run computes. Changes in their docstrings or comments do not
#: count. The phantom generator is covered by the SHA-256 of each of its recipes.
MODULES_THAT_MATTER = (
    "pixels/decode", "pixels/grey", "pixels/png_jpeg", "pixels/dicom", "pixels/memory_map",
    "pixels/masking", "pixels/role_pixels", "data/split", "training/subset", "training/batches",
    "training/schedule", "training/backbone", "training/weights", "training/model",
    "training/loss", "training/train", "training/scoring",
)  # fmt: skip

#: Libraries whose versions decide the result of a run.
LIBRARIES_THAT_MATTER = ("torch", "fastai", "timm", "numpy", "pillow")


def canonical(value: Any) -> str:
    """Write a plain value as canonical JSON, for hashing: sorted keys, no spaces.

    Raises
    ------
    ValueError
        The value holds NaN or an infinity, which JSON can't represent.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def fingerprint(text: str) -> str:
    """SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hex, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@lru_cache
def code_fingerprints(modules: tuple[str, ...] = MODULES_THAT_MATTER) -> dict[str, str]:
    """SHA-256 of what each module does: its syntax tree without docstrings and comments."""
    here = Path(__file__).parents[1]
    return {name: fingerprint(meaning((here / f"{name}.py").read_text())) for name in modules}


def code_fingerprint(modules: tuple[str, ...]) -> str:
    """One SHA-256 of the code of several modules."""
    return fingerprint(canonical(code_fingerprints(modules)))


def meaning(source: str) -> str:
    """Python source without comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ) and (ast.get_docstring(node) is not None):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


@lru_cache
def environment() -> dict[str, str]:
    """Versions that decide the result of a run."""
    return {name: version(name) for name in LIBRARIES_THAT_MATTER} | {
        "python": ".".join(platform.python_version_tuple()[:2])
    }
