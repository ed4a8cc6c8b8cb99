"""`headgate systems`: Python systems of a lake project."""

from __future__ import annotations

import re
from pathlib import Path

import click

from headgate.cli import options
from headgate.cli.commands.project.local_run import run_system
from headgate.contracts.model import Contract, Kind
from headgate.project import FILE, SYSTEM, project

_SYSTEM = """\
\"\"\"{module}: how complete the columns of {dataset} are.

docs/use/lake-project.md of Headgate describes systems. Change what `build` returns together with
contracts/prod/{module}.yaml.
\"\"\"

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis

READS = ("{dataset}",)
COLUMNS = (
{columns}
)


def build(tables: Mapping[str, ibis.Table], as_of: date) -> dict[str, pd.DataFrame]:
    \"\"\"Return the rows of each table; the run adds `as_of` and `snapshot_id`.\"\"\"
    rows = tables["{dataset}"]
    filled = {{name: rows[name].count() for name in COLUMNS}}
    counts = rows.aggregate(**filled, rows_in_all=rows.count()).to_pandas().iloc[0]
    missing = [int(counts.rows_in_all - counts[name]) for name in COLUMNS]
    return {{"{module}": pd.DataFrame({{"column_name": COLUMNS, "missing_values": missing}})}}
"""
_CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {lake}.prod.{module}
name: {module}
version: 1.0.0
status: active
schema:
- name: {module}
  description: How complete the columns of {dataset} are
  dataGranularityDescription: One row per column
  customProperties:
  - {{property: headgate.system, value: {system}}}
  properties:
  - name: column_name
    logicalType: string
    physicalType: TEXT
    primaryKey: true
    primaryKeyPosition: 1
    required: true
    description: Column
  - {{name: missing_values, logicalType: integer, physicalType: BIGINT, required: true, description: Rows without a value in the column}}
  - {{name: as_of, logicalType: date, physicalType: DATE, required: true, description: Day of the data that the row was built from}}
  - {{name: snapshot_id, logicalType: string, physicalType: VARCHAR(16), required: true, description: Snapshot that the row was built from}}
"""  # noqa: E501 a file's text
_DASHBOARD = """\
system: {system}
title: Completeness of {dataset}
panels:
  - name: missing_values
    question: Which columns miss values?
    action: Ask the sender of the files about the first column.
    kind: bar
    table: {module}
    x: column_name
    y: [missing_values]
    sql: |
      SELECT column_name, missing_values
      FROM {module}
      ORDER BY missing_values DESC, column_name
"""
_TEST = """\
{imports}

import ibis
import pyarrow as pa

# isort: split
from headgate.contracts.registry import Registry
from headgate.local_files.check_statements import statement_problems
from headgate.systems import system_registry
from headgate.systems.rows_in_file import unstamped_rows

ROWS = ibis.memtable(
    pa.table(
        {{
{rows}
        }}
    )
)


def test_missing_values_are_counted() -> None:
    made = system_registry.system("{system}").build({{"{dataset}": ROWS}}, date(2026, 1, 31))["{module}"]
    assert dict(zip(made.column_name, made.missing_values, strict=True)) == {{
{missing}
    }}


def test_the_table_has_the_columns_and_types_of_its_contract() -> None:
    made = system_registry.system("{system}").build({{"{dataset}": ROWS}}, date(2026, 1, 31))["{module}"]
    unstamped_rows(Registry.load().prod["{module}"], made)


def test_the_dashboard_and_the_questions_read_columns_that_exist() -> None:
    assert statement_problems("{system}") == []
