"""Late: large parts of a page lie in scripts beside it, and nothing else is changed."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from cxrstudy.pages.computed.late import move_late_data
from tests.support.front_end import node, subprocess

PART = '<script type="application/json" class="study-late" data-late="{}">{}</script>'


def page_of(tmp_path, *htmls):
    outputs = [new_output("display_data", data={"text/html": html}) for html in htmls]
    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("a", outputs=outputs)]), path)
    return path


def htmls_of(path):
    (cell,) = nbformat.read(path, as_version=4).cells
    return [output.data["text/html"] for output in cell.outputs]


def test_late_parts_are_moved_and_named_in_their_place(tmp_path):
    data = {"words": "a < b \\ \" 'c'", "numbers": [1, 2.5, None]}
    text = json.dumps(data).replace("<", "\\u003c")
    before = f"<p>before</p>{PART.format('abc1', text)}<p>after</p>{PART.format('abc2', '[1]')}"
    path = page_of(tmp_path, before)
    files = move_late_data(path)
    assert [file.relative_to(tmp_path).as_posix() for file in files] == [
        "late/abc1.js", "late/abc2.js",
    ]  # fmt: skip
    (html,) = htmls_of(path)
    sizes = [file.stat().st_size for file in files]
    assert html == (
        '<p>before</p><script type="application/json" class="study-late" data-late="abc1" '
        f'data-src="late/abc1.js" data-bytes="{sizes[0]}"></script><p>after</p>'
        '<script type="application/json" class="study-late" data-late="abc2" '
        f'data-src="late/abc2.js" data-bytes="{sizes[1]}"></script>'
    )
    scripts = "".join(file.read_text() for file in files)
    said = f"globalThis.window = {{}};{scripts};console.log(JSON.stringify(window.studyLate))"
    done = subprocess.run([node(), "-e", said], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"abc1": data, "abc2": [1]}


@pytest.mark.parametrize("html", ["<p>no part</p>", '<script type="application/json">1</script>'])
def test_a_page_without_late_parts_is_left_alone(tmp_path, html):
    path = page_of(tmp_path, html)
    before = path.read_bytes()
    assert move_late_data(path) == []
    assert path.read_bytes() == before
    assert not (tmp_path / "late").exists()
