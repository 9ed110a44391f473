"""What must hold of a site before anybody sees it: every page is there and whole, and its links lead somewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

#: One for each: a pattern that begins with plain text is found five times as fast.
_LINKS = re.compile(r'href="([^"#?][^"?#]*)'), re.compile(r'src="([^"#?][^"?#]*)')
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//")
_CHART, _DATA = 'class="chart"', 'data-chart="'


def problems(site: Path, pages: Iterable[str], unmade: Iterable[str] = ()) -> Iterator[str]:
    """Everything that is wrong with new pages, as sentences.

    Args:
        site: the folder that is to become the site.
        pages: the new ones, below the site.
        unmade: pages that are not there because they failed, or were never asked for; links to them may lead nowhere.
    """
    excused = set(unmade)

    @cache
    def there(name: str) -> bool:
        return (site / name).exists()

    for page in pages:
        path = site / page
        if not path.exists():
            yield f"{page}: planned, and not there"
            continue
        html = path.read_text(encoding="utf-8")
        if not html.rstrip().endswith("</html>"):
            yield f"{page}: not whole"
        if (declared := html.count(_CHART)) > (found := html.count(_DATA)):
            yield f"{page}: {declared} charts are declared and {found} have data"
        for link in dict.fromkeys(link for pattern in _LINKS for link in pattern.findall(html)):
            if _OUTSIDE.match(link):
                continue
            target = posixpath.normpath(f"/{page}/../{unquote(link)}")[1:]
            if target not in excused and not there(target):
                yield f"{page}: a link leads to {target}, which is not there"
