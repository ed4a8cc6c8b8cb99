"""A draft of `contract init` accepts its own sample.

`make check-drafts` runs it over every file; here over some of them.
"""

import os
from pathlib import Path

import pytest

from benchmarks.contracts.drafts import ACCEPTED, BROKEN, account_of, files

pytestmark = pytest.mark.unit

DATA = Path(os.environ.get("HEADGATE_DATA", "../shared/data"))
SPECTRUM = DATA / "dirty_csv" / "csv_spectrum"


@pytest.mark.skipif(not SPECTRUM.is_dir(), reason=f"{SPECTRUM} is absent")
def test_a_contract_drafted_from_csv_spectrum_accepts_its_sample() -> None:
    accounts = {name: account_of(body) for name, body in files(SPECTRUM)}
    assert {name: (account.outcome, account.why) for name, account in accounts.items()} == dict.fromkeys(
        accounts, (ACCEPTED, "")
    )


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is absent")
@pytest.mark.parametrize(
    "name", ["cdnow/CDNOW_sample.txt", "regional/gdp.csv", "queries/chorus_rated_queries.csv"]
)
def test_a_contract_drafted_from_a_real_file_loads_and_reads_it(name: str) -> None:
    assert account_of((DATA / name).read_bytes()).outcome != BROKEN
