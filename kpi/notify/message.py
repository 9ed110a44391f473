"""News in the reader's language: a subject, a text, and the same as a small page."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kpi.i18n import Translator, translator
from kpi.notify.news import News

#: Objectives told by name; a change of method moves hundreds.
MOST = 20


@dataclass(frozen=True)
class Message:
    """What one reader gets. ``sections`` are titles with lines; the first has no title."""

    language: str
    subject: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def text(self) -> str:
        """As plain text."""
        blocks = []
        for title, lines in self.sections:
            blocks.append("\n".join([title, *(f"- {line}" for line in lines)] if title else lines))
        return "\n\n".join(blocks) + "\n"

    @property
    def html(self) -> str:
        """As a page in one file, without anything to load; whatever was delivered is text in it."""
        body = Markup("").join(
            Markup("<h2>{}</h2>\n<ul>{}</ul>\n").format(
                title, Markup("").join(Markup("<li>{}</li>\n").format(line) for line in lines)
            )
            if title
            else Markup("").join(Markup("<p>{}</p>\n").format(line) for line in lines)
            for title, lines in self.sections
        )
        return Markup(
            '<!DOCTYPE html>\n<html lang="{}">\n<head><meta charset="utf-8"><title>{}</title></head>\n'
            "<body>\n<h1>{}</h1>\n{}</body>\n</html>\n"
        ).format(self.language, self.subject, self.subject, body)


def compose_message(news: News, language: str, link: str = "", names: dict[str, str] | None = None) -> Message:
    """The message of a run for readers of one language.

    Args:
        news: what happened.
        language: ``fr``, ``nl`` or ``en``.
        link: where the site is; told as it is.
        names: titles of objectives in that language; an id without one stands for itself.
    """
    words = translator(language)
    opening = [words.t(f"notify.outcome.{news.outcome}")]
    if news.error:
        opening.append(news.error)
    if news.run:
        opening.append(words.t("notify.pages", n=words.number(news.rendered), run=news.run))
    if link:
        opening.append(words.t("notify.link", link=link))
    sections = [
        ("", tuple(opening)),
        (words.t("notify.failed"), tuple(f"{page}: {reason}" for page, reason in news.failed.items())),
        *_held_back(news, words),
        (words.t("notify.moved"), tuple(_moved(news, words, names or {}))),
    ]
    return Message(language, words.t(f"notify.subject.{news.outcome}"), tuple(s for s in sections if s[1]))


def _held_back(news: News, words: Translator) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for source, (count, reasons) in news.held_back.items():
        more = count - len(reasons)
        lines = [*reasons, *([words.t("notify.more", n=words.number(more))] if more > 0 else [])]
        found.append((words.n("notify.held-back", count, source=source), tuple(lines)))
    return found


def _moved(news: News, words: Translator, names: dict[str, str]) -> list[str]:
    objectives = sorted(news.moved.keys() | news.gained.keys())
    lines = []
    for objective in objectives[:MOST]:
        parts = [
            words.t("notify.change", what=words.t(f"status.{status}"), old=old, new=new)
            for status, (old, new) in news.moved.get(objective, {}).items()
        ]
        if objective in news.gained:
            old, new = news.gained[objective]
            parts.append(words.t("notify.change", what=words.t("notify.with-figures"), old=old, new=new))
        lines.append(f"{names.get(objective, objective)}: {'; '.join(parts)}")
    if len(objectives) > MOST:
        lines.append(words.t("notify.more", n=words.number(len(objectives) - MOST)))
    return lines
