"""Prepared: the manifests of reduced copies of open radiographs, for the cohorts of real images.

Each set is read by :mod:`cxrstudy.data.sources.prepared_sets`; here a patient gets one split in all
of them. ``python -m cxrstudy.data.sources.prepared FOLDER`` makes the manifests again.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.base import places
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import COLUMNS, check_manifest, write_manifest
from cxrstudy.data.sources.prepared_sets import READERS
from cxrstudy.data.split import SplitRule, split_of, stratifying_salt

#: Fractions of the patients in the splits of the open cohort, the same in every set, and the
#: tolerance for each class of the target.
RULE, TOLERANCE = SplitRule(salt=0, test=0.25, validation=0.15), 0.02
#: Labels of targets within the images with pneumonia of NIH ChestX-ray14.
WITHIN = ("infiltration", "effusion")


def manifests(folder: Path) -> dict[str, pd.DataFrame]:
    """Read all sets; a patient gets the same split in all of them.

    Parameters
    ----------
    folder
        Folder with ``splits.csv`` and one folder per set.

    Returns
    -------
    Manifest tables by name.
    """
    tables = {name: read(folder) for name, read in READERS.items()}
    included = {name: table[table["excluded"] == ""] for name, table in tables.items()}
    nih = included["nih1k"].assign(
        labels=lambda table: np.where(
            table["labels"].str.contains("pneumonia"), "other_pneumonia", "normal"
        )
    )
    target = pd.concat([included["covid_multi"], nih])
    rule = replace(RULE, salt=stratifying_salt(target, RULE, TOLERANCE))
    for table in tables.values():
        table["split"] = [split_of(patient, rule) for patient in table["patient"]]
    # External hospitals are used for testing only.
    tables["external"]["split"] = "test"
    # A target of its own, whose two labels are rarer than those of the open target.
    within = tables["nih_pneumonia"]
    kinds = within["labels"].map(lambda cell: "|".join(x for x in WITHIN if x in cell.split("|")))
    own = replace(RULE, salt=stratifying_salt(within.assign(labels=kinds), RULE, 2 * TOLERANCE))
    within["split"] = [split_of(patient, own) for patient in within["patient"]]
    return {name: table[list(COLUMNS)] for name, table in tables.items()}


def main(folder: Path) -> None:
    """Check the manifests against their cards, and write them."""
    for name, table in manifests(folder).items():
        path = places.manifests() / f"{name}.csv"
        labels = read_card(path.with_suffix(".yaml")).labels
        write_manifest(check_manifest(table.reset_index(drop=True), labels, str(path)), path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
