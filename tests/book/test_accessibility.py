"""Accessibility of the built pages, as axe-core judges it: desk and phone, both themes."""

from pathlib import Path

import pytest

from tests.support.project import THIS
from tests.support.some import some

BUILT = THIS / "book/_build/html"
#: Installed by `make types`, beside the compiler of the front end.
AXE = THIS / ".venv/node/node_modules/axe-core/axe.min.js"
#: What the theme does, and no page of ours: its logo stands outside of all landmarks, and its
#: buttons have names that differ from their hidden texts.
OF_THE_THEME = ("region", "label-content-name-mismatch")
#: Made by Sphinx, without content of ours.
GENERATED = ("genindex.html", "search.html")

pytestmark = pytest.mark.book

RUN = """rules => axe.run({rules: Object.fromEntries(rules.map(name => [name, {enabled: false}]))})
    .then(found => found.violations.flatMap(
        each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 120)}`)))"""


def pages() -> list[Path]:
    found = sorted([*BUILT.glob("*.html"), *BUILT.glob("experiments/*.html")])
    return [page for page in found if page.name not in GENERATED]


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
)
def test_axe_finds_no_violation_on_any_page(browser, width, scheme):
    if not AXE.is_file():
        pytest.skip("this test was not run: axe-core is not installed (make types)")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    shown = context.new_page()
    violations, judged = {}, 0
    for page in some(pages()):
        shown.goto(page.as_uri())
        shown.wait_for_load_state("load")
        shown.add_script_tag(path=AXE)
        if found := shown.evaluate(RUN, list(OF_THE_THEME)):
            violations[page.name] = found
        judged += 1
    context.close()
    assert violations == {}
    assert judged > 10
