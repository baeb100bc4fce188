"""Journey: prompt, make, command, kernel, worker and pages of one tiny study, in one checkout.

Each step is expensive, so the steps are made once and looked at by several tests.
"""

import json
import os
import re
import shutil
from types import SimpleNamespace

import pytest

from tests.support.checkout import (
    STUDY,
    TELL,
    make_checkout,
    mark_installed,
    run,
    write_contents,
    write_notebook,
    write_prose,
)

pytestmark = [pytest.mark.slow, pytest.mark.weekly]
pytest.importorskip("jupyter_book", reason="this test was not run: Jupyter Book is not installed")


def pages(folder):
    html = folder / "book" / "_build" / "html"
    return {p.relative_to(html).as_posix(): p.read_text() for p in html.rglob("*.html")}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The book with one seed, with three, and with one again after some changes."""
    top = tmp_path_factory.mktemp("journey")
    folder = make_checkout(top / "my study")
    home = top / "home"
    startup = home / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("import os; os.environ['MARK'] = 'start-up file'")
    other = home / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text('{"argv": ["false"], "display_name": "", "language": "x"}')
    variables = {
        "HOME": str(home), "JUPYTER_PATH": str(home), "CXRSTUDY_RUNS": "my runs",
        "TMPDIR": str(home / ("of-a-job-" * 12)),
    }  # fmt: skip
    (home / ("of-a-job-" * 12)).mkdir()
    steps, shown = [], []

    def make(*arguments):
        steps.append(run(folder, "make", "book", *arguments, **variables))
        assert steps[-1].returncode == 0, steps[-1].stderr + steps[-1].stdout
        shown.append(pages(folder))

    make("DATA=~/my radiographs")
    make("DATA=~/my radiographs", "SEEDS=3")
    write_prose(folder, "New heading")
    os.utime(folder / "book" / "prose.md", (0, 0))
    write_notebook(folder, "01_study - Copy", STUDY, TELL)
    make("DATA=~/my radiographs")
    return SimpleNamespace(folder=folder, home=home, steps=steps, pages=shown, variables=variables)


PAGE = "experiments/01_study.html"


def test_the_pages_are_those_of_the_settings_asked_for(study):
    found = [re.findall(r"RESULT of seeds (\d)", shown[PAGE]) for shown in study.pages]
    assert found == [["1"], ["3"], ["1"]]


def test_what_is_unchanged_is_not_executed_again(study):
    first, second, third = (step.stdout for step in study.steps)
    assert "2 notebooks executed: " in first
    assert "2 notebooks executed: " in second
    assert "0 notebooks executed, 2 unchanged" in third


def test_prompt_kernel_and_worker_have_one_idea_of_a_folder(study):
    folder, data = study.folder, study.home / "my radiographs"
    shown = study.pages[0][PAGE]
    python = folder / ".venv" / "bin" / "python"
    kernel = f"KERNEL {python} {folder / 'cxrstudy'} {folder / 'my runs'} {data}"
    assert kernel in shown
    assert "MARK None" in shown  # no start-up file, and no kernel of that name elsewhere
    assert f"WORKER {folder / 'my runs'} {data}" in shown
    assert (folder / "my runs" / "executed" / "phantom-quick" / "01_study.ipynb").is_file()
    assert not (folder / "runs").exists()


def test_the_stamp_says_what_ran(study):
    executed = study.folder / "my runs" / "executed" / "phantom-quick-3"
    facts = json.loads((executed / "01_study.provenance.json").read_text())
    assert facts["command"].startswith("papermill notebooks/01_study.ipynb 'my runs/executed/")
    assert facts["command"].endswith("-p cohort phantom -p profile quick -p seeds 3")
    assert facts["executable"] == str(study.folder / ".venv" / "bin" / "python")
    assert facts["commit"] == "none"
    assert "git" in facts["why_no_commit"]


def test_a_changed_heading_is_new_on_all_pages_and_a_copy_is_no_chapter(study):
    assert [name for name, text in study.pages[2].items() if "Old heading" in text] == []
    assert "New heading" in study.pages[2][PAGE]
    assert "01_study - Copy.ipynb: not in the book's table of contents" in study.steps[2].stderr
    assert "READS 01_study 10_provenance" in study.pages[2]["experiments/10_provenance.html"]
    assert {name for name in study.pages[2] if name.startswith("experiments/")} == {
        PAGE, "experiments/10_provenance.html"
    }  # fmt: skip
    assert (study.folder / "book" / "_build" / "html" / ".nojekyll").is_file()


def test_a_copied_checkout_is_installed_anew_and_a_stale_command_is_refused(study, tmp_path):
    copy = tmp_path / "a copy"
    shutil.copytree(study.folder, copy, symlinks=True)
    script = copy / ".venv" / "bin" / "papermill"
    script.write_text(f"#!{study.folder}/.venv/bin/python\nprint(1)\n".replace(" ", ""))
    log = str(tmp_path / "log")
    mirror = {
        "PIP_INDEX_URL": "https://mirror.example/simple", "UV_LOG": log,
        "PIP_EXTRA_INDEX_URL": "https://second.example/simple", "PIP_FIND_LINKS": "/one /two",
    }  # fmt: skip
    for _ in range(2):
        made = run(copy, "make", ".venv/book", **mirror)
        assert made.returncode == 0, made.stderr
    (once,) = (tmp_path / "log").read_text().splitlines()
    command, *told = once.split(" | ")
    assert command.endswith("'-e', '.[train,book,weights,dicom]']")
    # As pip, which takes the best version of all of them.
    assert told == [
        "https://mirror.example/simple", "https://second.example/simple", "unsafe-best-match",
        "/one,/two",
    ]  # fmt: skip
    assert f'"{copy}/.venv/bin/python"' in script.read_text()
    own = run(copy, "make", ".venv/book", UV_DEFAULT_INDEX="https://u.example", **mirror)
    assert own.returncode == 0
    first = str(study.folder / ".venv" / "bin" / "python")
    program = "from cxrstudy.cli import app; app()"
    stale = run(copy, first, "-P", "-c", program, "plan", PYTHONPATH=str(study.folder))
    assert stale.returncode == 1
    assert "is a checkout with code of its own" in stale.stderr
    assert "Traceback" not in stale.stderr


def test_a_conflict_in_a_notebook_ends_in_one_sentence(study, tmp_path):
    copy = tmp_path / "conflict"
    shutil.copytree(study.folder, copy, symlinks=True)
    mark_installed(copy)
    path = copy / "notebooks" / "01_study.ipynb"
    path.write_text("<<<<<<< HEAD\n" + path.read_text())
    made = run(copy, "make", "book")
    assert made.returncode != 0
    assert f"cxrstudy: {path}: no notebook (line 1: a merge conflict, <<<<<<<)" in made.stderr
    path.unlink()
    write_contents(copy, "prose", "experiments/01_study")
    made = run(copy, "make", "book")
    assert "names the chapter 01_study, but" in made.stderr
