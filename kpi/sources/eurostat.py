"""Eurostat: any data set that the catalogue declares, in any form in which Eurostat gives it out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from kpi.catalogue import Catalogue, Text
from kpi.observations import tidy
from kpi.parsing.periods import frequency
from kpi.sources.delivery import PLACE, Delivery
from kpi.sources.formats import Column, DeliveryFormat, Kind
from kpi.sources.sdmx.files import data_set_by_name, form_of
from kpi.sources.sdmx.harvest import Reading

SOURCE = "eurostat"
#: Where data sets are downloaded; ``downloads`` says which.
API = "https://ec.europa.eu/eurostat/api/dissemination/sdmx/2.1/data"
_CELLS = "cells"


def _column(name: str, fr: str, nl: str, en: str, kind: Kind = "text", *, allow_empty: bool = False) -> Column:
    return Column(name=name, kind=kind, heading=Text(fr=fr, nl=nl, en=en), allow_empty=allow_empty)


#: What is kept of a file, one row a cell: the files themselves have no such columns.
FORMATS: Mapping[str, DeliveryFormat] = {
    _CELLS: DeliveryFormat(
        suite="eurostat",
        key=("data_set", "area", "unit", "dimensions", "period"),
        # The office gives whole series: a value that is gone from a newer one was withdrawn.
        complete_along="period",
        columns=(
            _column("data_set", "Jeu de données", "Dataset", "Data set"),
            _column("indicator", "Indicateur", "Indicator", "Indicator"),
            _column("area", "Territoire", "Gebied", "Area"),
            _column("unit", "Unité", "Eenheid", "Unit"),
            _column("dimensions", "Dimensions", "Dimensies", "Dimensions", allow_empty=True),
            _column("period", "Période", "Periode", "Period"),
            _column("value", "Valeur", "Waarde", "Value", "number", allow_empty=True),
            _column("status", "Statut", "Status", "Status"),
            _column("confidentiality", "Confidentialité", "Vertrouwelijkheid", "Confidentiality"),
            _column("flags", "Drapeaux", "Vlaggen", "Flags", allow_empty=True),
            _column("updated", "Mise à jour", "Bijwerking", "Updated", "date", allow_empty=True),
        ),
    )
}


def read(path: Path, catalogue: Catalogue) -> tuple[Delivery, ...]:
    """Read one file: the rows are the cells that the catalogue declares as kept.

    Raises:
        DeliveryError: nothing can be read: no such file, not of Eurostat, or a data set that is not declared.
    """
    reading = read_file(path, catalogue)
    names = [*FORMATS[_CELLS].names, *PLACE]
    kinds = dict.fromkeys(names, "str") | {"value": "float64", "source_row": "int64"}
    frame = pd.DataFrame(list(reading.rows), columns=names).astype(kinds)
    rows_read = len(frame) + len(reading.problems)
    return (Delivery(_CELLS, frame, reading.problems, reading.ignored, rows_read),)


def read_file(path: Path, catalogue: Catalogue) -> Reading:
    """What one file holds: kept cells, problems, and the account of every cell.

    The form of a file shows by its content, the data set by its content or, for bulk files, by its name.

    Raises:
        DeliveryError: as :func:`read`.
    """
    source = catalogue.source(SOURCE)
    form = form_of(path)
    # Each form is read by a module that only its files need.
    if form == "tsv":
        from kpi.sources.sdmx.tsv import read_tsv  # noqa: PLC0415

        return read_tsv(path, data_set_by_name(path, source.data_sets))
    if form == "csv":
        from kpi.sources.sdmx.sdmx_csv import read_sdmx_csv  # noqa: PLC0415

        return read_sdmx_csv(path, source.data_sets)
    if form == "json":
        from kpi.sources.sdmx.json_stat import read_json_stat  # noqa: PLC0415

        return read_json_stat(path, source.data_sets)
    from kpi.sources.sdmx.workbook import read_data_browser  # noqa: PLC0415

    return read_data_browser(path, source.data_sets, source.spellings)


def normalise(frames: Mapping[str, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:  # noqa: ARG001  (common form)
    """Accepted cells to tidy rows, one a cell, as published: totals and parts stand as the office gives them.

    A confidential cell is a row without a value, so that it is known to exist; a missing one is no row.
    """
    frame = frames[_CELLS].reset_index(drop=True)
    if frame.empty:
        return tidy(pd.DataFrame({"indicator": pd.Series(dtype="str")}))
    rows = pd.DataFrame(
        {
            "indicator": frame["indicator"],
            "ref_area": frame["area"],
            "freq": frame["period"].map(frequency),
            "time_period": frame["period"],
            "obs_value": frame["value"].where(frame["confidentiality"] == "F"),
            "unit_measure": frame["unit"],
            "obs_status": frame["status"],
            "conf_status": frame["confidentiality"],
            "flags": frame["flags"],
            "vintage": frame["updated"],
            "source": SOURCE,
            "source_ref": _references(frame),
        }
    )
    pairs = [dict(part.split("=", 1) for part in text.split(";") if part) for text in frame["dimensions"]]
    return tidy(pd.concat([rows, pd.DataFrame(pairs, index=rows.index)], axis=1))


def _references(frame: pd.DataFrame) -> pd.Series:
    """``tour_occ_arm.tsv row 1723``, with the sheet where there is one."""
    sheet = (" sheet " + frame["source_sheet"]).where(frame["source_sheet"] != "", "")
    return frame["source_file"] + sheet + " row " + frame["source_row"].astype("str")


def downloads(catalogue: Catalogue) -> dict[str, str]:
    """The bulk file of each declared data set: its name, and its path at the service."""
    codes = [data_set.code for data_set in catalogue.source(SOURCE).data_sets]
    return {f"{code}.tsv.gz": f"{code}?format=TSV&compressed=true" for code in codes}
