"""Made-up verdicts on real claims, and the text of a part of a page."""

import re
from html import unescape

import pandas as pd

from cxrstudy.verdicts.claims_file import all_claims

UNREGISTERED = "does not count: these results name no registration"
REGISTERED = "counts: registered in first"


def text_of(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html.data)))


def judged(*rows, cohort="phantom", counts=UNREGISTERED):
    claims = {claim.id: (paper, claim) for paper in all_claims() for claim in paper.claims}
    return pd.DataFrame(
        [
            {
                "paper": claims[name][0].paper, "claim": name, "words": claims[name][1].words,
                "test": claims[name][1].test, "contrast": claims[name][1].contrast,
                "experiment": claims[name][1].experiment,
                "origin": f"recorded: {cohort}", "cohort": cohort, "profile": "standard",
                "world": "on some images", "counts": counts, "verdict": verdict, "margin": 0.0,
                "level": 0.95, "estimate": estimate, "low": estimate - 0.01,
                "high": estimate + 0.01, "narrow_low": estimate - 0.008,
                "narrow_high": estimate + 0.008, "relevant": 0.02, "p": 0.001, "adjusted_p": 0.01,
                "p_relevant": 0.001, "adjusted_p_relevant": 0.01, "patients": 959,
                "seeds": 5, "why": "", "lacking": "", "trainings": 10, "at_plateau": 10,
            }
            for name, verdict, estimate in rows
        ]
    )  # fmt: skip
