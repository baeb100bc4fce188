"""Jobs of a few steps, on roles with made pixels."""

import pytest
import torch

from cxrstudy.training.chain import Chain
from tests.support.builders import STAGE, TINY, make_job, make_role

START = Chain(TINY)
TARGET = STAGE.but(scored_on=("external",))
# Long enough that a stage after it starts from something learnt.
GENERAL = STAGE.but(roles=("general",), mixup=0.3, steps=64)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Roles, with the pixels of all of them."""
    folder = tmp_path_factory.mktemp("pixels")
    made = {
        "target": make_role(folder),
        "external": make_role(folder, name="external", images=20, seed=1),
        "general": make_role(folder, "multilabel", ("a", "b", "c"), name="general", unknown=0.3),
    }
    maps = {name: path for member in made.values() for name, path in member.maps.items()}
    return made, maps


@pytest.fixture(scope="module", autouse=True)
def settings():
    """Leave torch as it was found."""
    before = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    yield
    torch.use_deterministic_algorithms(before[0])
    torch.set_num_threads(before[1])


def jobs_of(world, records, *stages, start=START):
    """Jobs of a chain, parents first."""
    made, maps = world
    jobs, chain, parent = [], start, None
    for stage in stages:
        chain = chain >> stage
        role = made[stage.roles[0]].role
        further = tuple(made[name].role for name in stage.scored_on)
        jobs.append(make_job(chain, role, maps, records, parent=parent, scored_on=further))
        parent = jobs[-1].id
    return jobs
