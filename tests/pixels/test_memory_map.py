"""Pixel files of made images: right rows, right names, the same from any workers."""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from cxrstudy.base import processes
from cxrstudy.base.coverage import code_fingerprint, pixel_environment
from cxrstudy.pixels import memory_map
from cxrstudy.pixels.decode import fit, read_grey
from cxrstudy.pixels.memory_map import build, open_pixels
from cxrstudy.pixels.pixel_file import AlteredPixelsError
from tests.support import pixel_builds
from tests.support.pixel_builds import left_in, phantoms, sha256
from tests.support.some import some

data, table, folder = pixel_builds.data, pixel_builds.table, pixel_builds.folder
phantom, few_each = pixel_builds.phantom, pixel_builds.few_each

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
