import hashlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image as Picture

from cxrstudy import decode, fetch, pixels
from cxrstudy.fetch import DataSet, FetchError, Manners, Outcome

from .servers import Fault, Origin

QUICK = Manners(connections=3, timeout=1, deadline=1.5, retries=1, pause=0.01)
NAMES = tuple(f"made/images/{letter}.jpg" for letter in "abcdefgh")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def content_of(path: str) -> bytes:
    return hashlib.sha256(path.encode()).digest() * 3000


def address_of(path: str) -> str:
    """The origin's file has another name and ending, and characters that a URL quotes."""
    return f"owner/repository/{COMMIT}/X-Ray images #1/{Path(path).stem} 100%.png"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def row(image: str, **changes: object) -> dict[str, object]:
    repository, name = address_of(image).split(f"/{COMMIT}/")
    origin = f"{repository}@{COMMIT}:{name}"
    return {"path": image, "sha256": sha256(content_of(image)), "origin": origin} | changes


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin({address_of(path): content_of(path) for path in NAMES}).running() as running:
        yield running


@pytest.fixture
def made(folder: SimpleNamespace) -> Callable[..., DataSet]:
    """Write a manifest and open it as a set."""

    def make(*rows: dict[str, object]) -> DataSet:
        folder.source("made", ["normal"], *(rows or [row(path) for path in NAMES]))
        return fetch.open_set("made")

    return make


def fates(outcomes: list[Outcome]) -> dict[str, str]:
    return {Path(outcome.path).stem: outcome.fate for outcome in outcomes}


