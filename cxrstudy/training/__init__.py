"""Training: from initial weights, images and labels to a trained network.

A `stage` says what to train on and how; a `chain` is initial weights followed by stages. `weights`
loads initial weights and `model` builds the network; `subset` chooses the training images,
`batches` loads and augments them. `train` runs one stage, with the `schedule` and the `loss`, and
can continue from a `checkpoint`. `scoring` gives probabilities. `backbone` is what goes on to the
next stage. Read `stage` and `chain` first, then `train`.
"""
