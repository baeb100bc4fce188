"""What pixel files are built of: images of a test, and a stand-in for the phantoms."""

import hashlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import cxrstudy
from cxrstudy.pixels import memory_map


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest(data, names):
    return pd.DataFrame(
        {
            "id": [Path(name).stem for name in names],
            "path": names,
            "sha256": [sha256(data / name) for name in names],
            "prepared_sha256": "",
            "excluded": "",
        }
    )


@pytest.fixture
def data(tmp_path):
    """Make a folder of nine images of different formats and sizes."""
    folder = tmp_path / "data" / "set"
    folder.mkdir(parents=True)
    random = np.random.default_rng(7)
    for index in range(9):
        size = (20 + index, 31 - index)
        kind = ("png", "jpg")[index % 2]
        values = random.integers(0, 256, size, np.uint8)
        Image.fromarray(values).save(folder / f"im{index}.{kind}")
    return folder.parent


@pytest.fixture
def few_each(monkeypatch):
    """Several processes work on nine images too."""
    monkeypatch.setattr(memory_map, "_FEWEST", 1)


@pytest.fixture
def table(data):
    names = sorted(path.relative_to(data).as_posix() for path in data.rglob("im*"))
    return manifest(data, names)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "pixels"


@pytest.fixture
def phantom(monkeypatch):
    """Put a generator of squares in the place of the phantoms."""

    def read(path, size):
        return np.full((size, size), int(path.rpartition("/")[2]), np.uint8)

    stand_in = SimpleNamespace(read=read)
    monkeypatch.setattr(cxrstudy, "phantom", stand_in, raising=False)
    return stand_in


def phantoms(count):
    names = [f"phantom:target/{index}" for index in range(count)]
    return pd.DataFrame(
        {"id": names, "path": names, "sha256": [f"{i:064x}" for i in range(count)]}
    ).assign(prepared_sha256="", excluded="")


def left_in(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []
