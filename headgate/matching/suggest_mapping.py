"""Match a file to a dataset and its columns to fields, one to one, by names first and then by values.

A pair's confidence is the share of such pairs that are right, as measured by
`benchmarks/contracts/matching.py` on generated headers, also in languages that no contract uses.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from itertools import product, starmap
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from headgate.contracts.model import TIMES, Column, Contract, Kind, Mask
from headgate.contracts.new_column_policy import ALIASES
from headgate.errors import ContractError
from headgate.masking import card_columns as cards
from headgate.matching.assignment import Gains, best_pairs
from headgate.matching.changed_meaning import (
    has_another_meaning,
    has_other_numbers,
    has_other_sign,
    numbers_in,
)
from headgate.matching.file_table import SAMPLE_ROWS
from headgate.matching.header_names import folded, made_up_name, names_an_identifier
from headgate.matching.match_header import names_with_numbers
from headgate.matching.past_moments import future_values, names_an_end, names_an_event, records_the_past
from headgate.matching.word_likeness import likeness
from headgate.plain_names import in_plain_letters
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast_declared import cast_column
from headgate.values.cells import NO_ROWS, Flags, blank_to_null, flags, marked, matches, text_array
from headgate.values.rules import column_breaches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa


THRESHOLD = 0.9
EXACT, ALIAS, FUZZY, VALUE = "exact", "alias", "fuzzy", "value"
_ALIAS_CONFIDENCE = 0.99
# A logistic model of whether a single pair is right, fitted by `benchmarks/contracts/matching.py --fit` on
# half of the generated headers.
_WEIGHTS = {"one": 1.05, "name": -0.43, "fit": 3.01, "misfit": -6.92, "margin": 7.57}
# Weight of its odds among all rival columns and fields (`share_of_odds`), fitted in the same run.
_RIVALRY = {"one": 7.5, "odds": 1.21}
# A pair's share of the odds, and the share of such pairs by name that were right. For pairs by value, both
# are equal.
_SHARES_OF_ODDS = (0.3, 0.6, 0.85, 0.95)
_SHARES_RIGHT = (0.3, 0.6, 0.95, 0.995)
# An unknown column instead of a missing field looks the same, so values alone never decide; nor does a name
# with another meaning.
_MAX_UNCERTAIN = THRESHOLD - 0.01
# Below this worth, a file may belong to another dataset: fewer pairs by values of a common type are right
# there, as the benchmark measured.
_WORTH_OF_OWN_FILES = 0.6
_STRONG_EVIDENCE = 0.5  # text and numbers have less: the values of many fields fit them
_ROUNDS = 30
_GOOD_FIT = 0.9  # values fit well if at most one in ten does not
_TIE = 0.05
_MIN_SUGGESTED = 0.3
_NAMED = 0.5  # names below this likeness are not similar
# How much evidence fitting values are: nearly every text is a string, few are one of four words.
_TYPE_EVIDENCE = {
    Kind.STRING: 0.0,
    Kind.DOUBLE: 0.2,
    Kind.DECIMAL: 0.3,
    Kind.BIGINT: 0.3,
    Kind.INTEGER: 0.3,
    Kind.SMALLINT: 0.3,
    Kind.BOOLEAN: 0.5,
}
_NUMBERS = frozenset({Kind.DOUBLE, Kind.DECIMAL, Kind.BIGINT, Kind.INTEGER, Kind.SMALLINT})
_WHOLE_NUMBER = r"\s*[+-]?[0-9]+\s*"
_SSN = r"[0-9]{3}([- ]?)[0-9]{2}([- ]?)[0-9]{4}"
_MAX_CACHED_READINGS, _MAX_CACHED_SHARES = 512, 4096  # at most `SAMPLE_ROWS` texts each


@dataclass(frozen=True)
class Pair:
    """A column of a file paired with a field of a contract.

    Attributes:
        confidence: of the pair, if the contract is right.
        how: exact, alias, fuzzy (by name) or value.
        likeness: of the two alone, 0 to 1: it shows whether the contract is right.
    """

    position: int
    field: str
    confidence: float
    how: str
    likeness: float


@dataclass(frozen=True)
class Match:
    """A file's columns as fields of one contract.

    Attributes:
        pairs: by position; no position or field occurs twice.
        unknown: positions of columns without a field.
        absent: required fields without a column.
        worth: share of both sides that could be paired, even without the evidence that a suggestion needs; it
            selects among contracts.
    """

    dataset: str
    pairs: tuple[Pair, ...]
    unknown: tuple[int, ...]
    absent: tuple[str, ...]
    worth: float = 0.0

    @property
    def confidence(self) -> float:
        """The confidence that every pair is right; 0 if a column or a required field has no pair."""
        if self.unknown or self.absent or not self.pairs:
            return 0.0
        return self.pairs_confidence

    @property
    def pairs_confidence(self) -> float:
        """The confidence that every pair is right, regardless of columns and fields without a pair."""
        return math.prod(pair.confidence for pair in self.pairs)


def match_columns(
    names: Sequence[str],
    samples: Sequence[pa.Array],
    contract: Contract,
    *,
    in_plain_spelling: Sequence[pa.Array] = (),
) -> Match:
    """Return the best one-to-one pairs of the columns with the contract's fields.

    Args:
        in_plain_spelling: the samples as `Samples` takes them.
    """
    all_samples = Samples(samples, in_plain_spelling)
    facts = _facts(names, all_samples, contract)
    is_excluded = (
        _lacks_evidence(names, facts, all_samples, contract)
        | _contradicts_time(names, facts, all_samples, contract)
        | _contradicts_numbers(names, facts, contract)
    )
    return _match_of(facts, contract, ~is_excluded)


def _match_of(facts: _Facts, contract: Contract, has_evidence: Flags) -> Match:
    """Return the match of pairs with evidence; its worth includes all likely pairs."""
    columns = len(facts.alone)
    pairs = facts.pairs(np.where(has_evidence, facts.alone, 0.0), contract)
    unknown, absent = _left_over(pairs, columns, contract)
    worth = _worth(facts.pairs(facts.alone, contract), columns, contract)
    match = Match(contract.dataset, pairs, unknown, absent, worth)
    return match if match.worth >= _WORTH_OF_OWN_FILES else _discount(match, contract)


def _left_over(
    pairs: Sequence[Pair], columns: int, contract: Contract
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the positions of columns without a field, and the required fields without a column."""
    paired, fields = {pair.position for pair in pairs}, {pair.field for pair in pairs}
    return tuple(set(range(columns)) - paired), tuple(contract.lacking(fields))


