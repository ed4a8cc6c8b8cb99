from __future__ import annotations

from typing import TYPE_CHECKING

import click

from headgate.cli import command_deployment, options
from headgate.cli.commands.project import contract_files, contract_schemas
from headgate.cli.rendering import screens
from headgate.plain_names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from headgate.contracts.model import Contract
    from headgate.contracts.no_cards import NoCards


@click.group()
@click.pass_context
def contract(context: click.Context) -> None:
    """List contracts, draft new ones, and validate files against them.

    `list`, `show`, `docs`, `check` and `export` use the project that was deployed last from this folder;
    HEADGATE_PROJECT names another folder.
    """
    if context.invoked_subcommand in {"list", "show", "docs", "check", "export"}:
        command_deployment.use_deployed_project()


for _command in (
    contract_files.init,
    contract_files.check,
    contract_files.diff,
    contract_schemas.import_,
    contract_schemas.export,
):
    contract.add_command(_command)


@contract.command(epilog=options.example("headgate contract list --json"))
@options.as_json
def list() -> None:  # noqa: A001 the command is named so
    """List all contracts with their keys and numbers of columns, those created in the console included."""
    contracts, created = _contracts()
    options.show([_fact(contract, created) for contract in contracts], lambda: _table(contracts, created))


@contract.command(epilog=options.example("headgate contract docs > dictionary.md"))
@click.argument("names", metavar="[NAME]...", nargs=-1)
def docs(names: tuple[str, ...]) -> None:
    """Print the data dictionary as Markdown: of all tables, or of those with a NAME, such as payments."""
    from headgate.contracts.dictionary import dictionary, dictionary_of
    from headgate.contracts.registry import Registry
    from headgate.project import project

    if not names:
        click.echo(dictionary(Registry.load(), project().name), nl=False)
        return
    contracts, _ = _contracts()
    by_name = {contract.dataset: contract for contract in contracts}
    for name in names:
        if name not in by_name:
            raise click.ClickException(_no_contract(name, by_name))
    click.echo(dictionary_of(contract for contract in contracts if contract.dataset in names))


@contract.command(epilog=options.example("headgate contract show curated payments"))
@click.argument("zone", type=click.Choice(["source", "curated", "lake", "prod"]))
@click.argument("dataset")
@options.as_json
def show(zone: str, dataset: str) -> None:
    """Show the columns of the contract of DATASET in ZONE."""
    from rich.console import Group

    contracts, _ = _contracts()
    by_name = {contract.dataset: contract for contract in contracts if contract.zone == zone}
    shown = by_name.get(dataset)
    if shown is None:
        raise click.ClickException(_no_contract(f"{zone}/{dataset}", by_name))
    options.show(_columns(shown), lambda: Group(_column_table(shown), *_no_cards_tables(shown)))


def _no_contract(name: str, contracts: Iterable[str]) -> str:
    near = did_you_mean(name.rpartition("/")[2], contracts)
    return (
        f"There is no contract {screens.safe_name(name)}.{near} `headgate contract list` lists all contracts."
    )


def _contracts() -> tuple[tuple[Contract, ...], set[str]]:
    """Return all contracts by zone, and the names of the datasets that people created in the console."""
    from headgate.contracts.curated import curated_contract
    from headgate.contracts.registry import Registry

    registry = Registry.load()
    created = contract_files.created_contracts(registry.source)
    curated = {name: curated_contract(contract) for name, contract in created.items()}
    zones = ({**registry.source, **created}, registry.curated | curated, registry.lake, registry.prod)
    return tuple(contract for zone in zones for contract in zone.values()), {*created}


def _origin(contract: Contract, created: set[str]) -> str:
    is_created = contract.zone in {"source", "curated"} and contract.dataset in created
    return "console" if is_created else "project"


def _fact(contract: Contract, created: set[str]) -> dict[str, object]:
    return {
        "zone": contract.zone,
        "dataset": contract.dataset,
        "system": contract.system,
        "version": contract.version,
        "columns": len(contract.columns),
        "key": contract.key,
        "origin": _origin(contract, created),
    }


def _table(contracts: tuple[Contract, ...], created: set[str]) -> Table:
    table = screens.screen_table("zone", "dataset", "system", "key", "columns", "from", "one row is")
    for contract in contracts:
        names = contract.zone, contract.dataset, contract.system, ", ".join(contract.key)
        table.add_row(
            *names,
            str(len(contract.columns)),
            _origin(contract, created),
            contract.grain.removeprefix("One row per "),
        )
    return table


def _columns(contract: Contract) -> dict[str, dict[str, object]]:
    from headgate.contracts.types import glue_type

    return {
        column.name: {
            "type": glue_type(column.type),
            "required": column.required,
            "mask": column.mask,
            "unit": column.unit,
            "no_cards": column.no_cards.as_stated() if column.no_cards else None,
            "rules": {rule.name: rule.argument for rule in column.rules},
            "description": column.description,
        }
        for column in contract.columns
    }


def _column_table(contract: Contract) -> Table:
    title = f"{contract.zone}/{contract.dataset}: {contract.grain}"
    names = ("column", "type", "required", "mask", "rules", "description")
    table = screens.screen_table(*names, title=title)
    for name, fact in _columns(contract).items():
        rules = ", ".join(
            rule.name if rule.argument is None else f"{rule.name} {rule.argument}"
            for rule in contract.column(name).rules
        )
        required = "yes" if fact["required"] else ""
        table.add_row(
            name, str(fact["type"]), required, str(fact["mask"] or ""), rules, str(fact["description"])
        )
    return table


def _no_cards_tables(contract: Contract) -> tuple[Table, ...]:
    """Return the table of declarations about columns without card data, if there are any."""
    declarations: dict[NoCards, tuple[str, ...]] = {}
    for column in contract.columns:
        if column.no_cards:
            declarations[column.no_cards] = (*declarations.get(column.no_cards, ()), column.name)
    table = screens.screen_table("columns", "declared by", "on", "reason", title="Not searched for card data")
    for declared, names in declarations.items():
        every = "all" if len(names) == len(contract.columns) else ", ".join(names)
        table.add_row(every, declared.declared_by, declared.declared_on, declared.reason)
    return (table,) if declarations else ()
