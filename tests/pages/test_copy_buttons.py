"""Copy buttons: what they copy of a block is what is typed, without prompts and outputs."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.some import some

PROJECT = Path(__file__).parents[2]
PAGES = [*sorted((PROJECT / "book").glob("*.md")), PROJECT / "README.md"]
BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    """Language and text of the blocks of all pages."""
    return [found for page in PAGES for found in BLOCK.findall(page.read_text(encoding="utf-8"))]


def copied(texts: list[str]) -> list[str]:
    """What the book's button copies: the extension's own function, as `_config.yml` sets it."""
    node = shutil.which("node")
    spec = importlib.util.find_spec("sphinx_copybutton")
    if node is None or spec is None or spec.origin is None:
        pytest.skip("this test was not run: node or sphinx-copybutton is not installed")
    functions = Path(spec.origin).parent / "_static/copybutton_funcs.js"
    config = yaml.safe_load((PROJECT / "_config.yml").read_text())["sphinx"]["config"]
    how = [
        config["copybutton_prompt_text"], config["copybutton_prompt_is_regexp"], True, True, True,
        config["copybutton_line_continuation_character"], "",
    ]  # fmt: skip
    code = functions.read_text() + (
        "\nconst [texts, how] = JSON.parse((await import('node:fs')).readFileSync(0));"
        "console.log(JSON.stringify(texts.map(text => formatCopyText(text, ...how))));"
    )
    done = subprocess.run(
        [node, "--input-type=module", "-e", code],
        input=json.dumps([texts, how]), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def typed(text: str) -> list[str]:
    """Lines of a console block that a person types."""
    lines, goes_on = [], False
    for line in text.splitlines():
        if goes_on or line.startswith("$ "):
            lines.append(line.removeprefix("$ "))
            goes_on = line.endswith("\\")
    return lines


def test_of_a_console_only_what_is_typed_is_copied() -> None:
    texts = [text for kind, text in blocks() if kind == "console"]
    assert len(texts) > 20
    assert any(len(typed(text)) < len(text.splitlines()) for text in texts)  # some show outputs
    texts.append("$ of several \\\n    lines\nand its output\n")
    for text, got in some(zip(texts, copied(texts), strict=True)):
        assert typed(text), f"a console block without a prompt:\n{text}"
        assert [line for line in got.splitlines() if line.strip()] == typed(text)


def test_of_other_blocks_everything_is_copied() -> None:
    texts = [text for kind, text in blocks() if kind in ("python", "yaml", "toml")]
    plain = 0
    for text, got in some(zip(texts, copied(texts), strict=True)):
        if not re.search(r"^(>>> |\$ )", text, re.MULTILINE):
            assert got == text.removesuffix("\n")
            plain += 1
    assert plain > 0
