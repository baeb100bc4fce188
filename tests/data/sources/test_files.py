"""Files of brought sets: hashed, measured, and missed by name."""

import hashlib
import logging

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cxrstudy.data.manifest import COLUMNS, check_manifest
from cxrstudy.data.sources.files import with_files
from cxrstudy.data.sources.labels import unsplit
from cxrstudy.pixels.decode import UnreadableImage, read_grey
from tests.support.dicoms import dicom_of


@pytest.fixture
def brought(tmp_path):
    """Three images of 40 x 30 pixels, and the table of an adapter that knows one size."""
    names = ["a.png", "b.jpg", "c.png"]
    for number, name in enumerate(names):
        grey = np.full((30, 40), 60 * number, np.uint8)
        Image.fromarray(grey).save(tmp_path / name)
    ids = pd.Series(names)
    table = unsplit(tmp_path, ids.index, {
        "id": ids, "path": ids, "patient": "p-" + ids, "source": "made", "licence": "CC0-1.0",
        "labels": "", "width": [0, 0, 2500], "height": [0, 0, 2048],
    })  # fmt: skip
    return tmp_path, table


def test_a_table_with_files_and_a_split_is_a_manifest(brought):
    folder, table = brought
    filled = with_files(table, folder, workers=2).assign(split="train")
    checked = check_manifest(filled[list(COLUMNS)], [], "made")
    expected = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in table["path"]]
    assert checked["sha256"].tolist() == expected
    assert table["sha256"].tolist() == ["", "", ""]


def test_a_size_of_the_label_files_stays_and_an_unknown_one_is_read(brought):
    folder, table = brought
    filled = with_files(table, folder)
    assert filled[["width", "height"]].to_numpy().tolist() == [[40, 30], [40, 30], [2500, 2048]]


def test_the_size_of_a_dicom_file_is_that_of_the_upright_image(brought):
    folder, table = brought
    stored = np.arange(1024 * 512, dtype=np.uint16).reshape(1024, 512)
    (folder / "a.png").write_bytes(dicom_of(stored, "MONOCHROME2"))
    assert with_files(table, folder).loc[0, ["width", "height"]].tolist() == [512, 1024]
    # Its rows go to the feet and its columns to the left, so it is turned.
    (folder / "a.png").write_bytes(dicom_of(stored, "MONOCHROME2", PatientOrientation=["F", "L"]))
    assert with_files(table, folder).loc[0, ["width", "height"]].tolist() == [1024, 512]


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_the_size_of_a_turned_picture_is_that_of_the_upright_image(brought, kind, turn):
    folder, table = brought
    image = Image.fromarray(np.arange(800, dtype=np.uint8).reshape(20, 40))
    exif = image.getexif()
    exif[0x0112] = turn
    image.save(folder / "a.png", kind, exif=exif)
    height, width = read_grey(folder / "a.png").shape
    assert (width < height) == (turn in (6, 8))
    assert with_files(table, folder).loc[0, ["width", "height"]].tolist() == [width, height]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "BMP"])
def test_a_format_that_decoding_refuses_is_refused_before_hours_of_hashing(brought, kind):
    folder, table = brought
    Image.fromarray(np.arange(800, dtype=np.uint8).reshape(20, 40)).save(folder / "a.png", kind)
    with pytest.raises(UnreadableImage, match=r"PIX004 .*a\.png") as looked:
        with_files(table, folder)
    with pytest.raises(UnreadableImage) as read:
        read_grey(folder / "a.png")
    assert str(looked.value) == str(read.value)


def test_the_first_missing_file_is_named(brought):
    folder, table = brought
    (folder / "b.jpg").unlink()
    (folder / "c.png").unlink()
    with pytest.raises(UnreadableImage, match=r"PIX001 missing file: .*b\.jpg"):
        with_files(table, folder)


def test_a_missing_file_that_lies_there_under_another_name_is_told(brought):
    folder, table = brought
    (folder / "b.jpg").rename(folder / "B.JPG")
    with pytest.raises(UnreadableImage, match=r"lists it; is it .*B\.JPG\?"):
        with_files(table, folder)


def test_a_missing_file_is_named_before_any_is_hashed(brought, monkeypatch):
    folder, table = brought
    (folder / "c.png").unlink()
    hashed = []
    monkeypatch.setattr("cxrstudy.data.sources.files.read_file", hashed.append)
    with pytest.raises(UnreadableImage, match=r"c\.png"):
        with_files(table, folder)
    assert not hashed


def test_a_file_that_is_no_image_is_named(brought):
    folder, table = brought
    (folder / "b.jpg").write_text("<html>404</html>")
    with pytest.raises(UnreadableImage, match=r"PIX002 not an image: .*b\.jpg"):
        with_files(table, folder)


def test_an_excluded_row_without_its_file_is_left_out_and_logged(brought, caplog):
    folder, table = brought
    (folder / "b.jpg").unlink()
    table.loc[1, "excluded"] = "missing from the published archive"
    with caplog.at_level(logging.WARNING):
        filled = with_files(table, folder)
    assert filled["id"].tolist() == ["a.png", "c.png"]
    assert filled.index.tolist() == [0, 1]
    assert "b.jpg: left out; excluded: missing from the published archive" in caplog.text


def test_progress_counts_every_file(brought, monkeypatch, capsys):
    folder, table = brought
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "log")
    with_files(table, folder)
    assert "hashing: 3 in " in capsys.readouterr().err
