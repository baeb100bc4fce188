"""Methods: cohorts, training and statistics, as the files and the code have them."""

import ast
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from html import escape
from typing import Any

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.base.times import duration
from cxrstudy.base.words import counted, label_name
from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.cohort_file import cohort_names, read_definition
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.claim_tables import counts_for_a_verdict
from cxrstudy.pages.computed.networks import alike, for_cohort
from cxrstudy.pages.computed.proven import proven
from cxrstudy.pages.demographics import demographics
from cxrstudy.pages.flow import flow
from cxrstudy.pages.html import HTML, fold
from cxrstudy.pages.recorded_sets import commits_of
from cxrstudy.pages.tables import table
from cxrstudy.statistics import inference, power, sample
from cxrstudy.study.profile import Profile, read_profile
from cxrstudy.training.plateau import FALL, FROM, RISE
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.doubling import RELEVANT
from cxrstudy.verdicts.judge import deciding, deciding_profile, recorded
from cxrstudy.verdicts.outcome import DECIDED
from cxrstudy.verdicts.proof import Proof
from cxrstudy.verdicts.results import REFERENCE_PROFILES

#: What a page calls the values of a stage.
STAGE = {
    "pixels": "side (pixels)", "steps": "steps", "batch_size": "batch", "schedule": "schedule",
    "learning_rate": "learning rate", "weight_decay": "weight decay", "mixup": "MixUp's alpha",
    "flip": "mirrored", "validations": "validations",
}  # fmt: skip
#: Heading of the commit at which trainings were made, as on the page of provenance.
TRAINED = "trained at commit"
#: What is said of a set of results for those who would repeat it.
MADE = ("on", "versions", TRAINED, "command")
#: Line below the table of what is recorded: what `except` says there.
EXCEPT = (
    "<p>Excepted are claims that were changed after the registration. Where the rule was changed "
    "after it, a verdict counts only if both rules give it.</p>"
)


def cohorts() -> HTML:
    """Show where the images of every role of every cohort come from, and their splits."""
    profile = read_profile(REFERENCE_PROFILES[0])
    parts, people = [], []
    recorded = {path.parent.name for path in deciding()}
    for name in cohort_names():
        cohort = load_cohort(name, profile.phantom_patients, profile.phantom_seed)
        if name in recorded:
            people.append(demographics(cohort).assign(cohort=cohort.title))
        parts.append(
            f"<details><summary>{escape(cohort.title)}</summary>"
            f"<p>{escape(cohort.caveat)} Images: {escape(cohort.copies)}.</p>"
            f"{flow(cohort).data}</details>"
        )
    return HTML(f'<div class="study-folds">{"".join(parts)}</div>{_people(people)}')


def _people(tables: list[pd.DataFrame]) -> str:
    """Sex, age and projection on the cohorts that results are recorded on, folded."""
    if not tables:
        return ""
    rows = pd.concat(tables, ignore_index=True)
    shown = table(
        rows,
        women="women among known",
        age="age in years, median [quartiles]",
        AP="AP among known",
        unknown="images that lack one of these",
    )
    title = "Sex, age and projection by split, on the cohorts with recorded results"
    return fold(title, shown.data)


def stages() -> HTML:
    """Show the values of every stage of training, by cohort and role.

    They are those of the profile whose recorded results decide on the cohort; of the first that
    may decide where nothing is recorded.
    """
    rows = [
        {
            "profile": profile,
            "cohort": cohort_title(name),
            "role": label_name(role),
            **_stage(read_profile(profile), name, role),
        }
        for name, profile in ((name, deciding_profile(name)) for name in cohort_names())
        for role in read_definition(places.cohort(name)).roles
        if role != "external"
    ]
    joined = alike(alike(pd.DataFrame(rows), ["role"]), ["cohort"])
    # The longest texts last: a first column is never broken into lines.
    shown = table(
        joined[[*joined.columns.drop(["role", "cohort"]), "role", "cohort"]],
        caption="Stages of training, by the profile whose recorded results decide on the cohort; "
        f"by {REFERENCE_PROFILES[0]} where nothing is recorded",
    )
    return HTML(fold("Every stage, by cohort and role", shown.data))


def training() -> HTML:
    """Show loss, optimiser, augmentation and plateau rule, with the module that has each."""
    # Not imported, because the module imports torch, which takes longer than all other parts.
    known = constants_of("training/batches.py")
    rotation, translation, zoom, lighting = (
        known[name] for name in ("ROTATION", "TRANSLATION", "ZOOM", "LIGHTING")
    )
    degrees, shift = numbers.plain(rotation), numbers.whole_percent(translation)
    rows = [
        ("loss, one of several classes", "cross-entropy", "training/loss.py"),
        ("loss, several labels", "binary cross-entropy over the known labels", "training/loss.py"),
        ("optimiser", "fastai's Adam with decoupled weight decay; SGD with the schedule of BiT",
         "training/parts.py"),
        ("schedule", "one cycle over the steps of the stage, or BiT-HyperRule",
         "training/schedule.py"),
        ("rotation", f"up to {degrees}° to either side", "training/batches.py"),
        ("shift", f"up to {shift} of the side, in both directions", "training/batches.py"),
        ("zoom", f"up to {numbers.plain(zoom)} times", "training/batches.py"),
        ("brightness and contrast", f"up to {numbers.plain(lighting)} in fastai's unit",
         "training/batches.py"),
        ("choice of the final network", "the last step; validations choose nothing",
         "training/train.py"),
        ("at a plateau, by results with half the steps", "twice the steps gain less than "
         f"{numbers.plain(RISE)} of macro AUROC, and surely less than {numbers.plain(RELEVANT)}",
         "verdicts/doubling.py"),
        ("at a plateau, where there are none",
         f"over the steps from {numbers.level(FROM, least=2)} of them on, AUROC rises by less than "
         f"{numbers.plain(RISE)} and the loss falls by less than {numbers.whole_percent(FALL)}",
         "training/plateau.py"),
    ]  # fmt: skip
    return table(
        pd.DataFrame(rows, columns=["what", "how", "module"]),
        caption="Loss, optimiser, augmentation, and when a training is at a plateau",
    )


