"""The audit of the open cohort: which of its known traps are found without being told.

Counts are of what is found, whether or not the manifests have dealt with it.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml

from cxrstudy import audit
from cxrstudy.base import places
from cxrstudy.data.manifest import read_manifest
from tests.support.project import THIS, use

pytestmark = pytest.mark.data


#: Kermany's children are six images of ten. One image in twenty stands for them, and all of two
#: children of whom an image is the same.
EVERY, TWINS = 20, ("kermany-person0401", "kermany-person0405")


@pytest.fixture(
    scope="module", params=["some children", pytest.param("all", marks=pytest.mark.slow)]
)
def found(
    radiographs: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, audit.CheckResult]]:
    """Outcomes by code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXRSTUDY_RUNS", str(tmp_path_factory.mktemp("runs")))
        patch.setattr("cxrstudy.runs.engine.workers", lambda: 1)
        if request.param != "all":
            _take_some(use(patch, tmp_path_factory.mktemp("project"), "data_manifests"))
        yield {outcome.code: outcome for outcome in audit.run_audit("open")}


def _take_some(project: Path) -> None:
    """Give a project our manifests, with some images only of the children."""
    manifests = project / "data_manifests"
    shutil.copytree(THIS / "data_manifests", manifests, dirs_exist_ok=True)
    table, card = manifests / "kermany224.csv", manifests / "kermany224.yaml"
    rows = pd.read_csv(table, dtype=str)
    rows[(rows.index % EVERY == 0) | rows["patient"].isin(TWINS)].to_csv(table, index=False)
    stated = yaml.safe_load(card.read_text()) | {"counts": {}}  # which are those of all
    card.write_text(yaml.safe_dump(stated))


def _collections(outcome: audit.CheckResult) -> Counter[tuple[str, str]]:
    """Pairs of copies by the collections of both, as the file names begin."""
    pairs = (row.what.split(" as ")[1].split("/") for row in outcome.rows.itertuples())
    seconds = [names[-1].split("_")[0].split(" ")[0] for names in pairs]
    firsts = [name.split("/")[-1].split("_")[0] for name in outcome.rows["id"]]
    return Counter(zip(firsts, seconds, strict=True))


def test_copies_across_collections(found: dict[str, audit.CheckResult]) -> None:
    pairs = _collections(found["CXR002"]) + _collections(found["CXR003"])
    assert pairs["cohen", "cxnet"] >= 196
    assert pairs["cohen", "hannover"] >= 12
    assert pairs["cxnet", "hannover"] >= 42
    assert sum(count for (one, _), count in pairs.items() if one == "fig1") >= 1
    assert found["CXR003"].rows["what"].str.contains("kermany224/").any()


def test_squares_cut_from_hannover_which_nobody_had_told(
    found: dict[str, audit.CheckResult],
) -> None:
    """Cohen's copies keep Hannover's names, which the audit does not look at.

    A few others are the same patients again, on another day.
    """
    rows = found["CXR003"].rows
    name = rows["id"].str.extract(r"cohen_([0-9a-f]{8})\.jpg", expand=False)
    other = rows["what"].str.extract(r"hannover_([0-9a-f]{8})\.jpg", expand=False)
    both = name.notna() & other.notna()
    same = name[both] == other[both]
    assert same.sum() >= 60
    assert same.mean() >= 0.9
    assert rows["what"][both][~same].str.endswith("; resolved").all()


def test_labels_that_conflict(found: dict[str, audit.CheckResult]) -> None:
    what = found["CXR005"].rows["what"]
    assert what.str.contains("labelled pneumonia, read as 'Normal'").sum() >= 57
    assert what.str.contains("patient's images show .*: multi-").sum() >= 9


@pytest.mark.parametrize("code", ["CXR101", "CXR104", "CXR105"])
def test_labels_are_guessed_without_lungs(found: dict[str, audit.CheckResult], code: str) -> None:
    assert found[code].state == "issue"
    assert "target" in set(found[code].rows["role"])


def test_sources_of_one_class(found: dict[str, audit.CheckResult]) -> None:
    assert "nearly all images from hannover are of covid19" in set(found["CXR111"].rows["what"])


def test_ages_licences_and_small_classes(found: dict[str, audit.CheckResult]) -> None:
    assert found["CXR106"].state == "note"
    assert found["CXR106"].rows["what"].str.contains("images of kermany").any()
    licences = read_manifest(places.manifests() / "covid_multi.csv").included["licence"]
    forbidden = found["CXR108"].rows["what"].str.contains("ND").sum()
    assert forbidden == licences.str.contains("ND").sum() > 0
    assert "2 patients of other_pneumonia in test" in set(found["CXR107"].rows["what"])


def test_nobody_is_on_both_sides_by_name(found: dict[str, audit.CheckResult]) -> None:
    assert [found[code].state for code in ("CXR001", "CXR004", "CXR109")] == ["pass"] * 3
