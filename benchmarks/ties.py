"""Measure how often the audit finds a tie between a label and something that is not disease.

Run from the project root: ``python benchmarks/ties.py [DRAWS]``. It draws patients with one image
each, half of whom have a label, and a feature that is tied to the label by a known strength, and
asks the audit's classifier. It writes ``benchmarks/ties.csv``, one row per kind of feature, number
of patients and strength:

============  ====================================================================================
``kind``      ``two values``, as of a view or source; ``a number``, as an age; ``many numbers``, as
              the pixels of a border, all of which together carry the tie
``patients``  drawn
``auroc``     that the feature would have alone, if everything were known; .5 is no tie
``draws``     repeats
``told``      share in which it was a note or an issue; of no tie, these are false alarms
``issue``     share in which it was an issue
============  ====================================================================================
"""

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from cxrstudy.audit.metadata_classifier import Question, answer

TABLE = Path(__file__).with_suffix(".csv")
SIZES, STRENGTHS = (50, 200, 1000), (0.5, 0.6, 0.7, 0.8, 0.9)
#: Pixels of a border of 64 x 64.
MANY = 252


def two_values(truth, auroc, random):
    """A value that most images with the label have, and few others."""
    return np.where(random.random(len(truth)) < auroc, truth, ~truth)[:, None].astype(float)


def a_number(truth, auroc, random):
    """A normal deviate, whose mean depends on the label."""
    return (random.normal(size=len(truth)) + truth * np.sqrt(2) * norm.ppf(auroc))[:, None]


def many_numbers(truth, auroc, random):
    """Normal deviates; the tie is spread over all of them."""
    shift = np.sqrt(2) * norm.ppf(auroc) / np.sqrt(MANY)
    return random.normal(size=(len(truth), MANY)) + truth[:, None] * shift


KINDS = {"two values": two_values, "a number": a_number, "many numbers": many_numbers}


def measure(kind: str, patients: int, auroc: float, draws: int) -> dict[str, object]:
    """How often a tie of this strength is told, among so many patients."""
    random = np.random.default_rng([patients, round(100 * auroc), list(KINDS).index(kind)])
    states = []
    for _ in range(draws):
        truth = random.permutation(np.arange(patients) % 2 == 1)
        people = np.array([f"p{n}" for n in range(patients)], dtype=object)
        question = Question("made", np.arange(patients), truth)
        features = KINDS[kind](truth, auroc, random)
        states.append(answer(question, features, people, kind == "many numbers").state)
    told = np.mean([state != "pass" for state in states])
    return {
        "kind": kind, "patients": patients, "auroc": auroc, "draws": draws,
        "told": told, "issue": np.mean([state == "issue" for state in states]),
    }  # fmt: skip


def main(draws: int = 100) -> None:
    """Measure all, and write the table."""
    rows = [measure(*each, draws) for each in product(KINDS, SIZES, STRENGTHS)]
    pd.DataFrame(rows).to_csv(TABLE, index=False)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
