"""A logistic regression whose answer for a row does not depend on the other rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression


class RowwiseLogisticRegression(LogisticRegression):  # type: ignore[misc] # scikit-learn ships no types
    """A logistic regression of two classes that adds the terms of each row in one order.

    Its base multiplies matrices with BLAS, which rounds a row differently by its place in the block, so that
    tables would depend on how many rows are in memory.
    """

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401, N803 as scikit-learn's
        """Return the log-odds of each row."""
        points = np.ascontiguousarray(X, dtype=np.float64)
        return np.asarray(np.einsum("ij,j->i", points, self.coef_[0]) + self.intercept_[0], dtype=np.float64)
