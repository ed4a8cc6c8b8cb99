"""Find the unit and the title of an answer's columns from the columns that the statement reads.

A name says nothing about the unit of a computed column: `avg(quantity) AS mean` is not the `mean` of
another table.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from headgate.contracts.currency import PERCENT, SHARES, is_amount
from headgate.contracts.model import Contract
from headgate.contracts.registry import Registry
from headgate.contracts.source_format import SHOWN_AS_DURATION
from headgate.contracts.types import glue_columns
from headgate.query.catalog_queries import Databases
from headgate.query.shares import branches, called_part, is_named_share, is_percentage, is_share

NAME = "name"  # numbers that name things, such as ids and years, are not grouped by thousands
MEAN = "mean"
RANK = "rank"  # the place of a row among others, which is no quantity
_DIALECTS = ("athena", "duckdb")  # an emulator records the translated statement

# Days of the week are 1 for Monday to 7 for Sunday in Trino; DuckDB numbers Sunday 0.
_WEEKDAY = "day_of_week"
_DATE_PARTS: Mapping[type[exp.Expression], str] = {
    exp.Year: "year",
    exp.YearOfWeek: "year_of_week",
    exp.Quarter: "quarter",
    exp.Month: "month",
    exp.Week: "week",
    exp.WeekOfYear: "week",
    exp.Day: "day",
    exp.DayOfMonth: "day",
    exp.DayOfWeek: _WEEKDAY,
    exp.DayOfWeekIso: _WEEKDAY,
    exp.DayOfYear: "day_of_year",
    exp.Hour: "hour",
    exp.Minute: "minute",
    exp.Second: "second",
}
_OTHER_NAMES = {
    **dict.fromkeys(("dow", "isodow", "dayofweek"), _WEEKDAY),
    **dict.fromkeys(("doy", "dayofyear"), "day_of_year"),
    **dict.fromkeys(("yow", "isoyear"), "year_of_week"),
    "day_of_month": "day",
    "week_of_year": "week",
}
_STARTS = frozenset({"year", "quarter", "month", "week", "day"})

# The result is a value of the first argument, or a sum or mean of such values.
_KEEPS_FIRST = (
    exp.Alias,
    exp.Paren,
    exp.Neg,
    exp.Sum,
    exp.Avg,
    exp.Min,
    exp.Max,
    exp.Median,
    exp.AnyValue,
    exp.ApproxQuantile,
    exp.ArgMax,
    exp.ArgMin,
    exp.FirstValue,
    exp.LastValue,
    exp.Lag,
    exp.Lead,
    exp.Window,
    exp.Filter,
    exp.IgnoreNulls,
    exp.Distinct,
    exp.Round,
    exp.Abs,
    exp.Ceil,
    exp.Floor,
    exp.Cast,
    exp.TryCast,
    exp.Date,
    exp.Nullif,
)
# The result is one of the arguments, or a sum of them.
_KEEPS_ALL = (exp.Add, exp.Sub, exp.Coalesce, exp.Greatest, exp.Least)
_OF_SAME_NAME = (exp.Alias, exp.Paren, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Round, exp.Cast)


_NAMED_THINGS = re.compile(r"(^|_)(id|year)$")
_NAMED_RANKS = re.compile(r"(^|_)(rank|place)$")
# The heading of a column that the statement does not name.
_UNNAMED = re.compile(r"_col_?\d+")
_MAX_TITLE = 60  # a longer expression is no heading
_AGGREGATES = {exp.Count: "Count", exp.Sum: "Sum", exp.Avg: "Average", exp.Min: "Minimum", exp.Max: "Maximum"}


class UnitAndTitle(NamedTuple):
    """The unit, the title, the kind and the period of a table's or an answer's column; all may be empty."""

    unit: str
    label: str
    kind: str = ""  # NAME, MEAN or RANK, by how its numbers are shown
    period: str = ""  # of a number the part of a date that it is, of a day the period that begins with it
    adds_up: bool = True  # False of a price and the like, of which no sum says anything


Tables = dict[tuple[str, str], dict[str, UnitAndTitle]]
NO_FACTS = UnitAndTitle("", "")
_NUMBER = UnitAndTitle("*", "")  # a constant, which has the unit of what it is added to
_UNCERTAIN = UnitAndTitle("?", "")  # of another unit than any column, such as a product of two amounts
_SHARE = UnitAndTitle("share", "")
_COUNTS = (exp.Count, exp.CountIf, exp.ApproxDistinct)
_RANK = UnitAndTitle("", "", kind=RANK, adds_up=False)
_RANKINGS = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile, exp.PercentRank, exp.CumeDist)
_PERCENTAGE = UnitAndTitle(PERCENT, "")
_INNER_UNITS = frozenset({_NUMBER.unit, _UNCERTAIN.unit})  # of no answer
_PLAIN = frozenset({NO_FACTS.unit, _NUMBER.unit})
# Things that a quantity counts, such as `units`; of these words none counts things with a price.
_THINGS = re.compile(
    r"(?!.*\b(second|minute|hour|day|week|month|quarter|year|point|deviation)s$)([a-z]+ )*[a-z]+s|people"
)


class _ContractsInUse:
    """Contracts and databases as a key: the same contracts are the same object, read once per version."""

    def __init__(self, contracts: Registry, databases: Databases) -> None:
        self.contracts, self.databases = contracts, databases

    def __eq__(self, other: object) -> bool:
        is_same = isinstance(other, _ContractsInUse) and self.contracts is other.contracts
        return is_same and self.databases == cast("_ContractsInUse", other).databases

    def __hash__(self) -> int:
        return hash((id(self.contracts), self.databases))


def facts_in_lake(
    sql: str, names: Sequence[str], contracts: Registry, databases: Databases
) -> tuple[UnitAndTitle, ...]:
    """Return the unit and the title of each column of an answer, computed once for all its pages."""
    return _kept_facts(sql, tuple(names), _ContractsInUse(contracts, databases))


@lru_cache(maxsize=64)
def _kept_facts(sql: str, names: tuple[str, ...], of: _ContractsInUse) -> tuple[UnitAndTitle, ...]:
    return tuple(facts_of_answer(sql, names, _kept_tables(of), of.databases.prod))


@lru_cache(maxsize=2)
def _kept_tables(of: _ContractsInUse) -> Tables:
    return facts_of_tables(of.contracts, of.databases)


def facts_of_answer(sql: str, names: Sequence[str], tables: Tables, default: str) -> list[UnitAndTitle]:
    """Return the unit and the title of each column of an answer.

    A column has a unit if it is a column of a table that the statement reads, or a sum, mean, minimum or
    maximum of one, or a sum of such values of one unit, or such a value multiplied or divided by values
    without a unit. It has the column's title if it also has its name.

    Args:
        names: the answer's columns.
        tables: the columns of each table, by database and name, in their order.
        default: database of a table without one.
    """
    for dialect in _DIALECTS:
        try:
            return _Answer(sql, dialect, tables, default).facts(names)
        except Exception:  # noqa: BLE001, S112 the parser's optimizer has no common error; no answer fails for it
            continue
    return [NO_FACTS] * len(names)


def facts_of_tables(contracts: Registry, databases: Databases) -> Tables:
    """Return the unit and the title of each column by database and table, in the order of the tables."""
    zones = (
        (databases.curated, contracts.curated),
        (databases.curated, contracts.lake),
        (databases.prod, contracts.prod),
    )
    return {
        (database, name): _facts_of(contract) for database, zone in zones for name, contract in zone.items()
    }


def _facts_of(contract: Contract) -> dict[str, UnitAndTitle]:
    facts = {
        column.name: _ranked(
            column.name.lower(),
            UnitAndTitle(
                column.unit,
                column.label,
                NAME if _NAMED_THINGS.search(column.name.lower()) else "",
                adds_up=column.adds_up,
            ),
        )
        for column in contract.columns
    }
    return {
        name: facts.get(name, NO_FACTS) for name in (str(each["Name"]) for each in glue_columns(contract))
    }


def _ranked(name: str, facts: UnitAndTitle) -> UnitAndTitle:
    """Return the facts of a column without a unit as those of a rank if its name says so."""
    is_rank = not facts.unit and not facts.kind and _NAMED_RANKS.search(name)
    return facts._replace(kind=RANK, adds_up=False) if is_rank else facts


class _Answer:
    """A statement whose columns all name their table."""

    def __init__(self, sql: str, dialect: str, tables: Tables, default: str) -> None:
        query = sqlglot.parse_one(sql, read=dialect)
        if not isinstance(query, exp.Query):
            raise SqlglotError("no query")
        self._facts = dict[str, "Mapping[str, UnitAndTitle]"]()
        common = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
        for table in list(query.find_all(exp.Table)):
            name, database = table.name.lower(), table.db.lower()
            columns = tables.get((database or default, name))
            if columns is None or (not database and name in common):
                continue
            key = f"{database or default}__{name}"
            self._facts[key] = columns
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
            table.set("db", None)
            table.set("catalog", None)
            table.set("this", exp.to_identifier(key))
        schema = {key: dict.fromkeys(columns, "unknown") for key, columns in self._facts.items()}
        # Athena has no aliases in other columns of their SELECT, and each of a chain would double the text.
        qualified = qualify(
            query,
            dialect=dialect,
            schema=schema,
            expand_alias_refs=False,
            validate_qualify_columns=False,
            identify=False,
        )
        self._root = cast("Scope", build_scope(qualified))
        self._scopes = {id(scope.expression): scope for scope in self._root.traverse()}
        self._outputs = dict[tuple[int, int], UnitAndTitle]()

    def facts(self, names: Sequence[str]) -> list[UnitAndTitle]:
        """Return the facts of the answer's columns; none if the statement has other columns."""
        selected = [name.lower() for name in self._root.expression.named_selects]
        if len(selected) != len(names):
            return [NO_FACTS] * len(names)
        facts = [self._output(self._root, place) for place in range(len(names))]
        return [
            self._headed(place, name.lower(), selected[place], each)
            for place, (name, each) in enumerate(zip(names, facts, strict=True))
        ]

    def _headed(self, place: int, name: str, selected: str, facts: UnitAndTitle) -> UnitAndTitle:
        """Return the facts of a column of the answer, with a title if the statement does not name it."""
        is_unnamed = bool(_UNNAMED.fullmatch(name) and _UNNAMED.fullmatch(selected))
        if name != selected and not is_unnamed:
            return NO_FACTS
        shown = _ranked(selected, facts._replace(unit="") if facts.unit in _INNER_UNITS else facts)
        query = self._root.expression
        if not is_unnamed or not isinstance(query, exp.Select):
            return shown
        return shown._replace(label=self._title(query.selects[place].unalias()))

    def _title(self, node: exp.Expression) -> str:
        """Return the title of an aggregate, else the text of the value; empty of a long one."""
        title = next((words for kind, words in _AGGREGATES.items() if isinstance(node, kind)), "")
        of = next(iter(node.this.expressions), None) if isinstance(node.this, exp.Distinct) else node.this
        if title and isinstance(of, exp.Column):
            label = self._column(of, self._root).label or of.name.replace("_", " ")
            name = label if label[:2].isupper() else label[:1].lower() + label[1:]
            return (
                f"Different {_plural(name)}" if isinstance(node.this, exp.Distinct) else f"{title} of {name}"
            )
        if isinstance(node, exp.Count):
            return title
        text = _without_tables(of if title and of else node)
        return "" if len(text) > _MAX_TITLE else f"{title} of {text}" if title else text

    def _output(self, scope: Scope, place: int) -> UnitAndTitle:
        """Return the facts of a column of a query, which other queries may read many times."""
        key = id(scope), place
        if key not in self._outputs:
            self._outputs[key] = self._selected(scope, place)
        return self._outputs[key]

    def _selected(self, scope: Scope, place: int) -> UnitAndTitle:
        query = scope.expression
        if isinstance(query, exp.SetOperation):
            return _agreed(self._output(side, place) for side in scope.set_operation_scopes)
        return self._value(query.selects[place], scope)

    def _value(self, node: exp.Expression, scope: Scope) -> UnitAndTitle:
        if isinstance(node, exp.Column):
            return self._column(node, scope)
        if isinstance(node, exp.Literal | exp.Null):
            return _NUMBER
        if isinstance(node, exp.Subquery | exp.Query):
            inner = self._scopes.get(id(node.unnest()))
            return self._output(inner, 0) if inner else _UNCERTAIN
        return self._computed(node, scope)

    def _computed(self, node: exp.Expression, scope: Scope) -> UnitAndTitle:
        if isinstance(node, _COUNTS + _RANKINGS):
            return _RANK if isinstance(node, _RANKINGS) else NO_FACTS
        if period := _date_part_of(node):
            return _UNCERTAIN._replace(kind="" if period.is_start else NAME, period=period.name)
        if (is_part := is_share(node)) or is_percentage(node):
            return _SHARE if is_part else _PERCENTAGE
        if isinstance(node, exp.Mul | exp.Div):
            combine = _product if isinstance(node, exp.Mul) else _quotient
            return UnitAndTitle(
                combine(self._value(node.this, scope).unit, self._value(node.expression, scope).unit), ""
            )
        if isinstance(node, _KEEPS_FIRST):
            of = node.expressions[0] if isinstance(node, exp.Distinct) else node.this
            facts = _of_kind(_titled(self._value(of, scope), node), node)
            named = isinstance(node, exp.Alias) and self._is_named_share(node, scope)
            return _SHARE if named and facts.unit == NO_FACTS.unit else facts
        alternatives = _alternatives(node)
        same = _agreed(self._value(each, scope) for each in alternatives) if alternatives else _UNCERTAIN
        if isinstance(node, exp.Add | exp.Sub):
            same = same._replace(kind="", period="")
        return same._replace(label="")

    def _is_named_share(self, node: exp.Alias, scope: Scope) -> bool:
        """Return whether a value's name makes it a share: it is called so, or a rate of one unit."""
        if is_named_share(node.alias, node.this):
            return True
        quotient = called_part(node.alias, node.this)
        if quotient is None:
            return False
        units = {self._value(side, scope).unit for side in (quotient.this, quotient.expression)}
        return len(units) == 1 and not units & {*_PLAIN, _UNCERTAIN.unit}

    def _column(self, column: exp.Column, scope: Scope) -> UnitAndTitle:
        name, around = column.name.lower(), cast("Scope | None", scope)
        while around and column.table not in around.selected_sources:
            around = around.parent
        if around is None:
            return _UNCERTAIN
        source = around.selected_sources[column.table][1]
        if isinstance(source, exp.Table):
            return self._facts.get(source.name, {}).get(name, _UNCERTAIN)
        selected = [each.lower() for each in source.expression.named_selects]
        return self._output(source, selected.index(name)) if name in selected else _UNCERTAIN


