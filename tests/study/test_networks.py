"""Networks: what a profile says of a cohort's network makes a start of chains."""

import pytest
from pydantic import ValidationError

from cxrstudy.study.networks import Comparison, InitialWeights, NetworkDefinition
from cxrstudy.training.chain import Start


def test_a_backbone_gives_a_start_that_can_be_a_key_whatever_the_order_of_options():
    one = NetworkDefinition(
        architecture="x", weights="imagenet", options={"layers": [1, 2], "act_layer": "c"}
    )
    two = NetworkDefinition(
        architecture="x", weights="imagenet", options={"act_layer": "c", "layers": [1, 2]}
    )
    assert one.start == Start("x", "imagenet", (("act_layer", "c"), ("layers", (1, 2))))
    assert one.start == two.start
    assert hash(one.start) == hash(two.start)
    assert NetworkDefinition(architecture="x").start == Start("x", "random", ())


def test_a_comparison_whose_network_can_not_be_made_is_refused_when_it_is_read():
    weights = {"random": {"title": "none", "domain": "none"}}
    assert Comparison(architecture="x", initial=weights).start("random") == Start("x")
    with pytest.raises(ValidationError, match=r"architecture 'x\.tag': a name of letters"):
        Comparison(architecture="x.tag", initial=weights)


def test_weights_to_compare_must_make_a_start():
    weights = {"none": InitialWeights(title="None", domain="none")}
    assert Comparison(architecture="x", initial=weights).start("none") == Start("x")
    with pytest.raises(ValueError, match="pretrained"):
        Comparison(architecture="x", options={"pretrained": True}, initial=weights)
