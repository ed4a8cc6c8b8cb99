"""Each record of some shared files is a row that the gate received or a line that it counted, as another
reader counts them.

`make check-drafts` compares every file; tests/unit/benchmarks/test_conservation.py compares generated ones.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.contracts.drafts import account_of, files, imbalance, records_of

pytestmark = pytest.mark.integration

DATA = Path(os.environ.get("HEADGATE_DATA", Path(__file__).parents[4] / "shared/data"))
COUNTED = (0, 0)


@pytest.mark.parametrize(
    "folder", ["airports", "bike_sharing", "cdnow", "dirty_csv/csv_spectrum", "queries", "regional"]
)
def test_each_record_of_the_shared_files_is_counted(folder: str) -> None:
    if not (DATA / folder).is_dir():
        pytest.skip(f"{DATA / folder} is absent; set HEADGATE_DATA")
    contents = {f"{folder}/{name}": body for name, body in files(DATA / folder)}
    wrong = {name: imbalance(account_of(body), records_of(name, contents)) for name, body in contents.items()}
    assert wrong == dict.fromkeys(contents, COUNTED)


def test_each_record_of_some_polluted_files_is_counted() -> None:
    archive = DATA / "dirty_csv"
    if not archive.is_dir():
        pytest.skip(f"{archive} is absent; set HEADGATE_DATA")
    contents = dict(files(archive))
    chosen = [name for name in contents if "/csv/" in name and "polluted" in name][::150]
    wrong = {name: imbalance(account_of(contents[name]), records_of(name, contents)) for name in chosen}
    assert wrong == dict.fromkeys(chosen, COUNTED)
