"""Bootstrap: replicates that experiments share are computed once, and are the same."""

import pandas as pd

from cxrstudy.statistics import Metric, auroc, estimates, made_scores
from cxrstudy.statistics.bootstrap import computed_once, resample
from cxrstudy.statistics.sample import sample


def test_what_is_computed_once_is_what_is_computed_each_time(monkeypatch):
    scores, calls = made_scores(["control", "general"]), []
    plain = Metric.values
    monkeypatch.setattr(Metric, "values", lambda *a: calls.append(len(a[3])) or plain(*a))
    each_time = estimates(scores, auroc("covid19"))
    many = [size for size in calls if size > 1]
    calls.clear()
    with computed_once():
        first, again = (estimates(scores, auroc("covid19")) for _ in range(2))
    assert [size for size in calls if size > 1] == many
    pd.testing.assert_frame_equal(first, each_time)
    pd.testing.assert_frame_equal(again, each_time)


def test_other_draws_of_the_same_scores_are_computed_anew():
    made = made_scores(["control"])
    with computed_once():
        draws = [
            resample(sample(made, ["covid19"], "target", count), auroc("covid19")).draws["control"]
            for count in (100, 200)
        ]
    assert [len(each) for each in draws] == [100, 200]
