"""A page that could not be made anew: the last good one, with a note of its age."""

from __future__ import annotations

import re

from markupsafe import Markup

from kpi.i18n import translator

_NOTE = re.compile(r"<!--stale-->.*?<!--/stale-->", re.DOTALL)
_MAIN = re.compile(r"<main\b[^>]*>")


def with_note(html: str, language: str, day: str) -> str:
    """The page with a note, at the head of its main part, that it is of an earlier day.

    Args:
        html: the page as it was published last, with or without such a note.
        language: of the page.
        day: ISO date on which it was made; empty where nobody knows any more.
    """
    words = translator(language)
    when = words.t("stale.since", date=words.period(day)) if day else words.t("stale.unknown")
    note = Markup('<!--stale--><p class="notice" role="note"><strong>{}</strong> {}</p><!--/stale-->').format(
        words.t("stale.title"), when
    )
    return _MAIN.sub(lambda found: found[0] + str(note), _NOTE.sub("", html), count=1)
