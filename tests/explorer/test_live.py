"""Live: what the widget answers, without a browser."""

import base64
import io
import json
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cxrstudy.data.role_checks import CohortError
from cxrstudy.explorer import ExplorerError, explore, gallery_of, live, networks_of
from cxrstudy.explorer.gallery import evenly_spaced
from cxrstudy.explorer.map_worker import MapWorker
from cxrstudy.explorer.upload import item_of, read_upload
from cxrstudy.pixels.grey import UnreadableImage
from cxrstudy.runs.network import load_network
from cxrstudy.runs.scores import read_scores
from cxrstudy.runs.store import StoreError
from tests.support.explored import made_cohort, made_explainer, made_network
from tests.support.some import some

ARMS = {"control": made_network(0), "general": made_network(1)}


@pytest.fixture
def widget(monkeypatch):
    explorer = explore(ARMS, made_cohort(4), explain=made_explainer()).wait()
    explorer.said = []
    monkeypatch.setattr(
        explorer, "send", lambda content, buffers=None: explorer.said.append(content)
    )
    yield explorer
    explorer.close()
    rest(explorer)


def rest(widget):
    """Wait until everything that was asked is done."""
    for worker in widget._workers.values():
        worker.wait(30)
    if not widget._reader._shutdown:
        widget._reader.submit(int).result(30)


def part(arm="control", label="covid19", method="gradcam", layer="layer4"):
    return {"arm": arm, "label": label, "method": method, "layer": layer}


def show(widget, number, *parts, case=None, view="v"):
    case = case or widget.catalogue["cases"][0]["id"]
    named = {"view": view, "number": number, "case": case, "parts": list(parts)}
    widget._hear(widget, {"kind": "show", **named}, [])


def send_part(widget, name, size, offset, content, file="f", view="v"):
    message = {"kind": "part", "view": view, "upload": file, "name": name, "size": size}
    widget._hear(widget, {**message, "offset": offset}, [memoryview(content)])


def upload(widget, content, name="mine.png", step=1 << 20, file="f", view="v"):
    for offset in range(0, max(len(content), 1), step):
        piece = content[offset : offset + step]
        send_part(widget, name, len(content), offset, piece, file, view)
    rest(widget)


def png(width=90, height=120, shift=0):
    stream = io.BytesIO()
    grey = np.add.outer(np.arange(height), np.arange(width) + shift).astype(np.uint8)
    Image.fromarray(grey).save(stream, "PNG")
    return stream.getvalue()


def answers(widget, kind):
    return [message for message in widget.said if message["kind"] == kind]


def kinds(widget):
    return [message["kind"] for message in widget.said]


def test_the_catalogue_says_what_every_arm_calls_and_holds_no_image(widget):
    catalogue = widget.catalogue
    assert [arm["name"] for arm in catalogue["arms"]] == ["control", "general"]
    assert catalogue["arms"][0]["layers"] == ["layer3", "layer4"]
    assert catalogue["methods"][-1] == {"name": "endless", "title": "Endless-CAM", "slow": True}
    for case in some(catalogue["cases"]):
        assert case["image"] is None
        assert set(case["readings"]) == {"control", "general"}
        for said in some(case["readings"].values()):  # these networks are of no recorded run
            assert said["words"].startswith("nothing, without an operating point; most probable is")
            assert (said["called"], said["right"]) == ([], None)
    assert "no operating point: the network is of no recorded run" in catalogue["arms"][0]["rule"]


def test_probabilities_are_the_recorded_scores_of_every_image(small, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(small.runs))
    run = small.arms.plan.ends["control", 0]
    network = load_network(small.study.records, run)
    explorer = explore({"control": network}, small.study.cohort, limit=10_000).wait()
    scores = read_scores(small.study.records, run).query("split == 'test'").set_index("id")
    for case in some(explorer.catalogue["cases"]):
        recorded = scores.loc[case["id"]]
        assert case["readings"]["control"]["right"] in (True, False)
        for label, p in some(case["readings"]["control"]["probabilities"].items()):
            assert p == pytest.approx(recorded[f"score_{label}"], abs=1e-4), case["id"]
    assert {case["id"] for case in explorer.catalogue["cases"]} == set(scores.index)
    explorer.close()


