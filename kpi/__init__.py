"""KPI analytics for the policy objectives of the Brussels-Capital Region.

What a notebook calls: ``kpi.indicators("nuitées")`` says what there is;
``nights = kpi.load("overnight-stays", by="market", since="2019-01")`` are its figures, of which
``nights.frame`` is the plain pandas frame, and ``nights.change()``, ``nights.versus("2019")``,
``nights.share()``, ``nights.chart()``, ``nights.table()`` and ``nights.explain()`` answer the next question.
``kpi.coarser(...)``, ``kpi.year_to_date(...)``, ``kpi.rolling(...)``, ``kpi.seasonally_adjusted(...)`` and
``kpi.compound_growth(...)`` treat frames as series in time. ``kpi.explain("overnight-stays", period="2019")`` says
how a number came about, ``kpi.page("image-2022/os-2", "fr")`` is the report of an objective; ``kpi.prose`` and
``kpi.captioned`` put words and pictures of one's own into a report.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpi.api import (
        change,
        compare,
        explain,
        indicators,
        load,
        open_project,
        page,
        read_parameters,
        share,
        versus,
    )
    from kpi.timeseries import coarser, compound_growth, rolling, seasonally_adjusted, year_to_date
    from kpi.words import captioned, prose

__version__ = "0.1.0"
__all__ = [
    "captioned",
    "change",
    "coarser",
    "compare",
    "compound_growth",
    "explain",
    "indicators",
    "load",
    "open_project",
    "page",
    "prose",
    "read_parameters",
    "rolling",
    "seasonally_adjusted",
    "share",
    "versus",
    "year_to_date",
]
_MODULES = {
    **dict.fromkeys(("captioned", "prose"), "kpi.words"),
    **dict.fromkeys(("coarser", "compound_growth", "rolling", "seasonally_adjusted", "year_to_date"), "kpi.timeseries"),
}


def __getattr__(name: str) -> Any:
    """Load the public functions when first used, so that ``kpi --help`` need not import pandas.

    No public name may be that of a module of the package: importing the module would hide the function.
    """
    if name in __all__:
        return getattr(import_module(_MODULES.get(name, "kpi.api")), name)
    msg = f"module 'kpi' has no attribute {name!r}"
    raise AttributeError(msg)
