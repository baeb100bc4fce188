"""Graph: the runs of several experiments as one graph, each once; and how long they will take."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import matplotlib.pyplot as plt
import nbformat
import pytest
import yaml
from typer.testing import CliRunner

from cxrstudy import cli
from cxrstudy.base import places
from cxrstudy.cli.plan import duration, totals, tree
from cxrstudy.pages import diagrams, execution
from cxrstudy.runs import engine
from cxrstudy.runs.record import RUN
from cxrstudy.study.forecast import forecast
from cxrstudy.study.graph import GraphError, full_names, make_graph
from cxrstudy.training import trackers

PROFILE = {
    "profile": "tiny",
    "purpose": "is a test",
    "phantom_seed": 3,
    "phantom_patients": {"target": 30, "general": 16},
    "networks": {
        name: {"architecture": "resnet10t", "options": {"channels": [8, 8, 8, 8]}}
        for name in ("made", "other")
    },
    "stages": {"all": {"all": {"pixels": 32, "steps": 4, "batch_size": 8, "validations": 1}}},
}
SPLIT = {"salt": 0, "test": 0.4, "validation": 0.2}
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


def cohort(name, salt):
    split = SPLIT | {"salt": salt}
    roles = {
        role: {"task": kind, "sources": [{"phantom": role, "split": split}]}
        for role, kind in (("target", "multiclass"), ("general", "multilabel"))
    }
    texts = dict.fromkeys(("title", "copies", "caveat"), name)
    return {"name": name, **texts, "roles": roles}


def notebook(path, **cells):
    """Write a notebook of tagged code cells; an underscore in a tag is a dash."""
    made = nbformat.v4.new_notebook()
    for tag, source in {"parameters": PARAMETERS, **cells}.items():
        cell = nbformat.v4.new_code_cell(source, metadata={"tags": [tag.replace("_", "-")]})
        made.cells.append(cell)
    nbformat.write(made, path)


@pytest.fixture(scope="module", autouse=True)
def world(tmp_path_factory):
    """A project of two cohorts and two experiments, the second of which looks at both."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("profiles", "data_manifests/cohorts", "notebooks"):
        (folder / name).mkdir(parents=True)
    (folder / "profiles" / "tiny.yaml").write_text(yaml.safe_dump(PROFILE))
    for definition in (cohort("made", 0), cohort("other", 1)):
        file = folder / "data_manifests" / "cohorts" / f"{definition['name']}.yaml"
        file.write_text(yaml.safe_dump(definition))
    notebook(folder / "notebooks" / "01_one.ipynb", arms=ONE)
    notebook(folder / "notebooks" / "02_two.ipynb", arms=TWO, arms_other=TIED, arms_open="1 / 0")
    notebook(folder / "notebooks" / "10_none.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "PROFILES", folder / "profiles")
        patch.setattr(places, "MANIFESTS", folder / "data_manifests")
        patch.setattr(places, "NOTEBOOKS", folder / "notebooks")
        patch.setenv("CXRSTUDY_PROGRESS", "log")
        yield folder


@pytest.fixture(autouse=True)
def records(tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    return tmp_path / "store"


def grid(*experiments, seeds=1):
    return make_graph(experiments, "tiny", "made", seeds)


def record(records, graph, seconds=8.0, only=None):
    """Record what is missing, without computing it: as much as a forecast reads."""
    for run in graph.missing.values():
        stage = run.chain.stages[-1]
        if only and stage.roles != (only,):
            continue
        (records / run.id).mkdir(parents=True)
        facts = {
            "identity": run.identity,
            "samples_seen": stage.samples_seen,
            "seconds": {"training": seconds, "scoring": 0.0},
        }
        (records / run.id / RUN).write_text(json.dumps(facts, default=list))


def node_of(graph, *roles, **changes):
    (found,) = [
        node
        for node in graph.nodes
        if node.stage.roles == roles and all(node.changes.get(k) == v for k, v in changes.items())
    ]
    return found


def test_stages_that_experiments_share_are_planned_once():
    made = grid()
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
        node.parent is None or node.parent in ids[: ids.index(node.id)] for node in made.nodes
    )


def test_the_same_chain_on_another_cohort_is_another_stage():
    plain = [node for node in grid().nodes if node.stage.roles == ("target",) and not node.parent]
    assert [node.cohort for node in plain] == ["made", "other"]


def test_a_cohort_that_can_be_asked_for_is_planned_only_when_it_is():
    """The cell arms-open of the second notebook can't be executed."""
    assert {part.study.cohort.name for part in grid("02").parts} == {"made", "other"}


def test_seeds_are_one_stage_with_a_run_each():
    made = grid("01_one", seeds=3)
    assert len(made.nodes) == 3
    assert [len(node.runs) for node in made.nodes] == [3, 3, 3]
    assert len(made.missing) == 9
    assert {node.stage.seed for node in made.nodes} == {0}


def test_what_is_recorded_is_not_missing_nor_what_led_to_it(records):
    record(records, grid("01_one"), only="target")
    made = grid()
    # The second experiment still needs what was trained on general findings.
    assert node_of(made, "general").missing == node_of(made, "general").runs
    assert grid("01_one").missing == {}
    assert {node.missing for node in grid("01_one").nodes} == {()}


def test_jobs_are_made_for_each_missing_run_once(monkeypatch):
    made = grid()
    jobs = made.jobs()
    assert list(jobs) == list(made.missing)
    assert all(path.is_file() for job in jobs.values() for path in job.maps.values())
    sides = {
        job.chain.stages[-1].pixels: [p.stem for p in job.maps.values()] for job in jobs.values()
    }
    assert all(name.endswith(f"-{side}") for side, names in sides.items() for name in names)
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
            GraphError, match=rf"'{name}' names no experiment, or several; there are 01_one, 02"
        ):
            full_names([name], known)


