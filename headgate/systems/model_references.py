"""References of SQL models to datasets and models, and the build order of models."""

import re
from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from headgate.errors import ContractError
from headgate.plain_names import did_you_mean

# The database of a table that is a model, in a resolved query. Databases of a lake are <name>_curated and
# <name>_prod.
_MODELS = "lake_prod"
_REF = re.compile(r"\{\{\s*ref\(\s*(['\"])(\w+)\1\s*\)\s*\}\}")


def with_plain_references(name: str, text: str, database: str = f"{_MODELS}.") -> str:
    """Return the SQL with a table of the lake's prod database in place of each `{{ ref('table') }}`.

    Args:
        database: the prefix of the tables, with its point.
    """
    plain = _REF.sub(rf"{database}\2", text)
    if "{{" in plain or "{%" in plain:
        raise ContractError(
            f"{name} has a template that is not {{{{ ref('table') }}}}. Macros are not run: write SQL "
            "instead."
        )
    return plain


def resolved(name: str, query: exp.Query, datasets: Collection[str], tables: Mapping[str, str]) -> exp.Query:
    """Return a copy whose references to models are marked, so that `reads_of` and `refs_of` know them apart.

    Args:
        name: the model's file, for messages.
        datasets: the curated datasets.
        tables: the system of each prod table; an SQL model has none.
    """
    marked = _with_lower_case_tables(query)
    for table in _tables_read(marked):
        is_dataset = table.name in datasets and not (
            table.name in tables and table.db.lower().endswith("_prod")
        )
        if not is_dataset and tables.get(table.name, "unknown"):
            raise ContractError(_why_unknown(name, table.name, datasets, tables))
        table.set("db", None if is_dataset else exp.to_identifier(_MODELS))
        table.set("catalog", None)
    return marked


def _why_unknown(name: str, table: str, datasets: Collection[str], tables: Mapping[str, str]) -> str:
    if system := tables.get(table):
        return (
            f"{name} reads {table}, a table of the system {system}. A model reads datasets and other "
            f"models: read what {system} reads."
        )
    own = name.removeprefix("models/").removesuffix(".sql")
    models = [model for model, owner in tables.items() if not owner and model != own]
    hint = did_you_mean(table, [*datasets, *models])
    refs = f", or the models {', '.join(sorted(models))}" if models else ""
    return (
        f"{name} reads {table}, which is no curated dataset and no model.{hint} It can read "
        f"{', '.join(sorted(datasets))}{refs}."
    )


def reads_of(query: exp.Query) -> set[str]:
    """Return the datasets that a query reads.

    The name of a WITH query is a dataset's wherever that query is not in scope.
    """
    return {table.name for table in _tables_read(_with_lower_case_tables(query)) if table.db != _MODELS}


def refs_of(query: exp.Query) -> set[str]:
    """Return the models that a resolved query reads."""
    return {table.name for table in _tables_read(query) if table.db == _MODELS}


def models_in_order(refs: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Return all models, each after those that it reads, and otherwise by name."""
    sorter = TopologicalSorter({model: sorted(refs[model]) for model in sorted(refs)})
    try:
        return tuple(sorter.static_order())
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise ContractError(
            f"The models {circle} read each other. Remove one of these references, so that one of them "
            "is first."
        ) from None


def on_inputs(query: exp.Query) -> exp.Query:
    """Return a copy of a resolved query that reads its inputs by the names of `input_name`."""
    copied = query.copy()
    for table in _tables_read(copied):
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
        table.set("this", exp.to_identifier(input_name(table.name, is_model=table.db == _MODELS)))
        table.set("db", None)
    return copied


def input_name(table: str, *, is_model: bool) -> str:
    """Return the name that an input has in the statement of a model."""
    return f"{'model' if is_model else 'input'}_{table}"


def _with_lower_case_tables(query: exp.Query) -> exp.Query:
    """Return a copy in which one table has one spelling: Athena's names have no case."""
    copied = query.copy()
    for node in copied.find_all(exp.Table, exp.CTE):
        name = node.args["alias"].this if isinstance(node, exp.CTE) else node.this
        if isinstance(name, exp.Identifier):
            name.set("this", name.name.lower())
    return copied


def _tables_read(query: exp.Query) -> list[exp.Table]:
    return [
        source
        for scope in traverse_scope(query)
        for source in scope.sources.values()
        if isinstance(source, exp.Table)
    ]
