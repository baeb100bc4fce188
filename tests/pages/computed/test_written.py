"""Written: a Markdown table gets the form of a computed one; what is no such table stays."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages.computed.numbered import with_numbers
from cxrstudy.pages.computed.written import as_computed


def markdown(*rows):
    kinds = ["th", *["td"] * (len(rows) - 1)]
    lines = [
        "<tr>" + "".join(f"<{kind}><p>{cell}</p></{kind}>\n" for cell in row) + "</tr>"
        for kind, row in zip(kinds, rows, strict=True)
    ]
    inside = "\n".join(lines)
    return (
        '<div class="pst-scrollable-table-container"><table class="table">\n<thead>'
        f"{inside}</tbody>\n</table>\n</div>"
    )


WORDS = (
    st.text("abc <", min_size=1).map(str.strip).filter(bool).map(lambda t: t.replace("<", "&lt;"))
)


@given(
    st.integers(1, 4)
    .flatmap(lambda n: st.lists(st.lists(WORDS, min_size=n, max_size=n), min_size=2, max_size=4))
    .filter(lambda rows: len(set(rows[0])) == len(rows[0]))
)
def test_every_cell_is_kept_with_its_heading(rows):
    page = as_computed(f"<p>Before.</p>{markdown(*rows)}<p>After.</p>")
    assert re.findall(r"<td[^>]*>(.*?)</td>", page) == [cell for row in rows[1:] for cell in row]
    assert re.findall(r"<th [^>]*>(.*?)</th>", page) == rows[0]
    assert page.startswith('<p>Before.</p><div class="study-table"')
    assert page.endswith("</div><p>After.</p>")


def test_marks_of_a_cell_are_kept_and_the_table_gets_its_number():
    page = with_numbers(as_computed(f"<p>Who:</p>{markdown(['a'], ['<code>b</code>'])}"))
    assert "<td" in page
    assert "<code>b</code></td>" in page
    assert "<caption><b>Table 1.</b> Who</caption>" in page


@pytest.mark.parametrize("rows", [[["a", "b"], ["c"]], [["a", "a"], ["b", "c"]]])
def test_a_table_that_no_headings_tell_apart_stays(rows):
    assert as_computed(markdown(*rows)) == markdown(*rows)