def test_an_answer_comes_whole_and_says_all_that_was_asked(widget):
    asked = part("control"), part("general")
    show(widget, 7, *asked)
    rest(widget)
    (answer,) = [message for message in widget.said if message["kind"] != "progress"]
    assert answer["kind"] == "answer"
    assert (answer["view"], answer["number"], answer["parts"]) == ("v", 7, list(asked))
    assert answer["case"] == answer["about"]["id"] == widget.catalogue["cases"][0]["id"]
    assert answer["about"] == widget.catalogue["cases"][0]
    assert answer["image"].startswith("data:image/webp")
    assert len(answer["maps"]) == 2
    assert answer["maps"][0] != answer["maps"][1]


def test_thumbnails_are_of_the_images_that_they_name_and_come_to_who_asks(widget):
    ids = [case["id"] for case in widget.catalogue["cases"]]
    upload(widget, png(), "mine.png")
    own = widget.uploads[0]["id"]
    wanted = {"kind": "thumbnails", "view": "v", "cases": [*ids[1:], own, "nobody"]}
    widget._hear(widget, wanted, [])
    (answer,) = answers(widget, "thumbnails")
    assert answer["view"] == "v"
    assert list(answer["thumbnails"]) == [*ids[1:], own]
    for name, address in some(answer["thumbnails"].items()):
        small = np.array(
            Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))).convert("L")
        )
        seen = widget._items[name].picture.square(64)
        assert small.shape == seen.shape
        assert np.abs(small.astype(float) - seen).mean() < 5
    state = widget.get_state()  # a notebook saves all of it, and stays small
    assert address not in str([state["catalogue"], state["uploads"]])


def test_many_thumbnails_come_in_several_messages(widget, monkeypatch):
    monkeypatch.setattr(live, "_AT_ONCE", 3)
    ids = [case["id"] for case in widget.catalogue["cases"]]
    widget._hear(widget, {"kind": "thumbnails", "view": "v", "cases": ids}, [])
    told = [list(answer["thumbnails"]) for answer in answers(widget, "thumbnails")]
    assert [len(few) for few in told[:-1]] == [3] * (len(told) - 1)
    assert [name for few in told for name in few] == ids


def test_two_views_do_not_end_each_other(widget):
    show(widget, 1, part(), view="one")
    show(widget, 1, part(label="normal"), view="two")
    rest(widget)
    found = {answer["view"]: answer["parts"][0]["label"] for answer in answers(widget, "answer")}
    assert found == {"one": "covid19", "two": "normal"}