def _worth(pairs: Sequence[Pair], columns: int, contract: Contract) -> float:
    """Return the share of both sides that is paired, 0 to 1."""
    unknown, absent = _left_over(pairs, columns, contract)
    paired = sum(pair.likeness for pair in pairs)
    return 2 * paired / (2 * len(pairs) + len(unknown) + 2 * len(absent)) if pairs else 0.0


def _discount(match: Match, contract: Contract) -> Match:
    """Lower the confidence of pairs that are based only on values of a common type.

    The file may belong to another dataset.
    """
    factor = (match.worth / _WORTH_OF_OWN_FILES) ** 2
    common = {column.name for column in contract.columns if _evidence(column) < _STRONG_EVIDENCE}
    pairs = (
        replace(pair, confidence=pair.confidence * factor)
        if pair.how == VALUE and pair.field in common
        else pair
        for pair in match.pairs
    )
    return replace(match, pairs=tuple(pairs))


def match_dataset(
    names: Sequence[str], samples: Sequence[pa.Array], contracts: Mapping[str, Contract]
) -> Match | None:
    """Return the contract that the columns fit best; None if there is none, or two fit equally well."""
    all_samples = Samples(samples)
    matches = (
        _match_of(facts, contract, np.ones_like(facts.alone, dtype=bool))
        for contract, facts in (
            (contract, _facts(names, all_samples, contract)) for contract in contracts.values()
        )
    )
    ranked = sorted(matches, key=lambda match: (-match.worth, match.dataset))
    if not ranked or not ranked[0].pairs:
        return None
    rivals = [
        match
        for match in ranked[1:]
        if match.confidence >= THRESHOLD and match.worth >= ranked[0].worth - _TIE
    ]
    return None if rivals else ranked[0]


