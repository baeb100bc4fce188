"""Endings: how names of image files end, by format. Names are hints; the content decides."""

#: Endings by the format that they promise, in lower case, without the point.
ENDINGS: dict[str, tuple[str, ...]] = {
    "PNG": ("png",),
    "JPEG": ("jpg", "jpeg", "jpe", "jfif"),
    "TIFF": ("tif", "tiff"),
    "JPEG 2000": ("jp2", "j2k", "jpx", "j2c"),
    "DICOM": ("dcm", "dicom", "dic", "ima"),
}
#: Endings of formats that are not read.
_OTHERS = ("bmp", "gif", "webp", "heic", "img")

#: All endings of image files, with the point.
OF_IMAGES = frozenset(
    f".{ending}" for endings in (*ENDINGS.values(), _OTHERS) for ending in endings
)
