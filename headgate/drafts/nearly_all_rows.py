"""Drafts from samples with a few bad rows: 98 % of the values decide, and the gate rejects the other rows.

A strict draft accepts every row of its sample instead.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, Contract, Kind
from headgate.contracts.odcs_writer import physical_type
from headgate.contracts.personal_names import is_account_number
from headgate.contracts.sensitive_names import compared, is_personal_name
from headgate.drafts.column_inference import Guess, count_combinations, guess_column, narrowed
from headgate.drafts.format_answers import FormatAnswer, answer_of
from headgate.drafts.format_words import patterns_as_written
from headgate.errors import ContractError
from headgate.matching.header_names import folded
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast_declared import cast_column
from headgate.values.cells import Rows, blank_to_null, bool_array, flags, int_array, matches, rows_where
from headgate.values.format_inference import Reading, infer_format, is_read

NEARLY_ALL = 0.98
MISFITS = "values do not read as"
MIN_VALUES = 50
_MAX_LISTED = 5
# Suffixes of key names in English, German and Dutch, and prefixes in French, Spanish and Italian.
_KEY_NAMES = re.compile(
    r".*(?:id|number|no|key|uuid|code|sku|nummer|numero|nr|reference|referencia|codigo|codice|kennung)\W*"
    r"|(?:.*[\W_])?(?:ean|gtin|isbn|ticket|beleg|dossier|folio|matricule)\W*"
    r"|(?:id|n°|nº|№|numero|reference|referencia|codigo|codice)[\W_].*"
)
# Codes of places are values of their rows, as names are: two parcels may go to one postcode.
_CODES_OF_PLACES = re.compile(
    r"(?:.*[\W_])?(?:post(?:al|leit)?|zip|pin|area|dial(?:l?ing)?)[\W_]*(?:code|number|no)\W*"
    r"|(?:.*[\W_])?post(?:nr|nummer)\W*"
    r"|(?:codigo|codice|numero)[\W_]+(?:postale?|civico)\W*"
)
# `C536379` among whole numbers is an id, as of cancelled invoices, 1.7 % of the rows of a real sales
# register. `=SUM(B2:B81)` is a formula without a value, not an id.
LETTERS_AND_DIGITS = r"(?:[^=].*)?(?:\p{L}[^\p{L}\d]*\d|\d[^\p{L}\d]*\p{L}).*"


def sounds_like_key(name: str) -> bool:
    """Return whether a name is that of a key.

    >>> [sounds_like_key(name) for name in ("order_id", "Artikelnummer", "numéro de commande", "Postcode")]
    [True, True, True, False]
    """
    plain = "".join(
        sign for sign in unicodedata.normalize("NFD", folded(name)) if not unicodedata.combining(sign)
    )
    names_nobody = not is_personal_name(plain) or is_account_number(compared(name))
    is_of_place = _CODES_OF_PLACES.fullmatch(plain) is not None
    return _KEY_NAMES.fullmatch(plain) is not None and names_nobody and not is_of_place


def guess_of_nearly_all(name: str, text: pa.Array, guess: Guess, answer: FormatAnswer) -> Guess:
    """Return a text column in the type of nearly all its values.

    The column stays text if there is no such type, if the other values are ids, or until a person has said
    which of several formats nearly all values have.
    """
    values = blank_to_null(text).drop_null()
    if (
        guess.mostly is None
        or guess.choices
        or len(values) < MIN_VALUES
        or guess.mostly.reading.kind in {Kind.BOOLEAN, Kind.DOUBLE}
    ):
        return guess
    try:
        answered = guess_column(name, text, answer=FormatAnswer(answer_of(guess.mostly.reading)))
    except ContractError:
        return guess
    others = bad_values(Column(name, answered.type, format=answered.format), text)
    are_few = len(others) <= (1 - NEARLY_ALL) * len(values)
    if not are_few or (answered.type.kind is Kind.BIGINT and _are_ids(name, others)):
        return guess
    readings = _readings_of_others(values, others, answer)
    if len(readings) > 1:
        return replace(guess, choices=readings)
    return replace(answered, mostly=guess.mostly)


def _readings_of_others(values: pa.Array, bad: pa.Array, answer: FormatAnswer) -> tuple[Reading, ...]:
    """Return the formats that all values but the bad ones fit."""
    fitting = values.filter(pc.invert(pc.is_in(values, bad)))
    return narrowed(infer_format(pc.unique(fitting)), answer).readings


def bad_values(column: Column, text: pa.Array) -> pa.Array:
    """Return the values that do not parse as the column's type and format."""
    values = blank_to_null(null_where_absent(column, text)).drop_null()
    return values.take(int_array(cast_column(column, values).misfits))


