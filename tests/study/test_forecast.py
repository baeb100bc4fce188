"""Forecast: how long the runs of a graph will take, from what like ones took."""

import pytest

from cxrstudy.runs.record import RUN
from cxrstudy.study.forecast import forecast
from cxrstudy.study.graph import make_graph
from tests.support import planned
from tests.support.planned import graph_of, node_of, record

world, records = planned.world, planned.records


def test_nothing_is_known_without_records():
    made = graph_of()
    expected = forecast(made)
    assert set(expected.seconds.values()) == {None}
    assert (expected.known, expected.unknown) == (0, 5)


def test_time_is_that_of_records_with_the_same_network_and_resolution(records):
    record(records, graph_of("01_one"), seconds=8.0)  # 32 images a run: 0.25 s an image
    made = graph_of(seeds=2)
    expected = forecast(made)
    assert expected.seconds[node_of(made, "target", mixup=0.4).id] is None  # of 48 pixels
    control = next(node for node in made.nodes if not node.parent)
    assert expected.seconds[control.id] == pytest.approx(8.0)  # one seed of two is recorded
    assert expected.unknown == 1


def test_with_several_processes_the_longest_chain_takes_as_long(records):
    record(records, graph_of("01_one"), seconds=8.0)
    made = make_graph(["01_one"], "tiny", "other", 1)  # nothing of it is recorded
    expected = forecast(made)
    assert expected.known == pytest.approx(24)
    assert expected.wall(made, 1) == pytest.approx(24)
    assert expected.wall(made, 8) == pytest.approx(16)  # general, then target


@pytest.mark.parametrize("text", ["{", "[]", '{"samples_seen": 8}', '{"identity": {"start": 1}}'])
def test_a_broken_record_tells_nothing(records, text):
    record(records, graph_of("01_one"))
    for path in records.glob(f"*/{RUN}"):
        path.write_text(text)
    assert forecast(make_graph(["01_one"], "tiny", "other", 1)).known == 0
