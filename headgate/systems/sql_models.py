"""The system of a lake project's own models: each `models/<table>.sql`, in Athena's SQL, builds the prod
table of its name.

A model reads datasets and other models. Its columns are those of `contracts/prod/<table>.yaml`; the runner
adds `as_of` and `snapshot_id`.
A reference to another model is its name where no dataset has that name, a table of a database that ends in
`_prod`, or `{{ ref('name') }}`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pyarrow as pa
import sqlglot
from ibis.expr import operations as ops
from sqlglot import exp
from sqlglot.dialects.athena import Athena
from sqlglot.errors import SqlglotError

from headgate.contracts.analyst_tables import OF_DATASET
from headgate.contracts.analytics_blocks import BLOCK_MEASURE, BLOCK_TIME, Block, block_of, file_of
from headgate.contracts.rules_fingerprint import rules_fingerprint
from headgate.contracts.types import arrow_schema
from headgate.errors import AuditError, ContractError, NotFoundError
from headgate.facts.rows_by_key import RowsByKey, write_rows_by_key
from headgate.lineage.column_sources import CURATED, PROD, TableColumns
from headgate.plain_names import capitalised
from headgate.project import PACKED, project
from headgate.systems import source_code
from headgate.systems.column_lineage import columns_of_block, columns_of_query
from headgate.systems.incremental_models import BUILD, IncrementalModel, incremental_model
from headgate.systems.model_references import (
    input_name,
    models_in_order,
    on_inputs,
    reads_of,
    refs_of,
    resolved,
    with_plain_references,
)
from headgate.systems.rows_in_file import STAMPS, RowsInFile, unstamped_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date
    from importlib.resources.abc import Traversable
    from pathlib import Path

    import pandas as pd

    from headgate.contracts.model import Contract
    from headgate.systems.system_registry import Made

ATHENA = "athena"
_ENGINE = ("duckdb", "ibis-framework", "sqlglot", "pyarrow")
_NONE_GIVEN: Mapping[str, ibis.Table] = {}
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
    """The models of one lake, as `headgate.systems.system_registry.SystemPackage`.

    Attributes:
        queries: parsed SQL by table.
        contracts: the contracts of the tables.
        datasets: the contracts of the curated datasets that models can read.
        translate: Athena's SQL to the dialect of an engine.
    """

    queries: Mapping[str, exp.Query]
    contracts: Mapping[str, Contract]
    datasets: Mapping[str, Contract]
    translate: Callable[[str, str], str]

    @property
    def READS(self) -> tuple[str, ...]:  # noqa: N802 as every system has it
        """Return the datasets that the models read."""
        return tuple(sorted({name for query in self.queries.values() for name in reads_of(query)}))

    def limited_to(self, tables: Collection[str]) -> SqlModels:
        """Return these models and those that they read."""
        if unknown := sorted(set(tables) - set(self.queries)):
            raise NotFoundError(
                f"There is no model {unknown[0]}. Models: "
                f"{', '.join(sorted(self.queries)) or 'none; write models/<table>.sql'}."
            )
        names = {*tables}.union(*(self._built_for(table, ()) for table in tables))
        return replace(self, queries={name: query for name, query in self.queries.items() if name in names})

    @property
    def reads_by_table(self) -> dict[str, tuple[str, ...]]:
        """Return the datasets that each table is built from, also through other models."""
        reads: dict[str, set[str]] = {}
        for table in self.order:
            query = self.queries[table]
            reads[table] = reads_of(query).union(*(reads[model] for model in refs_of(query)))
        return {table: tuple(sorted(names)) for table, names in reads.items()}

    @cached_property
    def column_lineage(self) -> dict[str, TableColumns]:
        """Return the lineage of each table by column; what cannot be derived is unknown, with the reason."""
        lineage: dict[str, TableColumns] = {}
        for table in self.order:
            lineage[table] = self._columns_of(table).with_models(lineage)
        return lineage

    def _columns_of(self, table: str) -> TableColumns:
        query, contract = self.queries[table], self.contracts[table]
        if block := block_of(contract):
            return columns_of_block(block, contract, PROD if refs_of(query) else CURATED)
        tables = {(CURATED, name): self.datasets[name] for name in reads_of(query)}
        tables |= {(PROD, name): self.contracts[name] for name in refs_of(query)}
        inputs = {input_name(name, is_model=zone == PROD): (zone, name) for zone, name in tables}
        columns = {name: _readable(tables[of], is_model=of[0] == PROD) for name, of in inputs.items()}
        return columns_of_query(on_inputs(query), _readable(contract, is_model=True), inputs, columns)

    @property
    def order(self) -> tuple[str, ...]:
        """Return the tables, each after those that its statement reads."""
        return models_in_order(self.refs)

    @property
    def refs(self) -> dict[str, set[str]]:
        """Return the models that each model's statement reads."""
        return {table: refs_of(query) for table, query in self.queries.items()}

    @property
    def version(self) -> str:
        """Return a hash of the models' SQL and of the columns of models that others read."""
        texts = [f"{table}\0{query.sql(dialect=ATHENA)}\n" for table, query in sorted(self.queries.items())]
        schemas = [
            f"{table}\0{_schema(self.contracts[table])}\n"
            for table in sorted(set().union(*self.refs.values()))
        ]
        blocks = [f"{table}\0{block}\n" for table in self.order if (block := block_of(self.contracts[table]))]
        code = [source_code.source_version("headgate.analytics")] if blocks else []
        return hashlib.sha256("".join([*texts, *schemas, *blocks, *code]).encode()).hexdigest()[:16]

    @cached_property
    def incremental(self) -> dict[str, IncrementalModel]:
        """Return how each incremental model is updated."""
        tables = {input_name(name, is_model=False): of for name, of in self.datasets.items()}
        for name in self.queries:  # as the readers of a model's table see it
            own = self.contracts[name]
            readable = tuple(column for column in own.columns if column.name not in STAMPS)
            tables[input_name(name, is_model=True)] = replace(own, columns=readable)
        models = {}
        for table, query in self.queries.items():
            through_models = {name for model in refs_of(query) for name in self.reads_by_table[model]}
            if model := incremental_model(self.contracts[table], query, through_models, tables):
                models[table] = model
        return models

    def build(self, tables: Mapping[str, ibis.Table], as_of: date) -> dict[str, Made]:
        """Return each table's rows, in the order of its key, without `as_of` and `snapshot_id`."""
        return {
            table: self._updated(table, self.incremental[table], tables, as_of)
            if table in self.incremental
            else self.rows(table, tables, as_of)
            for table in self.order
        }

    def _updated(
        self, table: str, model: IncrementalModel, tables: Mapping[str, ibis.Table], as_of: date
    ) -> RowsInFile:
        """Return the rows of an incremental model: kept ones and those of changed keys."""
        contract, made = self.contracts[table], RowsInFile.new(table, keeps_parts=True)
        of = RowsByKey(
            table, model.key, contract.key, model.by_key, model.as_whole, self._version_of(table, as_of)
        )
        write_rows_by_key(
            of, tables, lambda given: unstamped_rows(contract, self.rows(table, given, as_of)), made.path
        )
        return made

    def _version_of(self, table: str, as_of: date) -> str:
        """Return a text for everything but rows that decides what an incremental model holds."""
        own, contract = self.limited_to([table]), self.contracts[table]
        uses_day = any(query.find(exp.CurrentDate) for query in own.queries.values())
        return " ".join(
            [
                own.version,
                self._question(table, as_of, "duckdb"),
                f"{contract.version} {rules_fingerprint(contract)}",
                *(f"{name}={version(name)}" for name in _ENGINE),
                *([as_of.isoformat()] if uses_day else []),
            ]
        )

    def rows(
        self,
        table: str,
        tables: Mapping[str, ibis.Table],
        as_of: date,
        given: Mapping[str, ibis.Table] = _NONE_GIVEN,
    ) -> pd.DataFrame:
        """Return the rows of one table, as `build`.

        Args:
            tables: the datasets.
            given: rows of models that the model reads, which are then not built from their own statements.
        """
        contract, block = self.contracts[table], block_of(self.contracts[table])
        engine = self._engine(table, tables, given)
        inputs = ", ".join(
            f"{name} AS ({text})" for name, text in self._inputs(table, tables, given, as_of).items()
        )
        schema = _block_schema(contract, block) if block else _schema(contract)
        text = f"WITH {inputs} SELECT * FROM ({self._question(table, as_of, engine.name)}) AS model"  # noqa: S608 the model is the lake owner's own SQL
        rows = ops.SQLQueryResult(query=text, schema=schema, source=engine).to_expr()
        try:
            if block:
                from headgate.analytics.build_block import block_rows  # noqa: PLC0415 its methods are slow to load

                return block_rows(block, rows, as_of)
            frame: pd.DataFrame = rows.order_by(
                [*contract.key, *(name for name in schema.names if name not in contract.key)]
            ).execute()
        except duckdb.Error as error:  # only an error of the statement itself quotes no value
            is_of_statement = isinstance(error, duckdb.ProgrammingError)
            reason = (
                " ".join(str(error).splitlines()[:2])
                if is_of_statement
                else f"a value leads to a {type(error).__name__}."
            )
            raise ContractError(
                f"{self.file_of(table)} cannot be run: {reason} Correct the statement."
            ) from None
        except AuditError as error:
            raise AuditError(f"{self.file_of(table)}: {error}") from None
        return frame

    def file_of(self, table: str) -> str:
        """Return the file of the lake project that says how a table is built, for messages."""
        return file_of(self.contracts[table]) if block_of(self.contracts[table]) else f"models/{table}.sql"

    def inputs(self, table: str, given: Collection[str] = ()) -> tuple[list[str], list[str]]:
        """Return the models that a table reads, in build order, and all datasets that are read.

        Args:
            given: models whose statements are not needed.
        """
        built = self._built_for(table, given)
        return built, sorted({name for model in (*built, table) for name in reads_of(self.queries[model])})

    def _question(self, table: str, as_of: date, dialect: str) -> str:
        return self.translate(_as_of_day(on_inputs(self.queries[table]), as_of).sql(dialect=ATHENA), dialect)

    def _inputs(
        self, table: str, tables: Mapping[str, ibis.Table], given: Mapping[str, ibis.Table], as_of: date
    ) -> dict[str, str]:
        """Return the SQL of every input by its name in the statement: datasets, then models in build order.

        A model is in the statement of each table that reads it, because Athena has no temporary tables.
        """
        built, datasets = self.inputs(table, given)
        engine = self._engine(table, tables, given)
        rows = {input_name(name, is_model=False): engine.compile(tables[name]) for name in datasets}
        rows |= {input_name(name, is_model=True): engine.compile(of) for name, of in given.items()}
        return rows | {input_name(model, is_model=True): self._typed(model, as_of, engine) for model in built}

    def _engine(self, table: str, tables: Mapping[str, ibis.Table], given: Mapping[str, ibis.Table]) -> Any:  # noqa: ANN401 Ibis ships no types
        """Return the engine of a table's inputs. Tables of other models are not opened for it."""
        _, datasets = self.inputs(table, given)
        return next(iter([*given.values(), *(tables[name] for name in datasets[:1])])).get_backend()

    def _built_for(self, table: str, given: Collection[str]) -> list[str]:
        """Return the models that a model reads, also indirectly, in build order, without the given ones."""
        needed, pending = set[str](), [table]
        while pending:
            further = refs_of(self.queries[pending.pop()]) - needed - set(given)
            needed |= further
            pending += further
        return [model for model in self.order if model in needed]

    def _typed(self, model: str, as_of: date, engine: Any) -> str:  # noqa: ANN401 Ibis ships no types
        """Return a model's statement with the types of its contract, as the readers of its table see them."""
        names = {
            name: exp.to_identifier(name, quoted=True).sql(dialect=engine.name)
            for name in _schema(self.contracts[model]).names
        }
        types = engine.compiler.type_mapper
        columns = ", ".join(
            f"CAST({names[name]} AS {types.to_string(kind)}) AS {names[name]}"
            for name, kind in _schema(self.contracts[model]).items()
        )
        return f"SELECT {columns} FROM ({self._question(model, as_of, engine.name)}) AS model"  # noqa: S608 as above


