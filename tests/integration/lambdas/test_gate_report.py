"""The gate's function logs each file, without sensitive values."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from aws_lambda_powertools import Logger, Metrics

from headgate.aws.gate_report import GateReport
from headgate.errors import HeadgateError, NotPermittedError
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.quality.leaks import leaks_in_text
from tests.conftest import unique

pytestmark = pytest.mark.unit

PAN = "4111111111111111"  # a test number that payment gateways publish
REF = ObjectRef("raw", "payments/may.csv", "v1")
DONE = FileRecord(
    file_id="raw/payments/may.csv#v1",
    bucket="raw",
    key="payments/may.csv",
    version_id="v1",
    dataset="payments",
    state="done",
    received=10,
    accepted=7,
    quarantined=2,
    duplicates=1,
    reasons={"minimum": 2, "duplicate_row": 1},
)


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def report(said: io.StringIO) -> GateReport:
    logger = Logger(service=unique("gate"), stream=said)
    metrics = Metrics(namespace="Headgate", service="gate")
    metrics.clear_metrics()
    return GateReport(logger, metrics)


def lines(said: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_a_processed_file_is_logged_with_its_counts_and_reasons(
    report: GateReport, said: io.StringIO
) -> None:
    report.record(DONE)
    (line,) = lines(said)
    assert (line["message"], line["file_id"], line["received"], line["accepted"]) == (
        "file processed",
        DONE.file_id,
        10,
        7,
    )
    assert line["reasons"] == {"minimum": 2, "duplicate_row": 1}


def test_the_line_of_a_file_with_many_codes_is_no_leak_itself(report: GateReport, said: io.StringIO) -> None:
    report.record(replace(DONE, masked={"card_cvv": 350, "card_number": 10}, new_columns={"cvv2": 1234}))
    (line,) = lines(said)
    assert (line["masked"], line["new_columns"]) == (360, ["cvv2"])
    assert not leaks_in_text(said.getvalue())


def test_the_same_content_under_another_name_is_reported_as_a_duplicate_that_was_skipped(
    report: GateReport, said: io.StringIO
) -> None:
    report.record(
        replace(
            DONE,
            state="skipped_duplicate",
            duplicate_of="the first",
            received=0,
            accepted=0,
            quarantined=0,
            duplicates=0,
        )
    )
    (line,) = lines(said)
    assert (line["message"], line["duplicate_of"], line["received"]) == (
        "Duplicate File Skipped",
        "the first",
        0,
    )


def test_of_a_profile_the_score_is_logged_and_no_value(report: GateReport, said: io.StringIO) -> None:
    report.record(replace(DONE, profile={"score": "0.9000", "statistics": '{"name": {"min": "Ada"}}'}))
    (line,) = lines(said)
    assert line["profile"] == {"score": "0.9000"}
    assert "Ada" not in said.getvalue()


def test_rows_and_files_are_counted(report: GateReport) -> None:
    report.record(DONE)
    report.record(DONE)
    sums = {name: sum(metric["Value"]) for name, metric in report.metrics.metric_set.items()}
    assert sums == {
        "RowsReceived": 20,
        "RowsAccepted": 14,
        "RowsQuarantined": 4,
        "RowsDuplicate": 2,
        "FilesDone": 2,
    }


def test_a_file_that_was_delivered_again_is_logged_and_not_counted(
    report: GateReport, said: io.StringIO
) -> None:
    report.record(replace(DONE, state="rejected", seen_before=True))
    assert [line["message"] for line in lines(said)] == ["file seen before"]
    assert not report.metrics.metric_set


def test_a_number_in_a_files_key_is_not_logged(report: GateReport, said: io.StringIO) -> None:
    with pytest.raises(NotPermittedError), report.of(ObjectRef("raw", f"payments/{PAN}.csv")):
        raise NotPermittedError(f"read s3://raw/payments/{PAN}.csv: AccessDenied on GetObject")
    assert PAN not in said.getvalue()
    assert "[PAN ****1111].csv" in said.getvalue()


def test_a_failure_is_logged_with_its_file_and_continues(report: GateReport, said: io.StringIO) -> None:
    with pytest.raises(NotPermittedError), report.of(REF):
        raise NotPermittedError("write s3://curated/x: AccessDenied on PutObject")
    (line,) = lines(said)
    assert (line["key"], line["error"]) == (REF.key, "NotPermittedError")
    assert "AccessDenied" in str(line["cause"])


def test_an_unforeseen_error_is_reported_by_kind_and_place_and_never_by_its_text(
    report: GateReport, said: io.StringIO
) -> None:
    with pytest.raises(HeadgateError) as caught, report.of(REF):
        int(f"{PAN}x")
    assert caught.value.__suppress_context__
    assert str(caught.value).startswith("unexpected ValueError at test_gate_report.py:")
    assert PAN not in said.getvalue() + str(caught.value)
