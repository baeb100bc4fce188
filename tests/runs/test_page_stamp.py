"""Page stamp: facts that the kernel wrote when it ran, and a command that can be pasted."""

import json
import shlex

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermill.cli import papermill

from cxrstudy.runs import page_stamp
from cxrstudy.runs.page_stamp import (
    KERNEL,
    STAMP,
    StampError,
    circumstances,
    command_of,
    stamp,
    told_by_kernel,
)
from cxrstudy.runs.provenance import RUNS, output_of, read_executed
from tests.support.recorded_pages import record

GIVEN = {"profile": "quick", "seeds": 2}


def leave(folder, facts=None, **told):
    """Write a notebook as papermill leaves it, with what kernel and papermill say of it."""
    outputs = [
        nbformat.v4.new_output("display_data", {"text/html": ""}, metadata=metadata)
        for metadata in ({RUNS: output_of([record()])}, {KERNEL: facts})
        if KERNEL not in metadata or facts
    ]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=outputs)])
    made.metadata["papermill"] = {
        "input_path": "notebooks/01_one.ipynb",
        "output_path": "out.ipynb",
        "parameters": GIVEN,
        "start_time": "2026-11-22T00:00:00+00:00",
        "duration": 12.34,
        "exception": None,
        "version": "2.6.0",
    } | told
    nbformat.write(made, folder / "01_one.ipynb")
    return folder / "01_one.ipynb"


def of_kernel(**changed):
    return circumstances(GIVEN, list(GIVEN)) | {"commit": "c" * 40} | changed


def stamped(path, *arguments, **options):
    return json.loads(stamp(path, *arguments, **options).read_text())


def test_a_stamped_notebook_says_how_it_was_made_and_so_does_a_file_beside_it(tmp_path):
    path = leave(tmp_path, of_kernel())
    facts = stamped(path)
    command = "papermill notebooks/01_one.ipynb out.ipynb -p profile quick -p seeds 2"
    assert facts["command"] == command
    assert (facts["seconds"], facts["failed"]) == (12.3, False)
    assert facts["electricity_joules"] == "not measured"
    assert facts["runs"] == [record().id]
    assert set(facts["versions"]) >= {"cxrstudy", "papermill", "torch", "python"}
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    last = notebook.cells[-1]
    assert last.metadata[STAMP] == facts
    for said in (command, facts["commit"][:12], "Took: 12.3 s", "Electricity: not measured"):
        assert said in last.source
    assert read_executed(tmp_path) == {"01_one": [record()]}


def test_stamping_again_replaces_the_stamp(tmp_path):
    path = leave(tmp_path)
    stamp(path)
    before = path.read_text().count(STAMP)
    stamp(path)
    assert path.read_text().count(STAMP) == before
    assert len(nbformat.read(path, as_version=4).cells) == 2


def test_a_stamp_says_the_electricity_that_was_measured(tmp_path):
    path = leave(tmp_path)
    facts = stamped(path, {"processor": 1234.0})
    assert facts["electricity_joules"] == {"processor": 1234.0}
    assert "1,234 J by the processor" in nbformat.read(path, as_version=4).cells[-1].source


def test_a_failed_execution_is_stamped_as_one(tmp_path):
    assert stamped(leave(tmp_path, exception=True))["failed"]
    assert stamped(leave(tmp_path), {}, failed=True)["failed"]  # a kernel that died


def test_what_papermill_did_not_leave_is_not_stamped(tmp_path):
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "01_one.ipynb")
    with pytest.raises(StampError, match=r"01_one.ipynb: not executed by papermill"):
        stamp(tmp_path / "01_one.ipynb")


def test_facts_are_those_of_the_kernel_and_not_of_the_moment_of_stamping(tmp_path, monkeypatch):
    told = of_kernel(device="another processor", cores=64, executable="/elsewhere/python")
    path = leave(tmp_path, told)
    first = stamped(path, {"processor": 5.0})
    for name in ("commit", "device", "cores", "executable", "uncommitted"):
        assert first[name] == told[name]
    moved = path.rename(tmp_path / "later.ipynb")
    assert stamped(moved) == first  # also the electricity, which only the first one knew
    again = nbformat.read(moved, as_version=4)
    again.metadata["papermill"]["start_time"] = "2027"  # executed again, with the old stamp in it
    nbformat.write(again, moved)
    assert stamped(moved)["electricity_joules"] == "not measured"


def test_without_facts_of_the_kernel_nothing_is_invented(tmp_path):
    facts = stamped(leave(tmp_path))
    assert (facts["commit"], facts["device"], facts["executable"]) == ("unknown",) * 3
    assert facts["versions"] == {"papermill": "2.6.0"}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (of_kernel(parameters=GIVEN | {"seeds": 1}), "seeds = 2 was asked for, .* used 1"),
        (of_kernel(given=[*GIVEN, "pixels"]), "pixels comes from a cell .* of another execution"),
    ],
)
def test_other_parameters_than_asked_for_are_not_stamped(tmp_path, facts, said):
    with pytest.raises(StampError, match=rf"01_one.ipynb: {said}"):
        stamp(leave(tmp_path, facts))


def test_what_a_kernel_writes_is_found_again(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **more: shown.append((data, more)))
    page_stamp.tell_circumstances(GIVEN, ["seeds"])
    ((data, more),) = shown
    output = nbformat.v4.new_output("display_data", data, metadata=more["metadata"])
    cell = nbformat.v4.new_code_cell("x", outputs=[output])
    assert told_by_kernel(nbformat.v4.new_notebook(cells=[cell])) == circumstances(GIVEN, ["seeds"])


names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
values = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12),
    st.sampled_from(["007", "1e5", "True", "None", "nan", "-x", "a 'b' \"c\"; rm -rf ~", "$HOME"]),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    st.dictionaries(names, st.lists(st.integers(0, 9), max_size=3), max_size=3),
)


@given(st.dictionaries(names, values, max_size=4))
def test_a_pasted_command_gives_papermill_the_same_values(parameters):
    told = {"input_path": "my notes.ipynb", "output_path": "out.ipynb", "parameters": parameters}
    words = shlex.split(command_of(told))
    assert words[:3] == ["papermill", "my notes.ipynb", "out.ipynb"]
    read = {}

    def called(**options):
        read.update(options["parameters"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("papermill.cli.execute_notebook", lambda **options: called(**options))
        papermill.main(words[1:], standalone_mode=False)
    assert read == parameters
    assert [*map(type, read.values())] == [type(parameters[name]) for name in read]


def test_a_command_of_the_manual():
    told = {
        "input_path": "my notes.ipynb",
        "output_path": "out of it.ipynb",
        "parameters": {"note": "two words; ls", "levels": {"alphas": [0, 0.1]}},
    }
    assert command_of(told) == (
        "papermill 'my notes.ipynb' 'out of it.ipynb' -p note 'two words; ls' "
        "-y '{levels: {alphas: [0, 0.1]}}'"
    )
