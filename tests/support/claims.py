"""Claims of a made paper."""

from typing import Any

CLAIM: dict[str, Any] = {
    "id": "X1", "words": "Order helps", "test": "The ordered arm is better.", "experiment": "06",
    "metric": "auroc", "label": "covid19", "arm": "ordered", "against": "control",
    "relevant": 0.02, "because": "Less changes nothing.", "budgets": ["profile", "plateau"],
    "control": "The same steps.",
}  # fmt: skip
UNTESTABLE = {
    "id": "X2", "words": "It is best", "test": "Nothing is better.", "not_testable": "No weights.",
}  # fmt: skip
NEEDS = {
    **{name: CLAIM[name] for name in ("words", "test", "relevant", "because", "budgets")},
    "control": "The same steps.",
    "id": "X3",
    "needs": "an arm that trains longer",
}  # fmt: skip


def abstract(*ids: str) -> list[dict[str, Any]]:
    """One sentence that states each of the claims."""
    quotes = {"X2": "It is best"}
    parts = [
        {"words": quotes.get(name, "Order helps"), "kind": "claim", "claims": [name]}
        for name in ids
    ]
    return [{"parts": parts}]


ABSTRACT = abstract("X1", "X2", "X3")
CLAIMS: dict[str, Any] = {
    "paper": "X", "citation": "nobody2020", "abstract": abstract("X1"),
    "claims": [CLAIM],
}  # fmt: skip
