"""A file of no contract, whatever its header: no message speaks of a contract, and no name of a column is a
number of its place.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import BadInputError
from headgate.formats.read_table import unknown_table
from headgate.matching.header_names import folded
from headgate.profiling.sensitive_values import shown_column_names
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.unit

NAMES = st.sampled_from(
    [
        "id",
        "ID",
        " id",
        "",
        "  ",
        "column_1",
        "column_2",
        "Column_2",
        "column_2_",
        "name",
        "name_2",
        "name",
        "2024",
        "straße",
        "STRASSE",
        "a.b",
    ]
)
HEADERS = st.lists(NAMES, min_size=1, max_size=5)
CELLS = ("x", "7", "2024-05-01")


def _csv(names: Sequence[str]) -> bytes:
    return "".join(f"{','.join(row)}\n" for row in (names, *([cell] * len(names) for cell in CELLS))).encode()


def _json(names: Sequence[str]) -> bytes:
    return json.dumps([dict.fromkeys(names, cell) for cell in CELLS]).encode()


def _parquet(names: Sequence[str]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array(CELLS)] * len(names), names=list(names)), out)
    return out.getvalue()


@examples(25)
@given(
    names=HEADERS,
    write=st.sampled_from([_csv, _json, _parquet]),
    has_header=st.sampled_from([None, True, False]),
)
def test_a_draft_of_an_odd_header_fails_with_words_about_the_file_only(
    names: list[str], write: object, has_header: bool | None
) -> None:
    """`the contract has no such column` would be untrue: the contract is drafted from the same names."""
    assert callable(write)
    header = has_header if write is _csv else None
    why = _why_not_drafted(write(names), header)
    assert why is None or why.rule in {"duplicate_column", "blank_column", "not_a_table", "empty_file"}
    assert "contract" not in (f"{why.message} {why.remedy}" if why else "")


def _why_not_drafted(body: bytes, header: bool | None) -> BadInputError | None:
    try:
        draft_from_sample(body, "things", header=header)
    except BadInputError as error:
        return error
    return None


@given(names=HEADERS, write=st.sampled_from([_csv, _json, _parquet]))
def test_a_file_of_no_contract_has_distinct_names_without_a_number_sign(
    names: list[str], write: object
) -> None:
    assert callable(write)
    shown = [*unknown_table(write(names)).by_shown_name, *shown_column_names(names)]
    assert not [name for name in shown if "#" in name]
    assert len(shown_column_names(names)) == len(names)
    assert len({folded(name) for name in shown_column_names([""] * 3)}) == 3
