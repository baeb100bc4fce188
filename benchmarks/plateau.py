"""Measure whether a training that is said to be at a plateau gains nothing by twice the steps.

Run from the project's root: ``python benchmarks/plateau.py [SEEDS]``. It trains the control of
chapter Sequential schemes on phantoms, with the sizes of the standard profile, for several budgets.
It writes ``benchmarks/plateau.csv``, one row per budget:

==============  ==================================================================================
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
BUDGETS = (50, 100, 200, 400)


def control(seeds: int) -> Arms:
    """The control, with every budget."""
    study = Study("standard", "phantom", seeds)
    target = study.stage("target")
    return study.arms({steps: study.pretrained >> target.but(steps=steps) for steps in BUDGETS})


def tabulate(arms: Arms) -> pd.DataFrame:
    """One row per budget; trains what is not recorded."""
    found = estimates(arms.scores(), auroc("covid19")).set_index("arm")["estimate"]
    said = {record.id: record.plateau for record in arms.records}
    rows = []
    for steps in BUDGETS:
        mine = [said[run] for (arm, _), run in arms.plan.ends.items() if arm == steps]
        known = [each for each in mine if each and each.rise is not None and each.fall is not None]
        rows.append(
            {
                "steps": steps,
                "trainings": len(mine),
                "at_plateau": sum(each.reached is True for each in known),
                "rise": pd.Series([each.rise for each in known]).mean(),
                "fall": pd.Series([each.fall for each in known]).mean(),
                "auroc": found[steps],
                "gain": found.get(2 * steps, float("nan")) - found[steps],
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    table = tabulate(control(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
    table.to_csv(TABLE, index=False, float_format="%.4g", lineterminator="\n")
    print(table.to_string(index=False))
