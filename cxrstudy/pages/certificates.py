"""Certificates: the page that shows what independent repeats of the study found."""

from collections import Counter
from html import escape

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.pages.html import HTML
from cxrstudy.pages.tables import rows_as_html
from cxrstudy.verdicts.certificate import Certificate
from cxrstudy.verdicts.certificate import certificates as all_certificates
from cxrstudy.verdicts.compare import GOOD, SAME

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
    return HTML("".join(map(_section, found)) if found else NONE)


def _section(made: Certificate) -> str:
    states = Counter(each.state for each in made.drift)
    agreeing = sum(each.agrees for each in made.verdicts)
    changed = ", with changes that no commit holds" if made.uncommitted else ""
    facts = {
        "repeated": f"profile {made.profile} on {made.cohort}, {counted(made.seeds, 'seed')}",
        "compared with": f"{made.compared_with}, seal {made.its_seal[:12]}, "
        f"{counted(made.its_seeds, 'seed')}",
        "last run ended": made.finished,
        "machine": f"{made.processor}, {counted(made.cores, 'core')}; {', '.join(made.devices)}",
        "instructions": f"{made.instructions} ({made.arithmetic})",
        "commit": f"{made.commit[:12] or 'none'}{changed}",
        "versions": ", ".join(f"{name} {version}" for name, version in made.versions.items()),
        "verdicts that agree": f"{agreeing} of {len(made.verdicts)}",
        "metrics": ", ".join(f"{number} {state}" for state, number in states.items()),
    }
    listed = "".join(f"<dt>{name}</dt><dd>{escape(said)}</dd>" for name, said in facts.items())
    title = escape(made.by) or "Somebody who gave no name"
    return f"<h2>{title}</h2><dl>{listed}</dl>{_verdicts(made)}{_farthest(made)}"


def _verdicts(made: Certificate) -> str:
    rows = [
        {
            "claim": each.claim,
            "our verdict": each.ours,
            "verdict of the repeat": each.repeat,
            "our estimate": _number(each.our_estimate),
            "estimate of the repeat": _number(each.estimate),
            "the same": "yes" if each.agrees else "no",
        }
        for each in made.verdicts
    ]
    return rows_as_html(pd.DataFrame(rows)) if rows else "<p>No claim is about these runs.</p>"


def _farthest(made: Certificate) -> str:
    """The metrics that are not equal: those that seeds do not explain first."""
    others = [each for each in made.drift if each.state not in SAME]
    if not others:
        return "<p>Every metric is equal.</p>"
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
    return rows_as_html(pd.DataFrame(rows)) + more


#: So many metrics are listed on the page; the file holds all.
SHOWN = 10


def _number(value: float | None, write: numbers.Writer = numbers.difference) -> str:
    return "–" if value is None else write(value)
