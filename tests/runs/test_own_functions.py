"""Recipes and networks of one's own, in runs."""

import pytest

from cxrstudy.base.own_function import own_function
from cxrstudy.runs import engine, store
from cxrstudy.runs.network import load_network
from cxrstudy.runs.record import BACKBONE, EPOCHS, HEAD, SCORES
from cxrstudy.runs.run import execute
from cxrstudy.training.chain import Chain, Start
from cxrstudy.training.parts import RecipeError
from tests.support import small_jobs
from tests.support.builders import STAGE
from tests.support.small_jobs import GENERAL, jobs_of
from tests.support.some import some

world, settings = small_jobs.world, small_jobs.settings

OWN = """from torch import nn
from beside import GAMMA
from fastai.losses import FocalLossFlat


def change(parts):
    return parts.but(loss=FocalLossFlat(gamma=GAMMA))


def small(channels, outputs, width=4):
    body = [nn.Conv2d(channels, width, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*body, nn.Linear(width, outputs))
"""


def test_recipe_and_network_reach_a_fresh_process_without_their_files(world, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_file.py").write_text(OWN)
    (tmp_path / "beside.py").write_text("GAMMA = 3.0\n")
    network = own_function("own_file:small", width=8)
    stages = (STAGE.but(recipe="own_file:change"), GENERAL)
    start = Chain(Start("small", function=network))
    here, there = tmp_path / "here", tmp_path / "there"
    jobs = [jobs_of(world, records, *stages, start=start) for records in (here, there)]
    (tmp_path / "beside.py").unlink()
    (tmp_path / "own_file.py").write_text("1 / 0\n")
    for job in jobs[0]:
        execute(job)
    with engine.local(1) as executor:
        for job in jobs[1]:
            executor.submit(execute, job).result()
    for first, second in some(zip(*jobs, strict=True)):
        for name in (SCORES, EPOCHS, BACKBONE, HEAD):
            content = (folder / job.id / name for folder, job in ((here, first), (there, second)))
            assert len({path.read_bytes() for path in content}) == 1
    record = store.read(here, jobs[0][0].id)
    assert record.own_functions == {"recipe": stages[0].recipe, "network": network}
    assert record.identity["stage"]["recipe"]["function"] == "change"
    loaded = load_network(here, jobs[0][1].id)
    assert loaded.model[0].out_channels == 8


def test_a_recipe_that_changes_what_the_network_computes_is_refused(world, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_file.py").write_text(
        "def change(parts):\n    model = parts.model\n    plain = model.forward\n"
        "    model.forward = lambda images: 2 * plain(images)\n    return parts\n"
    )
    (job,) = jobs_of(world, tmp_path / "store", STAGE.but(recipe="own_file:change"))
    with pytest.raises(RecipeError, match="changed what the network computes, not only its weigh"):
        execute(job)
    assert not store.has(tmp_path / "store", job.id)
