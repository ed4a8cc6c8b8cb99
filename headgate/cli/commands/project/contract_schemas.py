from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headgate.cli import options

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

FORMATS = ("avro", "dbt", "glue", "jsonschema")


@click.command("import", epilog=options.example("headgate contract import avro orders.avsc > orders.yaml"))
@click.argument("schema_format", metavar="FORMAT", type=click.Choice(FORMATS))
@click.argument("source")
@click.option("--table", default="", help="The source or model of a dbt file that has several.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the YAML to this file."
)
def import_(schema_format: str, source: str, table: str, output: Path | None) -> None:
    """Write a contract from SOURCE, a schema in FORMAT, to standard output.

    SOURCE is a file: an Avro schema, a JSON Schema, a properties file or manifest.json of dbt, or the answer
    of Glue's GetTable. With `glue` it may be DATABASE.TABLE, which is read with your AWS credentials.

    Names are converted (orderId: order_id), and columns with names of card data are masked. Schemas have few
    rules, so read the contract and check a file against it.
    """
    if output and output.exists():
        raise click.ClickException(f"{output} exists already. Choose another name, or move the file.")
    import yaml

    from headgate.contracts.odcs_writer import to_odcs

    text = yaml.safe_dump(
        to_odcs(_imported(schema_format, source, table)), sort_keys=False, allow_unicode=True, width=120
    )
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)


@click.command("export", epilog=options.example("headgate contract export html curated/orders > orders.html"))
@click.argument("schema_format", metavar="FORMAT", type=click.Choice((*FORMATS, "html", "odcs")))
@click.argument("contract")
def export(schema_format: str, contract: str) -> None:
    """Print CONTRACT as a schema in FORMAT.

    CONTRACT is a file, or ZONE/DATASET of the project, such as curated/orders. `odcs` is the contract itself
    for other tools of the Open Data Contract Standard; `html` is a readable page.
    """
    click.echo(_exported(schema_format, _contract_of(contract)))


def _contract_of(name: str) -> Contract:
    from headgate.contracts.odcs_reader import load
    from headgate.contracts.registry import Registry

    zone, _, dataset = name.partition("/")
    if not Path(name).is_file() and zone in {"source", "curated", "lake", "prod"}:
        contracts = getattr(Registry.load(), zone)
        if dataset in contracts:
            registered: Contract = contracts[dataset]
            return registered
    if not Path(name).is_file():
        raise click.ClickException(
            f"There is no contract {name}. `headgate contract list` lists zones and datasets."
        )
    return load(Path(name))


def _exported(schema_format: str, contract: Contract) -> str:
    from headgate.contracts.odcs_writer import to_odcs
    from headgate.dbt_project.dbt_sources import SourceDatabase, source_of
    from headgate.exchange.avro_record import avro_record
    from headgate.exchange.contract_page import page_of_contract
    from headgate.exchange.glue_table import glue_table
    from headgate.exchange.json_schema import json_schema

    if schema_format == "html":
        return page_of_contract(contract)
    if schema_format in {"dbt", "odcs"}:
        import yaml

        source = SourceDatabase(contract.zone, contract.zone, {contract.dataset: contract})
        dbt_sources = {"version": 2, "sources": [source_of(source, {})]}
        document = to_odcs(contract) if schema_format == "odcs" else dbt_sources
        return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    schema = {"avro": avro_record, "glue": glue_table, "jsonschema": json_schema}[schema_format](contract)
    return json.dumps(schema, indent=2, ensure_ascii=False)


def _imported(schema_format: str, source: str, table: str) -> Contract:
    from headgate.exchange.avro_record import contract_of_avro
    from headgate.exchange.dbt_columns import contract_of_dbt
    from headgate.exchange.glue_table import contract_of_glue
    from headgate.exchange.json_schema import contract_of_json_schema

    if schema_format == "glue" and not Path(source).is_file():
        return contract_of_glue(_glue_table(source))
    document = _document(Path(source))
    if schema_format == "avro":
        return contract_of_avro(document)
    if schema_format == "dbt":
        return contract_of_dbt(document, table)
    if schema_format == "glue":
        return contract_of_glue(document)
    return contract_of_json_schema(document, Path(source).name.partition(".")[0])


def _document(path: Path) -> Any:  # noqa: ANN401 whatever the file holds
    """Return the document of a YAML or JSON file."""
    from headgate.contracts.odcs_reader import NotYamlError, yaml_document

    try:
        return yaml_document(path.read_text(encoding="utf-8"))
    except (NotYamlError, UnicodeDecodeError, OSError):
        raise click.ClickException(f"{path.name} is not JSON or YAML. Give a schema file.") from None


def _glue_table(name: str) -> dict[str, Any]:
    from headgate.wiring import stores

    database, _, table = name.rpartition(".")
    if not database:
        raise click.ClickException("SOURCE is no file or Glue table. Give a file, or DATABASE.TABLE.")
    return stores.catalog().definition(database, table)
