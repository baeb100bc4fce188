"""Named random streams."""

from cxrstudy.phantom.streams import stream


def test_a_stream_repeats_itself():
    assert stream(3, "a", "b").random(5).tolist() == stream(3, "a", "b").random(5).tolist()


def test_each_part_of_the_name_matters():
    draws = {
        stream(seed, name, purpose).random()
        for seed in (0, 1)
        for name in ("target-00001", "target-00002")
        for purpose in ("anatomy", "noise")
    }
    assert len(draws) == 8


def test_the_parts_of_a_name_cannot_be_confused():
    assert stream(1, "2", "3").random() != stream(12, "", "3").random()
