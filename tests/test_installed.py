"""The wheel in an empty folder, with what it requires and nothing else: no torch, no papermill.

Nothing is downloaded: see :mod:`tests.support.installed`.
"""

import json
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support import installed
from tests.support.project import THIS, write_cohort, write_profile
from tests.support.some import some

pytest.importorskip("hatchling", reason="this test was not run: hatchling is not installed")

#: Environments are made, and each command imports anew.
pytestmark = pytest.mark.slow

#: Modules that need the extra `train`, because they train, apply or explain a network.
NEED_TRAIN = {
    "explain", "explorer", "pages.examples", "pages.failures", "predict.answer", "predict.predict",
    "runs.bits", "runs.computation", "runs.network", "study.learners", "training.backbone",
    "training.batches", "training.captions", "training.carried", "training.checkpoint",
    "training.dataloaders", "training.divergence", "training.images", "training.layers",
    "training.loss", "training.measures", "training.model", "training.own_learner",
    "training.own_network", "training.parts", "training.reproducible", "training.scoring",
    "training.train", "training.weight_content", "training.weights",
}  # fmt: skip
#: Modules that need the extra `book`, because they start kernels or are parts of Sphinx.
NEED_BOOK = {
    "pages.batch_execution", "pages.computed.directive", "pages.computed.head",
    "pages.computed.terms", "pages.computed.weight", "pages.execution", "pages.kernel",
    "pages.pdf",
}  # fmt: skip
IMPORT_ALL = """
import importlib, json, pkgutil, cxrstudy
lacking = {}
for found in pkgutil.walk_packages(cxrstudy.__path__, "cxrstudy.", onerror=lambda name: None):
    if found.name.endswith("__main__"):
        continue
    try:
        importlib.import_module(found.name)
    except ImportError as error:
        lacking[found.name.removeprefix("cxrstudy.")] = error.name.split(".")[0]
print(json.dumps(lacking))
"""
#: One process for several commands: most of a command's time goes into imports.
COMMANDS = """
import json, sys
from typer.testing import CliRunner
from cxrstudy.cli import app
for arguments in json.loads(sys.argv[1]):
    result = CliRunner().invoke(app, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    print(json.dumps([result.exit_code, result.stdout, result.stderr]))
"""
JUDGE = """
from cxrstudy.base import places
from cxrstudy.notebook import estimates, figures, metrics
from cxrstudy.verdicts import judge, results
folder = places.results() / "phantom" / "quick"
scores = results.read(folder, "06_sequential_schemes")
figures.use_style()
rows = estimates(scores, metrics.auroc("covid19"), replicates=100)
figures.estimates(rows, "AUROC").savefig("estimates.png")
for verdict in judge.judged_results(folder)["verdict"].unique():
    print(verdict)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return installed.build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def python(tmp_path_factory, wheel):
    """Python of an environment without any extra."""
    return installed.make_environment(tmp_path_factory.mktemp("base") / "environment", wheel)


@pytest.fixture
def empty(tmp_path):
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


def commands(python: Path, folder: Path, *asked: str) -> list[tuple[int, str, str]]:
    given = json.dumps([one.split() for one in asked])
    done = installed.run(python, "-c", COMMANDS, given, cwd=folder)
    assert done.returncode == 0, done.stderr
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def test_only_what_computes_with_networks_needs_what_trains_them(python, empty):
    done = installed.run(python, "-W", "error", "-c", IMPORT_ALL, cwd=empty)
    assert done.returncode == 0, done.stderr
    lacking = json.loads(done.stdout)
    assert set(lacking) <= NEED_TRAIN | NEED_BOOK
    libraries = {
        True: {"bs4", "docutils", "jupyter_client", "pypdf", "sphinx"},
        False: {"torch", "timm", "fastai", "safetensors"},
    }
    assert [name for name in lacking if lacking[name] not in libraries[name in NEED_BOOK]] == []


def test_the_command_works(python, empty):
    done = installed.run(python.parent / "cxrstudy", "results", "list", cwd=empty)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[:2] == ["cohort", "profile"]
    assert "phantom  standard" in done.stdout


def test_plans_and_records_are_read_and_what_is_made_lies_in_the_empty_folder(python, empty):
    recorded = THIS / "results" / "phantom" / "quick"
    found = commands(
        python, empty, "plan 04", "status 04_mixup", "store check",
        "why --experiment 06_sequential_schemes --arm control",
        f"compare {recorded} {recorded} --spread {recorded}", "data list", "data where nih1k",
    )  # fmt: skip
    assert [(status, err) for status, _, err in found if status] == []
    plan, status, check, *_ = (out for _, out, _ in found)
    assert "11 runs: 0 recorded or not needed, 11 to do." in plan
    assert re.search(r"04_mixup +11 ", status)
    assert check.startswith(f"{empty}/runs/store: ")
    assert {path.name for path in empty.iterdir()} <= {"runs"}


def test_the_audit_needs_no_torch(python, empty):
    """On a project of one's own, with a few phantoms, found from the working folder."""
    write_profile(empty / "profiles")
    write_cohort(empty / "data_manifests", roles=("target", "external"))
    ((status, out, err),) = commands(python, empty, "audit made --profile tiny")
    assert out.splitlines()[0].split() == ["code", "state", "count", "title"]
    assert status in (0, 1), err  # whatever it finds in a few phantoms
    assert list((empty / "runs" / "pixels").glob("*.npy"))


