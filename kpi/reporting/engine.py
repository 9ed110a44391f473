"""Runs a notebook inside the process it is in, for processes forked from a warm parent."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode, from_dict
from traitlets import Type

from kpi.reporting.fresh import let_spawn

if TYPE_CHECKING:
    from papermill.engines import NotebookExecutionManager

#: Kept of a runaway text output, in characters; a notebook that prints forever must not eat the memory.
STREAM_LIMIT = 1_000_000


class Outputs:
    """What the running cell has shown so far, as nbformat outputs in the order a kernel would send them."""

    def __init__(self) -> None:
        self.found: list[Any] = []

    def take(self) -> list[Any]:
        """The outputs so far; the next cell starts with none."""
        taken, self.found = self.found, []
        return taken

    def write(self, stream: str, text: str) -> None:
        """Append printed text, joined to the text before it as a kernel does."""
        # A kernel sends each stream when something else is shown: until then its parts are one.
        for output in reversed(self.found):
            if output.output_type != "stream":
                break
            if output.name == stream:
                if len(output.text) < STREAM_LIMIT:
                    output.text += text
                return
        self.found.append(NotebookNode(output_type="stream", name=stream, text=text))


class _Stream:
    """Stands in for ``sys.stdout`` or ``sys.stderr`` while a cell runs."""

    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self._outputs, self._name = outputs, name

    def write(self, text: str) -> int:
        if text:
            self._outputs.write(self._name, text)
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""

    def isatty(self) -> bool:
        return False


def _shown(kind: str, data: Any, metadata: Any, **more: Any) -> NotebookNode:
    """An output as nbformat has it; made directly, since its own maker validates each one, which is slow."""
    node: NotebookNode = from_dict({"output_type": kind, "data": data, "metadata": metadata or {}, **more})
    return node


class _Publisher(DisplayPublisher):
    """``display(...)`` becomes a ``display_data`` output."""

    shell: Any  # the ReportShell that made it

    def publish(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
        self.shell.outputs.found.append(_shown("display_data", data, metadata))

    def clear_output(self, wait: bool = False) -> None:  # noqa: ARG002  (IPython's signature)
        self.shell.outputs.found.clear()


class _Result(DisplayHook):
    """The value of a cell's last line becomes an ``execute_result`` output."""

    shell: Any  # the ReportShell that made it

    def write_output_prompt(self) -> None:
        """No prompt is printed: the output says its number itself."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.outputs.found.append(
            _shown("execute_result", format_dict, md_dict, execution_count=self.prompt_count)
        )

    def finish_displayhook(self) -> None:
        self._is_active = False


class ReportShell(InteractiveShell):
    """An IPython shell whose outputs are collected instead of printed; it keeps no history on disk."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Result)

    def __init__(self, **kwargs: Any) -> None:
        self.outputs = Outputs()
        super().__init__(**kwargs)

    def init_history(self) -> None:
        """History in memory only: no database is opened, no thread started (threads and fork do not mix)."""
        self.history_manager = HistoryManager(shell=self, parent=self, enabled=False)

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        self.outputs.found.append(
            NotebookNode(output_type="error", ename=etype.__name__, evalue=str(evalue), traceback=stb)
        )


@cache
def _own_folder() -> TemporaryDirectory[str] | None:
    """Where IPython keeps what it writes: a job by night may have no home, and the profile of one is none of a page's.

    It goes with this process; kernels and fresh processes find it in the environment.
    """
    if "IPYTHONDIR" in os.environ:
        return None
    folder = TemporaryDirectory(prefix="kpi-ipython-")
    os.environ["IPYTHONDIR"] = folder.name
    return folder


@cache
def warm_shell() -> ReportShell:
    """The shell that forked children inherit; made once in the parent, before the first fork."""
    _own_folder()
    shell = ReportShell.instance()  # display() looks for the one shell of the process
    shell.run_cell("None", store_history=False)
    shell.outputs.take()
    let_spawn()
    return shell


def forget() -> None:
    """Empty the shell's names and counter, so that a forked child starts as a new kernel would."""
    shell = warm_shell()
    shell.reset(new_session=True)
    shell.outputs.take()
    let_spawn()


@contextmanager
def _collected(outputs: Outputs) -> Iterator[None]:
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Stream(outputs, "stdout"), _Stream(outputs, "stderr")
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def run_cells(manager: NotebookExecutionManager) -> None:
    """Run the code cells in order and stop at the first that fails; its error stays in the notebook."""
    shell = warm_shell()
    for index, cell in enumerate(manager.nb.cells):
        if cell.cell_type != "code":
            continue
        manager.cell_start(cell, index)
        with _collected(shell.outputs):
            result = shell.run_cell(cell.source, store_history=True)
        cell.execution_count = shell.execution_count - 1
        cell.outputs = shell.outputs.take()
        if not result.success:
            manager.cell_exception(cell, index)
        manager.cell_complete(cell, index)
        if not result.success:
            break
