"""``python -m kpi`` is the ``kpi`` command."""

from kpi.cli import main

main()
