"""The values of a contract. All other typed declarations of columns are compiled from them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headgate.contracts.no_cards import NoCards
    from headgate.contracts.source_format import SourceFormat


class Kind(StrEnum):
    """The kinds of values of a column; each has one exact Arrow, Glue and Athena type."""

    STRING = "string"
    BOOLEAN = "boolean"
    SMALLINT = "smallint"
    INTEGER = "integer"
    BIGINT = "bigint"
    DOUBLE = "double"
    DECIMAL = "decimal"
    DATE = "date"
    TIMESTAMP = "timestamp"


NUMBERS = frozenset({Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT, Kind.DOUBLE, Kind.DECIMAL})
TIMES = frozenset({Kind.DATE, Kind.TIMESTAMP})


class Mask(StrEnum):
    """The way in which the gate masks a sensitive column before anything is written."""

    PAN = "pan"  # replaced by token, brand and last four digits
    CVV = "cvv"  # dropped: PCI DSS v4.0.1 req. 3.3.1
    TRACK = "track"  # dropped: PCI DSS v4.0.1 req. 3.3.1
    SSN = "ssn"  # replaced by its last four digits
    FREE_TEXT = "free_text"  # searched; card numbers inside are replaced
    # No contract may declare these two, which are for files that were masked at the source.
    MASKED = "masked"  # masked column that replaces a sensitive one
    VERDICTS = "verdicts"  # rules that the removed values broke


class Content(StrEnum):
    """Kinds of numbers that may look like card numbers by chance (`headgate.content`)."""

    PHONE = "phone"
    TAX_NUMBER = "tax_number"
    BANK_ACCOUNT = "bank_account"
    TRACKING_NUMBER = "tracking_number"
    GTIN = "gtin"
    TIMESTAMP = "timestamp"
    IDENTIFIER = "identifier"  # as long as card numbers, and one in ten has a valid check digit


class Level(StrEnum):
    """The consequence for a row (or file) that breaks a rule."""

    WARN = "warn"  # counted, accepted
    QUARANTINE = "quarantine"  # the row is refused
    HALT = "halt"  # the file is rejected


ADDS_UP = "headgate.addsUp"  # of a column


@dataclass(frozen=True)
class ColumnType:
    """A column's exact type. `length` is for strings (characters), `precision` and `scale` for decimals."""

    kind: Kind
    length: int | None = None
    precision: int | None = None
    scale: int | None = None


@dataclass(frozen=True)
class Rule:
    """A rule for every value of a column; null satisfies every rule except `required`.

    `name` is the reason code that a refused row carries (`headgate.contracts.rule_kinds`). `argument` is the
    bound, the pattern, or the tuple of allowed values.
    """

    name: str
    argument: object = None
    level: Level = Level.QUARANTINE


@dataclass(frozen=True)
class Comparison:
    """A rule over a row: `left` `operator` (`right` column or literal `value`).

    A null on either side satisfies it.
    """

    name: str
    left: str
    operator: str
    right: str | None = None
    value: object = None
    level: Level = Level.QUARANTINE
    description: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a contract, with its type, rules and declarations."""

    name: str
    type: ColumnType
    description: str = ""
    required: bool = False
    unique: bool = False  # no two rows of the dataset share a value; case and outer blanks do not count
    mask: Mask | None = None
    rules: tuple[Rule, ...] = ()
    unit: str = ""
    references: str = ""  # "dataset.column" of a parent
    unmasked: bool = False  # declared to have no card data, whatever its name and its numbers look like
    # ODCS: `personal` for data about a person; a masked column is `restricted` without a declaration.
    classification: str = ""
    format: SourceFormat | None = None  # how its source writes it; None for the plain spelling of its type
    nested: str = ""  # ODCS logicalType `array` or `object`: lists and objects are kept as their JSON text
    no_cards: NoCards | None = None  # who declared that it holds no card data, and why
    # Kind of its numbers, which do not count as card numbers by their length alone.
    content: Content | None = None
    # A column of one file that the contract does not have (`headgate.contracts.new_column_policy`).
    undeclared: bool = False
    # An undeclared column that a person left out of the file's mapping: its values are not stored.
    left_out: bool = False
    label: str = ""  # ODCS businessName: its heading; empty to use the words of its name
    stem: str = ""  # prefix of its masked columns, if the usual names are taken
    generated_from: tuple[str, ...] = ()  # the columns from which a missing id is generated
    # Its value is the name of the row's sheet where a workbook has no such column.
    is_sheet_name: bool = field(default=False, repr=False)
    # ODCS transformSourceObjects: `table.column` of each column that it is computed from; None if undeclared.
    computed_from: tuple[str, ...] | None = None
    adds_up: bool = True  # False if no sum over rows says anything, as of the price of one piece
    decided_by: tuple[str, ...] = ()  # those of `computed_from` whose values only decide which value it has

    @property
    def must_be_sent(self) -> bool:
        """Whether a file without the column is rejected."""
        is_filled_in = bool(self.generated_from) or self.is_sheet_name
        return (self.required and not is_filled_in) or self.mask is not None


# ODCS has no fixed list; its examples use `confidential` for data of a customer.
_PERSONAL = frozenset({"personal", "confidential"})


@dataclass(frozen=True)
class Contract:
    """The contract of a dataset or a table.

    Attributes:
        key: the columns of the primary key, in its order.
        order_by: columns that decide which of two rows with one key is newer; later values win.
        grain: description of one row.
        system: for prod tables, the system whose bucket has them.
        headings: the headings of one file in its order, each with its column; empty if they are the
            contract's names.
    """

    id: str
    dataset: str
    zone: str
    version: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    order_by: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    grain: str = ""
    description: str = ""
    system: str = ""
    properties: Mapping[str, object] = field(default_factory=dict)
    headings: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ContractError(
                f"{self.id}: a column is declared twice: {', '.join(twice)}. Remove one of the two."
            )
        compared = {name for rule in self.comparisons for name in (rule.left, rule.right) if name}
        if unknown := sorted({*self.key, *self.order_by, *compared} - set(names)):
            raise ContractError(f"{self.id}: names columns it does not declare: {', '.join(unknown)}")

    def column(self, name: str) -> Column:
        """Return the column with this name; ContractError if the contract does not declare it."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ContractError(f"{self.id}: no column {name}")

    def without_required(self, columns: Collection[str]) -> Contract:
        """Return the contract with these columns optional, for rows of older contract versions."""
        return replace(
            self,
            columns=tuple(
                replace(column, required=column.required and column.name not in columns)
                for column in self.columns
            ),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in contract order."""
        return tuple(column.name for column in self.columns)

    @property
    def sensitive(self) -> tuple[Column, ...]:
        """Columns whose received values must never be written or shown, without free text."""
        return tuple(
            column
            for column in self.columns
            if column.mask not in {None, Mask.FREE_TEXT, Mask.MASKED, Mask.VERDICTS}
        )

    def lacking(self, fields: Collection[str | None]) -> list[str]:
        """Return the columns that a file must have and that are not among these fields."""
        return [column.name for column in self.columns if column.must_be_sent and column.name not in fields]

    @property
    def personal(self) -> tuple[str, ...]:
        """Names of the unmasked columns about a person.

        The analyst role cannot read a table with such a column.
        """
        return tuple(column.name for column in self.columns if column.classification in _PERSONAL)
