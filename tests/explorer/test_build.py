"""Build: every image has what its own network says of it, however many are computed at once."""

import pytest

from cxrstudy.explorer import build
from cxrstudy.explorer.build import build_cases, read_all
from cxrstudy.explorer.case import MapKey
from cxrstudy.explorer.gallery import items_of, squares
from tests.support.explored import made_cohort, made_explainer, made_network
from tests.support.some import some


def test_images_that_are_read_in_parts_have_the_probabilities_of_their_own(monkeypatch):
    monkeypatch.setattr(build, "BATCH", 2)
    networks = {"one": made_network(0), "other": made_network(1)}
    items = items_of(made_cohort(3).role("target"), range(5))
    said, small = read_all(networks, items)
    cases = build_cases(networks, items, made_explainer(), labels=["covid19"])
    assert len(said) == len(small) == len(cases) == 5
    maps = {
        (arm, key.label) for case in cases for arm in networks for key in case.readings[arm].maps
    }
    assert maps == {("one", "covid19"), ("other", "covid19")}
    for arm, network in some(networks.items()):
        alone = network.probabilities(squares(items, network.pixels))
        for row, readings, case in some(zip(alone, said, cases, strict=True)):
            for reading in (readings[arm], case.readings[arm]):
                # The same sums, added in another order.
                assert list(reading.probabilities.values()) == pytest.approx(row, abs=1e-6)


def test_maps_are_made_of_all_classes_unless_some_are_named_and_of_the_last_layers():
    network, explain = made_network(), made_explainer()
    items = items_of(made_cohort(3).role("target"), [0])
    (case,) = build_cases({"one": network}, items, explain, ["hirescam"], layers=2)
    assert list(case.readings["one"].maps) == [
        MapKey("hirescam", layer, label)
        for layer in ("layer3", "layer4")
        for label in network.labels
    ]
