"""Tables: what a screen reader needs, and that nothing typed becomes markup."""

from __future__ import annotations

from markupsafe import Markup

from kpi.tables import Column, abbreviation, bullet_list, definition_list, details, table


def test_caption_scopes_and_region():
    html = table("Nights", [Column("Period"), Column("Value", numeric=True)], [["2019", "9"], ["2020", "2"]])
    assert html.count('scope="col"') == 2
    assert html.count('scope="row"') == 2
    assert 'class="table numbers"' in html, "a table of numbers says so once"
    assert 'class="num"' not in html
    mixed = table("Nights", [Column("a"), Column("b"), Column("n", numeric=True)], [["2019", "x", "9"]])
    assert '<td>x</td><td class="num">9</td>' in mixed
    assert "<caption>Nights</caption>" in html
    assert 'role="region" aria-label="Nights" tabindex="0"' in html


def test_everything_typed_is_escaped():
    evil = '"><script>x</script>'
    html = table(evil, [Column(evil), Column(evil)], [[evil, evil]])
    assert "<script" not in html
    assert "<b>ok</b>" in table("c", [Column("a")], [[Markup("<b>ok</b>")]])
    assert "<script" not in bullet_list([evil]) + definition_list([(evil, evil)]) + abbreviation("x", evil)


def test_cards_tell_their_headings_once_a_table():
    columns = [Column("Name"), Column(Markup('<b aria-hidden="true">●</b> on course')), Column('5" tall')]
    html = table("c", columns, [["a", "1", "2"], ["b", "3", "4"]], cards=True)
    assert """ style="--h2:&#34;● on course&#34;;--h3:&#34;5\\&#34; tall&#34;\"""" in html
    assert html.count("on course") == 2
    assert 'class="table cards"' in html


def test_nothing_for_nothing():
    assert bullet_list([]) == ""
    assert definition_list([("term", "")]) == ""
    assert details("more", Markup("")) == ""


def test_a_short_form_is_read_in_full():
    html = abbreviation("–", "no value")
    assert html == '<span role="img" title="no value">–</span>', "its title is the name that is read out"
