"""People are told by the names that publishers gave to images."""

import pytest

from cxrstudy.audit.patients import nih_image, person_of, rsna_image

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