def stored(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, unfinished ones included."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def right(*paths: str) -> dict[str, bytes]:
    return {path: content_of(path) for path in paths}


class TestFromAServer:
    def test_every_original_arrives_under_its_path(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        outcomes = fetch.fetch(made(), data, origin.url, QUICK)
        assert [outcome.path for outcome in outcomes] == list(NAMES)
        assert {outcome.fate for outcome in outcomes} == {"arrived"}
        assert stored(data) == right(*NAMES)

    def test_what_is_right_is_not_asked_for_again(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        fetch.fetch(made(), data, origin.url, QUICK)
        again = fetch.fetch(made(), data, origin.url, QUICK)
        assert {outcome.fate for outcome in again} == {"kept"}
        assert set(origin.requests.values()) == {1}

    def test_a_broken_half_is_fetched_again(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        broken = data / NAMES[0]
        broken.parent.mkdir(parents=True)
        broken.write_bytes(content_of(NAMES[0])[:1000])
        assert fates(fetch.fetch(made(), data, origin.url, QUICK))["a"] == "arrived"
        assert stored(data) == right(*NAMES)

    def test_excluded_images_are_left_where_they_are(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        few = made(row(NAMES[0]), row(NAMES[1], excluded="a copy"))
        assert fates(fetch.fetch(few, data, origin.url, QUICK)) == {"a": "arrived"}
        assert stored(data) == right(NAMES[0])

    def test_no_more_connections_are_open_than_allowed(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        for path in NAMES:
            origin.fails(address_of(path), "busy")
        fetch.fetch(made(), data, origin.url, replace(QUICK, connections=2))
        assert origin.most_at_once <= 2

    def test_a_slash_behind_the_mirror_does_no_harm(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        assert fates(fetch.fetch(made(row(NAMES[0])), data, origin.url + "/", QUICK)) == {
            "a": "arrived"
        }

    def test_other_users_may_read_what_arrives_as_they_may_read_any_new_file(
        self, made: Callable[..., DataSet], origin: Origin, data: Path, tmp_path: Path
    ) -> None:
        fetch.fetch(made(row(NAMES[0])), data, origin.url, QUICK)
        (tmp_path / "new").touch()
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (data / NAMES[0], tmp_path / "new")]
        assert modes[0] == modes[1]


class TestAFaultyServer:
    @pytest.mark.parametrize(
        ("fault", "fate", "seen"),
        [
            ("corrupt", "wrong hash", "the manifest says"),
            ("error page", "wrong hash", "21 bytes"),
            ("truncated", "truncated", "IncompleteRead"),
            ("reset", "unreachable", ""),
            ("silent", "timeout", "silent for 1 s"),
            ("stalls", "timeout", "silent for 1 s"),
            ("drips", "timeout", "not whole after 1.5 s"),
            ("busy", "refused", "503"),
            ("forbidden", "refused", "403"),
        ],
    )
    def test_a_file_that_never_comes_right_is_named_and_the_others_arrive(
        self, made: Callable[..., DataSet], origin: Origin, data: Path,
        fault: Fault, fate: str, seen: str,
    ) -> None:  # fmt: skip
        origin.fails(address_of(NAMES[2]), fault, always=True)
        outcomes = fetch.fetch(made(), data, origin.url, QUICK)
        (failed,) = (outcome for outcome in outcomes if outcome.failed)
        assert (failed.path, failed.fate) == (NAMES[2], fate)
        assert seen in failed.detail
        assert fate in fetch.ADVICE
        assert stored(data) == right(*NAMES[:2], *NAMES[3:])
        assert origin.requests[address_of(NAMES[2])] == (1 if fault == "forbidden" else 2)

    @pytest.mark.parametrize("fault", ["corrupt", "truncated", "reset", "stalls", "drips", "busy"])
    def test_a_file_that_fails_once_arrives_in_the_end(
        self, made: Callable[..., DataSet], origin: Origin, data: Path, fault: Fault
    ) -> None:
        origin.fails(address_of(NAMES[2]), fault)
        outcomes = fetch.fetch(made(), data, origin.url, QUICK)
        assert {outcome.fate for outcome in outcomes} == {"arrived"}
        assert stored(data) == right(*NAMES)

    def test_a_missing_file_is_asked_for_once(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        assert isinstance(origin.files, dict)
        del origin.files[address_of(NAMES[5])]
        outcomes = fetch.fetch(made(), data, origin.url, QUICK)
        assert [(o.path, o.fate) for o in outcomes if o.failed] == [(NAMES[5], "missing")]
        assert "404" in outcomes[5].detail
        assert origin.requests[address_of(NAMES[5])] == 1
        assert stored(data) == right(*NAMES[:5], *NAMES[6:])

    def test_a_wrong_file_that_was_there_is_not_lost_when_nothing_better_arrives(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        mine = data / NAMES[0]
        mine.parent.mkdir(parents=True)
        mine.write_bytes(b"mine")
        origin.fails(address_of(NAMES[0]), "corrupt", always=True)
        assert fates(fetch.fetch(made(row(NAMES[0])), data, origin.url, QUICK)) == {
            "a": "wrong hash"
        }
        assert stored(data) == {NAMES[0]: b"mine"}

    def test_a_retry_waits_longer_each_time(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        origin.fails(address_of(NAMES[0]), "corrupt", "corrupt", "corrupt")
        begun = time.monotonic()
        manners = replace(QUICK, retries=3, pause=0.1)
        outcomes = fetch.fetch(made(row(NAMES[0])), data, origin.url, manners)
        assert fates(outcomes) == {"a": "arrived"}
        assert time.monotonic() - begun >= 0.1 + 0.2 + 0.4

    def test_a_server_that_refuses_everything_is_left_in_peace(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        for path in NAMES:
            origin.fails(address_of(path), "forbidden", always=True)
        manners = replace(QUICK, connections=1, patience=3)
        outcomes = fetch.fetch(made(), data, origin.url, manners)
        assert [outcome.fate for outcome in outcomes] == ["refused"] * 3 + ["not tried"] * 5
        assert origin.requests.total() == 3

    def test_a_server_that_is_not_there_is_said_to_be_out_of_reach(
        self, made: Callable[..., DataSet], data: Path
    ) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # bound, and not listening
            url = f"http://127.0.0.1:{unused.getsockname()[1]}"
            (outcome,) = fetch.fetch(made(row(NAMES[0])), data, url, QUICK)
        assert outcome.fate == "unreachable"
        assert "Connection refused" in outcome.detail
        assert outcome.detail.endswith("(2 tries)")

    def test_a_folder_that_can_not_be_written_is_named(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        data.mkdir()
        (data / "made").write_text("a file where a folder should be")
        (outcome,) = fetch.fetch(made(row(NAMES[0])), data, origin.url, QUICK)
        assert outcome.fate == "not written"
        assert str(data / "made") in outcome.detail


class TestAKilledFetch:
    PROGRAM = """
        import sys
        from pathlib import Path
        from cxrstudy import fetch, places
        places.MANIFESTS = Path(sys.argv[1])
        manners = fetch.Manners(connections=2, timeout=20)
        fetch.fetch(fetch.open_set("made"), Path(sys.argv[2]), sys.argv[3], manners)
    """

    def test_goes_on_where_it_stopped_and_nothing_wrong_has_a_name(
        self, made: Callable[..., DataSet], origin: Origin, data: Path, tmp_path: Path
    ) -> None:
        made_set = made()
        for path in NAMES[4:6]:
            origin.fails(address_of(path), "stalls")
        arguments = [str(tmp_path), str(data), origin.url]
        program = [sys.executable, "-c", textwrap.dedent(self.PROGRAM), *arguments]
        with subprocess.Popen(program, stderr=subprocess.DEVNULL) as process:
            wait_for(lambda: origin.requests[address_of(NAMES[5])] == 1)
            wait_for(lambda: len(list(data.rglob("*.unfinished"))) == 2)
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        left = stored(data)
        assert {path: left[path] for path in left if path in NAMES} == right(*NAMES[:4])
        for path in data.rglob("*.unfinished"):  # as if it had been a minute ago
            os.utime(path, (time.time() - 60,) * 2)

        outcomes = fetch.fetch(made_set, data, origin.url, QUICK)
        assert [outcome.fate for outcome in outcomes] == ["kept"] * 4 + ["arrived"] * 4
        assert stored(data) == right(*NAMES)
        assert [origin.requests[address_of(path)] for path in NAMES] == [1] * 4 + [2, 2, 1, 1]

    def test_an_unfinished_file_of_a_living_fetch_is_left_alone(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        other = data / "made" / "images" / ".a.jpg.0123abcd.unfinished"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"half")
        fetch.fetch(made(row(NAMES[0])), data, origin.url, QUICK)
        assert other.exists()


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.01)


class TestFromAFolder:
    @pytest.fixture
    def mirror(self, tmp_path: Path) -> Path:
        for path in NAMES:
            file = tmp_path / "mirror" / address_of(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content_of(path))
        return tmp_path / "mirror"

    def test_every_original_is_copied(
        self, made: Callable[..., DataSet], mirror: Path, data: Path
    ) -> None:
        outcomes = fetch.fetch(made(), data, str(mirror), QUICK)
        assert {outcome.fate for outcome in outcomes} == {"arrived"}
        assert stored(data) == right(*NAMES)

    def test_what_is_wrong_or_missing_there_is_named_and_the_others_arrive(
        self, made: Callable[..., DataSet], mirror: Path, data: Path
    ) -> None:
        (mirror / address_of(NAMES[0])).unlink()
        (mirror / address_of(NAMES[1])).write_bytes(content_of(NAMES[1])[:-1])
        (mirror / address_of(NAMES[2])).unlink()
        (mirror / address_of(NAMES[2])).mkdir()
        outcomes = fetch.fetch(made(), data, str(mirror), QUICK)
        failed = {k: fate for k, fate in fates(outcomes).items() if fate != "arrived"}
        assert failed == {"a": "missing", "b": "wrong hash", "c": "refused"}
        assert stored(data) == right(*NAMES[3:])

    def test_a_mirror_that_is_no_folder_is_refused_before_anything_is_done(
        self, made: Callable[..., DataSet], tmp_path: Path, data: Path
    ) -> None:
        with pytest.raises(FetchError, match="neither an http"):
            fetch.fetch(made(), data, str(tmp_path / "nowhere"), QUICK)
        assert not data.exists()


class TestWhatCanNotBeFetched:
    def test_an_original_does_not_take_the_place_of_a_prepared_copy(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        copy = data / NAMES[0]
        copy.parent.mkdir(parents=True)
        copy.write_bytes(b"reduced")
        rows = [row(NAMES[0], prepared_sha256=sha256(b"reduced")), row(NAMES[1])]
        with pytest.raises(FetchError, match=r"prepared copies of 1 images .* --to FOLDER"):
            fetch.fetch(made(*rows), data, origin.url, QUICK)
        assert stored(data) == {NAMES[0]: b"reduced"}
        assert not origin.requests

    def test_a_set_without_a_pinned_address_says_where_it_comes_from(
        self, made: Callable[..., DataSet], data: Path
    ) -> None:
        with pytest.raises(FetchError, match="can't be fetched"):
            fetch.fetch(made(row(NAMES[0], origin="")), data, "", QUICK)

    @pytest.mark.parametrize("path", ["../x.png", "/etc/x.png", "a/../../x.png", "..\\x.png"])
    def test_a_path_out_of_the_data_folder_is_refused(
        self, made: Callable[..., DataSet], path: str
    ) -> None:
        with pytest.raises(FetchError, match="leads out"):
            made(row(NAMES[0], path=path))

    @pytest.mark.parametrize("bad", ["owner/repository", "a@b", "a@b:../../x", "https://x.org/y"])
    def test_an_origin_of_another_form_is_refused_before_anything_is_fetched(
        self, made: Callable[..., DataSet], origin: Origin, data: Path, bad: str
    ) -> None:
        rows = [row(NAMES[0]), row(NAMES[1], origin=bad)]
        with pytest.raises(FetchError):
            fetch.fetch(made(*rows), data, origin.url, QUICK)
        assert not origin.requests

    def test_an_unknown_set_is_refused_with_the_names_of_those_that_there_are(
        self, made: Callable[..., DataSet]
    ) -> None:
        made()
        with pytest.raises(FetchError, match="no set 'other'; there are made"):
            fetch.open_set("other")


class TestASetThatAUserBrings:
    @pytest.fixture
    def brought(self, folder: SimpleNamespace) -> DataSet:
        (folder.path / "brought").mkdir()
        card = json.loads(
            """{"name": "far", "title": "A hospital far away", "citation": "none",
            "address": "example.org/apply", "version": "2.0", "licence": "research use only",
            "access": "agreement", "copies": "none; put files/ and labels.csv here",
            "label_map": {"normal": "NORMAL"}, "counts": {"images": 377110},
            "traps": ["views are mixed"]}"""
        )
        (folder.path / "brought" / "far.yaml").write_text(json.dumps(card))
        return fetch.open_set("far")

    def test_says_where_to_apply_and_what_is_expected(self, brought: DataSet, data: Path) -> None:
        text = "\n".join(fetch.where(brought))
        for said in (
            "access: agreement; apply at example.org/apply",
            "files: none; put files/ and labels.csv here",
            "to know: views are mixed",
            str(data),
        ):
            assert said in text
        assert "data fetch" not in text

    def test_is_listed_after_those_with_a_manifest(
        self, made: Callable[..., DataSet], brought: DataSet
    ) -> None:
        made()
        assert fetch.names() == ["made", "far"]

    def test_is_not_fetched_and_says_why(self, brought: DataSet, data: Path) -> None:
        with pytest.raises(FetchError, match=r"(?s)far can't be fetched.*apply at example.org"):
            fetch.fetch(brought, data)

    def test_is_not_verified_without_a_manifest(self, brought: DataSet, data: Path) -> None:
        with pytest.raises(FetchError, match="no manifest to verify"):
            fetch.verify(brought, data)


class TestVerifying:
    def test_tells_originals_copies_wrong_and_missing_files_apart(
        self, made: Callable[..., DataSet], data: Path
    ) -> None:
        rows = [row(path, prepared_sha256=sha256(b"reduced")) for path in NAMES[:5]]
        rows[3]["licence"] = "CC BY-NC-ND"
        made_set = made(*rows, row(NAMES[5], excluded="a copy"))
        (data / NAMES[0]).parent.mkdir(parents=True)
        (data / NAMES[0]).write_bytes(content_of(NAMES[0]))
        (data / NAMES[1]).write_bytes(b"reduced")
        (data / NAMES[2]).write_bytes(content_of(NAMES[2])[:-1])
        (data / NAMES[4]).mkdir()
        found = fetch.verify(made_set, data)
        assert not found.good
        summary = found.summary()
        assert summary["counts"] == {"original": 1, "prepared": 1, "wrong": 2, "missing": 1}
        assert (summary["wrong"], summary["missing"]) == ([NAMES[2], NAMES[4]], [NAMES[3]])
        assert summary["licences"] == [
            {"licence": "CC0-1.0", "images": 4, "publishable": True},
            {"licence": "CC BY-NC-ND", "images": 1, "publishable": False},
        ]

    def test_is_content_with_originals_and_prepared_copies(
        self, made: Callable[..., DataSet], data: Path
    ) -> None:
        made_set = made(row(NAMES[0]), row(NAMES[1], prepared_sha256=sha256(b"reduced")))
        (data / NAMES[0]).parent.mkdir(parents=True)
        (data / NAMES[0]).write_bytes(content_of(NAMES[0]))
        (data / NAMES[1]).write_bytes(b"reduced")
        assert fetch.verify(made_set, data).good


def test_a_fetched_original_is_read_by_what_it_is_and_not_by_its_ending(
    made: Callable[..., DataSet], origin: Origin, data: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "original.png"
    values = np.arange(64 * 48, dtype=np.uint32).reshape(48, 64) % 251
    Picture.fromarray(values.astype(np.uint8)).save(picture)
    content = picture.read_bytes()
    assert isinstance(origin.files, dict)
    origin.files[address_of(NAMES[0])] = content
    made_set = made(row(NAMES[0], sha256=sha256(content), prepared_sha256=sha256(b"reduced")))
    fetch.fetch(made_set, data, origin.url, QUICK)
    assert np.array_equal(decode.read_grey(data / NAMES[0]), values)

    from cxrstudy import places
    from cxrstudy.manifest import read_manifest

    table = read_manifest(places.MANIFESTS / "made.csv").included
    file = pixels.build(table, 32, tmp_path / "pixels", data, workers=1)
    assert json.loads(file.with_suffix(".json").read_text())["from_prepared_copies"] == 0


@pytest.mark.data
@pytest.mark.parametrize("name", ["covid_multi", "external", "nih1k"])
def test_real_originals_arrive_over_a_server_and_what_it_lacks_is_missing(
    radiographs: Path, tmp_path: Path, name: str
) -> None:
    mirror, whole = radiographs / "mirror", fetch.open_set(name)
    held = [image for image in whole.images or () if (mirror / image.pinned).is_file()]
    lacking = [image for image in whole.images or () if image not in held][:20]
    some = replace(whole, images=(*held, *lacking))
    with Origin(mirror).running() as origin:
        outcomes = fetch.fetch(some, tmp_path, origin.url, QUICK)
    assert len(held) >= 6
    assert [outcome.fate for outcome in outcomes] == ["arrived"] * len(held) + ["missing"] * 20
    found = fetch.verify(some, tmp_path)
    assert found.summary()["counts"] == {
        "original": len(held), "prepared": 0, "wrong": 0, "missing": 20,
    }  # fmt: skip
