"""``cxrstudy collect``: refuses what can't be one table; tests/pages/test_collect.py has more."""

from tests.support.commands import cxrstudy


def test_a_file_that_is_no_notebook_is_named_and_the_table_is_empty(tmp_path):
    (tmp_path / "a.ipynb").write_text("no JSON")
    shown = cxrstudy("collect", tmp_path / "a.ipynb")
    assert shown.status == 1
    assert shown.out.startswith("notebook,code,commit,claim,")
    assert shown.out.count("\n") == 1
    assert f"not collected: {tmp_path / 'a.ipynb'}: can't be read: " in shown.err
