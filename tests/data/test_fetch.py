import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from cxrstudy.data.fetch import fetch
from cxrstudy.data.sets import DataSet, FetchError, open_set
from cxrstudy.data.verify import verify
from cxrstudy.pixels import decode, memory_map
from tests.support import originals
from tests.support.originals import (
    NAMES,
    QUICK,
    address_of,
    content_of,
    right,
    row,
    sha256,
    statuses,
    stored,
)
from tests.support.servers import Fault, Origin

no_proxy = originals.no_proxy
data = originals.data
origin = originals.origin
made = originals.made
brought = originals.brought


class TestAWholeSet:
    def test_every_original_arrives_under_its_path(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        outcomes = fetch(made(), data, origin.url, QUICK)
        assert [outcome.path for outcome in outcomes] == list(NAMES)
        assert {outcome.status for outcome in outcomes} == {"arrived"}
        assert stored(data) == right(*NAMES)

    def test_what_is_right_is_not_asked_for_again(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        fetch(made(), data, origin.url, QUICK)
        again = fetch(made(), data, origin.url, QUICK)
        assert {outcome.status for outcome in again} == {"kept"}
        assert set(origin.requests.values()) == {1}

    def test_a_broken_half_is_fetched_again(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        broken = data / NAMES[0]
        broken.parent.mkdir(parents=True)
        broken.write_bytes(content_of(NAMES[0])[:1000])
        assert statuses(fetch(made(), data, origin.url, QUICK))["a"] == "arrived"
        assert stored(data) == right(*NAMES)

    def test_excluded_images_are_left_where_they_are(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        few = made(row(NAMES[0]), row(NAMES[1], excluded="a copy"))
        assert statuses(fetch(few, data, origin.url, QUICK)) == {"a": "arrived"}
        assert stored(data) == right(NAMES[0])

    def test_no_more_connections_are_open_than_allowed(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        for path in NAMES:
            origin.fails(address_of(path), "busy")
        fetch(made(), data, origin.url, replace(QUICK, connections=2))
        assert origin.most_at_once <= 2


class TestAFaultyServer:
    @pytest.mark.parametrize("fault", ["corrupt", "truncated", "reset", "stalls", "drips", "busy"])
    def test_a_file_that_fails_once_arrives_in_the_end(
        self, made: Callable[..., DataSet], origin: Origin, data: Path, fault: Fault
    ) -> None:
        origin.fails(address_of(NAMES[2]), fault)
        outcomes = fetch(made(), data, origin.url, QUICK)
        assert {outcome.status for outcome in outcomes} == {"arrived"}
        assert stored(data) == right(*NAMES)

    def test_a_retry_waits_longer_each_time(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        origin.fails(address_of(NAMES[0]), "corrupt", "corrupt", "corrupt")
        begun = time.monotonic()
        policy = replace(QUICK, retries=3, pause=0.1)
        outcomes = fetch(made(row(NAMES[0])), data, origin.url, policy)
        assert statuses(outcomes) == {"a": "arrived"}
        assert time.monotonic() - begun >= 0.1 + 0.2 + 0.4

    def test_a_server_that_refuses_everything_is_left_in_peace(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        for path in NAMES:
            origin.fails(address_of(path), "forbidden", always=True)
        policy = replace(QUICK, connections=1, patience=3)
        outcomes = fetch(made(), data, origin.url, policy)
        assert [outcome.status for outcome in outcomes] == ["refused"] * 3 + ["not tried"] * 5
        assert origin.requests.total() == 3


class TestAKilledFetch:
    PROGRAM = """
        import sys
        from pathlib import Path
        from cxrstudy.data.sets import open_set
        from cxrstudy.data.fetch import RetryPolicy, fetch
        policy = RetryPolicy(connections=2, timeout=20)
        fetch(open_set("made"), Path(sys.argv[1]), sys.argv[2], policy)
    """

    def test_goes_on_where_it_stopped_and_nothing_wrong_has_a_name(
        self, made: Callable[..., DataSet], origin: Origin, data: Path, tmp_path: Path
    ) -> None:
        made_set = made()
        for path in NAMES[4:6]:
            origin.fails(address_of(path), "stalls")
        arguments = [str(data), origin.url]
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

        outcomes = fetch(made_set, data, origin.url, QUICK)
        assert [outcome.status for outcome in outcomes] == ["kept"] * 4 + ["arrived"] * 4
        assert stored(data) == right(*NAMES)
        assert [origin.requests[address_of(path)] for path in NAMES] == [1] * 4 + [2, 2, 1, 1]


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.01)


class TestWhatCanNotBeFetched:
    def test_an_original_does_not_take_the_place_of_a_prepared_copy(
        self, made: Callable[..., DataSet], origin: Origin, data: Path
    ) -> None:
        copy = data / NAMES[0]
        copy.parent.mkdir(parents=True)
        copy.write_bytes(b"reduced")
        rows = [row(NAMES[0], prepared_sha256=sha256(b"reduced")), row(NAMES[1])]
        with pytest.raises(FetchError, match=r"prepared copies of 1 images .* --to FOLDER"):
            fetch(made(*rows), data, origin.url, QUICK)
        assert stored(data) == {NAMES[0]: b"reduced"}
        assert not origin.requests

    def test_a_set_without_a_pinned_address_says_where_it_comes_from(
        self, made: Callable[..., DataSet], data: Path
    ) -> None:
        with pytest.raises(FetchError, match="can't be downloaded"):
            fetch(made(row(NAMES[0], origin="")), data, "", QUICK)

    @pytest.mark.parametrize("bad", ["owner/repository", "a@b", "a@b:../../x", "https://x.org/y"])
    def test_an_origin_of_another_form_is_refused_before_anything_is_fetched(
        self, made: Callable[..., DataSet], origin: Origin, data: Path, bad: str
    ) -> None:
        rows = [row(NAMES[0]), row(NAMES[1], origin=bad)]
        with pytest.raises(FetchError):
            fetch(made(*rows), data, origin.url, QUICK)
        assert not origin.requests

    def test_a_set_that_a_user_brings_says_why(self, brought: DataSet, data: Path) -> None:
        with pytest.raises(FetchError, match=r"(?s)far can't be downloaded.*apply at example.org"):
            fetch(brought, data)


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
    fetch(made_set, data, origin.url, QUICK)
    assert np.array_equal(decode.read_grey(data / NAMES[0]), values)

    from cxrstudy.base import places
    from cxrstudy.data.manifest import read_manifest

    table = read_manifest(places.manifests() / "made.csv").included
    file = memory_map.build(table, 32, tmp_path / "pixels", data, workers=1)
    assert json.loads(file.with_suffix(".json").read_text())["from_prepared_copies"] == 0


@pytest.mark.data
@pytest.mark.parametrize("name", ["covid_multi", "external", "nih1k"])
def test_real_originals_arrive_over_a_server_and_what_it_lacks_is_missing(
    radiographs: Path, tmp_path: Path, name: str
) -> None:
    mirror, whole = radiographs / "mirror", open_set(name)
    held = [image for image in whole.images or () if (mirror / image.pinned).is_file()]
    lacking = [image for image in whole.images or () if image not in held][:20]
    some = replace(whole, images=(*held, *lacking))
    with Origin(mirror).running() as origin:
        outcomes = fetch(some, tmp_path, origin.url, QUICK)
    assert len(held) >= 6
    assert [outcome.status for outcome in outcomes] == ["arrived"] * len(held) + ["missing"] * 20
    found = verify(some, tmp_path)
    assert found.summary()["counts"] == {
        "original": len(held), "prepared": 0, "wrong": 0, "missing": 20,
    }  # fmt: skip
