"""The rule of the front end is that of the study: thousands of settings, both ways."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import gammaln

from cxrstudy.pages.verdict_explorer import page
from cxrstudy.pages.verdict_explorer.evidence import ArmNearEnd, Difference
from cxrstudy.pages.verdict_explorer.stored import stored
from cxrstudy.statistics.bootstrap import together
from cxrstudy.statistics.exact import exact_interval
from cxrstudy.statistics.inference import Inference
from cxrstudy.statistics.recovery import Part
from cxrstudy.verdicts import evidence as claims_evidence
from cxrstudy.verdicts import verdict
from cxrstudy.verdicts.claims_file import Claims
from tests.support.claims import CLAIM, abstract
from tests.support.front_end import answers
from tests.support.some import some

#: What the two may differ by: numbers are stored with eleven digits.
CLOSE = 1e-8
KINDS = ("superiority", "non-inferiority", "equivalence")
FREEDOMS = (1.0, 1.3, 2.0, 4.0, 8.25, 79.5, 80.5, 170.0, 1e4, 1.1e4, 3e7, math.inf)
FAMILIES = 140


@pytest.fixture(scope="module")
def random():
    return np.random.default_rng(20_261_129)


# --- Distributions ------------------------------------------------------------------------------


def asked(function, *values):
    return ("distributions", function, values)


def test_tails_of_t_are_those_of_scipy():
    cases = [
        (t, freedom)
        for t in (0.0, 1e-6, 0.01, 0.7, 1.96, 4.0, 12.0, 80.0, 1e4)
        for freedom in (0.3, *FREEDOMS)
    ]
    # In JSON there is no infinity; so many degrees of freedom are as good.
    calls = [asked("twoSided", t, min(freedom, 1e300)) for t, freedom in cases]
    for (t, freedom), p in some(zip(cases, answers(page.ASSETS, calls), strict=True)):
        assert p == pytest.approx(2 * stats.t.sf(t, freedom), rel=1e-10, abs=1e-300), (t, freedom)


def test_quantiles_of_t_are_those_of_scipy():
    cases = [(p, f) for p in (0.4, 0.1, 0.05, 0.01, 1e-4, 1e-9) for f in (0.5, *FREEDOMS)]
    calls = [asked("tOf", p, min(freedom, 1e300)) for p, freedom in cases]
    for (p, freedom), t in some(zip(cases, answers(page.ASSETS, calls), strict=True)):
        assert t == pytest.approx(stats.t.isf(p / 2, freedom), rel=1e-10), (p, freedom)


def test_quantiles_of_the_beta_distribution_are_those_of_scipy():
    cases = [(c, a, b) for c in (0.4, 0.025, 1e-6) for a in (1.0, 9.5, 479.2) for b in (1.01, 1.9)]
    calls = [asked("betaQuantile", *case) for case in cases]
    for case, value in some(zip(cases, answers(page.ASSETS, calls), strict=True)):
        assert value == pytest.approx(stats.beta.ppf(*case), rel=1e-10), case


def test_logarithms_of_gamma_are_those_of_scipy():
    values = [0.1, 0.5, 1.0, 1.7, 12.0, 250.5, 4e5]
    found = answers(page.ASSETS, [asked("logGamma", value) for value in values])
    assert found == pytest.approx(gammaln(values), rel=1e-13, abs=1e-13)


# --- Verdicts -----------------------------------------------------------------------------------


def made_inference(random):
    """Any inference: exact, from a t distribution with few or many degrees of freedom, or none."""
    estimate = float(random.normal(0, 0.03))
    if random.random() < 0.05:
        return Inference(estimate, seeds=5, reason="not defined in many draws"), Difference(
            estimate, bound=1.0, reason="not defined in many draws"
        )
    if random.random() < 0.08:
        return near_end(random)
    error = float(random.choice([0.001, 0.004, 0.01, 0.05, 0.6]) * random.uniform(0.5, 2))
    freedom = float(random.choice(FREEDOMS))
    found = Inference(estimate, error, freedom, 0.0, 0.0, 0.0, seeds=5, patients=100, fewest=40)
    return found, Difference(estimate, error, freedom, bound=1.0)


def near_end(random):
    """Two arms of which one has an exact interval."""
    trials, share = int(random.integers(15, 200)), float(random.uniform(0.85, 0.99))
    top = 1 - float(random.choice([0.0, 0.5])) / trials
    error, freedom = float(random.uniform(0.002, 0.02)), float(random.choice(FREEDOMS))
    alone = Inference(share, error, freedom, 0.0, 0.0, 0.0, seeds=5, patients=100, fewest=40)
    parts = [
        Part(1.0, top, lambda level: exact_interval(top, trials, level)),
        Part(-1.0, share, lambda level: alone.logit_interval(level, (0.0, 1.0))),
    ]
    plain = Inference(top - share, seeds=5, patients=100, fewest=40)
    arms = (ArmNearEnd(1.0, top, trials), ArmNearEnd(-1.0, share, 0, error, freedom))
    return together(plain, parts), Difference(top - share, arms=arms, bound=1.0)


def made_claim(random, number):
    kind = str(random.choice(KINDS))
    relevant = float(random.choice([0.01, 0.02, 0.05, 0.1]))
    gains, losses = [0.0, 0.005, 0.05], [-0.01, -0.05, -0.2]
    margins = {"superiority": gains, "non-inferiority": losses, "equivalence": [0.0]}
    return CLAIM | {
        "id": f"Y{number}",
        "kind": kind,
        "relevant": relevant,
        "margin": float(random.choice(margins[kind])),
        "level": float(random.choice([0.8, 0.9, 0.95, 0.975, 0.99])),
    }


def made_family(random):
    """A paper with evidence for most of its claims."""
    texts = [made_claim(random, number) for number in range(int(random.integers(1, 12)))]
    names = [text["id"] for text in texts]
    paper = Claims(paper="X", citation="nobody2020", abstract=abstract(*names), claims=texts)
    found = {name: made_inference(random) for name in names if random.random() < 0.85}
    return SimpleNamespace(paper=paper, found=found)


def data_of(family):
    """The same as a page holds it."""
    claims = {
        claim.id: {
            "paper": "X", "words": "", "test": "", "contrast": "", "kind": claim.kind,
            "margin": claim.margin, "relevant": claim.relevant, "level": claim.level,
            "own": "auroc",
        }
        for claim in family.paper.claims
    }  # fmt: skip
    evidence = [
        {
            "claim": name, "results": 0, "decides": True, "verdict": "",
            "patients": 100, "by": {"auroc": stored(found)},
        }
        for name, (_, found) in family.found.items()
    ]  # fmt: skip
    results = [{"cohort": "made", "profile": "made", "seeds": "5 seeds", "counts": ""}]
    return {
        "papers": {"X": len(family.paper.claims)}, "draws": 500,
        "measures": {"auroc": {"title": "AUROC", "most": 1.0}},
        "claims": claims, "results": results, "evidence": evidence,
    }  # fmt: skip


@pytest.fixture
def judged_by_study(monkeypatch):
    """The verdicts that the study's own code gives on made inferences."""
    pair = pd.DataFrame({"arm": ["a"], "seed": [0], "plateau": ["yes"]})
    counts = {"patients": 100, "images": 100, "seeds": 5}
    monkeypatch.setattr(claims_evidence, "pair_of", lambda *_: pair)
    monkeypatch.setattr(Inference, "detectable", lambda *_: 0.0)  # slow, and decides nothing

    def judge(family, correction):
        monkeypatch.setattr(
            claims_evidence, "difference_of", lambda claim, _: (family.found[claim.id][0], counts)
        )
        monkeypatch.setattr(verdict, "holm", correction)
        asked = [claim for claim in family.paper.claims if claim.id in family.found]
        table = verdict.verdicts(family.paper, claims_evidence.evidence(asked, pair), "nowhere")
        return table.set_index("claim")

    return judge


