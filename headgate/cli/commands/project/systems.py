import re
from pathlib import Path

import click

from headgate.cli import options
from headgate.cli.commands.project.local_run import run_system
from headgate.cli.commands.project.templates import template_text
from headgate.contracts.model import Contract, Kind
from headgate.project import FILE, SYSTEM, project

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
    templates = {
        folder / "systems" / f"{module}.py": "system",
        folder / "contracts" / "prod" / f"{module}.yaml": "system_contract",
        folder / "dashboards" / f"{system}.yaml": "system_dashboard",
        folder / "tests" / f"test_{module}.py": "system_test",
    }
    if existing := [path for path in templates if path.exists()]:
        raise click.ClickException(f"{existing[0]} exists already. Choose another name, or move the file.")
    for path, template in templates.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template_text(template).format(**values), encoding="utf-8")
    return [*templates]