def _plural(name: str) -> str:
    """Return the plural of the name of a column.

    >>> _plural("customer id"), _plural("country"), _plural("units")
    ('customer ids', 'countries', 'units')
    """
    if name.endswith("s"):
        return name
    return f"{name[:-1]}ies" if re.search(r"[^aeiou]y$", name) else f"{name}s"


def _without_tables(node: exp.Expression) -> str:
    """Return the text of a value whose columns do not name their tables."""
    bare = node.transform(lambda each: exp.column(each.this.copy()) if isinstance(each, exp.Column) else each)
    return str(bare.sql("athena"))


def _product(left: str, right: str) -> str:
    """Return the unit of a product: that of the factor that has one, if the other one only counts.

    A share of an amount is an amount; a share of a share, or a percentage of an amount, is neither.
    """
    if left in _PLAIN and right in _PLAIN:
        return left or right if left == right else NO_FACTS.unit
    for amount, factor in ((right, left), (left, right)):
        if is_amount(amount) and (factor in {*_PLAIN, *SHARES} or _is_price_of(amount, factor)):
            return amount
    return _scaled(left, right) or _scaled(right, left) or _UNCERTAIN.unit


def _quotient(top: str, below: str) -> str:
    """Return the unit of a quotient: none of two values of one unit, else that of the value divided."""
    if top == below and top != _UNCERTAIN.unit:
        return _NUMBER.unit if top == _NUMBER.unit else NO_FACTS.unit
    if top in _PLAIN and below in _PLAIN:
        return NO_FACTS.unit
    if is_amount(top) and (below in SHARES or _is_price_of(top, below)):
        return top
    return _scaled(top, below) or _UNCERTAIN.unit