@dataclass(frozen=True)
class _Facts:
    """The evidence for each pair of column (rows) and field (columns): likeness of names and fit of values.

    `fit` is 0 if the column or the field has an exact name elsewhere. `another` is 1 if the name contradicts
    the field's, however similar they are.
    """

    exact: Gains
    alias: Gains
    name: Gains
    fit: Gains
    evidence: Gains
    another: Gains

    def features(self) -> dict[str, Gains]:
        """Return the features of the model.

        `margin` is the lead of the name over the other choices of both sides.
        """
        return {
            "one": np.ones_like(self.name),
            "name": np.where(self.name >= _NAMED, self.name, 0.0),
            "fit": self.evidence * np.maximum(self.fit - 0.5, 0) * 2,
            "misfit": np.maximum(_GOOD_FIT - self.fit, 0),
            "margin": _ahead(self.name),
        }

    @cached_property
    def alone(self) -> Gains:
        """The probability of each pair, ignoring the others, between 0 and 1.

        An exact name is certain, whatever the values.
        """
        likely = 1 / (1 + np.exp(-sum(_WEIGHTS[name] * values for name, values in self.features().items())))
        likely_or_alias = np.where(
            self.alias > 0, np.where(self.fit >= _GOOD_FIT, _ALIAS_CONFIDENCE, likely), likely
        )
        return np.where(
            self.exact > 0, 1.0, np.where(self._taken, 0.0, np.minimum(likely_or_alias, _ALIAS_CONFIDENCE))
        )

    @cached_property
    def _taken(self) -> Flags:
        """Whether an exact name elsewhere takes the row or column: neither side has another choice."""
        taken: Flags = (self.exact.max(axis=1, keepdims=True) > 0) | (
            self.exact.max(axis=0, keepdims=True) > 0
        )
        return taken

    @cached_property
    def shares(self) -> Gains:
        """The probability of each pair among all others: fields with similar values share it."""
        likely = np.clip(self.alone, 1e-6, _ALIAS_CONFIDENCE)
        odds = np.exp(_RIVALRY["one"] + _RIVALRY["odds"] * np.log(likely / (1 - likely)))
        return share_of_odds(np.where(self._taken, 0.0, odds))

    def pairs(self, likely: Gains, contract: Contract) -> tuple[Pair, ...]:
        """Return the one-to-one pairs with the largest total."""
        return tuple(self.pair(row, at, contract.columns[at].name) for row, at in best_pairs(_gains(likely)))

    def pair(self, row: int, at: int, field: str) -> Pair:
        """Return a chosen pair with the share of such pairs that are right.

        The confidence of exact names and aliases is not weighed against other pairs.
        """
        alone, how = float(self.alone[row, at]), self.how(row, at)
        if how in {EXACT, ALIAS}:
            return Pair(row, field, alone, how, alone)
        share = float(self.shares[row, at])
        return Pair(
            row,
            field,
            float(np.interp(share, _SHARES_OF_ODDS, _SHARES_RIGHT))
            if how == FUZZY and not self.another[row, at]
            else min(share, _MAX_UNCERTAIN),
            how,
            alone,
        )

    def how(self, row: int, at: int) -> str:
        """Return the evidence on which the pair is based."""
        if self.exact[row, at]:
            return EXACT
        if self.alias[row, at]:
            return ALIAS
        return FUZZY if self.name[row, at] >= _NAMED else VALUE


