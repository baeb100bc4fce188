import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pandas as pd
import pytest
from typer.testing import CliRunner

from cxrstudy import __version__, cli
from cxrstudy.cli.data import explain_failures
from cxrstudy.runs import store
from cxrstudy.runs.record import RUN, Record, id_of
from tests.support.servers import Origin

COMMIT = "89abcdef0123456789abcdef0123456789abcdef"
CONTENT = {f"{letter}.png": letter.encode() * 5000 for letter in "abcd"}
QUICKLY = ("--timeout", "1", "--retries", "1")


def cxrstudy(*arguments: str) -> SimpleNamespace:
    """Run a command; an error that it does not explain is raised."""
    result = CliRunner().invoke(cli.app, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return SimpleNamespace(status=result.exit_code, out=result.stdout, err=result.stderr)


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


class TestHelp:
    def test_takes_neither_torch_nor_tables(self) -> None:
        program = (
            "import sys; from typer.testing import CliRunner; from cxrstudy.cli import app;"
            "result = CliRunner().invoke(app, ['data', '--help']); assert result.exit_code == 0;"
            "print(*{'torch', 'pandas', 'requests', 'pooch'} & set(sys.modules))"
        )
        shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert (shown.returncode, shown.stdout.strip()) == (0, "")

    @pytest.mark.parametrize("command", ["list", "where", "fetch", "verify"])
    def test_names_every_command(self, command: str) -> None:
        assert command in cxrstudy("data", "--help").out
        assert cxrstudy("data", command, "--help").status == 0

    def test_the_version_is_that_of_the_package(self) -> None:
        assert cxrstudy("--version").out == f"cxrstudy {__version__}\n"


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
        assert done.out == f"made: 4 arrived, 0 were there, 0 failed; in {data}\n"
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
        assert "made: 1 arrived, 0 were there, 3 failed" in failed.out
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
            0, f"made: 3 arrived, 1 were there, 0 failed; in {data}\n",
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
        from cxrstudy.data.fetch import FetchResult

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


class TestAudit:
    @pytest.fixture
    def stand_in(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
        """An audit with one issue; what it was asked for."""
        asked: list[tuple[str, str]] = []
        passed = {"code": "CXR001", "title": "copies", "state": "pass", "count": 0,
                  "detail": "None.", "advice": "Nothing to do."}  # fmt: skip
        issue = {"code": "CXR002", "title": "leaks", "state": "issue", "count": 1200,
                 "detail": "1,200 patients are in two splits.", "advice": "Part them."}  # fmt: skip

        def run_audit(cohort: str, profile: str) -> list[dict[str, object]]:
            asked.append((cohort, profile))
            return [passed, issue]

        module = ModuleType("cxrstudy.audit")
        parts: dict[str, Callable[..., object]] = {
            "run_audit": run_audit, "as_table": pd.DataFrame, "as_json": json.dumps,
            "exit_status": lambda outcomes: 1,
        }  # fmt: skip
        for name, part in parts.items():
            setattr(module, name, part)
        monkeypatch.setitem(sys.modules, "cxrstudy.audit", module)
        return asked

    def test_prints_a_line_a_check_and_what_was_found_and_passes_its_exit_status_on(
        self, stand_in: list[tuple[str, str]]
    ) -> None:
        shown = cxrstudy("audit", "phantom")
        assert shown.status == 1
        assert [line.split() for line in shown.out.splitlines()[:3]] == [
            ["code", "state", "count", "title"],
            ["CXR001", "pass", "0", "copies"],
            ["CXR002", "issue", "1,200", "leaks"],
        ]
        assert shown.out.endswith(
            "\n\nCXR002 leaks\n  1,200 patients are in two splits.\n  Part them.\n"
        )
        assert stand_in == [("phantom", "quick")]

    def test_is_json_on_request(self, stand_in: list[tuple[str, str]]) -> None:
        shown = cxrstudy("audit", "open", "--json", "--profile", "standard")
        assert [outcome["code"] for outcome in json.loads(shown.out)] == ["CXR001", "CXR002"]
        assert stand_in == [("open", "standard")]


class TestShow:
    @pytest.fixture
    def run(self, data: Path, tmp_path: Path) -> str:
        identity = {"stage": "made"}
        record = Record(
            id=id_of(identity), identity=identity, chain="random → target", cohort="made",
            copies="none", task="binary", labels=["normal"], images={"target test": 4}, patients=4,
            samples_seen=8, seconds={"training": 1.5}, peak_memory_bytes=1, device="made",
            finished="2021-01-01T00:00:00Z", files={},
        )  # fmt: skip

        def fill(folder: Path) -> None:
            (folder / RUN).write_text(record.model_dump_json())

        store.write(tmp_path / "runs" / "store", record.id, fill)
        return record.id

    def test_prints_the_record_whose_id_begins_so(self, run: str) -> None:
        shown = cxrstudy("show", run[:6])
        assert shown.status == 0
        assert shown.out.startswith(f"id: {run}\n")
        assert "chain: random → target\n" in shown.out

    def test_is_json_on_request(self, run: str) -> None:
        assert json.loads(cxrstudy("show", run, "--json").out)["id"] == run

    def test_says_that_no_run_begins_so(self, run: str) -> None:
        shown = cxrstudy("show", "zzz")
        assert (shown.status, shown.out) == (1, "")
        assert "0 runs begin with 'zzz'" in shown.err


class TestErrors:
    def test_of_the_package_are_one_message_and_exit_status_1(self, data: Path) -> None:
        shown = cxrstudy("data", "where", "nowhere")
        assert (shown.status, shown.out) == (1, "")
        assert shown.err == "cxrstudy: there is no set 'nowhere'; there are made\n"

    def test_that_the_package_raises_as_plain_ones_are_messages_too(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CXRSTUDY_PROGRESS", "nowhere")
        (data / "made").mkdir(parents=True)
        shown = cxrstudy("data", "verify", "made")
        assert shown.status == 1
        assert shown.err.startswith("cxrstudy: CXRSTUDY_PROGRESS must be one of")

    def test_of_others_keep_their_traceback(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> list[str]:
            return json.loads("no JSON")

        monkeypatch.setattr("cxrstudy.data.sets.set_names", fail)
        with pytest.raises(json.JSONDecodeError):
            cxrstudy("data", "list")

    def test_an_interrupt_is_a_message_and_exit_status_130(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted() -> list[str]:
            raise KeyboardInterrupt

        monkeypatch.setattr("cxrstudy.data.sets.set_names", interrupted)
        shown = cxrstudy("data", "list")
        assert (shown.status, shown.err) == (
            130, "cxrstudy: stopped; run the same command again to continue\n",
        )  # fmt: skip

    def test_in_the_arguments_are_exit_status_2(self) -> None:
        assert cxrstudy("data", "fetch").status == 2
        assert cxrstudy("data", "fetch", "made", "--workers", "0").status == 2
