"""Score table: labels of scores and of truth may differ."""

import numpy as np

from cxrstudy.runs.score_table import score_table
from tests.support import small_jobs

world = small_jobs.world


def test_a_table_of_scores_may_have_other_labels_than_the_truth(world):
    made, _ = world
    role = made["general"].role
    table = score_table(role, np.array([3, 1]), "test", np.float32([[0.25], [0.5]]), ("covid19",))
    assert table["id"].tolist() == ["general-003", "general-001"]
    assert table["score_covid19"].tolist() == [0.25, 0.5]
    assert list(table.filter(like="truth_")) == ["truth_a", "truth_b", "truth_c"]