class Samples:
    """Sample texts of each column, with their readings as fields and shares that fit.

    A file may be written as its dataset declares it, or in another way that its values show.
    """

    def __init__(self, texts: Sequence[pa.Array], in_plain_spelling: Sequence[pa.Array] = ()) -> None:
        """Take the texts as they are in the file, and in the plain spelling of the types that they show."""
        self._texts = [column.slice(0, SAMPLE_ROWS) for column in in_plain_spelling or texts]
        self._plain = [tuple(column.slice(0, SAMPLE_ROWS).to_pylist()) for column in in_plain_spelling]
        self._written = [tuple(column.slice(0, SAMPLE_ROWS).to_pylist()) for column in texts]

    def repeats(self, row: int) -> bool:
        """Return whether more than half of a column's texts repeat an earlier row's."""
        texts = self._texts[row].drop_null()
        return bool(2 * pc.count_distinct(texts).as_py() < len(texts))

    def is_whole(self, row: int) -> bool:
        """Return whether a column has texts, and only whole numbers."""
        texts = blank_to_null(self._texts[row]).drop_null()
        return len(texts) > 0 and bool(flags(matches(texts, _WHOLE_NUMBER)).all())

    def is_nearly_empty(self, row: int) -> bool:
        """Return whether at most one in ten rows has a text in a column."""
        texts = self._texts[row]
        filled = len(blank_to_null(texts).drop_null())
        return len(texts) > 0 and filled <= (1 - _GOOD_FIT) * len(texts)

    def is_to_come(self, row: int, column: Column) -> bool:
        """Return whether more than one in ten of a column's texts is a future time, read as the field."""
        texts, field = max(self._readings(row, column, with_rules=False), key=lambda each: _share_of(*each))
        values = _read_as(texts, field).values
        return values is not None and len(future_values(values)) > (1 - _GOOD_FIT) * len(values.drop_null())

    def fit(self, row: int, column: Column) -> float:
        """Return the share, 0 to 1, of a column's texts that are values of the field.

        It is a good fit if there are no texts.
        """
        return max(starmap(_share_of, self._readings(row, column, with_rules=True)))

    def _readings(
        self, row: int, column: Column, *, with_rules: bool
    ) -> list[tuple[tuple[str | None, ...], Column]]:
        """Return a column's texts, as they are and in plain spelling, with the field that reads them."""
        field = _read_in_part(column, with_rules=with_rules)
        as_declared = (self._written[row], field)
        return (
            [as_declared, (self._plain[row], replace(field, format=None))] if self._plain else [as_declared]
        )


def _read_in_part(column: Column, *, with_rules: bool) -> Column:
    """Return a field with nothing but the parts that decide how its values are read, and its rules."""
    rules = tuple(rule for rule in column.rules if rule.name != "required") if with_rules else ()
    return Column("", column.type, mask=column.mask, rules=rules, format=column.format)


def _facts(names: Sequence[str], samples: Samples, contract: Contract) -> _Facts:
    shape = (len(names), len(contract.columns))
    aliases = {field: {*map(_unaccented, listed)} for field, listed in _aliases(contract).items()}
    exact, alias, name, fit, another = (np.zeros(shape) for _ in range(5))
    for row, given in enumerate(names_with_numbers(names, contract)):
        for at, column in enumerate(contract.columns):
            exact[row, at] = _bare(given) == _bare(column.name) and not has_other_sign(given, column.name)
            alias[row, at] = _unaccented(given) in aliases.get(column.name, ())
            name[row, at] = likeness(given, column.name, contract.dataset)
            another[row, at] = name[row, at] >= _NAMED and has_another_meaning(
                given, column.name, dataset=contract.dataset, unit=column.unit
            )
    exact *= exact.sum(axis=0) == 1  # a duplicate name is ambiguous
    # Reading the values is slow, and is not needed if an exact name has decided the pair.
    open_rows, open_columns = (np.flatnonzero(exact.max(axis=axis, initial=0) == 0) for axis in (1, 0))
    for row, at in product(open_rows.tolist(), open_columns.tolist()):
        fit[row, at] = samples.fit(row, contract.columns[at])
    evidence = np.tile([_evidence(column) for column in contract.columns], (len(names), 1))
    return _Facts(exact, alias, name, fit, evidence, another)


def _is_quantity(column: Column, contract: Contract) -> bool:
    """Return whether a field has numbers that measure or count, and identify nothing."""
    is_identifier = column.name in contract.key or column.references or names_an_identifier(column.name)
    return column.type.kind in _NUMBERS and not is_identifier


