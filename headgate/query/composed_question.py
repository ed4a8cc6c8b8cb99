"""A question about a dataset, from the kinds of its columns."""

import re
from collections.abc import Container
from typing import NamedTuple

from headgate.contracts.additive_measures import adds_up_over_rows
from headgate.contracts.event_time import event_time
from headgate.contracts.model import NUMBERS, Column, Contract, Kind
from headgate.values.sql_names import name_in_sql

_CURRENCY = re.compile(r"[A-Z]{3}")
_TIME_OF_COPIES = 2  # the tier of `event_time` of a column that only orders versions of rows


class ComposedQuestion(NamedTuple):
    """A question in words and its statement in Athena's SQL."""

    asks: str
    sql: str


def composed_question(contract: Contract, database: str, hidden: Container[str]) -> ComposedQuestion | None:
    """Return how many rows a dataset has by month, or by its first category, and what its money adds up to.

    Money that does not add up, such as the price of one piece, has an average. None where the dataset has
    neither a time nor a category.

    Args:
        contract: of the stored table.
        database: the one that has the table.
        hidden: columns that not everybody may read.
    """
    columns = [column for column in contract.columns if column.name not in hidden]
    names = {column.name: column for column in columns}
    time = event_time(contract)
    money = [column for column in columns if _is_money(column, contract)]
    measure = next(filter(adds_up_over_rows, money), next(iter(money), None))
    name = contract.dataset.replace("_", " ")
    rows = name if name.endswith("s") else f"rows of {name}"
    if time and time.tier < _TIME_OF_COPIES and time.column in names:
        asks, group, order = "in each month", f"date_trunc('month', {name_in_sql(time.column)})", "month"
        selected = f"{group} AS month"
        by = f", by “{_words(names[time.column])}”"
    elif category := next((column for column in columns if _is_category(column, contract)), None):
        asks, group, order = f"of each “{_words(category)}”", name_in_sql(category.name), "row_count DESC"
        selected, by = group, ""
    else:
        return None
    amount, selected_amount = _amount(measure) if measure else ("", "")
    dated = f"WHERE {name_in_sql(time.column)} IS NOT NULL\n" if by and time else ""
    return ComposedQuestion(
        f"How many {rows} are there {asks}{by}{amount}?",
        f"SELECT {selected}, count(*) AS row_count{selected_amount}\nFROM {database}.{contract.dataset}\n"
        f"{dated}GROUP BY {group}\nORDER BY {order}",
    )


def _amount(measure: Column) -> tuple[str, str]:
    """Return what is asked of a measure, and the item of the statement that answers it."""
    words, name = _words(measure), name_in_sql(measure.name)
    if adds_up_over_rows(measure):
        return f", and what does “{words}” add up to", f", sum({name}) AS {name}"
    return f", and what is “{words}” on average", f", avg({name}) AS {name_in_sql(f'average_{measure.name}')}"


def _is_money(column: Column, contract: Contract) -> bool:
    is_amount = column.type.kind in NUMBERS and column.name not in contract.key
    return is_amount and bool(_CURRENCY.fullmatch(column.unit))


def _is_category(column: Column, contract: Contract) -> bool:
    is_listed = any(rule.name == "valid_values" for rule in column.rules)
    return column.name not in contract.key and (column.type.kind is Kind.BOOLEAN or is_listed)


def _words(column: Column) -> str:
    return column.label or column.name.replace("_", " ")
