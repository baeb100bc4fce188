"""Images are looked at whole and as the square in their middle."""

import numpy as np
from PIL import Image

from cxrstudy.audit.near_duplicate_pairs import middle
from tests.support.audited import scenes


def test_the_middle_of_a_squashed_picture() -> None:
    wide = np.zeros((64, 128), np.uint8)
    wide[:, 32:96] = scenes(1, np.random.default_rng(0))[0]
    squashed = np.asarray(Image.fromarray(wide).resize((64, 64), Image.Resampling.BILINEAR))
    cut = middle(squashed, 2.0)
    assert cut.shape == (64, 64)
    assert np.corrcoef(cut.ravel(), wide[:, 32:96].ravel())[0, 1] > 0.98
    assert (middle(squashed, 1.0) == squashed).all()
    assert (middle(squashed.T.copy(), 0.5) == cut.T).all()
