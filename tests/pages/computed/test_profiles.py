"""Profiles: every profile of the project has a row, with the cohorts that it is recorded on."""

import re
from html import unescape

from cxrstudy.base import places
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.computed import profiles
from cxrstudy.verdicts import results
from tests.support.some import some


def test_every_profile_has_a_row_and_names_the_cohorts_of_its_results():
    cells = [unescape(re.sub("<.*?>", "", cell))
             for cell in re.findall("<td[^>]*>(.*?)</td>", profiles.listed().data)]  # fmt: skip
    rows = dict(zip(cells[::3], zip(cells[1::3], cells[2::3], strict=True), strict=True))
    assert sorted(rows) == sorted(path.stem for path in places.profile_files())
    assert all(purpose for purpose, _ in some(rows.values()))
    made = [results.facts(folder) for folder in results.folders()]
    recorded = {(each.profile, cohort_title(each.cohort)) for each in made}
    assert recorded
    said = {(name, title) for name, (_, titles) in rows.items() for title in titles.split(", ")}
    assert {pair for pair in said if pair[1] != "no cohort"} == recorded
