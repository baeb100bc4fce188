"""Measure how large the gap between the hospitals of the phantoms is, for a network of the target.

Run from the project's root: ``python benchmarks/hospitals.py [SEEDS]``. It trains the control of
chapter Sequential schemes, with the sizes of the standard profile, on the hospitals of the target.
Then the same test patients are imaged in every hospital, and scored. It writes
``benchmarks/hospitals.csv``, one row per hospital:

============  ====================================================================================
``hospital``  where the patients are imaged
``of``        the role whose hospital it is
``auroc``     AUROC of COVID-19 against the rest, mean over seeds, with ``low`` and ``high``
``gap``       the same minus that in the first hospital of the target; ``gap_low``, ``gap_high``
============  ====================================================================================
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.base.progress import progress
from cxrstudy.phantom.hospitals import OWN_SITES, SITES
from cxrstudy.phantom.twins import imaged_at
from cxrstudy.runs.score_table import score_table
from cxrstudy.runs.scores import of_arm, together
from cxrstudy.statistics import auroc, contrasts, estimates
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study

TABLE = Path(__file__).with_suffix(".csv")
ROLES = {"target": SITES["target"], "external": SITES["external"], **OWN_SITES}


def scores_by_hospital(arms: Arms) -> pd.DataFrame:
    """Scores of the same patients, with the hospital as the arm."""
    arms.scores()
    role = arms.study.cohort.role("target")
    rows = role.rows("test")
    addresses = role.table["path"].iloc[rows].to_list()
    side = arms.study.stage("target").pixels
    tables = []
    for site in progress([site for sites in ROLES.values() for site in sites], "hospitals"):
        images = np.stack([imaged_at(address, side, site).image for address in addresses])
        for (arm, seed), run in arms.plan.ends.items():
            network = arms.network(arm, seed)
            table = score_table(role, rows, "test", network.probabilities(images), network.labels)
            tables.append(of_arm(table, site, seed, run))
    return together(tables)


def tabulate(scores: pd.DataFrame) -> pd.DataFrame:
    """One row per hospital."""
    covid, first = auroc("covid19"), ROLES["target"][0]
    of = {site: role for role, sites in ROLES.items() for site in sites}
    level = estimates(scores, covid).set_index("arm")[["estimate", "low", "high"]]
    gap = contrasts(scores, covid, against=first).set_index("arm")[["estimate", "low", "high"]]
    gap = gap.rename(columns={"estimate": "gap", "low": "gap_low", "high": "gap_high"})
    table = level.rename(columns={"estimate": "auroc"}).join(gap)
    return table.rename_axis("hospital").reset_index().assign(of=lambda t: t["hospital"].map(of))


if __name__ == "__main__":
    study = Study("standard", "phantom", int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    control = study.arms({"control": study.pretrained >> study.stage("target")})
    found = tabulate(scores_by_hospital(control))
    found.to_csv(TABLE, index=False, float_format="%.4g", lineterminator="\n")
    print(found.to_string(index=False))
