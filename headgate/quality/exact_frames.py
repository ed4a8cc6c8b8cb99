"""Convert Arrow rows to pandas without loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from pandas.api.extensions import ExtensionDtype

# pandas' own integers and booleans have no null, so a column with nulls would become float or object.
_NULLABLE: dict[pa.DataType, ExtensionDtype] = {
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def exact_frame(rows: pa.Table) -> pd.DataFrame:
    """Return the rows with `Decimal`, `date`, nullable integers and booleans, and microseconds."""
    frame: pd.DataFrame = rows.to_pandas(types_mapper=_NULLABLE.get, date_as_object=True)
    return frame


def quick_frame(rows: pa.Table) -> pd.DataFrame:
    """Return `exact_frame`, with pandas' own integers and booleans in columns without nulls."""
    columns = zip(rows.column_names, rows.columns, strict=True)
    return pd.DataFrame(
        {
            name: column.to_pandas(
                types_mapper=_NULLABLE.get if column.null_count else None, date_as_object=True
            )
            for name, column in columns
        }
    )
