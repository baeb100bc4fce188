"""Adding: write experiments beside those that a folder of results holds already.

Evidence takes days, and a machine may be lost with the records of its runs. So experiments are
written as they are complete, and what was written before stays, cell by cell as it is in the files.
"""

import gzip
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from cxrstudy.base.identity import file_sha256
from cxrstudy.base.words import counted
from cxrstudy.study.study import Study
from cxrstudy.verdicts.results.results import (
    ARMS,
    IMAGES,
    SCORED,
    Results,
    ResultsError,
    facts,
    write_facts,
)
from cxrstudy.verdicts.results.writing import write

#: What tells one image of a role and split from the others.
_KEY = ["role", "split", "id"]


def add(study: Study, experiments: Sequence[str], folder: Path, command: str) -> Results:
    """Write the recorded results of experiments beside those of others.

    Parameters
    ----------
    study, experiments, command
        As for :func:`cxrstudy.verdicts.results.writing.write`.
    folder
        Folder of results of the same profile, cohort and seeds.

    Raises
    ------
    ResultsError
        The folder holds no results, or altered ones, or those of another study, or one of these
        experiments; or as :func:`cxrstudy.verdicts.results.writing.write`.
    """
    before = facts(folder)
    _check(before, study, experiments, folder)
    with TemporaryDirectory() as place:
        added = write(study, experiments, Path(place), command)
        tables = {
            ARMS: pd.concat([_texts(folder / ARMS), _texts(Path(place) / ARMS)]).fillna(""),
            **_images_and_scores(folder, Path(place)),
        }
    text = {name: table.to_csv(index=False, lineterminator="\n") for name, table in tables.items()}
    (folder / ARMS).write_text(text[ARMS], encoding="utf-8")
    (folder / IMAGES).write_text(text[IMAGES], encoding="utf-8")
    (folder / SCORED).write_bytes(gzip.compress(text[SCORED].encode(), 9, mtime=0))
    together = _together(before, added, folder)
    write_facts(together, folder)
    return together


def _check(before: Results, study: Study, experiments: Sequence[str], folder: Path) -> None:
    asked = (study.profile.profile, study.cohort.name, study.seeds)
    there = (before.profile, before.cohort, before.seeds)
    if asked != there:
        raise ResultsError(
            f"{folder} holds results of profile {there[0]}, cohort {there[1]} and "
            f"{counted(there[2], 'seed')}, and not of {asked[0]}, {asked[1]} and "
            f"{counted(asked[2], 'seed')}; write them to another folder"
        )
    twice = [name for name in experiments if name in before.experiments]
    if twice:
        raise ResultsError(
            f"{folder} holds {twice[0]} already; `cxrstudy results write` writes all anew"
        )


def _images_and_scores(folder: Path, added: Path) -> dict[str, pd.DataFrame]:
    """Both tables of both folders, with the images that either has, and the scores of all runs."""
    old, new = _texts(folder / IMAGES), _texts(added / IMAGES)
    columns = list(dict.fromkeys([*old.columns, *new.columns]))
    old, new = (table.reindex(columns=columns, fill_value="") for table in (old, new))
    known = pd.MultiIndex.from_frame(old[_KEY])
    index = pd.MultiIndex.from_frame(new[_KEY])
    same = index.isin(known)
    there = old.set_axis(known).loc[index[same]].reset_index(drop=True)
    again = new[same].reset_index(drop=True)
    differ = ((there != again) & (there != "") & (again != "")).any(axis=1)
    if differ.any():
        first = again.loc[differ.idxmax()]
        raise ResultsError(
            f"{folder / IMAGES}: image {first['id']} of {first['role']} {first['split']} differs "
            "from that of the experiments that are added"
        )
    # What one of them did not ask about, the other may know.
    filled = old.set_axis(known)
    filled.loc[index[same]] = there.where(there != "", again).to_numpy()
    images = pd.concat([filled, new[~same].set_axis(index[~same])])
    scored = [_scores(folder).set_axis(known), _scores(added).set_axis(index)]
    fresh = [name for name in scored[1].columns if name not in scored[0].columns]
    scored[1] = scored[1][fresh]
    scores = pd.concat([each.reindex(images.index) for each in scored], axis=1).fillna("")
    return {IMAGES: images, SCORED: scores}


def _texts(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _scores(folder: Path) -> pd.DataFrame:
    content = gzip.decompress((folder / SCORED).read_bytes())
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)


def _together(before: Results, added: Results, folder: Path) -> Results:
    """The facts of both; runs that both made are counted twice, because both spent their time."""
    return before.model_copy(
        update={
            "experiments": [*before.experiments, *added.experiments],
            "command": f"{before.command}; {added.command}",
            "commit": added.commit,
            "uncommitted": added.uncommitted,
            "finished": max(before.finished, added.finished),
            "cores": added.cores,
            "processor": added.processor,
            "devices": sorted({*before.devices, *added.devices}),
            "runs": before.runs + added.runs,
            "samples_seen": before.samples_seen + added.samples_seen,
            "seconds": round(before.seconds + added.seconds, 1),
            "versions": _versions(before.versions, added.versions),
            "claims": added.claims,
            "ran": dict(sorted((Counter(before.ran) + Counter(added.ran)).items())),
            "ran_uncommitted": before.ran_uncommitted + added.ran_uncommitted,
            "files": before.files
            | {name: file_sha256(folder / name) for name in (ARMS, IMAGES, SCORED)},
        }
    ).sealed()


def _versions(before: dict[str, str], added: dict[str, str]) -> dict[str, str]:
    """Every version of every library that either names."""
    both = {name: (before.get(name, ""), added.get(name, "")) for name in {**before, **added}}
    found = {name: {one for each in two for one in each.split(", ")} for name, two in both.items()}
    return {name: ", ".join(sorted(versions - {""})) for name, versions in sorted(found.items())}
