"""Static: one self-contained piece of HTML, small, and without what must not be published."""

import base64
import dataclasses
import json
import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb
from PIL import Image

from cxrstudy.explorer import Case, build_cases, frontend, items_of, static_explorer
from cxrstudy.runs.operating_points import rule_in_words
from tests.support.explored import (
    ARMS,
    LABELS,
    POINTS,
    made_case,
    made_cohort,
    made_explainer,
    made_network,
)
from tests.support.some import some

FORBIDDEN = "CC BY-NC-ND 4.0"


def data_of(html):
    found = re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    return json.loads(found.group(1))


def test_what_is_shown_is_what_was_given():
    cases = [made_case(number) for number in range(4)]
    data = data_of(static_explorer(cases).html)
    assert [case["id"] for case in data["cases"]] == [case.id for case in cases]
    assert data["cases"][2] == json.loads(json.dumps(cases[2].written))
    layers = {"layers": ["layer3", "layer4"], "opens": "layer4"}
    layers |= {"thresholds": {"covid19": 0.5}, "rule": rule_in_words(LABELS, POINTS)}
    assert data["arms"] == [{"name": arm, **layers} for arm in ARMS]
    assert [method["title"] for method in data["methods"]] == ["Grad-CAM", "HiResCAM"]
    assert data["labels"] == list(LABELS)
    assert data["names"]["covid19"] == "COVID-19"


@pytest.mark.parametrize("licence", [FORBIDDEN, "not stated", "research use only", ""])
def test_an_image_whose_licence_forbids_it_is_left_out_and_counted(licence):
    secret = made_case(1, licence)
    explorer = static_explorer([made_case(0), secret, made_case(2), made_case(3, licence)])
    assert explorer.shown == 2
    assert explorer.left_out == {licence: 2}
    assert "2 images left out" in explorer.html
    assert licence in explorer.html
    assert secret.id not in explorer.html
    assert base64.b64encode(secret.image).decode() not in explorer.html


def test_an_image_of_which_nothing_is_known_is_left_out():
    case = dataclasses.replace(made_case(0), facts=None)
    explorer = static_explorer([case, made_case(1)])
    assert explorer.left_out == {"not stated": 1}


def test_a_page_without_an_image_says_so():
    explorer = static_explorer([made_case(0, FORBIDDEN)], "Shortcuts")
    assert explorer.shown == 0
    assert explorer.png is None
    assert "Shortcuts: there is no image to show" in explorer.html
    assert "image/png" not in explorer._repr_mimebundle_()


def test_a_case_without_image_or_maps_is_refused_by_name():
    bare = dataclasses.replace(made_case(0), image=None)
    with pytest.raises(ValueError, match="image-0 holds no image"):
        static_explorer([bare])
    reading = dataclasses.replace(made_case(0).readings["control"], maps={})
    empty = dataclasses.replace(made_case(0), readings={"control": reading})
    with pytest.raises(ValueError, match="image-0 holds no map of arm 'control'"):
        static_explorer([empty])


def test_what_a_manifest_says_can_not_end_the_script():
    facts = dataclasses.replace(made_case(0).facts, patient="</script><b>x", source="a\u2028b")
    case = dataclasses.replace(made_case(0), facts=facts, id="<i>")
    html = static_explorer([case], "a <title>").html
    assert html.count("</script>") == 2
    assert data_of(html)["cases"][0]["facts"]["patient"] == "</script><b>x"
    assert "<i>" not in html
    assert "a <title>" not in html


def test_a_method_without_a_title_keeps_its_name():
    data = data_of(static_explorer([made_case(0)], methods={"gradcam": "Grad-CAM"}).html)
    assert [method["title"] for method in data["methods"]] == ["Grad-CAM", "hirescam"]


def test_letters_of_other_alphabets_take_no_more_room_than_they_need():
    facts = dataclasses.replace(made_case(0).facts, source="Würzburg 武汉")
    html = static_explorer([dataclasses.replace(made_case(0), facts=facts)]).html
    assert '"source":"Würzburg 武汉"' in html


