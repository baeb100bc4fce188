"""Crate: what a release holds and how its pages were made, as a Workflow Run RO-Crate (1.1).

See https://www.researchobject.org/workflow-run-crate. Every executed notebook is the result of an
action: who ran it, with which notebook and software, on which inputs, from when to when. All of
this is read from the stamps that the executions left. What joins the actions to the run of one
workflow is in :mod:`cxrstudy.pages.crate_workflow`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.pages.crate_workflow import PROFILES, RUN, Step, profiles, run_of, workflow_of

#: Name of the metadata in a crate.
METADATA = "ro-crate-metadata.json"
PUBLISHER = "The cxrstudy authors"
#: What a reader of metadata has to know: the crate's format, and that it has a main workflow.
FORMATS = ("https://w3id.org/ro/crate/1.1", "https://w3id.org/workflowhub/workflow-ro-crate/1.0")
CONTEXT = [
    "https://w3id.org/ro/crate/1.1/context",
    "https://w3id.org/ro/terms/workflow-run/context",
]
KINDS = {
    ".ipynb": "application/x-ipynb+json", ".csv": "text/csv", ".yaml": "application/yaml",
    ".json": "application/json", ".html": "text/html", ".md": "text/markdown",
    ".py": "text/x-python", ".gz": "application/gzip", ".png": "image/png",
    ".svg": "image/svg+xml", ".css": "text/css", ".js": "text/javascript",
}  # fmt: skip


@dataclass(frozen=True)
class Executed:
    """A page: paths in the archive of the notebook and of what came out, and the page's stamp."""

    notebook: str
    result: str
    inputs: Sequence[str]
    stamp: Mapping[str, Any]


@dataclass(frozen=True)
class Description:
    """What is said of a release as a whole."""

    title: str
    about: str
    by: str
    published: str
    licence: str


def crate(
    files: Mapping[str, Mapping[str, Any]],
    pages: Sequence[Executed],
    said: Description,
    workflow: str,
) -> dict[str, Any]:
    """Describe the files of an archive and the executions of its pages.

    Parameters
    ----------
    files
        Path in the archive to ``sha256`` and ``contentSize`` of the file.
    pages
        The executed pages.
    said
        What is said of the whole.
    workflow
        Path in the archive of the file that executes all pages.
    """
    actions = [_created(page) for page in pages]
    steps = [Step(page.notebook, action) for page, action in zip(pages, actions, strict=True)]
    commits = {page.notebook: page.stamp["commit"] for page in pages}
    newest = max(pages, key=lambda page: str(page.stamp["started"])).stamp["commit"]
    software = {tuple(sorted(page.stamp["versions"].items())) for page in pages}
    agent = {"@id": "#agent", "@type": "Person", "name": said.by}
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": said.title,
        "description": said.about,
        "datePublished": said.published,
        "license": {"@id": said.licence},
        "author": {"@id": "#agent"},
        "publisher": {"@id": "#publisher"},
        "conformsTo": [{"@id": address} for address in PROFILES],
        "mainEntity": {"@id": workflow},
        "hasPart": [{"@id": path} for path in files],
        "mentions": [{"@id": RUN}, *({"@id": action["@id"]} for action in actions)],
    }
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@id": METADATA,
                "@type": "CreativeWork",
                "conformsTo": [{"@id": address} for address in FORMATS],
                "about": {"@id": "./"},
            },
            root,
            *profiles(),
            _licence(said.licence),
            agent,
            {"@id": "#publisher", "@type": "Organization", "name": PUBLISHER},
            *[
                _file(path, facts, commits.get(path))
                | (workflow_of(steps, newest) if path == workflow else {})
                | ({"about": {"@id": "./"}} if path == "README.md" else {})
                for path, facts in files.items()
            ],
            *[_software(dict(versions)) for versions in sorted(software)],
            *actions,
            *run_of(workflow, steps, _software_id(dict(min(software)))),
        ],
    }


def _licence(address: str) -> dict[str, Any]:
    return {
        "@id": address,
        "@type": "CreativeWork",
        "name": address.rstrip("/").rsplit("/", 1)[-1],
        "description": f"The licence at {address}",
    }


def _file(path: str, facts: Mapping[str, Any], commit: str | None) -> dict[str, Any]:
    ending = f".{path.rsplit('.', 1)[-1]}"
    kind = {"encodingFormat": KINDS.get(ending, "text/plain")}
    kinds = "File" if commit is None else ["File", "SoftwareSourceCode"]
    version = {"version": commit} if commit else {}
    return {
        "@id": path,
        "@type": kinds,
        "name": path.rsplit("/", 1)[-1],
        **kind,
        **version,
        "contentSize": str(facts["contentSize"]),
        "sha256": facts["sha256"],
    }


def _software(versions: Mapping[str, str]) -> dict[str, Any]:
    return {
        "@id": _software_id(versions),
        "@type": "SoftwareApplication",
        "name": "papermill with the libraries of the study",
        "url": "https://papermill.readthedocs.io",
        "softwareVersion": versions.get("papermill", "unknown"),
        "softwareRequirements": ", ".join(f"{name} {each}" for name, each in versions.items()),
    }


def _software_id(versions: Mapping[str, str]) -> str:
    """An id for each set of versions: pages may have been executed with different ones."""
    exact = fingerprint(canonical(dict(versions)))[:12]
    return f"#papermill-{versions.get('papermill', 'unknown')}-{exact}"


def _action(page: Executed) -> str:
    return f"#execution-of-{page.notebook.rsplit('/', 1)[-1].removesuffix('.ipynb')}"


def _created(page: Executed) -> dict[str, Any]:
    stamp = page.stamp
    failed = {"error": "the execution failed"} if stamp.get("failed") else {}
    state = "FailedActionStatus" if failed else "CompletedActionStatus"
    seconds = stamp["seconds"]
    ended = {"endTime": _later(stamp["started"], seconds)} if seconds is not None else {}
    changed = ", with changes that no commit holds" if stamp["uncommitted"] else ""
    return {
        "@id": _action(page),
        "@type": "CreateAction",
        "name": f"Execution of {page.notebook}",
        "description": f"{stamp['command']}; commit {stamp['commit']}{changed}; "
        f"{stamp['device']}, {stamp['cores']} cores",
        "agent": {"@id": "#agent"},
        "instrument": {"@id": page.notebook},
        "softwareRequirements": {"@id": _software_id(stamp["versions"])},
        "object": [{"@id": path} for path in page.inputs],
        "result": {"@id": page.result},
        "startTime": _later(stamp["started"], 0),
        **ended,
        "actionStatus": f"http://schema.org/{state}",
        **failed,
    }


def _later(started: str, seconds: float) -> str:
    # To milliseconds, as the profile's validator asks.
    end = datetime.fromisoformat(started) + timedelta(seconds=seconds)
    return end.isoformat(timespec="milliseconds")
