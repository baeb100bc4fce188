"""Abstract: quotations are in it, nothing is left over, and what is changed is found."""

import pytest
from pydantic import ValidationError

from cxrstudy.base.identity import fingerprint
from cxrstudy.verdicts.abstract import (
    Part,
    Sentence,
    differences,
    holds,
    normalised,
    quotes,
    sentences_table,
)
from cxrstudy.verdicts.claims_file import all_claims
from tests.support.some import some

TEXT = """Purpose: We ask whether order helps. The AUC rose from 0.7 to 0.8 in the
best scheme. Results: Order, rather than size, is critical."""
SENTENCES = [
    "We ask whether order helps.",
    "The AUC rose from 0.7 to 0.8 in the best scheme.",
    "Order, rather than size, is critical.",
]


def on_file():
    parts = [
        [Part(words="whether order helps", kind="method")],
        [
            Part(words="rose from 0.7 to 0.8", kind="claim", claims=["X1"]),
            Part(words="in the best scheme", kind="condition", claims=["X1"]),
        ],
        [Part(words="Order … is critical", kind="claim", claims=["X1", "X2"])],
    ]
    return [
        Sentence(parts=own, sha256=fingerprint(normalised(text)))
        for own, text in zip(parts, SENTENCES, strict=True)
    ]


def test_an_abstract_on_file_is_that_of_the_text_whatever_its_layout():
    assert differences(on_file(), TEXT) == []
    assert differences(on_file(), "  \n".join(SENTENCES)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" ".join(SENTENCES[:2]), "2 sentences in the abstract, 3 on file"),
        (TEXT + " More is to come.", "4 sentences in the abstract, 3 on file"),
        (TEXT.replace("0.8", "0.9"), "sentence 2 does not hold 'rose from 0.7 to 0.8'"),
        (TEXT.replace("The AUC", "The area"), "sentence 2 is not the one that was hashed"),
    ],
)
def test_what_is_left_over_or_changed_is_named(text, said):
    assert said in differences(on_file(), text)


def test_a_quotation_leaves_words_out_only_where_it_says_so_and_in_order():
    assert holds(SENTENCES[2], "order … is critical")
    assert not holds(SENTENCES[2], "order is critical")
    assert not holds(SENTENCES[2], "is critical … order")
    assert not holds(SENTENCES[2], "…")


def test_conditions_are_no_statements_of_a_claim():
    assert quotes(on_file(), "X1") == ["rose from 0.7 to 0.8", "Order … is critical"]
    assert quotes(on_file(), "X9") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": "a", "kind": "claim"},
        {"words": "a", "kind": "background", "claims": ["X1"]},
        {"words": "a", "kind": "not testable here"},
        {"words": "", "kind": "background"},
    ],
)
def test_a_part_is_a_claim_with_ids_or_has_a_reason(wrong):
    with pytest.raises(ValidationError):
        Part(**wrong)


def test_a_table_has_one_row_per_part():
    table = sentences_table(on_file())
    assert table["sentence"].tolist() == [1, 2, 2, 3]
    assert table["claims"].tolist() == ["", "X1", "X1", "X1, X2"]


# --- The two papers -------------------------------------------------------------------------------

#: Sentences of the two abstracts, counted by hand.
COUNTED = {"A": 8, "B": 12, "C": 7, "D": 2}


@pytest.mark.parametrize("claims", all_claims(), ids=lambda claims: claims.paper)
class TestPaper:
    def test_every_sentence_of_the_abstract_is_on_file(self, claims):
        assert len(claims.abstract) == COUNTED[claims.paper]
        whole = [sentence.sha256 for sentence in claims.abstract]
        # The copy of paper B at hand ends within the last sentence.
        known = whole[:-1] if claims.paper == "B" else whole
        if claims.paper == "D":
            assert not any(whole)  # questions of our own, which no abstract states
            return
        assert all(known)
        assert len(set(known)) == len(known)

    def test_every_claim_is_stated_by_the_abstract_in_its_own_words(self, claims):
        for claim in some(claims.claims):
            stated = quotes(claims.abstract, claim.id)
            assert any(claim.words.lower() in " ".join(words.lower().split()) for words in stated)

    def test_no_quotation_is_longer_than_it_needs_to_be(self, claims):
        words = [len(part.words.split()) for each in claims.abstract for part in each.parts]
        assert max(words) <= 22