def test_two_explorers_over_one_network_do_not_spoil_each_other():
    network, cohort = made_network(), made_cohort(3)
    explorers = [explore(network, cohort, explain=made_explainer()).wait() for _ in range(2)]
    arm, label = "network", ("normal", "covid19")
    for place, explorer in enumerate(explorers):
        explorer.said = []
        explorer.send = lambda content, buffers=None, said=explorer.said: said.append(content)
        for case in explorer.catalogue["cases"][:3]:
            show(explorer, 1, part(arm, label[place], layer="layer3"), case=case["id"])
            rest(explorer)
    alone = [[a["maps"] for a in answers(explorer, "answer")] for explorer in explorers]

    def drive(place):
        explorer = explorers[place]
        for number in range(2, 10):
            explorer._maps.clear()
            case = explorer.catalogue["cases"][number % 3]["id"]
            show(explorer, number, part(arm, label[place], layer="layer3"), case=case)
            rest(explorer)

    threads = [threading.Thread(target=drive, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for place, explorer in some(enumerate(explorers)):
        assert set(kinds(explorer)) <= {"answer", "progress"}
        assert kinds(explorer).count("answer") == 3 + 8
        for answer in some(answers(explorer, "answer")[3:]):
            assert answer["maps"] == alone[place][answer["number"] % 3]
        explorer.close()


def test_a_map_is_computed_once(widget):
    for number in (1, 2):
        show(widget, number, part())
        rest(widget)
    first, second = answers(widget, "answer")
    assert first["maps"][0] is second["maps"][0]


def test_slow_work_reports_and_can_be_cancelled(widget):
    show(widget, 1, part(method="endless"))
    wait_for(lambda: kinds(widget).count("progress") >= 2)
    shares = [m["share"] for m in widget.said if m["kind"] == "progress"]
    assert shares == sorted(shares)
    assert ping(widget)["works"] is True
    widget._hear(widget, {"kind": "cancel", "view": "another", "number": 1}, [])
    assert ping(widget)["works"] is True
    widget._hear(widget, {"kind": "cancel", "view": "v", "number": 1}, [])
    rest(widget)
    assert set(kinds(widget)) == {"progress", "alive"}
    assert ping(widget)["works"] is False


def ping(widget, **more):
    widget._hear(widget, {"kind": "ping", "view": "v", "number": 1, **more}, [])
    return answers(widget, "alive")[-1]


def test_a_ping_is_answered_to_its_view(widget):
    nothing = {"works": False, "upload": None, "until": None, "arrived": None}
    assert ping(widget) == {"kind": "alive", "view": "v", "number": 1, **nothing}


def test_a_ping_is_told_how_much_of_a_file_has_arrived(widget, monkeypatch):
    asked = threading.Event()
    monkeypatch.setattr(
        live, "read_upload", lambda name, content: asked.wait(30) and read_upload(name, content)
    )
    send_part(widget, "mine.png", 4, 0, b"12")
    assert ping(widget, upload="f", until=2)["arrived"] == 2
    assert ping(widget, upload="f", until=2)["until"] == 2
    send_part(widget, "mine.png", 4, 2, b"34")
    assert ping(widget, upload="f")["arrived"] == 4  # it is being read
    asked.set()
    rest(widget)
    assert kinds(widget)[-1] == "refused"
    assert ping(widget, upload="f")["arrived"] is None


def test_a_new_request_ends_slow_work(widget):
    show(widget, 1, part(method="endless"))
    wait_for(lambda: "progress" in kinds(widget))
    show(widget, 2, part())
    rest(widget)
    assert [m["number"] for m in answers(widget, "answer")] == [2]


def test_a_view_that_is_closed_ends_its_work(widget):
    show(widget, 1, part(method="endless"))
    worker = widget._workers["v"]
    widget._hear(widget, {"kind": "close", "view": "v"}, [])
    worker.wait(30)
    assert widget._workers == {}
    assert "answer" not in kinds(widget)


def test_an_upload_becomes_a_case_that_can_be_shown(widget):
    upload(widget, png(), step=100)
    (added,) = (message["case"] for message in answers(widget, "added"))
    assert added["id"] == "upload 1: mine.png"
    assert added["known"] is False
    assert added["facts"] is None
    assert added["readings"]["control"]["right"] is None
    assert widget.uploads == [added]  # a view that is opened later offers it too
    show(widget, 1, part(), case=added["id"])
    rest(widget)
    assert kinds(widget)[-1] == "answer"
    assert answers(widget, "answer")[0]["outline"] is None


def test_how_far_an_upload_is_is_said_to_its_view_and_for_every_network(widget):
    upload(widget, png())
    told = answers(widget, "scoring")
    assert {(one["view"], one["upload"]) for one in told} == {("v", "f")}
    assert [one["text"] for one in told] == [
        "1 of 1 image read", "1 of 1 image scored by control", "1 of 1 image scored by general",
        "compared with the training images",
    ]  # fmt: skip
    shares = [one["share"] for one in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert kinds(widget)[-1] == "added"


def test_how_far_the_images_of_a_gallery_are_is_said_before_there_is_a_catalogue(monkeypatch):
    monkeypatch.setattr(live, "_REPORT_EVERY", 0)
    said, hold = [], threading.Event()
    read_all = live.read_all
    monkeypatch.setattr(live, "read_all", lambda *all: hold.wait(30) and read_all(*all))
    explorer = explore(ARMS, made_cohort(4), explain=made_explainer())
    explorer.observe(
        lambda change: said.append((dict(explorer.catalogue), change["new"])), "scoring"
    )
    assert explorer.scoring == {"share": 0, "text": "the images are read"}
    hold.set()
    explorer.wait()
    told = [scoring for catalogue, scoring in said if catalogue == {} and scoring]
    count = len(explorer.catalogue["cases"])
    assert count > 4
    assert [one["text"] for one in told] == [
        *(f"{number + 1} of {count} images read" for number in range(count)),
        *(f"{count} of {count} images scored by {arm}" for arm in ("control", "general")),
    ]
    assert told[-1]["share"] == 1
    assert explorer.scoring == {}
    explorer.close()


def test_images_that_can_not_be_scored_are_said_in_the_widget_and_to_who_waits():
    cohort = made_cohort(2)
    cohort.role("target").table["path"] = "gone.png"
    explorer = explore(made_network(), cohort, explain=made_explainer())
    with pytest.raises(UnreadableImage, match=r"gone\.png"):
        explorer.wait()
    assert "gone.png" in explorer.scoring["error"]
    assert explorer.catalogue == {}
    explorer.close()


def test_files_that_arrive_at_once_are_not_mixed(widget):
    one, two = png(shift=0), png(shift=90)
    for offset in range(0, len(one) + 50, 50):  # in turns, from two views
        for file, content, view in (("a", one, "v"), ("b", two, "w")):
            if offset < len(content):
                piece = content[offset : offset + 50]
                send_part(widget, f"{file}.png", len(content), offset, piece, file, view)
    rest(widget)
    added = {m["view"]: m["case"] for m in answers(widget, "added")}
    assert {view: case["id"].split(": ")[1] for view, case in added.items()} == {
        "v": "a.png", "w": "b.png",
    }  # fmt: skip
    upload(widget, two, "alone.png", file="c")
    alone = answers(widget, "added")[-1]["case"]
    assert added["w"]["readings"] == alone["readings"]
    assert added["v"]["readings"] != alone["readings"]


def test_an_upload_does_not_end_a_map(widget):
    show(widget, 1, part(method="endless"))
    wait_for(lambda: "progress" in kinds(widget))
    content = png()
    send_part(widget, "mine.png", len(content), 0, content)
    assert ping(widget)["works"] is True


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "mine.png is empty"),
        (b"nothing at all", "mine.png can't be used: not an image"),
        (b"GIF89a....", "this is GIF"),
        (png()[:-30], "truncated or damaged"),
        (png(20, 90), "20 x 90 pixels; each side needs at least 32"),
        (png(400, 50), "not a chest radiograph"),
    ],
)
def test_what_can_not_be_used_is_said_in_words_with_its_name(widget, content, words):
    upload(widget, content)
    (said,) = answers(widget, "refused")
    assert words in said["text"]
    assert "mine.png" in said["text"]
    assert (said["view"], said["upload"]) == ("v", "f")
    assert "excluded" not in said["text"]  # advice about manifests is none here


