"""``cxrstudy compare``: its exit status, and the table of what moved."""

import json
import shutil

from tests.support import compared
from tests.support.commands import cxrstudy

folders = compared.folders


def run(folders, a, b, *options):
    return cxrstudy("compare", folders / a, folders / b, *options)


def test_compare_passes_equal_and_like_results(folders):
    assert run(folders, "first", "again", "--exact").status == 0
    assert run(folders, "first", "elsewhere").status == 0
    assert run(folders, "first", "elsewhere", "--exact").status == 1


def test_compare_fails_with_a_table_of_what_moved(folders):
    shown = run(folders, "first", "drifted")
    assert shown.status == 1
    lines = shown.out.splitlines()
    assert lines[1].split()[0] == "01_sequences"
    assert int(lines[1].split()[4]) >= 1
    assert lines[2].split()[4] == "0"
    assert any("general" in line and line.endswith("drifted") for line in lines)
    rows = json.loads(run(folders, "first", "drifted", "--json").out)
    assert {row["state"] for row in rows} == {"within", "drifted"}


def test_compare_takes_the_spread_from_the_standard_results_beside(folders, tmp_path):
    shutil.copytree(folders / "single", tmp_path / "quick")
    assert "give --spread" in run(folders, tmp_path / "quick", "single-elsewhere").err
    shutil.copytree(folders / "first", tmp_path / "standard")
    assert run(folders, tmp_path / "quick", "single-elsewhere").status == 0
