"""Sphinx builds this folder into a site: `make docs`, then open build/docs/index.html."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kpi import __version__

HERE = Path(__file__).parent

project = "KPI reports"
author = "Brussels-Capital Region"
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["build"]
# Pages point into the repository (../expectations/README.md), where editors follow them, a site cannot.
# CSV has no lexer.
suppress_warnings = ["myst.xref_missing", "misc.highlighting_failure"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
html_theme = "alabaster"
html_theme_options = {"fixed_sidebar": True, "page_width": "1080px", "sidebar_width": "260px"}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_show_sourcelink = False
html_copy_source = False
html_last_updated_fmt = None

# The commands say themselves what they do: this page is their --help, never written by hand.
told = subprocess.run(
    [sys.executable, "-m", "typer", "kpi.cli", "utils", "docs", "--name", "kpi", "--title", "Commands"],
    check=True,
    capture_output=True,
    text=True,
)
(HERE / "reference" / "commands.md").write_text(told.stdout, encoding="utf-8")
