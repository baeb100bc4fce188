"""Gallery: evenly spaced images of a split."""

import numpy as np

from cxrstudy.explorer import gallery_of
from cxrstudy.explorer.gallery import evenly_spaced
from tests.support.explored import made_cohort


def test_a_large_split_is_thinned_evenly():
    rows = np.arange(1000)
    assert evenly_spaced(rows, 4).tolist() == [0, 333, 666, 999]
    assert evenly_spaced(rows, 2000) is rows
    assert len(gallery_of(made_cohort(9), "target", "test", 4)) == 4
