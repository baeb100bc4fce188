"""Page: one piece of HTML that holds everything."""

import json
import re

from cxrstudy.pages.verdict_explorer import page
from cxrstudy.pages.verdict_explorer.page import modules, script, style, verdict_explorer


def test_without_results_there_is_nothing_to_recompute():
    assert "no verdict to recompute" in verdict_explorer([]).data


def test_every_module_is_in_the_script_once():
    text = script()
    names = [path.stem for path in modules()]
    assert len(names) > 8
    assert [text.count(f"/* {name}.js */") for name in names] == [1] * len(names)
    assert not re.search(r"^(import|export)\b", text, re.M)


def test_nothing_is_fetched():
    for text in (script(), style()):
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)  # types are imported in comments
        assert not re.search(r"\bfetch\(|XMLHttpRequest|@import|url\(|import\(", text)
    assert re.findall(r"https?://\S+", script()) == ['http://www.w3.org/2000/svg";']


def test_a_page_holds_its_data_and_a_sentence_for_readers_without_scripts(monkeypatch):
    made = {"claims": {"X1": {"words": "</script>"}}, "evidence": [{"claim": "X1"}]}
    monkeypatch.setattr(page, "data_of", lambda folders: made)
    text = verdict_explorer([]).data
    (data,) = re.findall(r'<script type="application/json">(.*?)</script>', text, re.S)
    assert json.loads(data) == made | {"draws": page.DRAWS}
    assert "With scripts switched on" in text
    (key,) = re.findall(r'data-verdicts="(\w+)"', text)
    assert f'mountVerdicts("{key}");' in text
    assert "<select" not in text  # controls are made by the script: none is dead
