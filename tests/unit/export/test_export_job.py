"""The scheduled job's request: a function of its arguments, so that a repeated attempt continues the same
run.
"""

from __future__ import annotations

from datetime import date

import pytest

from glue_jobs.export_mysql import requested
from headgate.errors import SettingsError
from headgate.export.reading.file_batches import FileFormat
from headgate.export.requests import ExportRequest, Mode

pytestmark = pytest.mark.unit

DUE = {"scheduled_at": "2026-01-02T01:00:00Z"}


def test_a_run_is_named_for_the_time_that_it_was_due() -> None:
    assert requested(DUE, "shop") == ExportRequest("shop", "20260102T010000Z", date(2026, 1, 2))


def test_fractions_of_a_second_do_not_matter() -> None:
    assert requested({"scheduled_at": "2026-01-02T01:00:00.123Z"}, "shop") == requested(DUE, "shop")


def test_arguments_say_what_is_exported() -> None:
    given = {
        "tables": "orders, regions",
        "incremental": "true",
        "workers": "4",
        "overlap_s": "0",
        "run": "again",
        "mask_at_source": "true",
        "format": "csv",
    }
    assert requested({**DUE, **given}, "shop") == ExportRequest(
        "shop",
        "again",
        date(2026, 1, 2),
        ("orders", "regions"),
        mode=Mode.INCREMENTAL,
        workers=4,
        overlap_s=0,
        mask_at_source=True,
        file_format=FileFormat.CSV,
    )


@pytest.mark.parametrize("wrong", [{}, {"scheduled_at": "tonight"}, {**DUE, "workers": "many"}])
def test_what_cannot_be_read_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        requested(wrong, "shop")
