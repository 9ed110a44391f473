"""What a page may load, told to the browser in the page itself: nothing from another host, no script that is not ours.

``'self'`` names the site on a server and, in Chromium, on disk; Firefox takes each page on disk for an origin of its
own, so ``file:`` stands beside it (a page from a server may load no ``file:`` in any browser). plotly.js sets styles
on what it draws, which needs ``'unsafe-inline'`` for styles; scripts never get it, nor ``'unsafe-eval'``. The data of a
chart is JSON in the page, which no browser runs, so it needs no permission.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache

#: Saving a chart makes a picture in memory (``data:``, ``blob:``); there is no other image.
_COMMON = "img-src data: blob:; base-uri 'none'; form-action 'none'"
#: The policy of every page of a site.
SITE_POLICY = f"default-src 'none'; script-src 'self' file:; style-src 'self' file: 'unsafe-inline'; {_COMMON}"


def inline_policy(scripts: Sequence[str]) -> str:
    """The policy of a page in one file: only these scripts run, each known by its hash.

    >>> inline_policy([""]).split("; ")[1]
    "script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    allowed = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; {_COMMON}"


@lru_cache(maxsize=16)
def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
