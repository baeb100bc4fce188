"""Predict: answers about files are those of the network, and a broken file stops no other."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrstudy import phantom
from cxrstudy.predict.answer import PassedOver, Prediction, UnreadFile
from cxrstudy.predict.predict import PredictError, files_of, make_predictor, map_name
from cxrstudy.runs.operating_points import OperatingPoint, most_telling
from cxrstudy.runs.scores import read_scores
from cxrstudy.unlike import reference
from tests.support.dicoms import file_of, index_of_a_cd, radiograph
from tests.support.some import some


@pytest.fixture
def run(small, monkeypatch):
    """A recorded run, and the places where it is."""
    monkeypatch.setenv("CXRSTUDY_RUNS", str(small.runs))
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(small.runs.parent))
    return small.arms.plan.ends["control", 0]


@pytest.fixture
def predictor(small, run):
    return make_predictor(small.study.records, run)


@pytest.fixture(scope="module")
def chest():
    table = phantom.population.draw("target", 1, 9)
    return phantom.read(table["path"].iloc[0], 64)


def saved(folder, name, values, **options):
    path = folder / name
    Image.fromarray(values).save(path, **options)
    return path


def one(predictor, path, **options):
    (answer,) = predictor.predict([path], **options)
    return answer


def test_the_probabilities_are_the_recorded_scores(small, run, predictor, tmp_path):
    scores = read_scores(small.study.records, run).query("split == 'test'").iloc[0]
    table = small.study.cohort.role("target").table.set_index("id")
    path = saved(tmp_path, "a.png", phantom.read(table.loc[scores["id"], "path"], 64))
    answer = one(predictor, path)
    for label in some(predictor.network.labels):
        assert answer.probabilities[label] == pytest.approx(scores[f"score_{label}"], abs=1e-5)


def test_a_broken_file_is_named_with_its_reason_and_stops_no_other(predictor, tmp_path, chest):
    good = [saved(tmp_path, f"{name}.png", chest) for name in ("a", "d")]
    broken = tmp_path / "b.png"
    broken.write_bytes(good[0].read_bytes()[:300])
    (tmp_path / "c.dcm").write_text("<html>not found</html>")
    answers = list(predictor.predict([tmp_path, tmp_path / "missing.png"]))
    assert [answer.file.name for answer in answers] == [
        "a.png", "b.png", "c.dcm", "d.png", "missing.png",
    ]  # fmt: skip
    assert [type(answer) for answer in answers] == [
        Prediction, UnreadFile, UnreadFile, Prediction, UnreadFile,
    ]  # fmt: skip
    assert [answers[place].code for place in (1, 2, 4)] == ["PIX003", "PIX002", "PIX001"]
    assert "not an image: this is a web page (HTML)" in answers[2].reason
    assert "manifest" not in "".join(answers[place].reason for place in (1, 2, 4))


def test_memory_that_runs_out_stops_no_other(predictor, tmp_path, chest, monkeypatch):
    def full(content, path):
        raise MemoryError

    monkeypatch.setattr("cxrstudy.pixels.decode.decode_noted", full)
    answer = one(predictor, saved(tmp_path, "a.png", chest))
    assert (answer.code, "memory" in answer.reason) == ("PIX010", True)


def test_an_empty_folder_is_named(predictor, tmp_path):
    assert one(predictor, tmp_path).reason == "missing file: the folder holds no file"


def test_the_map_is_a_png_with_the_image_and_the_map_beside_it(predictor, tmp_path, chest):
    path = saved(tmp_path, "a.png", chest)
    answer = one(predictor, path, maps=tmp_path / "maps" / "here", label="covid19")
    assert answer.map.parent == tmp_path / "maps" / "here"
    assert answer.map.name == map_name(path.read_bytes(), "covid19")
    assert answer.map.read_bytes().startswith(b"\x89PNG")
    with Image.open(answer.map) as image:
        figure = np.asarray(image.convert("RGB")).astype(int)
    assert figure.shape == (64 + 18, 64 + 8 + 64, 3)  # a line of text below
    assert figure[64:, 72:].min() < 128
    left, right = figure[:64, :64], figure[:64, 72:]
    assert np.abs(left[..., 0] - chest).mean() < 6  # a WebP lies between
    assert np.abs(right - right[..., :1]).mean() > 3  # a coloured map


def test_maps_of_two_labels_and_of_files_of_one_name_have_names_of_their_own(
    predictor, tmp_path, chest
):
    for folder, values in (("a", chest), ("b", chest[:, ::-1])):
        (tmp_path / folder).mkdir()
        saved(tmp_path / folder, "chest.png", np.ascontiguousarray(values))
    folders = [tmp_path / "a", tmp_path / "b"]
    answers = [
        answer
        for label in ("covid19", "normal")
        for answer in predictor.predict(folders, tmp_path / "maps", label)
    ]
    assert len({answer.map for answer in answers}) == 4
    assert len(list((tmp_path / "maps").iterdir())) == 4


@pytest.mark.parametrize("name", ["MUELLER_4711.png", "covid.png"])
def test_the_name_of_a_map_holds_nothing_of_the_file_s(predictor, tmp_path, chest, name):
    (tmp_path / "WARD 9").mkdir()
    answer = one(predictor, saved(tmp_path / "WARD 9", name, chest), maps=tmp_path / "maps")
    (written,) = (tmp_path / "maps").iterdir()
    assert re.fullmatch(rf"[0-9a-f]{{16}}-{answer.explained}\.png", written.name)
    again = one(predictor, saved(tmp_path, "x.png", chest), maps=tmp_path / "maps")
    assert again.map == answer.map


def test_a_map_is_of_the_label_that_is_called_unless_one_is_named(predictor, tmp_path, chest):
    path = saved(tmp_path, "a.png", chest)
    answer = one(predictor, path)
    assert answer.explained == most_telling(answer.probabilities, answer.positive)
    assert answer.map is None
    assert one(predictor, path, label="normal").explained == "normal"


def test_an_unknown_label_and_a_folder_that_can_t_be_are_errors(predictor, tmp_path, chest):
    path = saved(tmp_path, "a.png", chest)
    with pytest.raises(PredictError, match=r"no label 'lung'.*covid19"):
        predictor.predict([path], label="lung")
    with pytest.raises(PredictError, match="name another folder"):
        one(predictor, path, maps=path)


def test_files_of_folders_come_by_name_at_any_depth_without_hidden_ones(tmp_path):
    for name in ("b.png", "deep/er/a", ".hidden", ".git/config", "a.dcm"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = files_of([tmp_path, tmp_path / "b.png", Path("missing")])
    names = [str(path.relative_to(tmp_path)) for path in found[:-1]]
    assert names == ["a.dcm", "b.png", "deep/er/a"]
    assert found[-1] == Path("missing")


@pytest.mark.parametrize("threshold", [0.0, 1.1])
def test_one_class_is_called_that_asked_about_from_its_threshold_on(
    predictor, tmp_path, chest, threshold
):
    point = OperatingPoint(threshold, "made", 9, 0.9, 0.9)
    answer = one(replace(predictor, points={"covid19": point}), saved(tmp_path, "a.png", chest))
    chances = dict(answer.probabilities)
    covid = chances.pop("covid19")
    said = "covid19" if covid >= threshold else max(chances, key=chances.get)
    assert [name for name, positive in answer.positive.items() if positive] == [said]


def test_a_photograph_is_answered_with_warnings(small, run, tmp_path, monkeypatch):
    from sklearn.datasets import load_sample_image

    monkeypatch.setattr(reference, "LEAST", 2)
    predictor = make_predictor(small.study.records, run)
    answer = one(predictor, saved(tmp_path, "flower.jpg", load_sample_image("flower.jpg")))
    assert {"colour", "view"} <= {warned.code for warned in answer.warnings}
    assert answer.facts["warnings"][0]["code"] == "colour"
    assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-5)


def test_a_network_that_sees_only_the_border_is_shown_only_the_border(small, run, tmp_path, chest):
    predictor = make_predictor(small.study.records, run)
    bordered = replace(predictor, network=replace(predictor.network, visible="border"))
    middle = chest.copy()
    middle[20:40, 20:40] = 255
    paths = [saved(tmp_path, "a.png", chest), saved(tmp_path, "b.png", middle)]
    seen = [list(asked.predict(paths)) for asked in (predictor, bordered)]
    assert seen[0][0].probabilities != seen[0][1].probabilities
    assert seen[1][0].probabilities == seen[1][1].probabilities


# --- what headers say, and what lies beside radiographs -------------------------------------------


def test_on_a_cd_what_is_no_image_is_passed_over_and_said(predictor, tmp_path, chest):
    (tmp_path / "DICOMDIR").write_bytes(index_of_a_cd())
    (tmp_path / "AUTORUN.INF").write_text("[autorun]\r\nopen=viewer.exe\r\n")
    (tmp_path / "viewer.exe").write_bytes(b"MZ\x90\0" + bytes(60))
    (tmp_path / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (tmp_path / "IM0001").write_bytes(file_of(radiograph(chest)))
    answers = {answer.file.name: answer for answer in predictor.predict([tmp_path])}
    assert {name: type(answer) for name, answer in answers.items()} == {
        "AUTORUN.INF": PassedOver, "DICOMDIR": PassedOver, "IM0001": Prediction,
        "viewer.exe": PassedOver,
    }  # fmt: skip
    assert answers["DICOMDIR"].what.startswith("Media Storage Directory Storage")
    assert (answers["AUTORUN.INF"].what, answers["viewer.exe"].what) == ("text", "a program")
    # A file that somebody named is answered.
    (named,) = predictor.predict([tmp_path / "DICOMDIR"])
    assert (type(named), named.code) == (UnreadFile, "PIX009")


def test_a_radiograph_that_may_be_damaged_is_not_passed_over(predictor, tmp_path, chest):
    whole = file_of(radiograph(chest))
    (tmp_path / "IM0001").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "IM0002").write_bytes(b"")
    (tmp_path / "IM0003").write_bytes(bytes(500))
    answers = list(predictor.predict([tmp_path]))
    assert [(type(one), one.code) for one in answers] == [
        (UnreadFile, "PIX003"), (UnreadFile, "PIX002"), (UnreadFile, "PIX002"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("elements", "code", "words"),
    [
        ({"Modality": "MG"}, "header-modality", "MG"),
        ({"BodyPartExamined": "HAND"}, "header-body-part", "HAND"),
        ({"ViewPosition": "LL"}, "header-view", "LL"),
        ({"PresentationIntentType": "FOR PROCESSING"}, "header-raw", "FOR PROCESSING"),
        ({"WindowCenter": "0", "WindowWidth": "0"}, "header-window", "Window Center 0"),
    ],
)
def test_warnings_are_in_the_words_of_the_header(predictor, tmp_path, chest, elements, code, words):
    def warned(**header):
        path = tmp_path / "a.dcm"
        path.write_bytes(file_of(radiograph(chest, **header)))
        return {warning.code: warning.text for warning in one(predictor, path).warnings}

    usual, odd = warned(), warned(**elements)
    assert set(odd) - set(usual) == {code}
    assert words in odd[code]
