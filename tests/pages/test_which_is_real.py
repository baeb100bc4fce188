"""The page that asks which is real."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cxrstudy.base import places
from cxrstudy.base.coverage import code_fingerprint
from cxrstudy.pages import which_is_real as page


@pytest.fixture
def no_data(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "data", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def data(no_data):
    """Made files in the places of the real ones, each of one grey with a white corner."""
    table = pd.read_csv(places.manifest(page.REAL))
    image = np.full((40, 40), 77, np.uint8)
    image[0, 0] = 255
    for path in table["path"]:
        (no_data / path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(no_data / path, "PNG")
    return no_data


def test_without_data_all_are_phantoms_and_the_page_says_so(no_data):
    riddle = page.which_is_real(3, seed=0, pixels=32)
    assert list(riddle.shown) == ["1", "2", "3"]
    assert riddle.real == ()
    assert "all images below are phantoms" in riddle.said.data
    assert "None is real" in riddle.solution.data


def test_half_are_real_and_the_solution_names_them(data):
    riddle = page.which_is_real(4, seed=3, pixels=32)
    made = {number for number, one in riddle.shown.items() if np.median(one.image) == 77}
    assert len(riddle.shown) == 8
    assert made == set(riddle.real)
    assert len(made) == 4
    assert f"Real: {', '.join(riddle.real)}." in riddle.solution.data
    assert not any(one.lung.any() or one.lesion.any() for one in riddle.shown.values())


def test_the_seed_decides_the_order(data):
    answers = {page.which_is_real(3, seed=seed, pixels=32).real for seed in range(6)}
    assert len(answers) > 1
    assert page.which_is_real(3, 1, 32).real == page.which_is_real(3, 1, 32).real


def test_the_measured_table_holds_real_sets_and_phantoms():
    table = page.measured_distance()
    assert table["compared"].str.startswith("real").sum() == 2
    versions = [name for name in table["compared"] if name.startswith("phantoms, version ")]
    assert len(versions) >= 2
    assert versions == [f"phantoms, version {n}" for n in range(1, len(versions) + 1)]
    assert table["raw"].between(0, 1).all()


def test_without_the_table_there_are_no_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "root", lambda: tmp_path)
    assert page.measured_distance().empty


def test_the_page_says_whether_the_phantoms_that_it_shows_were_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "root", lambda: tmp_path)
    assert page.changed_since().data == ""
    (tmp_path / "benchmarks").mkdir()
    rows = {"compared": ["halves", "phantoms"], "generator": ["", "0" * 12]}
    table = pd.DataFrame({"commit": "", **rows, **dict.fromkeys(page.MEASURES, 0.5)})
    table.to_csv(tmp_path / "benchmarks" / "realism.csv", index=False)
    assert "has changed since" in page.changed_since().data
    now = code_fingerprint("phantom")[:12]
    table.assign(generator=["", now]).to_csv(tmp_path / "benchmarks" / "realism.csv", index=False)
    assert "is that of the phantoms above" in page.changed_since().data
