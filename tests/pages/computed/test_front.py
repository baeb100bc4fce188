"""Front: what the first page says was found is what the records say, and no more."""

import re

import pandas as pd
import pytest

from cxrstudy.pages.computed import front
from cxrstudy.pages.html import HTML
from tests.support.judged import REGISTERED, judged, text_of


def test_every_decided_claim_is_shown_with_its_interval_and_the_others_are_counted():
    shown = text_of(
        front.strip(judged(("A1", "supported", 0.02), ("A3", "not judged", float("nan"))))
    )
    assert "+0.020 [+0.010, +0.030]" in shown
    assert "n = 959" in shown
    assert re.search(r"2 claims: 1 supported 1 not judged", shown)
    assert "larger out-of-domain" in shown
    assert "mixup" not in shown


def test_what_is_not_registered_is_said_not_to_count_once_and_no_verdict_is_filled():
    shown = front.strip(judged(("A1", "supported", 0.02), ("A3", "reversed", -0.02))).data
    assert shown.count("does not count as evidence") == 1
    assert "registered" not in re.sub("before a registration", "", shown)


def test_what_is_registered_is_said_to_count():
    shown = front.strip(judged(("A1", "supported", 0.02), counts=REGISTERED)).data
    assert "Counts as evidence: registered before it ran (first)." in shown
    assert "does not count" not in shown


def test_two_cohorts_have_a_mark_each_in_the_same_row():
    simulated = judged(("A1", "supported", 0.02)).assign(world="on simulated radiographs")
    both = pd.concat([simulated, judged(("A1", "reversed", -0.3), cohort="nih")])
    shown = front.strip(both)
    assert shown.data.count("<tr>") == 2
    assert shown.data.count('class="interval"') == 2
    said = "Together: opposite results: supported only in simulation, reversed only on radiographs"
    assert said in text_of(shown)
    same = front.strip(pd.concat([simulated, judged(("A1", "reversed", 0.3), cohort="nih")]))
    assert "; differences have the same sign" in text_of(same)
    assert "; differences have the same sign" not in text_of(shown)
    assert "Phantoms: +0.020 [+0.010, +0.030]; Infiltration among pneumonia, NIH: −0.300" in (
        shown.data
    )


def test_the_reverse_of_a_claim_surprises_only_as_evidence():
    rows = [("A1", "supported", 0.02), ("A3", "reversed", -0.02)]
    assert front.surprises(judged(*rows)).data == ""
    shown = text_of(front.surprises(judged(*rows, counts=REGISTERED)))
    assert "A3" in shown
    assert "A1" not in shown
    assert "COVID-19, the label scored" not in shown
    others = front.surprises(judged(*rows, cohort="kermany", counts=REGISTERED))
    assert "the label scored is “bacterial”. Reversed: “" in text_of(others)


@pytest.mark.parametrize("show", [front.strip, front.surprises])
def test_without_records_nothing_is_claimed(show):
    assert "supported" not in show(pd.DataFrame()).data


def test_a_claim_that_is_not_decided_has_no_row():
    shown = front.strip(judged(("A1", "not judged", float("nan"))))
    assert "No claim is decided" in shown.data
    assert "nan" not in shown.data.lower()


def test_a_claim_that_changed_is_told_beside_the_others_that_count():
    said = ["does not count: A5 was changed since 0001", "counts: registered in 0001"] * 2
    shown = front.standings(said)
    assert text_of(HTML(shown)).strip() == (
        "Counts as evidence: registered before it ran (0001). Except where A5 was changed since."
    )


def test_a_claim_that_is_not_decided_is_no_exception_of_those_that_count():
    rows = judged(("A1", "supported", 0.02), ("A5", "not judged", 0.0))
    rows["counts"] = [REGISTERED, "does not count: A5 was changed since first"]
    assert "Except" not in front.strip(rows).data
    assert "Except" in front.strip(rows.assign(verdict="inconclusive")).data


def test_an_empty_frame_is_explained_before_the_first_one():
    shown = front.strip(judged(("A1", "supported", 0.02))).data
    assert shown.index("empty frame") < shown.index("study-verdict")


def test_a_cohort_without_the_papers_label_says_which_one_is_asked():
    said = "; where a claim says COVID-19, the label scored is “bacterial”"
    assert front.asked_of("kermany") == said
    assert front.asked_of("phantom") == front.asked_of("nowhere") == ""


def test_results_with_more_answers_come_first_whatever_was_recorded_first():
    idle = judged(("A1", "inconclusive", 0.02), ("A3", "not judged", float("nan")), cohort="nih")
    found = judged(("A3", "no relevant difference", 0.0)).assign(origin="second")
    both = pd.concat([idle.assign(origin="first"), found])
    assert list(front.most_answered_first(both)["origin"]) == ["second", "first", "first"]


def test_what_does_not_count_is_tallied_apart_and_what_is_not_decided_is_not():
    rows = judged(
        ("A1", "inconclusive", 0.0), ("A3", "inconclusive", 0.0), ("A5", "not judged", 0.0)
    )
    rows["counts"] = [REGISTERED, "does not count: changed", "does not count: changed"]
    tallied = front.tallied(rows)
    assert [(verdict, many) for verdict, _, many in tallied] == [
        ("inconclusive", 1), ("inconclusive", 1), ("not judged", 1),
    ]  # fmt: skip
    assert [said == "counts" for _, said, _ in tallied] == [True, False, True]
    shown = front.strip(rows).data
    assert shown.count('inconclusive registered">') == 3  # at a glance, its tally, and its row
    assert sum(many for _, _, many in tallied) == len(rows)


def test_results_that_do_not_count_are_folded_beside_those_that_do():
    counting = judged(("A1", "supported", 0.02), counts=REGISTERED).assign(origin="first")
    other = judged(("A3", "supported", 0.03), cohort="nih").assign(origin="second")
    shown, _, folded = front.strip(pd.concat([counting, other])).data.partition("<details>")
    assert "Infiltration" not in shown
    assert "1 set of results that counts for no verdict" in text_of(HTML(folded))
    alone = front.strip(other).data
    assert "<details>" not in alone
    assert "1 claim" in text_of(HTML(alone))


def test_a_share_of_a_map_does_not_stretch_the_axis_of_an_auroc():
    rows = judged(("A3", "supported", 0.02), ("A15", "reversed", -0.7))
    plots = re.findall(r"<svg class=\"study-plot.*?</svg>", front.strip(rows).data, flags=re.DOTALL)
    assert len(plots) == 2
    assert sorted("−0.7" in text for text in plots) == [False, True]
