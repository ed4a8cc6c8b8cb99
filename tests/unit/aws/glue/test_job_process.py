"""How a job starts and ends, whatever it does."""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import TYPE_CHECKING

import pytest

from headgate.aws.glue import job_process
from headgate.errors import GateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

pytestmark = pytest.mark.unit

PAN = "4111111111111111"  # a test number that payment gateways publish


@pytest.fixture(autouse=True)
def _process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["job.py", "--system", "retail-copilot"])
    monkeypatch.setenv("HEADGATE_PROD_DATABASE", "ecommerce_prod")
    monkeypatch.setenv("OMP_WAIT_POLICY", "")
    monkeypatch.delenv("OMP_WAIT_POLICY")


@pytest.fixture
def no_log_handlers() -> Iterator[Callable[[], None]]:
    """Return a function that removes pytest's log handlers, so that the job adds its own as in a process."""
    root = logging.getLogger()
    yield root.handlers.clear
    root.handlers.clear()


def test_a_job_gets_arguments_and_environment_and_its_summary_is_the_last_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def job(arguments: Mapping[str, str]) -> dict[str, object]:
        return {"system": arguments["system"], "database": arguments["HEADGATE_PROD_DATABASE"]}

    job_process.run(job)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
        "system": "retail-copilot",
        "database": "ecommerce_prod",
    }


def test_the_log_of_a_job_does_not_say_where_its_credentials_are() -> None:
    job_process.run(lambda _: {})
    assert not logging.getLogger("botocore.credentials").isEnabledFor(logging.INFO)
    assert logging.getLogger("botocore.credentials").isEnabledFor(logging.WARNING)


def test_a_failed_job_ends_with_one_line_that_names_the_cause() -> None:
    def job(_: Mapping[str, str]) -> dict[str, object]:
        raise GateError(
            "orders: order_id: unique broken by 2 rows\npayments: amount: required broken by 1 rows"
        )

    with pytest.raises(SystemExit) as caught:
        job_process.run(job)
    reported = (
        "GateError: orders: order_id: unique broken by 2 rows payments: amount: required broken by 1 rows"
    )
    assert caught.value.code == reported


def test_the_error_of_a_failed_job_is_one_log_line_with_level_type_and_message(
    capsys: pytest.CaptureFixture[str], no_log_handlers: Callable[[], None]
) -> None:
    no_log_handlers()

    def job(_: Mapping[str, str]) -> dict[str, object]:
        raise GateError("orders: order_id: unique broken by 2 rows")

    with pytest.raises(SystemExit):
        job_process.run(job)
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert line["level"] == "ERROR"
    assert line["message"] == "GateError: orders: order_id: unique broken by 2 rows"
    assert line["traceback"].startswith("Traceback (most recent call last):"), "the place in the code stays"


def test_only_the_cause_reaches_standard_error(
    capsys: pytest.CaptureFixture[str], no_log_handlers: Callable[[], None]
) -> None:
    no_log_handlers()

    def job(_: Mapping[str, str]) -> dict[str, object]:
        sys.stderr.write("calculating 10 %")
        raise ZeroDivisionError("division by zero")

    with pytest.raises(SystemExit, match=r"^unexpected ZeroDivisionError at test_job_process.py:\d+$"):
        job_process.run(job)
    said = capsys.readouterr()
    assert said.err == ""
    assert "calculating 10 %" in said.out
    assert "Traceback" in said.out


def test_a_librarys_text_reaches_neither_the_log_nor_the_message(
    capsys: pytest.CaptureFixture[str], no_log_handlers: Callable[[], None]
) -> None:
    no_log_handlers()

    def job(_: Mapping[str, str]) -> dict[str, object]:
        return {"number": int("-".join(PAN))}

    with pytest.raises(SystemExit) as caught:
        job_process.run(job)
    said = capsys.readouterr()
    assert "-".join(PAN) not in said.out + said.err + str(caught.value.code)
    assert "Traceback" in said.out


def test_the_cause_of_an_expected_error_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def job(_: Mapping[str, str]) -> dict[str, object]:
        try:
            int("-".join(PAN))
        except ValueError as error:
            raise GateError("orders: a value does not fit") from error
        return {}

    with pytest.raises(SystemExit, match=r"^GateError: orders: a value does not fit$"):
        job_process.run(job)
    assert "-".join(PAN) not in capsys.readouterr().out


def test_models_threads_wait_without_spinning() -> None:
    job_process.run(lambda _: {})
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


def test_a_job_gets_its_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["job.py", "--HEADGATE_REGION", "eu-central-1"])
    monkeypatch.setenv("AWS_DEFAULT_REGION", "")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    job_process.run(lambda _: {})
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-central-1"


def test_a_region_that_is_known_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["job.py", "--HEADGATE_REGION", "eu-central-1"])
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    job_process.run(lambda _: {})
    assert os.environ["AWS_DEFAULT_REGION"] == "us-east-1"


def test_log_lines_of_a_job_hold_what_extra_states(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])

    def job(_: Mapping[str, str]) -> dict[str, object]:
        logging.getLogger("headgate.systems.run").info(
            "system published", extra={"system": "retail-copilot", "tables": 3}
        )
        return {}

    job_process.run(job)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {
        "level": "INFO",
        "message": "system published",
        "logger": "headgate.systems.run",
        "system": "retail-copilot",
        "tables": 3,
    } in lines


def test_a_logged_exception_is_named_without_its_text() -> None:
    error = ValueError(PAN)
    record = logging.makeLogRecord(
        {"msg": "failed", "levelname": "ERROR", "exc_info": (type(error), error, None)}
    )
    line = job_process.JsonLines().format(record)
    assert json.loads(line)["exception"] == "ValueError"
    assert PAN not in line


def test_every_log_line_of_a_system_names_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several systems that one job builds write to one stream."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])

    def job(_: Mapping[str, str]) -> dict[str, object]:
        logging.getLogger("headgate.systems.snapshot_tables").info("engine chosen")
        return {}

    job_process.run(job)
    assert json.loads(capsys.readouterr().out.splitlines()[0])["system"] == "retail-copilot"


def logged_hours(caplog: pytest.LogCaptureFixture) -> list[float]:
    return [vars(record)["dpu_hours"] for record in caplog.records if record.msg == "glue run ended"]


@pytest.mark.parametrize(("stated", "hours"), [("7200", [1.0]), ("0", []), ("", [])])
def test_a_run_logs_its_dpu_hours_where_its_capacity_is_stated(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, stated: str, hours: list[float]
) -> None:
    """The dashboard of the lake sums them up. A job that runs within another one states 0."""
    caplog.set_level(logging.INFO)
    monkeypatch.setenv(job_process.CAPACITY, stated)
    seconds = iter([0.0, 0.5])
    monkeypatch.setattr(job_process, "monotonic_s", lambda: next(seconds))
    job_process.run(lambda _: {})
    assert logged_hours(caplog) == hours


def test_a_run_that_failed_is_billed_too(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def job(_: Mapping[str, str]) -> dict[str, object]:
        raise GateError("no")

    caplog.set_level(logging.INFO)
    monkeypatch.setenv(job_process.CAPACITY, "2")
    with pytest.raises(SystemExit):
        job_process.run(job)
    assert len(logged_hours(caplog)) == 1
