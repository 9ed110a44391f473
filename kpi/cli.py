"""The ``kpi`` command: parses arguments, calls one function, prints what it returns."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import NoReturn

from kpi.commands.common import FAILED, app, tell
from kpi.errors import KpiError, refused

# Each module adds its commands to the application; the order here is that of `kpi --help`.
for _family in ("running", "printing", "delivering", "reading", "workbench", "machine"):
    import_module(f"kpi.commands.{_family}")

#: Objects between two looks for what is no longer used, and how many of those before a longer one. With Python's seven
#: hundred, loading libraries takes a third longer and each page a tenth; a command leaves next to nothing behind.
RARELY = (50_000, 20, 20)
#: How Typer ends when somebody presses Ctrl-C, as shells do.
_INTERRUPTED = 130


def main() -> NoReturn:
    """Entry point: errors become one sentence and an exit code, never a traceback."""
    gc.set_threshold(*RARELY)
    try:
        app(standalone_mode=True)
    except KpiError as error:
        tell(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        tell(refused(error))
        sys.exit(FAILED)
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:
            tell("interrupted; what was published stays as it was.")
        raise
    finally:
        gc.freeze()  # all of it goes in a moment: looking through it on the way out takes half a second
    sys.exit(0)


if __name__ == "__main__":
    main()
