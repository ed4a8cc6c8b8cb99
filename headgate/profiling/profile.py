"""Profile one file: its columns, their correlations, and the quality of its data."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.curated import masked_columns
from headgate.contracts.hidden_values import NOTHING_HIDDEN, HiddenBy
from headgate.contracts.model import Column, Contract, Kind
from headgate.contracts.sensitive_names import is_sensitive_name
from headgate.matching.header_names import names_an_identifier
from headgate.profiling.arrays import counted, different_rows
from headgate.profiling.correlations import correlations
from headgate.profiling.describe import ColumnStatistics, describe_texts, describe_values, share_text
from headgate.profiling.infer import NESTED, TypedColumn, infer
from headgate.profiling.score import VOLATILITY_DAYS, Score, ratio, timeliness
from headgate.profiling.sensitive_values import HIDDEN, holds_secrets, may_hold_cards, may_hold_codes
from headgate.profiling.streamed import describe_many
from headgate.values.cells import in_one_piece
from headgate.values.format_inference import NULL_WORDS
from headgate.values.parallel_work import side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.profiling.column_reader import Columns

FORM = 1
_EPOCH = datetime(1970, 1, 1)
# Seconds from 1970 to the first and the last instant of Python's calendar.
_FIRST_S, _LAST_S = -62_135_596_800, 253_402_300_799
_IDENTIFYING_SHARE = 0.9
_MIN_DISTINCT = 10
# Whole numbers of so many digits, all of one length, are numbers of articles, accounts or parcels.
_MIN_DIGITS_OF_NUMBERS = 8
_MIN_DIGITS_OF_REGISTER, _NEAR_SHARE = 7, 0.01
_SAMPLES, _SAMPLE_CHARACTERS = 3, 100
_TYPE_OF = {
    Kind.STRING: "string",
    Kind.BOOLEAN: "bool",
    Kind.SMALLINT: "int",
    Kind.INTEGER: "int",
    Kind.BIGINT: "int",
    Kind.DOUBLE: "float",
    Kind.DECIMAL: "decimal",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "timestamp",
}
_NUMBERS = {"int", "decimal", "float"}
_SUMMARY = ("type", "missing", "invalid", "distinct", "min", "max", "mean", "median", "std", "std_days")
# A DynamoDB item holds 400 KB and costs by the KB; the rest of a profile is in its object. Source: DynamoDB
# developer guide, Quotas.
MAX_STATISTICS_CHARACTERS = 16_384


@dataclass(frozen=True)
class ProfiledColumn:
    """A profiled column.

    Attributes:
        rows: rows with or without a value, except those refused because of another column.
        missing: None if the column is dropped unread.
        invalid: rows whose text is not of the type or breaks a rule.
        hidden_by: the rule that hides its values; None if they are shown.
        is_identifier: whether its values identify rows, of this or another table; their distribution is
            meaningless.
        first_invalid: positions of the first invalid texts, for a column that is read without a contract.
    """

    name: str
    type: str
    rows: int
    missing: int | None
    invalid: int = 0
    hidden_by: HiddenBy | None = None
    is_identifier: bool = False
    description: ColumnStatistics = field(default_factory=lambda: ColumnStatistics(0))
    extra: Mapping[str, object] = field(default_factory=dict)
    first_invalid: tuple[int, ...] = field(default=(), compare=False)

    @property
    def is_sensitive(self) -> bool:
        """Whether the profile has only its counts."""
        return self.hidden_by is not None

    @property
    def is_nested(self) -> bool:
        """Whether its values are lists or objects, which are counted, but not checked."""
        return self.type == NESTED

    def summary(self) -> dict[str, object]:
        """Return the most important figures; for a sensitive column, only counts."""
        facts = self.as_dict()
        return {name: facts[name] for name in _SUMMARY if facts.get(name) not in {None, ""}}

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form; for a sensitive column, only counts."""
        counts: dict[str, object] = {
            "name": self.name,
            "type": self.type,
            "rows": self.rows,
            "missing": self.missing,
            "missing_share": None if self.missing is None else share_text(self.missing, self.rows),
            "invalid": self.invalid,
            "identifier": self.is_identifier,
            "sensitive": self.is_sensitive,
        }
        if self.hidden_by:
            return {**counts, "hidden_by": self.hidden_by.value}
        description = self.description
        return {
            **counts,
            **self.extra,
            "distinct": description.distinct,
            **description.facts,
            "top": [{"value": text, "count": count} for text, count in description.top],
            "patterns": [{"pattern": text, "share": share} for text, share in description.patterns],
            "bins": dict(description.bins),
            **({"estimated": dict(description.estimated)} if description.estimated else {}),
        }


