"""Predict: what a recorded run says about images that somebody brings."""
