"""Regions hold what they are named after, and baselines score what they must."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cxrstudy import phantom
from cxrstudy.explain import baselines, energy, phantom_regions, real_regions
from cxrstudy.explain.regions import marker_zone
from cxrstudy.phantom import acquisition

TABLE = phantom.population.draw("target", 40, 3)
PIXELS = 64


@pytest.fixture(scope="module")
def regions() -> dict[str, NDArray[np.bool_]]:
    return phantom_regions(list(TABLE["path"]), PIXELS)


def test_masks_are_the_generator_s(regions: dict[str, NDArray[np.bool_]]) -> None:
    truth = phantom.render(TABLE["path"].iloc[5], PIXELS)
    np.testing.assert_array_equal(regions["lesion"][5], truth.lesion)
    np.testing.assert_array_equal(regions["lung"][5], truth.lung)
    ill = (TABLE["labels"] != "normal").to_numpy()
    assert (regions["lesion"].any((1, 2)) == ill).all()


def test_marker_zones_hold_the_markers(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[NDArray[np.float32]] = []
    original = acquisition._draw_marker

    def spy(*arguments: object) -> NDArray[np.float32]:
        drawn.append(original(*arguments))  # type: ignore[arg-type]
        return drawn[-1]

    monkeypatch.setattr(acquisition, "_draw_marker", spy)
    for address in TABLE["path"]:
        phantom.render(address, PIXELS)
    zones = phantom_regions(list(TABLE["path"]), PIXELS)["marker"]
    lead = np.stack(drawn)
    present = lead.any((1, 2))
    held = (lead * zones).sum((1, 2))[present] / lead.sum((1, 2))[present]
    assert 0.75 < present.mean() < 1
    assert held.mean() > 0.97
    assert zones.mean() < 0.03  # and hold little else


def test_sites_put_markers_apart() -> None:
    zones = [marker_zone(style, PIXELS) for style in acquisition.SITES.values()]
    assert not (zones[0] & zones[1]).any()


def test_fractals_have_neither_lungs_nor_marker() -> None:
    paths = list(phantom.population.draw("natural_small", 2, 3)["path"])
    found = phantom_regions(paths, PIXELS)
    assert not any(found[name].any() for name in ("lesion", "lung", "marker"))


def test_shapes_for_real_images_fit_phantoms(regions: dict[str, NDArray[np.bool_]]) -> None:
    shapes = real_regions(len(TABLE), PIXELS)
    lung = regions["lung"]
    assert (lung & shapes["centre"]).sum() / lung.sum() > 0.97
    assert (lung & shapes["border"]).sum() / lung.sum() < 0.05
    marker = regions["marker"]
    assert (marker & shapes["outside"]).sum() / marker.sum() == 1
    assert (shapes["centre"] ^ shapes["outside"]).all()
    assert 0.5 < shapes["centre"][0].mean() < 0.6
    assert shapes["border"][0].mean() == 1 - 0.75**2


def test_baselines(regions: dict[str, NDArray[np.bool_]]) -> None:
    lung = regions["lung"]
    maps = baselines(lung, (8, 8))
    np.testing.assert_allclose(energy(maps["uniform"], lung), lung.mean((1, 2)), rtol=1e-6)
    middle = np.zeros_like(lung)
    middle[:, 16:48, 16:48] = True
    np.testing.assert_allclose(energy(maps["centre blob"], middle), 0.64, atol=0.02)
