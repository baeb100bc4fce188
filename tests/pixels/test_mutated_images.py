"""Mutated files of every kind: pixels or a code; many more are tried by ``benchmarks/faults``."""

import pytest

from benchmarks.faults import images

SEED = 7


def test_there_is_a_file_of_every_kind_of_compression():
    assert len(images.kinds()) >= 19


@pytest.mark.parametrize("kind", images.kinds())
def test_a_mutated_file_gives_pixels_or_a_code(kind):
    place, count = images.kinds().index(kind), len(images.kinds())
    numbers = range(place, place + 40 * count, count)  # five of each mutation
    assert {images.mutated(number, SEED)[0] for number in numbers} == {kind}
    said = [images.outcome(images.mutated(number, SEED)[2], kind) for number in numbers]
    assert [text for text in said if text.startswith(images.CRASH)] == []


@pytest.mark.parametrize("kind", images.kinds())
def test_what_is_cut_off_is_never_other_pixels(kind):
    whole = images.whole_files()[kind]
    assert images.outcome(whole, kind) == images.SAME
    for share in range(1, 60):
        assert images.outcome(whole[: len(whole) * share // 60], kind) != images.OTHER


@pytest.mark.parametrize("kind", ["PNG, 8 bits"])
def test_no_changed_byte_of_a_png_gives_other_pixels(kind):
    whole = images.whole_files()[kind]
    for place in range(8, len(whole)):
        changed = whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :]
        assert images.outcome(changed, kind) != images.OTHER, place
