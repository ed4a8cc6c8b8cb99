"""Count the values of columns that the contract does not have, and keep them in one column of JSON text."""

import json
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from headgate.intake.rows.checked_column import CheckedColumn
from headgate.values.cells import in_one_piece, literal, text_array

_SEPARATOR = ", "


def new_values(checked: Sequence[CheckedColumn]) -> dict[str, int]:
    """Return new column → number of its values in all received rows; 0 for an empty column."""
    return {
        each.column.name: len(each.text) - each.text.null_count for each in checked if each.column.undeclared
    }


def kept_as_text(rows: pa.Table, names: Sequence[str]) -> pa.Array:
    """Return the row's masked values of these columns as a JSON object; null for a row without values.

    Names are in alphabetical order, so equal rows give equal texts.
    """
    if not names or not rows.num_rows:
        return pa.nulls(rows.num_rows, pa.string())
    members = [_json_members(name, in_one_piece(rows.column(name))) for name in sorted(names)]
    joined = pc.binary_join_element_wise(*members, literal(""))
    objects = pc.binary_join_element_wise(
        literal("{"), pc.utf8_slice_codeunits(joined, 0, -len(_SEPARATOR)), literal("}"), literal("")
    )
    return pc.if_else(pc.not_equal(joined, literal("")), objects, pa.nulls(rows.num_rows, pa.string()))


def _json_members(name: str, values: pa.Array) -> pa.Array:
    """Return `"name": "value", ` for each value, and an empty text for null."""
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    key = json.dumps(name, ensure_ascii=False)
    unique_members = text_array(
        [
            f"{key}: {json.dumps(value, ensure_ascii=False)}{_SEPARATOR}"
            for value in encoded.dictionary.to_pylist()
        ]
    )
    return pc.fill_null(unique_members.take(encoded.indices), literal(""))
