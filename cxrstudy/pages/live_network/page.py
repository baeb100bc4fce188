"""Page: two networks and some patients as one piece of HTML, which needs no kernel.

Weights are most of it, and nobody needs them before they are asked for: they lie in a script of
their own, which the build of the book moves into a file beside the page
(:mod:`cxrstudy.pages.computed.late`).
"""

import json
from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.checks import whole
from cxrstudy.base.es_modules import joined_file
from cxrstudy.base.identity import fingerprint
from cxrstudy.base.rounding import significant
from cxrstudy.base.words import label_name
from cxrstudy.data.role import Role
from cxrstudy.explorer.case import as_address
from cxrstudy.explorer.encode import encode_image
from cxrstudy.pages.html import HTML
from cxrstudy.pages.live_network.films import Patient, marker_of, patients_of
from cxrstudy.pages.live_network.programme import ProgrammeError, Step, programme_of
from cxrstudy.pages.live_network.quantised import as_text, written
from cxrstudy.predict.notice import NOTICE
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.runs.scores import score_column
from cxrstudy.study.arms import Arms

ASSETS = Path(__file__).parent / "assets"
ENTRANCE = ASSETS / "live_network.js"
#: Most weights that a page may hold, of all its networks together.
LARGEST = 6_000_000
#: Recorded scores of a network and a label that a page holds, to say where another one stands.
QUANTILES = 101
#: Side of the image that is shown where no script runs.
STILL = 256

_PAGE = """<div class="lx-live" dir="ltr" lang="en" data-live="{key}">
<style>{style}</style>
{still}
<p class="lx-notice">{notice}</p>
<script type="application/json" class="study-late" data-late="{key}">{data}</script>
</div>
<script type="module">{script}
mountLive({key_text});
</script>
"""


def live_network(arms: Arms, shown: Sequence[Hashable], images: int) -> HTML:
    """Let readers change images of simulated patients and see what networks make of them.

    Parameters
    ----------
    arms
        Arms whose runs are recorded, on a cohort of phantoms of the target population.
    shown
        Arms to show side by side, with the first seed.
    images
        Number of patients, from the test split.

    Returns
    -------
    The page's part; a sentence if the networks are too large for a page, or do what no page can.

    Examples
    --------
    >>> from cxrstudy.pages.live_network import live_network
    >>> live_network(arms, ["control"], images=2)  # arms are trained, as in a chapter
    <HTML>
    """
    images = whole(images, 1, "images")
    networks = {str(arm): arms.network(arm) for arm in shown}
    try:
        programmes = {name: checked_programme(each) for name, each in networks.items()}
        _check_together(networks, programmes)
    except ProgrammeError as error:
        return HTML(f"<p>These networks can't be tried in a page: {escape(str(error))}.</p>")
    role = arms.study.cohort.role("target")
    scores = arms.only(shown).scores().query("seed == 0 and role == 'target' and split == 'test'")
    pixels = next(iter(networks.values())).pixels
    patients = patients_of(role, images, pixels)
    if not patients:
        return HTML("<p>No patient of the test has a visible marker, so there is none to try.</p>")
    recorded = {str(arm): of_arm for arm, of_arm in scores.groupby("arm", observed=True)}
    data = {
        "labels": {name: label_name(name) for name in role.labels},
        "asked": arms.study.label,
        "pixels": pixels,
        "homes": homes(role, arms.study.label),
        "networks": [
            _network(name, networks[name], programmes[name], recorded[name]) for name in networks
        ],
        "patients": [_patient(patient, recorded, role) for patient in patients],
    }
    text = as_json(data)
    key = fingerprint(text)[:12]
    return HTML(
        _PAGE.format(
            key=key, key_text=json.dumps(key), style=style(), script=script(), data=text,
            still=_still(data, patients[0]), notice=escape(NOTICE),
        )
    )  # fmt: skip


def checked_programme(network: TrainedNetwork) -> list[Step]:
    """Write a network as steps.

    Raises
    ------
    ProgrammeError
        It does what no page can, sees only a part of an image, or knows labels side by side.
    """
    if network.visible != "whole" or network.task != "multiclass":
        raise ProgrammeError(f"one is {network.task} and sees the image's part {network.visible!r}")
    return programme_of(network.model, len(network.expects.mean), network.pixels)


