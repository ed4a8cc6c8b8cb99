"""A linear function of scaled columns, their squares and their products."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Products:
    """Each column is transformed by the inverse hyperbolic sine and scaled.

    The log-odds are a weighted sum of the scaled columns and their products.

    Attributes:
        mean, scale, weights: shape (columns,), of the inverse hyperbolic sines.
        first, second: shape (products,), the two columns of each product, which are equal for a square.
        product_weights: shape (products,).
        intercept: shape (1,).
    """

    mean: Array
    scale: Array
    weights: Array
    first: Places
    second: Places
    product_weights: Array
    intercept: Array

    def log_odds(self, points: Array) -> Array:
        """Return the log-odds of each row, shape (rows,), from points (rows, columns) without NaN."""
        scaled = (np.arcsinh(points) - self.mean) / self.scale
        products = scaled[:, self.first] * scaled[:, self.second]
        return np.asarray(
            scaled @ self.weights + products @ self.product_weights + self.intercept[0], dtype=np.float64
        )
