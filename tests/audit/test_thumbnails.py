"""Thumbnails: what can be read is, and what can't is named."""

from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from cxrstudy.audit.thumbnails import look
from tests.support.audited import scenes


def test_every_image_that_can_not_be_read_is_named(
    folder: SimpleNamespace, images: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path))
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))
    rows = []
    for number, scene in enumerate(scenes(6, np.random.default_rng(0))):
        file = tmp_path / f"{number}.png"
        Image.fromarray(scene).save(file)
        if number == 2:
            file.write_bytes(b"no image")
        rows.append({"path": file.name, "sha256": sha256(file.read_bytes()).hexdigest()})
    (tmp_path / "4.png").unlink()
    table = images(*rows)  # type: ignore[operator]
    table.loc[[4, 5], "excluded"] = "a reason"
    seen = look(table, table[table["excluded"] == ""].reset_index(drop=True))
    assert {row: what[:6] for row, what in seen.unreadable.items()} == {2: "PIX002", 4: "PIX001"}
    assert [bool(image.any()) for image in seen.pixels] == [True, True, False, True, False, True]