def _is_price_of(amount: str, things: str) -> bool:
    """Return whether an amount may be the price of things: times or by their count it is an amount."""
    return " per " not in amount and bool(_THINGS.fullmatch(things))


def _scaled(unit: str, by: str) -> str:
    """Return the unit of a value times a number or a count; empty if that is another unit.

    A share times 100 is a percentage, and an amount per thing times a count of things is an amount. Seconds
    times or by a constant may be hours.
    """
    if unit == SHOWN_AS_DURATION and by == _NUMBER.unit:
        return ""
    is_kept = unit not in {*_PLAIN, *SHARES, PERCENT, _UNCERTAIN.unit} and " per " not in unit
    return unit if by in _PLAIN and is_kept else ""


def _alternatives(node: exp.Expression) -> list[exp.Expression]:
    """Return the values of which a node is one, or the sum; none of another node."""
    if isinstance(node, _KEEPS_ALL):
        return [value for value in (node.this, node.args.get("expression"), *node.expressions) if value]
    return branches(node)


def _titled(facts: UnitAndTitle, node: exp.Expression) -> UnitAndTitle:
    """Return the facts without the title if the node renames or changes the column."""
    is_renamed = isinstance(node, exp.Alias) and node.alias.lower() != _name_below(node)
    return facts if isinstance(node, _OF_SAME_NAME) and not is_renamed else facts._replace(label="")


