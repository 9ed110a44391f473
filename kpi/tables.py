"""Tables that read well and can be read aloud: caption, scopes, numbers to the right, everything escaped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

Cell = str | Markup


@dataclass(frozen=True)
class Column:
    """A heading; ``numeric`` columns are set to the right in tabular figures."""

    title: Cell
    numeric: bool = False


def table(
    caption: Cell,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    label: str = "",
    hidden_caption: bool = False,
    kind: str = "",
    cards: bool = False,
) -> Markup:
    """A table inside a region that can be scrolled with the keyboard on a narrow screen.

    The first cell of each row is its heading. Text that is no ``Markup`` is escaped.

    Args:
        caption: what the table holds.
        columns: one a cell.
        rows: cells, as many as columns.
        label: name of the region; the caption when empty.
        hidden_caption: keep the caption for screen readers only, where a heading says the same.
        kind: a further class.
        cards: on a small screen each row is a card that tells its headings, instead of scrolling sideways.

    >>> print(table("C", [Column("a"), Column("n", numeric=True)], [["<b>", "1"]]).partition("<tbody>")[2][:50])
    <tr><th scope="row">&lt;b&gt;</th><td>1</td></tr><
    """
    # A table of numbers says so once: a class on each of its cells would be a tenth of a page.
    numbers = len(columns) > 1 and all(column.numeric for column in columns[1:])
    told = [Column(column.title, numeric=column.numeric and not numbers) for column in columns]
    heads = "".join(f'<th scope="col"{_numeric(column)}>{escape(column.title)}</th>' for column in told)
    body = "".join(_row(told, row) for row in rows)
    return Markup(
        '<div class="table{kind}" role="region" aria-label="{name}" tabindex="0"><table{heading}>'
        "<caption{hidden}>{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    ).format(
        kind=(f" {kind}" if kind else "") + (" numbers" if numbers else "") + (" cards" if cards else ""),
        heading=_headings(columns) if cards else "",
        name=label or (caption.striptags() if isinstance(caption, Markup) else caption),
        hidden=Markup(' class="unseen"') if hidden_caption else "",
        caption=caption,
        heads=Markup(heads),  # noqa: S704  (every cell was escaped; Markup.format cell by cell takes half a page's time)
        body=Markup(body),  # noqa: S704
    )


def _headings(columns: Sequence[Column]) -> Markup:
    """Headings for the stylesheet, once a table: an attribute on each cell would say them in every row."""
    names = (escape(column.title).striptags() for column in columns[1:])
    told = (f"--h{place}:{json.dumps(name, ensure_ascii=False)}" for place, name in enumerate(names, start=2))
    return Markup(' style="{}"').format(";".join(told))


def _row(columns: Sequence[Column], cells: Sequence[Cell]) -> str:
    first, *others = cells
    tail = "".join(f"<td{_numeric(c)}>{escape(cell)}</td>" for c, cell in zip(columns[1:], others, strict=True))
    return f'<tr><th scope="row">{escape(first)}</th>{tail}</tr>'


def _numeric(column: Column) -> str:
    return ' class="num"' if column.numeric else ""


def abbreviation(short: str, full: str) -> Markup:
    """A short form whose meaning is told to the mouse and read out to a screen reader."""
    return Markup('<span role="img" title="{full}">{short}</span>').format(short=short, full=full)


def definition_list(pairs: Iterable[tuple[Cell, Cell]]) -> Markup:
    """Terms and what they mean here; a pair without content is left out."""
    items = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(term, content) for term, content in pairs if content
    )
    return Markup("<dl>{}</dl>").format(items) if items else Markup("")


def bullet_list(items: Iterable[Cell], kind: str = "", *, ordered: bool = False) -> Markup:
    """A list; nothing for no items."""
    entries = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
    if not entries:
        return Markup("")
    element = "ol" if ordered else "ul"
    named = Markup(' class="{}"').format(kind) if kind else ""
    return Markup("<{0}{1}>{2}</{0}>").format(element, named, entries)


def details(summary: Cell, content: Markup) -> Markup:
    """Something to open; printed open."""
    return Markup("<details><summary>{}</summary>{}</details>").format(summary, content) if content else Markup("")
