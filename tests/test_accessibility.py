"""The palette keeps its contrasts in light and dark, and the statement that the law asks for is complete."""

from __future__ import annotations

import re
from itertools import product

import pytest

from kpi.catalogue import LANGUAGES
from kpi.charts import plots
from kpi.errors import UsageError
from kpi.reporting.accessibility import ASSESSED, Publisher, read_publisher, write_statements
from kpi.reporting.assets import static

#: WCAG 2.1: 1.4.3 for text, 1.4.11 for lines, marks and controls.
TEXT, GRAPHICS = 4.5, 3.0


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def tokens(theme: str) -> dict[str, str]:
    """The colours that the stylesheet sets for a theme."""
    light, dark = re.findall(r":root \{(.*?)\}", static("style.css"), re.DOTALL)[:2]
    whole = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})\b", light))
    night = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})\b", dark))
    return {**whole, **(night if theme == "dark" else {})}


def exchanged() -> dict[str, str]:
    """What report.js puts in place of the colours of a chart in the dark."""
    return dict(re.findall(r'"(#[0-9a-f]{6})": "(#[0-9a-f]{6})"', static("report.js")))


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_on_every_ground(theme):
    palette = tokens(theme)
    for ink, ground in product(("ink", "muted", "accent", "good", "warn"), ("paper", "raised")):
        assert contrast(palette[ink], palette[ground]) >= TEXT, (ink, ground)
    assert contrast(palette["ink"], palette["note"]) >= TEXT
    assert contrast(palette["note-line"], palette["paper"]) >= GRAPHICS


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_stand_out_in_both_themes(theme):
    swap = exchanged() if theme == "dark" else {}
    paper = tokens(theme)["paper"]
    assert swap.get(plots.PAPER, plots.PAPER) == paper
    for ink in (plots.INK, plots.MUTED, plots.WARM_INK, plots.HUES[0]):
        assert contrast(swap.get(ink, ink), paper) >= TEXT, ink
    for hue in plots.HUES[:3]:
        assert contrast(swap.get(hue, hue), paper) >= GRAPHICS, hue
    for hue, on in zip(plots.HUES, plots.ON_HUE, strict=True):
        assert contrast(swap.get(hue, hue), swap.get(on, on)) >= TEXT, (hue, on)


@pytest.fixture
def site(tmp_path):
    write_statements(tmp_path, Publisher(contact="<b>toegankelijk@example.brussels</b>", complaints="02 111 11 11"))
    return tmp_path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_statement_says_what_the_law_asks(site, language):
    html = (site / language / "accessibility.html").read_text("utf-8")
    assert html.count("<h2>") == 5, "state, gaps, method, contact, enforcement"
    for needed in ("WCAG", "2018", "axe-core", str(ASSESSED.year), "mbuds", "1000 Bru", "02 111 11 11"):
        assert needed in html
    assert "&lt;b&gt;toegankelijk@example.brussels" in html


@pytest.mark.parametrize(
    ("authority", "law", "ombudsman"),
    [
        ("regional", "4 oktober 2018", "www.ombuds.brussels</a>, klachten@ombuds.brussels, +32 2 549 67 00, Oud Kor"),
        ("federal", "19 juli 2018", "federaalombudsman.be</a>, 0800 999 62, Leuvenseweg 48"),
    ],
)
def test_the_law_and_the_ombudsman_are_those_of_the_publisher(tmp_path, authority, law, ombudsman):
    write_statements(tmp_path, Publisher(authority=authority))
    html = (tmp_path / "nl" / "accessibility.html").read_text("utf-8")
    assert law in html
    assert ombudsman in html
    assert ("19 juli" in html) == (authority == "federal")


def test_the_publisher_is_read_from_a_file(tmp_path):
    assert read_publisher(tmp_path) == Publisher()
    (tmp_path / "site.yaml").write_text("contact: 02 000 00 00\nassessed: 2026-01-31\n")
    assert read_publisher(tmp_path).assessed.isoformat() == "2026-01-31"
    (tmp_path / "site.yaml").write_text("authority: communal\n")
    with pytest.raises(UsageError, match=r"authority: Input should be 'regional' or 'federal'"):
        read_publisher(tmp_path)
    (tmp_path / "site.yaml").write_text("contakt: 02 000 00 00\n")
    with pytest.raises(UsageError, match=r"contakt: Extra inputs.*site\.example\.yaml"):
        read_publisher(tmp_path)


def test_the_example_is_read(root, tmp_path):
    (tmp_path / "site.yaml").write_bytes((root / "site.example.yaml").read_bytes())
    assert "@" in read_publisher(tmp_path).contact