def _lacks_evidence(names: Sequence[str], facts: _Facts, samples: Samples, contract: Contract) -> Flags:
    """Return the pairs that are never suggested.

    These are text for a differently named field that accepts every text; whole numbers for a differently
    named field with decimals, because pieces and pack sizes fit every price; a column named as an identifier
    for a differently named quantity; and a column with repeating values for a dataset's key, unless it has
    the key's name.
    """
    is_named = (facts.exact > 0) | (facts.alias > 0)
    fits_anything: Flags = ~is_named & (facts.name < _NAMED) & (facts.evidence == 0)
    has_decimals = np.array([bool(column.type.scale) for column in contract.columns])
    is_whole = np.array([samples.is_whole(row) for row in range(len(is_named))], bool)
    fits_anything |= ~is_named & (facts.name < _NAMED) & is_whole[:, np.newaxis] & has_decimals
    is_quantity = np.array([_is_quantity(column, contract) for column in contract.columns])
    is_identifier = np.array([names_an_identifier(name) for name in names], bool)
    fits_anything |= ~is_named & (facts.name < _NAMED) & is_identifier[:, np.newaxis] & is_quantity
    is_key = np.array([contract.key == (name,) for name in contract.names])
    repeats = np.array([samples.repeats(row) for row in range(len(is_named))], bool)
    is_excluded: Flags = fits_anything | ((facts.exact == 0) & is_key & repeats[:, np.newaxis])
    return is_excluded


def _contradicts_time(names: Sequence[str], facts: _Facts, samples: Samples, contract: Contract) -> Flags:
    """Return the pairs of columns and fields that contradict each other about time.

    A column about the future, by its name or by its values, is no field that records the past, if only its
    values suggest it. A column with the time of an event is no field that orders the versions of a row, and
    neither is a nearly empty one that only its values suggest: each version of a row has such a time.
    """
    is_excluded = np.zeros_like(facts.exact, dtype=bool)
    is_open = (facts.exact == 0) & (facts.alias == 0)
    is_event = np.array([names_an_event(name) for name in names], bool)
    for at, column in enumerate(contract.columns):
        if records_the_past(column, contract):
            if column.name in contract.order_by:
                is_excluded[:, at] = is_event & is_open[:, at]
            is_by_value = is_open[:, at] & (facts.fit[:, at] > 0) & (facts.name[:, at] < _NAMED)
            for row in np.flatnonzero(is_by_value).tolist():
                is_excluded[row, at] |= (
                    names_an_end(names[row])
                    or samples.is_to_come(row, column)
                    or (column.name in contract.order_by and samples.is_nearly_empty(row))
                )
    return is_excluded


def _contradicts_numbers(names: Sequence[str], facts: _Facts, contract: Contract) -> Flags:
    """Return the pairs whose names have other numbers, as `2.8.0 energy` and `1.8.0 energy` have.

    They are different things, however similar their names and values are. The field's other names count too;
    the place of a column without a name does not.
    """
    aliases = _aliases(contract)
    is_other = np.zeros_like(facts.exact, dtype=bool)
    for at, column in enumerate(contract.columns):
        own = "" if column.name == made_up_name(at + 1) else column.name
        numbered = [name for name in (own, *aliases.get(column.name, ())) if numbers_in(name)]
        for row, given in enumerate(names):
            is_by_place = folded(given) == made_up_name(row + 1)
            if numbered and not is_by_place:
                is_other[row, at] = all(has_other_numbers(given, name) for name in numbered)
    is_excluded: Flags = is_other & (facts.exact == 0) & (facts.alias == 0)
    return is_excluded


def share_of_odds(odds: Gains) -> Gains:
    """Return the probability of each pair if rows and columns have at most one; odds of 1 mean no pair.

    Source:
        Sinkhorn (1964), scaling to given sums of rows and columns; with slack for the unpaired, as in
        softassign by Gold & Rangarajan (1996).
    """
    rows, columns = np.ones((odds.shape[0], 1)), np.ones((1, odds.shape[1]))
    for _ in range(_ROUNDS):
        rows = 1 / ((odds * columns).sum(axis=1, keepdims=True) + 1)
        columns = 1 / ((odds * rows).sum(axis=0, keepdims=True) + 1)
    return odds * rows * columns


