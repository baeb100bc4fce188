"""Two experiments that share stages: what plans, forecasts and commands are tested on.

A test module takes the fixtures over by their names: ``world, records = planned.world, ...``.
"""

import json

import pytest

from cxrstudy.study.graph import make_graph
from tests.support.project import current, write_cohort, write_notebook, write_profile
from tests.support.stores import write_identified

TINY = ("--profile", "tiny", "--cohort", "made")
PARAMETERS = """# parameters
profile = "tiny"  # tiny: sizes
cohort = "made"  # made or open: where the radiographs come from
seeds = 1  # 1 to 20: repeats
"""
ONE = """
start, target = study.random_init, study.stage("target")
arms = {"control": start >> target, "general": start >> study.stage("general") >> target}
"""
TWO = """
general, target = study.stage("general"), study.stage("target")
arms = {
    alpha: study.random_init >> general >> target.but(mixup=alpha, pixels=48 if alpha else 32)
    for alpha in (0, 0.4)
}
"""
TIED = 'arms = {"tied": study.random_init >> study.stage("target")}\n'
EXPERIMENTS = {
    "01_one": {"arms": ONE},
    "02_two": {"arms": TWO, "arms-other": TIED, "arms-open": "1 / 0"},
    "10_none": {},
}


@pytest.fixture(scope="module", autouse=True)
def world(tmp_path_factory):
    """A project of two cohorts and two experiments, the second of which looks at both."""
    folder = tmp_path_factory.mktemp("project")
    write_profile(folder / "profiles")
    for salt, name in enumerate(("made", "other")):
        write_cohort(folder / "data_manifests", name, ("target", "general"), salt)
    for name, cells in EXPERIMENTS.items():
        cells = {"parameters": PARAMETERS, **cells}
        write_notebook(folder / "notebooks" / f"{name}.ipynb", cells)
    with current(folder):
        yield folder


@pytest.fixture(autouse=True)
def records(world, tmp_path, monkeypatch):
    """The store of one test; images are rendered once for all tests of a module."""
    (world / "pixels").mkdir(exist_ok=True)
    (tmp_path / "pixels").symlink_to(world / "pixels")
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "log")
    return tmp_path / "store"


def graph_of(*experiments, seeds=1):
    return make_graph(experiments, "tiny", "made", seeds)


def record(records, graph, seconds=8.0, only=None):
    """Record what is missing, without computing it."""
    for run in graph.missing.values():
        stage = run.chain.stages[-1]
        if only and stage.roles != (only,):
            continue
        identity = json.loads(json.dumps(run.identity))
        write_identified(
            records, identity, samples_seen=stage.samples_seen,
            seconds={"training": seconds, "scoring": 0.0},
        )  # fmt: skip


def node_of(graph, *roles, **changes):
    (found,) = [
        node
        for node in graph.nodes
        if node.stage.roles == roles and all(node.changes.get(k) == v for k, v in changes.items())
    ]
    return found
