"""Searches: values between tabs, without a header."""

import great_expectations as gx
import pandas as pd

EXPECTATIONS = [gx.expectations.ExpectColumnValuesToNotBeNull(column="asked_at")]


def load(path):  # noqa: ANN001, ANN201 code of a user of these tools
    """Return the rows."""
    return [pd.read_csv(path, sep="\t", header=None, names=["visitor", "asked_at", "query"])]