@dataclass(frozen=True)
class Profile:
    """The profile of a file."""

    dataset: str
    content_sha256: str
    rows: int
    columns: tuple[ProfiledColumn, ...]
    correlations: tuple[Mapping[str, str], ...]
    score: Score

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "form": FORM,
            "dataset": self.dataset,
            "content_sha256": self.content_sha256,
            "rows": self.rows,
            "columns": [column.as_dict() for column in self.columns],
            "correlations": [dict(pair) for pair in self.correlations],
            "score": self.score.as_texts(),
        }

    def to_json(self) -> str:
        """Return the profile as text; equal profiles give equal bytes."""
        return json.dumps(self.as_dict(), sort_keys=True, indent=1, ensure_ascii=False)

    def summary(self) -> dict[str, str]:
        """Return the profile's facts for the file's record, as texts.

        `statistics` are those of each column, by name, if they are short enough.
        """
        statistics = json.dumps(
            {column.name: column.summary() for column in self.columns},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        kept = {"statistics": statistics} if len(statistics) <= MAX_STATISTICS_CHARACTERS else {}
        return {"rows": str(self.rows), "columns": str(len(self.columns)), **self.score.as_texts(), **kept}


@dataclass(frozen=True)
class GatedFile:
    """A file after the gate.

    Attributes:
        accepted: accepted rows, by the curated contract.
        quarantine_rows: all other rows, by the quarantine contract.
        rows: number of all rows of the file.
        received_at: when the file arrived, naive UTC.
        is_sample: whether the rows are some of those of a dataset. Then only the contract and the names say
            which columns identify rows: values that differ in a sample may be repeated among the other rows.
    """

    contract: Contract
    content_sha256: str
    rows: int
    accepted: Columns
    quarantine_rows: Columns
    received_at: datetime
    is_sample: bool = False


def profile_of(received: GatedFile) -> Profile:
    """Return the profile of a file of a known dataset: statistics of accepted rows, and counts of all others.

    Accepted rows are already masked. Columns that replace a sensitive value have only counts.
    """
    contract, broken = received.contract, _broken(received)
    columns = side_by_side(
        lambda column: _known_column(received, broken, column), contract.columns, received.rows
    )
    numeric = {column.name: received.accepted.sample(column.name) for column in columns if is_measure(column)}
    pairs, score = tuple(correlations(numeric)), _known_score(received, broken)
    return Profile(contract.dataset, received.content_sha256, received.rows, tuple(columns), pairs, score)


def profile_unknown(
    columns: Mapping[str, pa.Array],
    *,
    dataset: str,
    content_sha256: str,
    received_at: datetime,
    sensitive: Mapping[str, HiddenBy] = NOTHING_HIDDEN,
    broken_rows: int = 0,
) -> Profile:
    """Return the profile of a file without a contract: types are inferred from texts.

    Args:
        sensitive: known sensitive columns, each with its rule; others are found by their names and values.
        broken_rows: rows of the file that are not in the columns, because their cells do not fit.
    """
    texts = {
        # Arrow has few functions for 16-bit floats.
        name: in_one_piece(column.cast(pa.float32()) if pa.types.is_float16(column.type) else column)
        for name, column in columns.items()
    }
    rows = max(map(len, texts.values()), default=0)
    inferred = dict(zip(texts, side_by_side(lambda name: infer(texts[name], name), texts, rows), strict=True))
    hidden = {**dict.fromkeys(filter(is_sensitive_name, texts), HiddenBy.NAME), **sensitive}
    for name, column in inferred.items():
        is_numeric = column.type in _NUMBERS
        if name not in hidden and holds_secrets(column.texts.unique, numeric=is_numeric):
            hidden[name] = HiddenBy.CARD_NUMBERS if is_numeric else HiddenBy.SECRETS
    if any(may_hold_cards(inferred[name].texts.unique) for name in hidden if name in inferred):
        codes = [name for name, column in inferred.items() if may_hold_codes(column.texts.unique)]
        hidden = {**dict.fromkeys(codes, HiddenBy.VERIFICATION_CODES), **hidden}
    profiled = side_by_side(
        lambda name: _inferred_column(name, inferred[name], texts[name], hidden.get(name)), texts, rows
    )
    numeric = {column.name: inferred[column.name].values for column in profiled if is_measure(column)}
    score = _inferred_score(texts, inferred, received_at, broken_rows)
    return Profile(
        dataset, content_sha256, rows + broken_rows, tuple(profiled), tuple(correlations(numeric)), score
    )


def is_measure(column: ProfiledColumn) -> bool:
    """Return if the column has numbers that may be added or compared: no ids and no secrets."""
    return column.type in _NUMBERS and not column.is_sensitive and not column.is_identifier


@dataclass(frozen=True)
class _Broken:
    """Quarantined rows: breaches by rule and column, and rows by kind of fault."""

    cells: Counter[tuple[str, str]]
    invalid: int
    contradictory: int
    duplicates: int


def _broken(received: GatedFile) -> _Broken:
    comparisons = {rule.name for rule in received.contract.comparisons}
    lists = counted(received.quarantine_rows.column("all_rules"))
    cells: Counter[tuple[str, str]] = Counter()
    rows: Counter[str] = Counter()
    for codes, count in zip(lists.unique.to_pylist(), lists.counts.tolist(), strict=True):
        broken = [(rule, column) for rule, _, column in (code.partition(":") for code in json.loads(codes))]
        cells.update(dict.fromkeys(broken, count))
        rows.update(dict.fromkeys({_kind_of(rule, comparisons) for rule, _ in broken}, count))
    return _Broken(cells, rows["invalid"], rows["contradictory"], rows["duplicate"])


def _kind_of(rule: str, comparisons: set[str]) -> str:
    if rule.startswith("duplicate_"):
        return "duplicate"
    if rule in comparisons:
        return "contradictory"
    return "missing" if rule == "required" else "invalid"


def _known_column(received: GatedFile, broken: _Broken, column: Column) -> ProfiledColumn:
    # A refused row without a required value counts as refused, and not as a missing value of the dataset.
    invalid = sum(count for (_, name), count in broken.cells.items() if name == column.name)
    curated_columns = masked_columns(column)
    accepted = received.accepted.count
    kind, rows = _TYPE_OF[column.type.kind], accepted + invalid
    if not curated_columns:
        return ProfiledColumn(column.name, kind, rows, None, invalid, hidden_by=HiddenBy.CONTRACT)
    if column.mask is not None or is_sensitive_name(column.name):
        missing = sum(batch.null_count for batch in received.accepted.batches(curated_columns[0].name))
        rule = HiddenBy.NAME if column.mask is None else HiddenBy.CONTRACT
        return ProfiledColumn(column.name, kind, rows, missing, invalid, hidden_by=rule)
    description, missing = _described(received.accepted, curated_columns[0].name)
    is_key = bool(column.references) or received.contract.key == (column.name,)
    names_rows = (
        is_key
        or _is_named_number(column.name, kind, description)
        or (not received.is_sample and _is_identifying(column.name, kind, description, accepted - missing))
    )
    return ProfiledColumn(
        column.name, kind, rows, missing, invalid, is_identifier=names_rows, description=description
    )


def _described(columns: Columns, name: str) -> tuple[ColumnStatistics, int]:
    """Return a column's description, and the number of missing values."""
    if columns.are_many:
        return describe_many(columns, name)
    values = columns.column(name)
    return describe_values(values), values.null_count


def _is_identifying(name: str, kind: str, description: ColumnStatistics, present: int) -> bool:
    """Return whether the values name rows: nearly all differ, or many numbers are named as an identifier.

    Counts and amounts in whole units often differ too, but have a distribution.
    """
    if _is_named_number(name, kind, description):
        return True
    if kind not in {"int", "string"} or description.distinct < _IDENTIFYING_SHARE * max(
        _MIN_DISTINCT, present
    ):
        return False
    return kind == "string" or _are_numbers_of_things(description)


def _is_named_number(name: str, kind: str, description: ColumnStatistics) -> bool:
    return kind == "int" and description.distinct >= _MIN_DISTINCT and names_an_identifier(name)


def _are_numbers_of_things(description: ColumnStatistics) -> bool:
    """Return whether whole numbers are consecutive, long and of one length, or hidden as possible cards.

    Numbers of a register, such as 9100000 to 9100781, differ by less than a hundredth.
    """
    low, high = (str(description.facts.get(bound, HIDDEN)) for bound in ("min", "max"))
    if HIDDEN in {low, high}:
        return True
    if len(low) == len(high) >= _MIN_DIGITS_OF_NUMBERS:
        return True
    spread = int(high) - int(low)
    if len(low) == len(high) >= _MIN_DIGITS_OF_REGISTER and spread < _NEAR_SHARE * abs(int(low)):
        return True
    return description.distinct >= _IDENTIFYING_SHARE * (spread + 1)


def _known_score(received: GatedFile, broken: _Broken) -> Score:
    contract, rows = received.contract, received.rows
    required = [column.name for column in contract.columns if column.required]
    missing = sum(broken.cells["required", name] for name in required)
    stale_after = float(str(contract.properties.get("headgate.volatilityDays", VOLATILITY_DAYS)))
    return Score(
        completeness=ratio(missing, rows * len(required)),
        validity=ratio(broken.invalid, rows),
        uniqueness=ratio(broken.duplicates, rows),
        consistency=ratio(broken.contradictory, rows),
        timeliness=timeliness(_newest(received), received.received_at, stale_after),
    )


def _newest(received: GatedFile) -> datetime | None:
    """Return the newest event of the accepted rows, by the columns that order the versions of a row."""
    names = [name for name in received.contract.order_by if name in received.accepted.names]
    return _latest(
        batch
        for name in names
        for batch in received.accepted.batches(name)
        if pa.types.is_timestamp(batch.type)
    )


def _latest(columns: Iterable[pa.Array]) -> datetime | None:
    """Return the newest instant, at most the last one of Python's calendar."""
    filled = (column for column in columns if len(column) > column.null_count)
    newest = [
        pc.max(column).cast(pa.timestamp("s"), safe=False).cast(pa.int64()).as_py() for column in filled
    ]
    return _EPOCH + timedelta(seconds=min(max(*newest, _FIRST_S), _LAST_S)) if newest else None


def _inferred_column(
    name: str, inferred: TypedColumn, text: pa.Array, rule: HiddenBy | None
) -> ProfiledColumn:
    rows = len(text)
    if rule:
        return ProfiledColumn(name, inferred.type, rows, inferred.missing, inferred.invalid, hidden_by=rule)
    is_text = inferred.type in {"string", "bool", ""}
    description = describe_texts(inferred.texts) if is_text else describe_values(inferred.values)
    is_identifying = _is_identifying(name, inferred.type, description, rows - inferred.missing)
    first = map(str, inferred.texts.unique.slice(0, 2 * _SAMPLES).to_pylist())
    extra = {
        "format": inferred.format,
        "suspected_missing": inferred.suspected_missing,
        "samples": [text[:_SAMPLE_CHARACTERS] for text in first if text.strip()][:_SAMPLES],
    }
    return ProfiledColumn(
        name,
        inferred.type,
        rows,
        inferred.missing,
        inferred.invalid,
        is_identifier=is_identifying,
        description=description,
        extra=extra,
        first_invalid=_first_invalid(text, inferred) if inferred.invalid else (),
    )


def _first_invalid(text: pa.Array, inferred: TypedColumn) -> tuple[int, ...]:
    """Return the positions of the first texts that are not of the column's type."""
    is_text = pa.types.is_string(text.type) or pa.types.is_large_string(text.type)
    if not is_text or len(inferred.values) != len(text):
        return ()
    return tuple(pc.indices_nonzero(_invalid_rows(text, inferred)).slice(0, _SAMPLES).to_pylist())


def _invalid_rows(text: pa.Array, inferred: TypedColumn) -> pa.Array:
    """Return for each row whether it has a text that is not of the column's type."""
    trimmed = pc.utf8_trim_whitespace(pc.fill_null(pc.cast(text, pa.string()), ""))
    is_missing = pc.is_in(trimmed, pa.array(["", *NULL_WORDS]))
    return pc.and_(pc.is_null(inferred.values), pc.invert(is_missing))


def _rows_with_invalid_texts(texts: Mapping[str, pa.Array], inferred: Mapping[str, TypedColumn]) -> int:
    flawed = [
        _invalid_rows(texts[name], column)
        for name, column in inferred.items()
        if column.invalid and len(column.values) == len(texts[name])
    ]
    return int(pc.sum(reduce(pc.or_, flawed)).as_py() or 0) if flawed else 0


def _inferred_score(
    texts: Mapping[str, pa.Array],
    inferred: Mapping[str, TypedColumn],
    received_at: datetime,
    broken_rows: int,
) -> Score:
    """Return the score of a file without a contract, in which every cell should have a value.

    Texts that are not of the column's type, and broken rows, are invalid.
    """
    rows = max(map(len, texts.values()), default=0)
    cells = rows * len(texts)
    missing = sum(column.missing for column in inferred.values())
    different = different_rows([column for name, column in texts.items() if inferred[name].type != NESTED])
    newest = _latest(column.values for column in inferred.values() if column.type == "timestamp")
    return Score(
        completeness=ratio(missing, cells),
        validity=ratio(_rows_with_invalid_texts(texts, inferred) + broken_rows, rows + broken_rows),
        uniqueness=ratio(rows - different, rows) if different else None,
        timeliness=timeliness(newest, received_at),
    )