def constants_of(module: str) -> dict[str, Any]:
    """Read the plain values that a module of the package defines, without importing it.

    Parameters
    ----------
    module
        Its file in the package.

    Examples
    --------
    >>> constants_of("training/plateau.py")["RISE"] == RISE
    True
    """
    found: dict[str, Any] = {}
    for line in ast.parse((places.PACKAGE / module).read_text(encoding="utf-8")).body:
        if isinstance(line, ast.Assign):
            with suppress(ValueError):  # what is computed is no plain value
                value = ast.literal_eval(line.value)
                for target in line.targets:
                    found |= _named(target, value)
    return found


def _named(target: ast.expr, value: Any) -> dict[str, Any]:
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple):
        pairs = zip(target.elts, value, strict=True)
        return {name: each for part, own in pairs for name, each in _named(part, own).items()}
    return {}


def statistics() -> HTML:
    """Show how intervals and verdicts are made, and what no interval covers."""
    claims = [claim for paper in all_claims() for claim in paper.testable]
    seeds = sorted({claim.seeds for claim in claims})
    levels = sorted({claim.level for claim in claims})
    rows = [
        ("AUROC", "of a label against all others, over all test images; then the mean over seeds"),
        ("lesion energy, sign energy", "share of a map of an image with the disease that lies in "
         "its lesions, or in the place of the sign; the mean over images, then over seeds"),
        ("share of the perfect map", "lesion energy, divided by that of the lesions themselves, "
         "drawn with as few cells as the map has"),
        ("interval", inference.METHODS[True]),
        ("interval with one seed", f"{inference.METHODS[False]}; it decides nothing"),
        ("draws of patients", f"{numbers.count(sample.REPLICATES)}; a patient is drawn "
         "with all images"),
        ("least patients of each class", numbers.count(sample.FEWEST_PATIENTS)),
        ("least seeds for a verdict", _several(map(numbers.count, seeds))),
        ("level", _several(map(numbers.whole_percent, levels))),
        ("claims with a test", counted(len(claims), "claim")),
        ("correction", "Holm, over the claims of a paper on one cohort"),
        ("power of what is planned", numbers.whole_percent(power.POWER)),
        ("not covered by any interval", "another training set, or another simulated world; other "
         "hospitals, scanners and readers; what is wrong with the labels"),
    ]  # fmt: skip
    return table(
        pd.DataFrame(rows, columns=["what", "how"]),
        caption="What is measured, how intervals are made, and what a verdict asks for",
    )


def records() -> HTML:
    """Show the sets of recorded results and whether they count; how they were made is folded."""
    rows = pd.DataFrame([_record(folder) for folder in results.folders()])
    if rows.empty:
        return table(rows)
    made = rows[["results", *MADE]]
    shown = table(
        rows.drop(columns=list(MADE)),
        caption="Sets of recorded results, and whether they count for verdicts",
    )
    below = fold("How they were made", table(made, caption="How recorded results were made").data)
    return HTML(shown.data + (EXCEPT if rows["registration"].any() else "") + below)


def _record(folder: Any) -> dict[str, str]:
    made = results.facts(folder)
    return {
        "results": f"{cohort_title(made.cohort)}, {made.profile}, {counted(made.seeds, 'seed')}",
        "does it count?": _counting(proven(folder), _without_count(made), folder in deciding()),
        "registration": made.registration,
        "trainings": numbers.count(made.runs),
        "time": duration(made.seconds),
        "images seen": numbers.count(made.samples_seen),
        "on": ", ".join(made.devices),
        "versions": ", ".join(f"{name} {version}" for name, version in made.versions.items()),
        TRAINED: commits_of(made) + (" with uncommitted changes" if _differed(made) else ""),
        "command": made.command,
    }


def _differed(made: results.Results) -> bool:
    """Whether files differed from the commit when something of a set was made."""
    return made.uncommitted or made.ran_uncommitted > 0


def _counting(proof: Proof, without: Sequence[str], decides: bool) -> str:
    """Whether results count, in few words; the table's line below says the rest."""
    if not proof.counts:
        return proof.said
    if not decides:
        return "not for a claim; only for whether trainings were at a plateau"
    but = sorted({*proof.amended, *without})
    return f"yes, except {', '.join(but)}" if but else "yes"


def _without_count(made: results.Results) -> list[str]:
    """Claims whose verdict by these results does not count, whatever the reason."""
    judged = recorded()
    own = judged[(judged["cohort"] == made.cohort) & (judged["profile"] == made.profile)]
    decided = own[own["verdict"].isin(DECIDED)]
    return [row.claim for row in decided.itertuples() if not counts_for_a_verdict(row.counts)]


def _stage(profile: Profile, cohort: str, role: str) -> dict[str, Any]:
    stage = asdict(for_cohort(profile, cohort).stage(cohort, role))
    return {heading: _value(stage[name]) for name, heading in STAGE.items()}


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else numbers.plain(value)


def _several(texts: Any) -> str:
    return " or ".join(texts)
