"""Live: what the widget answers, without a browser."""

import io
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cxrstudy.data.role_checks import CohortError
from cxrstudy.explorer import ExplorerError, explore, gallery_of, networks_of
from cxrstudy.explorer.gallery import evenly_spaced
from cxrstudy.explorer.map_worker import MapWorker
from cxrstudy.explorer.upload import LARGEST, Parts, UploadError, read_upload
from cxrstudy.runs.store import StoreError
from tests.support.explored import made_cohort, made_explainer, made_network

ARMS = {"control": made_network(0), "general": made_network(1)}


@pytest.fixture
def widget(monkeypatch):
    explorer = explore(ARMS, made_cohort(4), explain=made_explainer())
    explorer.said = []
    monkeypatch.setattr(
        explorer, "send", lambda content, buffers=None: explorer.said.append(content)
    )
    yield explorer
    explorer._worker.cancel()
    explorer._worker.wait()


def part(arm="control", label="covid19", method="gradcam", layer="layer4"):
    return {"arm": arm, "label": label, "method": method, "layer": layer}


def show(widget, request, *parts, case=None):
    case = case or widget.catalogue["cases"][0]["id"]
    message = {"kind": "show", "request": request, "case": case, "parts": list(parts)}
    widget._hear(widget, message, [])


def upload(widget, content, name="mine.png", size=1 << 20):
    for start in range(0, max(len(content), 1), size):
        last = start + size >= len(content)
        message = {"kind": "upload", "name": name, "first": start == 0, "last": last}
        widget._hear(widget, message, [memoryview(content[start : start + size])])
    widget._worker.wait()


def png(width=90, height=120):
    stream = io.BytesIO()
    grey = np.add.outer(np.arange(height), np.arange(width)).astype(np.uint8)
    Image.fromarray(grey).save(stream, "PNG")
    return stream.getvalue()


def answers(widget, kind):
    return [message for message in widget.said if message["kind"] == kind]


def kinds(widget):
    return [message["kind"] for message in widget.said]


def test_the_catalogue_says_what_every_arm_predicts_and_holds_no_image(widget):
    catalogue = widget.catalogue
    assert [arm["name"] for arm in catalogue["arms"]] == ["control", "general"]
    assert catalogue["arms"][0]["layers"] == ["layer3", "layer4"]
    assert catalogue["methods"][-1] == {"name": "endless", "title": "Endless-CAM", "slow": True}
    for case in catalogue["cases"]:
        assert case["image"] is None
        assert set(case["readings"]) == {"control", "general"}
        assert case["readings"]["control"]["right"] in (True, False)


def test_a_picture_comes_first_and_then_a_map_an_arm(widget):
    show(widget, 7, part("control"), part("general"))
    widget._worker.wait()
    said = [message for message in widget.said if message["kind"] != "progress"]
    assert [message["kind"] for message in said] == ["picture", "map", "map", "done"]
    assert {message["request"] for message in said} == {7}
    assert said[0]["image"].startswith("data:image/webp")
    assert said[1]["map"] != said[2]["map"]


def test_a_map_is_computed_once(widget):
    for request in (1, 2):
        show(widget, request, part())
        widget._worker.wait()
    first, second = answers(widget, "map")
    assert first["map"] is second["map"]


def test_grad_cam_takes_less_than_a_second_of_a_processor(widget):
    show(widget, 1, part())  # the first imports grad-cam
    widget._worker.wait()
    began = time.process_time()
    for request, case in enumerate(widget.catalogue["cases"][1:], 2):
        show(widget, request, part(), case=case["id"])
        widget._worker.wait()
    assert (time.process_time() - began) / 3 < 1


def test_slow_work_reports_and_can_be_cancelled(widget):
    show(widget, 1, part(method="endless"))
    wait_for(lambda: kinds(widget).count("progress") >= 2)
    shares = [m["share"] for m in widget.said if m["kind"] == "progress"]
    assert shares == sorted(shares)
    widget._hear(widget, {"kind": "cancel"}, [])
    widget._worker.wait(5)
    assert "done" not in kinds(widget)
    assert "error" not in kinds(widget)


def test_a_new_wish_ends_slow_work(widget):
    show(widget, 1, part(method="endless"))
    wait_for(lambda: "progress" in kinds(widget))
    show(widget, 2, part())
    widget._worker.wait(5)
    assert [m["request"] for m in widget.said if m["kind"] == "done"] == [2]


