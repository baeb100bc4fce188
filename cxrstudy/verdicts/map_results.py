"""Map results: tables with measures of maps, written and read without torch.

:mod:`cxrstudy.explain.attention` makes them.
"""

import gzip
from pathlib import Path

import pandas as pd

from cxrstudy.runs.scores import arm_of, arm_text, read_table
from cxrstudy.study.study import Arms

#: File with the recorded measures, beside reference results.
ATTENTION = "attention.csv.gz"


def measure_attention(arms: Arms) -> pd.DataFrame:
    """Measure where the maps of recorded arms lie; see :mod:`cxrstudy.explain.attention`.

    This takes torch; what is recorded is read without it.
    """
    from cxrstudy.explain.attention import attention

    return attention(arms)


def write_attention(table: pd.DataFrame, folder: Path) -> Path:
    """Write measures beside reference results; the same table is the same bytes."""
    written = table.assign(arm=[arm_text(arm) for arm in table["arm"]])
    text = written.to_csv(index=False, float_format="%.5g", lineterminator="\n")
    path = folder / ATTENTION
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    return path


def read_attention(folder: Path) -> pd.DataFrame:
    """Read measures from beside reference results; an empty table where there are none."""
    if not (folder / ATTENTION).is_file():
        return pd.DataFrame()
    table = read_table(folder / ATTENTION)
    # Baselines, which know nothing of any network, come from no run.
    return table.assign(arm=[arm_of(text) for text in table["arm"]]).fillna({"run": ""})
