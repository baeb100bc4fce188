"""Experiments: the arms of every notebook can be made without executing it."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from cxrstudy.base import places
from cxrstudy.study.experiment import (
    ExperimentError,
    arms_hash,
    arms_of,
    experiment_names,
    notebook_names,
)
from cxrstudy.study.status import experiments_of
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain
from tests.support.project import use
from tests.support.some import some


@pytest.fixture
def write(tmp_path, monkeypatch):
    notebooks = use(monkeypatch, tmp_path, "notebooks") / "notebooks"

    def written(name, **cells):
        made = [new_code_cell(source, metadata={"tags": [tag]}) for tag, source in cells.items()]
        nbformat.write(new_notebook(cells=made), notebooks / f"{name}.ipynb")

    return written


@pytest.fixture(scope="module")
def studies():
    return {name: Study("quick", name, 1) for name in ("phantom", "confounded", "open")}


def test_the_arms_are_those_of_the_tagged_cell(write, studies):
    write("01_made", arms="arms = {study.seeds: study.pretrained >> study.stage('target')}")
    write("02_prose", other="1 / 0")
    assert experiment_names() == ["01_made"]
    made = arms_of("01_made", studies["phantom"])
    (arm,) = made.items()
    assert made.study is studies["phantom"]
    assert arm == (1, studies["phantom"].pretrained >> studies["phantom"].stage("target"))


def test_a_file_that_no_arm_uses_does_not_matter(write):
    write("01_made", arms="arms = {'control': study.pretrained}")
    before = arms_hash()
    places.notebooks().joinpath("unused.py").write_bytes(b"# \xe9tude\ndef (")
    assert arms_hash() == before


def test_a_cell_may_make_arms_of_its_study(write, studies):
    write("01_made", arms="arms = study.arms({'one': study.pretrained >> study.stage('target')})")
    assert list(arms_of("01_made", studies["phantom"]).plan.ends) == [("one", 0)]


def test_a_cohort_may_have_arms_of_its_own(write, studies):
    chain = "study.random_init >> study.stage('target')"
    write(
        "01_made", **{"arms": f"arms = {{1: {chain}}}", "arms-confounded": f"arms = {{2: {chain}}}"}
    )
    assert list(arms_of("01_made", studies["phantom"])) == [1]
    assert list(arms_of("01_made", studies["confounded"])) == [2]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"arms-open": "arms = {}"}, "no cell is tagged arms or arms-phantom"),
        ({"arms": "others = {}"}, "the cell tagged arms does not set the variable arms"),
        ({"arms": "arms = 3"}, "the cell tagged arms does not set the variable arms"),
    ],
)
def test_a_notebook_without_arms_is_named(write, studies, cells, said):
    write("01_made", **cells)
    with pytest.raises(ExperimentError, match=rf"01_made\.ipynb: {said}"):
        arms_of("01_made", studies["phantom"])


def test_a_missing_notebook_is_named_with_those_there_are(write, studies):
    write("01_made", arms="arms = {}")
    with pytest.raises(
        ExperimentError, match=r"05_x\.ipynb: no such notebook; the notebooks with arms are 01_made"
    ):
        arms_of("05_x", studies["phantom"])


@pytest.mark.parametrize(
    ("cohort", "name"),
    [(cohort, name) for cohort in ("phantom", "open") for name in experiments_of(cohort)],
)
def test_every_experiment_can_be_planned_on_every_cohort(name, cohort, studies):
    arms = arms_of(name, studies[cohort])
    assert len(arms) >= 2
    assert all(isinstance(chain, Chain) for chain in some(arms.values()))
    assert set(arms.plan.ends) == {(arm, 0) for arm in arms}


def test_an_experiment_with_arms_for_one_cohort_alone_is_not_planned_on_others(write, studies):
    write("01_any", arms="arms = {}")
    write("02_sign", **{"arms-sign": "arms = {}"})
    assert experiments_of("phantom") == ["01_any"]
    assert experiments_of("sign") == ["02_sign"]
    with pytest.raises(ExperimentError, match="no cell is tagged arms or arms-phantom"):
        arms_of("02_sign", studies["phantom"])


def test_the_low_data_arms_of_a_share_see_the_same_patients(studies):
    arms = arms_of("05_low_data", studies["phantom"])
    by_level = {}
    for (_, level), chain in arms.items():
        stage = chain.stages[-1]
        by_level.setdefault(level, set()).add(
            (stage.fraction, stage.shots, stage.seed, stage.steps)
        )
    assert all(len(stages) == 1 for stages in some(by_level.values()))
    assert {0.01, 0.05, 0.1, 0.25, 0.5, 1} <= set(by_level)


def test_every_resolution_is_run_at_equal_steps_and_at_equal_computation(studies):
    arms = arms_of("03_resolution", studies["phantom"])
    stages = {arm: chain.stages[-1] for arm, chain in arms.items()}
    base = stages[1, "same steps"]
    assert len({factor for factor, _ in arms}) >= 3
    for (factor, fixed), stage in some(stages.items()):
        assert stage.pixels == factor * base.pixels
        if fixed != "same computation":
            assert stage.steps == base.steps
        else:
            work = stage.steps * stage.pixels**2
            assert work == pytest.approx(base.steps * base.pixels**2, rel=0.08)  # steps are whole


def test_sequence_and_pooling_have_equal_computation_once_and_equal_stages_once(studies):
    arms = arms_of("06_sequential_schemes", studies["phantom"])
    upstream = {arm: sum(s.samples_seen for s in chain.stages[1:-1]) for arm, chain in arms.items()}
    assert upstream["pooled"] == upstream["general → pneumonia"]
    assert upstream["general, twice the steps"] == upstream["general → pneumonia"]
    assert upstream["pooled, half the steps"] == upstream["general"] == upstream["pneumonia"]


def test_sources_have_equal_samples_seen(studies):
    arms = arms_of("02_pretraining_source", studies["phantom"])
    upstream = {arm: [s.samples_seen for s in chain.stages[:-1]] for arm, chain in arms.items()}
    random = {arm: upstream.pop(arm) for arm in list(upstream) if "random" in arm}
    assert set(random) == {"random", ("random", "small budget"), ("random", "to a plateau")}
    assert all(steps == [] for steps in some(random.values()))
    passes = {arm: upstream.pop(arm) for arm in list(upstream) if "same passes" in arm}
    assert len(passes) == 3
    assert len({tuple(steps) for steps in upstream.values()}) == 1
    assert len({chain.start.architecture for chain in arms.values()}) == 1


def test_a_table_of_contents_that_says_a_thing_twice_is_refused(write, tmp_path):
    write("01_made", arms="arms = {}")
    contents = tmp_path / "book" / "_toc.yml"
    contents.parent.mkdir()
    contents.write_text("root: index\nparts: []\nparts:\n- file: experiments/01_made\n")
    with pytest.raises(ExperimentError, match=r"_toc\.yml: .*'parts' stands twice, line 3"):
        notebook_names()
