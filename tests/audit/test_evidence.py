"""What the checks look at: rows, people and images, those that can't be read too."""

from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from cxrstudy import audit
from cxrstudy.audit.evidence import look, middle, nih_image, person_of, rsna_image
from cxrstudy.audit.outcome import CannotCheck

from .made import clean, scenes

RSNA = "0004cfab-14fd-4e49-80ba-63a80b6bddd6"


@pytest.mark.parametrize(
    ("names", "person"),
    [
        (("nih-00061", "nih1k/00000061_012.jpg", ""), "NIH patient 61"),
        (("a", "b.jpg", "repository@1:images/00000061_012.png"), "NIH patient 61"),
        ((RSNA, "b.dcm", ""), "NIH patient 19124"),
        (("a", "12300000061_012.png", ""), "a"),
        (("a", "person1_bacteria_1.jpeg", ""), "a"),
    ],
)
def test_people_are_told_by_nih_and_rsna_names(names: tuple[str, str, str], person: str) -> None:
    assert person_of(names, {RSNA: "00019124_092.png"}) == person


def test_names_of_images() -> None:
    assert nih_image("a/00000061_012.png") == "00000061_012"
    assert nih_image("a/61_012.png", "") is None
    assert rsna_image("x", f"y/{RSNA}.dcm") == RSNA
    assert rsna_image("x", "y.dcm") is None


def test_images_know_who_uses_them() -> None:
    made = clean()
    made.put(3, excluded="a copy")
    evidence = made.evidence()
    images = evidence.images
    assert len(images) == sum(map(len, made.tables.values()))
    assert list(np.flatnonzero(~images["used"])) == [3]
    assert images["roles"][3] == ("target",)
    for role in evidence.roles.values():
        here = evidence.positions(role)
        assert list(images["id"][here]) == list(role.table["id"])


def test_without_a_single_image_checks_of_pixels_give_up() -> None:
    made = clean()
    for role, pixels in made.images.items():
        pixels[:] = 0
        made.unreadable[role] = dict.fromkeys(range(len(pixels)), "PIX001 missing file")
    with pytest.raises(CannotCheck, match="CXR109"):
        _ = made.evidence().near
    states = {o.code: o.state for o in audit.run_checks(made.evidence())}
    assert {states[f"CXR{code}"] for code in ("002", "003", "005", "105")} == {
        "could not be checked"
    }
    assert states["CXR109"] == "issue"


def test_the_middle_of_a_squashed_picture() -> None:
    wide = np.zeros((64, 128), np.uint8)
    wide[:, 32:96] = scenes(1, np.random.default_rng(0))[0]
    squashed = np.asarray(Image.fromarray(wide).resize((64, 64), Image.Resampling.BILINEAR))
    cut = middle(squashed, 2.0)
    assert cut.shape == (64, 64)
    assert np.corrcoef(cut.ravel(), wide[:, 32:96].ravel())[0, 1] > 0.98
    assert (middle(squashed, 1.0) == squashed).all()
    assert (middle(squashed.T.copy(), 0.5) == cut.T).all()


def test_every_image_that_can_not_be_read_is_named(
    folder: SimpleNamespace, images: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path))
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))
    rows = []
    for number, scene in enumerate(scenes(6, np.random.default_rng(0))):
        file = tmp_path / f"{number}.png"
        Image.fromarray(scene).save(file)
        if number == 2:
            file.write_bytes(b"no image")
        rows.append({"path": file.name, "sha256": sha256(file.read_bytes()).hexdigest()})
    (tmp_path / "4.png").unlink()
    table = images(*rows)  # type: ignore[operator]
    table.loc[[4, 5], "excluded"] = "a reason"
    seen = look(table, table[table["excluded"] == ""].reset_index(drop=True))
    assert {row: what[:6] for row, what in seen.unreadable.items()} == {2: "PIX002", 4: "PIX001"}
    assert [bool(image.any()) for image in seen.pixels] == [True, True, False, True, False, True]
