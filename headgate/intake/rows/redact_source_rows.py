"""Redact the source texts of a quarantined row, so that people who correct it see nothing sensitive.

The cells of a refused row may have slipped into other columns, so no column is trusted: every text is
searched for card and social security numbers. All digits are hidden if a dataset has sensitive columns and
the row looks as if cells had slipped, or if a row of another width contains a number.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.curated import masked_columns
from headgate.contracts.model import NUMBERS, Kind, Mask
from headgate.intake.rows.checked_column import CheckedColumn
from headgate.masking.find_card_numbers import ANYWHERE, NOWHERE
from headgate.masking.find_ssns import redact_ssn_forms
from headgate.masking.redaction import redact, redact_cards
from headgate.masking.searched_columns import context_below
from headgate.masking.verification_codes import redact_named_codes
from headgate.values.cells import (
    NO_ROWS,
    Flags,
    bool_array,
    flags,
    joined,
    literal,
    marked,
    matches,
    rewritten_where,
)

MASKED = "[masked]"
DESTROYED = "[destroyed]"
_UNMASKED = frozenset({None, Mask.FREE_TEXT})
_BETWEEN_CELLS = r"[^\pL\pN.-]+"  # also between two halves of a number
_DROPPED = {Mask.CVV: "[CVV]", Mask.TRACK: "[TRACK]"}
_CVV = r"\d{3,4}"  # ISO/IEC 7813: card verification values have three or four digits
# A valid value of these kinds contains no card number.
_HARMLESS = {Kind.DATE, Kind.TIMESTAMP, Kind.BOOLEAN}


def source_texts(checked: Sequence[CheckedColumn], *, passed: bool) -> dict[str, pa.Array]:
    """Return the texts of each source column in the form that may be written.

    Args:
        passed: whether all rows passed; if not, all of them broke a rule.
    """
    masks = {each.column.mask for each in checked}
    # A short card number may have slipped into another column.
    is_strict = Mask.PAN in masks and not passed
    texts = {
        column.column.name: _shown(column, passed=passed, is_strict=is_strict)
        for column in checked
        if column.column.mask is not Mask.VERDICTS
    }
    if passed or masks.isdisjoint({Mask.CVV, Mask.TRACK, Mask.SSN}):
        return texts
    slipped = bool_array(_slipped(checked, texts))
    if Mask.CVV in masks:
        texts = {each.column.name: _without_codes(each, texts[each.column.name]) for each in checked}
    return {name: rewritten_where(slipped, text, without_digits) for name, text in texts.items()}


def without_numbers(lines: pa.Array, masks: Collection[Mask | None]) -> pa.Array:
    """Return rows whose cells belong to no columns, in the form that may be written.

    Each digit becomes `#` in a line with a card or social security number, also if the number is spread over
    cells. In a dataset with sensitive columns each digit of every line does, because a code or a part of a
    number alone looks like any other cell.
    """
    if not _UNMASKED.issuperset(masks):
        return without_digits(lines)
    spread = (lines, *(pc.replace_substring_regex(lines, _BETWEEN_CELLS, between) for between in (" ", "")))
    differs = [pc.not_equal(text, redact_ssn_forms(redact(text, context_below=ANYWHERE))) for text in spread]
    return rewritten_where(pc.or_(pc.or_(differs[0], differs[1]), differs[2]), lines, without_digits)


def without_digits(text: pa.Array) -> pa.Array:
    """Return the text with `#` for every digit of any script."""
    # Arrow compiles the pattern at each call, and `\p{Nd}` takes long.
    digit = "[0-9]" if pc.all(pc.string_is_ascii(text)).as_py() else r"\p{Nd}"
    return pc.replace_substring_regex(text, digit, "#")


def _shown(checked: CheckedColumn, *, passed: bool, is_strict: bool) -> pa.Array:
    text, mask = checked.text, checked.column.mask
    if mask in _DROPPED:
        return _where_present(text, literal(_DROPPED[mask]))
    if mask is Mask.FREE_TEXT:
        return redact_ssn_forms(checked.curated[checked.column.name])
    if mask in {None, Mask.MASKED}:
        return _searched(checked, passed=passed, is_strict=is_strict)
    last4 = pc.cast(checked.curated[masked_columns(checked.column)[-1].name], pa.string())
    before = "[PAN ****" if mask is Mask.PAN else "[SSN ***-**-"
    hidden = pc.coalesce(joined(before, last4, "]"), literal(MASKED))
    for rule, replacement in (("", MASKED), ("destroyed_number", DESTROYED)):
        broken = _broken(checked, rule)
        hidden = pc.if_else(bool_array(broken), literal(replacement), hidden) if broken.any() else hidden
    return _where_present(text, hidden)


def _where_present(text: pa.Array, replacement: pa.Array | pa.Scalar) -> pa.Array:
    return pc.if_else(text.is_valid(), replacement, pa.nulls(1, pa.string())[0])


def _broken(checked: CheckedColumn, rule: str = "") -> Flags:
    """Return the rows that break the rule in this column; without a rule, those that break any."""
    every = [breach.rows for breach in checked.breaches if rule in {"", breach.rule}]
    return marked(np.concatenate((NO_ROWS, *every)), len(checked.text))


def _searched(checked: CheckedColumn, *, passed: bool, is_strict: bool) -> pa.Array:
    """Redact the texts of a column that is declared without card numbers.

    A valid number may be the number of a short card; a valid date contains nothing sensitive. Plain texts of
    rows that have `passed` were searched when they were checked.
    """
    text, kind = checked.text, checked.column.type.kind
    below = ANYWHERE if is_strict and not checked.column.content else context_below(checked.column)
    if kind is Kind.STRING or checked.column.mask is Mask.MASKED:
        is_searched = passed and checked.column.mask is None
        return redact_ssn_forms(
            (text if below == NOWHERE else redact_named_codes(text))
            if is_searched
            else redact(text, context_below=below)
        )
    fitting = text if kind in _HARMLESS else redact_cards(text, context_below=below)
    misfits = bool_array(_broken(checked, "type"))
    return rewritten_where(
        misfits, fitting, lambda cells: redact_ssn_forms(redact(cells, context_below=below))
    )


def _without_codes(checked: CheckedColumn, text: pa.Array) -> pa.Array:
    """Hide three or four digits that break a rule of a column without numbers.

    They may be a verification code that slipped into the column alone.
    """
    broken = _broken(checked)
    if checked.column.type.kind in NUMBERS or not broken.any():
        return text
    return pc.replace_with_mask(text, pc.and_(bool_array(broken), matches(text, _CVV)), literal(MASKED))


def _slipped(checked: Sequence[CheckedColumn], texts: Mapping[str, pa.Array]) -> Flags:
    """Return rows whose cells seem to have moved: an undeclared number, or no code in a column of codes."""
    slipped = np.zeros(len(checked[0].text), bool)
    for each in checked:
        if each.column.mask is None:
            slipped |= flags(pc.not_equal(each.text, texts[each.column.name]))
        if each.column.mask is Mask.CVV:
            slipped |= flags(pc.invert(matches(each.text, _CVV)))
    return slipped
