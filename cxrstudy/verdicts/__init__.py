"""Verdicts: claims, the evidence for them, and what is recorded of both."""
