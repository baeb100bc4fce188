"""Arm words: arms of several factors, contrasts and sets of results, as readers can read them.

A factor's value says nothing without its factor: "0.1, 1 − 0, 1" is "alpha 0.1, 1 × steps −
alpha 0, 1 × steps".
"""

import re

import pandas as pd

from cxrstudy.base import places
from cxrstudy.base.notebooks import chapter
from cxrstudy.base.words import arm_name
from cxrstudy.data.cohort_file import read_definition
from cxrstudy.pages.bounds import bounds_in_words, bounds_of
from cxrstudy.verdicts.claims_file import all_claims

#: How a number among the parts of an arm's name is written, part by part, by experiment.
FACTORS: dict[str, tuple[str, ...]] = {
    "03_resolution": ("{} × resolution", "{}"),
    "04_mixup": ("alpha {}", "{} × steps"),
    "05_low_data": ("{}", "{} of the patients"),
    "22_weights_and_shortcuts": ("{}", "tie {}"),
}

#: What a factor's value is called where its number would be read wrongly.
WHOLE = {"{} of the patients": {"1": "all patients"}}

NUMBER = re.compile(r"\d+(\.\d+)?")
#: Name of an experiment, as code has it.
EXPERIMENT = re.compile(r"\b\d\d_[a-z_]+\b")
#: An arm in a reason, and where the list of all arms that there are begins.
NAMED, LISTING = re.compile(r"\barm '([^']*)'"), "; there are "
#: An arm that is called as the label that it is scored on.
SAME_LABEL = re.compile(r"^(.+) \(\1\)$")
#: Why seeds of an arm have no result, one after the other.
SEEDS = re.compile(r"seed \d+, [^;:]+(?:; seed \d+, [^;:]+)+")

ORIGIN = re.compile(r"recorded: (?P<cohort>[^,]+), (?P<rest>.+)")


def arm_in_words(experiment: str, name: str) -> str:
    """Displayed name of an arm, whose numbers say what they are numbers of.

    Examples
    --------
    >>> arm_in_words("04_mixup", "0.1, 1"), arm_in_words("04_mixup", "0, chosen repeat, 1")
    ('alpha 0.1, 1 × steps', 'alpha 0, chosen repeat, 1 × steps')
    >>> arm_in_words("05_low_data", "out-of-domain, large, 0.1")
    'out-of-domain, large, 0.1 of the patients'
    >>> arm_in_words("05_low_data", "random, 1")
    'random, all patients'
    """
    parts, templates = name.split(", "), FACTORS.get(experiment)
    if templates is None or len(parts) < len(templates):
        return name
    # A name may have commas of its own, between the first and the last factor.
    ways = [templates[0], *["{}"] * (len(parts) - 2), templates[-1]]
    # A whole number of a list of others is written 1.0.
    return ", ".join(
        _with_factor(way, part.removesuffix(".0")) if NUMBER.fullmatch(part) else part
        for way, part in zip(ways, parts, strict=True)
    )


def _with_factor(way: str, number: str) -> str:
    """A factor's value with its factor."""
    return WHOLE.get(way, {}).get(number, way.format(number))


def arms_in_words(experiment: str, table: pd.DataFrame) -> pd.DataFrame:
    """A table of an experiment's arms, whose names are words.

    Examples
    --------
    >>> from cxrstudy.notebook import show
    >>> table = pd.DataFrame({"arm": [(0.1, 1.0)], "estimate": [0.9]})
    >>> show.arms_in_words("04_mixup", table)["arm"].tolist()
    ['alpha 0.1, 1 × steps']
    """
    return table.assign(arm=[arm_in_words(experiment, arm_name(arm)) for arm in table["arm"]])


def contrast_in_words(experiment: str, contrast: str) -> str:
    """The same of both arms of a contrast.

    Examples
    --------
    >>> contrast_in_words("03_resolution", "2, own weights − 1, own weights")
    '2 × resolution, own weights − 1 × resolution, own weights'
    >>> contrast_in_words("13_pneumonia", "COVID-19 (COVID-19) − pneumonia (pneumonia)")
    'AUROC of COVID-19 − AUROC of pneumonia'
    """
    return " − ".join(
        SAME_LABEL.sub(r"AUROC of \1", arm_in_words(experiment, arm))
        for arm in contrast.split(" − ")
    )


def lacking_in_words(experiment: str, why: str) -> str:
    """What results lack, in one line: arm and chapter in words, without the list of all there are.

    Examples
    --------
    >>> lacking_in_words("03_resolution", "no arm '2, own weights'; there are 1, own weights")
    'no arm “2 × resolution, own weights”'
    >>> lacking_in_words("04_mixup", "arm '0, 1': seed 0, one score; seed 3, one score")
    'arm “alpha 0, 1 × steps”: seeds 0 and 3, one score'
    >>> lacking_in_words("04_mixup", "no recorded results hold 04_mixup")
    'no recorded results hold chapter MixUp'
    """
    lacking, _, _ = why.partition(LISTING)
    lacking = EXPERIMENT.sub(lambda name: f"chapter {chapter(name[0])}", lacking)
    lacking = SEEDS.sub(lambda seeds: _seeds_by_reason(seeds[0]), lacking)
    return NAMED.sub(lambda arm: f"arm “{arm_in_words(experiment, arm[1])}”", lacking)


