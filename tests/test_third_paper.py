"""The third paper: its own files are all that it needed, and its recipes do what they say."""

import nbformat
import pytest
import torch

from cxrstudy.base import places
from cxrstudy.base.own_function import own_function
from cxrstudy.training.backbone import in_head
from cxrstudy.training.batches import loaders
from cxrstudy.training.chain import Start
from cxrstudy.training.layers import layer_groups
from cxrstudy.training.model import build, create, expected_input_of
from cxrstudy.training.parts import parts_of
from cxrstudy.verdicts.claims_file import read_claims
from tests.support.builders import STAGE, TINY, make_role
from tests.support.some import some


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_role(tmp_path_factory.mktemp("pixels"))


def cooked(made, recipe, **arguments):
    """A network before and after a recipe, and one with the random weights of the same seed."""
    trained = build(TINY, 2, 7, None)
    with torch.no_grad():
        for weight in trained.parameters():
            weight.add_(0.5)
        for name, value in trained.named_buffers():
            if "running" in name:
                value.fill_(3.0)
    before = {name: value.clone() for name, value in trained.state_dict().items()}
    stage = STAGE.but(recipe=own_function(f"transfusion:{recipe}", **arguments))
    dls = loaders(made.role, made.pixels, stage, expected_input_of(trained), "cpu")
    after = parts_of(trained, dls, stage).model
    return before, after, build(TINY, 2, stage.seed, None).state_dict()


def lines(text, comment="#"):
    return [each for each in text.splitlines() if each.strip() and not each.startswith(comment)]


def test_it_takes_at_most_a_hundred_lines_together():
    cells = nbformat.read(places.notebooks() / "15_transfusion.ipynb", 4).cells
    code = [line for c in cells if c.cell_type == "code" for line in lines(c.source)]
    recipes = lines((places.notebooks() / "transfusion.py").read_text())
    claims = lines((places.claims() / "paper_c.yaml").read_text())
    assert len(code) + len(recipes) + len(claims) <= 100
    assert max(len(line) for line in code + recipes) <= 100


def test_every_claim_names_arms_of_the_page():
    source = "\n".join(
        cell.source for cell in nbformat.read(places.notebooks() / "15_transfusion.ipynb", 4).cells
    )
    for claim in some(read_claims("paper_c").testable):
        assert f'"{claim.arm}": ' in source
        assert f'"{claim.against}": ' in source


@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_the_first_blocks_keep_their_weights_and_the_rest_is_random(made, blocks):
    before, after, random = cooked(made, "first_blocks", blocks=blocks)
    groups = layer_groups(after)
    kept = {id(weight) for group in groups[: blocks + 1] for weight in group}
    for name, weight in some(after.named_parameters()):
        expected = before if id(weight) in kept else random
        assert torch.equal(weight, expected[name]), name
    running = {name: v for name, v in after.state_dict().items() if name.endswith("running_mean")}
    assert any((value == 3).all() for value in running.values())
    assert any((value == 0).all() for value in running.values())


def test_weights_have_the_mean_and_the_variance_of_their_layer_and_nothing_else_of_it(made):
    before, after, _ = cooked(made, "mean_and_variance")
    large = 0
    for name, trained in some(after.named_parameters()):
        weight, old = trained.detach(), before[name]
        if weight.numel() > 500:
            assert float(weight.mean()) == pytest.approx(float(old.mean()), abs=0.05)
            assert float(weight.std()) == pytest.approx(float(old.std()), rel=0.15)  # of 500 draws
            both = torch.corrcoef(torch.stack([weight.flatten(), old.flatten()]))
            assert abs(float(both[0, 1])) < 0.2
            large += 1
    assert large > 0
    means = {name: value for name, value in after.named_buffers() if name.endswith("running_mean")}
    assert all((value == 0).all() for value in some(means.values()))


def test_the_small_network_is_small_and_has_a_head():
    small = create(Start("small", function=own_function("transfusion:small")), 3)
    whole = create(Start("resnet10t", "random", (("channels", (32, 64, 128, 256)),)), 3)
    count = [sum(weight.numel() for weight in each.parameters()) for each in (small, whole)]
    assert count[0] < count[1] / 10
    assert [name for name in small.state_dict() if in_head(small, name)] == ["18.weight", "18.bias"]
