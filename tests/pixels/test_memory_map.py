"""Pixel files of made images: right rows, right names, whole or not there."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import cxrstudy
from cxrstudy.base import processes
from cxrstudy.base.coverage import code_fingerprint, pixel_environment
from cxrstudy.pixels import memory_map
from cxrstudy.pixels.decode import fit, read_grey
from cxrstudy.pixels.grey import UnreadableImage
from cxrstudy.pixels.memory_map import build, open_pixels
from cxrstudy.pixels.pixel_file import AlteredPixelsError
from tests.support.processes import alive
from tests.support.some import some


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def manifest(data, names):
    return pd.DataFrame(
        {
            "id": [Path(name).stem for name in names],
            "path": names,
            "sha256": [sha256(data / name) for name in names],
            "prepared_sha256": "",
            "excluded": "",
        }
    )


@pytest.fixture
def data(tmp_path):
    """Make a folder of nine images of different formats and sizes."""
    folder = tmp_path / "data" / "set"
    folder.mkdir(parents=True)
    random = np.random.default_rng(7)
    for index in range(9):
        size = (20 + index, 31 - index)
        kind = ("png", "jpg")[index % 2]
        values = random.integers(0, 256, size, np.uint8)
        Image.fromarray(values).save(folder / f"im{index}.{kind}")
    return folder.parent


@pytest.fixture
def few_each(monkeypatch):
    """Several processes work on nine images too."""
    monkeypatch.setattr(memory_map, "_FEWEST", 1)


@pytest.fixture
def table(data):
    names = sorted(path.relative_to(data).as_posix() for path in data.rglob("im*"))
    return manifest(data, names)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "pixels"


@pytest.fixture
def phantom(monkeypatch):
    """Put a generator of squares in the place of the phantoms."""

    def read(path, size):
        return np.full((size, size), int(path.rpartition("/")[2]), np.uint8)

    stand_in = SimpleNamespace(read=read)
    monkeypatch.setattr(cxrstudy, "phantom", stand_in, raising=False)
    return stand_in


def phantoms(count):
    names = [f"phantom:target/{index}" for index in range(count)]
    return pd.DataFrame(
        {"id": names, "path": names, "sha256": [f"{i:064x}" for i in range(count)]}
    ).assign(prepared_sha256="", excluded="")


def left_in(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# --- what is in the file ------------------------------------------------------------------------


def test_rows_are_the_tables_rows(table, data, folder):
    build(table, 16, folder, data, 1)
    opened = open_pixels(table, 16, folder)
    assert opened.shape == (len(table), 16, 16)
    for index, path in some(enumerate(table["path"])):
        assert np.array_equal(opened[index], fit(read_grey(data / path), 16))


def test_opened_is_a_read_only_memory_map(table, data, folder):
    build(table, 16, folder, data, 1)
    opened = open_pixels(table, 16, folder)
    assert isinstance(opened, np.memmap)
    assert opened.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        opened[0] = 0


def test_workers_do_not_change_bits(table, data, folder, tmp_path, few_each):
    one = build(table, 24, folder, data, 1)
    two = build(table, 24, tmp_path / "other", data, 2)
    assert one.name == two.name
    assert sha256(one) == sha256(two)
    assert left_in(one.parent) == left_in(two.parent)


def test_many_chunks_fill_every_row(table, data, folder, monkeypatch):
    monkeypatch.setattr(memory_map, "_LARGEST_CHUNK", 2)
    build(table, 16, folder, data, 1)
    last = fit(read_grey(data / table["path"].iloc[-1]), 16)
    assert np.array_equal(open_pixels(table, 16, folder)[-1], last)


def test_phantoms_are_rendered_into_their_rows(phantom, folder):
    build(phantoms(5), 8, folder, None, 1)
    opened = open_pixels(phantoms(5), 8, folder)
    assert np.array_equal(opened[:, 0, 0], np.arange(5))


def test_phantoms_and_files_share_a_table(phantom, table, data, folder):
    mixed = pd.concat([phantoms(2), table.iloc[:1]], ignore_index=True)
    build(mixed, 8, folder, data, 1)
    opened = open_pixels(mixed, 8, folder)
    assert np.array_equal(opened[1], np.ones((8, 8)))
    assert np.array_equal(opened[2], fit(read_grey(data / table["path"][0]), 8))


def test_phantom_of_another_size_is_refused(phantom, folder):
    phantom.read = lambda path, size: np.ones((1, size), np.uint8)  # would broadcast silently
    with pytest.raises(ValueError, match="phantom:target/0"):
        build(phantoms(2), 8, folder, None, 1)
    assert left_in(folder) == []


def test_a_prepared_copy_is_as_good_as_the_original(table, data, folder):
    changed = table.assign(prepared_sha256=table["sha256"], sha256="0" * 64)
    file = build(changed, 16, folder, data, 1)
    assert json.loads(file.with_suffix(".json").read_text())["from_prepared_copies"] == len(table)


def test_the_json_beside_says_what_it_is(table, data, folder):
    file = build(table, 16, folder, data, 1)
    said = json.loads(file.with_suffix(".json").read_text())
    assert (said["n"], said["pixels"], said["from_prepared_copies"]) == (9, 16, 0)
    assert said["ids_sha256"] == hashlib.sha256("\n".join(table["id"]).encode()).hexdigest()
    assert said["code_sha256"] == code_fingerprint("pixels")
    assert said["versions"] == pixel_environment()


# --- what it is called --------------------------------------------------------------------------


def test_an_existing_file_is_not_made_again(table, data, folder):
    first = build(table, 16, folder, data, 1)
    before = first.stat().st_mtime_ns
    for path in data.rglob("im*"):
        path.unlink()  # nothing could be read now
    assert build(table, 16, folder, data, 1) == first
    assert first.stat().st_mtime_ns == before


@pytest.mark.parametrize("change", ["flip", "cut off", "mirror", "no description"])
def test_a_changed_file_is_drawn_anew_and_never_opened(table, data, folder, change):
    file = build(table, 16, folder, data, 1)
    before = file.read_bytes()
    if change == "no description":
        file.with_suffix(".json").unlink()
    elif change == "mirror":
        np.save(file, np.load(file)[:, :, ::-1])
    else:
        flipped = bytes([before[-1] ^ 1])
        file.write_bytes(before[:-1] + (flipped if change == "flip" else b""))
    with pytest.raises(AlteredPixelsError, match=file.name):
        open_pixels(table, 16, folder)
    with pytest.warns(UserWarning, match=f"{file.name}: .* it is drawn anew"):
        assert build(table, 16, folder, data, 1) == file
    assert file.read_bytes() == before
    assert np.array_equal(open_pixels(table, 16, folder), np.load(file))


def test_name_is_a_key_and_the_resolution(table, data, folder):
    name = build(table, 16, folder, data, 1).name
    key, _, rest = name.partition("-")
    assert len(bytes.fromhex(key)) == 8
    assert rest == "16.npy"


@pytest.mark.parametrize("change", ["order", "id", "sha256", "prepared_sha256", "fewer"])
def test_other_rows_are_another_file(table, data, folder, change):
    build(table, 16, folder, data, 1)
    other = {
        "order": lambda: table.iloc[::-1],
        "fewer": lambda: table.iloc[:-1],
    }.get(change, lambda: table.assign(**{change: ["f" * 64, *table[change][1:]]}))()
    with pytest.raises(FileNotFoundError, match=r"16\.npy.*build"):
        open_pixels(other, 16, folder)


def test_another_decoder_makes_another_file(table, data, folder, monkeypatch):
    build(table, 16, folder, data, 1)
    monkeypatch.setattr(memory_map, "code_fingerprint", lambda purpose: f"other {purpose}")
    with pytest.raises(FileNotFoundError):
        open_pixels(table, 16, folder)


def test_what_does_not_change_pixels_does_not_change_the_name(table, data, folder, tmp_path):
    first = build(table, 16, folder, data, 1)
    data.rename(tmp_path / "moved")
    moved = table.assign(path="moved/" + table["path"], split="train")
    moved.index = range(100, 100 + len(moved))
    assert build(moved, 16, folder, tmp_path, 1) == first


def test_missing_hashes_and_empty_strings_are_the_same(table, data, folder):
    build(table, 16, folder, data, 1)
    assert len(open_pixels(table.assign(prepared_sha256=None), 16, folder)) == len(table)


# --- what stops it ------------------------------------------------------------------------------


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


# --- whole or not at all ------------------------------------------------------------------------


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


# --- workers ------------------------------------------------------------------------------------


def test_workers_have_one_numeric_thread_and_the_parent_keeps_its_own(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with memory_map._pool(2) as pool:
        assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"
        assert pool.submit(os.getenv, "OPENBLAS_NUM_THREADS").result() == "1"
    assert os.environ["OMP_NUM_THREADS"] == "5"
    assert "MKL_NUM_THREADS" not in os.environ


def test_no_process_is_started_for_a_few_images(table, data, folder, monkeypatch):
    monkeypatch.setattr(memory_map, "processes", None)
    assert build(table, 16, folder, data, 8).is_file()


def test_a_worker_imports_neither_torch_nor_pandas():
    found = subprocess.run(
        [sys.executable, "-c", "import sys, cxrstudy.pixels.memory_map; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert "cxrstudy.pixels.decode" in found
    assert not {"torch", "pandas", "fastai"} & set(found)


def test_progress_counts_images(table, data, folder, capsys, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "log")
    build(table, 16, folder, data, 1)
    assert capsys.readouterr().err.splitlines()[-1].startswith("pixels 16: 9 in ")


def test_builds_share_their_processes_and_draw_the_same(table, data, tmp_path, monkeypatch):
    monkeypatch.setattr(memory_map, "_FEWEST", 1)
    opened, pool = [], processes.pool

    def counted(*arguments):
        opened.append(arguments)
        return pool(*arguments)

    monkeypatch.setattr(processes, "pool", counted)
    with memory_map.one_pool(2):
        shared = [build(table, side, tmp_path / "shared", data, 2) for side in (8, 16)]
    assert len(opened) == 1
    alone = [build(table, side, tmp_path / "alone", data, 2) for side in (8, 16)]
    assert len(opened) == 3
    assert [sha256(file) for file in shared] == [sha256(file) for file in alone]
