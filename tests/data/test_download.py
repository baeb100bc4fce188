import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from cxrstudy.data.fetch import ADVICE, fetch
from cxrstudy.data.sets import DataSet, FetchError
from tests.support import originals
from tests.support.originals import (
    NAMES,
    QUICK,
    address_of,
    content_of,
    right,
    row,
    statuses,
    stored,
)
from tests.support.servers import Fault, Origin

no_proxy = originals.no_proxy
data = originals.data
origin = originals.origin
made = originals.made


class TestFromAServer:
    def test_a_slash_behind_the_mirror_does_no_harm(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        assert statuses(fetch(made(row(NAMES[0])), data, origin.url + "/", QUICK)) == {
            "a": "arrived"
        }

    def test_other_users_may_read_what_arrives_as_they_may_read_any_new_file(
        self, made: Callable[..., DataSet], origin: Origin, data: Path, tmp_path: Path
    ) -> None:
        fetch(made(row(NAMES[0])), data, origin.url, QUICK)
        (tmp_path / "new").touch()
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (data / NAMES[0], tmp_path / "new")]
        assert modes[0] == modes[1]

    def test_an_unfinished_file_of_a_living_fetch_is_left_alone(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        other = data / "made" / "images" / ".a.jpg.0123abcd.unfinished"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"half")
        fetch(made(row(NAMES[0])), data, origin.url, QUICK)
        assert other.exists()


class TestAFailure:
    @pytest.mark.parametrize(
        ("fault", "status", "seen"),
        [
            ("corrupt", "wrong hash", "the manifest says"),
            ("error page", "wrong hash", "21 bytes"),
            ("truncated", "truncated", "IncompleteRead"),
            ("reset", "unreachable", ""),
            ("silent", "timeout", "no data for 1 s"),
            ("stalls", "timeout", "no data for 1 s"),
            ("drips", "timeout", "not complete after 1.5 s"),
            ("busy", "refused", "503"),
            ("forbidden", "refused", "403"),
        ],
    )
    def test_a_file_that_never_comes_right_is_named_and_the_others_arrive(
        self, made: Callable[..., DataSet], origin: Origin, data: Path,
        fault: Fault, status: str, seen: str,
    ) -> None:  # fmt: skip
        origin.fails(address_of(NAMES[2]), fault, always=True)
        outcomes = fetch(made(), data, origin.url, QUICK)
        (failed,) = (outcome for outcome in outcomes if outcome.failed)
        assert (failed.path, failed.status) == (NAMES[2], status)
        assert seen in failed.detail
        assert status in ADVICE
        assert stored(data) == right(*NAMES[:2], *NAMES[3:])
        assert origin.requests[address_of(NAMES[2])] == (1 if fault == "forbidden" else 2)

    def test_a_missing_file_is_asked_for_once(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        assert isinstance(origin.files, dict)
        del origin.files[address_of(NAMES[5])]
        outcomes = fetch(made(), data, origin.url, QUICK)
        assert [(o.path, o.status) for o in outcomes if o.failed] == [(NAMES[5], "missing")]
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
        assert statuses(fetch(made(row(NAMES[0])), data, origin.url, QUICK)) == {"a": "wrong hash"}
        assert stored(data) == {NAMES[0]: b"mine"}

    def test_a_server_that_is_not_there_is_said_to_be_out_of_reach(
        self, made: Callable[..., DataSet], data: Path
    ) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # bound, and not listening
            url = f"http://127.0.0.1:{unused.getsockname()[1]}"
            (outcome,) = fetch(made(row(NAMES[0])), data, url, QUICK)
        assert outcome.status == "unreachable"
        assert "Connection refused" in outcome.detail
        assert outcome.detail.endswith("(2 tries)")

    def test_a_folder_that_can_not_be_written_is_named(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        data.mkdir()
        (data / "made").write_text("a file where a folder should be")
        (outcome,) = fetch(made(row(NAMES[0])), data, origin.url, QUICK)
        assert outcome.status == "not written"
        assert str(data / "made") in outcome.detail


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
        outcomes = fetch(made(), data, str(mirror), QUICK)
        assert {outcome.status for outcome in outcomes} == {"arrived"}
        assert stored(data) == right(*NAMES)

    def test_what_is_wrong_or_missing_there_is_named_and_the_others_arrive(
        self, made: Callable[..., DataSet], mirror: Path, data: Path
    ) -> None:
        (mirror / address_of(NAMES[0])).unlink()
        (mirror / address_of(NAMES[1])).write_bytes(content_of(NAMES[1])[:-1])
        (mirror / address_of(NAMES[2])).unlink()
        (mirror / address_of(NAMES[2])).mkdir()
        outcomes = fetch(made(), data, str(mirror), QUICK)
        failed = {k: status for k, status in statuses(outcomes).items() if status != "arrived"}
        assert failed == {"a": "missing", "b": "wrong hash", "c": "refused"}
        assert stored(data) == right(*NAMES[3:])

    def test_a_mirror_that_is_no_folder_is_refused_before_anything_is_done(
        self, made: Callable[..., DataSet], tmp_path: Path, data: Path
    ) -> None:
        with pytest.raises(FetchError, match="neither an http"):
            fetch(made(), data, str(tmp_path / "nowhere"), QUICK)
        assert not data.exists()
