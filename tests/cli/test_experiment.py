"""``cxrstudy experiment``: new files are listed with what to do next, and errors explained."""

import pytest

from tests.support.commands import cxrstudy
from tests.support.project import use
from tests.support.some import some


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    return use(monkeypatch, tmp_path, "notebooks", "claims")


def test_it_lists_what_it_wrote_and_says_how_to_run_it(project):
    shown = cxrstudy("experiment", "new", "my_change")
    assert shown.status == 0
    *files, last = shown.out.splitlines()
    assert files == ["notebooks/my_change.py", "notebooks/my_change.ipynb", "claims/my_change.yaml"]
    assert all((project / file).is_file() for file in some(files))
    assert last == "Run it:  papermill notebooks/my_change.ipynb out.ipynb"


@pytest.mark.parametrize(("name", "said"), [("My", "write small letters"), ("twice", "exists")])
def test_what_is_refused_is_explained(name, said):
    cxrstudy("experiment", "new", "twice")
    shown = cxrstudy("experiment", "new", name)
    assert shown.status == 1
    assert said in shown.err
