"""Set facts: what the sets of recorded results that count were made of, as short texts.

Where none counts, they are those of all sets that may decide.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.base.notebooks import chapter, read_cells
from cxrstudy.base.words import counted, label_name
from cxrstudy.data.cohort import Cohort, load_cohort
from cxrstudy.data.cohort_file import CohortDefinition, cohort_names, read_definition
from cxrstudy.pages.arm_words import cohort_title, is_simulated, labels_of_target
from cxrstudy.pages.computed.networks import for_cohort, weights_in_words
from cxrstudy.pages.computed.proven import proven
from cxrstudy.pages.recorded_sets import commits_of
from cxrstudy.study.profile import Profile, read_profile
from cxrstudy.verdicts import results
from cxrstudy.verdicts.judge import deciding
from cxrstudy.verdicts.results import IMAGES, Results

#: What a fact says where nothing is recorded that it could come from.
NOTHING = "nothing is recorded yet"
#: What a notebook asks a study for, if its arms start from the initial weights that are compared.
COMPARES = "study.initial"
#: Chapters whose arms differ in the tie of hospital and disease, and in the number of patients.
TIES, FEW_PATIENTS = ("08_shortcuts", "22_weights_and_shortcuts"), ("05_low_data",)


@dataclass(frozen=True)
class Recorded:
    """A set of recorded results: its name for people, folder and facts, its profile and cohort."""

    title: str
    folder: Path
    made: Results
    profile: Profile

    @property
    def definition(self) -> CohortDefinition:
        """What the cohort's file says."""
        return read_definition(places.cohort(self.made.cohort))

    @property
    def cohort(self) -> Cohort:
        """The cohort, with as many simulated patients as the profile has."""
        profile = self.profile
        return load_cohort(self.made.cohort, profile.phantom_patients, profile.phantom_seed)


def of_sets() -> dict[str, str]:
    """Facts of recorded results, by name; each says so where nothing is recorded."""
    folders = deciding()
    counting = [folder for folder in folders if proven(folder).counts] or folders
    cohorts = [folder.parent.name for folder in counting]
    found = [_recorded(folder, cohorts.count(folder.parent.name) > 1) for folder in counting]
    by_set = {
        name: _joined([(each.title, say(each)) for each in found])
        for name, say in OF_EACH.items()
    }  # fmt: skip
    return {**by_set, **{name: say(found) if found else NOTHING for name, say in OF_ALL.items()}}


def _recorded(folder: Path, among_others: bool) -> Recorded:
    """A set, which names its profile where another set is of the same cohort."""
    made = results.facts(folder)
    title = cohort_title(made.cohort) + (f", profile {made.profile}" if among_others else "")
    return Recorded(title, folder, made, for_cohort(read_profile(made.profile), made.cohort))


def _joined(said: list[tuple[str, str]]) -> str:
    """One text: the same of all sets, or each set's with its title."""
    texts = {text for _, text in said}
    if len(texts) < 2:
        return next(iter(texts), NOTHING)
    return "; ".join(f"{title}: {text}" for title, text in said)


# --- Of each set ----------------------------------------------------------------------------------


def _tasks(one: Recorded) -> str:
    return ", ".join(map(label_name, one.definition.roles["target"].labels or []))


def _left_out(one: Recorded) -> str:
    """Images that are excluded or left out of each role, of those that are listed."""
    cohort = one.cohort
    said = []
    for name, names in cohort.sources.items():
        out = sum(sum(cohort.excluded[source].values()) for source in names)
        listed = out + sum(len(cohort.manifests[source]) for source in names)
        out += sum(cohort.left_out[name].values())
        if out:
            said.append(f"{label_name(name)} {numbers.count(out)} of {numbers.count(listed)}")
    return ", ".join(said) or "none"


def _sides(one: Recorded) -> str:
    return f"{one.profile.stage(one.made.cohort, 'target').pixels} pixels"


def _stage(one: Recorded) -> str:
    stage = one.profile.stage(one.made.cohort, "target")
    return (
        f"{counted(stage.steps, 'step')} of {counted(stage.batch_size, 'image')}, learning rate "
        f"{numbers.plain(stage.learning_rate)}, {counted(one.made.runs, 'training')}"
    )


def _compared(one: Recorded) -> tuple[bool, bool]:
    """Whether recorded chapters compare initial weights, and whether others do not."""
    asked = {COMPARES in _source(name) for name in one.made.experiments}
    return True in asked, False in asked


def _source(experiment: str) -> str:
    path = places.notebooks() / f"{experiment}.ipynb"
    return "\n".join(cell.source for cell in read_cells(path))


