"""``cxrstudy plan``: a tree of stages, and how many runs it takes and how long."""

import json
import subprocess
import sys

from cxrstudy.cli.plan import totals
from cxrstudy.study.forecast import forecast
from tests.support import planned
from tests.support.commands import cxrstudy
from tests.support.planned import TINY, graph_of, record

world, records = planned.world, planned.records


def test_totals_count_stages_runs_and_time(records):
    made = graph_of(seeds=2)
    assert totals(made, forecast(made), 2).splitlines() == [
        "2 experiments: 5 stages, 2 shared by several arms, 2 by several experiments.",
        "10 runs: 0 recorded or not needed, 10 to do.",
        "Estimated: unknown; no similar run is recorded.",
        "`cxrstudy plan --calibrate` measures what is unknown, in some seconds each.",
    ]
    record(records, graph_of("01_one"), seconds=8.0)
    made = graph_of()
    said = totals(made, forecast(made), 2)
    assert "5 runs: 3 recorded or not needed, 2 to do." in said
    assert "Estimated: 8 s of computation, 8 s on 2 processes here; 1 stage of unknown" in said
    assert "Range: 3 s to 20 s of computation." in said
    assert "Estimated" not in totals(graph_of("01_one"), forecast(graph_of("01_one")), 2)


# --- The command --------------------------------------------------------------------------------


def test_plan_prints_tree_and_totals_and_computes_nothing(records):
    said = cxrstudy("plan", *TINY, "--seeds", "2").out
    assert said.startswith("profile tiny, cohort made, 2 seeds\n\nrandom weights, resnet10t")
    assert "general: 32 px, 4 steps · 2 of 2 seeds to do, unknown · shared by 3 arms" in said
    assert "10 runs: 0 recorded or not needed, 10 to do." in said
    assert not records.exists()


def test_plan_as_json_says_the_same(records):
    record(records, graph_of("01_one"), seconds=8.0)
    said = json.loads(cxrstudy("plan", "02", *TINY, "--json").out)
    assert [stage["roles"] for stage in said["stages"]].count(["target"]) == 3
    assert (said["runs"], said["missing"], said["stages_of_unknown_duration"]) == (4, 2, 1)
    (general,) = [stage for stage in said["stages"] if stage["roles"] == ["general"]]
    assert general["missing"] == []
    assert general["arms"] == [{"experiment": "02_two", "arm": a} for a in ("0", "0.4")]
    assert [s["seconds"] for s in said["stages"] if s["changes"].get("mixup")] == [None]


def test_an_unknown_experiment_is_named_with_those_there_are():
    result = cxrstudy("plan", "03", *TINY)
    assert result.status == 1
    said = "'03' fits 0 experiments; give one of 01_one, 02_two, 10_none"
    assert result.err == f"cxrstudy: {said}\n"


def test_a_checked_study_is_planned_without_what_checks_tables(records):
    cxrstudy("plan", *TINY)
    program = (
        "import sys; from cxrstudy.study.graph import make_graph; "
        "from cxrstudy.study.forecast import forecast; "
        "forecast(make_graph([], 'tiny', 'made', 1)); "
        "sys.exit(bool({'torch', 'pandera', 'hypothesis'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
