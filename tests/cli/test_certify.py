"""``cxrstudy certify``: what it wrote, in words; test_certificate.py has the rest."""

from types import SimpleNamespace

from cxrstudy.verdicts import certificate
from tests.support.commands import cxrstudy


def test_it_says_how_many_verdicts_agree_and_counts_the_metrics(monkeypatch, tmp_path):
    verdicts = [SimpleNamespace(agrees=agrees) for agrees in (True, False, True)]
    drift = [SimpleNamespace(state=state) for state in ("equal", "within", "equal")]
    asked = []

    def made(*what):
        asked.append(what)
        return SimpleNamespace(verdicts=verdicts, drift=drift)

    monkeypatch.setattr(certificate, "certify", made)
    monkeypatch.setattr(certificate, "write_certificate", lambda made, folder: folder / "c.yaml")
    shown = cxrstudy("certify", "--seeds", "2", "--by", "somebody", "--to", tmp_path)
    assert asked == [("quick", "phantom", 2, "somebody")]
    assert shown.out.splitlines() == [
        f"{tmp_path / 'c.yaml'}: 2 of 3 verdicts agree",
        "metrics equal: 2",
        "metrics within: 1",
    ]
