"""Abstract: every sentence of a paper's abstract, and what this study makes of each part of it.

Sentences are quoted no longer than needed; ``…`` stands for words that are left out. The SHA-256 of
the whole sentence stands beside the quotation, so that whoever has the abstract can check with
:func:`differences` that no sentence is missing and that the quotations are right.
"""

import re
from collections.abc import Sequence
from typing import Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from cxrstudy.base.identity import fingerprint
from cxrstudy.base.schema import Strict

#: Stands in a quotation for words that are left out.
LEFT_OUT = "…"

#: What a part of a sentence is. A condition limits the claims that it names.
PartKind = Literal["background", "method", "condition", "claim", "not testable here"]

_LABEL = re.compile(r"^(purpose|approach|methods?|results|conclusions?): ")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


class Part(Strict):
    """A part of a sentence: the words, what they are, the claims, and why if there are none."""

    words: str = Field(min_length=1)
    kind: PartKind
    claims: list[str] = Field(default_factory=list)
    reason: str = ""

    @model_validator(mode="after")
    def _claims_or_reason(self) -> Self:
        if (self.kind in ("claim", "condition")) != bool(self.claims):
            raise ValueError("a claim or a condition names its claims, and nothing else does")
        if self.kind == "not testable here" and not self.reason:
            raise ValueError("what is not testable here needs a reason")
        return self


class Sentence(Strict):
    """A sentence of an abstract, in parts, and the SHA-256 of its :func:`normalised` whole."""

    parts: list[Part] = Field(min_length=1)
    sha256: str = Field("", description="empty where no whole copy was at hand")


def normalised(text: str) -> str:
    r"""Text without the label of its section, in lower case, with single spaces and no last stop.

    Examples
    --------
    >>> normalised("Purpose:  Accurate classification\nis invaluable.")
    'accurate classification is invaluable'
    """
    plain = " ".join(text.lower().split()).rstrip(".")
    return _LABEL.sub("", plain)


def holds(text: str, words: str) -> bool:
    """Whether a text holds words; around a ``…`` in the words, all pieces in their order.

    Examples
    --------
    >>> holds("The use of mixup improved the model.", "use of mixup … the model")
    True
    >>> holds("The use of mixup improved the model.", "improved results")
    False
    """
    place, whole = 0, normalised(text)
    pieces = [piece.strip() for piece in normalised(words).split(LEFT_OUT)]
    for piece in pieces:
        found = whole.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return any(pieces)


def quotes(sentences: Sequence[Sentence], claim: str) -> list[str]:
    """Words of the abstract that state a claim; conditions do not count."""
    return [
        part.words
        for sentence in sentences
        for part in sentence.parts
        if claim in part.claims and part.kind == "claim"
    ]


def differences(sentences: Sequence[Sentence], abstract: str) -> list[str]:
    """Compare the sentences on file with the text of the abstract.

    Returns
    -------
    What differs, in words, each with the number of its sentence; empty if nothing is left over.

    Examples
    --------
    >>> part = Part(words="mixup … helps", kind="background")
    >>> whole = fingerprint(normalised("The use of mixup in training helps."))
    >>> differences([Sentence(parts=[part], sha256=whole)], "The use of mixup in training helps.")
    []
    """
    texts = [text for text in _SENTENCE_END.split(abstract.strip()) if text]
    found = []
    if len(texts) != len(sentences):
        found.append(f"{len(texts)} sentences in the abstract, {len(sentences)} on file")
    for number, (sentence, text) in enumerate(zip(sentences, texts, strict=False), 1):
        found += [
            f"sentence {number} does not hold {part.words!r}"
            for part in sentence.parts
            if not holds(text, part.words)
        ]
        if sentence.sha256 and sentence.sha256 != fingerprint(normalised(text)):
            found.append(f"sentence {number} is not the one that was hashed")
    return found


def sentences_table(sentences: Sequence[Sentence]) -> pd.DataFrame:
    """Tabulate an abstract.

    Returns
    -------
    One row per part: ``sentence`` (its number), ``words``, ``kind``, ``claims``, ``reason``.
    """
    return pd.DataFrame(
        [
            {
                "sentence": number,
                "words": part.words,
                "kind": part.kind,
                "claims": ", ".join(part.claims),
                "reason": part.reason,
            }
            for number, sentence in enumerate(sentences, 1)
            for part in sentence.parts
        ],
        columns=["sentence", "words", "kind", "claims", "reason"],
    )
