"""Expectations that Great Expectations lacks. Import it late: it imports the library."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pandas as pd
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnPairMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_pair_condition_partial import (
    column_pair_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_pair_map_metric_provider import (
    ColumnPairMapMetricProvider,
)


class ColumnPairValuesAgree(ColumnPairMapMetricProvider):
    """Whether two numbers are the same but for rounding."""

    condition_metric_name = "column_pair_values.agree"
    condition_value_keys = ("tolerance",)

    @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_A: pd.Series, column_B: pd.Series, tolerance: float, **_: Any) -> pd.Series:  # noqa: N803, N805
        return (column_A - column_B).abs() <= tolerance


class ExpectColumnPairValuesToAgree(ColumnPairMapExpectation):
    """Expect the values of two columns to differ by no more than ``tolerance``, in their own unit."""

    map_metric = "column_pair_values.agree"
    success_keys: ClassVar[tuple[str, ...]] = ("column_A", "column_B", "tolerance", "ignore_row_if", "mostly")
    tolerance: float = 0.0
    ignore_row_if: Literal["both_values_are_missing", "either_value_is_missing", "neither"] = "either_value_is_missing"
