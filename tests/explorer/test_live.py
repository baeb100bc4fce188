"""Live: what the widget answers, without a browser."""

import base64
import io
import json
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from cxrstudy.explorer import explore, live
from cxrstudy.pixels.grey import UnreadableImage
from cxrstudy.runs.network import load_network
from cxrstudy.runs.scores import read_scores
from tests.support import live_widget
from tests.support.explored import made_cohort, made_explainer, made_network
from tests.support.live_widget import (
    ARMS,
    answers,
    kinds,
    part,
    ping,
    png,
    rest,
    show,
    upload,
    wait_for,
)
from tests.support.some import some

widget = live_widget.widget


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


def test_a_ping_is_answered_to_its_view(widget):
    nothing = {"works": False, "upload": None, "until": None, "arrived": None}
    assert ping(widget) == {"kind": "alive", "view": "v", "number": 1, **nothing}


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


def test_a_share_is_told_at_once_and_then_ten_times_a_second(monkeypatch):
    told, clock = [], iter([0, 0, 0.05, 0.1, 0.1, 0.15, 0.2, 0.2])
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    tell = live._seldom(lambda share, text: told.append(share))
    for step in range(5):
        tell(step / 4, "")
    assert told == [0, 0.5, 1]


def test_images_that_can_not_be_scored_are_said_in_the_widget_and_to_who_waits():
    cohort = made_cohort(2)
    cohort.role("target").table["path"] = "gone.png"
    explorer = explore(made_network(), cohort, explain=made_explainer())
    with pytest.raises(UnreadableImage, match=r"gone\.png"):
        explorer.wait()
    assert "gone.png" in explorer.scoring["error"]
    assert explorer.catalogue == {}
    explorer.close()


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


def test_progress_is_said_no_sooner_than_a_tenth_of_a_second_after_the_last(widget, monkeypatch):
    clock = SimpleNamespace(now=1000.0)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr(live, "time", clock)
    heard = []
    tell = widget._progress({"view": "v", "number": 5}, 1, 2, heard.append)
    for clock.now, share in ((1000.05, 0.2), (1000.11, 0.4), (1000.15, 0.6), (1000.5, 0.8)):
        tell(share)
    assert heard == [0.2, 0.4, 0.6, 0.8]  # whether it was cancelled is asked each time
    assert [message["share"] for message in answers(widget, "progress")] == [0.7, 0.9]
