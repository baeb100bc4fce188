"""DICOM files, made here, against pydicom and the values that went in."""

import sys
import warnings

import numpy as np
import pytest
from PIL import Image

from cxrstudy.pixels.decode import decode_grey, read_grey
from cxrstudy.pixels.grey import UnreadableImage
from tests.support.dicoms import file_of, radiograph
from tests.support.made_images import HERE, bumps, stretched

pydicom = pytest.importorskip("pydicom")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydicom.dataset import Dataset
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut
    from pydicom.uid import RLELossless


def test_monochrome2_without_window_is_stretched(tmp_path):
    stored = bumps(top=4095) + 50
    (tmp_path / "a.dcm").write_bytes(file_of(radiograph(stored)))
    assert np.array_equal(read_grey(tmp_path / "a.dcm"), stretched(stored))


def test_monochrome1_is_the_inverse_of_monochrome2():
    stored = bumps(top=4095)
    one = decode_grey(file_of(radiograph(stored, PhotometricInterpretation="MONOCHROME1")), HERE)
    assert np.array_equal(one, stretched(4095 - stored.astype(int)))


@pytest.mark.parametrize("shape", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("signed", [False, True])
def test_window_after_rescale_as_pydicom_applies_it(shape, signed):
    stored = bumps(top=4095).astype(np.int16) - 2048 if signed else bumps(top=4095)
    dataset = radiograph(
        stored,
        BitsStored=12,
        RescaleSlope="1.5",
        RescaleIntercept="-100",
        WindowCenter=["1300", "40"] if not signed else "-200",
        WindowWidth=["1700", "80"] if not signed else "2200",
        VOILUTFunction=shape,
    )
    shown = apply_voi_lut(apply_modality_lut(stored, dataset), dataset)
    low, high = (-2048, 2047) if signed else (0, 4095)
    low, high = 1.5 * low - 100, 1.5 * high - 100  # pydicom's output range
    expected = np.rint(255 * (shown - low) / (high - low))
    found = decode_grey(file_of(dataset), HERE)
    assert np.abs(found - expected).max() <= (1 if shape == "SIGMOID" else 0)
    assert len(np.unique(found)) > 50  # the window was hit


def test_voi_look_up_table_as_pydicom_applies_it():
    stored = bumps(top=1000)
    table = Dataset()
    table.LUTDescriptor = [800, 100, 12]
    table.LUTData = np.rint(4095 * np.linspace(0, 1, 800) ** 2).astype("<u2").tolist()
    table["LUTDescriptor"].VR = table["LUTData"].VR = "US"
    # A window that would be wrong: the table goes first.
    dataset = radiograph(stored, VOILUTSequence=[table], WindowCenter="1", WindowWidth="2")
    expected = np.rint(255 * (apply_voi_lut(stored, dataset) / 4095))
    assert np.array_equal(decode_grey(file_of(dataset), HERE), expected)


def test_voi_table_with_eight_bit_entries_does_not_wrap():
    stored = bumps(top=1000)
    table = Dataset()
    table.LUTDescriptor = [1001, 0, 8]
    ramp = np.rint(np.linspace(0, 255, 1001)).astype("<u2")
    table.LUTData = ramp.tobytes()
    table["LUTDescriptor"].VR, table["LUTData"].VR = "US", "OW"
    found = decode_grey(file_of(radiograph(stored, VOILUTSequence=[table])), HERE)
    assert np.array_equal(found, ramp[stored])


def test_modality_look_up_table_comes_before_the_window():
    stored = bumps(top=255).astype(np.uint16)
    table = Dataset()
    table.LUTDescriptor = [256, 0, 16]
    table.LUTData = (np.arange(256) ** 2 // 2).tolist()
    table["LUTDescriptor"].VR = table["LUTData"].VR = "US"
    table.ModalityLUTType = "US"
    dataset = radiograph(
        stored, ModalityLUTSequence=[table], WindowCenter="12000", WindowWidth="20000"
    )
    expected = apply_voi_lut(apply_modality_lut(stored, dataset), dataset)
    assert np.array_equal(decode_grey(file_of(dataset), HERE), np.rint(255 * expected / 65535))


def test_negative_slope_turns_the_scale_and_not_the_window():
    stored = bumps(top=1000)
    elements = {"RescaleSlope": "-1", "RescaleIntercept": "1000"}
    turned = radiograph(stored, WindowCenter="500", WindowWidth="600", **elements)
    plain = radiograph(1000 - stored, WindowCenter="500", WindowWidth="600")
    assert np.array_equal(decode_grey(file_of(turned), HERE), decode_grey(file_of(plain), HERE))


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_and_no_part_of_the_range(photometric):
    stored = bumps(top=1000) + 100
    inner = np.s_[4:, :]
    padded = stored.copy()
    padded[:4] = 65535
    dataset = radiograph(padded, PhotometricInterpretation=photometric, PixelPaddingValue=65535)
    dataset["PixelPaddingValue"].VR = "US"
    found = decode_grey(file_of(dataset), HERE)
    alone = decode_grey(
        file_of(radiograph(stored[inner], PhotometricInterpretation=photometric)), HERE
    )
    assert not found[:4].any()
    assert np.array_equal(found[inner], alone)


def test_eight_bit_colour_dicom_is_luma():
    colour = np.stack([bumps(), bumps()[::-1], bumps()[:, ::-1]], axis=-1)[:, :16]
    expected = np.asarray(Image.fromarray(colour).convert("L"))
    assert np.array_equal(decode_grey(file_of(radiograph(colour)), HERE), expected)


def test_compressed_dicom_is_the_same_image():
    dataset = radiograph(bumps(top=4095))
    plain = decode_grey(file_of(dataset), HERE)
    dataset.compress(RLELossless)
    assert np.array_equal(decode_grey(file_of(dataset), HERE), plain)


def test_without_pydicom_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(UnreadableImage, match=r"PIX007.*made.img.*pip install cxrstudy\[dicom\]"):
        decode_grey(bytes(128) + b"DICM", HERE)
