"""Facts: what they say is what the files say."""

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.computed.facts import facts
from cxrstudy.verdicts import results
from cxrstudy.verdicts.judge import deciding
from tests.support.some import some


def test_test_patients_are_those_of_the_recorded_images():
    known = facts(pd.DataFrame())
    assert deciding()
    for folder in some(deciding()):
        images = pd.read_csv(folder / results.IMAGES)
        mine = images[(images["role"] == "target") & (images["split"] == "test")]
        made = results.facts(folder)
        named = f"{cohort_title(made.cohort)}, profile {made.profile}"
        counted = f"{numbers.count(mine['patient'].nunique())} patients"
        assert f"{named}: {counted}, {numbers.count(len(mine))} images" in known["tested"]
        assert results.facts(folder).commit[:12] in known["commit"]


def test_excluded_images_are_those_with_a_reason():
    tables = [pd.read_csv(path, keep_default_na=False) for path in places.manifests().glob("*.csv")]
    out = sum(int((table["excluded"].astype(str) != "").sum()) for table in tables)
    listed = sum(map(len, tables))
    said = facts(pd.DataFrame())["excluded"]
    assert said == f"{numbers.count(out)} of {numbers.count(listed)} listed images excluded"
