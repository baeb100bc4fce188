"""Schedules against the table of BiT-HyperRule and the code that was published with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.training.schedule import BIT_RATE_AT_512, bit_hyperrule, bit_rate, scaled

SMALL = (100, 200, 300, 400, 500)
MEDIUM = (500, 3000, 6000, 9000, 10000)
LARGE = (500, 6000, 12000, 18000, 20000)


def published_rate(step, supports, base):
    """`get_lr` of bit_hyperrule.py; None, the end of training, is 0 here."""
    if step < supports[0]:
        return base * step / supports[0]
    elif step >= supports[-1]:
        return 0.0
    else:
        for s in supports[1:]:
            if s < step:
                base /= 10
        return base


@pytest.mark.parametrize(
    ("images", "supports"),
    [
        (1, SMALL),
        (30, SMALL),
        (19_999, SMALL),
        (20_000, MEDIUM),
        (499_999, MEDIUM),
        (500_000, LARGE),
        (14_200_000, LARGE),
    ],
)
def test_supports_follow_the_number_of_images(images, supports):
    rule = bit_hyperrule(images, 1024, 1024)
    assert rule.supports == supports
    assert rule.steps == supports[-1]


@pytest.mark.parametrize(
    ("images", "mixup"), [(1, 0.0), (19_999, 0.0), (20_000, 0.1), (500_000, 0.1)]
)
def test_mixup_is_off_below_twenty_thousand_images(images, mixup):
    assert bit_hyperrule(images, 32, 32).mixup == mixup


@pytest.mark.parametrize(
    ("width", "height", "resize", "crop"),
    [
        (32, 32, 160, 128),
        (95, 96, 160, 128),
        (96, 96, 512, 480),
        (9215, 1, 160, 128),
        (1, 9216, 512, 480),
        (384, 300, 512, 480),
        (3000, 2000, 512, 480),
    ],
)
def test_sizes_follow_the_area_of_the_original(width, height, resize, crop):
    rule = bit_hyperrule(1000, width, height)
    assert (rule.resize, rule.crop) == (resize, crop)


def test_the_base_rate_is_that_of_a_batch_of_512():
    assert BIT_RATE_AT_512 == 0.003


@pytest.mark.parametrize(
    ("supports", "step", "factor"),
    [
        (SMALL, 0, 0),
        (SMALL, 1, 0.01),
        (SMALL, 50, 0.5),
        (SMALL, 99, 0.99),
        (SMALL, 100, 1),
        (SMALL, 200, 1),
        (SMALL, 201, 0.1),
        (SMALL, 300, 0.1),
        (SMALL, 301, 0.01),
        (SMALL, 400, 0.01),
        (SMALL, 401, 0.001),
        (SMALL, 499, 0.001),
        (SMALL, 500, 0),
        (SMALL, 501, 0),
        (MEDIUM, 250, 0.5),
        (MEDIUM, 3000, 1),
        (MEDIUM, 3001, 0.1),
        (MEDIUM, 9000, 0.01),
        (MEDIUM, 9999, 0.001),
        (MEDIUM, 10000, 0),
        (LARGE, 499, 0.998),
        (LARGE, 6000, 1),
        (LARGE, 12001, 0.01),
        (LARGE, 19999, 0.001),
        (LARGE, 20000, 0),
    ],
)
def test_the_rate_rises_from_zero_and_falls_after_each_support(supports, step, factor):
    assert bit_rate(step, supports, 0.003) == pytest.approx(0.003 * factor, rel=1e-12, abs=0)


@given(st.sampled_from([SMALL, MEDIUM, LARGE]), st.integers(0, 21_000), st.floats(1e-6, 1))
def test_the_rate_is_that_of_the_published_code(supports, step, base):
    expected = published_rate(step, supports, base)
    assert bit_rate(step, supports, base) == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("numbers", [(0, 10, 10), (10, 0, 10), (10, 10, 0), (-1, 10, 10)])
def test_a_rule_for_nothing_is_refused(numbers):
    with pytest.raises(ValueError, match="no rule for {} images of {} x {}".format(*numbers)):
        bit_hyperrule(*numbers)


@pytest.mark.parametrize("supports", [SMALL, MEDIUM, LARGE])
def test_a_rule_scaled_to_its_own_steps_is_itself(supports):
    assert scaled(supports, supports[-1]) == supports


@pytest.mark.parametrize(
    ("supports", "steps", "expected"),
    [
        (SMALL, 1000, (200, 400, 600, 800, 1000)),
        (SMALL, 160, (32, 64, 96, 128, 160)),
        (LARGE, 40, (1, 12, 24, 36, 40)),
        (MEDIUM, 1, (1, 1, 1, 1, 1)),
    ],
)
def test_supports_are_scaled_in_proportion(supports, steps, expected):
    assert scaled(supports, steps) == expected


@given(st.sampled_from([SMALL, MEDIUM, LARGE]), st.integers(1, 100_000))
def test_a_scaled_rule_keeps_order_and_ends_with_the_last_step(supports, steps):
    rule = scaled(supports, steps)
    assert rule[-1] == steps
    assert list(rule) == sorted(rule)
    assert rule[0] >= 1
    assert bit_rate(0, rule, 1.0) == 0
    assert bit_rate(steps, rule, 1.0) == 0
