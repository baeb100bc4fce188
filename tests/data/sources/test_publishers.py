"""Publishers: every card of a brought set has an adapter, and what it needs is named."""

import pytest

from cxrstudy.base import places
from cxrstudy.data.sources import publishers
from cxrstudy.data.sources.publishers import NAMES, NoAdapter, Tables


def test_every_brought_set_has_an_adapter():
    cards = {path.stem for path in (places.manifests() / "user_supplied").glob("*.yaml")}
    assert cards == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_folder_says_what_is_missing(tmp_path, name):
    crosswalk = tmp_path / "crosswalk.csv"
    crosswalk.write_text("rsna_id,nih_image,mse\n")
    with pytest.raises((FileNotFoundError, ValueError), match=str(tmp_path)):
        publishers.read(name, tmp_path, Tables(crosswalk))


def test_a_missing_crosswalk_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv: no such file; covidx8a needs"):
        publishers.read("covidx8a", tmp_path, Tables(tmp_path / "none.csv"))


def test_a_set_without_an_adapter_is_named(tmp_path):
    with pytest.raises(NoAdapter, match="'open' has no adapter"):
        publishers.read("open", tmp_path, Tables(tmp_path))
