"""Units and labels of drafted columns, by the headings of the file and the signs beside its numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.contracts.currency import PERCENT
from headgate.contracts.heading_units import currency_code, heading_label, heading_unit
from headgate.contracts.model import NUMBERS, Mask
from headgate.contracts.source_format import SECONDS
from headgate.plain_names import title_of_camel_case, title_of_name

if TYPE_CHECKING:
    from headgate.contracts.model import Column, Contract
    from headgate.contracts.source_format import SourceFormat
    from headgate.drafts.read_sample import DraftSample

_SHARE = "share"
_UNIT_OF_PERCENT = {"points": PERCENT, "fraction": _SHARE}


def with_units(contract: Contract, sample: DraftSample) -> Contract:
    """Return the contract with the units of its numbers.

    The format of durations decides first, then the number format of a workbook's cells, the heading, and the
    signs beside the numbers.
    """
    places = {column.name: place for place, column in enumerate(sample.stored.columns)}
    columns = (
        replace(
            column, unit=_unit_of(column, sample.headings.get(stored, ""), sample.currencies.get(place, ""))
        )
        if column.type.kind in NUMBERS and not column.unit
        else column
        for column, (stored, place) in zip(contract.columns, places.items(), strict=True)
    )
    return replace(contract, columns=tuple(columns))


def with_labels(contract: Contract, sample: DraftSample) -> Contract:
    """Return the contract with the headings of the file that say more than the names of its columns.

    Columns with a mask have none.
    """
    columns = (
        replace(column, label=_label_of(column, sample.headings.get(stored, "")))
        for column, stored in zip(contract.columns, sample.stored.names, strict=True)
    )
    return replace(contract, columns=tuple(columns))


def _unit_of(column: Column, heading: str, displayed: str) -> str:
    if column.format and column.format.duration:
        return SECONDS
    beside = _unit_of_signs(column.format) if column.format else ""
    return displayed or heading_unit(heading).unit or beside


def _unit_of_signs(form: SourceFormat) -> str:
    """Return the unit that the numbers have beside them, as in `64%` and `12,5 kg`; empty for several."""
    if form.percent:
        return _UNIT_OF_PERCENT[form.percent]
    codes = {currency_code(sign) for sign in form.currency}
    units = codes if len(codes) == 1 else form.units[:1]
    return "".join(units)


def _label_of(column: Column, heading: str) -> str:
    if column.mask not in {None, Mask.FREE_TEXT}:
        return ""
    label = heading_label(heading, column.unit) or title_of_camel_case(heading.strip())
    return "" if label == title_of_name(column.name) else label
