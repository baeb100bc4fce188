"""Measure whether a training that is said to be at a plateau gains nothing by twice the steps.

Run from the project root: ``python benchmarks/plateau.py [SEEDS]``. It trains the target of the
pilot profile, whose simulated world is used for nothing else, from two kinds of initial weights,
for several budgets. It writes ``benchmarks/plateau.csv``, one row per kind and budget:

==============  ==================================================================================
``weights``     initial weights
``steps``       of the training on the target
``trainings``   seeds
``at_plateau``  trainings that :mod:`cxrstudy.training.plateau` says are at a plateau
``rise``        mean rise of the validation AUROC over the last third of the training, at its best
``fall``        mean fall of the validation loss over it, as a share of the loss
``auroc``       mean AUROC of COVID-19 on the test patients
``gain``        mean gain of this AUROC with twice the steps
==============  ==================================================================================
"""

import sys
from pathlib import Path

import pandas as pd

from cxrstudy.statistics import auroc, estimates
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study

TABLE = Path(__file__).with_suffix(".csv")
BUDGETS = (100, 200, 400, 800, 1600)


def budgets(seeds: int) -> Arms:
    """Every budget, from each kind of initial weights."""
    study = Study("pilot", "phantom", seeds)
    target = study.stage("target")
    starts = {"pretrained": study.pretrained, "random": study.random_init}
    return study.arms(
        {
            (name, steps): first >> target.but(steps=steps)
            for name, first in starts.items()
            for steps in BUDGETS
        }
    )


def tabulate(arms: Arms) -> pd.DataFrame:
    """One row per kind of initial weights and budget; trains what is not recorded."""
    found = dict(estimates(arms.scores(), auroc("covid19"))[["arm", "estimate"]].to_numpy())
    said = {record.id: record.plateau for record in arms.records}
    rows = []
    for weights, steps in arms.chains:
        mine = [said[run] for (arm, _), run in arms.plan.ends.items() if arm == (weights, steps)]
        known = [each for each in mine if each and each.rise is not None and each.fall is not None]
        rows.append(
            {
                "weights": weights,
                "steps": steps,
                "trainings": len(mine),
                "at_plateau": sum(each.reached is True for each in known),
                "rise": pd.Series([each.rise for each in known]).mean(),
                "fall": pd.Series([each.fall for each in known]).mean(),
                "auroc": found[weights, steps],
                "gain": found.get((weights, 2 * steps), float("nan")) - found[weights, steps],
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    table = tabulate(budgets(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
    table.to_csv(TABLE, index=False, float_format="%.4g", lineterminator="\n")
    print(table.to_string(index=False))
