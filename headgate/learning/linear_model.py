"""A logistic regression in which other rows do not affect the result for a row."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression


class RowwiseLogisticRegression(LogisticRegression):  # type: ignore[misc] # scikit-learn ships no types
    """A two-class logistic regression that adds the terms of each row in a fixed order.

    Its base class multiplies matrices with BLAS, which rounds a row differently by its position in the block,
    so that tables would depend on the number of rows in memory.
    """

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401, N803 as scikit-learn's
        """Return the log-odds of each row."""
        points = np.ascontiguousarray(X, dtype=np.float64)
        return np.asarray(np.einsum("ij,j->i", points, self.coef_[0]) + self.intercept_[0], dtype=np.float64)
