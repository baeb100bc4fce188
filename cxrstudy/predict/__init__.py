"""Predict: apply the network of a recorded run to image files of one's own. Not for clinical use.

Image files and the id of a run go in; probabilities, a call at an operating point, warnings and
maps come out (`predict`, `answer`). Read `predict` first.
"""
