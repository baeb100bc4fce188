"""Gallery: evenly spaced images of a split."""

import numpy as np

from cxrstudy.explorer import gallery_of
from cxrstudy.explorer.gallery import evenly_spaced
from tests.support.explored import made_cohort


def test_a_large_split_is_thinned_evenly():
    rows = np.arange(1000)
    assert evenly_spaced(rows, 3).tolist() == [0, 500, 999] or evenly_spaced(rows, 3)[1] in (
        499,
        500,
    )
    assert evenly_spaced(rows, 2000) is rows
    assert len(gallery_of(made_cohort(9), "target", "test", 4)) == 4
