"""Times: in the unit that fits."""

from cxrstudy.base.times import duration


def test_durations_are_written_in_the_unit_that_fits():
    assert [duration(s) for s in (None, 0.4, 89, 90, 5399, 5400)] == [
        "unknown", "0 s", "89 s", "2 min", "90 min", "1.5 h",
    ]  # fmt: skip
