from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.intake.rows.spool import Spool

pytestmark = pytest.mark.unit

DICTIONARIES = st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", None]), max_size=6), max_size=6)


def table(words: list[str | None]) -> pa.Table:
    return pa.table(
        {
            "row": pa.array(range(len(words)), pa.int64()),
            "word": pa.array(words, pa.string()).dictionary_encode(),
        }
    )


@given(DICTIONARIES, st.booleans())
def test_tables_come_back_as_they_were_spooled(
    tmp_path_factory: pytest.TempPathFactory, many: list[list[str | None]], on_disk: bool
) -> None:
    """Their dictionaries may grow from one to the next, shrink, or be others altogether."""
    spool = Spool(tmp_path_factory.mktemp("spool") / "tables" if on_disk else None)
    for words in many:
        spool.put(table(words))
    assert [each["word"].to_pylist() for each in spool.tables()] == many


def test_a_dictionary_that_grows_is_not_written_again(tmp_path: Path) -> None:
    """A file's cards are the same in all its batches, or nearly."""
    words = [f"word number {number}" for number in range(10_000)]
    grown = pa.array(words, pa.string())
    spool, path = Spool(tmp_path / "tables"), tmp_path / "tables"
    for known in (9_000, 10_000, 10_000, 10_000, 10_000):
        spool.put(
            pa.table(
                {"word": pa.DictionaryArray.from_arrays(pa.array([1, 2], pa.int32()), grown.slice(0, known))}
            )
        )
    spool.close()
    assert path.stat().st_size < 1.5 * grown.nbytes


def test_spooled_files_are_deleted_once_they_were_read(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "tables")
    spool.put(table(["a"]))
    assert len(list(spool.tables())) == 1
    assert not (tmp_path / "tables").exists()
    assert list(spool.tables()) == []
