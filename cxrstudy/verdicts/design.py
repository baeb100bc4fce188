"""Design: for every claim what will be run, how much that takes, and what it can find.

The table is written before anything is run, and a registration fixes it with the rest. Its powers
come from recorded variance components (:mod:`cxrstudy.verdicts.planning`), of other runs than those
that will decide: smaller ones, or those of a pilot. Its hours come from recorded runs of this
machine (:mod:`cxrstudy.study.forecast`). Where nothing is recorded, a cell says so.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.base.words import arm_name
from cxrstudy.statistics.power import VarianceComponents, minimum_detectable_difference, power
from cxrstudy.study.forecast import Forecast, forecast
from cxrstudy.study.graph import Graph, Node, make_graph
from cxrstudy.study.study import Study
from cxrstudy.verdicts.claim import BUDGETS, Claim
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.frozen import design_path
from cxrstudy.verdicts.planning import equivalence_power, family_size

#: Columns of a design.
COLUMNS = [
    "claim", "experiment", "arm", "against", "metric", "margin", "relevant", "budgets", "seeds",
    "test_patients", "trainings", "steps", "hours", "detectable", "finds", "excludes", "why",
]  # fmt: skip

#: Claim of the last row: all of them, with what they share counted once.
ALL = "all"


def write(
    profile: str, cohort: str, seeds: int, components: Mapping[str, VarianceComponents | str]
) -> Path:
    """Write the design of a study into the project.

    Parameters
    ----------
    profile, cohort, seeds
        What will be run.
    components
        From :func:`cxrstudy.verdicts.planning.recorded_components`.
    """
    path = places.root() / design_path(profile, cohort)
    path.parent.mkdir(parents=True, exist_ok=True)
    found = design(profile, cohort, seeds, components)
    found.to_csv(path, index=False, lineterminator="\n")
    return path


def design(
    profile: str, cohort: str, seeds: int, components: Mapping[str, VarianceComponents | str]
) -> pd.DataFrame:
    """Tabulate what a study will run for every claim, and what it can find.

    Parameters
    ----------
    profile, cohort, seeds, components
        As for :func:`write`.

    Returns
    -------
    One row per claim with a contrast, of a cohort that claims name only those, and one for all of
    them: ``claim``, ``experiment``, ``arm``,
    ``against``, ``metric``, ``margin``, ``relevant`` (smallest relevant effect), ``budgets``,
    ``seeds``, ``test_patients``, ``trainings`` and ``steps`` (of all its arms, whole chains),
    ``hours`` (with one process), ``detectable`` (minimum detectable difference from the margin),
    ``finds`` (power to find the smallest relevant effect beyond the margin), ``excludes`` (power to
    show that there is no relevant difference, if there is none), and ``why``: why a cell is empty.
    """
    testable = [claim for paper in all_claims() for claim in paper.testable]
    # A cohort that was made for some claims is run for these only.
    claims = [claim for claim in testable if claim.cohort == cohort] or testable
    graph = make_graph(sorted({claim.experiment for claim in claims}), profile, cohort, seeds)
    expected = forecast(graph)
    studies = {part.experiment: part.study for part in graph.parts}
    rows = [
        _row(claim, graph, expected, studies.get(claim.experiment), components.get(claim.id, ""))
        for claim in claims
    ]
    needed = {node.id: node for claim in claims for node in _nodes(claim, graph)}
    total = {"claim": ALL, "seeds": seeds, **_costs(needed.values(), expected)}
    return pd.DataFrame([*rows, total], columns=COLUMNS)


def _row(
    claim: Claim,
    graph: Graph,
    expected: Forecast,
    study: Study | None,
    components: VarianceComponents | str,
) -> dict[str, Any]:
    patients, seeds = (test_patients(study, claim), study.seeds) if study else (0, 0)
    nodes = _nodes(claim, graph)
    missing = "" if nodes else f"{claim.experiment} has no such arms on this cohort"
    known = {} if isinstance(components, str) else _powers(claim, components, seeds, patients)
    return {
        "claim": claim.id,
        "experiment": claim.experiment,
        "arm": arm_name(claim.arm),
        "against": arm_name(claim.against),
        "metric": claim.metric,
        "margin": claim.margin,
        "relevant": claim.relevant,
        "budgets": "; ".join(BUDGETS[budget] for budget in claim.budgets),
        "seeds": seeds,
        "test_patients": patients,
        **_costs(nodes, expected),
        **known,
        "why": missing or (components if isinstance(components, str) else ""),
    }


def test_patients(study: Study, claim: Claim) -> int:
    """Number of test patients of the role that a claim asks about; 0 if there is no such role."""
    if claim.role not in study.cohort.roles:
        return 0
    table = study.cohort.role(claim.role).table
    return int(table.loc[table["split"] == "test", "patient"].nunique())


def _nodes(claim: Claim, graph: Graph) -> list[Node]:
    """Stages of all arms that decide a claim, with those before them."""
    by_id = {node.id: node for node in graph.nodes}
    arms = {(claim.experiment, arm) for arm in map(_key, claim.arms)}
    return [
        node
        for node in by_id.values()
        if any((experiment, _key(arm)) in arms for experiment, arm in node.users)
    ]


def _key(arm: Any) -> Any:
    return tuple(arm) if isinstance(arm, list) else arm


def _costs(nodes: Iterable[Node], expected: Forecast) -> dict[str, Any]:
    all_of = list(nodes)
    seconds = [expected.seconds[node.id] for node in all_of]
    known = None not in seconds
    return {
        "trainings": sum(len(node.runs) for node in all_of),
        "steps": sum(len(node.runs) * node.stage.steps for node in all_of),
        "hours": round(sum(each or 0.0 for each in seconds) / 3600, 2) if known else None,
    }


def _powers(
    claim: Claim, components: VarianceComponents, seeds: int, patients: int
) -> dict[str, str]:
    level = 1 - (1 - claim.level) / family_size(claim)
    return {
        "detectable": numbers.level(
            minimum_detectable_difference(components, seeds, patients, level)
        ),
        "finds": numbers.level(power(components, claim.relevant, seeds, patients, level)),
        "excludes": numbers.level(
            equivalence_power(components, claim.relevant, seeds, patients, level)
        ),
    }
