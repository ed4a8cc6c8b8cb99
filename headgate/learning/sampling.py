"""Draw a sample of rows if there are more than a model needs."""

import numpy as np
import numpy.typing as npt


def drawn(count: int, at_most: int, seed: int) -> npt.NDArray[np.intp]:
    """Return ascending positions of at most `at_most` of `count` rows: all, or a sample by the seed."""
    return np.sort(np.random.default_rng(seed).permutation(count)[:at_most])