def test_what_is_recorded_is_judged_and_drawn(python, empty):
    done = installed.run(python, "-c", JUDGE, cwd=empty)
    assert done.returncode == 0, done.stderr
    # One seed decides nothing.
    assert set(done.stdout.splitlines()) == {"not judged", "not testable"}
    assert (empty / "estimates.png").stat().st_size > 1000


def test_all_that_is_recorded_is_computed_again(python, empty):
    ((status, out, err),) = commands(python, empty, "review")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert sum(line.startswith("results/phantom/") for line in lines) == 2
    assert all(": equal: " in line for line in some(lines))
    assert "registrations can't be checked here" in lines[-1]


def test_a_command_that_needs_more_says_what_to_install_in_one_line(python, empty):
    train, book = (
        f"cxrstudy: {library} is not installed; pip install 'cxrstudy[{extra}]'\n"
        for library, extra in (("torch", "train"), ("papermill", "book"))
    )
    predicted, executed, trained = commands(
        python, empty, "predict image.png --run 3f9a", "run 04", "run 04 --no-notebooks"
    )
    assert predicted == (1, "", train)
    assert executed == (1, "", book)
    assert (trained[0], trained[2].endswith(train)) == (1, True)
    assert not (empty / "runs" / "pixels").exists()  # it is said before anything is computed


def test_this_checkout_is_installed_as_it_lies_here(tmp_path):
    """As `make` does it: what is imported is this folder, and nothing is copied."""
    build = "import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])"
    done = installed.run(sys.executable, "-c", build, tmp_path, cwd=THIS)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (name for name in archive.namelist() if name.endswith(".pth"))
        assert Path(archive.read(path).decode().strip()) == THIS
        assert not [name for name in archive.namelist() if name.endswith(".py")]


def test_papermill_executes_a_copied_notebook(tmp_path_factory, wheel, empty):
    python = installed.make_environment(tmp_path_factory.mktemp("b") / "environment", wheel, "book")
    shutil.copy(THIS / "notebooks" / "00_papers.ipynb", empty)
    asked = ("-m", "papermill", "00_papers.ipynb", "out.ipynb", "--no-progress-bar")
    done = installed.run(python, *asked, cwd=empty)
    assert done.returncode == 0, done.stderr
    assert (empty / "out.ipynb").is_file()
