"""The system of a lake project's own models: each `models/<table>.sql`, in Athena's SQL, builds the prod table of its name.

A model reads curated tables. Its columns are those of `contracts/prod/<table>.yaml`; the runner adds `as_of` and `snapshot_id`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import sqlglot
from ibis.expr import operations as ops
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope

from headgate.contracts.analyst_tables import OF_DATASET
from headgate.contracts.arrow import arrow_schema
from headgate.errors import ContractError
from headgate.project import PACKED, project
from headgate.systems.rows import STAMPS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date
    from importlib.resources.abc import Traversable
    from pathlib import Path

    import pandas as pd

    from headgate.contracts.model import Contract

ATHENA = "athena"
# Their values would differ between two builds of one snapshot.
_NOT_REPEATABLE = (
    exp.CurrentTimestamp,
    exp.CurrentTime,
    exp.Localtimestamp,
    exp.Localtime,
    exp.Rand,
    exp.Shuffle,
    exp.Uuid,
    exp.TableSample,
)


@dataclass(frozen=True)
class SqlModels:
    """The models of one lake, as `headgate.systems.registry.System`.

    Attributes:
        queries: parsed SQL by table.
        contracts: the contracts of the tables.
        translate: Athena's SQL to the dialect of an engine.
        READS: the datasets that the models read.
    """

    queries: Mapping[str, exp.Query]
    contracts: Mapping[str, Contract]
    translate: Callable[[str, str], str]
    READS: tuple[str, ...]

    @property
    def reads_by_table(self) -> dict[str, tuple[str, ...]]:
        """Return the datasets that each table's own statement reads, in the order of their names."""
        return {table: tuple(sorted(reads_of(query))) for table, query in self.queries.items()}

    @property
    def version(self) -> str:
        """A hash of the models' SQL: tables built by other SQL lie elsewhere."""
        texts = (f"{table}\0{query.sql(dialect=ATHENA)}\n" for table, query in sorted(self.queries.items()))
        return hashlib.sha256("".join(texts).encode()).hexdigest()[:16]

    def build(self, tables: Mapping[str, ibis.Table], as_of: date) -> dict[str, pd.DataFrame]:
        """Return each table's rows, in the order of its key, without `as_of` and `snapshot_id`."""
        return {table: self._rows(table, tables, as_of) for table in sorted(self.queries)}

    def _rows(self, table: str, tables: Mapping[str, ibis.Table], as_of: date) -> pd.DataFrame:
        contract = self.contracts[table]
        engine = next(iter(tables.values())).get_backend()
        inputs = ", ".join(f"{_input(name)} AS ({engine.compile(tables[name])})" for name in sorted(reads_of(self.queries[table])))
        question = self.translate(_on_inputs(self.queries[table], as_of).sql(dialect=ATHENA), engine.name)
        schema = ibis.Schema.from_pyarrow(pa.schema([field for field in arrow_schema(contract) if field.name not in STAMPS]))
        text = f"WITH {inputs} SELECT * FROM ({question}) AS model"  # noqa: S608 the model is the lake owner's own SQL
        rows = ops.SQLQueryResult(query=text, schema=schema, source=engine).to_expr()
        frame: pd.DataFrame = rows.order_by([*contract.key, *(name for name in schema.names if name not in contract.key)]).execute()
        return frame


def sql_models(contracts: Mapping[str, Contract], datasets: Collection[str], translate: Callable[[str, str], str]) -> SqlModels:
    """Return the models of the lake project, or of the archive that this code runs from.

    Args:
        contracts: the prod contracts by table.
        datasets: the curated datasets that models can read.

    Raises:
        ContractError: a model has no contract, is not one query of Athena's SQL, or reads what is not curated.
    """
    texts = model_texts() | analyst_models(contracts)
    if missing := sorted(set(texts) - set(contracts)):
        raise ContractError(f"models/{missing[0]}.sql has no contract. Write contracts/prod/{missing[0]}.yaml with its columns and key.")
    queries = {table: parsed(table, text, contracts[table], datasets) for table, text in texts.items()}
    reads = sorted({name for query in queries.values() for name in reads_of(query)})
    return SqlModels(queries, {table: contracts[table] for table in texts}, translate, tuple(reads))


