"""Page stamp: how an executed notebook was made, as a cell at its end and as JSON beside it.

The kernel itself writes its facts into the notebook while it runs: commit, executable, versions,
device. The stamp only reads them, because it may be made later, or on another machine.
"""

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from cxrstudy import __version__
from cxrstudy.base import device, numbers, places
from cxrstudy.base.atomic import write_file
from cxrstudy.base.cores import usable_cores
from cxrstudy.base.coverage import environment
from cxrstudy.base.identity import canonical, file_sha256, fingerprint
from cxrstudy.base.notebooks import read_notebook, tags_of
from cxrstudy.base.power_meter import UNMEASURED
from cxrstudy.base.times import moment
from cxrstudy.base.visible_files import visible_files
from cxrstudy.runs.provenance import carried, checkout, why_no_commit

#: Key in the metadata of a cell's output under which the kernel's facts are stored.
KERNEL = "cxrstudy_kernel"
#: Tag and key of the cell that :func:`stamp` adds.
STAMP = "provenance-stamp"
#: What a stamp says of a kernel that has not written its facts.
UNKNOWN = "unknown"


class StampError(ValueError):
    """A notebook can't be stamped; the message names it and gives the reason."""


def circumstances(used: Mapping[str, Any], given: Sequence[str] = ()) -> dict[str, Any]:
    """Collect the facts of this process: parameters, commit, Python, versions and device.

    Parameters
    ----------
    used
        Parameters of the notebook and their values.
    given
        Names of those that papermill wrote into the notebook.
    """
    commit, uncommitted = checkout(places.root())
    return {
        "parameters": dict(used),
        "given": list(given),
        "commit": commit,
        "uncommitted": uncommitted,
        "why_no_commit": why_no_commit(places.root()),
        "code": package_hash(),
        "executable": sys.executable,
        "versions": {"cxrstudy": __version__} | environment(),
        "device": device.name(device.kind()),
        "cores": usable_cores(),
    }


def package_hash() -> str:
    """SHA-256 of the package's modules, which says whether two pages were made by the same code."""
    modules = [path for path in visible_files(places.PACKAGE) if path.suffix == ".py"]
    own = {path.relative_to(places.PACKAGE).as_posix(): file_sha256(path) for path in modules}
    return fingerprint(canonical(own))


def tell_circumstances(used: Mapping[str, Any] | None = None, given: Sequence[str] = ()) -> None:
    """Write the facts of this kernel into the notebook that it executes; nothing is shown.

    :func:`cxrstudy.study.parameters.check_parameters` calls it. A notebook without parameters calls
    it itself. For the arguments see :func:`circumstances`.

    Examples
    --------
    >>> tell_circumstances()  # doctest: +SKIP
    """
    from IPython.display import display

    facts = circumstances(used or {}, given)
    display({"text/html": ""}, metadata={KERNEL: facts}, raw=True)


def told_by_kernel(notebook: Any) -> dict[str, Any] | None:
    """Facts that the kernel wrote into an executed notebook; None if it wrote none."""
    found = [
        output["metadata"][KERNEL]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if KERNEL in output.get("metadata", {})
    ]
    return dict(found[-1]) if found else None


def stamp(executed: Path, electricity: object = None, failed: bool = False) -> Path:
    """Add a cell with its provenance to an executed notebook, and write it beside it as JSON.

    The cell gives command, commit, whether files differed from the commit, versions, device,
    seconds and electricity. A second call keeps what the first one wrote.

    Parameters
    ----------
    executed
        A notebook that papermill executed.
    electricity
        Joules that each part of the machine used in this time, from
        :class:`cxrstudy.base.power_meter.Meter`.
    failed
        Whether the execution failed; papermill does not note a kernel that died.

    Returns
    -------
    Path of the JSON: ``NAME.provenance.json``.

    Raises
    ------
    StampError
        The notebook was not executed by papermill, or used other parameters than were asked for.
    """
    import nbformat

    notebook = read_notebook(executed)
    told = notebook.metadata.get("papermill")
    if not told:
        raise StampError(f"{executed}: not executed by papermill; give a notebook that was")
    beside = executed.with_suffix(".provenance.json")
    facts = _stamped(notebook, told) if electricity is None else None
    if facts is None:
        facts = _facts(executed, notebook, told) | {
            "failed": failed or bool(told.get("exception")),
            "electricity_joules": UNMEASURED if electricity is None else electricity,
            "runs": [record.id for record in carried(notebook, executed)],
        }
    notebook.cells = [cell for cell in notebook.cells if STAMP not in tags_of(cell)]
    notebook.cells.append(_stamp_cell(facts, beside.name))
    write_file(executed, nbformat.writes(notebook).encode())
    write_file(beside, (json.dumps(facts, indent=1, ensure_ascii=False) + "\n").encode())
    return beside


