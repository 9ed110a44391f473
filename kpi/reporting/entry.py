"""What papermill finds at its entry point: our engine, under the name ``kpi-fork``.

papermill imports this module while it is being imported itself, so nothing else may import it.
"""

from __future__ import annotations

from typing import Any

from papermill.engines import Engine, NotebookExecutionManager


class ForkEngine(Engine):
    """Cells run in the process that calls papermill, so the caller must be a fork of its own."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,  # noqa: ARG003  (papermill names it; there is no kernel here)
        **_: Any,
    ) -> None:
        """Run the notebook's cells; see :func:`kpi.reporting.engine.run_cells`."""
        from kpi.reporting.engine import run_cells  # noqa: PLC0415  (IPython only when a notebook runs)

        run_cells(nb_man)
