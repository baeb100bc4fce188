"""Networks: the table names the network of every cohort, also of those that are like another."""

import re
from html import unescape

from cxrstudy.data.cohort_file import cohort_names
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.computed import networks
from cxrstudy.study.profile import profile_names, read_profile
from tests.support.some import some


def cells_of(html):
    text = [unescape(re.sub("<.*?>", "", cell))
            for cell in re.findall("<td[^>]*>(.*?)</td>", html.data)]  # fmt: skip
    return list(zip(*[iter(text)] * 6, strict=True))


def test_every_cohort_has_its_networks_in_every_profile():
    rows = cells_of(networks.networks())
    said = {
        (profile, cohort, row[0])
        for row in rows for profile in row[4].split("; ") for cohort in row[5].split("; ")
    }  # fmt: skip
    for name in some(profile_names()):
        for cohort in some(cohort_names()):
            profile = networks.for_cohort(read_profile(name), cohort)
            title = cohort_title(cohort)
            assert (name, title, profile.networks[cohort].architecture) in said
            compared = profile.initial_weights.get(cohort, profile.networks[cohort])
            assert (name, title, compared.architecture) in said


def test_the_children_of_the_counted_results_are_there():
    rows = cells_of(networks.networks())
    assert any("Bacterial and viral pneumonia in children" in row[5] for row in rows)


def test_profiles_with_the_same_network_share_a_row():
    rows = cells_of(networks.networks())
    assert len({(*row[:4], row[5]) for row in rows}) == len(rows)
    assert any("; " in row[4] for row in rows)


def test_no_name_of_code_is_left():
    words = {word for row in cells_of(networks.networks()) for cell in row
             for word in cell.split("; ")}  # fmt: skip
    assert {"radiographs of your own", "the data sets of the papers"} <= words
    assert not words & {"own", "papers", "imagenet"}
    assert not [word for word in words if "timm:" in word or "stem_width" in word]