def command_of(told: Mapping[str, Any]) -> str:
    """The papermill command of an execution, quoted so that it can be pasted into a shell.

    Parameters
    ----------
    told
        papermill's metadata of the executed notebook.

    Examples
    --------
    >>> command_of(
    ...     {"input_path": "a b.ipynb", "output_path": "o.ipynb", "parameters": {"note": "x; y"}}
    ... )
    "papermill 'a b.ipynb' o.ipynb -p note 'x; y'"
    """
    given = told.get("parameters", {}).items()
    words = [word for name, value in given for word in _option(name, value)]
    return shlex.join(["papermill", told["input_path"], told["output_path"], *words])


def _option(name: str, value: Any) -> list[str]:
    """Option of papermill that gives a parameter exactly this value."""
    if isinstance(value, bool | int | float | None):
        return ["-p", name, str(value)]
    if isinstance(value, str) and value.isprintable():
        # papermill reads -p 007 as a number; -r gives a text as it stands.
        return ["-r" if _is_read_as_other(value) else "-p", name, value]
    flow = _as_yaml({name: value}, allow_unicode=True)
    if isinstance(value, str) or not flow.isprintable():  # line breaks, which a line can't hold
        flow = _as_yaml({name: value}, default_style='"')
    return ["-y", flow]


def _as_yaml(given: Mapping[str, Any], **style: Any) -> str:
    text: str = yaml.safe_dump(
        given, default_flow_style=True, sort_keys=False, width=float("inf"), **style
    )
    return text.strip()


def _is_read_as_other(value: str) -> bool:
    if value in ("True", "False", "None"):
        return True
    try:
        float(value)
    except ValueError:
        return False
    return True


def _stamped(notebook: Any, told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Facts of the stamp that this execution already has; None without one.

    A notebook that was executed again carries the stamp of its first execution.
    """
    found = [cell.metadata.get(STAMP) for cell in notebook.cells if STAMP in tags_of(cell)]
    same = [facts for facts in found if facts and facts["started"] == told["start_time"]]
    return dict(same[-1]) if same else None


def _facts(executed: Path, notebook: Any, told: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of an execution, from the kernel's own words and from papermill's metadata."""
    kernel = told_by_kernel(notebook)
    here = kernel or {
        "commit": UNKNOWN,
        "uncommitted": True,
        "why_no_commit": "the kernel wrote no facts",
        "executable": UNKNOWN,
        "versions": {},
        "device": UNKNOWN,
        "cores": UNKNOWN,
    }
    asked = dict(told.get("parameters", {}))
    if kernel is not None:
        _refuse_others(executed, asked, kernel)
    return {
        "command": command_of(told),
        "commit": here["commit"],
        "uncommitted": here["uncommitted"],
        "why_no_commit": here["why_no_commit"],
        "executable": here["executable"],
        "versions": {"papermill": told["version"]} | here["versions"],
        "device": here["device"],
        "cores": here["cores"],
        "started": told["start_time"],
        "seconds": round(told["duration"], 1) if told.get("duration") else None,
    }


def _refuse_others(executed: Path, asked: Mapping[str, Any], kernel: Mapping[str, Any]) -> None:
    """Refuse a notebook that used other values than papermill was asked for."""
    left = [name for name in kernel["given"] if name not in asked]
    if left:
        raise StampError(
            f"{executed}: {left[0]} comes from a cell that papermill left of another execution; "
            "delete that cell in the notebook, and execute it again"
        )
    for name, value in asked.items():
        used = kernel["parameters"].get(name, value)
        if used != value:
            raise StampError(
                f"{executed}: {name} = {value!r} was asked for, but the notebook used {used!r}; "
                "execute it again"
            )


def _stamp_cell(facts: Mapping[str, Any], beside: str) -> Any:
    import nbformat

    why = facts["why_no_commit"]
    changed = f" ({why})" if why else ", with changes that are not in it" * facts["uncommitted"]
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    lines = [
        "## How this page was made",
        f"```console\n$ {facts['command']}\n```",
        f"- Commit: {facts['commit'][:12]}{changed}",
        f"- Versions: {versions}",
        f"- On: {facts['device']}, {facts['cores']} cores",
        f"- Took: {facts['seconds']} s, started {moment(facts['started'])}",
        f"- Electricity: {_joules(facts['electricity_joules'])}",
        f"- The same for programs: `{beside}`",
    ]
    text = "\n\n".join(lines[:2]) + "\n\n" + "\n".join(lines[2:])
    return nbformat.v4.new_markdown_cell(text, metadata={"tags": [STAMP], STAMP: dict(facts)})


def _joules(electricity: object) -> str:
    if not isinstance(electricity, Mapping):
        return str(electricity)
    return ", ".join(f"{numbers.count(used)} J by the {part}" for part, used in electricity.items())
