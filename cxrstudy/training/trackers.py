"""Trackers: fastai's TensorBoard and W&B callbacks, off unless the environment asks for them.

``CXRSTUDY_TRACKERS`` holds ``tensorboard``, ``wandb`` or both with a comma between. A tracker
watches: it changes no bit of a run, and is no part of its id. What is recorded already is not
trained again, so a tracker sees only what is trained from then on.

TensorBoard's files are left in ``runs/tensorboard/RUN``; ``tensorboard --logdir runs/tensorboard``
shows them. W&B's are left in ``runs/wandb``; where they are sent is W&B's own business, by
``WANDB_MODE``, ``WANDB_PROJECT`` and so on.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastai.callback.core import Callback

#: Environment variable that names the trackers.
VARIABLE = "CXRSTUDY_TRACKERS"
LEGAL = ("tensorboard", "wandb")


class TrackerError(RuntimeError):
    """A tracker is unknown or not installed; the message says what to do."""


def wanted() -> tuple[str, ...]:
    """Name the trackers that the environment asks for.

    Raises
    ------
    TrackerError
        It asks for one that there is not.
    """
    names = [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]
    unknown = [name for name in names if name not in LEGAL]
    if unknown:
        raise TrackerError(f"{VARIABLE}: no tracker {unknown[0]!r}; legal: {', '.join(LEGAL)}")
    return tuple(dict.fromkeys(names))


@contextmanager
def tracking(run: str, chain: str, runs: Path) -> Iterator[list["Callback"]]:
    """Open the trackers of a run, and close them however it ends.

    Parameters
    ----------
    run
        Id.
    chain
        Shown beside the curves.
    runs
        Folder of all that runs leave.

    Yields
    ------
    Callbacks for training.

    Raises
    ------
    TrackerError
        A tracker is unknown or not installed.
    """
    names = wanted()
    callbacks = []
    if "tensorboard" in names:
        callbacks.append(_tensorboard(runs / "tensorboard" / run[:12]))
    if "wandb" not in names:
        yield callbacks
        return
    with _wandb(run, chain, runs) as callback:
        yield [*callbacks, callback]


def _tensorboard(folder: Path) -> Any:
    try:
        from fastai.callback.tensorboard import TensorBoardCallback
    except ImportError:
        raise TrackerError("tensorboard is not installed; pip install tensorboard") from None
    # The model's trace and its predictions would draw a batch, and so change the order of images.
    return TensorBoardCallback(log_dir=str(folder), trace_model=False, log_preds=False)


@contextmanager
def _wandb(run: str, chain: str, runs: Path) -> Iterator[Any]:
    try:
        import wandb
        from fastai.callback.wandb import WandbCallback
    except ImportError:
        raise TrackerError("wandb is not installed; pip install wandb") from None
    runs.mkdir(parents=True, exist_ok=True)
    session = wandb.init(
        project=os.environ.get("WANDB_PROJECT", "cxrstudy"), name=run[:12], notes=chain,
        dir=str(runs), config={"run": run, "chain": chain},
    )  # fmt: skip

    class Watching(WandbCallback):
        """fastai's, without its description of every object that the learner holds."""

        def before_fit(self) -> None:
            # It fails on objects without a __dict__; what a run is made of is in its record.
            self.learn.gather_args = dict
            super().before_fit()

    try:
        yield Watching(log_preds=False)
    finally:
        session.finish()
