"""The verdict explorer in a real browser: from a file, with the network off, against the study."""

from pathlib import Path

import numpy as np
import pytest

from cxrstudy.base import numbers, places
from cxrstudy.pages.verdict_explorer.evidence import DRAWS
from cxrstudy.pages.verdict_explorer.page import verdict_explorer
from cxrstudy.statistics import contrasts, metrics
from cxrstudy.verdicts import results, verdict
from cxrstudy.verdicts.claims_file import all_claims, find_claim
from cxrstudy.verdicts.evidence import evidence, pair_of
from cxrstudy.verdicts.outcome import Evidence, Interval, decide
from cxrstudy.verdicts.verdict import verdicts
from tests.support.some import some
from tests.support.viewer import PATIENCE, Viewer

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>made</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><body>{}</body></html>"""
DESKTOP, PHONE = {"width": 1100, "height": 900}, {"width": 360, "height": 760}
STANDARD = places.results() / "phantom" / "standard"
OWN, OTHER = "As registered", "Your setting: it decides nothing"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(PAGE.format(verdict_explorer([STANDARD]).data), encoding="utf-8")
    return file


class Explorer:
    """The explorer as a reader moves it."""

    def __init__(self, context, file: Path) -> None:
        self.viewer = Viewer(context)
        self.page = self.viewer.page
        self.page.goto(file.as_uri())
        self.page.locator(".vx-view").wait_for()

    def control(self, name):
        return self.page.locator(f"[data-control={name}]")

    def set(self, claim, **choices):
        """Choose a claim, and then type and choose a setting."""
        self.control("claim").select_option(claim)
        for name, value in choices.items():
            if name in ("margin", "relevant"):
                self.control(name).fill(str(value))
                self.control(name).press("Tab")
            else:
                self.control(name).select_option(str(value))

    @property
    def outcome(self):
        return self.page.locator(".vx-outcome .study-verdict").inner_text()

    @property
    def standing(self):
        return self.page.locator(".vx-standing").inner_text()

    @property
    def facts(self):
        return self.page.locator(".vx-facts dd").all_inner_texts()

    @property
    def says(self):
        return self.page.locator(".vx-says").text_content()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def explorer(browser, page_file, request):
    context = browser.new_context(viewport=request.param, offline=True)
    explorer = Explorer(context, page_file)
    yield explorer
    context.close()
    assert explorer.viewer.complaints == []
    assert explorer.viewer.outside == []


@pytest.fixture(scope="module")
def desktop(browser, page_file):
    context = browser.new_context(viewport=DESKTOP, offline=True)
    yield Explorer(context, page_file)
    context.close()


def row_of(name, correction=verdict.holm, **changes):
    """The study's verdict on a claim whose registration says something else."""
    (paper,) = [paper for paper in all_claims() if any(each.id == name for each in paper.claims)]
    claims = [c.model_copy(update=changes) if c.id == name else c for c in paper.claims]
    paper = paper.model_copy(update={"claims": claims})
    found = [
        evidence(mine, results.read(STANDARD, experiment))
        for experiment in results.experiments(STANDARD)
        if (mine := [claim for claim in paper.of(experiment) if claim.metric == "auroc"])
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verdict, "holm", correction)
        table = verdicts(paper, verdict.pd.concat(found), "nowhere")
    return table.set_index("claim").loc[name]


def shown(row, alpha, tested):
    """What the page should say of a row: interval, narrow interval and p values."""
    beside = {0.05, alpha}
    write = numbers.difference
    return [
        numbers.interval(row["estimate"], row["low"], row["high"], write, [tested]),
        numbers.interval(
            row["estimate"], row["narrow_low"], row["narrow_high"], write, [row["relevant"]]
        ),
        f"{numbers.p_value(row['p'], beside)}; "
        f"corrected: {numbers.p_value(row['adjusted_p'], beside)}",
        f"{numbers.p_value(row['p_relevant'], beside)}; "
        f"corrected: {numbers.p_value(row['adjusted_p_relevant'], beside)}",
    ]


