"""DICOM files of made pixels."""

import io
import warnings

import numpy as np
import pytest


def dicom_of(stored, photometric, bits=None, **elements):
    """Write (rows, columns) or (rows, columns, 3) whole numbers as an uncompressed DICOM file."""
    if bits is not None:
        elements |= {"BitsStored": bits, "HighBit": bits - 1}
    return file_of(radiograph(stored, PhotometricInterpretation=photometric, **elements))


def radiograph(stored, **elements):
    """A digital radiograph of (rows, columns) or (rows, columns, 3) integers, and its header."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip("pydicom.dataset")
    made = module.Dataset()
    made.file_meta = module.FileMetaDataset()
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    made.Modality, made.BodyPartExamined, made.ViewPosition = "DX", "CHEST", "PA"
    made.PresentationIntentType = "FOR PRESENTATION"
    made.Rows, made.Columns = stored.shape[:2]
    made.SamplesPerPixel = 3 if stored.ndim == 3 else 1
    if stored.ndim == 3:
        made.PlanarConfiguration = 0
    made.PhotometricInterpretation = "RGB" if stored.ndim == 3 else "MONOCHROME2"
    made.PixelRepresentation = int(stored.dtype.kind == "i")
    made.BitsAllocated = made.BitsStored = stored.dtype.itemsize * 8
    made.PixelData = stored.tobytes()
    made["PixelData"].VR = "OB" if stored.dtype.itemsize == 1 else "OW"
    for name, value in elements.items():
        setattr(made, name, value)
    made.HighBit = elements.get("HighBit", made.BitsStored - 1)
    return made


def phantom_file(row, pixels, photometric="MONOCHROME2", **elements):
    """A phantom as a file of 12 bits whose header says what it is; a row of `population.draw`."""
    from cxrstudy import phantom

    stored = np.rint(phantom.read(row["path"], pixels) * (4095 / 255)).astype("u2")
    is_inverse = photometric == "MONOCHROME1"
    made = radiograph(
        4095 - stored if is_inverse else stored,
        BitsStored=12,
        PhotometricInterpretation=photometric,
        PresentationLUTShape="INVERSE" if is_inverse else "IDENTITY",
        PresentationIntentType="FOR PRESENTATION",
        Modality="DX", BodyPartExamined="CHEST", ViewPosition=row["view"][:2],
        PatientOrientation=["L", "F"], ImageLaterality="U", BurnedInAnnotation="NO",
        ImagerPixelSpacing=[350 / pixels, 350 / pixels], NumberOfFrames="1",
        PatientID=row["patient"], PatientSex=row["sex"], PatientAge=f"{row['age']:03.0f}Y",
        **elements,
    )  # fmt: skip
    return file_of(made)


def index_of_a_cd():
    """A file of the class of DICOMDIR files, without images."""
    made = radiograph(np.zeros((4, 4), np.uint16))
    uid = "1.2.840.10008.1.3.10"
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = uid
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(made, keyword)
    return file_of(made)


def file_of(dataset):
    """Write a data set as a file."""
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def compressed(dataset, frame, syntax):
    """Replace the pixel data by a compressed frame."""
    from pydicom.encaps import encapsulate

    dataset.PixelData = encapsulate([frame + bytes(len(frame) % 2)])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = syntax
    return dataset


def table_item(count, first, bits, entries, vr="OW", first_vr="US"):
    """An item of a sequence of look-up tables."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.add_new(0x00283002, first_vr, [count, first, bits])
    item.add_new(0x00283006, vr, entries)
    return item


def scene(height=24, width=18, top=4095, low=0):
    """Smooth, asymmetric in both directions, from low to top."""
    y, x = np.mgrid[0:height, 0:width]
    wave = np.sin(y / 5) + np.cos(x / 4) + x / width + 2 * y / height
    wave = (wave - wave.min()) / (wave.max() - wave.min())
    return np.rint(low + wave * (top - low)).astype(np.int64)


def scaled(values, low=None, high=None):
    """Grey levels where low is 0 and high is 255; by default the lowest and the highest value."""
    values = np.asarray(values, float)
    low, high = values.min() if low is None else low, values.max() if high is None else high
    return np.rint(255 * np.clip((values - low) / (high - low), 0, 1)).astype(np.uint8)
