"""Certificates: the page that shows what independent repeats of the study found.

A certificate is about the results that were committed when it was written. Where these have been
recorded anew since, the page says so.
"""

from collections import Counter
from collections.abc import Sequence
from html import escape

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.base.times import moment
from cxrstudy.base.words import counted
from cxrstudy.pages.arm_words import contrast_in_words
from cxrstudy.pages.html import HTML
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.verdicts import results
from cxrstudy.verdicts.certificate import Certificate, Verdict
from cxrstudy.verdicts.certificate import certificates as all_certificates
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.compare import GOOD, SAME
from cxrstudy.verdicts.outcome import DECIDED

#: How the name of who repeated begins where it was no one else.
AUTHORS = "The authors"

#: What stands on the page as long as nobody has sent a certificate.
NONE = """<p>There is no certificate yet. Who has run the study makes one with
<code>cxrstudy certify --profile quick --cohort phantom --by NAME</code>, and sends the file that it
writes to <code>certificates/</code>.</p>"""


def certificates() -> HTML:
    """Show every certificate: who, on which machine, which verdicts agree, how far metrics are.

    Raises
    ------
    CertificateError
        A file is not valid, or was altered.

    Examples
    --------
    >>> certificates()
    <HTML>
    """
    found = all_certificates()
    return HTML(_standing(found) + "".join(map(_section, found)) if found else NONE)


def _standing(found: Sequence[Certificate]) -> str:
    """How many of the certificates are of others: a repeat by the authors is not independent."""
    others = sum(not each.by.startswith(AUTHORS) for each in found)
    if others:
        return f"<p>{numbers.count(others)} of {counted(len(found), 'certificate')}: by others.</p>"
    return (
        f"<p><b>Nobody else has repeated the study yet.</b> There is "
        f"{counted(len(found), 'certificate')}, by the authors.</p>"
    )


def _section(made: Certificate) -> str:
    states = Counter(each.state for each in made.drift)
    changed = ", with changes that no commit holds" if made.uncommitted else ""
    facts = {
        "repeated": f"profile {made.profile} on {made.cohort}, {counted(made.seeds, 'seed')}",
        "compared with": f"{made.compared_with}, seal {made.its_seal[:12]}, "
        f"{counted(made.its_seeds, 'seed')}",
        "last run ended": moment(made.finished),
        "machine": "; ".join(
            [
                f"{made.processor}, {counted(made.cores, 'core')}",
                *(device for device in made.devices if device != made.processor),
            ]
        ),
        "arithmetic": made.arithmetic,
        "commit": f"{made.commit[:12] or 'none'}{changed}",
        "versions": ", ".join(f"{name} {version}" for name, version in made.versions.items()),
        "verdicts that agree": agreeing(made.verdicts),
        "metrics": ", ".join(f"{number} {state}" for state, number in states.items()),
    }
    listed = "".join(f"<dt>{name}</dt><dd>{escape(said)}</dd>" for name, said in facts.items())
    title = escape(made.by) or "Somebody who gave no name"
    return (
        f"<h3>{title}</h3>{_anew(made)}<dl>{listed}</dl>"
        f"{verdicts_as_html(made.verdicts)}{_farthest(made)}"
    )


def _anew(made: Certificate) -> str:
    """Say that the results were recorded anew after a repeat was compared with them."""
    try:
        now = results.unchecked(places.root() / made.compared_with)
    except results.ResultsError:
        return "<p>The results that it was compared with are no longer part of the project.</p>"
    if now.seal == made.its_seal:
        return ""
    return (
        "<p><b>Of earlier results.</b> Those that it was compared with have been recorded anew "
        f"since, {escape(now.finished[:10])}, with the seal {now.seal[:12]}. It was not compared "
        "with these.</p>"
    )


def agreeing(verdicts: Sequence[Verdict]) -> str:
    """How many verdicts agree, and how many of these decide something.

    Examples
    --------
    >>> agreeing([])
    '0 of 0'
    """
    alike = Counter(each.ours for each in verdicts if each.agrees)
    said = f"{numbers.count(alike.total())} of {numbers.count(len(verdicts))}"
    if not alike or set(alike) & set(DECIDED):
        return said
    each = ", ".join(f"{numbers.count(number)} {verdict}" for verdict, number in alike.items())
    return f"{said}, none of which decides a claim: {each}"


def verdicts_as_html(verdicts: Sequence[Verdict]) -> str:
    """Write a row per claim with an estimate or with two verdicts; the others in a line each.

    A line is of the claims that have one verdict in both, and in neither an estimate.
    """
    if not verdicts:
        return "<p>No claim is about these runs.</p>"
    alike: dict[str, list[str]] = {}
    for each in verdicts:
        if not _tells(each):
            alike.setdefault(each.ours, []).append(each.claim)
    lines = "".join(
        f"<p>{escape(verdict.capitalize())} in both, without an estimate: "
        f"{escape(', '.join(claims))}.</p>"
        for verdict, claims in alike.items()
    )
    return _judged([each for each in verdicts if _tells(each)]) + lines


def _tells(each: Verdict) -> bool:
    """Whether a row says more than that both sides have the same verdict."""
    return not each.agrees or each.our_estimate is not None or each.estimate is not None


def _judged(verdicts: Sequence[Verdict]) -> str:
    rows = [
        {
            "claim": each.claim,
            "difference of two arms": escape(_contrast(each.claim)),
            "our verdict": each.ours,
            "verdict of the repeat": each.repeat,
            "our difference": _number(each.our_estimate),
            "difference of the repeat": _number(each.estimate),
            "the same": "yes" if each.agrees else "no",
        }
        for each in verdicts
    ]
    return framed(rows_as_html(pd.DataFrame(rows)), "Verdicts with an estimate") if rows else ""


def _contrast(claim: str) -> str:
    """The arms of a claim in words; nothing of a claim that the project no longer has."""
    known = {each.id: each for paper in all_claims() for each in paper.claims}
    if claim not in known:
        return ""
    return contrast_in_words(known[claim].experiment or "", known[claim].contrast)


def _farthest(made: Certificate) -> str:
    """The metrics that are not equal: those that seeds do not explain first."""
    others = [each for each in made.drift if each.state not in SAME]
    if not others:
        return "<p>Every metric that is defined is equal.</p>"
    others.sort(key=lambda each: (each.state in GOOD, -abs(each.moved or 0)))
    rows = [
        {
            "experiment": each.experiment,
            "arm": each.arm,
            "role": each.role,
            "metric": each.metric,
            "ours": _number(each.ours, numbers.level),
            "repeat": _number(each.repeat, numbers.level),
            "moved, in seed standard deviations": _number(each.moved),
            "tolerance": _number(each.tolerance, numbers.level),
            "state": each.state,
        }
        for each in others[:SHOWN]
    ]
    more = f"<p>And {len(others) - SHOWN} more in the file.</p>" if len(others) > SHOWN else ""
    return framed(rows_as_html(pd.DataFrame(rows)), "Metrics that are not equal") + more


#: So many metrics are listed on the page; the file holds all.
SHOWN = 10


def _number(value: float | None, write: numbers.Writer = numbers.difference) -> str:
    return "–" if value is None else write(value)
