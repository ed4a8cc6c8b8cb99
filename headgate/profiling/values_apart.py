"""Find a few numbers that lie apart from all others, such as a mistyped 9,999 among amounts below 1,608."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    Floats = np.ndarray[Any, np.dtype[np.float64]]

_MIN_NUMBERS = 50
_MOST_SHARE, _MOST_NUMBERS = 0.005, 3  # a share of the numbers, or three of a few
# The gap to the next number, in distances of that number from the median. Of the two largest of many numbers
# with a Pareto tail of exponent 2, one pair in 25 has such a gap.
_MIN_GAP = 4.0
_FENCE = 3.0  # as the outer fence of Tukey (1977)


class Together(NamedTuple):
    """The bounds of the numbers that lie together; None at a side without a number apart."""

    low: float | None
    high: float | None

    def apart(self, ordered: Floats) -> int:
        """Return how many numbers lie beyond the bounds."""
        below = 0 if self.low is None else np.searchsorted(ordered, self.low, "left")
        above = 0 if self.high is None else len(ordered) - np.searchsorted(ordered, self.high, "right")
        return int(below + above)


def numbers_together(ordered: Floats) -> Together:
    """Return the bounds of the numbers without those apart.

    Args:
        ordered: finite numbers in ascending order.
    """
    if len(ordered) < _MIN_NUMBERS:
        return Together(None, None)
    first, middle, third = np.quantile(ordered, (0.25, 0.5, 0.75))
    reach = _FENCE * (third - first)
    if not reach:
        return Together(None, None)
    low = _last_before_gap(-ordered[::-1], -middle, -(first - reach))
    high = _last_before_gap(ordered, middle, third + reach)
    return Together(None if low is None else -low, high)


def _last_before_gap(ordered: Floats, middle: float, fence: float) -> float | None:
    """Return the largest number below the gap; None if the few largest have no gap below them."""
    most = max(_MOST_NUMBERS, int(_MOST_SHARE * len(ordered)))
    largest = ordered[-most - 1 :]
    is_gap = (np.diff(largest) >= _MIN_GAP * (largest[:-1] - middle)) & (largest[1:] > fence)
    return float(largest[np.argmax(is_gap)]) if is_gap.any() else None
