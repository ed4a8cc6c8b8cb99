"""The catalog's tables, and Athena's SHOW and DESCRIBE as queries of values for engines without them.

The tables are those of the contracts in use, from which the catalog is created.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from headgate.contracts.registry import Registry, contract_folders
from headgate.contracts.types import glue_columns
from headgate.errors import QueryError
from headgate.query.read_only_statements import near_tables

_NAME = r"[`\"]?(\w+)[`\"]?"
_IN = rf"(?:\s+(?:in|from)\s+{_NAME})?"
# Source: Amazon Athena user guide, "SHOW TABLES", "SHOW DATABASES", "SHOW COLUMNS", "DESCRIBE".
_SHOW_TABLES = re.compile(rf"show\s+tables{_IN}(?:\s+(?:like\s+)?'([^']*)')?", re.IGNORECASE)
_SHOW_DATABASES = re.compile(r"show\s+(?:databases|schemas)(?:\s+(?:like\s+)?'([^']*)')?", re.IGNORECASE)
_SHOW_COLUMNS = re.compile(rf"show\s+columns\s+(?:in|from)\s+(?:{_NAME}\.)?{_NAME}{_IN}", re.IGNORECASE)
_DESCRIBE = re.compile(
    rf"(?:describe|desc)\s+(?:(?:extended|formatted)\s+)?(?:{_NAME}\.)?{_NAME}", re.IGNORECASE
)
# The names in documents and saved questions, which are Terraform's defaults.
_DOCUMENTED_NAMES = re.compile(r"\becommerce_(curated|prod)\b")


@dataclass(frozen=True)
class Databases:
    """The databases of a lake; a deployment may change their default names.

    Attributes:
        contracts: returns the contracts in use, which may have more datasets than the deployed ones; by
            default those of this code.
    """

    curated: str = "ecommerce_curated"
    prod: str = "ecommerce_prod"
    contracts: Callable[[], Registry] | None = field(default=None, compare=False, repr=False)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter((self.curated, self.prod))

    def rename_in(self, sql: str) -> str:
        """Return a saved question with this lake's database names."""
        return _DOCUMENTED_NAMES.sub(lambda match: str(getattr(self, match[1])), sql)

    def tables(self) -> dict[str, Mapping[str, Sequence[tuple[str, ...]]]]:
        """Return database → table → name, type and comment of each column."""
        if self.contracts is None:
            return {
                self.curated: _of_code(("curated", "lake"), contract_folders()),
                self.prod: _of_code(("prod",), contract_folders()),
            }
        registry = self.contracts()
        return {
            self.curated: _of_zones(registry, ("curated", "lake")),
            self.prod: _of_zones(registry, ("prod",)),
        }


DOCUMENTED = Databases()
# A table without a database in Athena's statements about one. Source: Amazon Athena user guide, as above.
_BARE_TABLE = re.compile(
    rf"""\s*(?:desc(?:ribe)?\s+(?:(?:view|extended|formatted)\s+)?(?!(?:view|extended|formatted)\b)
    | show\s+(?:columns\s+(?:in|from)|partitions|create\s+table|create\s+view|tblproperties)\s+)
    {_NAME}(?!\s*\.|\w|\s+(?:in|from)\b)""",
    re.IGNORECASE | re.VERBOSE,
)


def qualify_listing(sql: str, databases: Databases) -> str:
    """Return a SHOW or DESCRIBE of a table without a database with `curated`, if only curated has it.

    SHOW TABLES without a database is a query that lists the tables of both, because a query finds them so.
    """
    asked = sql.strip().rstrip(";").strip()
    tables = databases.tables()
    if (match := _SHOW_TABLES.fullmatch(asked)) and not match[1]:
        listed = [
            (name, database)
            for database in (databases.prod, databases.curated)
            for name in sorted(tables[database])
            if _like(name, match[2])
        ]
        return _values(["tab_name", "database_name"], listed)
    match = _BARE_TABLE.match(sql)
    if (
        match is None
        or match[1].lower() not in tables[databases.curated].keys() - tables[databases.prod].keys()
    ):
        return sql
    start = match.start(1) - (sql[match.start(1) - 1] in '`"')
    return f"{sql[:start]}{databases.curated}.{sql[start:]}"


def about_tables(sql: str, databases: Databases) -> str:
    """Return a SELECT that answers a SHOW or DESCRIBE statement; empty for any other statement."""
    asked = sql.strip().rstrip(";").strip()
    if match := _SHOW_DATABASES.fullmatch(asked):
        return _values(["database_name"], [(name,) for name in databases if _like(name, match[1])])
    if match := _SHOW_TABLES.fullmatch(asked):
        return _values(
            ["tab_name"], [(name,) for name in sorted(_tables(match[1], databases)) if _like(name, match[2])]
        )
    if match := _SHOW_COLUMNS.fullmatch(asked):
        return _values(["field"], [row[:1] for row in _columns(match[1] or match[3], match[2], databases)])
    if match := _DESCRIBE.fullmatch(asked):
        return _values(["col_name", "data_type", "comment"], _columns(match[1], match[2], databases))
    return ""


def _columns(database: str | None, table: str, databases: Databases) -> list[tuple[str, ...]]:
    tables = _tables(database, databases)
    if table.lower() not in tables:
        advice = near_tables(table.lower(), databases.tables())
        raise QueryError(f"TABLE_NOT_FOUND: Table '{table}' does not exist. {advice}")
    return list(tables[table.lower()])


def _tables(database: str | None, databases: Databases) -> Mapping[str, Sequence[tuple[str, ...]]]:
    """Return table → its columns for a database, by default prod, the workgroup's database."""
    tables = databases.tables()
    if (name := (database or databases.prod).lower()) not in tables:
        raise QueryError(
            f"SCHEMA_NOT_FOUND: Schema '{database}' does not exist; SHOW DATABASES lists those that do"
        )
    return tables[name]


@cache
def _of_code(zones: tuple[str, ...], _: tuple[str, ...]) -> Mapping[str, Sequence[tuple[str, ...]]]:
    return _of_zones(Registry.load(), zones)


def _of_zones(registry: Registry, zones: tuple[str, ...]) -> Mapping[str, Sequence[tuple[str, ...]]]:
    tables = {
        name: glue_columns(contract) for zone in zones for name, contract in getattr(registry, zone).items()
    }
    return {
        name: [(column["Name"], column["Type"], column.get("Comment", "")) for column in columns]
        for name, columns in tables.items()
    }


def _like(name: str, pattern: str | None) -> bool:
    """Match one of Athena's patterns: `*` means any characters, `|` means or."""
    return pattern is None or any(
        re.fullmatch(choice.replace("*", ".*"), name, re.IGNORECASE) for choice in pattern.split("|")
    )


def _values(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    values = ", ".join("(" + ", ".join(_quoted(cell) for cell in row) + ")" for row in rows)
    if not values:
        return f"SELECT {', '.join(f'NULL AS {name}' for name in names)} WHERE FALSE"
    return f"SELECT * FROM (VALUES {values}) AS answer ({', '.join(names)})"  # noqa: S608 every cell is quoted


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
