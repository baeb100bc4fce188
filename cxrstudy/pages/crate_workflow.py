"""Crate workflow: the notebooks as steps of one workflow, and its run, for a Provenance Run Crate.

See https://www.researchobject.org/workflow-run-crate/profiles/provenance_run_crate. The workflow is
the Makefile, whose target ``book`` executes every notebook; a notebook is a tool, and papermill is
the engine. Every execution is an action of its own (:mod:`cxrstudy.pages.crate`); here are the
steps, what controlled them, and the run as a whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Kinds of the file that is the workflow, beside ``File``.
KINDS = ("SoftwareSourceCode", "ComputationalWorkflow", "HowTo")
LANGUAGE, RUN, ORGANISED = "#make", "#run", "#organisation"
#: Profiles that a crate follows, by their address: name and version.
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/provenance/0.5": ("Provenance Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
#: What the workflow's own description follows.
BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"


@dataclass(frozen=True)
class Step:
    """A step of the workflow: its notebook, and the action that executed it."""

    notebook: str
    action: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Id of the step."""
        return f"#step-{self._name}"

    @property
    def control(self) -> str:
        """Id of the action that controlled the step."""
        return f"#control-of-{self._name}"

    @property
    def _name(self) -> str:
        return self.notebook.rsplit("/", 1)[-1].removesuffix(".ipynb")


def profiles() -> list[dict[str, Any]]:
    """The profiles as entities."""
    return [
        {"@id": address, "@type": "CreativeWork", "name": name, "version": version}
        for address, (name, version) in PROFILES.items()
    ]


def workflow_of(steps: Sequence[Step], commit: str) -> dict[str, Any]:
    """What is said of the workflow's file, beside what is said of every file."""
    return {
        "@type": ["File", *KINDS],
        "description": "Executes every notebook of the book; make book starts it.",
        "conformsTo": {"@id": BIOSCHEMAS},
        "version": commit,
        "programmingLanguage": {"@id": LANGUAGE},
        "hasPart": [{"@id": step.notebook} for step in steps],
        "step": [{"@id": step.id} for step in steps],
    }


def run_of(workflow: str, steps: Sequence[Step], engine: str) -> list[dict[str, Any]]:
    """Everything that describes the workflow's steps and its run.

    Parameters
    ----------
    workflow
        Path of the workflow's file.
    steps
        Its steps, in the order of the book.
    engine
        Id of the software that executed them.
    """
    language = {
        "@id": LANGUAGE,
        "@type": "ComputerLanguage",
        "name": "GNU Make",
        "url": "https://www.gnu.org/software/make/",
    }
    return [
        language,
        *[_step(step, place) for place, step in enumerate(steps, 1)],
        *[_control(step) for step in steps],
        _run(workflow, steps),
        {
            "@id": ORGANISED,
            "@type": "OrganizeAction",
            "name": "Execution of the notebooks by papermill",
            "instrument": {"@id": engine},
            "agent": {"@id": "#agent"},
            "object": [{"@id": step.control} for step in steps],
            "result": {"@id": RUN},
        },
    ]


def _step(step: Step, place: int) -> dict[str, Any]:
    return {
        "@id": step.id,
        "@type": "HowToStep",
        "name": f"Execute {step.notebook}",
        "position": str(place),
        "workExample": {"@id": step.notebook},
    }


def _control(step: Step) -> dict[str, Any]:
    return {
        "@id": step.control,
        "@type": "ControlAction",
        "name": f"Control of the execution of {step.notebook}",
        "instrument": {"@id": step.id},
        "object": {"@id": step.action["@id"]},
    }


def _run(workflow: str, steps: Sequence[Step]) -> dict[str, Any]:
    """The run as a whole, from the first start to the last end."""
    actions = [step.action for step in steps]
    inputs = {each["@id"]: each for action in actions for each in action["object"]}
    failed = [action for action in actions if "error" in action]
    ends = [action["endTime"] for action in actions if "endTime" in action]
    return {
        "@id": RUN,
        "@type": "CreateAction",
        "name": "Execution of the book's notebooks",
        "description": "A notebook is executed anew when anything that it depends on has changed; "
        "every one has an action of its own.",
        "agent": {"@id": "#agent"},
        "instrument": {"@id": workflow},
        "object": list(inputs.values()),
        "result": [action["result"] for action in actions],
        "startTime": min(action["startTime"] for action in actions),
        **({"endTime": max(ends)} if ends else {}),
        "actionStatus": failed[0]["actionStatus"] if failed else actions[0]["actionStatus"],
        **({"error": failed[0]["error"]} if failed else {}),
    }
