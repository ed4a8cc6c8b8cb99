from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headgate.cli import options
from headgate.cli.rendering import screens
from headgate.project import project

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from headgate.systems.model_tests import ModelTest, ModelTestResult

_HOW = (
    "Write models/tests/<model>.yaml with `given`, rows by table, and `expect`, rows; "
    "docs/use/lake-project.md shows one."
)


@click.command("test", epilog=options.example("headgate models test monthly_sales"))
@click.argument("names", metavar="[NAME]...", nargs=-1)
@options.as_json
def test_models(names: tuple[str, ...]) -> None:
    """Run all unit tests of SQL models, or those of NAME, a test or a model.

    A test has input rows of a model and the expected rows. Exits with 1 if a test fails.
    """
    from headgate.systems.model_tests import read_test
    from headgate.systems.sql_models import model_texts

    tests = [read_test(path) for path in project().model_tests]
    results = run_tests(_chosen(tests, names, model_texts()))
    untested = sorted(set(model_texts()) - {test.model for test in tests})
    failed = [result for result in results if not result.passed]
    options.show(
        {"tests": [_fact(result) for result in results], "without_test": untested},
        lambda: results_screen(results, failed, untested),
    )
    if failed:
        sys.exit(1)


@click.command("init", epilog=options.example("headgate models init monthly_sales"))
@click.argument("name")
@options.as_json
def init_model(name: str) -> None:
    """Draft the contract of the SQL model NAME: contracts/prod/NAME.yaml.

    Columns and types are those of its statement, and the key is its GROUP BY, or else the first column. Check
    the key, and say in the descriptions what each column means.
    """
    import yaml

    from headgate.contracts.odcs_writer import to_odcs
    from headgate.local_files.draft_model_contract import draft_model_contract

    draft = draft_model_contract(name)
    path = (project().folder or Path()) / "contracts" / "prod" / f"{name}.yaml"
    if path.exists():
        raise click.ClickException(f"{path} is a contract of another table. Move it away first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        yaml.safe_dump(to_odcs(draft), sort_keys=False, allow_unicode=True, width=120), encoding="utf-8"
    )
    key = ", ".join(draft.key)
    options.show(
        {"file": str(path), "columns": [*draft.names], "key": [*draft.key]},
        lambda: f"Wrote {path} with the key {key}. Check the key, and describe the columns.",
    )


def run_tests(tests: Sequence[ModelTest]) -> list[ModelTestResult]:
    """Run tests of the lake project's models."""
    from headgate.cli.local_lake import local_models
    from headgate.contracts.registry import Registry
    from headgate.systems.model_tests import run_test

    models, curated = local_models(), Registry.load().curated
    return [run_test(test, models, curated) for test in tests]


def _chosen(tests: Sequence[ModelTest], names: Collection[str], models: Collection[str]) -> list[ModelTest]:
    """Return the tests of these names, or all."""
    if not tests:
        raise click.ClickException(f"The lake project has no test of a model. {_HOW}")
    if unknown := sorted(set(names) - {name for test in tests for name in (test.name, test.model)}):
        name = unknown[0]
        reason = f"The model {name} has no test" if name in models else f"There is no test or model {name}"
        raise click.ClickException(f"{reason}. {_HOW}")
    return [test for test in tests if not names or {test.name, test.model} & set(names)]


def _fact(result: ModelTestResult) -> dict[str, object]:
    return vars(result) | {"passed": result.passed}


def results_screen(
    results: Sequence[ModelTestResult], failed: Sequence[ModelTestResult], untested: Sequence[str]
) -> RenderableType:
    """Return the differences of failed tests, and the counts."""
    from rich.console import Group

    differences = [_differences(result) for result in failed if not result.error]
    errors = [f"{result.name}: {result.error}" for result in failed if result.error]
    without = [f"Without a test: {', '.join(untested)}."] if untested else []
    counts = f"{len(results) - len(failed)} passed, {len(failed)} failed."
    return Group(*differences, *errors, counts, *without)


def _differences(result: ModelTestResult) -> Table:
    """Return the missing and the unexpected rows."""
    rows = [("missing", row) for row in result.missing] + [("unexpected", row) for row in result.unexpected]
    columns = [*rows[0][1]]
    made = screens.screen_table("", *columns, title=f"{result.name}: the rows of {result.model} differ")
    for kind, row in sorted(rows, key=lambda pair: [str(value) for value in pair[1].values()]):
        made.add_row(kind, *("" if row[name] is None else str(row[name]) for name in columns))
    return made