def _seeds_by_reason(said: str) -> str:
    """Seeds with the same reason, together."""
    by_reason: dict[str, list[str]] = {}
    for each in said.split("; "):
        seed, _, reason = each.removeprefix("seed ").partition(", ")
        by_reason.setdefault(reason, []).append(seed)
    return "; ".join(
        f"{f'seeds {_listed(seeds)}' if len(seeds) > 1 else f'seed {seeds[0]}'}, {reason}"
        for reason, seeds in by_reason.items()
    )


def _listed(seeds: list[str]) -> str:
    return f"{', '.join(seeds[:-1])} and {seeds[-1]}"


#: Columns of a table of claims, and what makes words of them.
_IN_WORDS = {
    "arm": arm_in_words, "chosen": arm_in_words, "contrast": contrast_in_words,
    "reason": lacking_in_words,
}  # fmt: skip


def cohort_title(cohort: str) -> str:
    """A cohort's name for people; one that is not here keeps its short name.

    Examples
    --------
    >>> cohort_title("phantom"), cohort_title("elsewhere")
    ('Phantoms', 'elsewhere')
    """
    path = places.cohort(cohort)
    return read_definition(path).title if path.exists() else cohort


def origin_in_words(origin: str) -> str:
    """A set of recorded results by the title of its cohort.

    Examples
    --------
    >>> origin_in_words("recorded: phantom, plateau, 5 seeds")
    'Phantoms, profile plateau, 5 seeds'
    """
    found = ORIGIN.fullmatch(origin)
    if found is None or not places.cohort(found["cohort"]).exists():
        return origin
    return f"{cohort_title(found['cohort'])}, profile {found['rest']}"


def in_words(judged: pd.DataFrame) -> pd.DataFrame:
    """A table of claims whose arms, contrasts, reasons and origins are words."""
    experiments = {claim.id: claim.experiment for paper in all_claims() for claim in paper.claims}
    judged = judged.copy()
    for name, in_its_words in _IN_WORDS.items():
        if {"claim", name} <= set(judged):
            judged[name] = [
                in_its_words(experiments.get(claim) or "", said) if isinstance(said, str) else said
                for claim, said in zip(judged["claim"], judged[name], strict=True)
            ]
    if "origin" in judged:
        judged["origin"] = [origin_in_words(str(origin)) for origin in judged["origin"]]
    return judged


def is_simulated(cohort: str) -> bool:
    """Whether all images of a cohort's target are simulated; not of a cohort that is gone.

    Examples
    --------
    >>> is_simulated("phantom"), is_simulated("kermany")
    (True, False)
    """
    path = places.cohort(cohort)
    if not path.exists():
        return False
    return all(source.phantom for source in read_definition(path).roles["target"].sources)


def labels_of_target(cohort: str) -> list[str]:
    """Labels of a cohort's target, as its file names them; none if it does not, or is gone.

    Examples
    --------
    >>> labels_of_target("kermany")
    ['viral', 'bacterial']
    """
    path = places.cohort(cohort)
    return list(read_definition(path).roles["target"].labels or []) if path.exists() else []


def about_auroc(judged: pd.DataFrame) -> pd.DataFrame:
    """Rows of the claims about an AUROC, in words.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxrstudy.notebook import show
    >>> show.about_auroc(pd.DataFrame({"claim": ["A1", "A15"]}))["claim"].tolist()
    ['A1']
    """
    return _with_bounds(in_words(judged[_metrics(judged) == "auroc"]))


def about_maps(judged: pd.DataFrame) -> pd.DataFrame:
    """Rows of the claims about shares of a map, which have another scale, in words.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxrstudy.notebook import show
    >>> show.about_maps(pd.DataFrame({"claim": ["A1", "A15"]}))["claim"].tolist()
    ['A15']
    """
    return _with_bounds(in_words(judged[_metrics(judged) != "auroc"]))


def _with_bounds(judged: pd.DataFrame) -> pd.DataFrame:
    """With the lines that each interval is held against, where the claims' sizes are known."""
    if not {"margin", "relevant"} <= set(judged):
        return judged
    stated = [(row.claim, row.margin, row.relevant) for row in judged.itertuples()]
    return judged.assign(
        bounds=[bounds_of(*each) for each in stated],
        must_be=[bounds_in_words(*each) for each in stated],
    )


def _metrics(judged: pd.DataFrame) -> "pd.Series[str]":
    metrics = {claim.id: claim.metric for paper in all_claims() for claim in paper.claims}
    return judged["claim"].map(metrics).fillna("")
