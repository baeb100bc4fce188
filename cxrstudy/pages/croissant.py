"""Croissant: a manifest and its card as Croissant 1.0 metadata, which data set tools read.

See https://docs.mlcommons.org/croissant/docs/croissant-spec.html. It describes the table, not the
images, which are not part of this project.
"""

from pathlib import Path
from typing import Any

from cxrstudy.base.identity import file_sha256
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import read_manifest
from cxrstudy.data.manifest_schema import SCHEMA

CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs",
    "column": "cr:column", "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract",
    "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex",
    "repeated": "cr:repeated", "replace": "cr:replace", "sc": "https://schema.org/",
    "samplingRate": "cr:samplingRate", "separator": "cr:separator", "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}  # fmt: skip
#: Type of each column that is no text.
TYPES = {"age": "sc:Float", "width": "sc:Integer", "height": "sc:Integer"}


def croissant(manifest: Path, published: str) -> dict[str, Any]:
    """Describe a manifest.

    Parameters
    ----------
    manifest
        A manifest's CSV file, with its card beside it.
    published
        Day of the release, ISO 8601.

    Raises
    ------
    ManifestError, CardError
        The manifest or its card is not valid.
    """
    card, columns = read_card(manifest.with_suffix(".yaml")), read_manifest(manifest).table.columns
    file = manifest.name
    described = f"{card.title}. {card.copies}. Known traps: {'; '.join(card.traps)}."
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": card.name,
        "description": described,
        "license": card.licence,
        "citeAs": card.citation,
        "url": _address(card.address),
        # Croissant asks for a semantic version; what is pinned stands beside it.
        "version": "1.0.0",
        "sc:sameAs": f"{card.address}, {card.version}",
        "datePublished": published,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": file,
                "name": file,
                "contentUrl": file,
                "encodingFormat": "text/csv",
                "sha256": file_sha256(manifest),
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "images",
                "name": "images",
                "description": "one row per image",
                "key": {"@id": "images/id"},
                "field": [_field(name, file) for name in columns if name in SCHEMA.columns],
            }
        ],
    }


def _field(name: str, file: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"images/{name}",
        "name": name,
        "description": SCHEMA.columns[name].description,
        "dataType": TYPES.get(name, "sc:Text"),
        "source": {"fileObject": {"@id": file}, "extract": {"column": name}},
    }


def _address(said: str) -> str:
    """The address of a card as one that a browser opens; the card may say more after it."""
    first = said.split(";")[0].split(",")[0].strip()
    return first if first.startswith("http") else f"https://{first}"
