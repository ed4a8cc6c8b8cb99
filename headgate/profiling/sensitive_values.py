"""Hide sensitive columns, and single values that must not be displayed although their column may.

Readers of a profile may not be allowed to see the data, so it has only counts for a sensitive column.
"""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from headgate.masking.find_card_numbers import ANYWHERE, rows_with_cards
from headgate.masking.issuers import SHORTEST
from headgate.masking.redaction import rows_with_secrets
from headgate.matching.header_names import made_up_name, numbers_of_repeats, unused_name
from headgate.matching.sensitive_columns import are_cards
from headgate.profiling.arrays import evenly_spaced
from headgate.values.cells import int_array, marked, matches, rows_where, text_array

HIDDEN = "[hidden]"
_CODE = r"[0-9]{3,4}"  # ISO/IEC 7813: verification codes have three or four digits
_SAMPLE = 2048
_CODE_SHARE = 0.9
_SHARE_IN_TEXT = 0.01
_MIN_NUMBERS = 10


def shown_column_names(names: Iterable[str]) -> list[str]:
    """Return names for display: a second column is `name_2`.

    A blank name, or one that may be a value, is replaced by its position.
    """
    shown: dict[str, None] = {}
    given = list(names)
    for place, (name, number) in enumerate(
        zip(hide_secrets(given), numbers_of_repeats(given), strict=True), 1
    ):
        safe = "" if name == HIDDEN else name
        shown_name = f"{safe}{number}" if safe in shown else safe
        shown[unused_name(shown_name or made_up_name(place), shown if shown_name else {*shown, *given})] = (
            None
        )
    return list(shown)


def holds_secrets(unique: pa.Array, *, numeric: bool) -> bool:
    """Return whether a column's different texts look like card numbers or social security numbers.

    A fixed sample is examined.
    """
    sample = _sample(unique)
    if numeric and len(sample) >= _MIN_NUMBERS:
        return are_cards(sample)
    return len(rows_with_secrets(sample)) > _SHARE_IN_TEXT * len(sample)


def may_hold_cards(unique: pa.Array) -> bool:
    """Return whether a column's different texts may include card numbers; a fixed sample is examined."""
    return len(rows_with_cards(_sample(unique), context_below=ANYWHERE)) > 0


def may_hold_codes(unique: pa.Array) -> bool:
    """Return whether nearly all of a column's different texts have three or four digits.

    These may be verification codes beside card numbers.
    """
    sample = _sample(unique)
    return len(sample) > 0 and len(rows_where(matches(sample, _CODE))) >= _CODE_SHARE * len(sample)


def hide_secrets(texts: Sequence[str]) -> list[str]:
    """Return the texts, with a marker for each card number, social security number or named code."""
    secret = marked(rows_with_secrets(text_array(texts)), len(texts))
    return [HIDDEN if is_secret else text for text, is_secret in zip(texts, secret, strict=True)]


def hide_numbers(texts: Iterable[str]) -> list[str]:
    """Return numbers as `hide_secrets` does; decimals are not digits of a card number."""
    shown = list(texts)
    whole = [text.partition(".")[0] for text in shown]
    long = [place for place, digits in enumerate(whole) if len(digits) >= SHORTEST]
    for place, text in zip(long, hide_secrets([whole[place] for place in long]) if long else (), strict=True):
        if text == HIDDEN:
            shown[place] = HIDDEN
    return shown


def _sample(unique: pa.Array) -> pa.Array:
    return unique.take(int_array(evenly_spaced(len(unique), _SAMPLE))).drop_null().cast(pa.string())
