"""Map results: write and read tables with measures of explanation maps, without torch.

:mod:`cxrstudy.explain.attention` computes the measures.
"""

import gzip
from functools import lru_cache
from pathlib import Path

import pandas as pd

from cxrstudy.base.columns import PLATEAU
from cxrstudy.base.identity import file_sha256
from cxrstudy.runs.scores import arm_column, arm_of, arm_text, read_table
from cxrstudy.study.arms import Arms

#: File with recorded measures, in a folder of reference results.
ATTENTION = "attention.csv.gz"


def measure_attention(arms: Arms) -> pd.DataFrame:
    """Measure the position of the maps of recorded arms; see :mod:`cxrstudy.explain.attention`.

    This needs torch; :func:`read_attention` does not.
    """
    from cxrstudy.explain.attention import attention

    return attention(arms)


def write_attention(table: pd.DataFrame, folder: Path) -> Path:
    """Write measures to a folder of reference results; equal tables give equal bytes."""
    written = table.assign(arm=[arm_text(arm) for arm in table["arm"]])
    text = written.to_csv(index=False, float_format="%.5g", lineterminator="\n")
    path = folder / ATTENTION
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    return path


def read_attention(folder: Path) -> pd.DataFrame:
    """Read measures from a folder of reference results; an empty table if there are none."""
    if not (folder / ATTENTION).is_file():
        return pd.DataFrame()
    # A copy: its columns are shared until somebody writes into one.
    return _read(folder / ATTENTION, file_sha256(folder / ATTENTION)).copy(deep=False)


@lru_cache(maxsize=8)
def _read(path: Path, sha256: str) -> pd.DataFrame:
    table = read_table(path)
    arms = {text: arm_of(text) for text in table["arm"].unique()}
    named = arm_column([arms[text] for text in table["arm"]], table.index)
    # Baselines do not depend on a network, so they have no run.
    return table.assign(arm=named).fillna({"run": "", PLATEAU: ""})
