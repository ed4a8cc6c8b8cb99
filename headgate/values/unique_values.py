"""Compare values of a unique column, ignoring case, surrounding blanks and Unicode's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from headgate.values.cells import Rows

RULE = "unique"


def normal_form(values: pa.Array) -> pa.Array:
    """Return each value as the text that is compared for uniqueness.

    A null stays null and is never a repetition.
    """
    texts = values.cast(pa.string())
    return pc.utf8_lower(pc.utf8_normalize(pc.utf8_trim_whitespace(texts), form="NFKC"))


def normal_text(value: str) -> str:
    """Return one value's normal form.

    >>> normal_text(" Ann@Example.COM ")
    'ann@example.com'
    """
    text: str = normal_form(pa.array([value], pa.string()))[0].as_py()
    return text


def repetitions(values: pa.Array) -> Rows:
    """Return the rows whose value repeats an earlier row's, ascending."""
    encoded = normal_form(values).dictionary_encode()
    valid = np.flatnonzero(encoded.is_valid().to_numpy(zero_copy_only=False))
    codes = encoded.indices.drop_null().to_numpy(zero_copy_only=False)
    first = np.unique(codes, return_index=True)[1]
    later = np.ones(len(codes), bool)
    later[first] = False
    return valid[later]
