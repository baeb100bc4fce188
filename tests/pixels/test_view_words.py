"""View words: views in the words that people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pixels.view_words import view_of


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("PA", ["PA", "pa", "P.A.", "P-A", "p/a", "PA erect", "PA VIEW", "postero-anterior",
                "POSTERO_ANTERIOR", "posteroanterior projection"]),
        ("AP", ["AP", "AP portable", "PORTABLE AP", "antero posterior", "Chest AP"]),
        ("AP supine", ["AP supine", "AP_SUPINE", "supine", "AP_horizontal", "recumbent"]),
        ("lateral", ["L", "LL", "rl", "LAT", "LATERAL", "left lateral", "LATERAL LEFT", "RLAT",
                     "cross-table lateral", "Left lateral decubitus", "seitlich"]),
        ("unknown", ["", "PA LAT", "PA and lateral", "AP/LAT", "PA/AP", "oblique", "LAO",
                     "AP lordotic", "PA oblique", "frontal", "PA supine", "7"]),
    ],
)  # fmt: skip
def test_views_in_the_words_that_people_write(view, words):
    assert {word: view_of(word) for word in words} == dict.fromkeys(words, view)


@given(
    st.sampled_from(["pa", "ap", "lateral", "ap supine"]),
    st.sampled_from([str.upper, str.title, " {} ".format, "{} view".format, "{}, erect".format]),
)
def test_case_and_blanks_change_no_view(word, written):
    assert view_of(written(word)) == view_of(word)
