"""Training: a stage, from initial weights and batches to a trained network."""
