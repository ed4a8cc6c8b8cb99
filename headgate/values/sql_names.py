"""Names in SQL for Athena and DuckDB.

Every statement that this package writes takes its names from here; `console/src/formats/sql.ts` quotes those
of the console. MySQL quotes names differently: `headgate.export.server.sql_dialect.SqlDialect.quoted`.
"""

import re

# Athena SQL quotes other identifiers.
_UNQUOTED = re.compile(r"[a-z_][a-z0-9_]*")
# Source: https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html, the list for SELECT.
_RESERVED_WORDS = (
    "alter and as between by case cast constraint create cross cube current_catalog current_date "
    "current_path current_schema current_time "
    "current_timestamp current_user deallocate delete describe distinct drop else end escape except "
    "execute exists extract false first for "
    "from full group grouping having in inner insert intersect into is join json_array json_exists "
    "json_object json_query json_table "
    "json_value last left like listagg localtime localtimestamp natural normalize not null of on or "
    "order outer prepare recursive right "
    "rollup select skip table then trim true uescape union unnest using values when where with"
)
RESERVED = frozenset(_RESERVED_WORDS.split())


def quoted_name(name: str) -> str:
    """Return a column's name as an identifier, whatever characters it has.

    >>> quoted_name("a column")
    '"a column"'
    """
    return '"' + name.replace('"', '""') + '"'


def name_in_sql(name: str) -> str:
    """Return a name as a person writes it in a statement: in quotes only if Athena's SQL needs them.

    >>> name_in_sql("order"), name_in_sql("price")
    ('"order"', 'price')
    """
    return name if _UNQUOTED.fullmatch(name) and name not in RESERVED else quoted_name(name)