def test_an_upload_becomes_a_case_that_can_be_shown(widget):
    upload(widget, png(), size=100)
    (added,) = (message["case"] for message in widget.said)
    assert added["id"] == "upload 1: mine.png"
    assert added["known"] is False
    assert added["facts"] is None
    assert added["readings"]["control"]["right"] is None
    show(widget, 1, part(), case=added["id"])
    widget._worker.wait()
    assert kinds(widget)[-1] == "done"
    assert answers(widget, "picture")[0]["outline"] is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "mine.png can't be used: not an image"),
        (b"GIF89a....", "this is GIF"),
        (png()[:-30], "truncated or damaged"),
        (png(20, 90), "20 x 90 pixels; each side needs at least 32"),
        (png(400, 50), "not a chest radiograph"),
    ],
)
def test_what_can_not_be_used_is_said_in_words(widget, content, words):
    upload(widget, content)
    (said,) = widget.said
    assert said["kind"] == "error"
    assert words in said["text"]
    assert "excluded" not in said["text"]  # advice about manifests is none here


def test_a_file_that_is_too_large_is_refused_while_it_arrives():
    parts = Parts()
    parts.add("big.dcm", True, b"0" * LARGEST)
    with pytest.raises(UploadError, match="larger than 64 MiB"):
        parts.add("big.dcm", False, b"0")


def test_a_dicom_file_is_read():
    pydicom = pytest.importorskip("pydicom")
    from pydicom.uid import ExplicitVRLittleEndian

    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 64, 48, 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation, dataset.PhotometricInterpretation = 0, "MONOCHROME2"
    dataset.PixelData = np.arange(64 * 48, dtype=np.uint16).tobytes()
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    item = read_upload("chest.dcm", stream.getvalue(), 2)
    assert item.picture.shown().shape == (64, 48)
    assert item.picture.square(32).shape == (32, 32)


def test_a_wish_that_makes_no_sense_is_answered_in_words(widget):
    show(widget, 1, part(label="gout"))
    widget._worker.wait()
    assert "no class 'gout' here" in widget.said[-1]["text"]
    widget._hear(widget, {"nothing": 1}, [])
    assert widget.said[-1]["kind"] == "error"


def test_work_that_was_given_up_before_it_began_is_not_done():
    done, hold = [], threading.Event()
    worker = MapWorker(done.append)
    worker.submit(lambda report: hold.wait(5))
    worker.submit(lambda report: done.append("second"))
    worker.submit(lambda report: done.append("third"))
    hold.set()
    worker.wait()
    assert done == ["third"]


def test_what_there_is_to_explore_must_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    cohort = made_cohort(2)
    with pytest.raises(ExplorerError, match="no arm to explore"):
        explore({}, cohort)
    with pytest.raises(StoreError, match="0 runs begin with 'beef'"):
        explore("beef", cohort)
    with pytest.raises(ExplorerError, match="no image in the split 'train'; it has test"):
        explore(ARMS, cohort, split="train")
    with pytest.raises(CohortError, match="no role 'external'"):
        explore(ARMS, cohort, role="external")


def test_one_network_is_an_arm_of_its_own():
    assert list(networks_of(made_network())) == ["network"]


def test_names_of_arms_are_text():
    assert list(networks_of({1: made_network(), 0.25: made_network(1)})) == ["1", "0.25"]
    with pytest.raises(ExplorerError, match="two arms are named '1'"):
        networks_of({1: made_network(), "1": made_network()})


def test_a_large_split_is_thinned_evenly():
    rows = np.arange(1000)
    assert evenly_spaced(rows, 3).tolist() == [0, 500, 999] or evenly_spaced(rows, 3)[1] in (
        499,
        500,
    )
    assert evenly_spaced(rows, 2000) is rows
    assert len(gallery_of(made_cohort(9), "target", "test", 4)) == 4


def test_a_network_sees_what_its_stage_allowed():
    network = made_network()
    border = replace(network, visible="border")
    squares = np.full((1, 64, 64), 200, np.uint8)
    assert border.tensor(squares)[0, 0, 32, 32] == pytest.approx(-2)  # black
    assert network.tensor(squares)[0, 0, 32, 32] > 0


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.02)