def test_what_is_registered_is_shown_as_such(desktop):
    desktop.set("B1")
    row = row_of("B1")
    assert desktop.standing.startswith(OWN)
    assert desktop.outcome == row["verdict"] == "supported"
    assert desktop.facts[:4] == shown(row, 0.05, 0.0)


def test_a_margin_an_effect_a_level_and_a_correction_by_hand(desktop):
    desktop.set("B1", margin=0.01, relevant=0.03, level=0.9, correction="bonferroni")
    row = row_of("B1", lambda p: np.minimum(1, p * len(p)), margin=0.01, relevant=0.03, level=0.9)
    assert desktop.standing.startswith(OTHER)
    assert desktop.standing.removeprefix(OTHER) == (
        " margin +0.010 in place of 0.000; smallest relevant effect 0.03 in place of 0.02; "
        "level 90 % in place of 95 %; correction Bonferroni in place of Holm."
    )
    assert desktop.outcome == row["verdict"]
    assert desktop.facts[:4] == shown(row, 0.1, 0.01)


def test_an_accepted_loss_by_hand(desktop):
    desktop.set("A4", margin=-0.2, correction="none")
    row = row_of("A4", lambda p: p, margin=-0.2)
    assert desktop.standing.startswith(OTHER)
    assert desktop.outcome == row["verdict"] == "supported"
    assert desktop.facts[:4] == shown(row, 0.05, -0.2)
    assert row_of("A4")["verdict"] != row["verdict"]
    assert row_of("A4")["verdict"] in desktop.facts[5]


def test_another_measure_by_hand(desktop):
    desktop.set("B2", measure="precision", correction="none", relevant=0.01)
    claim = find_claim("B2")
    pair = pair_of(claim, results.read(STANDARD, claim.experiment))
    metric = metrics.average_precision(claim.label)
    (row,) = contrasts(pair, metric, claim.against, replicates=DRAWS).to_dict("records")
    tests = [
        contrasts(pair, metric, claim.against, replicates=DRAWS, null=bound).iloc[0]["p"]
        for bound in (0.01, -0.01)
    ]
    at = row["estimate"]
    relevance = max(
        tests[0] / 2 if at < 0.01 else 1 - tests[0] / 2,
        tests[1] / 2 if at > -0.01 else 1 - tests[1] / 2,
    )
    row |= {"narrow_low": row["low90"], "narrow_high": row["high90"], "relevant": 0.01}
    row |= {"adjusted_p": row["p"], "p_relevant": relevance, "adjusted_p_relevant": relevance}
    seen = Evidence(
        Interval(row["low"], row["high"]),
        Interval(row["low90"], row["high90"]),
        row["p"],
        relevance,
    )
    assert desktop.outcome == decide("superiority", 0.0, 0.01, seen)
    assert desktop.facts[:4] == shown(row, 0.05, 0.0)
    assert f"drawn {DRAWS} times" in desktop.facts[4]
    assert "measure average precision in place of AUROC" in desktop.standing


def test_the_way_back_leads_to_what_is_registered(desktop):
    desktop.set("B1", margin=0.05)
    desktop.control("back").click()
    assert desktop.standing.startswith(OWN)
    assert desktop.control("margin").input_value() == "0"
    assert not desktop.control("back").is_visible()
    focused = "document.activeElement.dataset.control"
    assert desktop.page.evaluate(focused) == "claim"  # and not lost with the button


def test_what_is_no_number_is_refused_and_the_last_setting_stays(desktop):
    desktop.set("B1", margin=0.05)
    before = desktop.facts
    for name, value in (("margin", ""), ("margin", "3"), ("relevant", "0"), ("relevant", "-1")):
        desktop.control(name).fill(value)
        desktop.control(name).press("Tab")
        error = desktop.page.locator(".vx-error")
        assert "the last one stays" in error.inner_text()
        assert error.get_attribute("role") == "alert"
        assert desktop.control(name).get_attribute("aria-invalid") == "true"
        assert desktop.facts == before
    desktop.set("B1", margin=0.01)
    assert not desktop.page.locator(".vx-error").is_visible()


