"""New experiment: the README's words, from an empty file to a verdict; and what is refused."""

import os
import re
import subprocess
import sys

import nbformat
import pytest
import yaml

from cxrstudy.base import places
from cxrstudy.pages.new_experiment import NewExperimentError, new_experiment
from cxrstudy.study.arms import ArmsError
from cxrstudy.study.experiment import arms_of
from cxrstudy.study.study import Study
from cxrstudy.training.stage import StageError
from cxrstudy.verdicts.claims_file import all_claims, read_claims
from cxrstudy.verdicts.judge import judged_arms
from tests.support.commands import cxrstudy
from tests.support.project import NETWORK, SIZE, THIS, use, write_profile
from tests.support.small import PATIENTS, in_this_process
from tests.support.some import some


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project without experiments, whose quick profile takes seconds."""
    write_profile(
        tmp_path / "profiles", profile="quick",
        phantom_patients=PATIENTS | {"target": 80, "natural_large": 40, "natural_small": 20},
        networks={"phantom": NETWORK},
        stages={"all": {"all": SIZE | {"steps": 2}}},
    )  # fmt: skip
    use(monkeypatch, tmp_path, "profiles", "notebooks", "claims")
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "_toc.yml").write_text(
        "parts:\n  - chapters:\n      - file: experiments/01_one\n"
        "      - file: experiments/09_verdicts\n      - file: references\n"
    )
    return tmp_path


def commands():
    """Commands of the README's section, and its words about the verdict."""
    text = (THIS / "README.md").read_text()
    section = text.partition("## Add an experiment")[2].partition("\n## ")[0]
    block = section.partition("```console\n")[2].partition("```")[0]
    return [line.removeprefix("$ ") for line in block.splitlines()], section


def test_the_readmes_words_make_an_experiment_that_can_be_judged(project):
    lines, said = commands()
    assert lines[0] == "source .venv/bin/activate"
    shown = cxrstudy(*lines[1].split()[1:])
    assert shown.status == 0
    assert lines[2] in shown.out.replace("Run it:  ", "")
    name = lines[1].split()[-1]
    for file in some(re.findall(rf"`((?:notebooks|claims)/{name}\.\w+)`", said)):
        assert (project / file).is_file()
        assert file in shown.out
    with in_this_process():
        table = judged_arms(name, arms_of(name, Study("quick", "phantom", 1)))
    assert table["verdict"].tolist() == ["not judged"]
    assert "not judged" in said
    assert "seed" in table["why"].item()
    contents = yaml.safe_load((project / "book" / "_toc.yml").read_text())
    files = [each["file"] for each in contents["parts"][0]["chapters"]]
    assert files == [
        "experiments/01_one", f"experiments/{name}", "experiments/09_verdicts", "references",
    ]  # fmt: skip


@pytest.mark.weekly
@pytest.mark.slow
def test_the_readmes_commands_run_in_a_shell(project):
    lines, _ = commands()
    environment = os.environ | {"PYTHONPATH": str(THIS)}
    for words in (lines[1].split(), lines[2].split()):
        module = "cxrstudy.cli" if words[0] == "cxrstudy" else words[0]
        subprocess.run(
            [sys.executable, "-W", "ignore", "-m", module, *words[1:]],
            cwd=project, env=environment, check=True, capture_output=True,
        )  # fmt: skip
    text = (project / "out.ipynb").read_text()
    assert "not judged" in text


def test_the_template_reads_as_the_other_notebooks_do(project):
    recipe, notebook, claims, contents = new_experiment("my_change")
    assert [path.name for path in (recipe, notebook, claims, contents)] == [
        "my_change.py", "my_change.ipynb", "my_change.yaml", "_toc.yml",
    ]  # fmt: skip
    made = nbformat.read(notebook, 4)
    nbformat.validate(made)
    assert all(not cell.get("outputs") for cell in some(made.cells))
    assert read_claims("my_change").testable[0].experiment == "my_change"
    assert len(all_claims()) == 1
    style = [sys.executable, "-m", "ruff", "check", "--config", THIS / "pyproject.toml"]
    subprocess.run([*style, "--no-cache", recipe, notebook], check=True, capture_output=True)


#: The order of results chapters, by their headings of the second level.
ORDER = [
    "What the evidence says", "What these numbers can't show", "The arms", "Your run",
    "How the arms were trained", "Train an arm by hand", "Repeat this page",
]  # fmt: skip


def headings(path):
    text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells)
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


def test_the_template_has_the_order_of_the_results_chapters(project):
    _, notebook, *_ = new_experiment("my_change")
    assert headings(notebook) == ORDER
    for chapter in ("02_pretraining_source", "06_sequential_schemes", "21_turns"):
        assert headings(THIS / "notebooks" / f"{chapter}.ipynb") == ORDER


def test_the_template_shows_recorded_results_before_its_own_run(project):
    _, notebook, *_ = new_experiment("my_change")
    cells = [cell.source for cell in nbformat.read(notebook, 4).cells]
    (evidence,) = (place for place, cell in enumerate(cells) if ":of: my_change" in cell)
    (own,) = (place for place, cell in enumerate(cells) if cell.startswith("## Your run"))
    computed = cells.index("scores = arms.scores()")
    recorded = [place for place, cell in enumerate(cells) if "beside(recorded" in cell]
    assert evidence < min(some(recorded)) <= max(recorded) < computed < own
    for shown in ("show.banner", "show.agreement", "judged_arms", "if_enough_seeds"):
        assert [place > own for place, cell in enumerate(cells) if f"{shown}(" in cell] == [True]
    assert not re.findall(r'"p"', "\n".join(cells[: own + 1]))


@pytest.mark.parametrize("name", ["My", "two words", "1st", "../up", "class", "random", "", "x.py"])
def test_a_name_that_is_none_is_refused(project, name):
    with pytest.raises(NewExperimentError, match="write small letters, digits and _"):
        new_experiment(name)
    assert list(places.notebooks().iterdir()) == []


def test_nothing_is_overwritten(project):
    new_experiment("mine")
    with pytest.raises(NewExperimentError, match=r"mine\.py exists already; choose another name"):
        new_experiment("mine")
    assert cxrstudy("experiment", "new", "mine").status == 1


def test_wrong_arms_say_what_to_write(project):
    study = Study("quick", "phantom", 1)
    target = study.stage("target")
    for wrong, said in (
        ({"a": target}, r"arm 'a' is a stage, not a chain.*write study\.pretrained >> stage"),
        ({"a": study.random_init}, r"arm 'a' has no stage; write study\.pretrained >> stage"),
        ({"a": "target"}, r"arm 'a' is a str, not a chain"),
        ({}, r"write a dictionary of chains by name, as in"),
        ([study.random_init >> target], r"write a dictionary of chains by name, as in"),
    ):
        with pytest.raises(ArmsError, match=said):
            study.arms(wrong)
    with pytest.raises(StageError, match=r"begins with weights, not with a stage \(target\)"):
        target >> target
    with pytest.raises(TypeError, match="a chain is followed by a stage, not by 'target'"):
        study.random_init >> "target"
