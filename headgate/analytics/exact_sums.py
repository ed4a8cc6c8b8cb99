"""Sums of floats that do not depend on the order, so threads cannot change their last digits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import ibis

# Units of a decimal of 38 digits, 126 bits: 86 for the largest value, and 40 for as many as 2⁴⁰ rows of it.
_WHOLE = ibis.dtype("decimal(38, 0)")
_BITS_OF_LARGEST = 86
_MIN_EXPONENT = -1_000  # below it a unit is no normal double


@dataclass(frozen=True)
class ExactSums:
    """Sums of doubles, each counted in whole units of a power of two.

    The unit is 2⁻⁸⁶ of the largest value or less, so values down to 2⁻³³ of it, one in 8 billion, are exact.

    Attributes:
        unit: what values are counted in.
    """

    unit: float

    @classmethod
    def of(cls, rows: ibis.Table, measures: Sequence[str]) -> ExactSums:
        """Return the sums for rows whose largest value is asked for."""
        largest = {name: _finite(rows[name]).abs().max() for name in measures}
        value = float(rows.aggregate(**largest).to_pandas().fillna(0.0).to_numpy().max())
        exponent = math.frexp(value)[1] - _BITS_OF_LARGEST if value else 0
        return cls(math.ldexp(1.0, max(exponent, _MIN_EXPONENT)))

    def sum(self, values: ibis.Column) -> ibis.Scalar:
        """Return the sum of the values that are not null, as a double.

        It is not a number if one of them is none or infinite, and null without any.
        """
        units = (_finite(values) / self.unit).cast(_WHOLE)
        has_no_number = (values.isnan() | values.isinf()).any().fill_null(False)  # noqa: FBT003 Ibis names it nothing
        return ibis.ifelse(has_no_number, math.nan, units.sum().cast("float64") * self.unit)


def _finite(values: ibis.Column) -> ibis.Column:
    return ibis.ifelse(values.isnan() | values.isinf(), None, values)
