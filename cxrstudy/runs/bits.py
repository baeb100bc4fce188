"""Bits: whether this machine computes the same bits as the one that recorded the evidence.

A tiny computation is done in parts, in seconds, and the SHA-256 of each part is compared with the
committed ones in ``results/bits.json``. They are kept by kind of arithmetic, because native
arithmetic depends on the processor.
"""

import hashlib
import json
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from cxrstudy.base import arithmetic, places
from cxrstudy.base.atomic import write_file
from cxrstudy.data.role import Role
from cxrstudy.pixels.pixel_file import describe
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.training.chain import Start
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.scoring import score
from cxrstudy.training.stage import Stage
from cxrstudy.training.train import make_repeatable, train

#: Network and stage of the tiny training.
START = Start("resnet10t", "random", (("channels", (32, 64, 128, 256)),))
STAGE = Stage(("made",), pixels=64, steps=8, batch_size=16, validations=2)
IMAGES = 64


def file() -> Path:
    """The committed digests."""
    return places.results() / "bits.json"


def measured(folder: Path) -> dict[str, str]:
    """SHA-256 (16 digits) of each part, as computed here.

    Parameters
    ----------
    folder
        Empty folder for the made images.
    """
    make_repeatable()
    return dict(_parts(folder))


def _parts(folder: Path) -> Iterator[tuple[str, str]]:
    role, pixels = _made(folder)
    yield "numpy: exponential and power", _digest(_functions())
    model = build(START, 2, 0, None)
    expects = expected_input_of(model)
    rows = role.rows("test")
    yield "forward pass", _digest(score(model, pixels, rows, role.task, expects))
    epochs = train(model, role, pixels, STAGE, expects, "cpu")
    yield "losses of a training", _digest(epochs["train_loss"].to_numpy())
    weights = [value.detach().numpy() for value in model.parameters()]
    yield "weights of a training", _digest(*weights)
    yield "scores of a training", _digest(score(model, pixels, rows, role.task, expects))


def _functions() -> Any:
    x = np.arange(1, 4097, dtype=np.float64) / 4096
    return np.stack([np.exp(-x), x**1.7, np.log(x)])


def _made(folder: Path) -> tuple[Role, RolePixels]:
    """Images from integers alone, so that they are the same everywhere."""
    places_of = np.arange(IMAGES * 64 * 64, dtype=np.uint64)
    noise = ((places_of * np.uint64(2654435761)) >> np.uint64(16)) % np.uint64(64)
    images = (noise + 64).astype(np.uint8).reshape(IMAGES, 64, 64)
    classes = np.arange(IMAGES) % 2
    images[classes == 1, 16:32, 16:32] += 60
    file = folder / "made.npy"
    np.save(file, images)
    describe(file, images, {})
    split = np.array((["train"] * 5 + ["validation", "validation", "test"]) * (IMAGES // 8))
    table = pd.DataFrame(
        {
            "id": [f"made-{number}" for number in range(IMAGES)],
            "sha256": "0",
            "patient": [f"patient-{number}" for number in range(IMAGES)],
            "source": "made",
            "split": split,
            "manifest": "made",
            "row": np.arange(IMAGES),
        }
    )
    truth = np.eye(2, dtype=np.float32)[classes]
    role = Role("made", "multiclass", ("normal", "square"), table, truth)
    return role, RolePixels(table, {"made": file})


def versions() -> dict[str, str]:
    """Versions that bits depend on."""
    return {name: version(name) for name in ("torch", "numpy", "timm", "fastai")}


def key() -> str:
    """Name of this machine's arithmetic in the file."""
    return ", ".join(arithmetic.facts("cpu", arithmetic.here()))


def compared(folder: Path) -> pd.DataFrame:
    """Compare this machine's parts with all committed ones.

    Returns
    -------
    One row per part: ``part``, ``here``, and a column per kind of arithmetic in the file with
    ``equal``, ``differs`` or ``not recorded``.
    """
    here = measured(folder)
    table = pd.DataFrame({"part": list(here), "here": list(here.values())})
    for name, entry in recorded().items():
        said = [
            "not recorded"
            if part not in entry["parts"]
            else "equal"
            if entry["parts"][part] == digest
            else "differs"
            for part, digest in here.items()
        ]
        table[name] = said
    return table


def recorded() -> dict[str, dict[str, Any]]:
    """The committed digests by kind of arithmetic; empty if there are none."""
    path = file()
    if not path.is_file():
        return {}
    content: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return content


def record(folder: Path) -> None:
    """Write this machine's digests into the file, beside those of other kinds of arithmetic."""
    entry = {
        "parts": measured(folder), "versions": versions(), "processor": platform.machine(),
        "torch": torch.backends.cpu.get_cpu_capability(),
    }  # fmt: skip
    content = recorded() | {key(): entry}
    write_file(file(), (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())


def _digest(*arrays: Any) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]
