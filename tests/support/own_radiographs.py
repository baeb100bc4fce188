"""A place for a user's own radiographs: a project, an empty data folder, and made images."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cxrstudy.data.own.add import add
from cxrstudy.data.own.wish import Wish
from tests.support.project import use


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project, an empty data folder, and a folder for a user's images."""
    (tmp_path / "project").mkdir()
    use(monkeypatch, tmp_path / "project")
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path / "data"))
    (tmp_path / "images").mkdir()
    return tmp_path


def pictures(place, count, **columns):
    """Write images of Mueller1 and so on, two of each, and the table that lists them."""
    rows = []
    for n in range(count):
        name = f"Mueller{n // 2}_{n}.png"
        values = np.random.default_rng(n).integers(0, 256, (24, 20), dtype=np.uint8)
        Image.fromarray(values).save(place / "images" / name)
        row = {"file": name, "patient": f"Mueller{n // 2}", "class": ("Normal", "TB")[n // 2 % 2]}
        rows.append(row | {what: values[n % len(values)] for what, values in columns.items()})
    table = pd.DataFrame(rows)
    table.to_csv(place / "hill.csv", index=False)
    return table


def put(place, table):
    table.to_csv(place / "hill.csv", index=False)


def added(place, **wish):
    return add(place / "hill.csv", place / "images", Wish("hill", **wish))


def written(place):
    """All text that was written."""
    own = place / "project" / "own"
    named = [str(path.relative_to(own)) for path in own.rglob("*")]
    read = [p.read_text() for p in own.rglob("*") if p.suffix in (".csv", ".yaml")]
    return "\n".join([*named, *read])
