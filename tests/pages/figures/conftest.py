"""The study's style, for each test only, on no screen."""

import io

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from cxrstudy.pages import figures

BACKEND = "matplotlib_inline.backend_inline.set_matplotlib_formats"


@pytest.fixture(autouse=True)
def style(monkeypatch):
    formats = []
    monkeypatch.setattr(BACKEND, lambda *names, **_: formats.extend(names))
    with mpl.rc_context():
        mpl.use("Agg")
        figures.use_style()
        yield formats
    plt.close("all")


@pytest.fixture
def said():
    """What a figure says: every text that is drawn."""

    def read(figure):
        figure.savefig(io.BytesIO(), format="svg")  # tick labels are named when they are drawn
        return "\n".join(text.get_text() for text in figure.findobj(mpl.text.Text))

    return read


@pytest.fixture
def bars():
    """Upright bars in axes: (x, low, high), series by series."""

    def read(axes):
        return [
            (float(x), float(low), float(high))
            for found in axes.collections
            if hasattr(found, "get_segments")
            for (x, low), (_, high) in found.get_segments()
        ]

    return read