CORRECTIONS = {
    "holm": verdict.holm,
    "bonferroni": lambda p: np.minimum(1, p * len(p)),
    "none": lambda p: p,
}


def test_every_verdict_is_that_of_the_study(random, judged_by_study):
    families = [made_family(random) for _ in range(FAMILIES)]
    names = [str(name) for name in random.choice(list(CORRECTIONS), FAMILIES)]
    calls, tables = [], []
    for family, correction in zip(families, names, strict=True):
        tables.append(judged_by_study(family, CORRECTIONS[correction]))
        data = data_of(family)
        for name in family.found:
            claim = data["claims"][name]
            asked = {key: claim[key] for key in ("margin", "relevant", "level")}
            setting = {
                "claim": name, "results": 0, "measure": "auroc", "correction": correction, **asked,
            }  # fmt: skip
            calls.append(("judging", "judged", (data, setting)))
    found = iter(answers(page.ASSETS, calls))
    seen = []
    for family, table in zip(families, tables, strict=True):
        for name in family.found:
            seen.append(compared(next(found), table.loc[name]))
    assert len(seen) > 600
    counts = pd.Series(seen).value_counts()
    assert set(counts.index) == {
        "supported", "reversed", "no relevant difference", "inconclusive", "not judged",
    }  # fmt: skip
    assert counts.min() > 10


def compared(theirs, row):
    """Assert that a verdict of the front end is that of the study; return its outcome."""
    assert theirs["outcome"] == row["verdict"], row
    pairs = [
        (theirs["estimate"], row["estimate"]), (theirs["wide"][0], row["low"]),
        (theirs["wide"][1], row["high"]), (theirs["narrow"][0], row["narrow_low"]),
        (theirs["narrow"][1], row["narrow_high"]), (theirs["p"], row["p"]),
        (theirs["pRelevant"], row["p_relevant"]), (theirs["adjusted"], row["adjusted_p"]),
        (theirs["adjustedRelevant"], row["adjusted_p_relevant"]),
    ]  # fmt: skip
    for here, there in pairs:
        assert (here is None and math.isnan(there)) or here == pytest.approx(
            there, abs=CLOSE, rel=0
        ), row
    return theirs["outcome"]
