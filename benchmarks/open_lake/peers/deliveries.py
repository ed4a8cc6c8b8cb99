"""Deliveries: a German workbook with two lines above the header."""

import great_expectations as gx
import pandas as pd

EXPECTATIONS = [gx.expectations.ExpectColumnValuesToBeBetween(column="amount", min_value=0)]


def load(path):  # noqa: ANN001, ANN201 code of a user of these tools
    """Return the rows."""
    rows = pd.read_excel(path, skiprows=2)
    return [rows.rename(columns={"Beleg-Nr.": "receipt", "Datum": "day", "PLZ": "zip", "Betrag": "amount"})]
