"""Release: one archive that is opened, checked and described; what is altered in it is named."""

import json
import zipfile
from datetime import datetime

import pytest

from cxrstudy.base import places
from cxrstudy.pages.crate import METADATA
from cxrstudy.pages.croissant import croissant
from cxrstudy.pages.release import ReleaseError, opened, release
from cxrstudy.verdicts import review
from tests.support.commands import cxrstudy
from tests.support.manifests import card_of, image_table
from tests.support.project import write_yaml
from tests.support.recorded import project
from tests.support.some import some

STAMP = {
    "command": "papermill notebooks/01_sequences.ipynb out.ipynb -p seeds 2", "commit": "d" * 40,
    "uncommitted": False, "versions": {"papermill": "2.7.0", "numpy": "2.4.6"}, "device": "a CPU",
    "cores": 2, "started": "2026-11-28T11:44:53+00:00", "seconds": 79.5, "failed": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project with one executed notebook and a built book."""
    with project(tmp_path_factory.mktemp("project") / "here") as folder:
        (folder / "Makefile").write_text("book:\n\tcxrstudy book\n")
        (folder / "results" / "leaks.csv").write_text("version,share\n5,0.25\n")
        for name in (".hidden.csv", "__pycache__/hidden.py"):
            path = folder / "results" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("no part of a release")
        executed, book = folder / "runs" / "executed", folder / "html"
        executed.mkdir(parents=True)
        book.mkdir()
        (executed / "01_sequences.ipynb").write_bytes(
            (folder / "notebooks" / "01_sequences.ipynb").read_bytes()
        )
        (executed / "01_sequences.provenance.json").write_text(json.dumps(STAMP))
        (book / "index.html").write_text("<p>the book</p>")
        few = folder / "data_manifests" / "few.csv"
        image_table({}).to_csv(few, index=False)
        write_yaml(few.with_suffix(".yaml"), card_of("few", []))
        yield folder


@pytest.fixture
def archive(made, tmp_path):
    release(tmp_path / "r.zip", made / "runs" / "executed", made / "html", "A Reader")
    return tmp_path / "r.zip"


def rewritten(archive, name, content):
    """The same archive with another content of one file; None leaves it out."""
    other = archive.with_name("other.zip")
    with zipfile.ZipFile(archive) as before, zipfile.ZipFile(other, "w") as after:
        for each in before.namelist():
            if each != name:
                after.writestr(each, before.read(each))
        if content is not None:
            after.writestr(name, content)
    return other


def test_it_holds_what_was_found_and_how_and_equal_contents_give_equal_bytes(archive, made):
    names = zipfile.ZipFile(archive).namelist()
    for name in (
        "results/leaks.csv", "claims/paper.yaml", "profiles/tiny.yaml",
        "executed/01_sequences.ipynb",
        "data_manifests/cohorts/made.yaml", "notebooks/01_sequences.ipynb", "book/index.html",
        "executed/01_sequences.provenance.json", METADATA,
    ):  # fmt: skip
        assert name in names
    assert not any("hidden" in name for name in names)
    again = archive.with_name("again.zip")
    assert release(again, made / "runs" / "executed", made / "html", "A Reader") == len(names)
    assert again.read_bytes() == archive.read_bytes()


def test_a_manifest_is_described_as_of_the_day_on_which_the_pages_were_executed(archive, made):
    text = zipfile.ZipFile(archive).read("data_manifests/few.croissant.json")
    assert json.loads(text) == croissant(made / "data_manifests" / "few.csv", "2026-11-28")


def test_the_crate_is_written_as_text_of_one_entry_a_line(archive):
    text = zipfile.ZipFile(archive).read(METADATA).decode()
    assert text.splitlines()[1].startswith(' "@context"')
    assert text.endswith("\n}\n")


def test_the_crate_says_who_executed_what_from_when_to_when(archive):
    graph = json.loads(zipfile.ZipFile(archive).read(METADATA))["@graph"]
    by_id = {each["@id"]: each for each in graph}
    assert len(by_id) == len(graph)
    run, action = [by_id[each["@id"]] for each in by_id["./"]["mentions"]]
    assert run["instrument"] == by_id["./"]["mainEntity"] == {"@id": "Makefile"}
    assert by_id[action["agent"]["@id"]]["name"] == "A Reader"
    assert action["instrument"] == {"@id": "notebooks/01_sequences.ipynb"}
    assert action["result"] == {"@id": "executed/01_sequences.ipynb"}
    times = [datetime.fromisoformat(action[name]) for name in ("startTime", "endTime")]
    assert (times[1] - times[0]).total_seconds() == STAMP["seconds"]
    named = [*action["object"], action["result"], action["instrument"]]
    assert all(each["@id"] in by_id for each in some(named))
    # All that a page depends on; Croissant is made of the manifests afterwards.
    read = {each["@id"] for each in action["object"]}
    assert {"results/leaks.csv", "claims/paper.yaml", "profiles/tiny.yaml"} <= read
    assert "data_manifests/cohorts/made.yaml" in read
    assert not any(name.startswith(("book/", "executed/", "notebooks/")) for name in read)
    assert not any("croissant" in name for name in read)
    assert "SoftwareSourceCode" in by_id["notebooks/01_sequences.ipynb"]["@type"]


def test_it_is_opened_as_a_project_and_reviewed(archive):
    before = places.root()
    with opened(archive) as problems:
        assert problems == []
        assert places.root() != before
        assert [each.problems for each in review.review()] == [(), ()]
    assert places.root() == before
    shown = cxrstudy("review", archive)
    assert shown.status == 0
    assert shown.out.splitlines()[0] == f"{archive}: equal: every file by its SHA-256"
    assert "registrations can't be checked here" in shown.out.splitlines()[-1]


def test_an_altered_a_missing_and_an_added_file_are_named(archive):
    for name, content, said in (
        ("results/leaks.csv", "version,share\n5,0.75\n", "differs from the SHA-256"),
        ("results/leaks.csv", None, "missing"),
        ("results/more.csv", "a\n", "not listed in"),
    ):
        shown = cxrstudy("review", rewritten(archive, name, content))
        assert shown.status == 1
        assert f"  {name}: {said}" in shown.out


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "a\\..\\evil.txt"])
def test_nothing_is_written_outside_of_the_folder(archive, name):
    with pytest.raises(ReleaseError, match="outside"), opened(rewritten(archive, name, "x")):
        pass


def test_a_folder_and_a_file_that_is_not_there_are_told_what_to_name(tmp_path):
    with pytest.raises(ReleaseError, match="a folder; name an archive"), opened(tmp_path):
        pass
    with (
        pytest.raises(ReleaseError, match=r"gone\.zip: no such file"),
        opened(tmp_path / "gone.zip"),
    ):
        pass


def test_a_notebook_without_a_stamp_is_named(tmp_path, made):
    (tmp_path / "02_more.ipynb").write_text("{}")
    with pytest.raises(ReleaseError, match=r"02_more\.ipynb: has no stamp; execute it again"):
        release(tmp_path / "r.zip", tmp_path, made / "html", "A Reader")


def test_what_is_no_release_is_refused(tmp_path, made):
    (tmp_path / "text.zip").write_text("no archive")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("a.txt", "a")
    for name in ("text.zip", "other.zip", "none.zip"):
        with pytest.raises(ReleaseError, match=name), opened(tmp_path / name):
            pass
    with pytest.raises(ReleaseError, match="no executed notebook"):
        release(tmp_path / "r.zip", made / "profiles", made / "html", "A Reader")
    with pytest.raises(ReleaseError, match="no built book"):
        release(tmp_path / "r.zip", made / "runs" / "executed", made, "A Reader")
    (made / "Makefile").rename(made / "kept")
    with pytest.raises(ReleaseError, match="no Makefile; a release is made in a checkout"):
        release(tmp_path / "r.zip", made / "runs" / "executed", made / "html", "A Reader")
    (made / "kept").rename(made / "Makefile")
