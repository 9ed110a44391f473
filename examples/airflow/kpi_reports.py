"""Airflow: the whole site every night, and as a second graph one notebook with PapermillOperator.

Put it into the folder of DAGs. Needs apache-airflow 3 with the standard provider, and for the second graph
apache-airflow-providers-papermill in an environment that holds kpi too. kpi itself lives in /srv/kpi/.venv.
"""

from __future__ import annotations

import pendulum
from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

ROOT = "/srv/kpi"
START = pendulum.datetime(2026, 1, 1, tz="Europe/Brussels")

with DAG("kpi_reports", schedule="15 3 * * *", start_date=START, catchup=False, max_active_runs=1):
    # The run publishes what is well and tells people itself. 99 is Airflow's "skipped": data was held back,
    # the rest is published. Secrets of notify.yaml come from the worker's environment.
    BashOperator(
        task_id="run",
        bash_command=f"{ROOT}/.venv/bin/kpi run; code=$?; [ $code -eq 3 ] && exit 99; exit $code",
        env={"KPI_ROOT": ROOT},
        append_env=True,
        skip_on_exit_code=99,
        retries=1,
    )

with DAG("kpi_one_report", schedule=None, start_date=START, catchup=False):
    # One executed notebook, for a graph that goes on with it; `kpi build` must have run. Pages come from `kpi run`.
    PapermillOperator(
        task_id="os_2",
        input_nb=f"{ROOT}/notebooks/objective_report.ipynb",
        output_nb="/tmp/image-2022-os-2.{{ ds }}.ipynb",  # noqa: S108  (an example)
        parameters={"objective": "image-2022/os-2", "language": "nl", "root": ROOT},
        kernel_name="python3",
    )
