"""Data: from a publisher's files to cohorts: manifests, cards, roles, splits, downloads."""
