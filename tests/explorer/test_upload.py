"""Upload: parts become the file that was sent, or words; files never mix."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.explorer.upload import AT_ONCE, LARGEST, Arrivals, UploadError, item_of, read_upload


def test_a_file_that_is_too_large_is_refused_with_its_first_part():
    arrivals = Arrivals()
    with pytest.raises(UploadError, match=r"big.dcm is larger than 64 MiB"):
        arrivals.add("f", "big.dcm", LARGEST + 1, 0, b"0")
    assert len(arrivals) == 0


@pytest.mark.parametrize(
    ("name", "size", "offset", "part"),
    [
        ("a.png", 6, 2, b"34"),  # a part is missing
        ("a.png", 6, 0, b"12"),  # it came twice
        ("a.png", 6, 3, b"4567"),  # more than the file
        ("a.png", 9, 3, b"4"),  # another size
        ("b.png", 6, 3, b"4"),  # another name
        ("a.png", 6, 3, b""),
    ],
)
def test_a_part_that_does_not_fit_ends_its_file_by_name(name, size, offset, part):
    arrivals = Arrivals()
    assert arrivals.add("f", "a.png", 6, 0, b"123") is None
    with pytest.raises(UploadError, match=r"a.png did not arrive as it was sent"):
        arrivals.add("f", name, size, offset, part)
    with pytest.raises(UploadError, match="did not arrive from its beginning"):
        arrivals.add("f", "a.png", 6, 3, b"456")


def test_what_was_given_up_is_forgotten_and_memory_is_bounded():
    arrivals = Arrivals()
    for number in range(3 * AT_ONCE):
        arrivals.add(str(number), "a.png", 2, 0, b"1")
    assert len(arrivals) == AT_ONCE
    arrivals.drop(str(3 * AT_ONCE - 1))
    arrivals.drop("unknown")
    assert len(arrivals) == AT_ONCE - 1


@given(
    st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=AT_ONCE),
    st.integers(1, 7),
    st.randoms(use_true_random=False),
)
def test_files_in_any_order_of_parts_come_out_as_they_were(files, step, random):
    """Parts of one file keep their order, as messages do; those of others come in between."""
    arrivals, whole, sent = Arrivals(), {}, [0] * len(files)
    turns = [n for n, content in enumerate(files) for _ in range(0, len(content), step)]
    random.shuffle(turns)
    for number in turns:
        content, offset = files[number], sent[number]
        part = content[offset : offset + step]
        sent[number] += len(part)
        got = arrivals.add(str(number), "same.png", len(content), offset, part)
        if got is not None:
            whole[number] = got
    assert whole == dict(enumerate(files))
    assert len(arrivals) == 0


def test_a_dicom_file_is_read():
    pydicom = pytest.importorskip("pydicom")
    from pydicom.uid import ExplicitVRLittleEndian

    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 64, 48, 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation, dataset.PhotometricInterpretation = 0, "MONOCHROME2"
    dataset.PixelData = np.arange(64 * 48, dtype=np.uint16).tobytes()
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    item = item_of("chest.dcm", read_upload("chest.dcm", stream.getvalue()), 2)
    assert item.id == "upload 2: chest.dcm"
    assert item.picture.shown().shape == (64, 48)
    assert item.picture.square(32).shape == (32, 32)