def _gains(confidence: Gains) -> Gains:
    """Return the log odds of each pair that is worth suggesting; the chosen pairs have the largest total."""
    clipped = np.clip(confidence, 1e-6, 1 - 1e-6)
    return np.where(confidence >= _MIN_SUGGESTED, np.log(clipped / (1 - clipped)) + 1.0, 0.0)


def _aliases(contract: Contract) -> dict[str, set[str]]:
    """Return the other names of fields from the custom property `headgate.aliases`: field → list of names."""
    aliases = contract.properties.get(ALIASES, {})
    if not isinstance(aliases, dict):
        raise ContractError(f"{contract.id}: headgate.aliases maps fields to lists of names")
    return {field: {*map(str, listed)} for field, listed in aliases.items()}


@cache
def _bare(name: str) -> str:
    """Return a name without the characters between its words."""
    return re.sub(r"[\W_]+", "", folded(name))


@cache
def _unaccented(name: str) -> str:
    """Return a name for comparison with aliases: people also omit accents."""
    return _bare(in_plain_letters(name)) or _bare(name)


def _evidence(column: Column) -> float:
    rules = {rule.name for rule in column.rules}
    if column.mask in {Mask.PAN, Mask.SSN} or "valid_values" in rules:
        return 1.0
    if "pattern" in rules or column.type.kind in TIMES:
        return 0.7
    return _TYPE_EVIDENCE.get(column.type.kind, 0.0)


@dataclass(frozen=True)
class _ReadTexts:
    """Texts read with a field's type, format and mask.

    Attributes:
        given: null if there is no value.
        values: typed; None if a mask decides which texts fit.
        has_value: of each text.
        is_read: whether each text has a value that fits the type or the mask.
    """

    given: pa.Array
    values: pa.Array | None
    has_value: Flags
    is_read: Flags


# The same samples are matched again by each step from an upload to its commit, and most fields share type and
# rules with a field of another contract.
@lru_cache(_MAX_CACHED_READINGS)
def _read_as(texts: tuple[str | None, ...], column: Column) -> _ReadTexts:
    given = blank_to_null(null_where_absent(column, text_array(texts)))
    has_value = flags(given.is_valid())
    if column.mask is Mask.PAN:
        return _ReadTexts(given, None, has_value, cards.is_card(cards.normalised(given)) & has_value)
    if column.mask is Mask.SSN:
        return _ReadTexts(given, None, has_value, flags(matches(given, _SSN)) & has_value)
    fitted = cast_column(column, given)
    return _ReadTexts(given, fitted.values, has_value, has_value & ~marked(fitted.misfits, len(given)))


@lru_cache(_MAX_CACHED_SHARES)
def _share_of(texts: tuple[str | None, ...], column: Column) -> float:
    """Return the share of the texts that have the field's type and satisfy its rules."""
    read = _read_as(texts, _read_in_part(column, with_rules=False))
    fits = read.is_read
    if read.values is not None and fits.any():
        broken = [breach.rows for breach in column_breaches(column, read.values, read.given)]
        fits = fits & ~marked(np.concatenate([NO_ROWS, *broken]), len(fits))
    return float(fits.sum() / read.has_value.sum()) if read.has_value.any() else _GOOD_FIT


def _ahead(name: Gains) -> Gains:
    """Return how much more similar a pair is than the best other pair of its row or column."""
    return np.minimum(name - _best_other(name), name - _best_other(name.T).T)


def _best_other(name: Gains) -> Gains:
    if name.shape[1] < 2:  # noqa: PLR2004 there is no other pair
        return np.zeros_like(name)
    ordered = np.sort(name, axis=1)
    best, second = ordered[:, -1:], ordered[:, -2:-1]
    return np.where(name == best, second, best)
