"""SIIM-ACR Pneumothorax: masks become a label, one row per image."""

import pytest

from cxrstudy.base import places
from cxrstudy.data.card import different_counts, read_card
from cxrstudy.data.sources import siim
from cxrstudy.data.tables.reader import TableError


def put(tmp_path, *rows):
    (tmp_path / "train-rle.csv").write_text("ImageId, EncodedPixels\n" + "".join(rows))
    return tmp_path


def test_an_image_with_a_mask_has_a_pneumothorax_however_many_masks_it_has(tmp_path):
    folder = put(tmp_path, "1.2.3,-1\n", "1.2.4,100 2 1015 8\n", "1.2.4,300 7\n")
    rows = siim.read(folder).rows
    assert rows["id"].tolist() == ["siim/1.2.3", "siim/1.2.4"]
    assert rows["labels"].tolist() == ["", "pneumothorax"]
    assert rows["path"].tolist()[0] == "dicom-images-train/1.2.3.dcm"
    assert rows["patient"].nunique() == 2


def test_an_image_with_and_without_a_mask_is_an_error(tmp_path):
    with pytest.raises(TableError, match=r"1\.2\.3"):
        siim.read(put(tmp_path, "1.2.3,-1\n", "1.2.3,100 2\n"))


def test_other_cells_are_named(tmp_path):
    with pytest.raises(TableError, match="row 2, column EncodedPixels: 'none'"):
        siim.read(put(tmp_path, "1.2.3,none\n"))


def test_the_publisher_s_file_has_the_counts_of_the_card(official):
    card = read_card(places.manifests() / "user_supplied" / "siim.yaml")
    assert different_counts(card, siim.read(official).rows) == []
