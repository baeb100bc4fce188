"""Numbers: no digit too few, no sign too many, no nan."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cxrstudy.base import numbers
from cxrstudy.base.numbers import MINUS, value_of

SMALL = st.floats(-1e3, 1e3, allow_nan=False)
TINY = st.floats(-1e-6, 1e-6, allow_nan=False)
NUMBERS = SMALL | TINY
ANY = st.floats()


def side(value: float, landmark: float) -> int:
    return (value > landmark) - (value < landmark)


@given(NUMBERS)
@example(0.0004)
@example(-0.0)
@example(5e-324)
@example(0.9999999999999999)
def test_a_number_keeps_its_side_of_zero_and_one(value: float) -> None:
    said = value_of(numbers.level(value))
    assert [side(said, 0), side(said, 1)] == [side(value, 0), side(value, 1)]
    assert side(value_of(numbers.difference(value)), 0) == side(value, 0)


@given(NUMBERS)
def test_a_number_is_what_was_written_to_half_of_its_last_digit(value: float) -> None:
    assert abs(value_of(numbers.level(value)) - value) <= 0.0005 + 1e-12


@given(NUMBERS, st.floats(-3, 3))
@example(0.60055, 0.6006)
@example(0.6008, 0.6006)
@example(0.1 + 0.2, 0.3)
def test_a_number_keeps_its_side_of_a_threshold_that_is_written_exactly(
    value: float, threshold: float
) -> None:
    at = value_of(numbers.exact(threshold))
    assert at == threshold
    for write in (numbers.level, numbers.difference):
        assert side(value_of(write(value, beside=[threshold])), at) == side(value, threshold)


@given(NUMBERS)
def test_a_difference_has_a_sign_and_a_level_only_below_zero(value: float) -> None:
    assert (numbers.difference(value)[0] in f"+{MINUS}") == (value != 0)
    assert (numbers.level(value)[0] == MINUS) == (value < 0)
    assert "+" not in numbers.level(value)


@given(ANY, ANY, ANY, st.sampled_from([numbers.level, numbers.difference]))
def test_nothing_that_is_written_is_nan_inf_a_hyphen_or_a_negative_zero(
    estimate: float, low: float, high: float, write: numbers.Writer
) -> None:
    for text in (
        write(estimate),
        numbers.interval(estimate, low, high, write),
        numbers.count(estimate),
        numbers.plain(estimate),
    ):
        assert "nan" not in text.lower()
        assert "inf" not in text.replace("infinite", "")
        assert "-" not in text
        assert not text.startswith((f"{MINUS}0 ", f"{MINUS}0.000 "))


@pytest.mark.parametrize("write", [numbers.level, numbers.difference, numbers.count])
def test_a_negative_zero_is_zero(write: numbers.Writer) -> None:
    assert MINUS not in write(-0.0)


def test_a_count_that_rounds_to_zero_has_no_sign() -> None:
    assert numbers.count(-0.2) == "0"


@given(st.floats(0, 1))
@example(0.0496)
@example(0.05)
@example(0.0004)
def test_a_p_value_keeps_its_side_of_five_percent(p: float) -> None:
    text = numbers.p_value(p)
    if text.startswith("< "):
        assert p < value_of(text[2:])
    else:
        assert side(value_of(text), 0.05) == side(p, 0.05)


def test_p_values_as_journals_write_them() -> None:
    assert [numbers.p_value(p) for p in (0.0004, 0.001, 0.0496, 0.05, 0.5, 1.0)] == [
        "< 0.001", "0.001", "0.0496", "0.050", "0.500", "1.000",
    ]  # fmt: skip
    assert numbers.p_value(0.0004, beside=[0.0005]) == "< 0.0005"
    with pytest.raises(ValueError, match="give a number from 0 to 1"):
        numbers.p_value(1.2)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_an_interval_keeps_the_side_of_zero_of_all_three(a: float, b: float, c: float) -> None:
    low, estimate, high = sorted((a, b, c))
    text = numbers.interval(estimate, low, high, numbers.difference)
    first, rest = text.removesuffix("]").split(" [")
    said = [value_of(part) for part in (first, *rest.split(", "))]
    assert [side(one, 0) for one in said] == [side(one, 0) for one in (estimate, low, high)]


def test_an_end_with_very_many_decimals_does_not_make_the_others_long() -> None:
    found = numbers.interval(0.9933, 0.87193206, 1 - 2.1e-10)
    assert found == "0.993 [0.872, 0.99999999979]"


def test_numbers_of_an_interval_have_the_same_decimals() -> None:
    assert numbers.interval(0.97, 0.91, 0.99996) == "0.97000 [0.91000, 0.99996]"


def test_an_interval_never_stands_beside_an_estimate_that_does_not_exist() -> None:
    nan, inf = math.nan, math.inf
    assert numbers.interval(nan, 0.8, 0.95) == "undefined"
    assert numbers.interval(nan, 0.8, 0.95, reason="no image is positive") == "no image is positive"
    assert numbers.interval(0.5, nan, 0.7) == "0.500 [no interval]"
    assert numbers.interval(inf, 1.9, inf, reason="the scores separate the classes") == (
        "infinite [1.900, infinite] (the scores separate the classes)"
    )


def test_a_reason_that_says_that_a_number_is_infinite_is_not_said_twice() -> None:
    in_some_seeds = "infinite in 2 of 3 seeds"
    assert numbers.level(math.inf, reason=in_some_seeds) == in_some_seeds
    assert numbers.level(-math.inf, reason=in_some_seeds) == f"−{in_some_seeds}"
    assert numbers.level(math.inf, reason="they are separated") == "infinite: they are separated"


@given(st.floats(0, 1))
@example(0.99996)
def test_a_percentage_is_all_or_nothing_only_where_it_is(share: float) -> None:
    said = value_of(numbers.percent(share).removesuffix(" %"))
    assert [side(said, 0), side(said, 100)] == [side(share, 0), side(share, 1)]


def test_a_share_is_a_share() -> None:
    with pytest.raises(ValueError, match="give a number from 0 to 1"):
        numbers.percent(97.3)
    assert numbers.percent(math.nan, reason="no image of this group") == "no image of this group"


@pytest.mark.parametrize(
    ("level", "text"), [(0.95, "95 %"), (0.9, "90 %"), (0.995, "99.5 %"), (0.55, "55 %")]
)
def test_the_level_of_an_interval_has_the_digits_that_it_has(level: float, text: str) -> None:
    assert numbers.whole_percent(level) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(1281167, "1,281,167"), (0.1, "0.1"), (64.0, "64"), (-0.05, "−0.05"), (-0.0, "0")],
)
def test_numbers_without_a_kind_are_plain(number: float, text: str) -> None:
    assert numbers.plain(number) == text


@given(st.floats(-1e300, 1e300))
def test_a_plain_number_is_zero_only_if_it_is_zero(number: float) -> None:
    read = value_of(numbers.plain(number))
    assert read == pytest.approx(number, rel=1e-3 if abs(number) >= numbers.LARGE else 1e-9, abs=0)
