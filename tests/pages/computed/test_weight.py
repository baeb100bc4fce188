"""Weight: pages lose the icon script and nothing else; their images wait and keep their place."""

import base64
import io
import re
import struct

import numpy as np
import pytest
from PIL import Image

from cxrstudy.pages.computed.weight import is_drawing, lighter, size_of, smaller
from tests.support.some import some

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


def test_what_holds_a_radiograph_is_no_drawing(pictures):
    folder = pictures / "_images"
    (folder / "radiograph.svg").write_text('<svg><text>a</text><image href="data:..."/></svg>')
    drawn = {path.name: is_drawing(path) for path in some(sorted(folder.iterdir()))}
    assert drawn == {"a.svg": True, "b.png": False, "c.svg": True, "radiograph.svg": False}


def test_images_wait_with_their_size_and_are_changed_once(pictures):
    page = '<img alt="one" src="_images/a.svg"><img src="_images/c.svg"><img src="_static/l.svg">'
    light = lighter(page, pictures)
    assert light == (
        '<img loading="lazy" width="400" height="200" data-drawing alt="one" src="_images/a.svg">'
        '<img loading="lazy" data-drawing src="_images/c.svg"><img src="_static/l.svg">'
    )
    assert lighter(light, pictures) == light


def test_only_the_icon_script_goes(tmp_path):
    other = '<script defer src="_static/scripts/bootstrap.js?d=5"></script>'
    script = '<script defer src="../_static/scripts/fontawesome.js?digest=5"></script>'
    assert lighter(f"<head>{other}\n  {script}</head>", tmp_path) == f"<head>{other}</head>"


def test_a_radiograph_in_a_figure_is_shorter_looks_the_same_and_text_stays_text():
    random = np.random.default_rng(0)
    ramp = np.linspace(30, 220, 96)[:, None] + random.normal(0, 8, (96, 96))
    pixels = np.clip(ramp, 0, 255).astype(np.uint8)
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    png = base64.b64encode(written.getvalue()).decode()
    svg = f'<svg><text>control</text><image href="data:image/png;base64,{png}"/></svg>'
    small = smaller(svg)
    assert len(small) < 0.7 * len(svg)
    assert "<text>control</text>" in small
    stored = base64.b64decode(re.search(r"webp;base64,([^\"]+)", small)[1])
    seen = np.asarray(Image.open(io.BytesIO(stored)).convert("L"), float)
    assert np.abs(seen - pixels).mean() < 5
    assert smaller(small) == small


def test_a_figure_tells_keys_that_it_can_be_moved(tmp_path):
    assert lighter('<figure class="a">', tmp_path) == '<figure tabindex="0" class="a">'


def test_a_fold_is_named_by_its_text(tmp_path):
    page = '<summary aria-label="Toggle hidden content"><p>All runs</p></summary>'
    assert lighter(page, tmp_path) == "<summary><p>All runs</p></summary>"
