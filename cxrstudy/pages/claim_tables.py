"""Claim tables: claims, the rule, verdicts and what would decide them, as tables of a page.

Notebooks call these through ``show`` (:mod:`cxrstudy.pages.render`).
"""

import re
from collections.abc import Mapping
from html import escape

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.pages.agreement import told_evidence
from cxrstudy.pages.arm_words import contrast_in_words, lacking_in_words
from cxrstudy.pages.bounds import bounds_in_words
from cxrstudy.pages.html import HTML, fold
from cxrstudy.pages.names import spaced
from cxrstudy.pages.rule import claim_levels, rule_table
from cxrstudy.pages.tables import table
from cxrstudy.statistics.power import VarianceComponents
from cxrstudy.verdicts.claim import Claim
from cxrstudy.verdicts.claims_file import all_claims, find_claim
from cxrstudy.verdicts.evidence import chosen_arms
from cxrstudy.verdicts.judge import claims_about, on_labels_of
from cxrstudy.verdicts.outcome import DECIDED
from cxrstudy.verdicts.planning import enough_by_claim

#: Citation of the claims that no paper makes.
OURS = "cxrstudy"

#: Heading of what a claim could have shown; one difference alone could show a smaller one.
DETECTABLE = "minimum detectable difference, with all claims of the paper tested"

#: Headings of the numbers of trainings.
AT_PLATEAU, PLATEAU_UNKNOWN = "of them at a plateau", "of which it is not known"


def claims(experiment: str, scores: pd.DataFrame) -> HTML:
    """Show the claims that an experiment is about, with the evidence that scores give.

    Examples
    --------
    >>> from cxrstudy.notebook import show, statistics
    >>> scores = statistics.made_scores([(0, 1), (0.1, 1)])
    >>> show.claims("04_mixup", scores)
    <HTML>
    """
    rows = [
        told_evidence(paper, experiment, scores).assign(
            test=[
                f"{claim.test} ({_contrast(claim)}; "
                f"{bounds_in_words(claim.id, claim.margin, claim.relevant)})"
                for claim in paper.of(experiment)
            ],
            paper=paper.paper,
            level=[claim.level for claim in paper.of(experiment)],
        )
        for paper in claims_about(experiment)
    ]
    if not rows:
        return HTML("<p>No claim is about this experiment.</p>")
    found = pd.concat(rows)
    columns = [
        *(["paper"] if found["paper"].nunique() > 1 else []),
        *("claim", "test", "estimate", "low", "high", "level", "reason", "p"),
        "minimum_detectable_difference",
        "patients",
        "seeds",
        "trainings",
        "at_plateau",
        "plateau_unknown",
    ]
    return table(
        found[[name for name in columns if name in found]], estimate="difference",
        p="p, against the margin or the nearer bound", test="our test",
        minimum_detectable_difference=DETECTABLE, at_plateau=AT_PLATEAU,
        plateau_unknown=PLATEAU_UNKNOWN,
    )  # fmt: skip


def _contrast(claim: Claim) -> str:
    return contrast_in_words(claim.experiment or "", claim.contrast)


def choices(experiment: str, scores: pd.DataFrame) -> HTML:
    """Show which arms were chosen on validation patients, for the claims that choose.

    Examples
    --------
    >>> from cxrstudy.notebook import show, statistics
    >>> arms = [(0.1, 1), (0.2, 1), (0.4, 1), (0, 1), (0, "repeat 1"), (0, "repeat 2")]
    >>> show.choices("04_mixup", statistics.made_scores(arms))
    <HTML>
    """
    rows = [
        chosen_arms(claim, scores) for paper in claims_about(experiment)
        for claim in on_labels_of(scores, paper.of(experiment))
    ]  # fmt: skip
    found = pd.concat([each for each in rows if len(each)] or [pd.DataFrame()])
    if found.empty:
        return HTML("<p>These results hold no arms to choose from.</p>")
    return table(found, value="AUROC on validation", chosen="chosen arm")


def rule() -> HTML:
    """Show when a claim has which outcome, with the levels that the claims ask for.

    Examples
    --------
    >>> from cxrstudy.notebook import show
    >>> show.rule()
    <HTML>
    """
    return table(rule_table(claim_levels()), equivalence="of a claim of equivalence")


def cited(citation: str) -> str:
    """A citation as text: name and year of a key such as ``fricks2021``, or as it stands.

    Examples
    --------
    >>> cited("fricks2021"), cited("Own data, 2026"), cited("cxrstudy")
    ('Fricks 2021', 'Own data, 2026', 'our own question')
    """
    if citation == OURS:
        return "our own question"
    found = re.fullmatch(r"([^\W\d_]+)(\d{4})[a-z]?", citation)
    return f"{found[1].capitalize()} {found[2]}" if found else citation


def paper_links(book: str = "") -> str:
    """Links to the pages with all claims of each paper, as HTML.

    Parameters
    ----------
    book
        Folder of these pages, seen from the page with the links.

    Examples
    --------
    >>> paper_links("../").partition(",")[0]
    '<a href="../verdicts_a.html">A</a>'
    """
    return ", ".join(
        f'<a href="{book}verdicts_{escape(paper.paper.lower())}.html">{escape(paper.paper)}</a>'
        for paper in all_claims()
    )


