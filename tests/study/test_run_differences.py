"""Run differences: what was changed is named exactly, with both values and its stage."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base import arithmetic, coverage, device, places
from cxrstudy.base.identity import canonical
from cxrstudy.study import experiment, run_differences, why
from cxrstudy.study.study import Study
from tests.support import explained
from tests.support.explained import ask, forget, said

world = explained.world


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


def test_a_parent_that_one_run_has_and_the_other_has_not_is_named(world):
    study = Study("tiny", "made", 1)
    recorded = why.recorded_runs(study.records)
    plan = study.plan(experiment.arms_of("01_sequences", study))
    control, general = plan.ends["control", 0], plan.ends["general", 0]
    answer = why.explain(recorded[control], {general: recorded[general]}, recorded)
    (line,) = said(answer)
    assert line.startswith("- parent: resnet10t with weights random here, random → general, run ")


PLAIN = st.sampled_from([0, -0.0, 0.0, 1, 1.0, True, False, None, "1", "", [1], [1.0], {"a": 1}])


@given(PLAIN, PLAIN)
def test_what_is_taken_as_one_without_writing_it_is_written_alike(here, there):
    assert not run_differences._are_one(here, there) or canonical(here) == canonical(there)
    changed = list(run_differences._changed({"name": here}, {"name": there}))
    assert bool(changed) == (
        run_differences._shown({"": here}, "") != run_differences._shown({"": there}, "")
    )
