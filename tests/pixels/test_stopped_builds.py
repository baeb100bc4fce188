"""Pixel files whose build is stopped or killed: whole or not there."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from cxrstudy.pixels.grey import UnreadableImage
from cxrstudy.pixels.memory_map import build, open_pixels
from tests.support import pixel_builds
from tests.support.pixel_builds import left_in, phantoms, sha256
from tests.support.processes import alive

data, table, folder = pixel_builds.data, pixel_builds.table, pixel_builds.folder
phantom, few_each = pixel_builds.phantom, pixel_builds.few_each


def damage(path, how):
    content = path.read_bytes()
    if how == "missing":
        return path.unlink()
    if how == "truncated":
        return path.write_bytes(content[: len(content) // 2])
    if how == "text":
        return path.write_text("<html>404</html>")
    return Image.new("L", (9, 9), 40).save(path)


@pytest.mark.parametrize(
    ("how", "code"),
    [("missing", "PIX001"), ("text", "PIX002"), ("truncated", "PIX003"), ("blank", "PIX005")],
)
def test_an_unreadable_image_stops_the_build(table, data, folder, how, code):
    path = data / table["path"][4]
    damage(path, how)
    if path.exists():
        table.loc[4, "sha256"] = sha256(path)  # the manifest was made of the damaged file
    with pytest.raises(UnreadableImage, match="`excluded`") as caught:
        build(table, 16, folder, data, 1)
    assert (caught.value.code, caught.value.path) == (code, path)
    assert left_in(folder) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_the_first_unreadable_image_is_named_whoever_meets_one_first(
    table, data, folder, workers, few_each
):
    for row in (2, 8):
        damage(data / table["path"][row], "missing")
    with pytest.raises(UnreadableImage) as caught:
        build(table, 16, folder, data, workers)
    assert caught.value.path == data / table["path"][2]
    assert left_in(folder) == []


def test_other_bytes_than_the_manifests(table, data, folder):
    path = data / table["path"][3]
    expected, prepared = table["sha256"][3], "a" * 64
    table.loc[3, "prepared_sha256"] = prepared
    Image.new("L", (9, 9), 40).save(path)
    with pytest.raises(UnreadableImage) as caught:
        build(table, 16, folder, data, 1)
    assert caught.value.code == "PIX006"
    for said in (str(path), table["id"][3], expected, prepared, sha256(path)):
        assert said in str(caught.value)
    assert left_in(folder) == []


def test_a_row_without_any_hash_is_refused(table, data, folder):
    table.loc[0, "sha256"] = ""
    with pytest.raises(UnreadableImage, match=r"PIX006.*no hash"):
        build(table, 16, folder, data, 1)


def test_files_need_a_data_folder(table, folder):
    with pytest.raises(ValueError, match=r"data.*set/im0\.png"):
        build(table, 16, folder, None, 1)


@pytest.mark.parametrize(("rows", "size", "workers"), [(0, 16, 1), (9, 0, 1), (9, 16, 0)])
def test_nothing_to_build_is_refused(table, data, folder, rows, size, workers):
    with pytest.raises(ValueError, match="at least 1"):
        build(table.iloc[:rows], size, folder, data, workers)


def test_open_before_build_says_what_to_do(table, folder):
    with pytest.raises(FileNotFoundError, match=r"pixels.*-16\.npy.*build"):
        open_pixels(table, 16, folder)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_exception_in_the_middle_leaves_nothing(phantom, folder, error):
    read = phantom.read

    def breaks(path, size):
        if path.endswith("/3"):
            raise error
        return read(path, size)

    phantom.read = breaks
    with pytest.raises(error):
        build(phantoms(6), 8, folder, None, 1)
    assert left_in(folder) == []


KILLED = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
import numpy as np, pandas as pd
import cxrstudy
from cxrstudy.pixels.memory_map import build

here = Path(sys.argv[1])

def read(path, size):
    if path.endswith("/3"):
        (here / "reached").touch()
        time.sleep(600)
    return np.ones((size, size), np.uint8)

cxrstudy.phantom = SimpleNamespace(read=read)
build(pd.read_csv(here / "table.csv", dtype=str), 8, here / "pixels", None, 1)
"""


def test_a_killed_build_leaves_nothing_that_opens(phantom, folder, tmp_path):
    table = phantoms(6)
    table.to_csv(tmp_path / "table.csv", index=False)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stderr=subprocess.DEVNULL
    )
    while not (tmp_path / "reached").exists():
        assert child.poll() is None, "it ended before it was killed"
        time.sleep(0.02)
    child.kill()
    child.wait()

    (unfinished,) = folder.iterdir()
    assert unfinished.suffix == ".unfinished"
    with pytest.raises(FileNotFoundError):
        open_pixels(table, 8, folder)

    os.utime(unfinished, (0, 0))  # a day and more ago
    file = build(table, 8, folder, None, 1)
    assert np.array_equal(open_pixels(table, 8, folder)[:, 0, 0], np.arange(6))
    assert left_in(folder) == sorted([file.name, file.with_suffix(".json").name])


WORKERS = (
    KILLED.replace("None, 1)", "None, 2)")
    .replace(
        "build(",
        "if __name__ == '__main__':\n    from cxrstudy.pixels import memory_map\n"
        "    memory_map._FEWEST = 1\n    build(",
    )
    .replace("time.sleep(600)", "(here / str(os.getpid())).touch(); time.sleep(600)")
    .replace("import sys,", "import os, sys,")
)


def test_the_workers_of_a_killed_build_end(tmp_path):
    phantoms(6).to_csv(tmp_path / "table.csv", index=False)
    script = tmp_path / "script.py"  # workers read it, so that they have the stand-in too
    script.write_text(WORKERS)
    child = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)], stderr=subprocess.DEVNULL
    )
    while not (drawing := [path for path in tmp_path.iterdir() if path.name.isdigit()]):
        assert child.poll() is None, "it ended before it was killed"
        time.sleep(0.02)
    child.kill()
    child.wait()
    for _ in range(500):
        left = [path.name for path in drawing if alive(int(path.name))]
        if not left:
            break
        time.sleep(0.02)
    assert not left, "a worker outlives the process that started it"


def test_a_build_under_way_elsewhere_is_left_alone(phantom, folder):
    """Two builds of one file: the second starts and ends within the first."""
    table, read, inner = phantoms(6), phantom.read, []

    def another_process_comes(path, size):
        if path.endswith("/3") and not inner:
            inner.append(True)
            inner.append(sha256(build(table, 8, folder, None, 1)))
        return read(path, size)

    phantom.read = another_process_comes
    file = build(table, 8, folder, None, 1)
    assert inner[1] == sha256(file)
    assert np.array_equal(open_pixels(table, 8, folder)[:, 0, 0], np.arange(6))
    assert left_in(folder) == sorted([file.name, file.with_suffix(".json").name])


def test_a_full_disk_is_an_error_before_anything_is_decoded(phantom, folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    phantom.read = None
    with pytest.raises(OSError, match="No space"):
        build(phantoms(2), 8, folder, None, 1)
    assert left_in(folder) == []
