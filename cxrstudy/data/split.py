"""Split: assign patients to training, validation and test, from the patient's name alone.

The SHA-256 of a salt and the name is read as a number in [0, 1), the patient's place. New images or
patients therefore never change the split of another patient. Hashing stratifies only on average.
The salt of a committed manifest is therefore the smallest number for which every class has nearly
the intended fraction of its patients in every split.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class SplitRule:
    """Fractions of patients in ``test`` and ``validation``; all others are in ``train``."""

    salt: int
    test: float
    validation: float

    def __post_init__(self) -> None:
        if not (0 <= self.test <= 1 and 0 <= self.validation <= 1 - self.test):
            raise ValueError(
                f"split: test {self.test} and validation {self.validation} must be fractions "
                "from 0 to 1 whose sum is at most 1"
            )


def place(patient: str, salt: int | str) -> float:
    """Place of a patient in [0, 1): uniformly distributed, and constant for each patient."""
    digest = hashlib.sha256(f"cxrstudy:{salt}:{patient}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def split_of(patient: str, rule: SplitRule) -> str:
    """Split of a patient: ``train``, ``validation`` or ``test``."""
    where = place(patient, rule.salt)
    if where < rule.test:
        return "test"
    return "validation" if where < rule.test + rule.validation else "train"


def take_fraction(patients: Iterable[str], fraction: float, seed: int) -> frozenset[str]:
    """Sample a fraction of the patients. Smaller fractions are subsets of larger ones.

    Parameters
    ----------
    patients
        Names of patients; duplicates are ignored.
    fraction
        Fraction in (0, 1]; at least one patient is kept.
    seed
        Seed of the sample. Fractions are nested only for equal seeds.
    """
    ranked = _ranked(patients, seed)
    return frozenset(ranked[: max(1, round(fraction * len(ranked)))])


def take_shots(patients: pd.Series, classes: pd.Series, shots: int, seed: int) -> frozenset[str]:
    """Sample a number of patients per class. Fewer shots are subsets of more shots.

    A patient with images of several classes belongs to the class of the first image.

    Parameters
    ----------
    patients, classes
        One row per image.
    shots
        Patients per class; from a class with fewer patients, all are taken.
    seed
        As in :func:`take_fraction`; both functions take patients in the same order.
    """
    first = classes.groupby(patients.to_numpy()).first()
    return frozenset(
        patient
        for _, names in first.groupby(first)
        for patient in _ranked(names.index, seed)[:shots]
    )


def _ranked(patients: Iterable[str], seed: int) -> list[str]:
    return sorted(set(patients), key=lambda patient: place(patient, f"share {seed}"))


def stratifying_salt(table: pd.DataFrame, rule: SplitRule, tolerance: float) -> int:
    """Find the smallest salt, starting at ``rule.salt``, that stratifies a manifest.

    Parameters
    ----------
    table
        Columns ``patient`` and ``labels``.
    rule
        First salt, and the intended fractions.
    tolerance
        Largest accepted difference between the fraction of a label's patients in a split and the
        intended fraction.

    Raises
    ------
    ValueError
        None of 1,000 salts is within the tolerance, which is too small for so few patients.
    """
    strata = table.groupby("patient")["labels"].max()
    _, stratum = np.unique(strata, return_inverse=True)
    for salt in range(rule.salt, rule.salt + 1000):
        trial = SplitRule(salt, rule.test, rule.validation)
        splits = np.array([split_of(str(name), trial) for name in strata.index])
        if _farthest(stratum, splits, trial) <= tolerance:
            return salt
    raise ValueError(
        f"no salt in {rule.salt} to {rule.salt + 999} keeps every label within {tolerance} of its "
        f"share; the rarest label has {strata.value_counts().min()} patients: raise the tolerance"
    )


def _farthest(stratum: NDArray[np.intp], splits: NDArray[np.str_], rule: SplitRule) -> float:
    """Largest difference between a stratum's fraction in a split and the intended fraction."""
    members = np.bincount(stratum)
    shares = {"test": rule.test, "validation": rule.validation}
    return max(
        float(np.abs(np.bincount(stratum, splits == split) / members - share).max())
        for split, share in shares.items()
    )
