"""A project of a test's own: the one fake profile, cohorts of a few phantoms, and notebooks."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import pytest

#: The smallest network that is still one of timm's, and stages of a second.
NETWORK = {"architecture": "resnet10t", "options": {"channels": [8, 8, 8, 8]}}
SIZE = {"pixels": 32, "steps": 4, "batch_size": 8, "validations": 1}
PROFILE: dict[str, Any] = {
    "profile": "tiny",
    "purpose": "is a test",
    "phantom_seed": 3,
    "phantom_patients": {"target": 30, "external": 6, "general": 16, "natural_small": 20},
    "networks": {"made": NETWORK, "other": NETWORK},
    "stages": {"all": {"all": SIZE}},
}
#: Task of each role, and the parts of its patients to test and to validate on.
ROLES = {
    "target": ("multiclass", 0.4, 0.2),
    "external": ("multiclass", 1.0, 0.0),
    "general": ("multilabel", 0.0, 0.3),
    "natural_small": ("multiclass", 0.0, 0.3),
}
#: The project that is tested, and the folders of a project.
THIS = Path(__file__).parents[2]
PARTS = ("profiles", "data_manifests", "notebooks", "claims", "results")


def write_profile(folder: Path, **changes: Any) -> Path:
    """Write the fake profile under its name, with other values in some of its fields."""
    profile = PROFILE | changes
    return write_yaml(folder / f"{profile['profile']}.yaml", profile)


def write_cohort(
    folder: Path,
    name: str = "made",
    roles: tuple[str, ...] = tuple(ROLES),
    salt: int = 0,
    validated: Mapping[str, float] | None = None,
) -> Path:
    """Write a cohort of phantoms; another salt puts other patients into each split.

    With so small parts ``validated`` that no scores could show that anything was learnt, later
    stages may start from stages of a few steps.
    """
    texts = {"name": name, "title": "Made", "copies": "rendered for a test"}
    recipes = {role: recipe(role, salt, validated or {}) for role in roles}
    cohort = texts | {"caveat": "They say nothing.", "roles": recipes}
    return write_yaml(folder / "cohorts" / f"{name}.yaml", cohort)


def recipe(role: str, salt: int, validated: Mapping[str, float]) -> dict[str, Any]:
    task, test, validation = ROLES[role]
    split = {"salt": salt, "test": test, "validation": validated.get(role, validation)}
    return {"task": task, "sources": [{"phantom": role, "split": split}]}


def write_yaml(path: Path, content: Mapping[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Through JSON, because YAML writes what stands twice as a reference to the first.
    path.write_text(yaml.safe_dump(json.loads(json.dumps(content)), sort_keys=False))
    return path


def write_notebook(path: Path, cells: Mapping[str, str]) -> None:
    """Write a notebook of code cells, each with one tag."""
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    made = [
        nbformat.v4.new_code_cell(source, metadata={"tags": [tag]}) for tag, source in cells.items()
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)


@contextmanager
def current(folder: Path) -> Iterator[Path]:
    """Make the project in a folder the current one, with a folder for runs in it."""
    import pytest

    with pytest.MonkeyPatch.context() as patch:
        use(patch, folder, *PARTS)
        patch.setenv("CXRSTUDY_RUNS", str(folder / "runs"))
        yield folder


def use(patch: "pytest.MonkeyPatch", folder: Path, *own: str) -> Path:
    """Make a folder the current project: some parts are its own, the others are links to ours."""
    for part in PARTS:
        if part in own:
            assert not (folder / part).is_symlink()  # nothing is written into our own
            (folder / part).mkdir(parents=True, exist_ok=True)
        elif not (folder / part).exists():
            (folder / part).symlink_to(THIS / part)
    (folder / "data_manifests" / "cohorts").mkdir(exist_ok=True)
    patch.setenv("CXRSTUDY_PROJECT", str(folder))
    return folder
