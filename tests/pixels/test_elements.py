"""Elements: values of a DICOM header, however they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pixels.dicom_file import read_dataset
from cxrstudy.pixels.elements import integers, number, text, texts, us_or_ss, whole
from tests.support.dicoms import file_of, radiograph, scene

pytest.importorskip("pydicom")


def read(**elements):
    return read_dataset(file_of(radiograph(scene().astype("u2"), **elements)), "made.dcm")


@given(st.integers(-(2**15), 2**15 - 1))
def test_sixteen_bits_are_read_into_the_range_they_are_compared_with(value):
    assert us_or_ss(value % 2**16, -(2**15), 2**15 - 1) == value
    assert us_or_ss(value, 0, 2**16 - 1) == value % 2**16


@given(st.integers(-(2**15), 2**15 - 1), st.integers(1, 4096))
def test_a_table_starts_where_it_meets_the_values(first, count):
    assert us_or_ss(first % 2**16, first, first + count - 1, count) == first


@pytest.mark.parametrize(
    ("said", "value"),
    [("2048,5", 2048.5), (" 1e3 ", 1000), ("AUTO", None), ("", None), ("nan", None), ("inf", None)],
)
def test_a_number_is_finite_or_none(said, value):
    assert number(said) == value


def test_text_of_one_value_of_several_of_none_and_of_an_absent_element():
    dataset = read(ImageType=["ORIGINAL", "PRIMARY"], ViewPosition="", StudyDescription="b ")
    assert texts(dataset, "ImageType") == ["ORIGINAL", "PRIMARY"]
    assert texts(dataset, "ViewPosition") == texts(dataset, "StudyID") == []
    assert (text(dataset, "StudyDescription"), text(dataset, "StudyID")) == ("B", "")


def test_integers_of_any_type():
    dataset = read()
    assert (whole(dataset, "Rows"), whole(dataset, "NumberOfFrames")) == (24, None)
    dataset.add_new(0x00280120, "UN", b"\x30\xf8")
    assert integers(dataset, "PixelPaddingValue") == [63536]
    dataset.add_new(0x00280121, "SS", None)
    assert whole(dataset, "PixelPaddingRangeLimit") is None
