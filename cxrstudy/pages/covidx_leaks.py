"""COVIDx leaks: what the label lists of COVIDx reveal without any image."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.base import places
from cxrstudy.base.identity import file_sha256
from cxrstudy.data.sources import covidx
from cxrstudy.pages.html import HTML

VERSIONS: tuple[covidx.Version, ...] = ("5", "7A", "8A", "8B", "9A", "9B")
#: The commit of COVID-Net whose lists are used.
COMMIT = "65999806546b55ab8adfc32b0cf8f70880c337dc"


def recorded() -> Path:
    """Table of what was found once, for readers who have no lists."""
    return places.results() / "covidx" / "leaks.csv"


def lists() -> Path | None:
    """Folder of the label lists: in the data folder, as ``covidx`` or in a mirror of the origin."""
    candidates = ("covidx", f"mirror/lindawangg/COVID-Net/{COMMIT}")
    found = [places.data() / name for name in candidates if (places.data() / name).is_dir()]
    return found[0] if found else None


def crosswalk() -> Path | None:
    """Table that matches RSNA images to NIH images, in the data folder."""
    path = places.data() / "crosswalk" / "rsna_to_nih.csv.gz"
    return path if path.is_file() else None


def headers() -> Path | None:
    """RSNA's DICOM headers, a file of the package torchxrayvision, which is not imported."""
    package = importlib.util.find_spec("torchxrayvision")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "data" / "kaggle_stage_2_train_images_dicom_headers.csv.gz"


def benchmark_leaks() -> tuple[pd.DataFrame, HTML]:
    """Measure what COVIDx leaks where its lists are at hand, or read what was recorded.

    Returns
    -------
    The table, one row per version as of :func:`leaks`, and a sentence that says which of the two
    it is.

    Examples
    --------
    >>> from cxrstudy.pages.covidx_leaks import benchmark_leaks
    >>> table, sentence = benchmark_leaks()
    >>> table["version"].tolist()
    ['5', '7A', '8A', '8B', '9A', '9B']
    """
    folder, table = lists(), crosswalk()
    if folder is None or table is None:
        said = "The lists are not in the data folder: below is the recorded result."
        return pd.read_csv(recorded()), HTML(f"<p>{said}</p>")
    said = "Measured in this run, on the lists in the data folder."
    return leaks(folder, table, headers()), HTML(f"<p>{said}</p>")


def leaks(folder: Path, crosswalk: Path, headers: Path | None) -> pd.DataFrame:
    """Measure what the lists of every version leak.

    Parameters
    ----------
    folder
        Folder of the lists.
    crosswalk
        Table that matches RSNA images to NIH images.
    headers
        RSNA's DICOM headers; without them, results about the projection are missing.

    Returns
    -------
    One row per version; see :func:`leaks_of`.
    """
    return pd.DataFrame([leaks_of(folder, version, crosswalk, headers) for version in VERSIONS])


def leaks_of(
    folder: Path, version: covidx.Version, crosswalk: Path, headers: Path | None
) -> dict[str, object]:
    """Measure what the lists of one version leak.

    Returns
    -------
    ``test_images``, ``test_covid``; ``source_rule_test`` and ``source_rule_train``: fraction of
    images that the rule "COVID-19 unless from RSNA" classifies correctly; ``rsna_test`` and
    ``rsna_test_known``: RSNA test images, and those of patients with training images;
    ``test_known``: the same for all sources; ``view_rule_test``: fraction of normal and pneumonia
    RSNA test images that the projection alone classifies correctly (NaN in versions with two
    classes, or without headers); ``train_rows`` and ``train_rows_misread``: rows, and rows that a
    program misreads if it counts cells from the left; ``most_of_one_patient``: training images of
    the most frequent COVID-19 patient; and the SHA-256 of both lists.
    """
    table = covidx.read(folder, version, crosswalk, headers).rows
    train, test = (table[covidx.official_split(table) == split] for split in ("train", "test"))
    known = test["patient"].isin(train["patient"])
    from_rsna = test["source"] == "rsna"
    train_list = covidx.list_path(folder, "train", version)
    ill = train[train["labels"] == "covid19"]
    return {
        "version": version,
        "test_images": len(test),
        "test_covid": int((test["labels"] == "covid19").sum()),
        "source_rule_test": _source_rule(test),
        "source_rule_train": _source_rule(train),
        "rsna_test": int(from_rsna.sum()),
        "rsna_test_known": int((known & from_rsna).sum()),
        "test_known": int(known.sum()),
        "view_rule_test": _view_rule(train, test),
        "train_rows": len(train),
        "train_rows_misread": misread(train_list),
        "most_of_one_patient": int(ill["patient"].value_counts().max()),
        "train_sha256": file_sha256(train_list),
        "test_sha256": file_sha256(covidx.list_path(folder, "test", version)),
    }


def misread(path: Path) -> int:
    """Count rows with more than four cells, which a program that counts from the left misreads."""
    return sum(len(line.split()) > 4 for line in path.read_text(encoding="utf-8").splitlines())


def _source_rule(table: pd.DataFrame) -> float:
    guessed = table["source"] != "rsna"
    return float((guessed == (table["labels"] == "covid19")).mean())


def _view_rule(train: pd.DataFrame, test: pd.DataFrame) -> float:
    """Predict, for each projection, the class that is more frequent in training."""
    wanted = ["normal", "other_pneumonia"]
    train, test = (
        table[
            (table["source"] == "rsna")
            & table["labels"].isin(wanted)
            & (table["view"] != "unknown")
        ]
        for table in (train, test)
    )
    if test.empty:
        return float("nan")
    guess = train.groupby("view")["labels"].agg(lambda labels: labels.mode().iloc[0])
    return float(np.mean(test["view"].map(guess) == test["labels"]))


def main() -> None:
    """Measure again and write the recorded result."""
    folder, table = lists(), crosswalk()
    if folder is None or table is None:
        raise FileNotFoundError(f"{places.data()}: no label lists or no crosswalk; see the README")
    leaks(folder, table, headers()).to_csv(recorded(), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
