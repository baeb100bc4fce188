"""Facts: short texts that the answers to reporting standards are filled with, from records."""

from collections import Counter
from pathlib import Path

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.base.words import counted, label_name
from cxrstudy.data.cohort_file import cohort_names, read_definition
from cxrstudy.data.manifest import read_manifest
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.claim_tables import cited
from cxrstudy.pages.computed.proven import proven
from cxrstudy.statistics import inference, power
from cxrstudy.study.profile import read_profile
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.judge import deciding
from cxrstudy.verdicts.outcome import DECIDED
from cxrstudy.verdicts.results import IMAGES, REFERENCE_PROFILES

#: What a fact says where nothing is recorded that it could come from.
NOTHING = "nothing is recorded yet"


def facts(judged: pd.DataFrame) -> dict[str, str]:
    """Collect the facts.

    Parameters
    ----------
    judged
        From :func:`cxrstudy.verdicts.judge.recorded`.

    Returns
    -------
    Name to text; none is empty.
    """
    folders = deciding()
    return {**_of_files(), **_of_profile(), **_of_results(folders), "verdicts": _verdicts(judged)}


def _of_files() -> dict[str, str]:
    """Facts of claims, cohorts and manifests."""
    papers = all_claims()
    testable = [claim for paper in papers for claim in paper.testable]
    definitions = [read_definition(places.cohort(name)) for name in cohort_names()]
    labels = [definition.roles["target"].labels or [] for definition in definitions]
    return {
        "papers": ", ".join(cited(paper.citation) for paper in papers),
        "claims": counted(len(testable), "claim") + " with a test",
        "metrics": ", ".join(
            sorted({claim.metric.replace("auroc", "AUROC") for claim in testable})
        ),
        "cohorts": "; ".join(definition.title for definition in definitions),
        "tasks": "; ".join(
            dict.fromkeys(", ".join(map(label_name, each)) for each in labels if each)
        ),
        "excluded": _excluded(),
        "interval": inference.METHODS[True],
        "power": numbers.whole_percent(power.POWER),
    }


def _excluded() -> str:
    """Images that the manifests leave out, of all."""
    tables = [read_manifest(path).table for path in places.visible(places.manifests(), "*.csv")]
    out = sum(int((table["excluded"] != "").sum()) for table in tables)
    return f"{numbers.count(out)} of {counted(sum(map(len, tables)), 'listed image')} excluded"


def _of_profile() -> dict[str, str]:
    profile = read_profile(REFERENCE_PROFILES[0])
    used = {profile.profile, *(path.name for path in deciding())}
    stages = [
        each.stage(name, "target")
        for each in map(read_profile, sorted(used))
        for name in each.networks
    ]
    first = profile.stage("phantom", "target")
    fractions = ", ".join(map(numbers.whole_percent, profile.levels.fractions))
    starts = profile.initial_weights["phantom"].initial
    return {
        "sides": ", ".join(sorted({f"{stage.pixels} pixels" for stage in stages})),
        "fractions": f"{fractions} of the training patients",
        "networks": ", ".join(sorted({each.architecture for each in profile.networks.values()})),
        "starts": "; ".join(starts),
        "stage": f"{counted(first.steps, 'step')} of {counted(first.batch_size, 'image')}, rate "
        f"{numbers.plain(first.learning_rate)}",
    }


def _of_results(folders: list[Path]) -> dict[str, str]:
    if not folders:
        names = ("versions", "commit", "registered", "tested", "external")
        return dict.fromkeys(names, NOTHING)
    made = [results.facts(folder) for folder in folders]
    versions = {f"{name} {version}" for each in made for name, version in each.versions.items()}
    proofs = [proven(folder).counts for folder in folders]
    return {
        "versions": ", ".join(sorted(versions)),
        "commit": ", ".join(each.commit[:12] for each in made),
        "registered": f"{sum(proofs)} of {counted(len(proofs), 'set')} of recorded results",
        "tested": "; ".join(_scored(folder, "target") for folder in folders),
        "external": "; ".join(_scored(folder, "external") for folder in folders),
    }


def _scored(folder: Path, role: str) -> str:
    """Test patients and images of a role in recorded results."""
    images = pd.read_csv(folder / IMAGES, dtype={"patient": str}, keep_default_na=False)
    mine = images[(images["role"] == role) & (images["split"] == "test")]
    made = results.facts(folder)
    title = f"{cohort_title(made.cohort)}, profile {made.profile}"
    if mine.empty:
        return f"{title}: none"
    patients = counted(mine["patient"].nunique(), "patient")
    return f"{title}: {patients}, {counted(len(mine), 'image')}"


def _verdicts(judged: pd.DataFrame) -> str:
    if judged.empty:
        return NOTHING
    tallies = Counter(judged["verdict"])
    named = [name for name in (*DECIDED, "not judged") if tallies[name]]
    return ", ".join(f"{numbers.count(tallies[name])} {name}" for name in named)