def test_a_network_that_fails_on_an_upload_is_said_with_the_name_of_the_file(widget, monkeypatch):
    monkeypatch.setattr(live, "read_all", lambda *_: 1 / 0)
    upload(widget, png())
    assert answers(widget, "refused")[0]["text"] == (
        "mine.png can't be used: division by zero (ZeroDivisionError)."
    )


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
    item = item_of("chest.dcm", read_upload("chest.dcm", stream.getvalue()), 2)
    assert item.id == "upload 2: chest.dcm"
    assert item.picture.shown().shape == (64, 48)
    assert item.picture.square(32).shape == (32, 32)


def test_a_request_that_makes_no_sense_is_answered_in_words(widget):
    show(widget, 1, part(label="gout"))
    rest(widget)
    assert "no class 'gout' here" in widget.said[-1]["text"]
    assert (widget.said[-1]["view"], widget.said[-1]["number"]) == ("v", 1)
    show(widget, 2, part(), case="nobody")
    rest(widget)
    assert "no image 'nobody' here" in widget.said[-1]["text"]
    widget._hear(widget, {"nothing": 1}, [])
    assert widget.said[-1]["kind"] == "failed"


def test_an_interrupt_of_the_kernel_is_answered(widget, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setitem(widget._hears, "show", interrupted)
    show(widget, 1, part())
    assert "KeyboardInterrupt" in widget.said[-1]["text"]


def test_a_saved_widget_is_small():
    explorer = explore(made_network(), made_cohort(40), explain=made_explainer()).wait()
    upload_free = len(json.dumps(explorer.get_state()["catalogue"])) / 40
    assert upload_free < 1500  # bytes an image: no pictures, no maps
    assert len(json.dumps(explorer.get_state(), default=str)) < 200_000
    explorer.close()


def test_work_that_was_given_up_before_it_began_is_not_done():
    done, hold = [], threading.Event()
    worker = MapWorker()
    worker.submit(lambda report: hold.wait(5), done.append)
    worker.submit(lambda report: done.append("second"), done.append)
    worker.submit(lambda report: done.append("third"), done.append)
    hold.set()
    worker.wait()
    assert done == ["third"]


def test_an_error_of_work_is_told_to_who_asked_for_it():
    told = []
    worker = MapWorker()
    worker.submit(lambda report: 1 / 0, told.append)
    worker.wait()
    assert isinstance(told[0], ZeroDivisionError)


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
