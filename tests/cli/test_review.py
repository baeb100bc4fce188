"""``cxrstudy review``: one line per folder, what differs below it, and a status for scripts."""

import json

from cxrstudy.verdicts import review
from cxrstudy.verdicts.review import Review
from tests.support.commands import cxrstudy

EQUAL = Review("results/made/tiny", (), "6 files, 4 estimates", ("not committed: a.csv",))
DIFFERS = Review("claims/registrations", ("0001.yaml: missing", "0002.yaml: altered"), "2 files")


def test_equal_results_are_one_line(monkeypatch):
    monkeypatch.setattr(review, "review", lambda: [EQUAL])
    shown = cxrstudy("review")
    assert (shown.status, shown.err) == (0, "")
    assert shown.out == "results/made/tiny: equal: 6 files, 4 estimates; not committed: a.csv\n"


def test_what_differs_is_named_and_is_the_status(monkeypatch):
    monkeypatch.setattr(review, "review", lambda: [EQUAL, DIFFERS])
    shown = cxrstudy("review")
    assert shown.status == 1
    assert shown.out.splitlines()[1:] == [
        "claims/registrations: differs in 2 places: 2 files",
        "  0001.yaml: missing",
        "  0002.yaml: altered",
    ]
    shown = cxrstudy("review", "--json")
    assert shown.status == 1
    equal, differs = json.loads(shown.out)
    assert (equal["equal"], equal["notes"]) == (True, ["not committed: a.csv"])
    assert differs["problems"] == ["0001.yaml: missing", "0002.yaml: altered"]
