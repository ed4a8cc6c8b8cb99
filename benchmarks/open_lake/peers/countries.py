"""Country codes: a CSV file with a header."""

import great_expectations as gx
from dlt.sources.filesystem import filesystem, read_csv

EXPECTATIONS = [gx.expectations.ExpectColumnValuesToBeUnique(column="code")]


def load(path):  # noqa: ANN001, ANN201 code of a user of these tools
    """Return the resource of the file."""
    return filesystem(str(path.parent), file_glob=path.name) | read_csv()
