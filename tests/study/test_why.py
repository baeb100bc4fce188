"""Why: names exactly what was changed, and nothing where nothing that matters was."""

import shutil

import nbformat
import pytest
import yaml

from cxrstudy.base import arithmetic, coverage, device, places
from cxrstudy.runs.store import StoreError
from cxrstudy.study import experiment, why
from cxrstudy.study.study import Study
from tests.support.recorded import project, record, record_all


@pytest.fixture
def world(tmp_path, monkeypatch):
    """A project with everything of 01_sequences recorded, and a copy of the package to edit."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(coverage.PACKAGE_FOLDER, tmp_path / "code", ignore=ignored)
    monkeypatch.setattr(coverage, "PACKAGE_FOLDER", tmp_path / "code")
    forget()
    with project(tmp_path / "here"):
        study = Study("tiny", "made", 2)
        record_all(study, experiment.arms_of("01_sequences", study))
        yield tmp_path
    forget()


def forget():
    coverage.forget()


def edit(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    forget()


def ask(arm="general", seed=0):
    (answer,) = why.of_experiment("01_sequences", arm, seed, "tiny", "made")
    return answer


def said(answer):
    return [line for line in answer.sentences() if line.startswith("- ")]


# --- What does not count ------------------------------------------------------------------------


def test_nothing_changed_and_nothing_is_run_again(world):
    assert ask().recorded
    assert ask().sentences()[0].endswith("is recorded and will not run again.")


def test_a_comment_or_docstring_of_the_loader_re_runs_nothing(world):
    path = world / "code" / "pixels" / "memory_map.py"
    path.write_text('"""Another docstring."""\n# a comment\n' + path.read_text().split('"""', 2)[2])
    forget()
    assert ask().recorded


def test_a_figure_function_re_runs_nothing(world):
    (path,) = {*world.glob("code/pages/figures/__init__.py")}
    path.write_text(path.read_text() + "\n\ndef more():\n    return 1\n")
    forget()
    assert ask().recorded


def test_prose_of_the_notebook_re_runs_nothing(world):
    path = places.notebooks() / "01_sequences.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("Other words."))
    notebook.cells[1].source = "# another comment\n" + notebook.cells[1].source
    nbformat.write(notebook, path)
    assert ask().recorded


# --- What counts --------------------------------------------------------------------------------


def test_a_loader_that_does_something_else_is_named_alone(world):
    path = world / "code" / "pixels" / "memory_map.py"
    path.write_text(path.read_text() + "\nMORE = 1\n")
    forget()
    answer = ask()
    assert not answer.recorded
    # One difference, though both stages of the chain have it.
    assert said(answer) == [
        "- code: cxrstudy.pixels.memory_map has changed since (stage general, target)"
    ]


def test_a_parameter_of_the_profile_is_named_with_both_values(world):
    path = places.profiles() / "tiny.yaml"
    profile = yaml.safe_load(path.read_text())
    profile["stages"]["all"]["target"] = {"learning_rate": 0.001}
    path.write_text(yaml.safe_dump(profile))
    assert said(ask()) == ["- parameter learning_rate: 0.001 here, 0.003 there (stage target)"]
    profile["stages"]["all"] = {"all": {**profile["stages"]["all"]["all"], "batch_size": 16}}
    path.write_text(yaml.safe_dump(profile))
    assert said(ask()) == ["- parameter batch_size: 16 here, 8 there (stage general, target)"]


def test_a_pinned_version_is_named_with_both(world, monkeypatch):
    then = coverage.version("timm")
    of = coverage.version
    monkeypatch.setattr(coverage, "version", lambda name: "9.9" if name == "timm" else of(name))
    forget()
    assert said(ask()) == [f"- library timm: 9.9 here, {then} there (stage general, target)"]


def test_another_device_is_named(world, monkeypatch):
    here = ", ".join(arithmetic.facts("cpu"))
    monkeypatch.setattr(device, "kind", lambda: "cuda")
    assert said(ask("control")) == [
        f"- arithmetic: cuda, bfloat16 mixed here, {here} there (stage target)"
    ]


def test_images_that_changed_are_named_by_role(world):
    path = places.manifests() / "cohorts" / "made.yaml"
    cohort = yaml.safe_load(path.read_text())
    cohort["roles"]["external"]["sources"][0]["split"]["salt"] = 1
    cohort["roles"]["general"]["sources"][0]["split"]["salt"] = 1
    path.write_text(yaml.safe_dump(cohort))
    found = said(ask())
    assert "- data: images or labels of general differ (stage general)" in found
    assert not any("of target" in line for line in found)


def test_another_network_is_a_difference_of_the_start(world):
    path = places.profiles() / "tiny.yaml"
    profile = yaml.safe_load(path.read_text())
    profile["networks"]["made"]["architecture"] = "resnet18"
    path.write_text(yaml.safe_dump(profile))
    assert said(ask()) == ["- start architecture: resnet18 here, resnet10t there (stage general)"]


def test_another_seed_is_one_difference_of_the_whole_chain(world):
    (line,) = said(ask(seed=2))
    assert line in {
        f"- parameter seed: 2 here, {seed} there (stage general, target)" for seed in (0, 1)
    }


# --- Which run is nearest -----------------------------------------------------------------------


def test_of_equally_near_runs_the_last_one_is_told(world):
    study = Study("tiny", "made", 4)
    plan = study.plan({"general": experiment.arms_of("01_sequences", study)["general"]})
    for run in plan.runs:
        if run.chain.stages[-1].seed == 3:
            record(study, run, finished="2026-11-23T00:00:00+00:00")
    assert ask(seed=2).nearest.id == plan.ends["general", 3]


def test_a_recorded_run_is_compared_with_the_others(world):
    study = Study("tiny", "made", 2)
    plan = study.plan(experiment.arms_of("01_sequences", study))
    answer = why.of_recorded(plan.ends["control", 0][:16])
    assert answer.recorded
    assert answer.nearest.id == plan.ends["control", 1]
    assert said(answer) == ["- parameter seed: 0 here, 1 there (stage target)"]


def test_a_parent_that_one_run_has_and_the_other_has_not_is_named(world):
    study = Study("tiny", "made", 1)
    recorded = why.recorded_runs(study.records)
    plan = study.plan(experiment.arms_of("01_sequences", study))
    control, general = plan.ends["control", 0], plan.ends["general", 0]
    answer = why.explain(recorded[control], {general: recorded[general]}, recorded)
    (line,) = said(answer)
    assert line.startswith("- parent: resnet10t with weights random here, random → general, run ")


def test_an_empty_store_has_nothing_to_compare_with(world):
    shutil.rmtree(Study("tiny", "made", 1).records)
    assert ask().sentences()[1] == "No other run is recorded to compare it with."


def test_a_run_that_is_not_recorded_is_an_error(world):
    with pytest.raises(StoreError, match="'zzz' is no run"):
        why.of_recorded("zzz")
