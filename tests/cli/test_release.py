"""``cxrstudy release``: what is lacking is said in one line; test_release.py of pages has more."""

from tests.support.commands import cxrstudy
from tests.support.recorded import project


def test_without_executed_notebooks_it_says_what_makes_them(tmp_path):
    with project(tmp_path / "here"):
        shown = cxrstudy("release", "--to", tmp_path / "r.zip", "--by", "A Reader")
    assert shown.status == 1
    assert "no executed notebook; make book executes them" in shown.err
    assert not (tmp_path / "r.zip").exists()
