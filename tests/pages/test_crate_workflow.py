"""Crate workflow: what the profile Provenance Run Crate and those below it require.

These are the items that the profiles' own validator requires, on a graph as it is written.
"""

import pytest

from cxrstudy.pages.crate import Description, Executed, crate
from cxrstudy.pages.crate_workflow import PROFILES
from tests.support.some import some

NAMES = ("01_a", "02_b", "03_c")
ACTIONS = {"CreateAction"}
TOOLS = {"SoftwareApplication", "SoftwareSourceCode", "ComputationalWorkflow"}


def stamp(number, **changes):
    return {
        "command": "papermill a b", "commit": f"{number}" * 40, "uncommitted": False,
        "versions": {"papermill": "2.7.0", "numpy": f"2.{number}"}, "device": "a CPU", "cores": 2,
        "started": f"2026-11-2{number}T11:44:53+00:00", "seconds": 60.0 * number, "failed": False,
    } | changes  # fmt: skip


def made(*stamps):
    pages = [
        Executed(f"notebooks/{name}.ipynb", f"executed/{name}.ipynb", ["results/a.csv"], each)
        for name, each in zip(NAMES, stamps, strict=False)
    ]
    paths = ["Makefile", "README.md", "results/a.csv"]
    paths += [path for page in pages for path in (page.notebook, page.result)]
    files = {path: {"sha256": "0" * 64, "contentSize": 1} for path in paths}
    said = Description("title", "about", "A Reader", "2026-11-29", "https://spdx.org/licenses/MIT")
    graph = crate(files, pages, said, "Makefile")["@graph"]
    by_id = {each["@id"]: each for each in graph}
    assert len(by_id) == len(graph)
    return by_id


@pytest.fixture
def graph():
    return made(*[stamp(number) for number in (1, 2, 3)])


def kinds(entity):
    found = entity["@type"]
    return set(found) if isinstance(found, list) else {found}


def of_kind(graph, kind):
    return some(each for each in graph.values() if kind in kinds(each))


def named(graph, value):
    """Entities that a property names."""
    return some(graph[each["@id"]] for each in (value if isinstance(value, list) else [value]))


def references(entity):
    for name, value in entity.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and name != "conformsTo":
                yield each["@id"]


def test_whatever_is_named_is_described(graph):
    outside = {"http", "https"}
    for entity in some(graph.values()):
        assert entity["@type"]
        inside = [name for name in references(entity) if name.split(":")[0] not in outside]
        assert [name for name in inside if name not in graph] == [], entity["@id"]


def test_the_crate_follows_four_profiles_that_it_describes(graph):
    followed = named(graph, graph["./"]["conformsTo"])
    assert {each["@id"] for each in followed} == set(PROFILES)
    assert {"process", "workflow", "provenance"} < {each["@id"].split("/")[-2] for each in followed}
    for each in some(followed):
        assert kinds(each) == {"CreativeWork"}
        assert each["@id"].endswith(f"/{each['version']}")


def test_the_main_entity_is_a_workflow_in_a_language_with_tools_and_steps(graph):
    (workflow,) = named(graph, graph["./"]["mainEntity"])
    assert {"File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"} <= kinds(workflow)
    assert workflow["name"] == "Makefile"
    assert workflow["version"] == "3" * 40  # of the latest execution
    (language,) = named(graph, workflow["programmingLanguage"])
    assert kinds(language) == {"ComputerLanguage"}
    tools = named(graph, workflow["hasPart"])
    assert [each["@id"] for each in tools] == [f"notebooks/{name}.ipynb" for name in NAMES]
    for tool in some(tools):
        assert kinds(tool) & TOOLS
        assert [a for a in of_kind(graph, "CreateAction") if a["instrument"]["@id"] == tool["@id"]]


def test_every_step_has_a_tool_a_place_and_a_workflow(graph):
    (workflow,) = named(graph, graph["./"]["mainEntity"])
    steps = of_kind(graph, "HowToStep")
    assert named(graph, workflow["step"]) == steps
    assert [step["position"] for step in steps] == ["1", "2", "3"]
    for step in some(steps):
        (tool,) = named(graph, step["workExample"])
        assert kinds(tool) & TOOLS


def test_every_control_is_of_a_step_and_of_the_action_that_ran_its_tool(graph):
    controls = of_kind(graph, "ControlAction")
    assert len(controls) == len(NAMES)
    for control in some(controls):
        (step,) = named(graph, control["instrument"])
        (action,) = named(graph, control["object"])
        assert kinds(step) == {"HowToStep"}
        assert kinds(action) <= ACTIONS
        assert action["instrument"] == step["workExample"]


def test_the_engine_organised_all_controls_and_the_run_of_the_workflow(graph):
    (organised,) = of_kind(graph, "OrganizeAction")
    (engine,) = named(graph, organised["instrument"])
    assert kinds(engine) == {"SoftwareApplication"}
    assert named(graph, organised["object"]) == of_kind(graph, "ControlAction")
    (run,) = named(graph, organised["result"])
    assert kinds(run) <= ACTIONS
    assert run["instrument"] == graph["./"]["mainEntity"]


def test_the_run_is_from_the_first_start_to_the_last_end_and_gives_all_pages(graph):
    run = graph["#run"]
    assert run["startTime"] == "2026-11-21T11:44:53.000+00:00"
    assert run["endTime"] == "2026-11-23T11:47:53.000+00:00"
    assert [each["@id"] for each in run["result"]] == [f"executed/{name}.ipynb" for name in NAMES]
    assert run["object"] == [{"@id": "results/a.csv"}]
    assert run["actionStatus"] == "http://schema.org/CompletedActionStatus"
    assert "error" not in run


def test_a_run_with_a_failed_page_has_failed():
    graph = made(stamp(1), stamp(2, failed=True, seconds=None))
    run = graph["#run"]
    assert run["actionStatus"] == "http://schema.org/FailedActionStatus"
    assert run["error"]
    assert run["endTime"] == "2026-11-21T11:45:53.000+00:00"  # the other's end is not known
    assert "endTime" not in made(stamp(1, seconds=None))["#run"]
