"""Running Great Expectations suites on a table, and splitting its rows into accepted and held back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kpi import refusals
from kpi.errors import KpiError, suggestion
from kpi.later import leave_out_grammars, load_later

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition

#: Columns of the table of failures; ``index`` is the row's label, missing where the whole table fails.
FAILURE = ("index", "rule", "column", "found", "expected", "remedy")
_LONGEST_SHOWN = 60
_MOST_FOUND = 3
_IN_SET = "expect_column_values_to_be_in_set"


#: What follows from a failure: all rows of the table are held back, the failing ones, or none.
SEVERITIES = ("stop", "hold-back", "note")
#: Columns of the table of checks, one row an expectation: how many rows it judged, how many failed.
CHECK = ("suite", "rule", "severity", "column", "checked", "failed", "found")


#: Whether rows are believed in this process, see :func:`trust`.
_TRUSTS = False


@dataclass(frozen=True)
class Verdict:
    """What a suite says of a table: its accepted rows, and one row a failure for the others.

    ``checks`` has a row an expectation, met or not, with the columns CHECK; ``result`` is that of Great
    Expectations in its own form.
    """

    accepted: pd.DataFrame
    held_back: pd.DataFrame
    checks: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CHECK)))
    result: Mapping[str, Any] = field(default_factory=dict)


def validate(
    frame: pd.DataFrame,
    suite_name: str,
    parameters: Mapping[str, Any],
    folder: Path,
    language: str = "en",
) -> Verdict:
    """Check a table against ``<folder>/<suite_name>.json``.

    Args:
        frame: any table with an index that names each row once. Missing values are not judged,
            except by an expectation about them.
        suite_name: name of the suite, which is also the name of its file.
        parameters: values for the ``$PARAMETER`` places of the suite, such as the known codes.
        folder: the folder ``expectations``.
        language: language of the messages.

    Returns:
        The rows that meet every expectation, and for each other row what it failed. Where an expectation is
        about the table as a whole, or its severity is ``stop``, its failure holds back all rows; one whose
        severity is ``note`` holds back none.

    Raises:
        KpiError: the suite is missing, damaged, or asks for a parameter that was not given.
    """
    suite = _suite(folder / f"{suite_name}.json")
    missing = sorted(_parameters_of(suite) - parameters.keys())
    if missing:
        msg = f"{folder / suite_name}.json: no value was given for its parameter {', '.join(missing)}."
        raise KpiError(msg)
    if frame.empty:
        return Verdict(frame, pd.DataFrame(columns=list(FAILURE)))
    judged = frame[_named(suite, frame)]
    if _TRUSTS:
        return _believed(suite["name"], frame, judged)
    gx = _great_expectations()
    batch = _batch_definition().get_batch({"dataframe": judged})
    outcome = batch.validate(
        gx.ExpectationSuite(name=suite["name"], expectations=_lean(suite["expectations"], frame, parameters)),
        result_format={"result_format": "COMPLETE"},
        expectation_parameters={name: list(parameters[name]) for name in _parameters_of(suite)},
    )
    failed = [result for result in outcome.results if not result.success]
    meta = {expectation["meta"]["rule"]: expectation["meta"] for expectation in suite["expectations"]}
    severity = {rule: words.get("severity", "hold-back") for rule, words in meta.items()}
    failures = [
        row
        for result in failed
        if severity[result.expectation_config.meta["rule"]] != "note"
        for row in _failures(result, meta, language, frame)
    ]
    held_back = pd.DataFrame(failures, columns=list(FAILURE)).sort_values("rule", kind="stable")
    held_back = held_back.reset_index(drop=True)
    stopped = held_back["index"].isna().any() or held_back["rule"].map(severity).eq("stop").any()
    accepted = frame.iloc[:0] if stopped else frame[~frame.index.isin(held_back["index"])]
    refusals.remember(suite["name"], held_back, judged)
    checks = [_check(result, suite["name"], severity, len(frame)) for result in outcome.results]
    ordered = pd.DataFrame(checks, columns=list(CHECK)).sort_values(["suite", "rule"], kind="stable", ignore_index=True)
    return Verdict(accepted, held_back, ordered, _plain(outcome))


def trust() -> None:
    """From now on this process believes every row but those that the same suite refused in it the last time.

    For a forked process that goes ahead while another one judges: what it made counts only where that one agrees.
    """
    global _TRUSTS  # noqa: PLW0603  (of the whole process)
    _TRUSTS = True


def _believed(suite: str, frame: pd.DataFrame, judged: pd.DataFrame) -> Verdict:
    failures = pd.DataFrame(refusals.known(suite, judged), columns=list(FAILURE))
    held_back = failures.sort_values("rule", kind="stable", ignore_index=True)
    return Verdict(frame[~frame.index.isin(held_back["index"])], held_back)


def _check(result: Any, suite: str, severity: Mapping[str, str], rows: int) -> dict[str, Any]:
    """One line of the table of checks: an expectation about the table judges all its rows at once."""
    config = result.expectation_config
    rule = config.meta["rule"]
    told = result.result
    failed = told.get("unexpected_count", 0 if result.success else rows)
    found = list(dict.fromkeys(_shown(value) for value in told.get("unexpected_list") or ()))[:_MOST_FOUND]
    return {
        "suite": suite,
        "rule": rule,
        "severity": severity[rule],
        "column": ", ".join(_columns_of(config.kwargs)),
        "checked": int(told.get("element_count", rows)),
        "failed": int(failed or 0) if not result.success else 0,
        "found": "; ".join(found) if not result.success else "",
    }


def _plain(outcome: Any) -> dict[str, Any]:
    """The library's result without clock and memory addresses: equal data gives an equal file."""
    told: dict[str, Any] = outcome.to_json_dict()
    kept: dict[str, Any] = {name: told[name] for name in ("suite_name", "success", "statistics") if name in told}
    results = []
    for result in told["results"]:
        config = {name: value for name, value in result["expectation_config"].items() if name != "id"}
        config["kwargs"] = {name: value for name, value in config["kwargs"].items() if name != "batch_id"}
        results.append({**result, "expectation_config": config})
    ordered = sorted(results, key=lambda result: str(result["expectation_config"]["meta"]["rule"]))
    return {**kept, "results": ordered}


