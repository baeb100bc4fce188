"""Where airspace disease lies and what it does."""

from collections.abc import Callable

import numpy as np
import pytest

from cxrstudy.phantom import airspace
from cxrstudy.phantom.pathology import Lesion, soft_tissue
from tests.support.phantom_cases import diseased, sides

NUMBERS = range(24)


def mean_over(finding, measure, numbers=NUMBERS):
    values = []
    for number in numbers:
        body, lesion = diseased(number, finding)
        values.append(measure(body, lesion))
    return float(np.mean(values))


def test_covid19_is_on_both_sides():
    for number in NUMBERS:
        body, lesion = diseased(number, "covid19")
        right, left = sides(body, lesion.water > 0.02)
        assert min(right, left) > 0.004 * lesion.water.size, number


def test_covid19_is_peripheral_and_basal():
    def peripheral(body, lesion):
        return body.across[lesion.mask].mean() - body.across[body.lung_mask].mean()

    def basal(body, lesion):
        return body.down[lesion.mask].mean() - body.down[body.lung_mask].mean()

    assert mean_over("covid19", peripheral) > 0.05
    assert mean_over("covid19", basal) > 0.02


def test_lobar_pneumonia_is_on_one_side():
    for number in NUMBERS:
        body, lesion = diseased(number, "lobar pneumonia")
        assert min(sides(body, lesion.mask)) == 0


@pytest.mark.parametrize("lobe", airspace._LOBES)
@pytest.mark.parametrize("draw", [airspace.lobar_pneumonia, airspace.consolidation])
def test_a_lobe_is_where_its_name_says(
    draw: Callable[..., Lesion], lobe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(airspace, "_LOBES", {lobe: airspace._LOBES[lobe]})
    body, _ = diseased(0, "")
    lesion = draw(body, np.random.default_rng(1), 1.0)
    right, left = sides(body, lesion.mask)
    is_left = lobe.startswith("left") or lobe == "lingula"
    assert (right > 0, left > 0) == (not is_left, is_left)
    height = np.average(body.down, weights=lesion.water)
    assert (height > 0.5) == ("upper" not in lobe)


def test_lobar_pneumonia_holds_air_bronchograms():
    _, lesion = diseased(3, "lobar pneumonia", pixels=256)
    assert lesion.tissue.min() < -0.02
    assert (lesion.tissue <= 0).all()


def test_fissures_bound_some_lobar_pneumonias_sharply():
    def steepest(number):
        body, lesion = diseased(number, "lobar pneumonia", pixels=192)
        return np.abs(np.diff(lesion.water, axis=0)).max() / lesion.water.max() / body.frame.pixel

    slopes = [steepest(number) for number in range(12)]
    assert max(slopes) > 1.2  # of its full strength, a cm
    assert min(slopes) < 1.0


def test_mild_covid19_is_weaker():
    strong = mean_over("covid19", lambda body, lesion: lesion.water.sum())
    mild = mean_over("mild covid19", lambda body, lesion: lesion.water.sum())
    assert mild < 0.5 * strong


def test_opacities_add_to_the_ray():
    for finding in ("covid19", "lobar pneumonia", "multifocal pneumonia", "consolidation"):
        healthy, nothing = diseased(1, "")
        body, lesion = diseased(1, finding)
        more = soft_tissue(body, lesion) - soft_tissue(healthy, nothing)
        assert more[lesion.mask].mean() > 0.1, finding
        assert abs(more[lesion.water == 0]).max() < 1e-4, finding


def test_oedema_is_central_and_on_both_sides():
    def across(body, lesion):
        right, left = sides(body, lesion.mask)
        assert min(right, left) > 0
        return body.across[lesion.mask].mean()

    assert mean_over("oedema", across, range(10)) < 0.55