# --- How long -----------------------------------------------------------------------------------


def test_nothing_is_known_without_records():
    made = grid()
    expected = forecast(made)
    assert set(expected.seconds.values()) == {None}
    assert (expected.known, expected.unknown) == (0, 5)


def test_time_is_that_of_records_with_the_same_network_and_resolution(records):
    record(records, grid("01_one"), seconds=8.0)  # 32 images a run: 0.25 s an image
    made = grid(seeds=2)
    expected = forecast(made)
    assert expected.seconds[node_of(made, "target", mixup=0.4).id] is None  # of 48 pixels
    control = next(node for node in made.nodes if not node.parent)
    assert expected.seconds[control.id] == pytest.approx(8.0)  # one seed of two is recorded
    assert expected.unknown == 1


def test_with_several_processes_the_longest_chain_takes_as_long(records):
    record(records, grid("01_one"), seconds=8.0)
    made = make_graph(["01_one"], "tiny", "other", 1)  # nothing of it is recorded
    expected = forecast(made)
    assert expected.known == pytest.approx(24)
    assert expected.wall(made, 1) == pytest.approx(24)
    assert expected.wall(made, 8) == pytest.approx(16)  # general, then target


def test_a_broken_record_tells_nothing(records):
    record(records, grid("01_one"))
    for path in records.glob(f"*/{RUN}"):
        path.write_text("{")
    assert forecast(make_graph(["01_one"], "tiny", "other", 1)).known == 0


# --- In text ------------------------------------------------------------------------------------


def test_the_tree_shows_what_is_shared_recorded_and_changed(records):
    record(records, grid("01_one"), seconds=8.0)
    made = grid()
    text = "\n".join(tree(made, forecast(made)))
    assert "random weights, resnet10t (channels 8+8+8+8), cohort made" in text
    assert "├─ target: 32 px, 4 steps · recorded · 01_one: control" in text
    assert "└─ general: 32 px, 4 steps · recorded · shared by 3 arms of 01_one, 02_two" in text
    assert "   └─ target: 48 px, 4 steps, mixup 0.4 · to do, unknown · 02_two: 0.4" in text
    assert "└─ target: 32 px, 4 steps · to do, 8 s · 02_two: tied" in text


def test_totals_count_stages_runs_and_time(records):
    made = grid(seeds=2)
    assert totals(made, forecast(made), 2).splitlines() == [
        "2 experiments: 5 stages, 2 shared by several arms, 2 by several experiments.",
        "10 runs: 0 recorded or not needed, 10 to do.",
        "Estimated: unknown; no similar run is recorded.",
    ]
    record(records, grid("01_one"), seconds=8.0)
    made = grid()
    said = totals(made, forecast(made), 2)
    assert "5 runs: 3 recorded or not needed, 2 to do." in said
    assert "Estimated: 8 s of computation, 8 s on 2 processes here; 1 stage of unknown" in said
    assert "Estimated" not in totals(grid("01_one"), forecast(grid("01_one")), 2)


def test_durations_are_written_in_the_unit_that_fits():
    assert [duration(s) for s in (None, 0.4, 89, 90, 5399, 5400)] == [
        "unknown", "0 s", "89 s", "2 min", "90 min", "1.5 h",
    ]  # fmt: skip


# --- As a figure --------------------------------------------------------------------------------


