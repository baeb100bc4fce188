"""Known regions are those that the generator draws, however they are found."""

import numpy as np
import pytest

from cxrstudy import phantom
from cxrstudy.explain import known_regions as tested
from cxrstudy.explain.known_regions import PARTS, known_regions
from cxrstudy.phantom.address import Sign
from tests.support.some import some

PIXELS = 48
ADDRESSES = {
    "chests": list(phantom.population.draw("target", 12, 3)["path"]),
    "chests with a sign": list(
        phantom.population.draw("target", 12, 3, sign=Sign(0.5, 1.0))["path"]
    ),
    "fractals": list(phantom.population.draw("natural_small", 3, 3)["path"]),
}


@pytest.mark.parametrize("kind", ADDRESSES)
def test_masks_are_the_generators_also_when_they_are_read_again(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    addresses = ADDRESSES[kind]
    for _ in range(2):
        tested._known.cache_clear()
        found = known_regions(addresses, PIXELS)
        assert tuple(found) == PARTS
        for place, address in enumerate(some(addresses)):
            truth = phantom.render(address, PIXELS)
            for name in PARTS:
                np.testing.assert_array_equal(found[name][place], getattr(truth, name))
    assert len(list(tmp_path.rglob("regions-*"))) == 1


def test_other_images_and_sizes_have_their_own_masks(tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    addresses = ADDRESSES["chests"]
    whole = known_regions(addresses, PIXELS)
    np.testing.assert_array_equal(
        known_regions(addresses[::-1], PIXELS)["lung"], whole["lung"][::-1]
    )
    assert known_regions(addresses, 32)["lung"].shape == (len(addresses), 32, 32)


def test_nobody_changes_masks_of_another():
    found = known_regions(ADDRESSES["chests"], PIXELS)
    with pytest.raises(ValueError, match="read-only"):
        found["lesion"][:] = False
