"""What a notebook's cell tagged ``parameters`` declares, and whether given values fit it, strictly."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode

from kpi.errors import UsageError, unknown

TAG = "parameters"
#: A scheduled run gives these; a report that lacks one cannot be rendered in each language, or without sample data.
GIVEN_BY_A_RUN = {"language": "str", "use_sample": "bool"}
_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}


def declared_parameters(notebook: NotebookNode, name: str) -> dict[str, tuple[str, Any]]:
    """Parameters of a notebook: name -> its type and its default.

    The type is the annotation's (``since: str = "2019"``), else that of the default.

    Raises:
        UsageError: no cell or several carry the tag, a line in it is no plain assignment, a type is none of
            ``str``, ``int``, ``float``, ``bool``, or a default is not of its type.
    """
    tagged = [cell for cell in notebook.cells if TAG in cell.get("metadata", {}).get("tags", ())]
    if len(tagged) != 1:
        found = "no cell carries" if not tagged else f"{len(tagged)} cells carry"
        msg = f"{name}: {found} the tag 'parameters'; tag the one cell that sets them (Property Inspector > Cell Tags)."
        raise UsageError(msg)
    found_parameters = {}
    for line in ast.parse(tagged[0].source).body:
        key, kind, default = _assignment(line, name)
        _check(key, default, kind, f"{name}, default of")
        found_parameters[key] = kind, default
    return found_parameters


def checked_values(declared: Mapping[str, tuple[str, Any]], given: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The values given, each a declared parameter of its declared type.

    Raises:
        UsageError: a parameter that is not declared, with the nearest ones; a value of another type.
    """
    for key, value in given.items():
        if key not in declared:
            kind = f"parameter of {name}"
            raise unknown(kind, key, declared)
        _check(key, value, declared[key][0], f"{name}, value of")
    return dict(given)


def _assignment(line: ast.stmt, name: str) -> tuple[str, str, Any]:
    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value is not None:
        target, value, kind = line.target, line.value, ast.unparse(line.annotation)
    elif isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name):
        target, value, kind = line.targets[0], line.value, ""
    else:
        msg = f"{name}: the cell of parameters holds {ast.unparse(line)!r}; expected lines such as top: int = 5."
        raise UsageError(msg)
    try:
        default = ast.literal_eval(value)
    except ValueError:
        msg = f"{name}: the default of {target.id!r} is computed ({ast.unparse(value)}); expected a plain value."
        raise UsageError(msg) from None
    kind = kind or type(default).__name__
    if kind not in _TYPES:
        msg = f"{name}: parameter {target.id!r} is a {kind}; expected one of {', '.join(_TYPES)}."
        raise UsageError(msg)
    return target.id, kind, default


def _check(key: str, value: Any, kind: str, where: str) -> None:
    fits = type(value) is _TYPES[kind] or (kind == "float" and type(value) is int)
    if not fits:
        msg = f"{where} {key!r}: found {value!r}, a {type(value).__name__}; expected a {kind}."
        raise UsageError(msg)
