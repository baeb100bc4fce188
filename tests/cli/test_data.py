"""``cxrstudy data``: lists, finds, fetches and verifies sets of radiographs."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from cxrstudy.cli.data import explain_failures
from cxrstudy.data.fetch import FetchResult
from tests.support.commands import cxrstudy
from tests.support.manifests import card_of
from tests.support.servers import Origin

COMMIT = "89abcdef0123456789abcdef0123456789abcdef"
CONTENT = {f"{letter}.png": letter.encode() * 5000 for letter in "abcd"}
QUICKLY = ("--timeout", "1", "--retries", "1")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def data(folder: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and the set `made` of four images, one of them not publishable."""
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    rows = [
        {"path": f"made/{name}", "sha256": sha256(content), "licence": "CC BY 4.0",
         "origin": f"owner/images@{COMMIT}:all/{name}", "prepared_sha256": sha256(content[:9])}
        for name, content in CONTENT.items()
    ]  # fmt: skip
    rows[1]["licence"] = "not stated"
    folder.source("made", ["normal"], *rows)
    return tmp_path / "data"


@pytest.fixture
def origin(data: Path) -> Iterator[Origin]:
    files = {f"owner/images/{COMMIT}/all/{name}": content for name, content in CONTENT.items()}
    with Origin(files).running() as running:
        yield running


def address(name: str) -> str:
    return f"owner/images/{COMMIT}/all/{name}"


class TestList:
    def test_shows_images_what_is_present_and_what_may_be_published(self, data: Path) -> None:
        (data / "made").mkdir(parents=True)
        (data / "made" / "a.png").touch()
        lines = cxrstudy("data", "list").out.splitlines()
        assert lines[0].split() == [
            "name", "images", "present", "publishable", "access", "licence", "title",
        ]  # fmt: skip
        assert lines[1].split() == ["made", "4", "1", "3", "open", "made", "made"]

    def test_is_json_on_request(self, data: Path) -> None:
        (listed,) = json.loads(cxrstudy("data", "list", "--json").out)
        assert (listed["name"], listed["images"], listed["present"]) == ("made", 4, 0)

    def test_shows_a_set_that_a_user_brings_with_what_is_known(
        self, data: Path, folder: SimpleNamespace
    ) -> None:
        card = (folder.path / "made.yaml").read_text().replace("access: open", "access: agreement")
        (folder.path / "user_supplied").mkdir()
        card = card.replace("name: made", "name: far").replace("counts: {}", "counts: {images: 9}")
        (folder.path / "user_supplied" / "far.yaml").write_text(card)
        listed = cxrstudy("data", "list").out.splitlines()
        assert listed[2].split() == ["far", "9", "-", "-", "agreement", "made", "made"]

    def test_a_set_that_can_not_be_read_is_a_line_with_its_reason(
        self, data: Path, folder: SimpleNamespace
    ) -> None:
        path = folder.source("commas", ["normal"], {}, {})
        header, *rows = path.read_text().splitlines()
        path.write_text("\n".join([header, *(f"{row}," for row in rows)]))
        listed = cxrstudy("data", "list")
        assert listed.status == 1
        assert listed.out.splitlines()[1].startswith("made ")
        assert f"commas can't be read: {path}, row 2: 17 cells under 16 columns" in listed.out
        good, bad = json.loads(cxrstudy("data", "list", "--json").out)
        assert (good["name"], bad["name"]) == ("made", "commas")
        assert cxrstudy("data", "verify", "commas").status == 1

    def test_the_projects_own_sets_are_all_shown(self) -> None:
        listed = {row["name"] for row in json.loads(cxrstudy("data", "list", "--json").out)}
        assert {"covid_multi", "external", "kermany224", "nih1k", "nih64"} <= listed


def test_where_names_the_folder_that_is_expected(data: Path) -> None:
    shown = cxrstudy("data", "where", "made")
    assert shown.status == 0
    assert f"expected: 4 in {data / 'made'}, such as a.png" in shown.out


