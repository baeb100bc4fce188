from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrstudy.audit.file_facts import file_facts
from tests.support.dicoms import file_of, radiograph, scene


def test_format_and_compression_are_read_from_the_content(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path))
    grey = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 50), np.uint8))
    grey.save(tmp_path / "fine.jpg", quality=95)
    grey.save(tmp_path / "coarse.png", "JPEG", quality=20)
    grey.save(tmp_path / "exact.png")
    (tmp_path / "text.png").write_text("no image")
    paths = ["fine.jpg", "coarse.png", "exact.png", "text.png", "gone.png", "", "phantom:1"]
    facts = file_facts(paths)
    assert list(facts["format"]) == ["JPEG", "JPEG", "PNG", "text", "", "", ""]
    fine, coarse, exact, *others = facts["coarseness"]
    assert coarse > fine > exact == 0
    assert np.isnan(others).all()
    assert facts["bytes_per_pixel"][0] == (tmp_path / "fine.jpg").stat().st_size / 2000


def test_notes_are_those_of_decoding_of_headers_and_of_pictures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path))
    odd = {"WindowCenter": "0", "WindowWidth": "1", "BodyPartExamined": "HAND"}
    (tmp_path / "odd.dcm").write_bytes(file_of(radiograph(scene().astype("u2"), **odd)))
    grey = scene(top=255).astype(np.uint8)
    Image.fromarray(np.stack([grey, 0 * grey], -1)).save(tmp_path / "hidden.png")
    Image.fromarray(grey).save(tmp_path / "plain.png")
    (tmp_path / "cut.dcm").write_bytes(bytes(128) + b"DICM" + b"\x08\0\x05\0CS")
    notes = file_facts(["odd.dcm", "hidden.png", "plain.png", "cut.dcm"])["notes"]
    assert [[code for code, _ in of_file] for of_file in notes] == [
        ["header-body-part", "header-window"], ["alpha"], [], ["header-form"],
    ]  # fmt: skip
