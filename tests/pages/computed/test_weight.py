"""Weight: pages lose the icon script and nothing else; their images wait and keep their place."""

import struct

import pytest

from cxrstudy.pages.computed.weight import lighter, size_of

SVG = '<?xml version="1.0"?>\n<svg xmlns:x="y" width="300.0pt" height="150pt" viewBox="0 0 1 1">'


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "_images"
    folder.mkdir()
    (folder / "a.svg").write_text(SVG)
    (folder / "b.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 64, 32)
    )
    (folder / "c.svg").write_text("<svg>")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "size"), [("a.svg", (400, 200)), ("b.png", (64, 32)), ("c.svg", None)]
)
def test_a_picture_says_its_size_in_pixels_or_nothing(pictures, name, size):
    assert size_of(pictures / "_images" / name) == size


def test_images_wait_with_their_size_and_are_changed_once(pictures):
    page = '<img alt="one" src="_images/a.svg"><img src="_images/c.svg"><img src="_static/l.svg">'
    light = lighter(page, pictures)
    assert light == (
        '<img loading="lazy" width="400" height="200" alt="one" src="_images/a.svg">'
        '<img loading="lazy" src="_images/c.svg"><img src="_static/l.svg">'
    )
    assert lighter(light, pictures) == light


def test_only_the_icon_script_goes(tmp_path):
    other = '<script defer src="_static/scripts/bootstrap.js?d=5"></script>'
    script = '<script defer src="../_static/scripts/fontawesome.js?digest=5"></script>'
    assert lighter(f"<head>{other}\n  {script}</head>", tmp_path) == f"<head>{other}</head>"
