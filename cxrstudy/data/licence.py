"""Licence: whether an image may be shown in a publication.

Local use of an image is not restricted here. A figure is a copy of the image, and a cropped or
coloured figure is a derivative. An image is therefore shown only if its licence states that it
allows copies and derivatives.
"""

import re

#: Creative Commons without "no derivatives", with or without a version, in the sources' spellings.
#: This book has no commercial purpose, so NC is allowed; the figure states the licence.
_CREATIVE_COMMONS = re.compile(r"cc[ -](0|by(-nc)?(-sa)?)([ -]\d\.\d)?|cc0([ -]1\.0)?")
_NIH = re.compile(r"nih clinical center, free use with citation")
_NIH_CARD = re.compile(r"free use with citation \(nih clinical center\)")
_LEGAL = (_CREATIVE_COMMONS, _NIH, _NIH_CARD)


def publishable(licence: str) -> bool:
    """Whether an image under a licence may be shown in a published figure.

    Parameters
    ----------
    licence
        Licence as stated in a manifest.

    Returns
    -------
    True for CC0, for CC BY with or without NC and SA, and for NIH's free use with citation. False
    for everything else. This includes a missing statement, "research use only", and the licence of
    a collection that does not mention its images from other sources.
    """
    stated = " ".join(licence.lower().split())
    return any(legal.fullmatch(stated) for legal in _LEGAL)
