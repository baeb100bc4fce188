"""Known labels are counted by state."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cxrstudy.data.role import Role
from cxrstudy.training.known_labels import counts_of
from tests.support.builders import _table
from tests.support.some import some

TRUTH = hnp.arrays(np.float32, (12, 2), elements=st.sampled_from([0.0, 1.0, np.nan]))


@given(TRUTH)
def test_counts_add_up_to_the_images(truth):
    role = Role("made", "multilabel", ("a", "b"), _table("made", 12), truth)
    for column, (label, counts) in some(enumerate(counts_of(role, np.arange(12)).items())):
        assert label == "ab"[column]
        assert sum(counts.values()) == 12
        assert counts["present"] == np.nansum(truth[:, column])
        assert counts["unknown"] == np.isnan(truth[:, column]).sum()