def counts_for_a_verdict(said: str) -> bool:
    """Whether what is said of results is that they count.

    Examples
    --------
    >>> counts_for_a_verdict("counts: registered in 0001-phantom-halved")
    True
    """
    return said.startswith("counts")


def verdict_details(judged: pd.DataFrame) -> HTML:
    """Show bounds, corrected p values, and what every verdict rests on; nothing of other claims.

    The intervals beside corrected p values are not simultaneous over claims; the page says so.

    Examples
    --------
    >>> from cxrstudy.notebook import show
    >>> from cxrstudy.base import places
    >>> from cxrstudy.verdicts.judge import evidence_of_results, judged
    >>> found = evidence_of_results(places.results() / "phantom" / "quick")
    >>> table = judged(found, "quick results", "phantom", "quick")
    >>> show.verdict_details(table)
    <HTML>
    """
    shown = judged[judged["verdict"].isin(DECIDED)]
    if shown.empty:
        return HTML("<p>No verdict is recorded of these claims yet.</p>")
    papers = ["paper"] if "paper" in shown and shown["paper"].nunique() > 1 else []
    shown = shown.sort_values([*papers, "claim", "origin"], key=lambda names: names.map(_in_turn))
    shown = shown.assign(margin=[
        bounds_in_words(row.claim, row.margin, row.relevant) for row in shown.itertuples()
    ])  # fmt: skip
    # Why, stands above, once for each set of results.
    shown["counts"] = shown["counts"].map(counts_for_a_verdict).map({True: "yes", False: "no"})
    # The number of seeds is part of the origin.
    columns = [
        *papers, "claim", "origin", "verdict", "counts", "margin", "adjusted_p", "relevant",
        "adjusted_p_relevant", "minimum_detectable_difference", "patients", "trainings",
        "at_plateau", *(["level"] if shown["level"].nunique() > 1 else []),
    ]  # fmt: skip
    made = table(
        shown[[name for name in columns if name in shown]], margin="must be",
        adjusted_p="p of the margin, corrected (Holm)",
        adjusted_p_relevant="p of no relevant difference, corrected (Holm)",
        relevant="smallest relevant effect", counts="does it count?",
        level="level of the interval",
        minimum_detectable_difference=DETECTABLE, at_plateau=AT_PLATEAU,
    )  # fmt: skip
    return HTML(f'<div class="study-details">{made.data}</div>')


def _in_turn(name: str) -> str:
    """A name such that A2 comes before A10."""
    return re.sub(r"\d+", lambda digits: digits[0].zfill(9), name)


def untestable() -> HTML:
    """Show the claims that have no contrast: no data here can decide them, or arms are needed.

    Examples
    --------
    >>> from cxrstudy.notebook import show
    >>> show.untestable()
    <HTML>
    """
    rows = [
        {
            "claim": claim.id,
            "words": f"“{claim.words}”",
            "test": claim.test,
            "outcome": "not testable" if claim.not_testable else "not judged",
            "why": claim.not_testable or f"needs {claim.needs}",
        }
        for paper in all_claims()
        for claim in paper.claims
        if not claim.has_contrast
    ]
    return table(pd.DataFrame(rows), words="the abstract's words", test="our test")


def power(recorded: Mapping[str, VarianceComponents | str]) -> HTML:
    """Show how many patients would decide each claim, by number of seeds.

    Parameters
    ----------
    recorded
        From :func:`cxrstudy.verdicts.planning.recorded_components`.

    Examples
    --------
    >>> from cxrstudy.notebook import show
    >>> show.power({"B1": "no results are recorded"})
    <HTML>
    """
    found = enough_by_claim(recorded)
    known = found[found["why"] == ""]
    stated = [(row.claim, row.margin, row.relevant) for row in known.itertuples()]
    known = known.drop(columns="why").assign(
        margin=[bounds_in_words(*each) for each in stated],
        relevant=[f"{numbers.level(size)} {_unit(find_claim(claim))}" for claim, _, size in stated],
    )
    shown = (
        table(
            known,
            margin="the difference must be",
            relevant="smallest relevant effect",
            caption="Test patients that are enough to decide each claim, by number of seeds",
        ).data
        if len(known)
        else ""
    )
    return HTML(shown + _without_variances(found[found["why"] != ""]))


def _unit(claim: Claim) -> str:
    """What a claim's difference is a difference of."""
    return "of an AUROC" if claim.metric == "auroc" else "of a map"


def _without_variances(claims: pd.DataFrame) -> str:
    """Claims whose variances are not recorded, folded, with what is lacking."""
    if claims.empty:
        return ""
    experiments = {claim.id: claim.experiment for paper in all_claims() for claim in paper.claims}
    listed = ""
    for claim, why in zip(claims["claim"], claims["why"], strict=True):
        lacking = lacking_in_words(experiments[claim], why.removeprefix(f"claim {claim}: "))
        listed += f"<li><b>{escape(claim)}</b>: {escape(spaced(lacking))}</li>"
    heading = f"{counted(len(claims), 'claim')} whose variances are not recorded"
    return fold(heading, f"<ul>{listed}</ul>")