def _named(suite: Mapping[str, Any], frame: pd.DataFrame) -> list[str]:
    """The columns that the suite speaks of: conditions on rows cost time for every column that is there."""
    texts = set(_texts(suite["expectations"]))
    return [column for column in frame.columns if column in texts]


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for part in node.values():
            yield from _texts(part)
    elif isinstance(node, list):
        for part in node:
            yield from _texts(part)


def _lean(
    expectations: Iterable[Mapping[str, Any]], frame: pd.DataFrame, parameters: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The same expectations without what makes the library slow: it copies all of one some hundred times.

    Words stay behind, to be looked up by the rule, and of a list of known codes only those go along that
    stand in the column: whether a value is in the list does not change.
    """
    lean = []
    for expectation in expectations:
        kwargs = dict(expectation["kwargs"])
        codes, column = kwargs.get("value_set"), kwargs.get("column")
        if expectation["type"] == _IN_SET and isinstance(codes, Mapping) and column in frame:
            found = set(frame[column].dropna().unique())
            # Never empty: then the library would take any value.
            kwargs["value_set"] = [code for code in parameters[codes["$PARAMETER"]] if code in found] or [""]
        lean.append({**expectation, "kwargs": kwargs, "meta": {"rule": expectation["meta"]["rule"]}})
    return lean


def _failures(result: Any, meta: Mapping[str, Any], language: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    config = result.expectation_config
    words = meta[config.meta["rule"]].get("message", {})
    remedy = meta[config.meta["rule"]].get("remedy", {})
    columns = _columns_of(config.kwargs)
    failure = {
        "rule": config.meta["rule"],
        "column": ", ".join(columns),
        "expected": words.get(language, config.type.replace("_", " ")),
        "remedy": remedy.get(language, ""),
    }
    labels = result.result.get("unexpected_index_list")
    if not labels:
        # About the table itself, or it could not be computed at all: a column is not there.
        found = result.result.get("observed_value", "no such column" if columns else "another table")
        return [{"index": None, "found": _shown(found), **failure}]
    # The library names every row and gives the values of the first two hundred only.
    rows = list(dict.fromkeys(labels))
    values = frame.loc[rows, columns].itertuples(index=False, name=None) if columns else [()] * len(rows)
    return [{"index": label, "found": _shown(value), **failure} for label, value in zip(rows, values, strict=True)]


def _columns_of(kwargs: Mapping[str, Any]) -> list[str]:
    if "column" in kwargs:
        return [kwargs["column"]]
    if "column_A" in kwargs:
        return [kwargs["column_A"], kwargs["column_B"]]
    return list(kwargs.get("column_list", ()))


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(_shown(part) for part in value.values())
    if isinstance(value, (tuple, list)):
        return ", ".join(_shown(part) for part in value)
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return "nothing"
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."


def _suite(path: Path) -> dict[str, Any]:
    try:
        suite = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        msg = f"{path}: not readable as an expectation suite ({error})."
        raise KpiError(msg) from error
    if not isinstance(suite, dict) or not {"name", "expectations"} <= suite.keys():
        msg = f"{path}: expected an expectation suite with 'name' and 'expectations'."
        raise KpiError(msg)
    for expectation in suite["expectations"]:
        meta = expectation.get("meta", {})
        if (named := meta.get("severity", SEVERITIES[0])) not in SEVERITIES:
            msg = f"{path}: rule {meta.get('rule')!r} has the severity {named!r}: {suggestion(str(named), SEVERITIES)}"
            raise KpiError(msg)
    return suite


def _parameters_of(node: Any) -> set[str]:
    if isinstance(node, dict):
        named = {node["$PARAMETER"]} if "$PARAMETER" in node else set()
        return named.union(*(_parameters_of(part) for part in node.values()))
    return set().union(*(_parameters_of(part) for part in node)) if isinstance(node, list) else set()


def load() -> None:
    """Import the library now: processes that are forked later share it."""
    _batch_definition()


@lru_cache(maxsize=1)
def _great_expectations() -> Any:
    """The library, imported when first needed: it takes a second and a half."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    leave_out_grammars()
    # Charts and distributions of expectations that no suite has: more than another second.
    load_later("altair", "scipy.stats")
    import great_expectations  # noqa: PLC0415  (see above)

    import kpi.expectations  # noqa: F401, PLC0415  (being imported registers ours)

    return great_expectations


@lru_cache(maxsize=1)
def _batch_definition() -> BatchDefinition[Any]:
    """One context in memory for all tables of a run: no project folder, no progress bars, no telemetry."""
    context = _great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("tables").add_dataframe_asset("table")
    definition: BatchDefinition[Any] = asset.add_batch_definition_whole_dataframe("whole")
    return definition
