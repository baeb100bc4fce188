"""``cxrstudy data add`` and ``build``: what is printed, and the status."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.support.commands import cxrstudy
from tests.support.project import use


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table of 40 images of 20 patients, beside the images."""
    (tmp_path / "project").mkdir()
    use(monkeypatch, tmp_path / "project")
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path / "data"))
    rows = []
    for n in range(40):
        pixels = np.random.default_rng(n).integers(0, 256, (24, 20), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{n}.png")
        rows.append({"file": f"{n}.png", "patient": n // 2, "finding": ("none", "TB")[n // 2 % 2]})
    pd.DataFrame(rows).to_csv(tmp_path / "hill.csv", index=False)
    return tmp_path


def test_a_table_is_added_and_what_stands_in_the_way_is_said(place: Path) -> None:
    done = cxrstudy("data", "add", place / "hill.csv", "--no-audit")
    assert "label: column 'finding'" in done.out
    assert "40 images of 20 patients can be used" in done.out
    assert "The study asks about: tb" in done.out
    assert "Patients with tb in the test split: only" in done.out
    assert "; with fewer than 15, intervals" in done.out
    assert "Next: make book COHORT=hill" in done.out
    assert done.status == 1
    assert "hill" in cxrstudy("data", "list").out


def test_a_column_that_is_not_clear_is_an_error_without_a_terminal(place: Path) -> None:
    table = pd.read_csv(place / "hill.csv").rename(columns={"finding": "x"})
    table.to_csv(place / "hill.csv", index=False)
    refused = cxrstudy("data", "add", place / "hill.csv", "--no-audit")
    assert refused.status == 1
    assert "--label-column" in refused.err
    done = cxrstudy("data", "add", place / "hill.csv", "--no-audit", "--label-column", "x")
    assert "label: column 'x'" in done.out


def test_a_renaming_without_a_label_is_refused(place: Path) -> None:
    done = cxrstudy("data", "add", place / "hill.csv", "--rename", "TB", "--no-audit")
    assert done.status == 2
    assert "YOURS=LABEL" in done.err


def test_the_terms_of_a_set_are_shown_before_anything_is_read(place: Path) -> None:
    refused = cxrstudy("data", "build", "siim", "--from", place)
    assert refused.status == 1
    assert "licence: terms of the SIIM-ACR" in refused.out
    assert "train-rle.csv" in refused.err
    (place / "train-rle.csv").write_text("ImageId,EncodedPixels\n0,-1\n1,5 2\n")
    for n in (0, 1):
        (place / f"{n}.png").rename(place / f"{n}.dcm")
    done = cxrstudy("data", "build", "siim", "--from", place)
    assert done.out.index("licence: terms of the SIIM-ACR") < done.out.index("2 images of 2")
    assert (place / "project" / "own" / "siim.csv").is_file()


def test_a_table_or_folder_that_is_not_there_is_named(place: Path) -> None:
    for name, said in {
        "TABLE": ("add", place / "hil.csv"),
        "--images": ("add", place / "hill.csv", "--images", place / "imges"),
        "--from": ("build", "siim", "--from", place / "hil.csv"),
    }.items():
        refused = cxrstudy("data", *said)
        assert refused.status == 2
        assert f"Invalid value for '{name}'" in refused.err
