"""Sign: it changes its place and as good as nothing else, and strength zero changes nothing."""

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from cxrstudy import phantom
from cxrstudy.phantom.case import case_of
from cxrstudy.phantom.population import parse
from cxrstudy.phantom.twins import WITHOUT_SIGN, twin
from tests.support.some import some

PLAIN = "phantom:seed=2026;role=target;site_follows_label=0;id=target-{:05d}-1"


def address(number, strength, share=1):
    sign = f"sign={strength},{share};"
    return PLAIN.format(number).replace(";id=", f";{sign}id=")


ILL = [n for n in range(30) if case_of(parse(PLAIN.format(n))).labels == ("covid19",)][:3]
WELL = [n for n in range(30) if case_of(parse(PLAIN.format(n))).labels == ("normal",)][:2]


@pytest.mark.parametrize("number", ILL)
def test_strength_zero_is_the_image_without_the_sign_grey_value_by_grey_value(number):
    shown = phantom.render(address(number, 0), 64)
    np.testing.assert_array_equal(shown.image, phantom.read(PLAIN.format(number), 64))
    without = twin(address(number, 0), 64, WITHOUT_SIGN)
    np.testing.assert_array_equal(shown.image, without.image)
    assert shown.sign.any()  # the place is known, and nothing is there
    assert not without.sign.any()


@pytest.mark.parametrize("number", ILL)
def test_the_twin_without_the_sign_is_the_image_without_it(number):
    without = twin(address(number, 3), 64, WITHOUT_SIGN)
    np.testing.assert_array_equal(without.image, phantom.read(PLAIN.format(number), 64))


@pytest.mark.parametrize("number", ILL)
def test_the_sign_is_white_in_its_place_and_stronger_with_its_strength(number):
    plain = phantom.read(PLAIN.format(number), 128).astype(int)
    rises = []
    for strength in (0.75, 1.5, 3):
        shown = phantom.render(address(number, strength), 128)
        change = shown.image.astype(int) - plain
        rises.append(change[shown.sign].mean())
        # The detector blurs a little, and displays the whole image anew.
        near = binary_dilation(shown.sign, iterations=6)
        assert np.abs(change[~near]).max() <= 1
    assert 2 < rises[0] < rises[1] < rises[2] < 40


@pytest.mark.parametrize("number", ILL)
def test_the_sign_is_small_and_lies_in_a_place_of_its_own(number):
    shown = phantom.render(address(number, 3), 128)
    assert 0.002 < shown.sign.mean() < 0.01
    assert not (shown.sign & shown.lesion).any()
    assert not (shown.sign & shown.lung).any()
    for places in some(np.nonzero(shown.sign)):
        assert 0 < min(places) <= max(places) < 127


def test_nobody_without_covid_carries_it():
    for number in WELL:
        shown = phantom.render(address(number, 3), 64)
        assert not shown.sign.any()
        np.testing.assert_array_equal(shown.image, phantom.read(PLAIN.format(number), 64))


def test_the_share_of_patients_who_carry_it_is_the_given_one_and_nested():
    table = phantom.population.draw("target", 600, 7, sign=phantom.Sign(2, 0.5))
    ill = table[table["labels"] == "covid19"]
    half = {
        patient
        for patient, path in zip(ill["patient"], ill["path"], strict=True)
        if phantom.population.carries_sign(path)
    }
    share = len(half) / ill["patient"].nunique()
    # 300 patients: three standard deviations.
    assert abs(share - 0.5) < 0.09
    more = [path.replace("sign=2,0.5", "sign=1,0.8") for path in ill["path"]]
    also = {
        patient
        for patient, path in zip(ill["patient"], more, strict=True)
        if phantom.population.carries_sign(path)
    }
    assert half < also


def test_the_manifest_says_nothing_of_it():
    """No column but the address and what is computed from it tells who carries the sign."""
    signed = phantom.population.draw("target", 40, 7, sign=phantom.Sign(3, 1))
    plain = phantom.population.draw("target", 40, 7)
    names = [name for name in plain if name not in ("path", "sha256")]
    assert signed[names].equals(plain[names])
    assert not (signed["path"] == plain["path"]).any()


@pytest.mark.parametrize(
    ("role", "sign", "said"),
    [("general", (1, 1), "a sign is for target"), ("pneumonia", (0, 0), "a sign is for target")],
)
def test_only_patients_of_the_target_may_carry_it(role, sign, said):
    with pytest.raises(ValueError, match=said):
        phantom.population.draw(role, 1, 0, sign=phantom.Sign(*sign))


@pytest.mark.parametrize("sign", [(-0.1, 1), (5.1, 1), (1, -0.1), (1, 1.1), (float("nan"), 1)])
def test_strength_and_share_have_limits(sign):
    with pytest.raises(ValueError, match="must lie in 0 to 5"):
        phantom.Sign(*sign)
