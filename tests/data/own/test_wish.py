"""Wish: what can't be asked for is refused before anything is read."""

import pytest

from cxrstudy.data.own.add import add
from cxrstudy.data.own.wish import AddError, Wish
from tests.support import own_radiographs
from tests.support.own_radiographs import pictures

place = own_radiographs.place


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        (Wish("nih1k"), "a set or cohort of the project"),
        (Wish("phantom"), "a set or cohort of the project"),
        (Wish("My Hospital"), "small letters"),
        (Wish("hill", role="extern"), "one of target"),
        (Wish("hill", role="external"), "--beside"),
    ],
)
def test_a_name_or_role_that_can_t_be_used_is_refused(place, wish, named):
    pictures(place, 4)
    with pytest.raises(AddError, match=named):
        add(place / "hill.csv", place / "images", wish)
