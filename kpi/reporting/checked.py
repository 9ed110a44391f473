"""What must hold of a site before anybody sees it: every page is there and whole, and its links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

_LINK = re.compile(r'\b(?:href|src)="([^"#?][^"?#]*)')
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
        for link in dict.fromkeys(_LINK.findall(html)):
            if _OUTSIDE.match(link):
                continue
            target = _resolved(PurePosixPath(page).parent, unquote(link))
            if target not in excused and not there(target):
                yield f"{page}: a link leads to {target}, which is not there"


def _resolved(folder: PurePosixPath, link: str) -> str:
    parts = list(folder.parts)
    for part in PurePosixPath(link).parts:
        if part == "..":
            parts = parts[:-1]
        else:
            parts.append(part)
    return "/".join(parts)
