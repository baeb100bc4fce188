"""Numbered: a page's tables have numbers and say what they show; one for a figure does not."""

import re

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages.computed.narrow import as_table
from cxrstudy.pages.computed.numbered import with_numbers
from cxrstudy.pages.html import fold
from cxrstudy.pages.tables import framed, rows_as_html, table

FRAME = pd.DataFrame({"arm": ["a <b>"], "images": [3]})
PLAIN = table(FRAME).data
STRIP = framed(rows_as_html(FRAME.map(str)), kind="study-strip")
OF_A_FIGURE = as_table("arm,estimate,low,high\na,0.5,0.4,0.6\n")
TEXT = "<p>study-table dataframe</p>"
HEADING = '<h2>Where <i>it</i> fails<a class="headerlink" href="#x" title="here">#</a></h2>'
#: A fold of a cell says its title twice: closed and open.
CELL = (
    '<details class="hide"><summary>\n<p class="collapsed">All arms &amp; seeds</p>\n'
    '<p class="expanded">All arms &amp; seeds</p>\n</summary>{}</details>'
)


def captions(page):
    return re.findall("<caption><b>(.*?)</b>(.*?)</caption>", with_numbers(page))


@given(st.lists(st.sampled_from([PLAIN, STRIP, OF_A_FIGURE, TEXT, HEADING]), max_size=8))
def test_numbers_are_in_order_and_nothing_else_is_changed(parts):
    numbers = [number for number, _ in captions("".join(parts))]
    count = sum(part in (PLAIN, STRIP) for part in parts)
    assert numbers == [f"Table {number}." for number in range(1, count + 1)]
    page = with_numbers("".join(parts))
    assert re.sub("<caption>.*?</caption>", "", page) == "".join(parts)
    assert page.count(OF_A_FIGURE) == parts.count(OF_A_FIGURE)


def test_a_table_shows_what_its_maker_said_before_all_else():
    said = table(FRAME, caption='Arms <of> "five" seeds').data
    page = f"{HEADING}<p>By site:</p>{fold('All', said)}"
    assert captions(page) == [("Table 1.", " Arms &lt;of&gt; &quot;five&quot; seeds")]
    assert "data-caption" not in with_numbers(page)
    assert "<p>By site:</p>" in with_numbers(page)


def test_the_sentence_that_announces_a_table_moves_into_its_caption():
    page = with_numbers(f'{HEADING}<p>It fell. Gain of <b>each</b> "arm":</p>\n<div>{PLAIN}</div>')
    assert "<p>It fell.</p>" in page
    assert "<b>Table 1.</b> Gain of each &quot;arm&quot;<" in page
    assert page.count("Gain") == 1
    assert with_numbers(f"<p>Gain:</p>{PLAIN}").startswith('<div class="study-table"')


def test_a_sentence_announces_only_the_table_directly_after_it():
    shown = f"{HEADING}<p>Gain:</p>{PLAIN}{PLAIN}<p>Loss:</p><p>Of all.</p>{PLAIN}"
    assert [said for _, said in captions(shown)] == [" Gain", " Where it fails", " Where it fails"]
    assert "<p>Loss:</p><p>Of all.</p>" in with_numbers(shown)


def test_a_sentence_before_a_figure_stays():
    shown = f"<p>As follows:</p>{OF_A_FIGURE}<p>A list:</p><ul><li>one</li></ul>{PLAIN}"
    assert captions(shown) == [("Table 1.", "")]
    assert "<p>As follows:</p>" in with_numbers(shown)
    assert "<p>A list:</p>" in with_numbers(shown)
    picture = f'<p>Here:</p><div><img src="a.svg"></div>{PLAIN}'
    assert "<p>Here:</p>" in with_numbers(picture)
    open_mark = f"<p><b>It fell. Gain:</b> of each:</p>{PLAIN}"
    assert "<p><b>It fell. Gain:</b> of each:</p>" in with_numbers(open_mark)


def test_a_table_in_a_fold_shows_the_folds_title_and_one_after_it_that_of_the_section():
    inner = fold("Some", PLAIN)
    shown = f"{HEADING}{CELL.format(inner + PLAIN)}{PLAIN}"
    assert [said for _, said in captions(shown)] == [
        " Some", " All arms &amp; seeds", " Where it fails",
    ]  # fmt: skip


def test_a_table_of_which_nothing_is_said_has_its_number_alone():
    assert captions(PLAIN) == [("Table 1.", "")]
