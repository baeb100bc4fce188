"""Graph: the runs of several experiments as one graph, each once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cxrstudy.runs import engine
from cxrstudy.study.graph import GraphError, full_names
from tests.support import planned
from tests.support.planned import graph_of, node_of, record
from tests.support.some import some

world, records = planned.world, planned.records


def test_stages_that_experiments_share_are_planned_once():
    made = graph_of()
    assert [(part.experiment, part.study.cohort.name) for part in made.parts] == [
        ("01_one", "made"),
        ("02_two", "other"),
        ("02_two", "made"),
    ]
    general = node_of(made, "general")
    assert general.users == (("01_one", "general"), ("02_two", 0), ("02_two", 0.4))
    assert general.experiments == ("01_one", "02_two")
    assert general.parent is None
    assert node_of(made, "target", mixup=0.4).parent == general.id
    assert node_of(made, "target", mixup=0.4).changes == {"mixup": 0.4, "pixels": 48}
    # control; general, and the target after it, which 02 shares at alpha 0; alpha 0.4; tied.
    assert len(made.nodes) == len(made.missing) == 5
    ids = [node.id for node in made.nodes]
    assert all(
        node.parent is None or node.parent in ids[: ids.index(node.id)] for node in some(made.nodes)
    )


def test_the_same_chain_on_another_cohort_is_another_stage():
    plain = [
        node for node in graph_of().nodes if node.stage.roles == ("target",) and not node.parent
    ]
    assert [node.cohort for node in plain] == ["made", "other"]


def test_a_cohort_that_can_be_asked_for_is_planned_only_when_it_is():
    """The cell arms-open of the second notebook can't be executed."""
    assert {part.study.cohort.name for part in graph_of("02").parts} == {"made", "other"}


def test_seeds_are_one_stage_with_a_run_each():
    made = graph_of("01_one", seeds=3)
    assert len(made.nodes) == 3
    assert [len(node.runs) for node in made.nodes] == [3, 3, 3]
    assert len(made.missing) == 9
    assert {node.stage.seed for node in made.nodes} == {0}


def test_what_is_recorded_is_not_missing_nor_what_led_to_it(records):
    record(records, graph_of("01_one"), only="target")
    made = graph_of()
    # The second experiment still needs what was trained on general findings.
    assert node_of(made, "general").missing == node_of(made, "general").runs
    assert graph_of("01_one").missing == {}
    assert {node.missing for node in graph_of("01_one").nodes} == {()}


def test_jobs_are_made_for_each_missing_run_once(monkeypatch):
    made = graph_of()
    jobs = made.jobs()
    assert list(jobs) == list(made.missing)
    assert all(path.is_file() for job in some(jobs.values()) for path in job.maps.values())
    sides = {
        job.chain.stages[-1].pixels: [p.stem for p in job.maps.values()] for job in jobs.values()
    }
    assert all(name.endswith(f"-{side}") for side, names in some(sides.items()) for name in names)
    done = []

    def work(job):
        done.append(job.id)
        return job.id

    with ThreadPoolExecutor(2) as executor:
        engine.execute_all(jobs, executor, work)
    assert sorted(done) == sorted(made.missing)


def test_experiments_are_found_by_their_beginning_once_each_in_the_order_asked_for():
    known = ["01_one", "02_two"]
    assert full_names([], known) == known
    assert full_names(["02", "01_one", "02_two"], known) == ["02_two", "01_one"]
    for name in ("03", "0", "10_none", "one"):
        with pytest.raises(
            GraphError, match=rf"'{name}' fits [02] experiments; give one of 01_one, 02"
        ):
            full_names([name], known)
