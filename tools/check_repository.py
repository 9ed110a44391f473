"""What `make check` proves beside lint and types: notebooks, catalogue, translations, versions."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def notebooks_are_stripped() -> list[str]:
    """Committed notebooks carry no outputs and no execution counts."""
    wrong = []
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code" and (cell["outputs"] or cell["execution_count"]):
                wrong.append(f"{path.name}: cell {cell['id']} has outputs; jupyter nbconvert --clear-output --inplace")
                break
    return wrong


def catalogue_is_sound() -> list[str]:
    """Every entry reads, every reference resolves."""
    from kpi.checks import check_catalogue
    from kpi.errors import CatalogueError
    from kpi.register import load_catalogue

    try:
        return check_catalogue(load_catalogue(ROOT / "data" / "catalogue"))
    except CatalogueError as error:
        return [str(error)]


def schema_is_fresh() -> list[str]:
    """The JSON Schema that editors use is the one of the models."""
    from kpi.schema import FILE, catalogue_schema

    path = ROOT / "data" / "catalogue" / FILE
    if path.exists() and path.read_text(encoding="utf-8") == catalogue_schema():
        return []
    return [f"{path.name} is not that of the models; write it anew: make schema"]


def suites_are_fresh() -> list[str]:
    """The generated part of each suite is that of the format of its source."""
    from kpi.sources.suites import stale_suites

    return [
        f"expectations/{name} is not that of its format; write it anew: make suites"
        for name in stale_suites(ROOT / "expectations")
    ]


def translations_are_complete() -> list[str]:
    """Every key stands in every language with the same placeholders, and none is left over."""
    from kpi.i18n import check_translations

    return check_translations()


def methods_are_one_text() -> list[str]:
    """docs/methods.md is the English page of methods, and every language has its sections."""
    from kpi.catalogue import LANGUAGES
    from kpi.reporting.methods_page import anchors, read_methods

    wrong = [
        f"kpi/locales/methods.{language}.md has other sections than the English, or in another order"
        for language in LANGUAGES
        if list(anchors(language)) != list(anchors("en"))
    ]
    if (ROOT / "docs" / "methods.md").read_text(encoding="utf-8") != read_methods("en"):
        wrong.append("docs/methods.md is not kpi/locales/methods.en.md: copy that one over it")
    return wrong


def versions_agree() -> list[str]:
    """environment.yml asks for the same versions as pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    conda = {line for line in lines if not line.startswith(("python", "pip"))}
    wanted = set(project["dependencies"])
    wrong = [f"environment.yml lacks {line!r} of pyproject.toml" for line in sorted(wanted - conda)]
    wrong += [f"environment.yml has {line!r}, which pyproject.toml does not ask for" for line in sorted(conda - wanted)]
    if f"python{project['requires-python']}" not in environment["dependencies"]:
        wrong.append(f"environment.yml does not ask for python{project['requires-python']}")
    return wrong


def locks_name_no_address() -> list[str]:
    """No URL or registry host in lock and environment files."""
    wrong = []
    for name in ("constraints.txt", "environment.yml"):
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), start=1):
            if re.search(r"://|@ |file:", line):
                wrong.append(f"{name}:{number}: an address: {line}")
    return wrong


def licences_are_listed() -> list[str]:
    """docs/licences.md names every locked package in its locked version, and no other."""
    from licences import listed, pinned

    locked, told = pinned(), listed()
    wrong = sorted(name for name in locked.keys() | told.keys() if locked.get(name) != told.get(name))
    return [f"docs/licences.md is behind on {', '.join(wrong)}: python tools/licences.py"] if wrong else []


CHECKS: tuple[Callable[[], list[str]], ...] = (
    notebooks_are_stripped,
    catalogue_is_sound,
    schema_is_fresh,
    suites_are_fresh,
    translations_are_complete,
    methods_are_one_text,
    versions_agree,
    locks_name_no_address,
    licences_are_listed,
)


def main() -> int:
    """Run every check and print what each found."""
    failed = 0
    for check in CHECKS:
        problems = check()
        failed += len(problems)
        title = check.__name__.replace("_", " ")
        print(f"{'ok  ' if not problems else 'FAIL'} {title}")
        for problem in problems:
            print(f"     {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
