"""Parts: a recipe changes what it may, and what it may not is named."""

import pytest
import torch
from fastai.callback.core import Callback

from cxrstudy.base import device
from cxrstudy.training.checkpoint import Checkpoint
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.parts import RecipeError
from cxrstudy.training.stage import StageError
from cxrstudy.training.train import train
from tests.support.builders import STAGE, TINY, make_role
from tests.support.some import some

HEAD = "import torch\nfrom torch import nn\nfrom fastai.callback.core import Callback\n\n\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_role(tmp_path_factory.mktemp("pixels"))


@pytest.fixture(autouse=True)
def threads():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    """Write a recipe from the lines of its body."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(body, before=""):
        lines = "\n".join(f"    {line}" for line in body.split("\n"))
        (tmp_path / "mine.py").write_text(f"{HEAD}{before}\n\ndef change(parts):\n{lines}\n")
        return STAGE.but(recipe="mine:change")

    return write


def run(made, stage, *callbacks):
    model = build(TINY, 2, stage.seed, None)
    table = train(
        model, made.role, made.pixels, stage, expected_input_of(model), device.kind(), callbacks
    )
    return table, {name: value.clone() for name, value in model.state_dict().items()}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("pass", r"recipe mine:change returned None; write `return parts\.but\(\.\.\.\)`"),
        ("return parts.but(los=1)", "no part 'los'; the parts are stage, loaders, model, loss"),
        ("return parts.but(stage=parts.stage.but(steps=2))", "changed the stage"),
        ("return parts.but(model=nn.Sequential(parts.model))", "put another network in place"),
        ("parts.model.act1 = nn.GELU()\nreturn parts", r"another network.*\(layer \w"),
        (
            "parts.model.fc = nn.Linear(8, 3)\nreturn parts",
            r"put another network in place of the stage's \(layer fc",
        ),
        ("return parts.adding(print)", r"callback <built-in function print> is not a fastai"),
        (
            "parts.loaders.train.n = 8\nreturn parts",
            "gives 1 batches an epoch, and the stage has 4",
        ),
        (
            "return parts.but(schedule=lambda learn: learn.fit(3))",
            "its schedule trains 3 epochs, and the stage has 2 validations",
        ),
        (
            "def both(learn):\n    learn.fit(2)\n    learn.fit(2)\nreturn parts.but(schedule=both)",
            "its schedule trains twice; call one fit, and write a callback",
        ),
        ("return parts.but(schedule=lambda learn: None)", "its schedule trains nothing"),
    ],
)
def test_what_a_recipe_may_not_change_is_named(made, recipe, body, said):
    with pytest.raises(RecipeError, match=said):
        run(made, recipe(body))


def test_a_recipe_that_changes_nothing_gives_the_bits_without_it(made, recipe):
    plain, changed = run(made, STAGE), run(made, recipe("torch.rand(3)\nreturn parts"))
    assert plain[0].equals(changed[0])
    assert all(torch.equal(value, changed[1][name]) for name, value in some(plain[1].items()))


def test_what_a_recipe_draws_depends_on_the_seed_alone(made, recipe):
    body = "with torch.no_grad():\n    parts.model.fc.weight.normal_()\nreturn parts"
    stage = recipe(body)
    one = run(made, stage)
    torch.rand(100)
    assert torch.equal(one[1]["fc.weight"], run(made, stage)[1]["fc.weight"])
    assert not torch.equal(one[1]["fc.weight"], run(made, stage.but(seed=1))[1]["fc.weight"])


COUNTING = (
    "class Counting(Callback):\n    def __init__(self):\n        self.thing = {thing}\n\n"
    "    def after_step(self):\n        next(self.thing)\n"
)


def test_a_training_that_cannot_be_resumed_says_so_before_it_begins(made, recipe, tmp_path, capsys):
    stage = recipe("return parts.adding(Counting())", COUNTING.format(thing="iter(range(99))"))
    said = []

    class Begins(Callback):
        order = 2000

        def before_fit(self):
            said.append(capsys.readouterr().err)

    path = tmp_path / "x.checkpoint"
    run(made, stage, Checkpoint(path, every=0), Begins())
    assert "can't be resumed if it is killed" in said[0]
    assert "callback 0 Counting.thing, a range_iterator" in said[0]
    assert "state_dict and load_state_dict" in said[0]
    assert capsys.readouterr().err == ""
    assert not path.exists()


def test_a_lambda_is_refused_where_the_arm_is_made():
    with pytest.raises(StageError, match="write it as a `def` in a file beside the notebook"):
        STAGE.but(recipe=lambda parts: parts)


def test_without_a_recipe_there_is_none_in_the_facts(recipe):
    assert "recipe" not in STAGE.facts
    assert recipe("return parts").facts["recipe"]["function"] == "change"
