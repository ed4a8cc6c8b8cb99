from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.dialects.athena import Athena
from sqlglot.errors import SqlglotError

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import Registry
from headgate.contracts.types import column_type_of
from headgate.errors import ConflictError, ContractError, NotFoundError, QueryError
from headgate.local_files.check_statements import answer_schema
from headgate.plain_names import capitalised
from headgate.project import project
from headgate.systems.model_references import with_plain_references
from headgate.systems.sql_models import model_texts

if TYPE_CHECKING:
    import pyarrow as pa

_SUM_DIGITS = 38  # DuckDB sums integers as HUGEINT, Athena as BIGINT


def draft_model_contract(table: str) -> Contract:
    """Return a draft with the columns and types of the model's statement, and a key from its GROUP BY."""
    texts, name = model_texts(), f"models/{table}.sql"
    if table not in texts:
        models = ", ".join(sorted(texts)) or "none; write models/<table>.sql"
        raise NotFoundError(f"There is no model {table}. Models: {models}.")
    if table in Registry.load().prod:
        raise ConflictError(f"{name} has a contract. Edit contracts/prod/{table}.yaml.")
    try:
        query = sqlglot.parse_one(with_plain_references(name, texts[table], database=""), read=Athena)
        schema = answer_schema(query.sql(dialect=Athena))
    except (SqlglotError, QueryError) as error:
        reason = str(error).splitlines()[0]
        raise ContractError(f"{name} cannot be run: {reason} Correct the statement.") from None
    key = _key(query, schema.names)
    return Contract(
        id=f"{project().name}.prod.{table}",
        dataset=table,
        zone="prod",
        version="1.0.0",
        columns=tuple(_column(field, is_key=field.name in key) for field in schema),
        key=key,
        grain=f"One row per {' and '.join(_words(column) for column in key)}",
        description=capitalised(_words(table)),
    )


def _column(field: pa.Field, *, is_key: bool) -> Column:
    column_type = column_type_of(field.type)
    if column_type == ColumnType(Kind.DECIMAL, precision=_SUM_DIGITS, scale=0):
        column_type = ColumnType(Kind.BIGINT)
    return Column(field.name, column_type, capitalised(_words(field.name)), required=is_key)


def _key(query: exp.Expression, names: list[str]) -> tuple[str, ...]:
    """Return the selected columns of the GROUP BY, or the first column without one."""
    group = query.args.get("group")
    selects = [select.unalias() for select in query.selects] if isinstance(query, exp.Select) else []
    key = []
    for node in group.expressions if group else ():
        if isinstance(node, exp.Literal) and node.is_int:
            key.append(names[int(node.name) - 1])
        elif node in selects:
            key.append(names[selects.index(node)])
        elif node.name in names:
            key.append(node.name)
    return tuple(dict.fromkeys(key)) or (names[0],)


def _words(name: str) -> str:
    return name.replace("_", " ")
