"""The JSON Schema of catalogue files, made from the models: editors complete and check entries with it."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic.json_schema import models_json_schema

from kpi.register import SECTIONS

FILE = "catalogue.schema.json"


def catalogue_schema() -> str:
    """The schema as text, the same for the same models."""
    refs, definitions = models_json_schema([(model, "validation") for model in SECTIONS.values()])
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of the KPI catalogue",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            section: {"type": "array", "items": refs[model, "validation"]} for section, model in SECTIONS.items()
        },
        **definitions,
    }
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


def write_schema(folder: Path) -> Path:
    """Write the schema beside the catalogue files; returns its path."""
    path = folder / FILE
    path.write_text(catalogue_schema(), encoding="utf-8")
    return path