def sql_models(
    contracts: Mapping[str, Contract],
    datasets: Mapping[str, Contract],
    translate: Callable[[str, str], str],
    pushed: Mapping[str, str] | None = None,
) -> SqlModels:
    """Return the models of the lake project, or of the archive that this code runs from.

    Args:
        contracts: the prod contracts by table.
        datasets: the contracts of the curated datasets that models can read, by name.
        pushed: the SQL of the models, by table; by default that of the project or the archive.
    """
    texts = dict(model_texts() if pushed is None else pushed)
    if twice := sorted(set(texts) & set(blocks := _block_inputs(contracts))):
        raise ContractError(
            f"{file_of(contracts[twice[0]])} declares a block, and models/{twice[0]}.sql builds its "
            "table. Remove one of them."
        )
    texts |= analyst_models(contracts) | blocks
    if missing := sorted(set(texts) - set(contracts)):
        raise ContractError(
            f"models/{missing[0]}.sql has no contract. `headgate models init {missing[0]}` drafts "
            f"contracts/prod/{missing[0]}.yaml with its columns and key."
        )
    tables = {name: "" if name in texts else contract.system for name, contract in contracts.items()}
    queries = {
        table: parsed(table, text, contracts[table], datasets, tables) for table, text in texts.items()
    }
    models_in_order({table: refs_of(query) for table, query in queries.items()})
    declared = {name for name, contract in contracts.items() if BUILD in contract.properties}
    if stray := sorted(declared - {*texts}):
        raise ContractError(
            f"contracts/prod/{stray[0]}.yaml declares {BUILD}, and no SQL model builds the table. Write "
            f"models/{stray[0]}.sql, or remove {BUILD}."
        )
    models = SqlModels(queries, {table: contracts[table] for table in texts}, datasets, translate)
    _ = models.incremental  # an error in a declaration is one of the contract
    return models


