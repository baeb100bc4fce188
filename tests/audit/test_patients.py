"""Persons are named by their manifest; names of public files can join them, never part them."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.audit.patients import nih_image, persons, rsna_image

RSNA = "0004cfab-14fd-4e49-80ba-63a80b6bddd6"
CROSSWALK = {RSNA: "00019124_092.png"}
COLUMNS = ["patient", "path", "origin", "source"]


def named(*rows: tuple[str, str, str, str]) -> list[str]:
    return persons(pd.DataFrame(list(rows), columns=COLUMNS), CROSSWALK)


@pytest.mark.parametrize(
    ("names", "person"),
    [
        (("nih-00061", "nih1k/00000061_012.jpg", "", "nih"), "NIH patient 61"),
        (("nih-00061", "nih1k/00000061_012.jpg", "", "elsewhere"), "NIH patient 61"),
        (("a", "b.jpg", "repository@1:images/00000061_012.png", "NIH"), "NIH patient 61"),
        ((RSNA, "b.dcm", "", "hospital"), "NIH patient 19124"),
        (("a", "00000061_012.png", "", "hospital"), "a"),
        (("a", "20200301_007.png", "", "nih"), "a"),
        (("a", "00000000_007.png", "", "nih"), "a"),
        (("a", "12300000061_012.png", "", "nih"), "a"),
        (("a", "person1_bacteria_1.jpeg", "", "kermany"), "a"),
    ],
)
def test_a_guess_is_believed_where_the_manifest_says_so(
    names: tuple[str, str, str, str], person: str
) -> None:
    assert named(names) == [person]


def test_a_guess_joins_two_names_of_one_person() -> None:
    rows = [("a", "00000061_000.png", "", "nih"), ("b", "00000061_001.png", "", "nih")]
    assert named(*rows, ("b", "x.png", "", "h"), ("c", "y.png", "", "h")) == [
        *["NIH patient 61"] * 3, "c",
    ]  # fmt: skip


FILES = st.sampled_from(["00000061_000.png", "00000062_000.png", "20200301_007.png", f"{RSNA}.dcm"])
SOURCES = st.sampled_from(["nih", "rsna", "hospital"])


@given(st.lists(st.tuples(st.sampled_from("abc"), FILES, st.just(""), SOURCES), min_size=1))
def test_images_of_one_name_are_of_one_person(rows: list[tuple[str, str, str, str]]) -> None:
    found = named(*rows)
    for name in "abc":
        assert len({who for who, row in zip(found, rows, strict=True) if row[0] == name}) <= 1


def test_no_images_have_no_persons() -> None:
    assert named() == []


def test_names_of_images() -> None:
    assert nih_image("a/00000061_012.png") == "00000061_012"
    assert nih_image("a/61_012.png", "") is None
    assert rsna_image("x", f"y/{RSNA}.dcm") == RSNA
    assert rsna_image("x", "y.dcm") is None