def model_texts() -> dict[str, str]:
    """Return the SQL of each model by table."""
    package = files("headgate")
    if (packed := package / PACKED).is_dir():
        found: Iterable[Path | Traversable] = packed.iterdir()
    else:
        found = () if (package / "_contracts").is_dir() else project().models
    return {path.name.removesuffix(".sql"): path.read_text(encoding="utf-8") for path in sorted(found, key=lambda one: one.name)}


def analyst_models(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """Return the SQL of each table for analysts: the columns of its contract, from its dataset."""
    derived = {
        name: (contract, str(contract.properties[OF_DATASET])) for name, contract in contracts.items() if OF_DATASET in contract.properties
    }
    return {
        name: sqlglot.select(*(exp.column(one, quoted=True) for one in contract.names if one not in STAMPS))
        .from_(dataset)
        .sql(dialect=ATHENA)
        for name, (contract, dataset) in derived.items()
    }


def parsed(table: str, text: str, contract: Contract, datasets: Collection[str]) -> exp.Query:
    """Return a model's query, checked.

    Raises:
        ContractError: as `sql_models`; the message names the file and what to do.
    """
    name = f"models/{table}.sql"
    try:
        statements = [one for one in sqlglot.parse(text, read=ATHENA) if one]
    except SqlglotError as error:
        raise ContractError(f"{name} is not Athena SQL: {str(error).splitlines()[0]}. Try it with `headgate query`.") from None
    if len(statements) != 1 or not isinstance(query := statements[0], exp.Query):
        raise ContractError(f"{name} must be one SELECT or WITH statement; it has {len(statements)} statements, or writes.")
    if any(not isinstance(one.this, exp.Identifier) for one in query.find_all(exp.Table)):
        raise ContractError(f"{name} uses a table function. A model reads curated datasets only.")
    if unknown := sorted(reads_of(query) - set(datasets)):
        raise ContractError(f"{name} reads {unknown[0]}, which is no curated dataset. It can read {', '.join(sorted(datasets))}.")
    if not reads_of(query):
        raise ContractError(f"{name} reads no table. A model reads at least one curated dataset.")
    if not_repeatable := query.find(*_NOT_REPEATABLE):
        part = not_repeatable.sql_name() if isinstance(not_repeatable, exp.Func) else not_repeatable.key.upper()
        raise ContractError(f"{name} uses {part}, so two builds would differ. Remove it. Use current_date for the day of the run's data.")
    expected = [one for one in contract.names if one not in STAMPS]
    if not query.is_star and set(query.named_selects) != set(expected):
        raise ContractError(f"{name} has the columns {', '.join(query.named_selects)}; its contract has {', '.join(expected)}.")
    return query


def reads_of(query: exp.Query) -> set[str]:
    """Return the datasets that a query reads; the name of a WITH query is a dataset's wherever that query is not in scope."""
    return {table.name for table in _tables_read(_with_lower_case_tables(query))}


def _with_lower_case_tables(query: exp.Query) -> exp.Query:
    """Return a copy in which one table has one spelling: Athena's names have no case."""
    copied = query.copy()
    for node in copied.find_all(exp.Table, exp.CTE):
        name = node.args["alias"].this if isinstance(node, exp.CTE) else node.this
        if isinstance(name, exp.Identifier):
            name.set("this", name.name.lower())
    return copied


def _tables_read(query: exp.Query) -> list[exp.Table]:
    return [source for scope in traverse_scope(query) for source in scope.sources.values() if isinstance(source, exp.Table)]


def _on_inputs(query: exp.Query, as_of: date) -> exp.Expression:
    """Return the query with its datasets replaced by their inputs, and the current date by the day of the data."""
    on_inputs = _with_lower_case_tables(query)
    for table in _tables_read(on_inputs):
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
        table.set("this", exp.to_identifier(_input(table.name)))
        table.set("db", None)
        table.set("catalog", None)

    def replaced(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.CurrentDate):
            return exp.cast(exp.Literal.string(as_of.isoformat()), "date")
        if isinstance(node, exp.Column) and node.args.get("db"):
            return exp.column(node.this.copy(), table=node.args["table"].copy())
        return node

    return on_inputs.transform(replaced)


def _input(dataset: str) -> str:
    return f"input_{dataset}"
