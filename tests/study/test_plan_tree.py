"""Plan tree: what is shared, recorded and changed, as text."""

from cxrstudy.study.forecast import forecast
from cxrstudy.study.plan_tree import tree
from tests.support import planned
from tests.support.planned import graph_of, record

world, records = planned.world, planned.records


def test_the_tree_shows_what_is_shared_recorded_and_changed(records):
    record(records, graph_of("01_one"), seconds=8.0)
    made = graph_of()
    text = "\n".join(tree(made, forecast(made)))
    assert "random weights, resnet10t (channels 8+8+8+8), cohort made" in text
    assert "├─ target: 32 px, 4 steps · recorded · 01_one: control" in text
    assert "└─ general: 32 px, 4 steps · recorded · shared by 3 arms of 01_one, 02_two" in text
    assert "   └─ target: 48 px, 4 steps, mixup 0.4 · to do, unknown · 02_two: 0.4" in text
    assert "└─ target: 32 px, 4 steps · to do, 8 s · 02_two: tied" in text
