"""View words: how a radiograph was taken, by the words that headers and tables use for it."""

import re

UNKNOWN = "unknown"

_LATERAL = frozenset((
    "lateral", "lat", "ll", "rl", "llat", "rlat", "lld", "rld", "ml", "lm", "latl", "xtable",
    "seitlich", "seitenaufnahme", "profil", "profile", "perfil", "laterolateral",
))  # fmt: skip
_FRONTAL = {"pa": "PA", "posteroanterior": "PA", "ap": "AP", "anteroposterior": "AP"}
_SUPINE = frozenset(("supine", "recumbent", "liegend", "horizontal", "decubito"))
#: Words that say nothing about the direction of the rays.
_BESIDE = frozenset((
    "view", "projection", "chest", "thorax", "erect", "upright", "standing", "sitting", "stehend",
    "portable", "mobile", "left", "right", "x", "ray", "cxr", "single", "digital", "cross", "table",
    "decubitus", "frontal", "port",
))  # fmt: skip
_LETTERS = re.compile(r"\b([ap])[\s./-]{1,2}([ap])\b")
_COMPOUND = re.compile(r"\b(antero|postero|latero)[\s_-](anterior|posterior|lateral)\b")


def may_be_frontal(text: str) -> bool:
    """Whether words for a view are of a frontal one, or say nothing about the direction of rays."""
    return view_of(text) in ("PA", "AP", "AP supine") or not _words(text)


def view_of(text: str) -> str:
    """The view, in the words of a manifest; ``unknown`` if the words are not known, or say two.

    Examples
    --------
    >>> [view_of(said) for said in ("P.A.", "AP erect", "ap supine", "LEFT LATERAL", "PA LAT")]
    ['PA', 'AP', 'AP supine', 'lateral', 'unknown']
    """
    words = _words(text)
    if words in ({"l"}, {"r"}) or words & _LATERAL:
        return "lateral" if words <= _LATERAL | {"l", "r"} else UNKNOWN
    is_supine = bool(words & _SUPINE)
    frontal = {_FRONTAL.get(word, "") for word in words - _SUPINE}
    if frontal <= {"AP"} and is_supine:
        return "AP supine"
    return next(iter(frontal)) if frontal in ({"AP"}, {"PA"}) and not is_supine else UNKNOWN


def _words(text: str) -> set[str]:
    """Words that say something about the direction of the rays, each spelled in one way."""
    plain = _COMPOUND.sub(r"\1\2", _LETTERS.sub(r"\1\2", text.casefold().replace("_", " ")))
    return set(re.findall(r"[^\W\d_]+", plain)) - _BESIDE
