"""Forest: every claim a row, every origin a mark, the verdict beside it."""

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from cxrstudy.pages import figures
from cxrstudy.pages.arm_words import in_words
from cxrstudy.pages.figures.forest import looks_of
from cxrstudy.pages.figures.gate import FigureError
from tests.support import figure_tables as tables

TABLE = tables.contrasts()


@pytest.fixture
def axes():
    return figures.contrasts_forest(TABLE).axes[0]


def marks(axes):
    """Place and mark of every estimate that is seen."""
    return [
        (float(line.get_ydata()[0]), float(line.get_xdata()[0]), line.get_marker())
        for line in axes.lines
        if line.get_marker() != "None" and pd.notna(line.get_xdata()[0])
    ]


def segments(axes):
    parts = [part for found in axes.collections for part in found.get_segments()]
    return [part for part in parts if len(part)]  # none where there is no estimate


def test_claims_are_rows_from_the_top_named_by_their_contrast(axes):
    names = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    written = in_words(TABLE.drop_duplicates("claim"))
    assert names == [f"{row.claim}: {row.contrast}" for row in written.itertuples()]
    assert "A2: 2 × resolution, same steps − 0.5 × resolution, same steps" in names
    bottom, top = axes.get_ylim()
    assert bottom > top


def test_every_origin_has_its_mark_in_the_row_of_its_claim(axes):
    known = TABLE[TABLE["estimate"].notna()]
    found = marks(axes)
    assert [x for _, x, _ in found] == known["estimate"].tolist()
    places = [list(tables.CLAIMS).index(claim) for claim in known["claim"]]
    assert [round(height) for height, _, _ in found] == places
    heights = [height for height, _, _ in found]
    assert heights == sorted(heights)
    assert [mark for _, _, mark in found[:3]] == ["o", "s", "D"]


def test_a_verdict_that_does_not_count_stands_in_brackets_and_numbers_in_one_column():
    counts = ["counts: x", *["does not count: y"] * (len(TABLE) - 1)]
    (axes,) = figures.contrasts_forest(TABLE.assign(counts=counts)).axes
    verdicts = [text.get_text() for text in axes.texts if not text.get_text().startswith("n = ")]
    first, *others = TABLE["verdict"]
    assert verdicts == [first, *(f"({verdict})" for verdict in others)]
    beside = [text for text in axes.texts if text.get_text().startswith("n = ")]
    assert len({text.xyann[0] for text in beside}) == 1


def test_every_estimate_has_its_interval(axes):
    flat = [part for part in segments(axes) if part[0][1] == part[1][1]]
    found = [(part[0][0], part[1][0]) for part in flat if pd.notna(part[0][0])]
    known = TABLE[TABLE["estimate"].notna()]
    assert found == list(zip(known["low"], known["high"], strict=True))


def test_the_margin_is_a_tick_in_the_row_of_its_claim(axes):
    upright = [
        part for part in segments(axes) if part[0][0] == part[1][0] and part[0][1] != part[1][1]
    ]
    found = {round(float(part[:, 1].mean())): float(part[0][0]) for part in upright}
    assert found == {place: margin for place, (_, margin) in enumerate(tables.CLAIMS.values())}


def test_zero_is_a_line_through_all_rows(axes):
    assert ([0, 0], [0, 1]) in [(list(x), list(y)) for x, y in (o.get_data() for o in axes.lines)]


def test_verdicts_stand_beside_their_rows_in_their_colours(axes):
    verdicts = [text for text in axes.texts if not text.get_text().startswith("n = ")]
    assert [text.get_text() for text in verdicts] == TABLE["verdict"].tolist()
    colours = {text.get_text(): to_hex(text.get_color()) for text in verdicts}
    assert colours["reproduced"] == figures.ink(figures.GREEN)
    assert colours["contradicted"] == figures.ink(figures.RED)
    assert colours["inconclusive"] == colours["no evidence"] == figures.ink(figures.GREY)


def test_patients_and_seeds_stand_beside_what_was_measured(axes):
    counts = [text.get_text() for text in axes.texts if text.get_text().startswith("n = ")]
    assert counts[:3] == ["n = 123, 1 seed", "n = 420, 5 seeds", "n = 1,210, 5 seeds"]
    assert len(counts) == TABLE["estimate"].notna().sum()


def test_origins_are_named_above(axes):
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names[:3] == [origin for origin, *_ in tables.ORIGINS]


def test_a_claim_that_only_one_origin_has_keeps_its_mark_and_place(axes):
    whole = marks(axes)
    last = TABLE["origin"].iloc[2]
    table = TABLE[(TABLE["claim"] != "A2") | (TABLE["origin"] == last)]
    found = marks(figures.contrasts_forest(table).axes[0])
    (alone,) = [mark for mark in found if round(mark[0]) == 1]
    assert alone == whole[5]
    assert alone[2] == "D"


def test_a_void_verdict_is_written_shortly():
    table = tables.contrasts(3, 1).assign(verdict="void: the claims file has changed since")
    (axes,) = figures.contrasts_forest(table).axes
    assert [text.get_text() for text in axes.texts].count("void") == 3


def test_any_number_of_origins_has_marks_that_differ():
    origins = [f"cohort {number}" for number in range(30)]
    looks = looks_of(origins)
    assert len({(look.colour, look.marker) for look in looks.values()}) == 30
    table = pd.concat([tables.contrasts(2, 1).assign(origin=name) for name in origins])
    (axes,) = figures.contrasts_forest(table).axes
    found = marks(axes)
    assert len({height for height, _, _ in found}) == 60
    assert [text.get_text() for text in axes.get_legend().get_texts()][:-1] == origins


def test_claims_of_two_papers_may_have_the_same_name():
    both = pd.concat([tables.contrasts(1, 1).assign(paper=name) for name in "AC"])
    assert len(marks(figures.contrasts_forest(both).axes[0])) == 2


def test_an_origin_that_judges_a_claim_twice_is_named():
    table = tables.contrasts(1, 1)
    with pytest.raises(FigureError, match=r"claim 'A1', origin 'this run: .*' occurs twice"):
        figures.contrasts_forest(pd.concat([table, table]))


def test_without_a_verdict_the_page_says_so(said):
    assert "No claim to draw" in said(figures.contrasts_forest(TABLE.iloc[:0]))
