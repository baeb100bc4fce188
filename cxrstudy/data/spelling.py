"""Spelling: whether two names of labels, or of patients, are probably one, written in two ways."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_MARKS = re.compile(r"[\s_\-./]+")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_COVID = re.compile(
    "covid((20)?19)?|sarscov2|(novel)?coronavirus(disease)?(2019)?|(2019)?ncov(2019)?"
)
#: Shortest name of which one letter may be a typing error.
_SHORTEST = 5


def same_name(one: str, other: str) -> bool:
    """Whether two different names are the same but for case, marks, or one typing error.

    Numbers in names must be equal: ``grade 1`` and ``grade 2`` are two labels. The names of
    COVID-19 and of its virus are one.

    Examples
    --------
    >>> same_name("COVID-19", "covid19"), same_name("pnuemonia", "pneumonia")
    (True, True)
    >>> same_name("grade 1", "grade 2"), same_name("effusion", "pleural_effusion")
    (False, False)
    >>> same_name("SARS-CoV-2", "COVID-19"), same_name("non-COVID", "COVID-19")
    (True, False)
    """
    first, second = _folded(one), _folded(other)
    if first == second:
        return one != other
    same_numbers = re.findall(r"\d+", first) == re.findall(r"\d+", second)
    return same_numbers and min(len(first), len(second)) >= _SHORTEST and _one_edit(first, second)


def suggestion(name: str, names: Iterable[str]) -> str:
    """The name that was probably meant, or an empty text."""
    known = list(names)
    same = [other for other in known if same_name(name, other)]
    return next(iter(same or get_close_matches(name, known, 1)), "")


def folded_patient(name: str) -> str:
    """Write a patient's name without what people and programs change in it.

    Examples
    --------
    >>> folded_patient("P007"), folded_patient("p-7.0"), folded_patient("P_07 ")
    ('p7', 'p-7', 'p-7')
    """
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    return _ZEROS.sub("", _MARKS.sub("-", plain.removesuffix(".0")).strip("-"))


def _folded(name: str) -> str:
    plain = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).casefold())
    return "covid19" if _COVID.fullmatch(plain) else plain


def _one_edit(one: str, other: str) -> bool:
    """Whether one letter more, less or changed, or two neighbours swapped, make the difference."""
    short, long = sorted((one, other), key=len)
    start = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), None)
    if start is None:
        return len(long) - len(short) == 1
    if len(long) > len(short):
        return short[start:] == long[start + 1 :]
    swapped = short[start + 1 : start + 2] + short[start] + short[start + 2 :]
    return short[start + 1 :] == long[start + 1 :] or swapped == long[start:]
