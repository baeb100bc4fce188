from cxrstudy.audit import declared_formats, header_facts
from tests.support.audited import clean


def test_a_name_and_a_content_that_differ_are_told_and_others_are_not() -> None:
    made = clean("target")
    made.put(0, path="a.JPEG")
    made.put(1, path="b.png")
    made.put(2, path="c")
    made.facts = {"a.JPEG": {"format": "JPEG"}, "b.png": {"format": "JPEG"},
                  "c": {"format": "DICOM"}}  # fmt: skip
    outcome = declared_formats.check(made.evidence())
    assert list(outcome.rows["what"]) == ["the name ends in png, the content is JPEG"]
    assert outcome.rows["id"].tolist() == [made.tables["target"].at[1, "id"]]


def test_a_header_is_told_in_its_words_under_its_code() -> None:
    made = clean("target")
    assert header_facts.check(made.evidence()).state == "not applicable"
    made.put(0, path="a.dcm")
    made.facts = {
        "a.dcm": {"format": "DICOM", "notes": (("header-view", "its view is LL, not PA or AP"),)}
    }
    outcome = header_facts.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 1)
    assert list(outcome.rows["what"]) == ["header-view: its view is LL, not PA or AP"]
    assert outcome.detail == "Of 1 DICOM file: header-view 1."
