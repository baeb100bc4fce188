"""Trackers: fastai's TensorBoard and W&B callbacks, off by default.

The environment variable ``CXRSTUDY_TRACKERS`` holds ``tensorboard``, ``wandb``, or both separated
by a comma. A tracker does not change the result of a run, and is not part of its id. Recorded runs
are not trained again, so a tracker shows only runs that are trained after it was switched on.

TensorBoard's files are written to ``runs/tensorboard/RUN``; ``tensorboard --logdir
runs/tensorboard`` shows them. W&B's files are written to ``runs/wandb``; W&B's own variables
``WANDB_MODE``, ``WANDB_PROJECT`` and so on decide where they are sent.
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
    """Names of the trackers in the environment variable.

    Raises
    ------
    TrackerError
        One of them is unknown.
    """
    names = [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()]
    unknown = [name for name in names if name not in LEGAL]
    if unknown:
        raise TrackerError(
            f"{VARIABLE}: no tracker {unknown[0]!r}; the trackers are {', '.join(LEGAL)}"
        )
    return tuple(dict.fromkeys(names))


@contextmanager
def tracking(run: str, chain: str, runs: Path) -> Iterator[list["Callback"]]:
    """Open the trackers of a run, and close them at its end, also after an error.

    Parameters
    ----------
    run
        Id of the run.
    chain
        Text to show beside the curves.
    runs
        Folder for all output of runs.

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
    # Tracing the model and logging predictions would take a batch and change the order of images.
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
        """fastai's callback, without its description of every object in the learner."""

        def before_fit(self) -> None:
            # The description fails for objects without a __dict__. The record has the same facts.
            self.learn.gather_args = dict
            super().before_fit()

    try:
        yield Watching(log_preds=False)
    finally:
        session.finish()
