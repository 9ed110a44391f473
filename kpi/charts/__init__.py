"""Pictures of series and breakdowns as plain plotly figures: chosen by the shape of the data, drawn offline."""

from kpi.charts.choose import Chart, chart_for, dimension_title, rolling_chart

__all__ = ["Chart", "chart_for", "dimension_title", "rolling_chart"]
