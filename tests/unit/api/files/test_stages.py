from __future__ import annotations

import pytest

from headgate.api.files.stages import stages_of
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("finished_at", "complete"),
    [
        ("2026-11-22T12:00:03", "2026-11-22T12:00:03.750"),
        ("2026-11-22T12:00:05", "2026-11-22T12:00:05"),
        ("", ""),
    ],
)
def test_no_stage_seems_to_end_before_the_one_ahead_of_it(finished_at: str, complete: str) -> None:
    times = {"trigger": "2026-11-22T12:00:02.000", "database": "2026-11-22T12:00:03.750"}
    record = FileRecord(
        file_id="f",
        bucket="raw",
        key="payments/a.csv",
        version_id="1",
        dataset="payments",
        state=FileState.DONE,
        received_at="2026-11-22T12:00:01",
        finished_at=finished_at,
        stage_times=times,
    )
    assert stages_of(record)[-1].at == complete


def test_the_check_counts_rows_with_the_key_of_another_row_apart_from_duplicates() -> None:
    record = FileRecord(
        file_id="f",
        bucket="raw",
        key="payments/a.csv",
        version_id="1",
        dataset="payments",
        state=FileState.DONE,
        received=4,
        accepted=2,
        duplicates=2,
        reasons={"duplicate_row": 1, "duplicate_key": 1},
    )
    (check,) = [stage for stage in stages_of(record) if stage.name == "validation"]
    assert check.message == "4 rows: 2 accepted, 0 refused, 1 duplicate, 1 with the key of another row"
