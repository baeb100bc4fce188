"""Check an unpacked release with the tools of its standards, which are not ours.

    python .ci/validate.py FOLDER

Croissant: every described manifest is valid, and its first row is read as the file has it.
RO-Crate: every executed notebook is the result of one action. Workflow Run Crate: the required
checks of its validator, which fetches the standards' contexts; where it can't, this is said.
"""

import csv
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import mlcroissant
from rocrate.rocrate import ROCrate

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "provenance-run-crate-0.5"


def croissant(folder: Path) -> int:
    """Read every described manifest with the standard's own library."""
    described = sorted(folder.glob("*.croissant.json"))
    for path in described:
        found = mlcroissant.Dataset(jsonld=path)
        problems = found.metadata.ctx.issues
        assert not problems.errors, f"{path}: {problems.errors}"
        manifest = path.with_name(path.name.replace(".croissant.json", ".csv"))
        with manifest.open(encoding="utf-8", newline="") as file:
            first = next(csv.DictReader(file))
        row = next(iter(found.records("images")))
        assert row["images/id"].decode() == first["id"], f"{path}: another first row"
    assert described, f"{folder}: no manifest is described"
    return len(described)


def actions(folder: Path) -> int:
    """Find an action for every executed notebook, and one for all of them."""
    found = [each for each in ROCrate(folder).get_entities() if each.type == "CreateAction"]
    results = [each["result"] if isinstance(each["result"], list) else [each["result"]]
               for each in found]  # fmt: skip
    made = [sorted(Path(file.id).name for file in files) for files in results]
    executed = sorted(path.name for path in (folder / "executed").glob("*.ipynb"))
    assert executed, f"{folder}: no executed notebook"
    expected = sorted([executed, *([name] for name in executed)])
    assert sorted(made) == expected, f"actions of {sorted(made)}, executed are {executed}"
    return len(executed)


def run_crate(folder: Path) -> str:
    """Make the required checks of the Workflow Run Crate's validator."""
    try:
        urlopen(CONTEXT, timeout=20).close()
    except (URLError, OSError) as error:
        return f"Workflow Run Crate: not validated here, because {CONTEXT} can't be read ({error})."
    validator = Path(sys.executable).with_name("rocrate-validator")
    asked = [validator, "validate", "--no-paging", "-p", PROFILE, "-l", "required", folder]
    subprocess.run(asked, check=True)
    return "Workflow Run Crate: the required checks pass."


if __name__ == "__main__":
    unpacked = Path(sys.argv[1])
    print(f"Croissant: {croissant(unpacked / 'data_manifests')} manifests are valid.")
    print(f"RO-Crate: {actions(unpacked)} executed notebooks, each with its action.")
    print(run_crate(unpacked))
