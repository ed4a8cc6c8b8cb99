"""Find the columns of a file whose values may not be shown before the gate has masked them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.contracts.model import Mask
from headgate.contracts.sensitive_names import is_sensitive_name
from headgate.masking.find_card_numbers import ANYWHERE, rows_with_cards
from headgate.masking.redaction import rows_with_secrets
from headgate.matching.file_table import as_text
from headgate.matching.header_names import folded
from headgate.values.cells import matches, rows_where

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.matching.mappings import Suggested

# ISO/IEC 7813: verification codes have three or four digits. A spreadsheet writes 917.0 and quotes '917.
_CODE = r"\W*\p{Nd}{3,4}(?:\.0*)?\W*"
# One number in ten has a right check digit by chance; three in ten do not happen by chance.
_CARD_SHARE = 0.3
_CODE_SHARE = 0.9


def possibly_sensitive(
    contract: Contract, columns: Mapping[str, pa.Array | pa.ChunkedArray], suggested: Suggested | None = None
) -> frozenset[str]:
    """Return the columns of a file that the contract masks, or may.

    A column without a field may be a masked one under another name: its values decide. They are shown where
    none of them can be a card number, a social security number or a verification code. A column without a
    value decides nothing, so it is hidden.

    Args:
        columns: by the name that may be shown; all values or the first ones.
    """
    masks = {folded(column.name): column.mask for column in contract.columns if column.mask}
    if not masks:
        return frozenset()
    fields = dict(zip(suggested.names, suggested.fields, strict=True)) if suggested else {}
    own = {folded(name) for name in contract.names}
    meant = {name: folded(fields.get(name, name)) for name in columns}
    return frozenset(
        name
        for name, field in meant.items()
        if field in masks
        or (field not in own and _may_be_masked(columns[name], with_codes=Mask.CVV in masks.values()))
    )


def sensitive_without_contract(columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> frozenset[str]:
    """Return the columns of a file that hold card data by their names or values, where no contract decides.

    They are those with a sensitive name, those of card numbers, and beside one of these the columns whose
    values are three or four digits, as verification codes are.

    Args:
        columns: by the name in the file; all values or the first ones.
    """
    texts = {name: as_text(column).drop_null().unique() for name, column in columns.items()}
    cards = {name for name, values in texts.items() if are_cards(values)}
    named = {name for name in columns if is_sensitive_name(name)}
    codes = {name for name, values in texts.items() if _holds_codes(values)} if cards else set()
    return frozenset(cards | named | codes)


def are_cards(texts: pa.Array) -> bool:
    """Return whether so many different texts are card numbers that no chance explains it."""
    return len(rows_with_cards(texts, context_below=ANYWHERE)) > _CARD_SHARE * len(texts)


def _holds_codes(texts: pa.Array) -> bool:
    return len(texts) > 0 and len(rows_where(matches(texts, _CODE))) >= _CODE_SHARE * len(texts)


def _may_be_masked(column: pa.Array | pa.ChunkedArray, *, with_codes: bool) -> bool:
    """Return whether some value can be that of a masked column, or no value says that it is none."""
    texts = as_text(column).drop_null()
    texts = texts.unique()
    if (
        len(texts) == 0
        or len(rows_with_cards(texts, context_below=ANYWHERE))
        or len(rows_with_secrets(texts))
    ):
        return True
    return with_codes and len(rows_where(matches(texts, _CODE))) > 0
