"""File notes: they are those of decoding, and most files are not decoded for them."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cxrstudy.pixels import file_notes as module
from cxrstudy.pixels.decode import UnreadableImage, decode_noted
from cxrstudy.pixels.file_notes import file_notes, has_no_notes
from tests.support.dicoms import file_of, radiograph, scene, table_item

pytest.importorskip("pydicom")

HERE = Path("made")
GREY = scene(top=255).astype(np.uint8)

#: Elements that people report, of which one or several stand in a header.
ODD = {
    "placeholder": {"WindowCenter": "0", "WindowWidth": "1"},
    "nothing": {"WindowCenter": "0", "WindowWidth": "0"},
    "far": {"WindowCenter": "-9000", "WindowWidth": "400"},
    "narrow": {"WindowCenter": "2048", "WindowWidth": "12"},
    "usual": {"WindowCenter": "2048", "WindowWidth": "4096"},
    "function": {"VOILUTFunction": "CURVE"},
    "slope": {"RescaleSlope": "0"},
    "body": {"BodyPartExamined": "HAND"},
    "raw": {"PresentationIntentType": "FOR PROCESSING"},
}


def picture(image, kind="PNG", **options):
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@given(st.sets(st.sampled_from(sorted(ODD)), max_size=4))
def test_notes_without_decoding_are_those_of_decoding(names):
    elements = {what: value for name in sorted(names) for what, value in ODD[name].items()}
    content = file_of(radiograph(scene().astype("u2"), BitsStored=12, **elements))
    assert file_notes(content, HERE) == decode_noted(content, HERE).notes


def test_a_table_that_can_t_be_used_is_noted():
    made = radiograph(scene().astype("u2"), BitsStored=12)
    made.VOILUTSequence = [table_item(4096, 0, 12, b"\0\0")]
    assert [note.code for note in file_notes(file_of(made), HERE)] == ["header-window"]


def test_a_usual_file_is_not_decoded(monkeypatch):
    monkeypatch.setattr(module, "decode_noted", lambda *_: pytest.fail("decoded"))
    usual = radiograph(scene().astype("u2"), BitsStored=12, **ODD["usual"], Modality="MG")
    assert [note.code for note in file_notes(file_of(usual), HERE)] == ["header-modality"]
    assert file_notes(picture(Image.fromarray(GREY)), HERE) == ()


def test_what_a_header_says_is_said_though_its_pixels_can_t_be_read():
    made = radiograph(scene().astype("u2"), NumberOfFrames="3", BodyPartExamined="SKULL")
    codes = [note.code for note in file_notes(file_of(made), HERE)]
    assert codes == ["header-body-part", "header-frames"]
    with pytest.raises(UnreadableImage, match="PIX004"):
        decode_noted(file_of(made), HERE)


def test_a_file_without_its_preamble_and_an_image_under_alpha_are_noted():
    bare = file_of(radiograph(scene().astype("u2")))[128:]
    assert [note.code for note in file_notes(bare, HERE)] == ["header-form"]
    hidden = Image.fromarray(np.stack([GREY, np.zeros_like(GREY)], axis=-1))
    for kind in ("PNG", "TIFF"):
        assert [note.code for note in file_notes(picture(hidden, kind), HERE)] == ["alpha"]


def test_the_first_bytes_tell_which_pictures_have_no_notes():
    plain, palette = Image.fromarray(GREY), Image.fromarray(GREY).convert("P")
    assert has_no_notes(picture(plain)[:64])
    assert has_no_notes(picture(plain, "JPEG"))
    assert has_no_notes(picture(palette))
    assert not has_no_notes(picture(palette, transparency=0))
    assert not has_no_notes(picture(plain.convert("LA")))
    assert not has_no_notes(picture(plain, "TIFF"))


def test_what_is_no_image_is_refused():
    with pytest.raises(UnreadableImage, match="PIX002"):
        file_notes(b"text", HERE)