def are_numbers_with_words(column: Column, text: pa.Array, guess: Guess) -> bool:
    """Return whether a column of texts has numbers or times but for a few words, as `unknown` among miles."""
    if guess.mostly is None or column.type.kind is not Kind.STRING:
        return False
    values = blank_to_null(text).drop_null()
    others = values.filter(bool_array(~is_read(values, guess.mostly.reading)))
    return not flags(matches(others, LETTERS_AND_DIGITS)).any()


def _are_ids(name: str, others: pa.Array) -> bool:
    return sounds_like_key(name) or bool(flags(matches(others, LETTERS_AND_DIGITS)).any())


def key_of_nearly_all(candidates: Sequence[str], cells: Mapping[str, pa.Array]) -> tuple[str, ...]:
    """Return the candidate named as a key with distinct values in nearly all distinct rows, if any."""
    different = count_combinations([*cells.values()])
    if different < MIN_VALUES:
        return ()
    values = {
        name: len(pc.unique(blank_to_null(cells[name]).drop_null()))
        for name in candidates
        if sounds_like_key(name)
    }
    best = max(values, key=lambda name: values[name], default="")
    return (best,) if best and values[best] >= NEARLY_ALL * different else ()


def about_key(
    contract: Contract, cells: Mapping[str, pa.Array], totals: Collection[int], numbers: Rows
) -> list[str]:
    """Return the consequences for rows without a key, and for different rows with equal keys.

    Args:
        totals: rows of totals, which have findings of their own.
        numbers: of the rows, in the file as it was sent.
    """
    if not contract.key:
        return []
    keys = [blank_to_null(null_where_absent(contract.column(name), cells[name])) for name in contract.key]
    rows, is_keyed = len(keys[0]), _all_valid(keys)
    missing = [row for row in rows_where(pc.invert(is_keyed)).tolist() if row not in totals]
    names = [f"{place}" for place in range(len(keys) + len(cells))]
    keyed = pa.table([*keys, *cells.values()], names=names).append_column("row", pa.array(range(rows)))
    is_total = pc.is_in(keyed["row"], value_set=pa.array(sorted(totals), pa.int64()))
    different = _first_rows(keyed.filter(pc.and_not(is_keyed, is_total)), names)
    repeated = sorted(
        {*different["row"].to_pylist()} - {*_first_rows(different, names[: len(keys)])["row"].to_pylist()}
    )
    notes = []
    if missing:
        empty = f"{len(missing):,} of {rows:,} rows have no value in it"
        notes.append(f"{empty}{_listed(numbers[missing].tolist())}: they are quarantined")
    if repeated:
        have = "has" if len(repeated) == 1 else "have"
        equal = f"{len(repeated):,} of {rows:,} rows {have} the key of another row, with other values"
        notes.append(f"{equal}{_listed(numbers[repeated].tolist())}: {_kept_row(contract)}")
    return [f"is the key. {note}. Name another key with --key, or none with --no-key" for note in notes]


def _kept_row(contract: Contract) -> str:
    """Return which of two rows with one key the gate keeps: without an order column by their cells."""
    if contract.order_by:
        return f"the newest by {', '.join(contract.order_by)} is kept"
    return "one of them is kept, not always the later one"


def _first_rows(rows: pa.Table, names: list[str]) -> pa.Table:
    """Return the first row with each combination of these columns."""
    first = rows.group_by(names).aggregate([("row", "min")])["row_min"] if rows.num_rows else rows["row"]
    return rows.filter(pc.is_in(rows["row"], value_set=first.combine_chunks()))


def _listed(rows: Sequence[int]) -> str:
    """Return the first numbers of rows.

    >>> _listed([4]), _listed([4, 8, 10, 12, 13, 14])
    (' (data row 4)', ' (data rows 4, 8, 10, 12, 13 …)')
    """
    listed = ", ".join(map(str, rows[:_MAX_LISTED]))
    return f" (data row{'s' if len(rows) > 1 else ''} {listed}{' …' if len(rows) > _MAX_LISTED else ''})"


def _all_valid(columns: Sequence[pa.Array]) -> pa.Array:
    valid = columns[0].is_valid()
    for column in columns[1:]:
        valid = pc.and_(valid, column.is_valid())
    return valid


def about_bad_values(column: Column, text: pa.Array) -> list[str]:
    """Return a finding with the number of values that do not have the column's type."""
    others, values = (
        len(bad_values(column, text)),
        len(blank_to_null(null_where_absent(column, text)).drop_null()),
    )
    if not others:
        return []
    patterns = "|".join(patterns_as_written(column.format, text)) if column.format else ""
    what = patterns or physical_type(column.type)
    remedy = "Correct them or keep the column as text with --strict"
    return [f"{others:,} of {values:,} values do not read as {what}: their rows are quarantined. {remedy}"]
