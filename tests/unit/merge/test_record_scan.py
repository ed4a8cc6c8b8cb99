"""A merge reads the records of files again when it repeats its work, and the rest acts on that scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.merge.record_scan import RecordScan
from tests.unit.intake.quarantine.test_corrected_files import Versions

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def test_a_repeated_scan_has_the_files_that_arrived_since(tmp_path: Path) -> None:
    lake = Versions()
    first = lake.sent(5)
    scan = RecordScan(lake.ledger, tmp_path / "records")
    assert scan.read() == (first,)
    second = lake.sent(6)
    assert tuple(scan.records()) == (first,)
    assert {record.file_id for record in scan.read()} == {first.file_id, second.file_id}
    assert len(tuple(scan.records())) == 2


def test_records_have_all_their_values_after_the_merge(tmp_path: Path) -> None:
    lake = Versions()
    lake.sent(5)
    refused = lake.sent(6, 11)
    assert refused.reasons
    scan = RecordScan(lake.ledger, tmp_path / "records")
    assert [vars(record) for record in scan.read()] == [vars(record) for record in scan.records()]


def test_a_lake_without_files_has_no_records(tmp_path: Path) -> None:
    scan = RecordScan(Versions().ledger, tmp_path / "records")
    assert scan.read() == tuple(scan.records()) == ()
