"""Training: from initial weights, images and labels to a trained network.

A `stage` defines the training data and the settings; a `chain` is initial weights followed by
stages. `weights` loads initial weights from the `weight_files`, and `model` builds the network.
`subset` chooses the training images; `batches` loads and augments them. `train` runs one stage,
with the `schedule` and the `loss`, and can continue from a `checkpoint`. `scoring` computes
probabilities. The next stage starts from the `backbone`. Read `stage` and `chain` first, then
`train`.
"""
