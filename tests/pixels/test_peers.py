"""Peers: pydicom's own test files, against the committed table of ``benchmarks/peers.py``."""

import importlib.util
import logging
import warnings

import numpy as np
import pandas as pd
import pytest

from cxrstudy.pixels.grey import CODES
from tests.support.project import THIS

pytest.importorskip("pydicom")

#: Grey levels of 255: rounding of colours.
CLOSE = 1


#: A transparent value of 16 bits, and values with a sign, which the peer shows as without.
OTHERWISE = ("i_trns.png", "8bit.s.tif", "separate_planar_extra_samples.tiff")


@pytest.fixture(scope="module")
def peers():
    spec = importlib.util.spec_from_file_location("peers", THIS / "benchmarks" / "peers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table(peers):
    return pd.read_csv(peers.TABLE, dtype=str, keep_default_na=False)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_we_make_of_pydicoms_files_is_what_the_table_says(peers, table, monkeypatch):
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = peers.rows_of("pydicom", peers.PYDICOM, peers.files_of_pydicom())
        found = pd.DataFrame(rows).astype(str)
    expected = table[table["peer"].str.startswith("pydicom")].reset_index(drop=True)
    if expected["peer"][0] != found["peer"][0]:
        pytest.skip(f"this test was not run: {found['peer'][0]} has other files")
    columns = ["file", "outcome", "difference"]
    pd.testing.assert_frame_equal(found[columns], expected[columns])


def test_images_are_those_of_the_peers(table):
    compared = table[(table["outcome"] == "read") & (table["difference"] != "")]
    assert set(compared["peer"].str.split().str[0]) == {"pydicom", "pillow"}
    far = compared[compared["difference"].astype(int) > CLOSE]
    assert (far["detail"].str.contains("alpha") | far["file"].isin(OTHERWISE)).all(), far
    assert np.sum(compared["difference"].astype(int) <= CLOSE) > 400


def test_no_file_of_a_peer_is_refused_without_a_code(table):
    assert set(table["outcome"]) <= {"read", *CODES}