def _networks(one: Recorded) -> str:
    compares, others = _compared(one)
    cohort, known = one.made.cohort, one.profile.initial_weights
    names = {one.profile.networks[cohort].architecture} if others else set()
    return ", ".join(sorted(names | ({known[cohort].architecture} if compares else set())))


def _starts(one: Recorded) -> str:
    """First weights: those that are compared, and those of the other chapters."""
    compares, others = _compared(one)
    cohort, network = one.made.cohort, one.profile.networks[one.made.cohort]
    compared = " / ".join(one.profile.initial_weights[cohort].initial) if compares else ""
    first = f", then {label_name(network.stand_in)}" if network.stand_in else ""
    one_for_all = f"{weights_in_words(network.weights)}{first}" if others else ""
    return ", and ".join(filter(None, [compared, one_for_all]))


def _images(one: Recorded) -> pd.DataFrame:
    return pd.read_csv(one.folder / IMAGES, dtype={"patient": str}, keep_default_na=False)


def _scored(one: Recorded, role: str) -> str:
    """Test patients and images of a role, and images with each of the role's labels."""
    images = _images(one)
    mine = images[(images["role"] == role) & (images["split"] == "test")]
    if mine.empty:
        return "none"
    labels = one.definition.roles[role].labels or []
    events = ", ".join(
        f"{label_name(label)} {numbers.count((pd.to_numeric(mine[f'truth_{label}']) == 1).sum())}"
        for label in labels
    )
    patients = counted(mine["patient"].nunique(), "patient")
    return f"{patients}, {counted(len(mine), 'image')} ({events})"


def _sites(one: Recorded) -> str:
    images = _images(one)
    images = images[images["role"].isin(("target", "external"))]
    kind = "simulated hospital" if is_simulated(one.made.cohort) else "hospital"
    return counted(images["source"].nunique(), kind)


def _licences(one: Recorded) -> str:
    tables = one.cohort.manifests.values()
    names = {str(name) for table in tables for name in table["licence"].unique()}
    return " and ".join(sorted(names))


# --- Of all sets ----------------------------------------------------------------------------------


def _cohorts(found: list[Recorded]) -> str:
    used = list(dict.fromkeys(each.made.cohort for each in found))
    others = [name for name in cohort_names() if name not in used]
    covid = [name for name in used if _shows_covid19(name)]
    return (
        f"recorded on: {', '.join(map(cohort_title, used))}; on radiographs of patients with "
        f"COVID-19: {', '.join(map(cohort_title, covid)) or 'none'}; none on "
        f"{counted(len(others), 'other cohort')}"
    )


def _shows_covid19(cohort: str) -> bool:
    return not is_simulated(cohort) and "covid19" in labels_of_target(cohort)


def _versions(found: list[Recorded]) -> str:
    used = {f"{name} {version}" for one in found for name, version in one.made.versions.items()}
    return ", ".join(sorted(used))


def _chapters(found: list[Recorded], names: tuple[str, ...]) -> str:
    """Chapters of some that the sets hold, each with its set."""
    said = [
        f"{chapter(name)}: {one.title}" for one in found for name in names
        if name in one.made.experiments
    ]  # fmt: skip
    return "; ".join(said) or "no results that count"


def _fractions(found: list[Recorded]) -> str:
    levels = ", ".join(map(numbers.whole_percent, found[0].profile.levels.fractions))
    return f"{levels} of the training patients; recorded: {_chapters(found, FEW_PATIENTS)}"


def _registered(_: list[Recorded]) -> str:
    proofs = [proven(folder).counts for folder in results.folders()]
    return f"{sum(proofs)} of {counted(len(proofs), 'set')} of recorded results count"


#: Facts of each set, and of all of them together.
OF_EACH: dict[str, Callable[[Recorded], str]] = {
    "tasks": _tasks,
    "excluded": _left_out,
    "sides": _sides,
    "stage": _stage,
    "networks": _networks,
    "starts": _starts,
    "sites": _sites,
    "licences": _licences,
    "tested": lambda one: _scored(one, "target"),
    "external": lambda one: _scored(one, "external"),
}
OF_ALL: dict[str, Callable[[list[Recorded]], str]] = {
    "cohorts": _cohorts,
    "versions": _versions,
    "commit": lambda found: ", ".join(dict.fromkeys(commits_of(one.made) for one in found)),
    "fractions": _fractions,
    "ties": lambda found: _chapters(found, TIES),
    "registered": _registered,
}
