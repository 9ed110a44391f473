"""Reading the catalogue from its YAML files, with errors that name file, entry and field."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from kpi import fingerprint
from kpi.catalogue import (
    Catalogue,
    CodeList,
    Derivation,
    Document,
    Indicator,
    Objective,
    Organisation,
    Report,
    Source,
    Text,
    natural_key,
)
from kpi.errors import CatalogueError, suggestion
from kpi.keeping import of_last
from kpi.units import unit_problems

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML built without libyaml: slower, same result
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

#: Section of a catalogue file -> the model of its entries. A file may hold any of them.
SECTIONS: dict[str, type[BaseModel]] = {
    "documents": Document,
    "organisations": Organisation,
    "objectives": Objective,
    "indicators": Indicator,
    "code_lists": CodeList,
    "sources": Source,
    "reports": Report,
}
#: What people read and no source does: another wording of a label needs no new validation.
_WORDS: dict[str, Any] = {
    "indicators": {"__all__": {"label", "definition", "formula", "caveats"}},
    "objectives": {"__all__": {"title"}},
}


@of_last
def register_key(catalogue: Catalogue) -> str:
    """Of the register without what only people read."""
    return fingerprint.of(catalogue.model_dump_json(exclude=_WORDS))


def load_catalogue(folder: Path) -> Catalogue:
    """Read every ``*.yaml`` below ``folder`` and return the register.

    Raises:
        CatalogueError: a file, entry or field cannot be read, an id stands twice, or a
            reference leads nowhere; the sentence says where and what was expected.
    """
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        msg = f"{folder}: no catalogue here (expected *.yaml files); is this the project folder?"
        raise CatalogueError(msg)
    entries, origin = read_files(files, SECTIONS)
    catalogue = Catalogue(
        **{section: tuple(found.values()) for section, found in entries.items() if section != "objectives"},
        objectives=_in_order(entries["objectives"]),
    )
    _check_references(catalogue, origin)
    for name, problem in unit_problems(catalogue):
        msg = f"{origin['indicators', name]}, indicators entry {name!r}, field derive: {problem}."
        raise CatalogueError(msg)
    return catalogue


def read_files(
    paths: Iterable[Path], sections: Mapping[str, type[BaseModel]]
) -> tuple[dict[str, dict[str, Any]], dict[tuple[str, str], Path]]:
    """Entries of YAML files by section and id, and the file each stands in.

    Args:
        paths: files with sections at the top, each a list of entries with an ``id``.
        sections: which there may be, and the model of their entries.

    Raises:
        CatalogueError: a file, entry or field cannot be read, or an id stands twice.
    """
    entries: dict[str, dict[str, Any]] = {section: {} for section in sections}
    origin: dict[tuple[str, str], Path] = {}
    for path in paths:
        for section, raw in _entries(path, sections):
            entry = _read_entry(path, section, sections[section], raw)
            if entry.id in entries[section]:
                first = origin[section, entry.id]
                msg = f"{path}, {section}: {entry.id!r} stands already in {first}; an id is given once."
                raise CatalogueError(msg)
            entries[section][entry.id] = entry
            origin[section, entry.id] = path
    return entries, origin


def _entries(path: Path, sections: Collection[str]) -> Iterator[tuple[str, Any]]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        msg = f"{path}{where}: not readable as YAML ({getattr(error, 'problem', None) or error})."
        raise CatalogueError(msg) from error
    if content is None:
        return
    if not isinstance(content, dict):
        msg = f"{path}: expected sections ({', '.join(sections)}) at the top, found a {type(content).__name__}."
        raise CatalogueError(msg)
    for section, raw_entries in content.items():
        if section not in sections:
            msg = f"{path}: unknown section {section!r}; {suggestion(str(section), sections)}"
            raise CatalogueError(msg)
        if not isinstance(raw_entries, list):
            msg = f"{path}, {section}: expected a list of entries, each opening with '- id: ...'."
            raise CatalogueError(msg)
        for raw in raw_entries:
            yield section, raw


def _read_entry(path: Path, section: str, model: type[BaseModel], raw: Any) -> Any:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        name = raw.get("id", "without id") if isinstance(raw, dict) else repr(raw)
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the entry"
        hint = ""
        if first["type"] == "extra_forbidden":
            hint = " (no such field: " + suggestion(str(first["loc"][-1]), model.model_fields) + ")"
        found = "" if first["type"] in {"missing", "extra_forbidden"} else f" found {first['input']!r};"
        more = f" And {len(error.errors()) - 1} more." if len(error.errors()) > 1 else ""
        msg = f"{path}, {section} entry {name!r}, field {field}:{found} {first['msg']}{hint}.{more}"
        raise CatalogueError(msg) from error


def _in_order(objectives: dict[str, Objective]) -> tuple[Objective, ...]:
    """Depth first, children by their code read as numbers, so 7.10 follows 7.9."""
    children: dict[str | None, list[Objective]] = {}
    for objective in objectives.values():
        parent = objective.parent if objective.parent in objectives else None
        children.setdefault(parent, []).append(objective)

    def walk(parent: str | None) -> Iterator[Objective]:
        siblings = children.get(parent, [])
        for objective in sorted(siblings, key=lambda o: (o.document, natural_key(o.slug))):
            yield objective
            yield from walk(objective.id)

    return tuple(walk(None))


def _check_references(catalogue: Catalogue, origin: dict[tuple[str, str], Path]) -> None:
    """Follow every reference; the first that leads nowhere is an error that names its place."""
    known: dict[str, Collection[str]] = {
        "document": {d.id for d in catalogue.documents},
        "organisation": {o.id for o in catalogue.organisations},
        "objective": {o.id for o in catalogue.objectives},
        "indicator": {i.id for i in catalogue.indicators},
        "dimension": {c.id for c in catalogue.code_lists},
    }
    known["unit"] = catalogue.code_list("unit").codes if "unit" in known["dimension"] else ()
    known |= {f"code of {c.id}": c.codes for c in catalogue.code_lists}
    for section, entry, field, kind, name in _references(catalogue):
        if name not in known[kind]:
            msg = (
                f"{origin[section, entry]}, {section} entry {entry!r}, field {field}: there is no {kind} {name!r}; "
                f"{suggestion(name, sorted(known[kind]))}"
            )
            raise CatalogueError(msg)


def _references(catalogue: Catalogue) -> Iterator[tuple[str, str, str, str, str]]:
    """Every reference as section, entry, field, kind of what it names, name."""
    for objective in catalogue.objectives:
        yield "objectives", objective.id, "id", "document", objective.document
        if objective.parent:
            yield "objectives", objective.id, "parent", "objective", objective.parent
        for name in objective.organisations:
            yield "objectives", objective.id, "organisations", "organisation", name
    for indicator in catalogue.indicators:
        yield from _indicator_references(indicator)
    for source in catalogue.sources:
        yield "sources", source.id, "organisation", "organisation", source.organisation
        for name in source.indicators:
            yield "sources", source.id, "indicators", "indicator", name
        for data_set in source.data_sets:
            yield "sources", source.id, f"data_sets.{data_set.code}.indicator", "indicator", data_set.indicator
            lists = {name: name for name in data_set.dimensions} | {"geo": "ref_area", "unit": "unit"}
            for name, code_list in lists.items():
                field = f"data_sets.{data_set.code}.keep.{name}"
                yield "sources", source.id, field, "dimension", code_list
                for code in data_set.keep[name].values():
                    yield "sources", source.id, field, f"code of {code_list}", code


def _indicator_references(indicator: Indicator) -> Iterator[tuple[str, str, str, str, str]]:
    fields: list[tuple[str, str, Iterable[str]]] = [
        ("unit", "unit", [indicator.unit]),
        ("dimensions", "dimension", indicator.dimensions),
        ("derive", "indicator", indicator.derive.references if indicator.derive else ()),
        ("part_of", "indicator", indicator.part_of),
        ("beside", "indicator", indicator.beside),
        ("declared.objective", "objective", [d.objective for d in indicator.declared]),
        ("declared.where", "dimension", [dim for d in indicator.declared for dim in d.where]),
        ("declared.owner", "organisation", [d.owner for d in indicator.declared if d.owner]),
    ]
    if indicator.derive:
        fields += _derive_references(indicator.derive)
    for field, kind, names in fields:
        for name in names:
            yield "indicators", indicator.id, field, kind, name


def _derive_references(derivation: Derivation) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Dimensions and codes that a derivation names."""
    codes = {derivation.by: (*derivation.residual, *filter(None, [derivation.not_stated]))} if derivation.by else {}
    wheres = [derivation.where, *(term.where for term in derivation.terms)]
    yield "derive.by", "dimension", codes
    yield "derive.where", "dimension", [name for where in wheres for name in where]
    for name, named in codes.items():
        yield "derive", f"code of {name}", named
    for where in wheres:
        for name, code in where.items():
            yield "derive.where", f"code of {name}", [code]


def load_remarks(path: Path) -> dict[str, Text]:
    """Remarks on published figures: figure id -> words in three languages; empty without the file."""
    if not path.exists():
        return {}
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader) or {}
    return {str(figure): _read_entry(path, "remarks", Text, {**words}) for figure, words in content.items()}