def model_texts() -> dict[str, str]:
    """Return the SQL of each model by table."""
    package = files("headgate")
    if (packed := package / PACKED).is_dir():
        texts: Iterable[Path | Traversable] = packed.iterdir()
    else:
        texts = () if (package / "_contracts").is_dir() else project().models
    return {
        path.name.removesuffix(".sql"): path.read_text(encoding="utf-8")
        for path in sorted(texts, key=lambda path: path.name)
    }


def analyst_models(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """Return the SQL of each table for analysts: the columns of its contract, from its dataset."""
    derived = {
        name: (contract, str(contract.properties[OF_DATASET]))
        for name, contract in contracts.items()
        if OF_DATASET in contract.properties
    }
    return {
        name: sqlglot.select(
            *(exp.column(column, quoted=True) for column in contract.names if column not in STAMPS)
        )
        .from_(dataset)
        .sql(dialect=ATHENA)
        for name, (contract, dataset) in derived.items()
    }


def _block_inputs(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """Return the SQL of the rows that each block reads."""
    return {
        name: _block_input(block) for name, contract in contracts.items() if (block := block_of(contract))
    }


def _block_input(block: Block) -> str:
    read = {BLOCK_TIME: (block.time, "timestamp"), BLOCK_MEASURE: (block.measure, "double")}
    if block.measures:
        read = {name: (name, "double") for name in block.measures}
    by = [exp.column(name, quoted=True) for name in block.by]
    cast = [
        exp.cast(exp.column(column, quoted=True), kind).as_(name, quoted=True)
        for name, (column, kind) in read.items()
    ]
    return str(sqlglot.select(*by, *cast).from_(block.of).sql(dialect=ATHENA))


def _block_schema(contract: Contract, block: Block) -> ibis.Schema:
    """Return the columns that a block reads."""
    own = _schema(contract)
    numbers = dict.fromkeys(block.measures or [BLOCK_MEASURE], "float64")
    return ibis.schema(
        {
            **{name: own[name] for name in block.by},
            **({} if block.measures else {BLOCK_TIME: "timestamp"}),
            **numbers,
        }
    )


def parsed(
    table: str, text: str, contract: Contract, datasets: Collection[str], tables: Mapping[str, str]
) -> exp.Query:
    """Return a model's query, checked, with its references to models marked.

    Args:
        tables: the system of each prod table; an SQL model has none.
    """
    name = f"models/{table}.sql"
    try:
        statements = [
            statement
            for statement in sqlglot.parse(with_plain_references(name, text), read=Athena)
            if statement
        ]
    except SqlglotError as error:
        raise ContractError(
            f"{name} is not Athena SQL: {str(error).splitlines()[0]}. Try it with `headgate query`."
        ) from None
    if len(statements) != 1 or not isinstance(query := statements[0], exp.Query):
        raise ContractError(
            f"{name} must be one SELECT or WITH statement; it has {len(statements)} statements, or writes."
        )
    if any(not isinstance(table.this, exp.Identifier) for table in query.find_all(exp.Table)):
        raise ContractError(f"{name} uses a table function. A model reads datasets and other models only.")
    query = resolved(name, query, datasets, tables)
    if not reads_of(query) and not refs_of(query):
        raise ContractError(f"{name} reads no table. A model reads at least one dataset or model.")
    if not_repeatable := query.find(*_NOT_REPEATABLE):
        part = (
            not_repeatable.sql_name() if isinstance(not_repeatable, exp.Func) else not_repeatable.key.upper()
        )
        raise ContractError(
            f"{name} uses {part}, so two builds would differ. Remove it. Use current_date for the day of "
            "the run's data."
        )
    if not block_of(contract) and not query.is_star:
        _require_columns(name, contract, query.named_selects)
    return query


def _require_columns(name: str, contract: Contract, selected: list[str]) -> None:
    expected = [column for column in contract.names if column not in STAMPS]
    further = ", ".join(column for column in selected if column not in expected)
    missing = ", ".join(column for column in expected if column not in selected)
    if further or missing:
        path = f"contracts/prod/{contract.dataset}.yaml"
        remedies = [f"add {missing} to {name}, or remove it from {path}"] if missing else []
        remedies += [f"add {further} to {path}, or remove it from {name}"] if further else []
        raise ContractError(
            f"{name} has the columns {', '.join(selected)}; its contract has {', '.join(expected)}. "
            f"{capitalised('; '.join(remedies))}."
        )


def _readable(contract: Contract, *, is_model: bool) -> tuple[str, ...]:
    """Return the columns of a table that a statement can read.

    Those of a model are without what the runner adds.
    """
    return tuple(name for name in contract.names if not (is_model and name in STAMPS))


def _schema(contract: Contract) -> ibis.Schema:
    """Return the columns that a model has to give."""
    return ibis.Schema.from_pyarrow(
        pa.schema([field for field in arrow_schema(contract) if field.name not in STAMPS])
    )


def _as_of_day(query: exp.Query, as_of: date) -> exp.Expression:
    """Return the query with the day of the data as the current date, and columns without databases."""

    def replaced(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.CurrentDate):
            return exp.cast(exp.Literal.string(as_of.isoformat()), "date")
        if isinstance(node, exp.Column) and node.args.get("db"):
            return exp.column(node.this.copy(), table=node.args["table"].copy())
        return node

    return query.transform(replaced)
