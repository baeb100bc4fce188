"""Scoring: the probabilities of a trained network for images."""

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import nn

from cxrstudy.data.role import Task
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.training.loss import probabilities
from cxrstudy.training.model import normalise

#: Batch size for scoring; the last bits of the result depend on it, so it is fixed.
BATCH = 128


@torch.inference_mode()
def score(
    model: nn.Module,
    pixels: RolePixels,
    rows: NDArray[np.intp],
    task: Task,
    normalisation: tuple[float, float],
) -> NDArray[np.float64]:
    """Score rows of a role, without augmentation.

    Parameters
    ----------
    model
        Network, on the device where it computes.
    pixels
        Pixels of a role.
    rows
        (m,) row numbers in the role's table.
    task
        Kind of classification.
    normalisation
        Mean and standard deviation of grey values, by which images are normalised.

    Returns
    -------
    (m, k) probabilities.
    """
    device = next(model.parameters()).device
    model.eval()
    scores = []
    for first in range(0, len(rows), BATCH):
        images = normalise(pixels[rows[first : first + BATCH]], normalisation, device)
        scores.append(probabilities(model(images).float(), task).cpu().numpy())
    return np.concatenate(scores)


def macro_auroc(truth: NDArray[np.float32], scores: NDArray[np.float64]) -> float:
    """Mean AUROC, one against the rest, over the labels with known positives and negatives.

    Parameters
    ----------
    truth, scores
        (n, k); truth is 1, 0, or NaN if unknown.

    Returns
    -------
    The mean; NaN if no label has both positives and negatives.
    """
    values = []
    for column in range(truth.shape[1]):
        known = ~np.isnan(truth[:, column])
        if len(np.unique(truth[known, column])) == 2:
            values.append(roc_auc_score(truth[known, column], scores[known, column]))
    return float(np.mean(values)) if values else float("nan")