class TestFetch:
    def test_brings_what_is_missing_and_ends_with_0(self, data: Path, origin: Origin) -> None:
        done = cxrstudy("data", "fetch", "made", "--mirror", origin.url)
        assert done.status == 0
        assert done.out == f"made: 4 downloaded, 0 already present, 0 failed; in {data}\n"
        assert "fetching made: 4" in done.err
        assert {path.name: path.read_bytes() for path in (data / "made").iterdir()} == CONTENT

    def test_names_each_failed_file_and_why_and_how_to_go_on_and_ends_with_1(
        self, data: Path, origin: Origin
    ) -> None:
        assert isinstance(origin.files, dict)
        origin.fails(address("a.png"), "corrupt", always=True)
        origin.fails(address("b.png"), "truncated", always=True)
        del origin.files[address("c.png")]
        failed = cxrstudy("data", "fetch", "made", "--mirror", origin.url, *QUICKLY)
        assert failed.status == 1
        assert "made: 1 downloaded, 0 already present, 3 failed" in failed.out
        for said in (
            "wrong hash: made/a.png: 5,000 bytes", "truncated: made/b.png: http", "(2 tries)",
            "missing: made/c.png: http", "404", "run the same command again",
        ):  # fmt: skip
            assert said in failed.err
        assert [path.name for path in (data / "made").iterdir()] == ["d.png"]

        origin.files[address("c.png")] = CONTENT["c.png"]
        origin.fails(address("a.png"))
        origin.fails(address("b.png"))
        again = cxrstudy("data", "fetch", "made", "--mirror", origin.url)
        assert (again.status, again.out) == (
            0, f"made: 3 downloaded, 1 already present, 0 failed; in {data}\n",
        )  # fmt: skip

    def test_takes_a_folder_as_mirror_and_another_folder_for_the_originals(
        self, data: Path, tmp_path: Path
    ) -> None:
        for name, content in CONTENT.items():
            file = tmp_path / "mirror" / address(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        mirror, to = str(tmp_path / "mirror"), str(tmp_path / "originals")
        assert cxrstudy("data", "fetch", "made", "--mirror", mirror, "--to", to).status == 0
        assert not data.exists()
        assert cxrstudy("data", "verify", "made", "--at", to).status == 0

    def test_leaves_prepared_copies_alone_and_says_what_to_do(
        self, data: Path, origin: Origin
    ) -> None:
        (data / "made").mkdir(parents=True)
        (data / "made" / "a.png").write_bytes(CONTENT["a.png"][:9])
        refused = cxrstudy("data", "fetch", "made", "--mirror", origin.url)
        assert refused.status == 1
        assert "prepared copies of 1 images" in refused.err
        assert "--to FOLDER" in refused.err
        assert not origin.requests

    def test_what_was_not_tried_is_counted_and_not_listed(
        self, data: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        explain_failures(
            [FetchResult("a.png", "timeout", "slow"), FetchResult("b.png", "not tried", "")]
        )
        said = capsys.readouterr().err
        assert "timeout: a.png: slow" in said
        assert "1 not tried: too many failures" in said
        assert "b.png" not in said


class TestVerify:
    def test_ends_with_1_and_names_what_is_wrong_or_missing(self, data: Path) -> None:
        (data / "made").mkdir(parents=True)
        (data / "made" / "a.png").write_bytes(CONTENT["a.png"])
        (data / "made" / "b.png").write_bytes(CONTENT["b.png"][:9])
        (data / "made" / "c.png").write_bytes(b"other")
        found = cxrstudy("data", "verify", "made")
        assert found.status == 1
        for said in (
            "wrong: made/c.png\n", "missing: made/d.png\n",
            "1 original, 1 prepared, 1 wrong, 1 missing",
        ):  # fmt: skip
            assert said in found.out
        assert "no row" not in found.out
        (data / "made" / "d.PNG").touch()
        (data / "made" / "e.png").touch()
        again = cxrstudy("data", "verify", "made").out
        assert "missing: made/d.png; made/d.PNG lies there\n" in again
        assert "1 image files in the set's folders are in no row; first: made/e.png\n" in again
        marks = [line.split() for line in found.out.splitlines()[-2:]]
        assert marks == [["CC", "BY", "4.0", "3", "yes"], ["not", "stated", "1", "no"]]

    def test_is_json_on_request_with_nothing_else_on_standard_output(self, data: Path) -> None:
        (data / "made").mkdir(parents=True)
        for name, content in CONTENT.items():
            (data / "made" / name).write_bytes(content)
        found = cxrstudy("data", "verify", "made", "--json")
        assert found.status == 0
        summary = json.loads(found.out)
        assert summary["good"] is True
        assert summary["counts"] == {"original": 4, "prepared": 0, "wrong": 0, "missing": 0}


class TestRead:
    @pytest.fixture
    def vindr(self, folder: SimpleNamespace, tmp_path: Path) -> Path:
        """Label file of one image, and a card that counts two."""
        (folder.path / "user_supplied").mkdir()
        card = card_of("vindr", ["ild"]) | {"counts": {"images": 2}}
        (folder.path / "user_supplied" / "vindr.yaml").write_text(json.dumps(card))
        rows = [f"a,{name},R{reader}" for reader in range(3) for name in ("No finding", "ILD")]
        (tmp_path / "train.csv").write_text("\n".join(["image_id,class_name,rad_id", *rows]))
        return tmp_path

    def test_counts_what_was_read_and_prints_every_note(self, vindr: Path) -> None:
        shown = cxrstudy("data", "read", "vindr", str(vindr))
        assert (shown.status, shown.err) == (0, "")
        assert shown.out.splitlines() == [
            "vindr: 1 images of 1 patients",
            "ild: 0 present, 1 unknown",
            "view unknown: 1", "sex unknown: 1", "age unknown: 1",
            "note: the card says images: 2, the table has 1",
            f"note: {vindr / 'train.csv'}: 1 of 1 images have 'No finding' by all readers and a "
            "finding, which is unknown; first: a",
        ]  # fmt: skip

    def test_names_file_and_row_of_what_is_wrong(self, vindr: Path) -> None:
        path = vindr / "train.csv"
        path.write_text(path.read_text().replace("No finding,R1", "no finding,R1"))
        failed = cxrstudy("data", "read", "vindr", str(vindr))
        assert failed.status == 1
        assert f"{path}, row 4, column class_name: 'no finding'" in failed.err

    def test_needs_an_adapter(self, data: Path) -> None:
        failed = cxrstudy("data", "read", "made", ".")
        assert failed.status == 1
        assert "'made' has no adapter; those that have one are bimcv, chexpert" in failed.err


@pytest.mark.parametrize("arguments", [(), ("made", "--workers", "0")])
def test_wrong_arguments_are_exit_status_2(arguments: tuple[str, ...]) -> None:
    assert cxrstudy("data", "fetch", *arguments).status == 2
