"""JupyterLab as this project opens it: on the start page, with this environment's kernel, offline."""

from __future__ import annotations

import os
from pathlib import Path

START = "start.ipynb"
#: Lab asks its makers for news and newer versions, and a registry for extensions: not from an administration's network.
OFFLINE = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)
#: Default settings of Lab, a person's own go before: no question about news at the first start.
_SETTINGS = Path(__file__).parent / "jupyter"


def lab_options() -> list[str]:
    """Options of the command, beside the folder and the address it binds to."""
    return [f"--LabApp.default_url=/lab/tree/{START}", *OFFLINE]


def lab_environment() -> dict[str, str]:
    """What the server and its kernels find in their environment.

    A kernel installed elsewhere under the same name must not win over the one of this environment, and
    plotly figures are stored as data, not with 5 MB of script each: Lab draws them itself.
    """
    paths = [str(_SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return {
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths)),
        "PLOTLY_RENDERER": "plotly_mimetype",
    }
