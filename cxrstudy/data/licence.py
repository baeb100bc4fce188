"""Licence: whether an image may be shown in something that is published.

Any image may be used on the machine of whoever has it. A figure is a copy, and a cropped or
coloured one a derivative; so only what is stated to allow both is shown.
"""

import re

#: Creative Commons without "no derivatives", with or without a version, as sources spell it.
#: This is a book without commercial purpose; NC is therefore no obstacle, and the figure says so.
_CREATIVE_COMMONS = re.compile(r"cc[ -](0|by(-nc)?(-sa)?)([ -]\d\.\d)?|cc0([ -]1\.0)?")
_NIH = re.compile(r"nih clinical center, free use with citation")
_NIH_CARD = re.compile(r"free use with citation \(nih clinical center\)")
_LEGAL = (_CREATIVE_COMMONS, _NIH, _NIH_CARD)


def publishable(licence: str) -> bool:
    """Tell whether an image under a licence may be shown in a published figure.

    Parameters
    ----------
    licence
        As a manifest states it.

    Returns
    -------
    True for CC0, for CC BY with or without NC and SA, and for NIH's free use with citation. False
    for all else, so also for no statement, "research use only", and for the licence of a
    collection that says nothing of what its owners took from elsewhere.
    """
    stated = " ".join(licence.lower().split())
    return any(legal.fullmatch(stated) for legal in _LEGAL)
