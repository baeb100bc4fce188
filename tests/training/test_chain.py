"""Chains: written with >>, never changed, cut into their beginnings."""

import math

import pytest

from cxrstudy.training.chain import Chain, Start, StartError
from cxrstudy.training.stage import Stage

START = Chain(Start("resnet10t", "imagenet"))
GENERAL, TARGET = Stage(("general",), steps=8), Stage(("target",), seed=4)


@pytest.mark.parametrize(
    ("weights", "title"),
    [
        ("random", "random"),
        ("timm:resnet10t.c3_in1k", "timm:resnet10t.c3_in1k"),
        ("file:weights/resnet10t.inat17bird.safetensors#0a", "inat17bird"),
        ("file:BiT-S-R50x1.npz#0a", "BiT-S-R50x1"),
        ("file:weights/resnet10t.safetensors#0a", "resnet10t"),
    ],
)
def test_weights_of_a_file_are_called_by_its_name(weights, title):
    start = Start("resnet10t", weights)
    assert start.title == title
    assert str(Chain(start) >> TARGET) == f"{title} → target"


def test_stages_stand_in_the_order_they_are_written():
    chain = START >> GENERAL >> TARGET
    assert chain.stages == (GENERAL, TARGET)
    assert chain.start == START.start
    assert chain != START >> TARGET >> GENERAL


def test_a_chain_is_not_changed_by_what_follows_it():
    one = START >> GENERAL
    two = one >> TARGET
    assert one.stages == (GENERAL,)
    assert START.stages == ()
    assert two == START >> GENERAL >> TARGET
    assert hash(two) == hash(START >> GENERAL >> TARGET)


@pytest.mark.parametrize("other", ["target", START, None, ("target",)])
def test_only_a_stage_can_follow(other):
    with pytest.raises(TypeError):
        START >> other


def test_prefixes_grow_by_one_stage_up_to_the_chain():
    chain = START >> GENERAL >> TARGET >> GENERAL
    prefixes = list(chain.prefixes())
    assert [prefix.stages for prefix in prefixes] == [
        (GENERAL,),
        (GENERAL, TARGET),
        (GENERAL, TARGET, GENERAL),
    ]
    assert prefixes[-1] == chain
    assert {prefix.start for prefix in prefixes} == {START.start}


def test_a_start_alone_has_no_prefix():
    assert list(START.prefixes()) == []


def test_a_seed_goes_to_every_stage_and_changes_nothing_else():
    chain = (START >> GENERAL >> TARGET).with_seed(7)
    assert chain.stages == (GENERAL.but(seed=7), TARGET.but(seed=7))
    assert chain.start == START.start


def test_a_chain_reads_as_weights_and_roles():
    pooled = Stage(("general", "pneumonia"))
    assert str(START >> pooled >> TARGET) == "imagenet → general+pneumonia → target"


@pytest.mark.parametrize(
    "name",
    [
        "checkpoint_path", "pretrained", "pretrained_cfg", "pretrained_cfg_overlay", "in_chans",
        "num_classes", "global_pool", "features_only", "drop_rat", "cache_dir", "scriptable",
    ],
)  # fmt: skip
def test_an_option_that_could_bring_weights_in_is_refused_by_name(name):
    with pytest.raises(StartError, match=f"option '{name}' of resnet10t is refused"):
        Start("resnet10t", "random", ((name, 1),))


@pytest.mark.parametrize("name", ["hf-hub:timm/resnet18", "local-dir:/tmp/x", "resnet10t.c3_in1k"])
def test_an_architecture_is_a_name_and_no_address(name):
    with pytest.raises(StartError, match="a name of letters"):
        Start(name)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, (8, 8, math.inf), ((math.nan,),)])
def test_an_option_that_is_not_finite_is_refused(value):
    with pytest.raises(StartError, match=r"option 'channels' of resnet10t is .*: finite numbers"):
        Start("resnet10t", options=(("channels", value),))
