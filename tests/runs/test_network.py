"""TrainedNetwork: the network of a record says again what the record says."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from cxrstudy.runs.network import load_network, start_of
from cxrstudy.runs.record import HEAD
from cxrstudy.runs.run import execute
from cxrstudy.runs.scores import read_scores
from cxrstudy.runs.store import StoreError
from cxrstudy.training.chain import Chain
from cxrstudy.training.model import resolved
from cxrstudy.training.scoring import score
from tests.support.builders import STAGE, TINY, make_job, make_role
from tests.support.explored import made_network


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_role(tmp_path_factory.mktemp("pixels"))


@pytest.fixture(scope="module")
def recorded(made, tmp_path_factory):
    """A store with a chain of two runs, and the id of the second."""
    records, deterministic = tmp_path_factory.mktemp("store"), torch.get_num_threads()
    # Long enough that the second starts from something learnt.
    learnt = STAGE.but(steps=64)
    first = make_job(Chain(TINY) >> learnt, made.role, made.maps, records)
    chain = Chain(TINY) >> learnt >> STAGE.but(seed=1)
    second = make_job(chain, made.role, made.maps, records, parent=first.id)
    for job in (first, second):
        execute(job)
    torch.set_num_threads(deterministic)
    torch.use_deterministic_algorithms(False)
    return records, second.id


def test_the_network_gives_the_recorded_scores(made, recorded):
    trained = load_network(*recorded)
    rows = made.role.rows("test")
    again = score(trained.model, made.pixels, rows, made.role.task, trained.expects)
    table = read_scores(*recorded)
    tested = table[table["split"] == "test"]
    columns = [f"score_{label}" for label in trained.labels]
    np.testing.assert_allclose(again, tested[columns].to_numpy(), atol=1e-6)
    assert (trained.labels, trained.pixels) == (("normal", "covid19"), 32)
    assert not trained.model.training


def test_the_start_is_that_of_the_chain_s_first_run(recorded):
    assert start_of(*recorded) == resolved(TINY)


def test_an_altered_head_is_named(recorded):
    records, run = recorded
    path = records / run / HEAD
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(StoreError, match=r"head\.safetensors: missing or altered"):
        load_network(records, run)
    path.write_bytes(content)


def test_a_network_sees_what_its_stage_allowed():
    network = made_network()
    border = replace(network, visible="border")
    squares = np.full((1, 64, 64), 200, np.uint8)
    assert border.tensor(squares)[0, 0, 32, 32] == pytest.approx(-2)  # black
    assert network.tensor(squares)[0, 0, 32, 32] > 0
