"""KPI analytics for the policy objectives of the Brussels-Capital Region.

What a notebook calls: ``kpi.indicators("nuitées")`` says what there is,
``kpi.load("overnight-stays", by="market", since="2019-01")`` gives its values,
``kpi.change(...)``, ``kpi.versus(...)`` and ``kpi.share(...)`` compare them,
``kpi.coarser(...)``, ``kpi.year_to_date(...)``, ``kpi.rolling(...)``, ``kpi.seasonally_adjusted(...)`` and
``kpi.compound_growth(...)`` treat them as series in time,
``kpi.explain("overnight-stays", period="2019")`` says how a number came about, and
``kpi.page("image-2022/os-2", "fr")`` is the report of an objective.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpi.api import change, compare, explain, indicators, load, page, project, read_parameters, share, versus
    from kpi.timeseries import coarser, compound_growth, rolling, seasonally_adjusted, year_to_date

__version__ = "0.1.0"
__all__ = [
    "change",
    "coarser",
    "compare",
    "compound_growth",
    "explain",
    "indicators",
    "load",
    "page",
    "project",
    "read_parameters",
    "rolling",
    "seasonally_adjusted",
    "share",
    "versus",
    "year_to_date",
]
_IN_TIME = {"coarser", "compound_growth", "rolling", "seasonally_adjusted", "year_to_date"}


def __getattr__(name: str) -> Any:
    """Load the public functions when first used, so that ``kpi --help`` need not import pandas."""
    if name in __all__:
        return getattr(import_module("kpi.timeseries" if name in _IN_TIME else "kpi.api"), name)
    msg = f"module 'kpi' has no attribute {name!r}"
    raise AttributeError(msg)
