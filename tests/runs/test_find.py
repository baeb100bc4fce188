"""Find: a run by the beginning of its id."""

from hashlib import sha256

import pytest

from cxrstudy.runs.find import RUN, StoreError, find


def test_a_beginning_finds_the_one_run_that_has_it(tmp_path):
    runs = [sha256(bytes([number])).hexdigest() for number in range(20)]
    for run in runs:
        (tmp_path / run).mkdir()
        (tmp_path / run / RUN).touch()
    first = runs[0]
    unique = next(
        end for end in range(1, 64) if sum(run.startswith(first[:end]) for run in runs) == 1
    )
    assert find(tmp_path, first[:unique]) == first
    assert find(tmp_path, first) == first
    # 20 runs share 16 first characters.
    many = next(run[0] for run in runs if sum(other[0] == run[0] for other in runs) > 1)
    count = sum(run[0] == many for run in runs)
    with pytest.raises(StoreError, match=rf"{count} runs begin with '{many}'; give more"):
        find(tmp_path, many)
    assert find(tmp_path, f"runs/store/{first}") == first  # as messages name it
    assert find(tmp_path, str(tmp_path / first)) == first
    for wrong in ("xyz", "**", "*", "..", "/", "a" * 65, f"{first}/run.json", "é"):
        with pytest.raises(StoreError, match=r"is no run; give the first of the|runs begin with"):
            find(tmp_path, wrong)
