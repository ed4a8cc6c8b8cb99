from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from headgate.masking.digit_groups import searched
from headgate.masking.find_card_numbers import (
    CONTEXT_BELOW,
    NOWHERE,
    ROUNDED,
    Span,
    find_cards,
    rows_with_cards,
)
from headgate.masking.find_ssns import redact_ssns, rows_with_ssns
from headgate.masking.verification_codes import code_behind_card, redact_named_codes, rows_with_named_codes
from headgate.values.cells import Rows, bool_array, by_unique, int_array, marked, text_array

if TYPE_CHECKING:
    import pyarrow as pa


_SAMPLED = 1 << 10
_NO_DIGIT = re.compile(r"[^0-9]+")
# ISO/IEC 7813: the data after the number on tracks 1 and 2. It is removed with the number (PCI DSS v4.0.1,
# req. 3.3.1.1).
_REST_OF_TRACK = re.compile(r"(?:\^[^^\n]{0,40}\^|[=D])\d{4,}[^?\s]*\??")


def redact(text: pa.Array, *, context_below: int = CONTEXT_BELOW) -> pa.Array:
    """Return the text without card numbers, track data, verification codes and social security numbers."""
    if not _repeats(text):
        return _redact_each(text, context_below)
    unique, own = by_unique(text)
    return _redact_each(unique, context_below).take(own)


def redact_cards(text: pa.Array, *, context_below: int = CONTEXT_BELOW) -> pa.Array:
    """Return the text with `[PAN ****1111]` for every card number with its track, and `[CVV]` for its code.

    `[PAN destroyed]` replaces a number that a spreadsheet has rounded.
    """
    cells_with_cards = list(find_cards(text, context_below=context_below))
    if not cells_with_cards:
        return text
    rows = np.array([row for row, _ in cells_with_cards])
    cells = text.take(int_array(rows)).to_pylist()
    redacted = [_redact_spans(cell, spans) for cell, (_, spans) in zip(cells, cells_with_cards, strict=True)]
    return pc.replace_with_mask(text, bool_array(marked(rows, len(text))), text_array(redacted))


def redact_text(text: str) -> str:
    """Return one text, such as a file's name, without the secrets that `redact` removes."""
    redacted: str = redact(text_array([text]))[0].as_py()
    return redacted


def rows_with_secrets(text: pa.Array) -> Rows:
    """Return rows that contain a card number, a social security number or a named verification code."""
    return np.unique(
        np.concatenate((rows_with_cards(text), rows_with_ssns(text), rows_with_named_codes(text)))
    )


def _repeats(text: pa.Array) -> bool:
    """Return whether enough of the first texts repeat that redacting each distinct text once is faster."""
    return len(text) > 2 * _SAMPLED and 2 * len(pc.unique(text.slice(0, _SAMPLED))) < _SAMPLED


def _redact_each(text: pa.Array, context_below: int) -> pa.Array:
    if context_below == NOWHERE:
        return redact_ssns(text)
    return redact_named_codes(redact_ssns(redact_cards(text, context_below=context_below)))


def _redact_spans(text: str, spans: list[Span]) -> str:
    """Return the text with a marker for each span, without the rest of its track and the code beside it."""
    marked, ends = _with_markers(text, spans)
    parts, at = [], 0
    for end in ends:
        if end < at:
            continue  # in the rest of a track
        parts.append(marked[at:end])
        track = _REST_OF_TRACK.match(marked, end)
        replacement, at = ("", track.end()) if track else code_behind_card(marked, end)
        parts.append(replacement)
    return "".join((*parts, marked[at:]))


def _with_markers(text: str, spans: list[Span]) -> tuple[str, list[int]]:
    parts: list[str] = []
    ends, length, at = [], 0, 0
    for start, stop in spans:
        parts += (text[at:start], _marker(searched(text[start:stop])))
        length += len(parts[-2]) + len(parts[-1])
        ends.append(length)
        at = stop
    return "".join((*parts, text[at:])), ends


def _marker(number: str) -> str:
    """Return the marker of a card number; a rounded number has no last four digits."""
    return "[PAN destroyed]" if ROUNDED.search(number) else f"[PAN ****{_NO_DIGIT.sub('', number)[-4:]}]"
