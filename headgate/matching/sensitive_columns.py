"""Find the columns of a file whose values must not be displayed before the gate has masked them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.hidden_values import HiddenBy
from headgate.contracts.model import Contract, Mask
from headgate.contracts.sensitive_names import is_sensitive_name
from headgate.masking.find_card_numbers import ANYWHERE, rows_with_cards
from headgate.masking.redaction import rows_with_secrets
from headgate.matching.file_table import as_text
from headgate.matching.header_names import folded
from headgate.values.cells import Flags, flags, marked, matches, rows_where, text_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.matching.mappings import Suggested

# ISO/IEC 7813: verification codes have three or four digits. Spreadsheets also write 917.0 and '917.
_CODE = r"\W*\p{Nd}{3,4}(?:\.0*)?\W*"
# One number in ten has a valid check digit by chance; three in ten is not chance.
_CARD_SHARE = 0.3
_CODE_SHARE = 0.9


def possibly_sensitive(
    contract: Contract, columns: Mapping[str, pa.Array | pa.ChunkedArray], suggested: Suggested | None = None
) -> dict[str, HiddenBy]:
    """Return the columns of a file that the contract masks or may mask, with the rule that hides each.

    A column without a field may be a masked one under another name. Its values are displayed only if none can
    be a card number, a social security number or a verification code. A column without values stays hidden.

    Args:
        columns: by displayed name; all values or the first ones.
    """
    masks = {folded(column.name): column.mask for column in contract.columns if column.mask}
    if not masks:
        return {}
    fields = dict(zip(suggested.names, suggested.fields, strict=True)) if suggested else {}
    fields_of_contract = {folded(name) for name in contract.names}
    field_by_name = {name: folded(fields.get(name, name)) for name in columns}
    with_codes = Mask.CVV in masks.values()
    rules = {
        name: HiddenBy.CONTRACT if field in masks else _rule_of_values(columns[name], with_codes=with_codes)
        for name, field in field_by_name.items()
        if field in masks or field not in fields_of_contract
    }
    return {name: rule for name, rule in rules.items() if rule}


def sensitive_without_contract(
    columns: Mapping[str, pa.Array | pa.ChunkedArray],
) -> dict[str, HiddenBy]:
    """Return the columns with card data by their names or values, with the rule, for a file of no contract.

    These are columns with a sensitive name, columns of card numbers and, beside one of these, columns whose
    values have three or four digits like verification codes, mostly in rows with a card number.

    Args:
        columns: by the name in the file; all values or the first ones.
    """
    texts = {name: _texts(column) for name, column in columns.items()}
    cards = {name for name, values in texts.items() if are_cards(values.drop_null().unique())}
    named = {name for name in columns if is_sensitive_name(name)}
    codes: set[str] = set()
    if cards:
        has_card = _rows_with_cards([texts[name] for name in cards])
        codes = {name for name, values in texts.items() if _holds_codes(values, has_card)}
    return {
        **dict.fromkeys(codes, HiddenBy.VERIFICATION_CODES),
        **dict.fromkeys(named, HiddenBy.NAME),
        **dict.fromkeys(cards, HiddenBy.CARD_NUMBERS),
    }


def _rows_with_cards(columns: Sequence[pa.Array]) -> Flags:
    """Return the rows in which one of the columns has a card number."""
    rows = [marked(rows_with_cards(each, context_below=ANYWHERE), len(each)) for each in columns]
    has_card: Flags = np.logical_or.reduce(rows)
    return has_card


def are_cards(texts: pa.Array) -> bool:
    """Return whether more of the different texts are card numbers than chance explains."""
    return len(rows_with_cards(texts, context_below=ANYWHERE)) > _CARD_SHARE * len(texts)


def _holds_codes(texts: pa.Array, has_card: Flags) -> bool:
    """Return whether most texts are written as codes, in rows of cards: other numbers stand in every row."""
    different = texts.drop_null().unique()
    if not len(different) or len(rows_where(matches(different, _CODE))) < _CODE_SHARE * len(different):
        return False
    filled = flags(pc.greater(pc.utf8_length(pc.fill_null(texts, "")), 0))
    return bool(2 * (filled & has_card).sum() >= filled.sum())


def _texts(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the values as texts, also lists and objects, whose values may be sensitive as well."""
    if not pa.types.is_nested(column.type):
        return as_text(column)
    values = column.to_pylist()
    return text_array(None if value is None else json.dumps(value, default=str) for value in values)


def _rule_of_values(column: pa.Array | pa.ChunkedArray, *, with_codes: bool) -> HiddenBy | None:
    """Return the rule by which a value may be that of a masked column; also if there is no value."""
    texts = _texts(column).drop_null().unique()
    if len(texts) == 0:
        return HiddenBy.NO_VALUES
    if len(rows_with_cards(texts, context_below=ANYWHERE)) or len(rows_with_secrets(texts)):
        return HiddenBy.SECRETS
    return HiddenBy.VERIFICATION_CODES if with_codes and len(rows_where(matches(texts, _CODE))) else None
