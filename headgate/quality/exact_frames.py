"""Arrow rows as a pandas frame in which every value is exactly what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from pandas.api.extensions import ExtensionDtype

# pandas' own integers and booleans have no null: a column with one would turn to float or object.
_NULLABLE: dict[pa.DataType, ExtensionDtype] = {
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def exact_frame(rows: pa.Table) -> pd.DataFrame:
    """Return the rows with decimals as `Decimal`, dates as `date`, nullable integers and booleans, and
    timestamps to the microsecond.
    """
    frame: pd.DataFrame = rows.to_pandas(types_mapper=_NULLABLE.get, date_as_object=True)
    return frame


def quick_frame_of(rows: pa.Table) -> pd.DataFrame:
    """Return `frame_of` with pandas' own integers and booleans where no value is null."""
    columns = zip(rows.column_names, rows.columns, strict=True)
    return pd.DataFrame(
        {
            name: column.to_pandas(
                types_mapper=_NULLABLE.get if column.null_count else None, date_as_object=True
            )
            for name, column in columns
        }
    )