def test_the_same_cases_give_the_same_bytes():
    assert static_explorer([made_case(0)]).html == static_explorer([made_case(0)]).html


class Fetched(HTMLParser):
    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attributes):
        self.addresses += [v for name, v in attributes if name in ("src", "href", "srcset")]


def test_nothing_is_fetched():
    parser = Fetched()
    parser.feed(static_explorer([made_case(0)]).html)
    assert parser.addresses
    assert all(address.startswith("data:") for address in some(parser.addresses))
    for text in (frontend.script(), frontend.style()):
        assert "//" not in re.sub(
            r"https?:$", "", re.sub(r"^\s*//.*|;\s*//.*|// .*", "", text, flags=re.M)
        )
        assert "import " not in text
        assert "</script" not in text


def test_without_a_script_there_is_a_figure_with_a_text_alternative():
    explorer = static_explorer([made_case(0), made_case(1)], "Maps")
    image = re.search(
        r'<img class=.*? src="data:image/webp;base64,(.*?)" alt="(.*?)">', explorer.html
    )
    picture = Image.open(BytesIO(base64.b64decode(image.group(1))))
    assert picture.width >= 3 * 80  # an image and two maps
    assert picture.height >= 96
    assert "control: calls normal, map for normal" in image.group(2)
    # Both networks on one class, though the other calls another one.
    assert "general first: calls other pneumonia, map for normal" in image.group(2)
    bundle = explorer._repr_mimebundle_()
    assert Image.open(BytesIO(base64.b64decode(bundle["image/png"]))).size == picture.size
    assert "2 images" in bundle["text/plain"]


def test_the_colours_are_those_of_matplotlib():
    tables = dict(re.findall(r"^  (\w+):\s*((?:\"[0-9a-f ]+\"[\s+]*)+),", frontend.script(), re.M))
    assert set(tables) == {"magma", "viridis", "inferno", "grey"}
    for name in ("magma", "viridis", "inferno"):
        points = re.sub(r'[^0-9a-f ]|\s(?=")', "", tables[name].replace("\n", "")).split()
        assert len(points) == 33
        for place, point in some(enumerate(points)):
            assert to_rgb(f"#{point}") == pytest.approx(colormaps[name](place / 32)[:3], abs=0.003)


@pytest.fixture(scope="module")
def real() -> list[Case]:
    role = made_cohort(6).role("target")
    networks = {"control": made_network(0), "general": made_network(1)}
    return build_cases(
        networks, items_of(role, range(6)), made_explainer(), ("gradcam", "hirescam"), layers=2
    )


def test_built_cases_hold_every_map_and_the_truth(real):
    for case in some(real):
        assert case.outline is not None
        assert sum(case.truth.values()) == 1
        for reading in some(case.readings.values()):
            assert len(reading.maps) == 2 * 2 * len(LABELS)
            assert sum(reading.probabilities.values()) == pytest.approx(1, abs=1e-5)


def test_an_image_with_its_maps_takes_less_than_15_kB(real):
    html = static_explorer(real).html
    fixed = len(static_explorer(real[:1]).html)
    assert (len(html) - fixed) / (len(real) - 1) < 15_000


def test_the_built_map_is_the_one_that_the_explainer_gives(real):
    from cxrstudy.explain import cells_of
    from cxrstudy.explorer import MapKey
    from cxrstudy.explorer.encode import FINEST, encode_map
    from cxrstudy.explorer.gallery import squares

    network, item = made_network(1), items_of(made_cohort(6).role("target"), [3])
    key = MapKey("gradcam", "layer3", "covid19")
    batch = network.tensor(squares(item, 64))
    raw = made_explainer().heatmaps(network.model, batch, 2, "gradcam", "layer3")[0]
    built = real[3].readings["general"].maps[key]
    expected = encode_map(raw, FINEST, cells_of(network.model, "layer3", 64), 64)
    assert abs(built.values.astype(int) - expected.values).max() <= 1
    assert built.peak == pytest.approx(expected.peak, rel=1e-3)
