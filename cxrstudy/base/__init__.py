"""Base: what every other folder stands on: places, identity, progress, plain files."""
