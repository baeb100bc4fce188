"""Memory: small files that ask for much are refused before it is taken, and the others are read."""

import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pixels import memory
from cxrstudy.pixels.decode import UnreadableImage, decode_grey
from cxrstudy.pixels.memory import read_file, read_start, require_inflated, require_memory
from tests.support.bombs import bombs, saved
from tests.support.dicoms import compressed, file_of, radiograph, scene
from tests.support.png import png16
from tests.support.project import THIS
from tests.support.some import some

pytest.importorskip("pydicom")

HERE = Path("made.dcm")
#: What a process may take for each file, beside what its libraries take.
ROOM = 400 * 10**6
#: Decodes files by name in a process of little memory, and writes a line for each.
DECODE = f"""
import resource, sys
from pathlib import Path
from cxrstudy.pixels.decode import UnreadableImage, decode_grey, read_file
for warm in sorted(Path(sys.argv[1]).glob("warm.*")):
    decode_grey(read_file(warm), warm)
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + {ROOM}, -1))
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        grey = decode_grey(read_file(path), path)
        print(path.name, "read", *grey.shape, flush=True)
    except UnreadableImage as error:
        print(path.name, error.code, error.detail, flush=True)
"""
#: Decodes a file in a process of its own, and writes by how much its memory grew.
MEASURE = """
import sys
from pathlib import Path
from cxrstudy.pixels.decode import decode_grey
small, path = map(Path, sys.argv[1:])
def said(what):
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(what)).split()[1])
decode_grey(small.read_bytes(), small)
before = said("VmRSS")
Path("/proc/self/clear_refs").write_text("5")
decode_grey(path.read_bytes(), path)
print(said("VmHWM") - before)
"""
#: Memory of what is computed a million pixels at a time, however large the image is.
BLOCKS = 50 * 10**6
#: Bombs that are refused for what they are; all others for the memory that they ask for.
OTHERS = {
    "rows.dcm": "PIX008", "frames.dcm": "PIX004", "run-lengths.dcm": "PIX003",
    "archive.zip": "PIX002",
}  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited and measured as in Linux")
def test_a_folder_of_bombs_takes_no_memory_and_stops_no_other_file(tmp_path):
    sound = {f"{place}.{kind.lower()}": saved(kind) for place in "aoz" for kind in ("PNG", "JPEG")}
    sound["warm.png"], sound["warm.tif"] = saved("PNG"), saved("TIFF")
    files = bombs() | sound
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with (tmp_path / "sparse.raw").open("wb") as sparse:
        sparse.truncate(3 * 10**9)
    done = subprocess.run(
        [sys.executable, "-c", DECODE, str(tmp_path)],
        capture_output=True, text=True, env=environment(), check=False,
    )  # fmt: skip
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert set(said) == {*files, "sparse.raw"}, done.stderr
    assert {name: said[name] for name in sound} == dict.fromkeys(sound, "read 40 48")
    wrong = {
        name: text
        for name, text in said.items()
        if name not in sound and not text.startswith(OTHERS.get(name, "PIX010 "))
    }
    assert wrong == {}
    large = [text for name, text in said.items() if name not in sound and name not in OTHERS]
    assert len(large) >= 12
    assert all(f"the limit is 1 GB; if the file is sound, set {memory.VARIABLE}=" in one
               for one in some(large))  # fmt: skip


def large(kind, side):
    """A smooth image of a kind, of side by side pixels."""
    deep = scene(side, side, 4095).astype("u2")
    grey = (deep >> 4).astype("u1")
    colour = np.stack([grey, grey[::-1], grey[:, ::-1]], axis=-1)
    jpeg = {"quality": 100, "subsampling": 0, "progressive": True}
    return {
        "grey.png": lambda: saved("PNG", grey),
        "deep.png": lambda: saved("PNG", deep),
        "alpha.png": lambda: saved("PNG", np.dstack([colour, grey])),
        "deep-colours.png": lambda: png16(np.repeat(deep[..., None], 4, axis=-1)),
        "colours.jpg": lambda: saved("JPEG", colour, **jpeg),
        "colours.jp2": lambda: saved("JPEG2000", colour),
        "wide.tif": lambda: saved("TIFF", deep.astype("i4") * 4096),
        "deep.dcm": lambda: file_of(radiograph(deep, PixelPaddingValue=9)),
        "colours.dcm": lambda: file_of(
            compressed(
                radiograph(colour, PhotometricInterpretation="YBR_FULL"),
                saved("JPEG", colour, **jpeg), "1.2.840.10008.1.2.4.50",
            )
        ),
        "deflated.dcm": lambda: file_of(deflated_radiograph(deep)),
    }[kind]()  # fmt: skip


