"""Web and social analytics: one row a month and site, or a month and account."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kpi.catalogue import Catalogue
from kpi.observations import TOTAL, combine
from kpi.sources.aggregate import summed, summed_by_name
from kpi.sources.formats import Column, DeliveryFormat, column, personal

_SOURCE = "web-social"
#: Sites whose visits or visitors are an indicator of their own in the register.
_OWN_VISITS = {"screen-brussels": "screen-site-visits"}
_OWN_VISITORS = {"arsene50-brussels": "arsene50-site-visitors"}
_MONTH = column("month", "period", "Mois", "Maand", "Month", "Période", "Periode", frequency="M")


def _metric(name: str, fr: str, nl: str, en: str, *also: str) -> Column:
    return column(name, "count", fr, nl, en, *also, optional=True)


FORMATS: Mapping[str, DeliveryFormat] = {
    "sites": DeliveryFormat(
        suite="web-social-sites",
        key=("month", "site"),
        columns=(
            _MONTH,
            column("site", "code", "Site web", "Website", "Site", "Domaine", "Domein", codes="site"),
            personal("user", "Identifiant de l'utilisateur", "Gebruikers-ID", "User ID", "Client ID"),
            _metric("visits", "Visites", "Bezoeken", "Visits", "Sessions", "Sessies"),
            _metric("views", "Pages vues", "Paginaweergaven", "Page views", "Vues", "Weergaven"),
            _metric("visitors", "Visiteurs", "Bezoekers", "Visitors", "Utilisateurs", "Gebruikers", "Users"),
        ),
    ),
    "accounts": DeliveryFormat(
        suite="web-social-accounts",
        key=("month", "platform", "event"),
        columns=(
            _MONTH,
            column("platform", "code", "Plateforme", "Platform", "Platform", "Réseau", "Netwerk", codes="platform"),
            column("event", "code", "Événement", "Evenement", "Event", codes="event", optional=True),
            personal("author", "Gestionnaire du compte", "Accountbeheerder", "Account manager", "Auteur", "Author"),
            _metric("followers", "Abonnés", "Volgers", "Followers", "Fans"),
            _metric("engagement", "Interactions", "Interacties", "Engagement", "Engagements"),
            _metric("posts", "Publications", "Berichten", "Posts"),
        ),
    ),
}


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Accepted rows to monthly figures of sites (by site) and of accounts (by platform and event).

    Of sites ``website-visits``, ``website-page-views`` and ``website-visitors``, or the site's own
    indicator where the register has one. Of accounts ``social-engagement`` and ``social-posts``, which
    add up, and ``social-followers``, the stock at the end of the month. An account without an event is
    the general one of its platform.
    """
    sites = frames["sites"].rename(columns={"month": "time_period"})
    accounts = frames["accounts"].rename(columns={"month": "time_period"}).fillna({"event": TOTAL})
    of_site, of_account = ("site",), ("platform", "event")
    visits = sites["site"].map(_OWN_VISITS).fillna("website-visits")
    visitors = sites["site"].map(_OWN_VISITORS).fillna("website-visitors")
    activity = {"social-engagement": accounts["engagement"], "social-posts": accounts["posts"]}
    followers = {"social-followers": accounts["followers"]}
    return combine(
        [
            summed_by_name(sites, _SOURCE, catalogue, of_site, visits, sites["visits"]),
            summed_by_name(sites, _SOURCE, catalogue, of_site, visitors, sites["visitors"]),
            summed(sites, _SOURCE, catalogue, of_site, {"website-page-views": sites["views"]}),
            summed(accounts, _SOURCE, catalogue, of_account, activity),
            summed(accounts, _SOURCE, catalogue, of_account, followers).assign(flow="stock"),
        ]
    )
