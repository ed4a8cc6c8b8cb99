from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.intake.quarantine.union_by_source_row import in_source_order, source_rows, without

pytestmark = pytest.mark.unit

rows = st.lists(st.integers(1, 60), unique=True, min_size=1, max_size=40).map(sorted)


@settings(max_examples=50, deadline=None)
@given(rows, rows, st.integers(1, 7))
def test_rows_of_two_files_come_in_order_and_the_new_one_replaces_both(
    tmp_path_factory: pytest.TempPathFactory, new: list[int], old: list[int], group: int
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    pq.write_table(
        pa.table({"source_row": new, "of": ["new"] * len(new), "later": [1] * len(new)}),
        folder / "new",
        row_group_size=group,
    )
    pq.write_table(
        pa.table({"source_row": old, "of": ["old"] * len(old)}), folder / "old", row_group_size=group
    )
    found = pa.concat_tables(in_source_order(folder / "new", folder / "old")).to_pylist()
    assert [row["source_row"] for row in found] == sorted({*new, *old})
    assert [row["of"] for row in found] == ["new" if row["source_row"] in new else "old" for row in found]
    assert without(source_rows(folder / "old"), source_rows(folder / "new")).tolist() == sorted(
        {*old} - {*new}
    )


def test_a_file_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    assert source_rows(tmp_path / "none").tolist() == []
