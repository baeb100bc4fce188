"""Pace: training and scoring are told apart, and other kinds of processors tell nothing."""

import json

import pytest

from cxrstudy.base import device
from cxrstudy.study import pace
from cxrstudy.study.forecast import calibrated_forecast, forecast
from cxrstudy.study.pace import CALIBRATED, ELSEWHERE, HERE, Paces
from tests.support import planned
from tests.support.planned import graph_of
from tests.support.some import some
from tests.support.stores import write_identified

world, records = planned.world, planned.records
IMAGES = {"target train": 16, "target validation": 10, "target test": 20}


def record(records, graph, **changed):
    """Record the first run: 32 images seen at 3 s, 40 scored at .5 s."""
    run = next(iter(graph.missing.values()))
    identity = json.loads(json.dumps(run.identity))
    identity["stage"]["seed"] = changed.pop("seed", 900)
    identity["arithmetic"] = changed.pop("arithmetic", identity["arithmetic"])
    facts = {
        "samples_seen": 32, "seconds": {"training": 3 * 32 + 0.5 * 10, "scoring": 0.5 * 30},
        "images": IMAGES, "device": device.name(device.kind()),
    }  # fmt: skip
    write_identified(records, identity, **(facts | changed))


def pace_of(records, graph):
    node = graph.nodes[0]
    return Paces(records).of(node.start, node.stage)


def test_images_of_steps_and_scored_images_have_paces_of_their_own(records):
    made = graph_of("01_one")
    record(records, made)
    found = pace_of(records, made)
    assert (found.training, found.scoring) == pytest.approx((3.0, 0.5))
    assert (found.least, found.most) == HERE
    assert found.seconds(32, 40) == pytest.approx(116)


def test_a_forecast_adds_what_steps_see_and_what_is_scored(records):
    made = graph_of("01_one", seeds=2)
    record(records, made)
    expected = forecast(made)
    for node in some(made.nodes):
        role = made.parts[0].study.cohort.role(*node.stage.roles)
        scored = 2 * len(role.rows("validation")) + len(role.rows("test"))
        each = 3.0 * node.stage.samples_seen + 0.5 * scored
        assert expected.seconds[node.id] == pytest.approx(2 * each)
        assert expected.ranges[node.id] == pytest.approx((1.6 * each, 2.4 * each))
    assert expected.least_and_most == pytest.approx((0.8 * expected.known, 1.2 * expected.known))


def test_a_range_reaches_as_far_as_the_last_runs_did(records):
    made = graph_of("01_one")
    for number, share in enumerate((1, 1, 1, 2.5)):
        record(records, made, seed=900 + number, images={}, seconds={"training": 10.0 * share})
    found = pace_of(records, made)
    assert found.training == pytest.approx(10 / 32)
    assert (found.least, found.most) == pytest.approx((0.8, 2.5))


@pytest.mark.parametrize(
    "arithmetic", [["cpu", "float32", "AVX-512", "native", "1 thread"], ["cuda", "float32"]]
)
def test_another_arithmetic_tells_nothing(records, arithmetic):
    made = graph_of("01_one")
    record(records, made, arithmetic=arithmetic)
    assert pace_of(records, made) is None


def test_another_processor_tells_less(records):
    made = graph_of("01_one")
    record(records, made, device="another")
    found = pace_of(records, made)
    assert (found.least, found.most) == ELSEWHERE
    record(records, made, seed=901, seconds={"training": 8.0})
    found = pace_of(records, made)
    assert (found.least, found.most) == HERE
    assert found.training == pytest.approx(8 / 32)


def test_what_is_not_recorded_is_measured_once_and_then_known(records, monkeypatch):
    monkeypatch.setattr(pace, "TRIAL", 0.01)
    made = graph_of("01_one")
    assert forecast(made).unknown == len(made.nodes)
    measured = calibrated_forecast(made)
    assert measured.unknown == 0
    assert 0 < measured.known < 600
    assert forecast(made).seconds == measured.seconds
    least, most = measured.least_and_most
    assert (least, most) == pytest.approx([bound * measured.known for bound in CALIBRATED])
