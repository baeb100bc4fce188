"""Gallery: evenly spaced images of a split."""

import numpy as np

from cxrstudy.base import places
from cxrstudy.explorer import gallery_of
from cxrstudy.explorer.gallery import Stored, evenly_spaced, items_of
from tests.support.explored import made_cohort


def test_a_large_split_is_thinned_evenly():
    rows = np.arange(1000)
    assert evenly_spaced(rows, 4).tolist() == [0, 333, 666, 999]
    assert evenly_spaced(rows, 2000) is rows
    assert len(gallery_of(made_cohort(9), "target", "test", 4)) == 4


def test_an_item_says_what_the_manifest_says_of_it():
    role = made_cohort(9).role("target")
    role.table["age"] = [61.0, np.nan, *[50.0] * (len(role.table) - 2)]
    known, unknown = items_of(role, [0, 1])
    row = role.table.iloc[0]
    assert (known.id, known.facts.patient, known.facts.sex) == (
        row["id"],
        row["patient"],
        row["sex"],
    )
    assert (known.facts.view, known.facts.source) == (row["view"], row["source"])
    assert (known.facts.age, unknown.facts.age) == (61.0, None)


def test_an_image_that_is_a_file_lies_in_the_data_folder():
    role = made_cohort(9).role("target")
    role.table["path"] = "nih/a.png"
    (item,) = items_of(role, [0])
    assert item.picture == Stored(places.data() / "nih" / "a.png")
