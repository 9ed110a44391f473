"""Pictures of series and breakdowns as plain plotly figures: chosen by the shape of the data, drawn offline."""

from kpi.charts.choose import Chart, chart_for, dimension_title, rolling_chart
from kpi.charts.funnel import funnel_chart

__all__ = ["Chart", "chart_for", "dimension_title", "funnel_chart", "rolling_chart"]
