"""DICOM files of made pixels."""

import io
import warnings

import pytest


def dicom_of(stored, photometric, bits=None):
    """Write (rows, columns) or (rows, columns, 3) whole numbers as an uncompressed DICOM file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pytest.importorskip("pydicom.dataset")
    made = dataset.Dataset()
    made.file_meta = dataset.FileMetaDataset()
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    made.Rows, made.Columns = stored.shape[:2]
    made.SamplesPerPixel = 3 if stored.ndim == 3 else 1
    if stored.ndim == 3:
        made.PlanarConfiguration = 0
    made.PhotometricInterpretation, made.PixelRepresentation = photometric, 0
    made.BitsAllocated = stored.dtype.itemsize * 8
    made.BitsStored = bits or made.BitsAllocated
    made.HighBit = made.BitsStored - 1
    made.PixelData = stored.tobytes()
    stream = io.BytesIO()
    made.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
