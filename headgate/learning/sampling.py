"""Draw the rows that a model learns from, where there are more than it needs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def drawn(count: int, at_most: int, seed: int) -> npt.NDArray[np.intp]:
    """Return places of at most so many of `count` rows, ascending: all of them where they are not more, else
    drawn at random by the seed.
    """
    return np.sort(np.random.default_rng(seed).permutation(count)[:at_most])
