"""Cohorts: the card of a user's set, and the cohort that has it in a role."""

from pathlib import Path
from typing import Any

import yaml

from cxrstudy.base import places
from cxrstudy.base.atomic import write_file
from cxrstudy.data.card import count
from cxrstudy.data.cohort import Cohort, load_cohort
from cxrstudy.data.cohort_file import read_definition
from cxrstudy.data.manifest import read_manifest
from cxrstudy.data.own.labels import Labels

#: Roles that a set may take in a cohort.
ROLES = ("target", "external", "general", "pneumonia")
#: Name under which profiles hold networks and sizes for a user's own target. They need no file that
#: a user does not have.
LIKE = "own"
#: Splits of the phantoms that stand in for sets that a user does not have.
_UPSTREAM = {"salt": 0, "test": 0.0, "validation": 0.12}
#: Tasks of these roles, and the open sets that they take if all their files are there.
_OPEN = {"general": ("multilabel", ("nih1k", "nih64")), "pneumonia": ("binary", ("kermany224",))}


def write_card(
    file: Path, name: str, labels: Labels, table: Any, folder: Path, licence: str
) -> None:
    """Write the card of a user's manifest."""
    card = {
        "name": name,
        "title": f"{name}: your own radiographs",
        "citation": "none: your own radiographs",
        "address": "",
        "version": "as added; the manifest holds the SHA-256 of every file",
        "licence": licence,
        "access": "agreement",
        "copies": "none: the files are your own",
        "label_map": labels.names,
        "counts": {
            what: n for what, n in count(table, tuple(labels.names)).items() if what != "no_label"
        },
        "traps": ["nobody but you has checked the labels"],
        "folder": str(folder),
    }
    write_file(file, yaml.safe_dump(card, sort_keys=False, allow_unicode=True).encode())


def definition(name: str, labels: Labels, role: str, beside: str) -> dict[str, Any]:
    """Definition of the cohort with a user's set in a role.

    Parameters
    ----------
    name
        Name of set and cohort.
    labels
        Labels of the set.
    role
        One of :data:`ROLES`.
    beside
        Cohort whose other roles are taken; empty: those of a cohort of its own.
    """
    if beside:
        return _with_role(name, labels, role, beside)
    recipes = {role: _own_role(name, labels)} | {name: _upstream(name) for name in _OPEN}
    if role != "target":
        raise ValueError(f"a set of role {role} needs the cohort that it belongs to: --beside NAME")
    for drawn in ("natural_small", "natural_large"):
        recipes[drawn] = stand_in(drawn, "multiclass")
    simulated = [name for name in _OPEN if "phantom" in recipes[name]["sources"][0]]
    stands_in = (
        f"The {' and '.join(simulated)} images are simulated, because open sets are not in the "
        "data folder. "
        if simulated
        else ""
    )
    return _texts(name) | {
        "caveat": f"Your own radiographs: the audit says what may mislead. {stands_in}Photographs "
        "are replaced by fractals where weights are made here.",
        "like": LIKE,
        "roles": recipes,
    }


def write_cohort(made: dict[str, Any]) -> Path:
    """Write a cohort's file in the user's own folder."""
    file = places.own() / "cohorts" / f"{made['name']}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, yaml.safe_dump(made, sort_keys=False, allow_unicode=True).encode())
    return file


def target_labels(cohort: str) -> tuple[str, ...]:
    """Labels of the target of a cohort, whose phantoms are not drawn."""
    return _loaded(cohort).role("target").labels


def _loaded(cohort: str) -> Cohort:
    drawn = dict.fromkeys(
        ("target", "external", "general", "pneumonia", "natural_small", "natural_large"), 30
    )
    return load_cohort(cohort, drawn, 0)


def _texts(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": f"{name}: your own radiographs",
        "files": "prepared",
        "copies": "your own files, unchanged",
        "world": f"on the radiographs of {name}",
    }


def _with_role(name: str, labels: Labels, role: str, beside: str) -> dict[str, Any]:
    given = read_definition(places.cohort(beside))
    roles = {what: recipe.model_dump(exclude_defaults=True) for what, recipe in given.roles.items()}
    mine = _own_role(name, labels)
    if role == "external":
        target = roles["target"]
        mine = {"task": target["task"], "labels": list(target_labels(beside))}
        there = [label for label in labels.names if label in mine["labels"]]
        mine["sources"] = [{"manifest": name, "rename": {label: label for label in there}}]
    roles[role] = mine
    rest = given.model_dump(exclude_defaults=True) | _texts(name)
    rest["files"] = given.files
    rest["world"] = given.world or f"on cohort {given.title}"
    rest["caveat"] = f"{given.caveat} The {role} images are your own: {name}."
    return rest | {"like": given.like or given.name, "roles": roles}


def _own_role(name: str, labels: Labels) -> dict[str, Any]:
    if labels.exclusive:
        return {
            "task": "multiclass",
            "labels": list(labels.names),
            "sources": [{"manifest": name}],
        }
    return {"task": "binary", "labels": [labels.asked], "sources": [{"manifest": name}]}


def _upstream(role: str) -> dict[str, Any]:
    task, manifests = _OPEN[role]
    if not all(_is_there(manifest) for manifest in manifests):
        return stand_in(role, task)
    recipe = {"task": task, "sources": [{"manifest": manifest} for manifest in manifests]}
    return recipe | ({"labels": ["pneumonia"]} if task == "binary" else {})


def _is_there(manifest: str) -> bool:
    file = places.manifest(manifest)
    if not file.exists():
        return False
    paths = read_manifest(file).included["path"]
    return all((places.data() / path).is_file() for path in paths)


def stand_in(role: str, task: str) -> dict[str, Any]:
    """A role of phantoms, in place of images that a user does not have."""
    return {"task": task, "sources": [{"phantom": role, "split": dict(_UPSTREAM)}]}