def _check_together(
    networks: Mapping[str, TrainedNetwork], programmes: Mapping[str, Sequence[Step]]
) -> None:
    sizes = {network.pixels for network in networks.values()}
    if len(sizes) > 1:
        raise ProgrammeError(f"their images have different sides: {sorted(sizes)}")
    weights = sum(weights_of(steps) for steps in programmes.values())
    if weights > LARGEST:
        raise ProgrammeError(
            f"they have {numbers.count(weights)} weights, and a page holds {numbers.count(LARGEST)}"
        )


def weights_of(steps: Sequence[Step]) -> int:
    """Number of weights of a programme."""
    return sum(step.weight.size for step in steps if step.weight is not None)


def homes(role: Role, label: str) -> dict[str, float]:
    """Share of the training images with a label that are of each hospital."""
    rows = role.rows("train")
    shows = role.truth[rows, role.labels.index(label)] == 1
    sources = role.table["source"].iloc[rows].to_numpy()
    sites = {str(site): str(site).removeprefix("phantom-") for site in np.unique(sources)}
    return {name: float((sources[shows] == site).mean()) for site, name in sites.items()}


def _network(
    name: str, network: TrainedNetwork, steps: Sequence[Step], recorded: pd.DataFrame
) -> dict[str, Any]:
    levels = np.linspace(0, 1, QUANTILES)
    ranks = {
        label: [
            significant(float(value), 4)
            for value in np.quantile(recorded[score_column(label)], levels)
        ]
        for label in network.labels
    }
    return {
        "name": name,
        "run": network.run,
        "mean": list(network.expects.mean),
        "deviation": list(network.expects.deviation),
        "ranks": ranks,
        "steps": written(steps),
    }


def _patient(patient: Patient, recorded: Mapping[str, pd.DataFrame], role: Role) -> dict[str, Any]:
    films = [
        {
            "site": film.site,
            "lesion": film.lesion,
            "marker": film.marker,
            "grey": as_text(film.grey),
        }
        for film in patient.films
    ]
    return {
        "id": patient.id,
        "label": patient.label,
        "site": patient.site,
        "outline": patient.outline,
        "films": films,
        "markers": {site: marker_of(patient, site) for site in patient.sites},
        "recorded": {
            name: [_score(table, patient.id, label) for label in role.labels]
            for name, table in recorded.items()
        },
    }


def _score(table: pd.DataFrame, image: str, label: str) -> float:
    return float(table.set_index("id").loc[image, score_column(label)])


def as_json(data: Mapping[str, Any]) -> str:
    """Compact JSON, without characters that could end the surrounding script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _still(data: Mapping[str, Any], patient: Patient) -> str:
    """What stands where no script runs, and until the networks are loaded."""
    larger = np.kron(patient.original.grey, np.ones((STILL // data["pixels"] or 1,) * 2, np.uint8))
    has = data["labels"][patient.label]
    rows = "".join(
        f"<tr><th scope='row'>{escape(network['name'])}</th>"
        + "".join(
            f"<td>{numbers.level(score)}</td>"
            for score in data["patients"][0]["recorded"][network["name"]]
        )
        + "</tr>"
        for network in data["networks"]
    )
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in data["labels"].values())
    alternative = f"Radiograph of the simulated patient {escape(patient.id)}, who has {escape(has)}"
    return (
        f'<div class="lx-still"><img class="dark-light" alt="{alternative}" '
        f'src="{as_address(encode_image(np.asarray(larger)))}">'
        f"<table><caption>Recorded scores of this image (truth: {escape(has)}). With scripts "
        "switched on, it can be changed here.</caption>"
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


@cache
def script() -> str:
    """Join the modules of the front end into one."""
    return joined_file(ENTRANCE)


@cache
def style() -> str:
    """Read the style sheet."""
    return (ASSETS / "live_network.css").read_text(encoding="utf-8")


def modules() -> list[Path]:
    """The modules of the front end."""
    return sorted(ASSETS.glob("*.js"))
