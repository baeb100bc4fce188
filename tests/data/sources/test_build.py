"""Manifests of publishers' sets: files found in any layout, hashed once, split alike."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cxrstudy.base import places
from cxrstudy.base.identity import file_sha256
from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.manifest import COLUMNS, read_manifest
from cxrstudy.data.own.papers import write_papers
from cxrstudy.data.sets import open_set
from cxrstudy.data.sources import build as building
from cxrstudy.data.sources import nih
from cxrstudy.data.sources.build import BuildError, build, locate
from tests.support.project import use

HEADER = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],\n"
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / "project").mkdir()
    use(monkeypatch, tmp_path / "project")
    return tmp_path


def publish(folder, count=12, below="images"):
    """Write NIH's label file, and its images: in one folder, or in several as Kaggle does."""
    folder.mkdir(exist_ok=True)
    lines = []
    for n in range(count):
        name = f"{n // 2 + 1:08d}_{n % 2:03d}.png"
        finding = ("No Finding", "Effusion|Mass")[n % 2]
        lines.append(f"{name},{finding},0,{n // 2 + 1},058Y,F,PA,20,24,.1,.1,\n")
        file = folder / below.format(n % 3) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(n).integers(0, 256, (24, 20), dtype=np.uint8)
        Image.fromarray(pixels).save(file)
    (folder / "Data_Entry_2017_v2020.csv").write_text(HEADER + "".join(lines))
    return folder


def built(folder, subset=False):
    return build(open_set("nih").card, nih.read(folder), folder, subset)


@pytest.mark.parametrize("below", ["images", "images_{:03d}/images"])
def test_a_set_is_built_from_the_publisher_s_layout_and_kaggle_s(place, below):
    folder = publish(place / "nih", below=below)
    done = built(folder)
    manifest = read_manifest(done.files[0])
    assert done.files[0] == places.own() / "nih.csv"
    assert done.said == ("12 images of 6 patients",)
    assert sorted(done.table) == sorted(COLUMNS)
    table = manifest.included
    assert len(table) == 12
    assert [file_sha256(path) for path in map(place.joinpath, table["path"])] == [*table["sha256"]]
    assert set(table["width"]) == {20}
    assert manifest.card.counts["effusion"] == 6
    assert open_set("nih").images is not None  # the built one goes before the card alone


def test_what_is_missing_is_said_or_left_out_with_subset(place):
    folder = publish(place / "nih")
    next((folder / "images").glob("00000003_000.png")).unlink()
    with pytest.raises(BuildError, match=r"1 of 12 images.*00000003_000\.png.*--subset"):
        built(folder)
    done = built(folder, subset=True)
    assert len(done.table) == 11
    assert "listed images left out: 1" in done.said


def test_an_image_that_can_t_be_read_is_named(place):
    folder = publish(place / "nih")
    (folder / "images" / "00000003_000.png").write_bytes(b"<html>")
    with pytest.raises(BuildError, match=r"00000003_000\.png: PIX"):
        built(folder)
    assert len(built(folder, subset=True).table) == 11


def test_a_folder_without_images_is_an_error_even_for_a_subset(place):
    folder = publish(place / "nih")
    for file in folder.rglob("*.png"):
        file.unlink()
    with pytest.raises(BuildError, match="12 of 12 images are not there"):
        built(folder, subset=True)


def test_what_is_hashed_is_not_read_again_after_a_stop(place, monkeypatch):
    folder, read = publish(place / "nih"), []
    whole = building.read_file

    def reading(path):
        if len(read) == 7:
            raise KeyboardInterrupt
        read.append(path)
        return whole(path)

    monkeypatch.setattr(building, "read_file", reading)
    card, labels = open_set("nih").card, nih.read(folder)
    with pytest.raises(KeyboardInterrupt):
        build(card, labels, folder, False, workers=1)
    assert not (places.own() / "nih.csv").exists()
    monkeypatch.setattr(building, "read_file", lambda path: read.append(path) or whole(path))
    first = build(card, labels, folder, False, workers=1).table
    assert len(read) <= 13  # one that was read when it was stopped may be read twice
    assert len(set(read)) == 12
    # A file that has changed is read again, and no other.
    del read[:]
    Image.new("L", (30, 30)).save(folder / "images" / "00000001_000.png")
    second = build(card, labels, folder, False, workers=1).table
    assert [path.name for path in read] == ["00000001_000.png"]
    assert (first["sha256"] != second["sha256"]).sum() == 1


names = st.text("ab", min_size=1, max_size=2)
trees = st.lists(st.lists(names, min_size=1, max_size=3).map("/".join), unique=True, max_size=8)


@given(trees, trees)
def test_a_path_is_found_under_its_end_and_never_two_under_one_file(asked, lying):
    found = locate(asked, lying)
    assert set(found) <= set(asked)
    assert set(found.values()) <= set(lying)
    ends = [(path.split("/")[-1], file.split("/")[-1]) for path, file in found.items()]
    assert [pair for pair in ends if pair[0] != pair[1]] == []
    assert [path for path in set(asked) & set(lying) if found[path] != path] == []


def test_patients_have_one_split_in_all_sets_and_the_papers_cohort_is_written(place):
    folder = publish(place / "nih", count=60)
    built(folder)
    assert write_papers() == []
    for name, labels in (
        ("rsna", ("pneumonia", "")),
        ("covidx8a", ("normal", "other_pneumonia", "covid19")),
    ):
        card = open_set(name).card
        reading = nih.read(folder)
        cells = [labels[n // 2 % len(labels)] for n in range(60)]
        ids = f"{name}/" + reading.rows["id"].str.removeprefix("nih/")
        rows = reading.rows.assign(id=ids, labels=cells)
        build(card, type(reading)(rows, ()), folder, False)
    (file,) = write_papers()
    assert file == places.own() / "cohorts" / "papers.yaml"
    tables = [read_manifest(places.own() / f"{n}.csv").table for n in ("nih", "rsna", "covidx8a")]
    splits = pd.concat(tables).groupby("patient")["split"].nunique()
    assert (splits == 1).all()
    cohort = load_cohort("papers", {"natural_small": 20, "natural_large": 20}, 0)
    tested = cohort.role("target").table.query("split == 'test'")["patient"]
    for role in ("general", "pneumonia"):
        assert not set(tested) & set(cohort.role(role).table["patient"])
