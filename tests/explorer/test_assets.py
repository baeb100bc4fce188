"""Assets: the modules of the front end, tested and type-checked without a browser, and joined."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cxrstudy.explorer import frontend
from cxrstudy.explorer.case import NOTHING
from cxrstudy.pages.live_network import page as live_network
from cxrstudy.pages.verdict_explorer import page as verdict_explorer
from cxrstudy.predict.notice import NOTICE
from tests.support.front_end import node, wrong_types

SCRIPTS = sorted((Path(__file__).parent / "assets").glob("test_*.mjs"))
ASSETS = frontend.modules()[0].parent


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_modules_do_what_their_tests_say(script: Path) -> None:
    done = subprocess.run([node(), "--test", str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]
    assert "# fail 0" in done.stdout or "fail 0" in done.stdout
    assert "# pass 0" not in done.stdout


@pytest.mark.slow
def test_ten_thousand_sequences_of_events_show_every_picture_under_its_own_name() -> None:
    script = Path(__file__).parent / "assets" / "test_state.mjs"
    done = subprocess.run(
        [node(), "--test", str(script)], capture_output=True, text=True,
        env=os.environ | {"SEQUENCES": "10000"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    assert "10000 random sequences" in done.stdout


def test_modules_of_every_front_end_have_the_types_that_they_state(tmp_path: Path) -> None:
    assert wrong_types(tmp_path, ASSETS, live_network.ASSETS, verdict_explorer.ASSETS) == ""


def test_every_module_is_in_the_script_and_has_a_name_of_its_own() -> None:
    script = frontend.script()
    names = [path.stem for path in frontend.modules()]
    assert len(names) > 10
    assert [name for name in names if f"/* {name}.js */" not in script] == []
    assert script.rstrip().endswith("}")
    assert script.count("export default") == 1


def test_the_script_is_an_es_module_that_runs(tmp_path: Path) -> None:
    (tmp_path / "explorer.mjs").write_text(frontend.script(), encoding="utf-8")
    code = "import('./explorer.mjs').then(m => console.log(typeof m.default.render))"
    done = subprocess.run([node(), "-e", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == "function", done.stderr


def test_the_front_end_says_and_does_as_predict_says_and_the_still_figure_does() -> None:
    code = f"""import {{ holdsNothing }} from "{(ASSETS / "painting.js").as_uri()}";
console.log([0, {NOTHING * 0.99}, {NOTHING}].map((peak) => holdsNothing({{ peak }})).join());"""
    asked = [node(), "--input-type=module", "-e", code]
    done = subprocess.run(asked, capture_output=True, text=True)
    assert done.stdout.strip() == "true,true,false", done.stderr
    assert f'"{NOTICE}"' in frontend.script()
