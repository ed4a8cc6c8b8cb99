"""A merge reads the records of files again when it repeats its work, and the rest acts on that scan."""

from __future__ import annotations

import pytest

from headgate.merge.record_scan import RecordScan
from tests.unit.intake.quarantine.test_corrected_files import Versions

pytestmark = pytest.mark.unit


def test_a_repeated_scan_has_the_files_that_arrived_since() -> None:
    lake = Versions()
    first = lake.sent(5)
    scan = RecordScan(lake.ledger)
    assert scan.read() == (first,)
    second = lake.sent(6)
    assert scan.records == (first,)
    assert {record.file_id for record in scan.read()} == {first.file_id, second.file_id}
    assert len(scan.records) == 2
