"""Catalogue: what a front end offers to choose from is what there is."""

from cxrstudy.explorer.catalogue import live_catalogue, static_catalogue
from tests.support.explored import made_case, made_explainer, made_network


def test_methods_of_a_page_have_their_title_and_others_their_name():
    offered = static_catalogue([made_case(0)], {"gradcam": "Grad-CAM"}, "made")["methods"]
    assert offered == [
        {"name": "gradcam", "title": "Grad-CAM", "slow": False},
        {"name": "hirescam", "title": "hirescam", "slow": False},
    ]


def test_a_widget_offers_every_method_and_says_which_are_slow():
    offered = live_catalogue({"a": made_network()}, made_explainer(), [], "made")["methods"]
    assert {method["name"]: method["slow"] for method in offered} == {
        "gradcam": False, "hirescam": False, "endless": True,
    }  # fmt: skip
    assert offered[-1]["title"] == "Endless-CAM"
