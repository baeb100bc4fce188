"""JPEG scan: damaged data is refused where another decoder would mend it, sound data never."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrstudy.pixels.codestream import codestream_of, jpeg_segments
from cxrstudy.pixels.decode import decode_grey
from cxrstudy.pixels.grey import UnreadableImage
from cxrstudy.pixels.jpeg_scan import _without_remarks, require_sound
from tests.support.dicoms import compressed, file_of, radiograph
from tests.support.some import some

HERE = Path("a.jpg")
NOISE = np.random.default_rng(5).integers(0, 256, (64, 48), np.uint8)
#: One of each kind that Pillow writes.
KINDS = {
    "grey": (Image.fromarray(NOISE), {}),
    "colour": (Image.fromarray(np.stack([NOISE, NOISE.T.reshape(64, 48), NOISE], 2)), {}),
    "not subsampled": (Image.fromarray(np.stack([NOISE] * 3, 2)), {"subsampling": 0}),
    "for printing": (Image.fromarray(np.stack([NOISE] * 4, 2), "CMYK"), {}),
    "progressive": (Image.fromarray(NOISE), {"progressive": True}),
    "restarts": (Image.fromarray(NOISE), {"restart_marker_rows": 1}),
    "optimised": (Image.fromarray(NOISE), {"optimize": True, "quality": 20}),
}


def jpeg(kind):
    image, options = KINDS[kind]
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return stream.getvalue()


def without_a_part(content, at=0.5):
    """The same with some bytes of its last scan left out."""
    start = content.rindex(b"\xff\xda")
    place = int(start + at * (len(content) - start))
    return content[:place] + content[place + 40 :]


def said_of(content):
    """Why it is refused; empty if it is read."""
    try:
        require_sound(content, codestream_of(content), HERE)
    except UnreadableImage as problem:
        return str(problem)
    return ""


def mends(content):
    """Whether Pillow reads it."""
    try:
        Image.open(io.BytesIO(content)).load()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_one_is_read(kind):
    content = jpeg(kind)
    require_sound(content, codestream_of(content), HERE)
    assert decode_grey(content, HERE).shape == (64, 48)


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_lost_a_part_of_its_data_is_mostly_refused_though_pillow_reads_it(kind):
    """Not always: what is left may be legal data of other pixels."""
    damaged = [without_a_part(jpeg(kind), part) for part in np.linspace(0.1, 0.8, 20)]
    mended = [content for content in damaged if mends(content)]
    assert len(mended) > 10
    refused = [said for content in mended if (said := said_of(content))]
    assert len(refused) >= 0.3 * len(mended)
    assert all(said.startswith("PIX003") and "its JPEG data: " in said for said in some(refused))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "junk",
    [
        b"\xff\xe2\0\x10ICC_PROFILE\0\x07\x03", b"\xff\xfe\0\x09comment", b"junk", b"\xff\0\xff\0",
        b"\xff\xff\xff",
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_header_beside_the_pixels_is_no_damage(kind, junk):
    content = jpeg(kind)
    _, *places = (place for _, place, _ in jpeg_segments(content))
    assert len(places) >= 3
    for place in some(places):
        changed = content[:place] + junk + content[place:]
        assert mends(changed)
        assert codestream_of(changed) == codestream_of(content)
        assert np.array_equal(decode_grey(changed, HERE), decode_grey(content, HERE))


def test_only_what_decides_the_pixels_is_left_of_a_header() -> None:
    content = jpeg("for printing")  # by Adobe's segment its inks are known
    _, (_, place, _), *_ = jpeg_segments(content)
    profile, comment = b"\xff\xe2\0\x10ICC_PROFILE\0\1\1", b"\xff\xfe\0\x09comment"
    changed = content[:place] + profile + comment + content[place:]
    assert _without_remarks(changed) == _without_remarks(content)
    assert b"Adobe" in _without_remarks(content)


def test_so_is_a_frame_of_a_dicom_object():
    baseline = "1.2.840.10008.1.2.4.50"
    sound, damaged = (
        file_of(compressed(radiograph(NOISE, BitsStored=8), frame, baseline))
        for frame in (jpeg("grey"), without_a_part(jpeg("grey")))
    )
    assert decode_grey(sound, HERE).shape == (64, 48)
    with pytest.raises(UnreadableImage, match="PIX003"):
        decode_grey(damaged, HERE)


@pytest.mark.parametrize("content", [b"\xff\xd8 nothing", b"\xff\xd8\xff\xc3" + bytes(30)])
def test_what_is_no_jpeg_of_eight_bits_is_left_to_others(content):
    assert said_of(content) == ""
