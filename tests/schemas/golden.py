"""Writes the schemas of all types in `types_of_all_kinds` to ``golden.json``: run ``python -m schemas.golden`` in ``tests``."""

from __future__ import annotations

import json
from pathlib import Path

from aiogroq import response_format

from .types_of_all_kinds import CASES

FILE = Path(__file__).with_name("golden.json")


def schemas() -> dict[str, str]:
    """The response format of each type, as JSON."""
    return {name: json.dumps(response_format(case.type)["json_schema"]) for name, case in CASES.items()}


def write() -> None:
    """Write the file, one type in a line."""
    lines = (f"{json.dumps(name)}: {schema}" for name, schema in schemas().items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    write()