def _of_kind(facts: UnitAndTitle, node: exp.Expression) -> UnitAndTitle:
    """Return the facts with the kind of a mean, or without one where the node computes another number."""
    if isinstance(node, exp.Avg):
        return facts._replace(kind=MEAN, period="")
    if isinstance(node, exp.Sum | exp.Median | exp.ApproxQuantile):
        return facts._replace(kind="", period="", adds_up=facts.adds_up or isinstance(node, exp.Sum))
    return facts


def _name_below(node: exp.Expression) -> str:
    column = node.find(exp.Column)
    return column.name.lower() if column else ""


def _agreed(facts: Iterable[UnitAndTitle]) -> UnitAndTitle:
    """Return the facts on which all values agree; constants agree with every unit."""
    different = set(facts) - {_NUMBER}
    if not different:
        return _NUMBER
    first = different.pop()
    if not different:
        return first
    if any(first.unit != each.unit for each in different):
        return _UNCERTAIN
    return first._replace(label="", adds_up=all(each.adds_up for each in (first, *different)))


class _PartOfDate(NamedTuple):
    """A part of a date, such as the number of its month, or the start of a period."""

    name: str
    is_start: bool


def _date_part_of(node: exp.Expression) -> _PartOfDate | None:
    """Return the part of a date that a value is, or the period that begins with it; None of another value."""
    if isinstance(node, exp.TimestampTrunc | exp.DateTrunc):
        name = node.text("unit").lower()
        return _PartOfDate(name if name in _STARTS else "", is_start=True)
    if isinstance(node, exp.Extract):
        name = node.name.lower()
        return _PartOfDate(_OTHER_NAMES.get(name, name), is_start=False)
    if isinstance(node, exp.Anonymous) and node.name.lower() in _OTHER_NAMES:
        return _PartOfDate(_OTHER_NAMES[node.name.lower()], is_start=False)
    name = _DATE_PARTS.get(type(node), "")
    return _PartOfDate(name, is_start=False) if name else None
