"""Copy candidates: what is kept in the index is what is looked up."""

import numpy as np

from cxrstudy.audit.copy_candidates import LOOKED_UP, _Index, _sample
from tests.support.audited import scenes


def test_a_description_that_is_taken_out_of_the_index_is_found_at_its_own_place() -> None:
    images = scenes(12, np.random.default_rng(3))
    index = _Index(images, _sample(images))
    points = index.points_of(4, 7)
    assert set(points.image) == {4, 5, 6}
    assert points.rank.max() < LOOKED_UP
    kept = (index._points.rank < LOOKED_UP) & np.isin(index._points.image, [4, 5, 6])
    np.testing.assert_allclose(
        index._reduced(points.description), index._points.description[kept], atol=1e-5
    )