def test_the_curve_counts_its_outcomes_and_shows_each_specification(explorer):
    explorer.set("B1")
    said = explorer.page.locator(".vx-counts").inner_text()
    assert said.startswith("Of 60 specifications")
    lanes = explorer.page.locator(".vx-curve .vx-lane").evaluate_all(
        "lanes => lanes.map(lane => [lane.classList[1], lane.querySelectorAll('rect').length])"
    )
    assert sum(number for _, number in lanes) == 60
    for outcome, number in some(lanes):
        assert f"{number} give {outcome.replace('-', ' ')}" in said
    assert "The registered one gives supported" in said
    chosen = explorer.page.locator(".vx-chosen")
    assert "the registered one: AUROC" in chosen.inner_text()
    explorer.control("place").focus()
    explorer.page.keyboard.press("Home")
    assert chosen.inner_text().startswith("1 of 60")
    assert explorer.control("place").get_attribute("aria-valuetext") == chosen.inner_text()
    explorer.control("take").click()
    assert explorer.standing.startswith(OTHER)
    assert explorer.facts[0].split(" [")[0] in chosen.inner_text()


def test_how_often_each_choice_gives_each_outcome_adds_up(explorer):
    explorer.page.locator(".vx-fold summary").click()
    rows = explorer.page.locator(".vx-choices tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.textContent))"
    )
    totals = {}
    for part, *counts in some(rows):
        totals[part] = totals.get(part, 0) + sum(map(int, counts))
    assert set(totals) == {"measure", "budget", "correction", "sizes"}
    assert len(set(totals.values())) == 1


def test_keys_reach_every_control_and_a_change_is_said(explorer):
    page = explorer.page
    reached = []
    for _ in range(11):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.control"))
        if reached[-1] == "correction":
            page.keyboard.press("End")
    controls = ["claim", "results", "measure", "margin", "relevant", "level", "correction"]
    assert reached[:7] == controls
    assert {"place", "take"} <= set(reached)
    assert explorer.says.startswith(f"{OTHER}. Claim A1: ")
    assert page.locator(".vx-says").get_attribute("role") == "status"
    named = "view => [...view.querySelectorAll('select, input')].every(c => c.labels.length === 1)"
    assert page.locator(".vx-view").evaluate(named)


def test_it_fits_the_screen_and_fingers(explorer):
    page = explorer.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = page.locator(".vx-view :is(select, button, input, summary)").evaluate_all(
        "parts => parts.filter(part => part.offsetHeight).map(part => part.offsetHeight)"
    )
    assert len(heights) >= 9
    assert min(heights) >= 44


def test_without_scripts_no_control_is_there(browser, page_file):
    context = browser.new_context(viewport=DESKTOP, offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(page_file.as_uri(), timeout=PATIENCE)
    assert page.locator(".vx-still").is_visible()
    assert page.locator("select, input, button").count() == 0
    context.close()


def test_a_page_that_was_saved_has_one_explorer_again(browser, page_file, tmp_path, desktop):
    saved = tmp_path / "saved.html"
    saved.write_text(desktop.page.content(), encoding="utf-8")
    context = browser.new_context(viewport=DESKTOP, offline=True)
    page = Explorer(context, saved).page
    assert page.locator(".vx-view").count() == 1
    context.close()
    still = browser.new_context(viewport=DESKTOP, offline=True, java_script_enabled=False)
    page = still.new_page()
    page.goto(saved.as_uri(), timeout=PATIENCE)
    assert page.locator(".vx-still").is_visible()
    assert not page.locator(".vx-view").is_visible()
    still.close()
