"""Whatever is logged, by whomever: no card or social security number is in the line."""

from __future__ import annotations

import builtins
import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools import Logger

from headgate.aws.glue import job_process
from headgate.aws.log_redaction import redact_log_text, redact_logs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.unit

PAN, SSN = "4111111111111111", "078-05-1120"  # published test numbers


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Return the lines that a handler of the root logger writes."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().addHandler(handler)
    redact_logs()
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("number", [PAN, "4111 1111 1111 1111", "4111-1111-1111-1111", SSN])
def test_a_number_in_a_message_or_its_arguments_is_redacted(lines: io.StringIO, number: str) -> None:
    logging.getLogger("some.library").warning(
        "failed payments/%s.csv, see %s", number, f"payments/{number}.csv"
    )
    assert number not in lines.getvalue()
    assert "failed payments/" in lines.getvalue()


def test_a_number_in_an_exception_is_redacted_and_its_kind_and_place_stay(lines: io.StringIO) -> None:
    try:
        raise ValueError(f"payments/{PAN}.csv") from KeyError(PAN)  # noqa: TRY301 the log needs a traceback
    except ValueError:
        logging.getLogger("some.library").exception("failed")
    assert PAN not in lines.getvalue()
    assert "ValueError: payments/[PAN ****1111].csv" in lines.getvalue()
    assert "test_log_redaction.py" in lines.getvalue()


def test_a_functions_own_logger_is_redacted_in_every_field() -> None:
    written = io.StringIO()
    logger = Logger(service="test", stream=written)
    redact_logs(logger)
    redact_logs(logger)
    logger.info(
        "received",
        extra={
            "key": f"payments/{PAN}.csv",
            "deep": {"list": [PAN], PAN: 1},
            "error": ValueError(PAN),
            "rows": 3,
        },
    )
    logged = json.loads(written.getvalue())
    assert PAN not in written.getvalue()
    assert (logged["rows"], logged["message"]) == (3, "received")


def test_every_glue_job_redacts_its_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr("sys.argv", ["job.py"])

    def job(_: Mapping[str, str]) -> dict[str, object]:
        logging.getLogger("some.library").warning("failed payments/%s.csv", PAN)
        return {}

    job_process.run(job)
    said = capsys.readouterr().out
    assert "[PAN ****1111]" in said
    assert PAN not in said


@pytest.mark.parametrize(
    "text",
    ["file processed", "run 2024-01-02T03:04:05 of 541909 rows", "arn:aws:states:us-east-1:000000000000:x"],
)
def test_a_text_without_such_numbers_is_unchanged(text: str) -> None:
    assert redact_log_text(text) == text


def test_a_function_without_pyarrow_redacts_by_check_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:  # noqa: ANN401 as the built-in
        if name == "headgate.masking.redaction":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    assert (
        redact_log_text(f"a {PAN} b {SSN} c 4111111111111112")
        == "a [PAN ****1111] b [SSN] c 4111111111111112"
    )
