"""Columns of a manifest, their vocabularies, and the error that says what breaks the schema."""

SPLITS = ("train", "validation", "test")
VIEWS = ("PA", "AP", "AP supine", "lateral", "unknown")
SEXES = ("F", "M", "unknown")

COLUMNS = (
    "id", "path", "sha256", "origin", "prepared_sha256", "patient", "source", "view", "sex", "age",
    "width", "height", "licence", "labels", "split", "excluded",
)  # fmt: skip
#: Columns that a manifest may have.
OPTIONAL = ("date",)


class ManifestError(ValueError):
    """A manifest breaks the schema; the message names file, row, column and value."""
