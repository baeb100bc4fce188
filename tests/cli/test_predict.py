"""``cxrstudy predict``: a folder with broken, colour, 16-bit and DICOM files."""

import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from cxrstudy import phantom
from cxrstudy.base import places
from cxrstudy.cli.predict import _said
from cxrstudy.predict.notice import NOTICE
from cxrstudy.runs.operating_points import OperatingPoint, called, point_in_words
from cxrstudy.unlike import reference
from tests.support.commands import cxrstudy
from tests.support.dicoms import phantom_file
from tests.support.project import THIS
from tests.support.some import some


@pytest.fixture
def run(small, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(small.runs))
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(small.runs.parent))
    monkeypatch.setattr(reference, "LEAST", 2)
    return small.arms.plan.ends["control", 0]


@pytest.fixture
def brought(tmp_path):
    """A folder as somebody may bring it."""
    folder = tmp_path / "brought"
    folder.mkdir()
    drawn = phantom.population.draw("target", 1, 9).iloc[0]
    chest = phantom.read(drawn["path"], 128)
    Image.fromarray(chest).save(folder / "chest.png")
    Image.fromarray(chest).convert("RGB").save(folder / "chest.jpg", quality=95)
    deep = np.rint(chest * (4095 / 255)).astype(np.uint16)
    Image.fromarray(deep).save(folder / "deep.png")
    (folder / "patient").write_bytes(phantom_file(drawn, 128, "MONOCHROME1"))
    tint = np.stack([chest, chest // 2, chest // 4], axis=-1)
    Image.fromarray(tint).save(folder / "colour.png")
    (folder / "broken.png").write_bytes((folder / "chest.png").read_bytes()[:400])
    return folder


def test_a_folder_of_all_kinds(run, brought, tmp_path):
    shown = cxrstudy("predict", brought, "--run", run[:12], "--maps", tmp_path / "maps")
    assert shown.out.splitlines()[0] == NOTICE
    assert "not for clinical use" in NOTICE.lower()
    assert f"{brought / 'broken.png'}\n  could not be read: PIX003" in shown.out
    assert shown.out.endswith("5 of 6 files could be read\n")
    assert shown.status == 1
    maps = re.findall(r"map of [^:]+: (.*)", shown.out)
    assert len(maps) == 5
    assert sorted(maps) == sorted(str(path) for path in (tmp_path / "maps").iterdir())
    colour = shown.out.split(str(brought / "colour.png"))[1].split(str(brought))[0]
    assert "WARNING colour: this is a colour image" in colour
    assert shown.out.count("WARNING colour") == 1
    assert "otherwise for the most probable of normal, other_pneumonia: one class" in shown.out
    assert "brightness on about 1 %, view on at most about 2 %" in shown.out


def test_json_says_the_same_and_the_notice_is_on_its_first_line(run, brought):
    shown = cxrstudy("predict", brought, "--run", run, "--no-draw", "--json")
    assert shown.status == 1
    assert NOTICE in shown.out.splitlines()[0]
    told = json.loads(shown.out)
    assert (told["notice"], told["run"]) == (NOTICE, run)
    assert [one["file"] for one in told["unread"]] == [str(brought / "broken.png")]
    assert told["unread"][0]["code"] == "PIX003"
    answers = {one["file"].split("/")[-1]: one for one in told["predictions"]}
    assert set(answers) == {"chest.png", "chest.jpg", "deep.png", "patient", "colour.png"}
    assert all(set(one["probabilities"]) == set(told["labels"]) for one in some(answers.values()))
    assert all(one["map"] is None for one in some(answers.values()))
    assert set(told["operating_points"]) == {told["labels"][-1]}
    assert all(list(one["positive"].values()).count(True) == 1 for one in some(answers.values()))
    # One picture in three formats is answered alike: 12 bits are stretched as the DICOM's are.
    assert answers["deep.png"]["probabilities"] == answers["patient"]["probabilities"]
    for label in some(told["labels"]):
        values = [answers[name]["probabilities"][label] for name in ("chest.png", "chest.jpg")]
        assert values[0] == pytest.approx(values[1], abs=0.02)


def test_where_all_files_are_read_it_ends_with_0_and_warnings_don_t_change_that(run, brought):
    shown = cxrstudy("predict", brought / "colour.png", brought / "chest.jpg", "--run", run)
    assert shown.status == 0
    assert "WARNING" in shown.out
    folder = places.runs() / "maps" / run[:12]
    assert str(folder) in shown.out
    assert len(list(folder.iterdir())) == 2
    assert not list(folder.glob("*colour*"))


def test_on_a_cd_it_ends_with_0_if_all_radiographs_were_answered(run, brought):
    (brought / "broken.png").unlink()
    (brought / "AUTORUN.INF").write_text("[autorun]\r\nopen=viewer.exe\r\n")
    shown = cxrstudy("predict", brought, "--run", run, "--no-draw")
    assert shown.status == 0
    assert f"{brought / 'AUTORUN.INF'}\n  no image: text" in shown.out
    assert shown.out.endswith("5 of 5 files could be read; 1 are no images\n")
    told = json.loads(cxrstudy("predict", brought, "--run", run, "--no-draw", "--json").out)
    assert told["passed_over"] == [{"file": str(brought / "AUTORUN.INF"), "what": "text"}]


def test_a_folder_without_a_radiograph_ends_with_1(run, tmp_path):
    (tmp_path / "README").write_text("no radiographs here")
    assert cxrstudy("predict", tmp_path, "--run", run, "--no-draw").status == 1


def test_training_images_that_are_too_few_are_said_to_be(run, brought, monkeypatch):
    monkeypatch.setattr(reference, "LEAST", 10_000)
    monkeypatch.setattr(reference, "_read", lambda path: None)
    shown = cxrstudy("predict", brought / "chest.png", "--run", run, "--no-draw")
    assert "WARNING uncompared: could not be compared with the training images" in shown.out
    assert shown.status == 0


def test_errors_are_messages_and_the_notice_stands_before_them(run, brought):
    shown = cxrstudy("predict", brought, "--run", "nothing")
    assert (shown.status, shown.out) == (1, f"{NOTICE}\n")
    assert "'nothing' is no run; give the first of the 64 characters" in shown.err
    shown = cxrstudy("predict", brought, "--run", run, "--label", "lung")
    assert "no label 'lung'" in shown.err
    assert cxrstudy("predict", "--help").status == 0


def test_a_wrong_id_is_said_before_torch_and_pandas_are_imported(tmp_path):
    program = (
        "import sys; from cxrstudy.cli import app\n"
        "try: app(['predict', 'a.png', '--run', '0000'])\n"
        "except SystemExit as end: assert end.code == 1\n"
        "sys.exit(bool({'torch', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=THIS, check=False, capture_output=True,
        env=os.environ | {"CXRSTUDY_RUNS": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"0 runs begin with '0000'" in done.stderr


def test_a_score_is_never_written_on_the_wrong_side_of_its_threshold():
    point = OperatingPoint(0.6006, "sensitivity at least 0.9", 1082, 0.91, 0.33)
    points = {"covid19": point, "normal": "too few"}
    assert point_in_words(point).startswith("0.6006 (sensitivity at least 0.9; on 1,082 validation")
    for value, written, word in (
        (0.60055, "0.60055", "negative"), (0.6006, "0.6006", "positive"), (0.7, "0.700", "positive")
    ):  # fmt: skip
        answer = SimpleNamespace(
            file="x.png", width=1, height=1, probabilities={"covid19": value, "normal": 0.4},
            positive=called("multilabel", {"covid19": value, "normal": 0.4}, points), warnings=(),
            explained="covid19", map=None,
        )  # fmt: skip
        said = _said(answer, SimpleNamespace(points=points))
        assert f"covid19  {written}  {word}" in said
        assert "normal   0.400  no operating point" in said
