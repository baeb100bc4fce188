"""Display: windows and rescales that others wrote, placeholders too."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pixels.decode import decode_grey, decode_noted
from tests.support.dicoms import file_of, radiograph, scaled, scene, table_item

pytest.importorskip("pydicom")

HERE = Path("made.dcm")
STORED = scene()
PLAIN = scaled(STORED)


def noted(stored=STORED, **elements):
    made = radiograph(stored.astype("i2" if stored.min() < 0 else "u2"), BitsStored=12, **elements)
    return decode_noted(file_of(made), HERE)


def edited(old, new, **elements):
    """A file in which a value of the same length was replaced after it was written."""
    content = file_of(radiograph(STORED.astype("u2"), BitsStored=12, **elements))
    assert content.count(old) == 1
    assert len(old) == len(new)
    return decode_noted(content.replace(old, new), HERE)


@given(
    st.one_of(
        st.tuples(st.integers(-30_000, 30_000), st.integers(-4000, 0)),  # a width that is illegal
        st.tuples(st.integers(9000, 30_000), st.integers(1, 4000)),  # beside the values
        st.tuples(st.integers(-30_000, -3000), st.integers(1, 4000)),
        st.tuples(st.integers(-5000, 9000), st.just(1)),  # a threshold shows no radiograph
    )
)
def test_a_window_that_shows_nothing_is_passed_over_with_its_values(window):
    centre, width = (str(part) for part in window)
    found = noted(WindowCenter=centre, WindowWidth=width)
    assert np.array_equal(found.grey, PLAIN)
    (note,) = found.notes
    assert note.code == "header-window"
    assert f"Window Center {centre}, Window Width {width}" in note.text


def test_the_first_window_that_shows_something_is_used():
    found = noted(WindowCenter=["0", "-90", "2000"], WindowWidth=["0", "2", "3000"])
    assert np.array_equal(found.grey, scaled(STORED, 500, 3499))
    assert [note.code for note in found.notes] == ["header-window"] * 2


def test_an_image_of_two_values_may_have_a_window_of_one():
    found = noted(STORED > 2000, WindowCenter="1", WindowWidth="1")
    assert np.array_equal(found.grey, 255 * (STORED > 2000))
    assert not found.notes


def test_a_comma_is_a_decimal_point():
    elements = {"WindowCenter": "2048.5", "WindowWidth": "3000.0"}
    found = edited(b"2048.5", b"2048,5", **elements)
    assert np.array_equal(found.grey, noted(**elements).grey)
    assert not found.notes


@pytest.mark.parametrize("word", [b"AUTO  ", b"nan   ", b"1e9999", b"12..34"])
@pytest.mark.parametrize("keyword", ["WindowCenter", "WindowWidth"])
def test_a_window_that_is_no_number_is_named(keyword, word):
    elements = {"WindowCenter": "2048", "WindowWidth": "3000"} | {keyword: "3000.7"}
    found = edited(b"3000.7", word, **elements)
    assert np.array_equal(found.grey, PLAIN)
    assert word.decode().strip() in found.notes[0].text


@pytest.mark.parametrize("word", ["linear", "LINEAR ", "Linear_Exact"])
def test_a_function_in_small_letters_is_read(word):
    elements = {"WindowCenter": "2000", "WindowWidth": "3000"}
    content = file_of(
        radiograph(STORED.astype("u2"), BitsStored=12, VOILUTFunction="SIGMOID" * 2, **elements)
    )
    content = content.replace(b"SIGMOID" * 2, word.encode().ljust(14))
    assert np.abs(decode_grey(content, HERE).astype(int) - scaled(STORED, 500, 3500)).max() <= 1


@pytest.mark.parametrize(
    ("said", "named"), [(["LINEAR", "SIGMOID"], r"'LINEAR\\SIGMOID'"), ("LOG", "'LOG'")]
)
def test_a_function_that_is_twice_or_unknown_is_named(said, named):
    found = noted(WindowCenter="2000", WindowWidth="3000", VOILUTFunction=said)
    assert np.array_equal(found.grey, scaled(STORED, 500, 3499))
    assert f"is {named}: read as LINEAR" in found.notes[0].text


@pytest.mark.parametrize("slope", ["0", "0.0"])
def test_a_slope_of_0_is_a_placeholder(slope):
    found = noted(RescaleSlope=slope, RescaleIntercept="-1024")
    assert np.array_equal(found.grey, PLAIN)
    assert "Rescale Slope (0028,1053) is 0" in found.notes[0].text


def test_a_slope_with_a_comma_and_one_that_is_no_number():
    window = {"WindowCenter": "2000", "WindowWidth": "3000", "RescaleIntercept": "0"}
    found = edited(b"0.5000", b"0,5000", RescaleSlope="0.5000", **window)
    assert np.array_equal(found.grey, scaled(STORED / 2, 500, 3499))
    found = edited(b"0.5000", b"half  ", RescaleSlope="0.5000", **window)
    assert "'half' is no number" in found.notes[0].text


@pytest.mark.parametrize("groups", ["Shared", "PerFrame"])
def test_the_window_and_the_rescale_of_a_functional_group(groups):
    from pydicom.dataset import Dataset

    group, window, rescale = Dataset(), Dataset(), Dataset()
    window.WindowCenter, window.WindowWidth = "1000", "800"
    rescale.RescaleSlope, rescale.RescaleIntercept = "2", "-500"
    group.FrameVOILUTSequence, group.PixelValueTransformationSequence = [window], [rescale]
    found = noted(NumberOfFrames=1, **{f"{groups}FunctionalGroupsSequence": [group]})
    assert np.array_equal(found.grey, scaled(2 * STORED - 500, 600, 1399))
    assert not found.notes


SQUARES = np.rint(4095 * (np.arange(4096) / 4095) ** 2).astype("<u2")


@pytest.mark.parametrize("low", [0, -1024, -2048])
@pytest.mark.parametrize("first_vr", ["US", "SS"])
def test_a_voi_table_starts_at_a_value_of_either_sign(low, first_vr):
    first = low % 2**16 if first_vr == "US" else low
    table = table_item(4096, first, 16, SQUARES.tobytes(), first_vr=first_vr)
    rescaled = noted(RescaleSlope="1", RescaleIntercept=str(low), VOILUTSequence=[table])
    assert np.array_equal(rescaled.grey, scaled(SQUARES[STORED], 0, 4095))
    if low == -2048:
        signed = noted(STORED - 2048, VOILUTSequence=[table])
        assert np.array_equal(signed.grey, rescaled.grey)


def test_a_table_that_can_t_be_used_gives_way_to_the_next_and_to_the_window():
    from pydicom.dataset import Dataset

    flat = table_item(4096, 0, 16, bytes(8192))
    window = {"WindowCenter": "2000", "WindowWidth": "3000"}
    found = noted(VOILUTSequence=[Dataset(), flat], **window)
    assert np.array_equal(found.grey, scaled(STORED, 500, 3499))
    assert [note.text.split(" (")[0] for note in found.notes] == ["its VOI LUT"] * 2
    used = table_item(4096, 0, 16, SQUARES.tobytes())
    found = noted(VOILUTSequence=[Dataset(), used], **window)
    assert np.array_equal(found.grey, scaled(SQUARES[STORED]))


EIGHT = scene(top=160, low=20).astype(np.uint8)


@given(st.integers(1, 8), st.sampled_from([8, 16]), st.booleans())
def test_up_to_eight_bits_are_grey_by_what_can_be_stored(bits, allocated, has_rescale):
    stored = EIGHT >> (8 - bits)
    elements = {"RescaleSlope": "2", "RescaleIntercept": "-7"} if has_rescale else {}
    made = radiograph(stored.astype(f"u{allocated // 8}"), BitsStored=bits, **elements)
    assert np.array_equal(decode_grey(file_of(made), HERE), scaled(stored, 0, 2**bits - 1))


def test_eight_bits_of_monochrome1_and_of_a_negative_slope_are_inverted():
    inverse = decode_grey(file_of(radiograph(EIGHT, PhotometricInterpretation="MONOCHROME1")), HERE)
    assert np.array_equal(inverse, 255 - EIGHT)
    elements = {"RescaleSlope": "-1", "RescaleIntercept": "255"}
    assert np.array_equal(decode_grey(file_of(radiograph(EIGHT, **elements)), HERE), 255 - EIGHT)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("shape", ["IDENTITY", "INVERSE", ""])
def test_an_image_is_inverted_if_either_element_says_so_and_a_contradiction_is_named(
    photometric, shape
):
    found = noted(PhotometricInterpretation=photometric, PresentationLUTShape=shape)
    is_inverted = photometric == "MONOCHROME1" or shape == "INVERSE"
    assert np.array_equal(found.grey, 255 - PLAIN if is_inverted else PLAIN)
    agree = not shape or (photometric == "MONOCHROME1") == (shape == "INVERSE")
    assert [note.code for note in found.notes] == ([] if agree else ["header-presentation"])
