"""Claims file: all claims of a paper, with its abstract, as they are written in ``claims/``."""

from collections import Counter
from typing import Self

import pandas as pd
from pydantic import Field, model_validator

from cxrstudy.base import numbers, places
from cxrstudy.base.identity import file_sha256
from cxrstudy.base.schema import Strict, read_yaml
from cxrstudy.verdicts.abstract import Sentence, holds, quotes, sentences_table
from cxrstudy.verdicts.claim import BUDGETS, Claim, ClaimError


class Claims(Strict):
    """The claims of a paper, its abstract, and the SHA-256 of the file.

    Attributes
    ----------
    paper, citation
        Letter of the paper, and its key in the bibliography.
    abstract
        Every sentence of the abstract.
    claims
        The claims.
    sha256
        SHA-256 of the file; filled when it is read.
    """

    paper: str
    citation: str
    abstract: list[Sentence] = Field(default_factory=list)
    claims: list[Claim]
    sha256: str = ""

    @model_validator(mode="after")
    def _one_id_each_and_words_of_the_abstract(self) -> Self:
        twice = [name for name, n in Counter(claim.id for claim in self.claims).items() if n > 1]
        if twice:
            raise ValueError(f"claim {twice[0]}: the id is given twice")
        ids = {claim.id for claim in self.claims}
        named = {name for each in self.abstract for part in each.parts for name in part.claims}
        if named - ids:
            raise ValueError(f"the abstract names claim {min(named - ids)}, which is not there")
        for claim in self.claims:
            stated = quotes(self.abstract, claim.id)
            if not any(holds(words, claim.words) for words in stated):
                raise ValueError(f"claim {claim.id}: its words are not those of the abstract")
        return self

    @model_validator(mode="after")
    def _one_cohort_an_experiment(self) -> Self:
        cohorts: dict[str, str] = {}
        for claim in self.testable:
            if cohorts.setdefault(claim.experiment, claim.cohort) != claim.cohort:
                raise ValueError(
                    f"claim {claim.id}: other claims about {claim.experiment} are decided on "
                    "another cohort"
                )
        return self

    @property
    def testable(self) -> list[Claim]:
        """The claims that have a contrast: the family that Holm's correction is over."""
        return [claim for claim in self.claims if claim.has_contrast]

    def of(self, experiment: str) -> list[Claim]:
        """The claims about an experiment."""
        return [claim for claim in self.testable if claim.experiment == experiment]

    def published(self, claim: str) -> dict[str, float]:
        """The paper's numbers for a claim, by name.

        Raises
        ------
        ClaimError
            The paper has no such claim.
        """
        named = self.claim(claim).published.items()
        return {f"paper {self.paper}, {name}": value for name, value in named}

    def claim(self, name: str) -> Claim:
        """The claim with an id.

        Raises
        ------
        ClaimError
            The paper has no such claim.
        """
        for candidate in self.claims:
            if candidate.id == name:
                return candidate
        raise ClaimError(f"paper {self.paper} has no claim {name!r}")


def read_claims(name: str) -> Claims:
    """Read ``claims/NAME.yaml``.

    Raises
    ------
    ClaimError
        Names the file, the claim and the field.

    Examples
    --------
    >>> claims = read_claims("paper_b")
    >>> claims.paper, claims.testable[0].contrast
    ('B', 'general → pneumonia − control')
    """
    path = places.claims() / f"{name}.yaml"
    claims = read_yaml(path, Claims, ClaimError)
    return claims.model_copy(update={"sha256": file_sha256(path)})


def all_claims() -> list[Claims]:
    """Read the claims of all papers.

    Raises
    ------
    ClaimError
        Names the file, the claim and the field; or two papers have a claim of the same id.
    """
    papers = [read_claims(path.stem) for path in places.visible(places.claims(), "*.yaml")]
    owner: dict[str, str] = {}
    for claims in papers:
        for claim in claims.claims:
            if claim.id in owner:
                raise ClaimError(
                    f"claim {claim.id}: papers {owner[claim.id]} and {claims.paper} both have it"
                )
            owner[claim.id] = claims.paper
    return papers


def find_claim(name: str) -> Claim:
    """The claim with an id, of any paper.

    Raises
    ------
    ClaimError
        No paper has such a claim.
    """
    there = {claim.id: claim for claims in all_claims() for claim in claims.claims}
    if name not in there:
        raise ClaimError(f"no paper has claim {name!r}; there are {', '.join(there)}")
    return there[name]


def claims_table(claims: Claims) -> pd.DataFrame:
    """Tabulate claims, before they are judged.

    Returns
    -------
    One row per claim: ``claim``, ``words``, ``test``, ``contrast``, ``kind``, ``margin``,
    ``relevant``, ``because``, ``budgets``, ``control``, ``published``.

    Examples
    --------
    >>> claims_table(read_claims("paper_a"))["claim"].tolist()[:3]
    ['A1', 'A2', 'A3']
    """
    # A reason that several claims share stands at the first of them.
    first = {claim.because: claim.id for claim in reversed(claims.claims)}
    return pd.DataFrame(
        [
            {
                "claim": claim.id,
                "words": f"“{claim.words}”",
                "test": claim.test,
                "contrast": claim.contrast or ("needs arms" if claim.needs else "not testable"),
                "kind": "" if claim.not_testable else claim.kind,
                "margin": numbers.plain(claim.margin) if claim.has_contrast else "",
                "relevant": numbers.plain(claim.relevant) if claim.relevant else "",
                "because": _once(claim, first[claim.because]),
                "budgets": "; ".join(BUDGETS[budget] for budget in claim.budgets),
                "control": claim.control or claim.not_testable,
                "published": ", ".join(f"{name}: {v}" for name, v in claim.published.items()),
            }
            for claim in claims.claims
        ]
    )


def _once(claim: Claim, first: str) -> str:
    """A claim's reason, or the first claim that has the same."""
    return claim.because if not claim.because or first == claim.id else f"As for {first}."


def abstract_table(claims: Claims) -> pd.DataFrame:
    """Tabulate the sentences of a paper's abstract, and what is made of each.

    Returns
    -------
    See :func:`cxrstudy.verdicts.abstract.sentences_table`.

    Examples
    --------
    >>> abstract_table(read_claims("paper_b"))["kind"].tolist()[:2]
    ['background', 'background']
    """
    return sentences_table(claims.abstract)