def deflated_radiograph(values):
    made = radiograph(values)
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
    return made


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited and measured as in Linux")
@pytest.mark.parametrize("kind", [
    "grey.png", "deep.png", "alpha.png", "deep-colours.png", "colours.jpg", "colours.jp2",
    "wide.tif", "deep.dcm", "colours.dcm", "deflated.dcm",
])  # fmt: skip
def test_no_kind_of_file_takes_more_than_is_said(kind, tmp_path, monkeypatch):
    small, path = tmp_path / f"small-{kind}", tmp_path / kind
    small.write_bytes(large(kind, 64))
    path.write_bytes(large(kind, 3500))
    monkeypatch.setenv(memory.VARIABLE, "0.08")
    needed = re.search(r"need ([0-9.]+) MB", refusal(path.read_bytes(), path).detail)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(small), str(path)],
        capture_output=True, text=True, check=True, env=environment(),
    )  # fmt: skip
    assert int(done.stdout) <= float(needed[1]) * 10**6 + BLOCKS


def environment():
    """Variables of a process that uses this checkout and the usual limit."""
    kept = {name: value for name, value in os.environ.items() if name != memory.VARIABLE}
    return kept | {"PYTHONPATH": str(THIS)}


def refusal(content, path=HERE):
    with pytest.raises(UnreadableImage) as caught:
        decode_grey(content, path)
    return caught.value


def test_the_limit_is_that_of_the_variable(monkeypatch):
    content = saved("PNG")
    monkeypatch.setenv(memory.VARIABLE, "0.00001")
    error = refusal(content)
    assert error.code == "PIX010"
    assert error.detail.startswith("48 x 40 pixels of kind L need 1")
    assert "the limit is 10 kB; if the file is sound, set CXRSTUDY_DECODE_GB=1" in error.detail
    monkeypatch.setenv(memory.VARIABLE, "0.0001")
    assert decode_grey(content, HERE).shape == (40, 48)


@pytest.mark.parametrize("said", ["x", "0", "-1", "nan", "inf", "1 GB"])
def test_a_limit_that_is_no_number_is_named(said, monkeypatch):
    monkeypatch.setenv(memory.VARIABLE, said)
    error = refusal(saved("PNG"))
    assert (error.code, f"CXRSTUDY_DECODE_GB is {said!r}" in error.detail) == ("PIX010", True)


@given(needed=st.integers(0, 10**12))
def test_what_is_enough_is_said_and_is_enough(needed):
    try:
        require_memory(needed, "They", HERE)
    except UnreadableImage as error:
        enough = int(re.search(r"CXRSTUDY_DECODE_GB=(\d+)$", error.detail)[1])
        assert enough * 10**9 >= needed > 10**9
    else:
        assert needed <= 10**9


@given(size=st.integers(0, 5 * 10**6), limit=st.integers(1, 5 * 10**6), copies=st.integers(1, 3))
def test_what_is_deflated_is_held_to_what_it_unpacks_to(size, limit, copies):
    packed = zlib.compress(bytes(size), wbits=-15)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(memory.VARIABLE, str((limit + 0.5) / 10**9))
        try:
            require_inflated(packed, copies, HERE)
            said = ""
        except UnreadableImage as error:
            said = str(error)
    assert (copies * size <= limit) == (said == "")
    assert said == "" or re.match(r"PIX010 .*, which unpack to .* or more, need ", said)


def test_damage_to_what_is_deflated_is_not_called_large():
    with pytest.raises(zlib.error):
        require_inflated(b"\xff" * 9, 1, HERE)


def test_a_file_is_read_whole_and_its_start_alone(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)) * 400)
    assert read_file(path) == bytes(range(256)) * 400
    assert read_start(path) == bytes(range(256)) * 256


@pytest.mark.parametrize("read", [read_file, read_start])
@pytest.mark.parametrize("name", ["missing.png", "."])
def test_what_can_t_be_opened_has_a_code(read, name, tmp_path):
    with pytest.raises(UnreadableImage, match="PIX001"):
        read(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
def test_a_pipe_is_read_up_to_the_limit(tmp_path, monkeypatch):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for limit, content in (("0.001", saved("PNG")), ("0.00000001", bytes(20000))):
        monkeypatch.setenv(memory.VARIABLE, limit)
        with subprocess.Popen(["dd", f"of={pipe}", "status=none"], stdin=subprocess.PIPE) as writer:
            writer.stdin.write(content)
            writer.stdin.close()
            if limit == "0.001":
                assert read_file(pipe) == content
            else:
                with pytest.raises(UnreadableImage, match=r"PIX010.*its 11 bytes need"):
                    read_file(pipe)
