"""Assets: the front end computes what PyTorch computes, and changes images as it says."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import scipy
import torch

from cxrstudy.pages.live_network import page
from cxrstudy.pages.live_network.programme import programme_of
from cxrstudy.pages.live_network.quantised import rounded
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.training.chain import Start
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.model import create
from tests.support.explored import made_network
from tests.support.front_end import node
from tests.support.live_programme import computed, greys, stored, trained_a_little
from tests.support.some import some

ANSWER = Path(__file__).parent / "assets/answer.mjs"
PIXELS, CELLS = 64, 16


def answers(calls, networks=()):
    asked = json.dumps(
        {"assets": str(page.ASSETS), "networks": networks, "calls": calls}, allow_nan=False
    )
    done = subprocess.run([node(), str(ANSWER)], input=asked, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def network():
    made = made_network(3)
    trained_a_little(made.model)
    return made


@pytest.fixture(scope="module")
def steps(network):
    return programme_of(network.model, 1, PIXELS)


def floats(values):
    """32-bit numbers; NaN is written as a word."""
    listed = np.asarray(values, float).ravel().tolist()
    return {"floats": [value if value == value else "NaN" for value in listed]}


def test_logits_are_those_of_pytorch(network, steps):
    """Of the weights that a page holds, to the last digits; of the network, nearly."""
    images = greys(3, PIXELS)
    calls = [("network", "asked", [{"network": 0}, image.ravel().tolist()]) for image in images]
    found = np.array(answers(calls, [stored(network, steps)]))
    tensor = network.tensor(images)
    with torch.no_grad():
        same = computed(rounded(steps), tensor).flatten(1).numpy()
        own = network.model(tensor).numpy()
    assert np.ptp(own, axis=0).min() > 1e-3  # images differ
    assert found == pytest.approx(same, abs=1e-5)
    assert found == pytest.approx(own, abs=0.001 * float(np.abs(own).max()))
    assert np.abs(found - own).max() > 1e-8  # weights of two bytes are not the network's


def test_every_channel_of_a_network_for_colours_is_normalised_as_its_own():
    expects = ExpectedInput((0.5, 0.4, 0.3), (0.2, 0.3, 0.4), "RGB")
    start = Start("resnet10t", "random", (("channels", (8, 8, 8, 8)),), expects)
    model = trained_a_little(create(start, 3), channels=3)
    network = TrainedNetwork(model, "multiclass", ("a", "b", "c"), PIXELS, expects)
    steps, images = programme_of(model, 3, PIXELS), greys(1, PIXELS)
    call = ("network", "asked", [{"network": 0}, images.ravel().tolist()])
    found = answers([call], [stored(network, steps)])
    with torch.no_grad():
        same = computed(rounded(steps), network.tensor(images)).flatten(1).numpy()
    assert np.array(found) == pytest.approx(same, abs=1e-5)


@pytest.mark.parametrize("side", [1, 12, 64])
def test_a_change_in_one_place_is_computed_as_the_whole_image_is(network, steps, side):
    (image,) = greys(1, PIXELS)
    calls = []
    for x, y in ((0, 0), (37, 11), (63, 63), (20, 60)):
        part = {
            "top": max(0, y - side), "left": max(0, x - side), "bottom": y + 1, "right": x + 1,
        }  # fmt: skip
        changed = image.copy()
        changed[part["top"] : part["bottom"], part["left"] : part["right"]] = 200
        before = {"results": 0, "of": image.ravel().tolist()}
        calls.append(("network", "logitsWith", [{"network": 0}, before, part, 200]))
        calls.append(("network", "asked", [{"network": 0}, changed.ravel().tolist()]))
    found = answers(calls, [stored(network, steps)])
    for partly, whole in some(zip(found[::2], found[1::2], strict=True)):
        assert partly == whole
    assert len({tuple(logits) for logits in found}) > 1


def test_a_map_is_the_fall_of_the_log_odds_where_a_square_is_erased(network, steps):
    (image,) = greys(1, PIXELS)
    calls = [("occlusion", "occlusion", [[{"network": 0}], floats(image), 2, PIXELS])]
    calls += [("occlusion", "squareOf", [x, y, PIXELS]) for x, y in ((0, 0), (7, 3), (15, 15))]
    yielded, *squares = answers(calls, [stored(network, steps)])
    assert len(yielded) == CELLS**2
    assert yielded[-1]["share"] == 1
    (final,) = yielded[-1]["maps"]
    assert sum(value is None for value in yielded[0]["maps"][0]) == CELLS**2 - 1  # NaN in JSON
    images = [image]
    for part in squares:
        changed = image.copy()
        changed[part["top"] : part["bottom"], part["left"] : part["right"]] = round(image.mean())
        images.append(changed)
    assert squares[1] == {"top": 8, "left": 24, "bottom": 20, "right": 36}
    with torch.no_grad():
        logits = computed(rounded(steps), network.tensor(np.stack(images))).flatten(1).double()
    p = torch.softmax(logits, 1)[:, 2].numpy()
    odds = np.log(p / (1 - p))
    wanted = odds[0] - odds[1:]
    assert [final[0], final[3 * CELLS + 7], final[-1]] == pytest.approx(wanted, abs=1e-4)


def test_coarse_cells_come_first_and_every_cell_once():
    (cells,) = answers([("occlusion", "cellsInOrder", [])])
    assert len({tuple(cell) for cell in cells}) == len(cells) == CELLS**2
    assert all(x % 4 == 0 and y % 4 == 0 for x, y in some(cells[:16]))
    assert all(x % 2 == 0 and y % 2 == 0 for x, y in some(cells[:64]))


def test_a_cell_that_is_not_known_shows_the_nearest_that_is():
    """As after the first cells of a map, and at its end."""
    order = answers([("occlusion", "cellsInOrder", [])])[0]
    values = np.full((CELLS, CELLS), np.nan)
    for x, y in order[:16]:
        values[y, x] = 100 * y + x
    values[6, 4] = -5000
    found = answers(
        [("occlusion", "valueAt", [floats(values), *cell]) for cell in ((5, 5), (5, 7), (15, 3))]
        + [("occlusion", "peakOf", [[floats(values)]])]
    )
    assert found == [404, -5000, 12, 5000]


def test_probabilities_and_log_odds_are_those_of_the_logits():
    logits = [[0.2, -1.0, 3.0], [800.0, 0.0, -800.0], [-2.0, 2.0, 0.0]]
    found = answers(
        [("scores", "probabilitiesOf", [each]) for each in logits]
        + [("scores", "logOdds", [each, 2]) for each in logits]
    )
    wanted = torch.softmax(torch.tensor(logits, dtype=torch.float64), 1).numpy()
    assert np.array(found[:3]) == pytest.approx(wanted)
    assert found[3] == pytest.approx(np.log(wanted[0, 2] / (1 - wanted[0, 2])))
    assert found[4] == pytest.approx(-1600)


def test_a_rank_is_the_share_of_scores_below():
    values = sorted(np.random.default_rng(2).random(101).tolist())
    asked = [-1.0, values[0], values[40], 0.5, 2.0]
    found = answers([("scores", "shareBelow", [values, each]) for each in asked])
    assert found == pytest.approx([(np.array(values) < each).mean() for each in asked])


def made_patient():
    kinds = [(site, lesion, marker) for site in ("a", "b") for lesion in (True, False)
             for marker in (True, False)]  # fmt: skip
    films = [
        {"site": site, "lesion": lesion, "marker": marker, "grey": image.ravel().tolist()}
        for (site, lesion, marker), image in zip(kinds, greys(8, PIXELS, 4), strict=True)
    ]
    return {
        "id": "made", "label": "covid19", "site": "a", "outline": "M1 1L2 2L1 2Z", "films": films,
        "markers": {"a": [[3, 6, 250], [4, 6, 251], [5, 7, 252]], "b": [[60, 6, 240]]},
        "recorded": {},
    }  # fmt: skip


def edits(**changes):
    own = {"site": "a", "lesion": True, "marker": "film", "blur": 0, "erased": []}
    return own | changes


def image_of(**changes):
    (found,) = answers([("edits", "imageOf", [made_patient(), edits(**changes), PIXELS])])
    return np.array(found).reshape(PIXELS, PIXELS)


def film(number):
    return greys(8, PIXELS, 4)[number].astype(float)


@pytest.mark.parametrize(
    ("changes", "number"),
    [({}, 0), ({"marker": "erased"}, 1), ({"lesion": False}, 2), ({"site": "b"}, 4),
     ({"site": "b", "lesion": False, "marker": "erased"}, 7)],
)  # fmt: skip
def test_hospital_lesion_and_marker_choose_a_film(changes, number):
    assert np.array_equal(image_of(**changes), film(number))


def test_a_marker_that_is_moved_is_copied_and_never_darkens():
    wanted = film(1)
    for x, y, grey in ((29, 40, 250), (30, 40, 251), (31, 41, 252)):
        wanted[y, x] = max(grey, wanted[y, x])
    assert np.array_equal(image_of(marker=[30, 40]), wanted)
    cut = film(1)
    cut[0, 0], cut[1, 1] = 251, max(252, cut[1, 1])
    cut[0, 0] = max(251, film(1)[0, 0])
    assert np.array_equal(image_of(marker=[0, 0]), cut)


def test_a_blur_is_that_of_scipy():
    found = image_of(blur=1.5)
    wanted = scipy.ndimage.gaussian_filter(film(0), 1.5, radius=5, mode="nearest")
    assert np.abs(found - wanted).max() <= 0.5001


def test_squares_are_erased_last_with_the_mean_of_the_film():
    part = {"top": 2, "left": 3, "bottom": 9, "right": 12}
    found = image_of(blur=1, erased=[part])
    assert (found[2:9, 3:12] == round(film(0).mean())).all()
    rest = image_of(blur=1)
    rest[2:9, 3:12] = found[2:9, 3:12]
    assert np.array_equal(found, rest)


def test_a_square_ends_at_the_edge():
    calls = [("rectangle", "squareAt", [x, y, 6, PIXELS]) for x, y in ((0, 63), (30, 30))]
    assert answers(calls) == [
        {"top": 60, "left": 0, "bottom": 64, "right": 3},
        {"top": 27, "left": 27, "bottom": 33, "right": 33},
    ]


def test_every_change_is_said_and_nothing_else():
    patient = made_patient()
    each = {
        "hospital b": edits(site="b"), "lesion removed": edits(lesion=False),
        "marker erased": edits(marker="erased"),
        "marker moved to column 3, row 4": edits(marker=[3, 4]),
        "blurred by 1.5 pixels": edits(blur=1.5),
        "1 square erased": edits(erased=[{"top": 0, "left": 0, "bottom": 1, "right": 1}]),
        "": edits(),
    }  # fmt: skip
    found = answers([("words", "changesText", [patient, one]) for one in each.values()])
    assert found == list(each)
    changed = answers([("edits", "isChanged", [patient, one]) for one in each.values()])
    assert changed == [True] * 6 + [False]
