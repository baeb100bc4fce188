"""Flow: every number of a role stands in one box, with the name of what it counts."""

import pandas as pd
from bs4 import BeautifulSoup

from cxrstudy.pages.flow import boxes
from cxrstudy.pages.html import HTML

ROW = {
    "role": "natural_large",
    "listed": "one: 5 images\ntwo_sets: 2 images",
    "excluded": "1: a copy\n2: of <no> patient",
    "used": "train: 2 patients, 3 images\n(images: normal 2, COVID-19 1)\ntest: 1 patient, 1 image",
}


def texts(html: HTML):
    page = BeautifulSoup(html.data, "html.parser")
    leaves = [item for item in page.find_all("li") if not item.find("li")]
    return [
        (item.b.get_text(), item.get_text().removeprefix(item.b.get_text()).strip())
        for item in leaves
    ]


def test_listed_excluded_and_each_split_have_a_box():
    assert texts(boxes(pd.DataFrame([ROW]))) == [
        ("listed", "one: 5 images\ntwo sets: 2 images"),
        ("excluded", "1: a copy\n2: of <no> patient"),
        ("train", "2 patients, 3 images (images: normal 2, COVID-19 1)"),
        ("test", "1 patient, 1 image"),
    ]


def test_where_nothing_is_excluded_there_is_no_box_for_it():
    shown = boxes(pd.DataFrame([ROW | {"excluded": ""}]))
    assert [name for name, _ in texts(shown)] == ["listed", "train", "test"]


def test_each_role_has_its_name_for_people_above_its_boxes():
    page = BeautifulSoup(boxes(pd.DataFrame([ROW, ROW | {"role": "target"}])).data, "html.parser")
    assert [role.get_text() for role in page.find_all(class_="study-role")] == [
        "natural large", "target",
    ]  # fmt: skip


def test_a_cohort_without_images_says_so():
    empty = pd.DataFrame(columns=list(ROW))
    assert "No role has images" in boxes(empty).data
