"""Modules left out, or loaded when something of them is first used: what libraries import and are not asked here.

``importlib.util.LazyLoader`` does not serve: an import statement looks at the specification of a module that is there
already, and so loads it (Python 3.11).
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any

#: Of the names that Python itself gives modules, those that only the module can answer.
_ITS_OWN = {"__all__", "__path__", "__version__"}


class _Later(ModuleType):
    """Stands in for a module until somebody asks for what is in it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in _ITS_OWN:  # whoever looks through all modules asks for nothing
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        loaded = importlib.import_module(self.__name__)
        self.__dict__.update(loaded.__dict__)  # for who holds the stand-in
        return getattr(loaded, name)


def load_later(*names: str) -> None:
    """Let these modules be imported without being loaded yet; those that are loaded, or not installed, stay so."""
    for name in names:
        if name not in sys.modules and (spec := find_spec(name)) is not None:
            module = _Later(name)
            module.__spec__, module.__file__ = spec, spec.origin
            sys.modules[name] = module


def leave_out_grammars() -> None:
    """Spare jsonschema a grammar that it compiles at import, for a form of address that nobody checks here.

    It does without where the grammar is not installed: more than a second of whatever reads a notebook or a suite.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
