"""``cxrstudy compare``: its exit status, and the table of what moved."""

import json
import re
import shutil

import pytest

from tests.support import compared
from tests.support.commands import cxrstudy
from tests.support.some import some

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
    counted = {
        line[:12].strip(): dict(zip(head(lines[0]), head(line), strict=False))
        for line in lines[1:3]
    }
    assert int(counted["01_sequences"]["failed"]) >= 1
    assert counted["02_shares"]["failed"] == "0"
    assert counted["02_shares"]["seeds A"] == counted["02_shares"]["seeds B"] == "5"
    assert int(counted["02_shares"]["images A"]) > 10
    assert any("general" in line and line.endswith("drifted") for line in lines)
    rows = json.loads(run(folders, "first", "drifted", "--json").out)
    assert {row["state"] for row in rows} == {"within", "drifted"}


def head(line):
    """Cells of a line of a table, which are two blanks apart."""
    return list(re.split(r" {2,}", line.strip()))


def test_a_repeat_with_fewer_seeds_passes_is_said_and_is_not_exact(folders):
    shown = run(folders, "first", "single")
    assert shown.status == 0
    assert "4 of 5 seeds of 5 arms are only in A" in shown.out
    exact = run(folders, "first", "single", "--exact")
    assert exact.status == 1
    assert "fewer seeds" in exact.out
    told = run(folders, "first", "single", "--json")
    rows = json.loads(told.out, parse_constant=pytest.fail)
    assert {row["state"] for row in rows} == {"fewer seeds"}
    assert {(len(row["seeds_a"]), len(row["seeds_b"])) for row in rows} == {(5, 1)}
    assert all(row["images_a"] == row["images_b"] > 0 for row in some(rows))
    assert all(row["tolerance"] is None for row in some(rows))
    assert "only in A" in told.err


def test_compare_takes_the_spread_from_the_standard_results_beside(folders, tmp_path):
    shutil.copytree(folders / "single", tmp_path / "quick")
    assert "give --spread" in run(folders, tmp_path / "quick", "single-elsewhere").err
    shutil.copytree(folders / "first", tmp_path / "standard")
    assert run(folders, tmp_path / "quick", "single-elsewhere").status == 0
