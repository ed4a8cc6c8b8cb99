"""Leave columns about people out of the answer of a statement, for an answer that leaves the lake.

Only columns of the answer are left out, never a condition: its rows stay the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp
from sqlglot.dialects.athena import Athena

from headgate.query.personal_data import PersonalTable, columns_about_people, table_about_people
from headgate.query.read_only_statements import explained, only_reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    TablesAboutPeople = Mapping[tuple[str, str], PersonalTable]
    ReadTables = Sequence[tuple[str, PersonalTable]]


class MailableStatement(NamedTuple):
    """A statement without columns about people in its answer, and the names of those left out."""

    sql: str
    left_out: tuple[str, ...] = ()


def omit_personal_columns(sql: str, tables: TablesAboutPeople) -> MailableStatement:
    """Return the statement without the columns of its answer that are about people.

    The statement is returned as it is where its rows depend on them: by a condition, DISTINCT, a group that
    has no key, an order with a LIMIT, or a subquery. `without_personal_data` refuses it then.
    """
    query = only_reading(sql)
    if not isinstance(query, exp.Select) or explained(sql)[0].strip():
        return MailableStatement(sql)
    read = [*_read_tables(query, tables)]
    starred = tuple(name for _, table in _starred(query, read) for name in sorted(table.hidden))
    omitted = {at for at, each in enumerate(query.expressions) if _is_personal(each, read)}
    if not omitted or len(omitted) == len(query.expressions) or query.args.get("distinct"):
        return MailableStatement(sql, starred if not omitted else ())
    groups = _kept_terms(query, query.args.get("group"), omitted, read)
    orders = _kept_terms(query, query.args.get("order"), omitted, read)
    is_ordered_alike = len(orders) == len(_terms(query.args.get("order"))) or not query.args.get("limit")
    if not is_ordered_alike or not _has_keys(query, groups, omitted, read):
        return MailableStatement(sql)
    names = tuple(query.expressions[at].alias_or_name for at in sorted(omitted))
    _set_terms(query, "group", groups)
    _set_terms(query, "order", orders)
    query.set("expressions", [each for at, each in enumerate(query.expressions) if at not in omitted])
    return MailableStatement(query.sql(Athena, comments=False), (*names, *starred))


def _read_tables(query: exp.Select, tables: TablesAboutPeople) -> Iterator[tuple[str, PersonalTable]]:
    """Yield the tables about people of the statement itself, each with the name that it has there."""
    nodes = [query.args.get("from") or query.args.get("from_"), *query.args.get("joins", [])]
    for node in nodes:
        source = node.this if node else None
        if isinstance(source, exp.Table) and (table := table_about_people(source, tables)):
            yield source.alias_or_name.lower(), table


def _starred(query: exp.Select, read: ReadTables) -> Iterator[tuple[str, PersonalTable]]:
    """Yield the tables of which the answer has all columns."""
    for each in query.expressions:
        if isinstance(each, exp.Star):
            yield from read
        elif isinstance(each, exp.Column) and isinstance(each.this, exp.Star):
            yield from (pair for pair in read if pair[0] == each.table.lower())


def _is_personal(expression: exp.Expression, read: ReadTables) -> bool:
    """Return whether an expression reads a column about people; a count of it does so as well."""
    return any(columns_about_people(expression, read))


def _terms(clause: exp.Expression | None) -> list[exp.Expression]:
    return [*clause.expressions] if clause else []


def _place(term: exp.Expression) -> int | None:
    """Return the column of the answer that a term names by its number, from zero."""
    value = term.this if isinstance(term, exp.Ordered) else term
    return int(value.name) - 1 if isinstance(value, exp.Literal) and value.name.isdigit() else None


def _kept_terms(
    query: exp.Select, clause: exp.Expression | None, omitted: set[int], read: ReadTables
) -> list[exp.Expression]:
    """Return the terms of a clause that name no column about people, with the new numbers of columns."""
    names = {query.expressions[at].alias.lower() for at in omitted} - {""}
    kept = []
    for term in _terms(clause):
        place = _place(term)
        is_omitted = place in omitted or _is_personal(term, read)
        if is_omitted or any(
            each.name.lower() in names and not each.table for each in term.find_all(exp.Column)
        ):
            continue
        kept.append(term if place is None else _renumbered(term, place - sum(at < place for at in omitted)))
    return kept


def _renumbered(term: exp.Expression, place: int) -> exp.Expression:
    """Return a term with the number of another column of the answer; a place counts from zero."""
    number = exp.Literal.number(place + 1)
    if not isinstance(term, exp.Ordered):
        return number
    moved = term.copy()
    moved.set("this", number)
    return moved


def _has_keys(query: exp.Select, groups: list[exp.Expression], omitted: set[int], read: ReadTables) -> bool:
    """Return whether the groups stay the same: each table that loses a column still has its key there."""
    group = query.args.get("group")
    if len(groups) == len(_terms(group)):
        return True
    if any(value for name, value in group.args.items() if name != "expressions"):  # CUBE, ROLLUP
        return False
    remaining = [each for at, each in enumerate(query.expressions) if at not in omitted]
    kept = {_column_of(term, remaining) for term in groups}
    grouped = [
        query.expressions[place] if (place := _place(term)) is not None else term for term in _terms(group)
    ]
    lost = [pair for pair in read if any(_is_personal(term, [pair]) for term in grouped)]
    return all(
        bool(table.key) and all((name, key) in kept or ("", key) in kept for key in table.key)
        for name, table in lost
    )


def _column_of(term: exp.Expression, answer: Sequence[exp.Expression]) -> tuple[str, str]:
    """Return table and name of the column by which a term groups; empty texts for an expression."""
    place = _place(term)
    column = term if place is None else answer[place].unalias()
    return (column.table.lower(), column.name.lower()) if isinstance(column, exp.Column) else ("", "")


def _set_terms(query: exp.Select, name: str, terms: list[exp.Expression]) -> None:
    clause = query.args.get(name)
    if clause and terms:
        clause.set("expressions", terms)
    elif clause:
        query.set(name, None)
