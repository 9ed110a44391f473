"""Words as people type them, folded to one spelling so that codes and headings can be matched."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Apostrophes, hyphens and quotes that a word processor puts where a keyboard has one plain sign.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u00b4\u0060\u2032", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00ab\u00bb\u201c\u201d\u201e\u201f", '"'),
        "œ": "oe",
        "Œ": "oe",
        "æ": "ae",
        "Æ": "ae",
    }
)


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """One spelling for all: lower case, no accents, single spaces, plain apostrophes and hyphens.

    Signs that cannot be seen (zero-width and direction marks) are dropped: they come with
    copies from web pages and make two equal words differ.

    >>> fold("  Pays\u2011Bas ")
    'pays-bas'
    >>> fold("Œuvre\u00a0d\u2019ÉTÉ")
    "oeuvre d'ete"
    """
    plain = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    seen = "".join(sign for sign in plain if not unicodedata.category(sign).startswith(("M", "Cf")))
    # Once more after casefold: a few letters decompose only when they are lower case.
    lower = unicodedata.normalize("NFKD", seen.casefold().translate(_SIGNS))
    kept = "".join(sign for sign in lower if not unicodedata.category(sign).startswith(("M", "Cf")))
    return re.sub(r"\s+", " ", kept).strip()