def test_the_figure_names_stages_and_experiments_and_fills_what_is_recorded(records):
    record(records, grid("01_one"))
    figure = diagrams.grid(grid())
    (axes,) = figure.axes
    texts = {text.get_text() for text in axes.texts}
    starts = {"made, resnet10t, random", "other, resnet10t, random"}
    assert {"general", "target  [01]", "target  [01, 02]"} | starts <= texts
    assert any("mixup 0.4" in text and text.endswith("  [02]") for text in texts)
    boxes = [line for line in axes.lines if line.get_marker() == "s"]
    filled = [line for line in boxes if line.get_markerfacecolor() != "white"]
    assert (len(boxes), len(filled)) == (5, 3)
    plt.close(figure)


# --- The commands -------------------------------------------------------------------------------


def command(*arguments):
    result = CliRunner().invoke(cli.app, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


TINY = ("--profile", "tiny", "--cohort", "made")


def test_plan_prints_tree_and_totals_and_computes_nothing(records):
    said = command("plan", *TINY, "--seeds", "2").stdout
    assert said.startswith("profile tiny, cohort made, 2 seeds\n\nrandom weights, resnet10t")
    assert "general: 32 px, 4 steps · 2 of 2 seeds to do, unknown · shared by 3 arms" in said
    assert "10 runs: 0 recorded or not needed, 10 to do." in said
    assert not records.exists()


def test_plan_as_json_says_the_same(records):
    record(records, grid("01_one"), seconds=8.0)
    said = json.loads(command("plan", "02", *TINY, "--json").stdout)
    assert [stage["roles"] for stage in said["stages"]].count(["target"]) == 3
    assert (said["runs"], said["missing"], said["stages_of_unknown_duration"]) == (4, 2, 1)
    (general,) = [stage for stage in said["stages"] if stage["roles"] == ["general"]]
    assert general["missing"] == []
    assert general["arms"] == [{"experiment": "02_two", "arm": a} for a in ("0", "0.4")]
    assert [s["seconds"] for s in said["stages"] if s["changes"].get("mixup")] == [None]


def test_an_unknown_experiment_is_named_with_those_there_are():
    result = command("plan", "03", *TINY)
    assert result.exit_code == 1
    assert (
        result.stderr
        == "cxrstudy: '03' names no experiment, or several; there are 01_one, 02_two\n"
    )


@pytest.fixture
def steps(monkeypatch):
    """What `cxrstudy run` would do, in order, with the engine of that moment."""
    done = []
    for name in (engine.VARIABLE, trackers.VARIABLE):
        monkeypatch.setenv(name, "")  # so that what a command sets is taken back
    monkeypatch.setattr(
        engine,
        "compute",
        lambda jobs: done.append(
            ("compute", len(jobs), os.environ[engine.VARIABLE], os.environ[trackers.VARIABLE])
        ),
    )
    monkeypatch.setattr(
        execution,
        "execute_notebooks",
        lambda listed, _: done.append([(each.notebook.stem, each.parameters) for each in listed]),
    )
    return done


def test_run_computes_all_experiments_together_and_then_executes_all_notebooks(steps):
    result = command("run", *TINY)
    asked = {"profile": "tiny", "cohort": "made"}
    assert steps == [
        ("compute", 5, "", ""),
        [("01_one", asked), ("02_two", asked), ("10_none", asked)],
    ]
    assert "5 runs: 0 recorded or not needed, 5 to do." in result.stderr
    assert "executed/made-tiny\n" in result.stdout


def test_run_of_an_experiment_executes_its_notebook_only_on_the_engine_asked_for(steps):
    command("run", "01", *TINY, "--seeds", "2", "--dask", "host:8786", "--tracker", "tensorboard")
    asked = {"profile": "tiny", "cohort": "made", "seeds": 2}
    assert steps == [("compute", 6, "dask:host:8786", "tensorboard"), [("01_one", asked)]]


def test_run_of_a_chapter_that_trains_nothing_computes_nothing(steps):
    command("run", "10", *TINY)
    assert steps == [[("10_none", {"profile": "tiny", "cohort": "made"})]]


def test_run_may_leave_the_notebooks_and_slurm_may_have_no_options(steps):
    command("run", "01", *TINY, "--slurm", "", "--no-notebooks")
    assert steps == [("compute", 3, "slurm:", "")]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--dask", "host:1", "--slurm", ""), "--dask and --slurm exclude one another"),
        (("--tracker", "mlflow"), "no tracker 'mlflow'; legal: tensorboard, wandb"),
    ],
)
def test_run_refuses_what_makes_no_sense_before_anything_is_computed(steps, options, said):
    result = command("run", *TINY, *options)
    assert (result.exit_code, steps) == (1, [])
    assert said in result.stderr
