"""Purchases: a text of fixed width without a header."""

import great_expectations as gx
import pandas as pd

NAMES = ["customer", "sample_customer", "bought_on", "quantity", "dollars"]
EXPECTATIONS = [gx.expectations.ExpectColumnValuesToBeBetween(column="quantity", min_value=1)]


def load(path):  # noqa: ANN001, ANN201 code of a user of these tools
    """Return the rows."""
    return [pd.read_fwf(path, header=None, names=NAMES)]