"""

_EXAMPLES = {
    Kind.STRING: '"x"',
    Kind.BOOLEAN: "True",
    Kind.SMALLINT: "1",
    Kind.INTEGER: "1",
    Kind.BIGINT: "1",
    Kind.DOUBLE: "1.5",
    Kind.DECIMAL: 'Decimal("1.50")',
    Kind.DATE: "date(2026, 1, 31)",
    Kind.TIMESTAMP: "datetime(2026, 1, 31, 8, 30)",
}  # of a value, by the kind of its column


@click.group()
def systems() -> None:
    """Write a Python system of your own, and run systems on local files."""


systems.add_command(run_system)


@systems.command(epilog=options.example("headgate systems init completeness --reads readings"))
@click.argument("name")
@click.option(
    "--reads", "dataset", default="", help="Dataset that the system reads; default: the first of the lake."
)
@options.as_json
def init(name: str, dataset: str) -> None:
    """Write an example system for editing: systems/NAME.py, its contract, its dashboard and its test.

    Writes into the lake project of this folder, or of HEADGATE_PROJECT. Existing files are not changed.
    """
    from headgate.contracts.registry import Registry

    folder, module = project().folder, name.replace("-", "_")
    if not folder:
        raise click.ClickException(
            f"There is no {FILE} here or above. Create a lake project with `headgate init FOLDER`."
        )
    if not re.fullmatch(SYSTEM, module):
        rule = "2 to 30 lower-case letters a to z, digits, - and _, beginning with a letter"
        raise click.ClickException(f"{name!r} is no name of a system. Use {rule}.")
    registry = Registry.load()
    system, datasets = module.replace("_", "-"), sorted(registry.source)
    if system in project().systems or module in registry.prod:
        raise click.ClickException(f"The lake has a system or a table {name} already. Choose another name.")
    if not datasets or (dataset and dataset not in datasets):
        names = ", ".join(datasets) or "none"
        problem = f"There is no dataset {dataset or 'in this lake'}."
        raise click.ClickException(f"{problem} Datasets: {names}; `headgate contract init` drafts one.")
    chosen = dataset or datasets[0]
    values = {"module": module, "system": system, "dataset": chosen, "lake": project().name}
    values |= _texts_of_columns(registry.curated[chosen])
    paths = _write(folder, values)
    listed = [str(path.relative_to(folder)) for path in paths]
    options.show(
        {"system": system, "reads": values["dataset"], "written": listed},
        lambda: (
            f"Wrote {', '.join(listed)}. Next, in {folder}: python -m pytest tests/test_{module}.py, and "
            f"`headgate systems run {system} --local --data FOLDER`; then deploy, and `headgate run`."
        ),
    )


def _texts_of_columns(contract: Contract) -> dict[str, str]:
    """Return the texts about the columns of a dataset, without columns that the gate adds."""
    from headgate.contracts.curated import LINEAGE
    from headgate.contracts.new_column_policy import kept_column
    from headgate.contracts.odcs_writer import physical_type

    added = {column.name for column in (*LINEAGE, kept_column())}
    columns = [column for column in contract.columns if column.name not in added]
    notes = [
        physical_type(column.type)
        + (", key" if column.name in contract.key else "" if column.required else ", may be null")
        for column in columns
    ]
    examples = [_EXAMPLES[column.type.kind] for column in columns]
    has_time, has_decimal = (any(name in text for text in examples) for name in ("datetime", "Decimal"))
    lines = {
        "imports": [
            f"from datetime import date{', datetime' if has_time else ''}",
            *(["from decimal import Decimal"] if has_decimal else []),
        ],
        "columns": [f'    "{column.name}",  # {note}' for column, note in zip(columns, notes, strict=True)],
        "rows": [
            f'            "{column.name}": [{text}, None],'
            for column, text in zip(columns, examples, strict=True)
        ],
        "missing": [f'        "{column.name}": 1,' for column in columns],
    }
    return {name: "\n".join(of) for name, of in lines.items()}


def _write(folder: Path, values: dict[str, str]) -> list[Path]:
    """Write the files of a system unless one exists, and return their paths."""
    module, system = values["module"], values["system"]
    texts = {
        folder / "systems" / f"{module}.py": _SYSTEM,
        folder / "contracts" / "prod" / f"{module}.yaml": _CONTRACT,
        folder / "dashboards" / f"{system}.yaml": _DASHBOARD,
        folder / "tests" / f"test_{module}.py": _TEST,
    }
    if existing := [path for path in texts if path.exists()]:
        raise click.ClickException(f"{existing[0]} exists already. Choose another name, or move the file.")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(**values), encoding="utf-8")
    return [*texts]
