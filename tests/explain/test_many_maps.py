"""Maps of many images: one pass, one record, and an error for any record that is not whole."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from cxrstudy.explain import ExplainError, ManyMaps, heatmaps, read_maps, recorded_maps
from cxrstudy.runs.maps import FACTS, MAPS, MapsError, identity_of, read_facts
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.training.expected_input import ExpectedInput
from tests.support.builders import Made, make_role
from tests.support.networks import family
from tests.support.some import some

LABELS = ("normal", "covid19")


EXPECTS = ExpectedInput((0.5,), (0.25,), "grey")


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_role(tmp_path, images=80)


def make(made: Made, folder: Path, **changes: Any) -> ManyMaps:
    given = {"rows": made.role.rows("train"), "label": "covid19"} | changes
    model, run = family("resnet10t", 2), "a" * 64
    network = TrainedNetwork(model, "multiclass", LABELS, 32, EXPECTS, run=run)
    return recorded_maps(
        network, made.role, given.pop("rows"), made.pixels, given.pop("label"), folder, **given
    )


def test_equal_to_heatmaps(made: Made, tmp_path: Path) -> None:
    found = make(made, tmp_path / "maps", layer="layer2")
    rows = made.role.rows("train")
    images = (torch.from_numpy(made.pixels[rows])[:, None].float() / 255 - 0.5) / 0.25
    expected = heatmaps(family("resnet10t", 2), images, 1, layer="layer2")
    assert found.ids == tuple(made.role.table["id"].iloc[rows])
    assert found.maps.dtype == np.float16
    np.testing.assert_allclose(found.raw, expected, atol=expected.max() / 1000)


def test_recorded_maps_are_not_made_again(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(made, tmp_path / "maps")
    monkeypatch.setattr("cxrstudy.explain.many_maps.heatmaps", None)
    again = make(made, tmp_path / "maps")
    assert again.ids == first.ids
    np.testing.assert_array_equal(again.maps, first.maps)
    np.testing.assert_array_equal(again.peaks, first.peaks)


def test_every_part_of_the_key_counts(made: Made) -> None:
    key = ("run", made.role, ("a", "b"), "gradcam", "layer4", "covid19")
    other = ("nur", made.role.only(np.arange(9)), ("b", "a"), "hirescam", "layer3", "normal")
    plain = identity_of(*key)
    for place, value in some(enumerate(other)):
        changed = [*key]
        changed[place] = value
        assert identity_of(*changed) != plain


def test_facts(made: Made, tmp_path: Path) -> None:
    make(made, tmp_path / "maps")
    (folder,) = (tmp_path / "maps").iterdir()
    facts = read_facts(tmp_path / "maps", folder.name)
    assert facts.identity["layer"] == "layer4"
    assert facts.shape[0] == len(made.role.rows("train"))


@pytest.mark.parametrize("file", [FACTS, MAPS])
@pytest.mark.parametrize("harm", ["truncated", "emptied", "altered", "deleted"])
def test_broken_records_are_named(made: Made, tmp_path: Path, file: str, harm: str) -> None:
    make(made, tmp_path / "maps")
    (folder,) = (tmp_path / "maps").iterdir()
    path, content = folder / file, (folder / file).read_bytes()
    if harm == "deleted":
        path.unlink()
    elif harm == "altered":
        path.write_bytes(content.replace(b"covid19", b"covid18") + (b" " if file == MAPS else b""))
    else:
        path.write_bytes(content[: len(content) // 2] if harm == "truncated" else b"")
    with pytest.raises(MapsError, match=file) as error:
        read_maps(tmp_path / "maps", folder.name)
    assert "\n" not in str(error.value)


def test_the_same_maps_have_the_same_bytes(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(made, tmp_path / "first")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 100)
    make(made, tmp_path / "second")
    first, second = (
        next((tmp_path / name).glob(f"*/{MAPS}")).read_bytes() for name in ("first", "second")
    )
    assert first == second


def test_no_pickle_is_written(made: Made, tmp_path: Path) -> None:
    make(made, tmp_path / "maps")
    (folder,) = (tmp_path / "maps").iterdir()
    with np.load(folder / MAPS, allow_pickle=False) as arrays:  # which would fail on any pickle
        assert set(arrays.files) == {"ids", "maps", "peaks"}


def test_nothing_is_left_of_an_interrupted_pass(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cxrstudy.runs.maps._write_arrays", interrupt)
    with pytest.raises(KeyboardInterrupt):
        make(made, tmp_path / "maps")
    assert list((tmp_path / "maps").iterdir()) == []


def test_errors(made: Made, tmp_path: Path) -> None:
    with pytest.raises(ExplainError, match="it has normal, covid19"):
        make(made, tmp_path, label="flu")
    with pytest.raises(ExplainError, match="no image of role"):
        make(made, tmp_path, rows=made.role.rows("train")[:0])
    with pytest.raises(MapsError, match="no such record"):
        read_maps(tmp_path, "b" * 64)
