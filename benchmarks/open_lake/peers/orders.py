"""Orders: XML with an element per order."""

import great_expectations as gx
import pandas as pd

EXPECTATIONS = [gx.expectations.ExpectColumnValuesToBeBetween(column="total", min_value=0)]


def load(path):  # noqa: ANN001, ANN201 code of a user of these tools
    """Return the rows."""
    return [pd.read_xml(path)]
