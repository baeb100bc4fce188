"""Live: the explorer as a widget that requests images and maps from Python.

Messages from the front end, as JSON: ``show`` (a case, and one part per arm), ``cancel``, and
``upload`` (with a buffer). Answers: ``picture``, ``map``, ``progress``, ``done``, ``added`` and
``error``; all but the last two contain the number of the request.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from cxrstudy.explorer import frontend
from cxrstudy.explorer.answers import Explainer, low_maps
from cxrstudy.explorer.build import read_all, unseen_case_of
from cxrstudy.explorer.case import MapKey, as_address
from cxrstudy.explorer.catalogue import live_catalogue
from cxrstudy.explorer.encode import encode_image
from cxrstudy.explorer.gallery import Item
from cxrstudy.explorer.map_worker import MapWorker, Report
from cxrstudy.explorer.upload import Parts, UploadError, read_upload
from cxrstudy.runs.network import TrainedNetwork

_REPORT_EVERY = 0.1  # seconds; enough for a progress bar
#: A live map is computed for one image, and shown at the full resolution of its layer.
_FINEST = 64


class Explorer(anywidget.AnyWidget):
    """The live explorer; made by :func:`cxrstudy.explorer.explore`.

    Parameters
    ----------
    networks
        Networks by arm.
    items
        The images of the gallery.
    explain
        Computes the maps.
    title
        Title above the explorer and for screen readers.
    """

    _esm = frontend.script()
    _css = frontend.style()
    catalogue = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        networks: Mapping[str, TrainedNetwork],
        items: Sequence[Item],
        explain: Explainer,
        title: str,
    ) -> None:
        said = zip(items, read_all(networks, items), strict=True)
        cases = [unseen_case_of(item, readings) for item, readings in said]
        super().__init__(catalogue=live_catalogue(networks, explain, cases, title))
        self._networks, self._explain = dict(networks), explain
        self._items = {item.id: item for item in items}
        self._maps: dict[tuple[str, str, MapKey], list[Any]] = {}
        self._parts, self._uploads = Parts(), 0
        self._worker = MapWorker(lambda error: self._fail(error))
        self.on_msg(self._hear)

    def _hear(self, _: Any, message: dict[str, Any], buffers: Sequence[Any]) -> None:
        try:
            kind = message["kind"]
            if kind == "cancel":
                self._worker.cancel()
            elif kind == "show":
                self._worker.submit(lambda report: self._show(message, report))
            elif kind == "upload":
                self._collect(message, bytes(buffers[0]))
        except Exception as error:  # users do not see the kernel's log
            self._fail(error)

    def _show(self, message: dict[str, Any], report: Report) -> None:
        """Send the image, then one map per arm."""
        request, item = message["request"], self._items[message["case"]]
        picture = {"image": as_address(encode_image(item.picture.shown()))}
        outline = item.picture.outline()
        self._say("picture", request, case=item.id, outline=outline, **picture)
        parts = message["parts"]
        for number, part in enumerate(parts):
            share = self._progress(request, number, len(parts), report)
            key = MapKey(part["method"], part["layer"], part["label"])
            written = self._map(part["arm"], item, key, share)
            report(0)  # raises if it was cancelled meanwhile
            self._say("map", request, case=item.id, map=written, **part)
        self._say("done", request)

    def _map(self, arm: str, item: Item, key: MapKey, report: Report) -> list[Any]:
        """Compute a map once; maps are small and are kept in memory."""
        place = arm, item.id, key
        if place not in self._maps:
            network = self._networks[arm]
            squares = item.picture.square(network.pixels)[None]
            (low,) = low_maps(network, self._explain, squares, key, report, _FINEST)
            self._maps[place] = low.written
        return self._maps[place]

    def _progress(self, request: int, number: int, parts: int, report: Report) -> Report:
        """Report the progress of one part as a fraction of the whole request, not too often."""
        said = time.monotonic()

        def share_of_part(share: float) -> None:
            nonlocal said
            report(share)
            if time.monotonic() - said >= _REPORT_EVERY:
                said = time.monotonic()
                self._say("progress", request, share=(number + share) / parts)

        return share_of_part

    def _collect(self, message: dict[str, Any], part: bytes) -> None:
        self._parts.add(message["name"], message["first"], part)
        if message["last"]:
            name, content = self._parts.name, bytes(self._parts.content)
            self._parts = Parts()
            self._worker.submit(lambda _: self._upload(name, content))

    def _upload(self, name: str, content: bytes) -> None:
        item = read_upload(name, content, self._uploads + 1)
        (readings,) = read_all(self._networks, [item])
        self._uploads += 1
        self._items[item.id] = item
        self.send({"kind": "added", "case": unseen_case_of(item, readings).written})

    def _say(self, kind: str, request: int, **content: Any) -> None:
        self.send({"kind": kind, "request": request, **content})

    def _fail(self, error: Exception) -> None:
        text = str(error) if isinstance(error, UploadError) else _in_words(error)
        self.send({"kind": "error", "text": text})


def _in_words(error: Exception) -> str:
    return f"That did not work: {error} ({type(error).__name__})."
