"""A job on the emulator imports the package that was deployed, as one of Glue's does."""

from __future__ import annotations

import os
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.unit,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # the emulator's own
]


@pytest.fixture(autouse=True)
def _jobs_without_libraries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The jobs of these tests need none, and loading them takes seconds."""
    from scripts.emulator import corrected_ministack  # noqa: PLC0415 loads the emulator
    from scripts.emulator.warm_python import WarmPython  # noqa: PLC0415 as above

    python = WarmPython(())
    monkeypatch.setattr(corrected_ministack, "warm_python", python)
    yield
    python.close()


def archive(path: Path, answer: str) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        member = zipfile.ZipInfo("deployed_package.py")  # of a fixed time: equal bytes of equal texts
        packed.writestr(member, f"ANSWER = {answer!r}\n")
    return path


def test_a_job_imports_the_deployed_package_and_two_versions_do_not_meet(tmp_path: Path) -> None:
    from scripts.emulator import corrected_ministack  # noqa: PLC0415 as above

    script = tmp_path / "job.py"
    script.write_text(
        f"import deployed_package\nopen({str(tmp_path / 'out')!r}, 'a').write(deployed_package.ANSWER)\n",
        encoding="utf-8",
    )
    for answer in ("first", "second"):
        package = archive(tmp_path / "package.zip", answer)
        run: dict[str, Any] = {}
        corrected_ministack.run_job(run, {}, {"--extra-py-files": str(package)}, str(script))
        assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "firstsecond"


@pytest.mark.parametrize(
    ("ending", "message"),
    [
        ("sys.exit('no day')", "no day\n"),
        ("sys.exit(7)", "Exit code 7"),
        ("os.kill(os.getpid(), 9)", "Exit code -9"),
    ],
)
def test_a_job_that_fails_says_why(tmp_path: Path, ending: str, message: str) -> None:
    from scripts.emulator import corrected_ministack  # noqa: PLC0415 as above

    script = tmp_path / "job.py"
    script.write_text(f"import os, sys\n{ending}\n", encoding="utf-8")
    run: dict[str, Any] = {}
    corrected_ministack.run_job(run, {}, {}, str(script))
    assert run == {"JobRunState": "FAILED", "ErrorMessage": message}


def test_a_job_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    from scripts.emulator import corrected_ministack  # noqa: PLC0415 as above

    script, late = tmp_path / "job.py", tmp_path / "late"
    script.write_text(f"import time\ntime.sleep(2)\nopen({str(late)!r}, 'w')\n", encoding="utf-8")
    run: dict[str, Any] = {}
    corrected_ministack.run_job(run, {"Timeout": 0.2}, {}, str(script))
    assert run == {"JobRunState": "TIMEOUT", "ErrorMessage": "Job execution timed out"}
    time.sleep(2)
    assert not late.exists()


def test_a_package_is_kept_under_its_content(tmp_path: Path) -> None:
    from scripts.emulator.corrected_ministack import local_package  # noqa: PLC0415 as above

    first = local_package(str(archive(tmp_path / "package.zip", "first")))
    second = local_package(str(archive(tmp_path / "package.zip", "second")))
    assert first != second
    assert first == local_package(str(archive(tmp_path / "package.zip", "first")))
    assert local_package("s3://nowhere/package.zip") is None


def test_a_job_has_the_rights_of_its_role_and_without_a_role_those_of_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scripts.emulator import corrected_ministack  # noqa: PLC0415 as above

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "root")
    monkeypatch.setitem(corrected_ministack.iam._roles, "reader-job", {"RoleId": "AROAREADER"})
    script = tmp_path / "job.py"
    script.write_text(
        f"import os\nopen({str(tmp_path / 'out')!r}, 'a').write(os.environ['AWS_ACCESS_KEY_ID'] + ' ')\n",
        encoding="utf-8",
    )
    for role in (
        "arn:aws:iam::000000000000:role/reader-job",
        "arn:aws:iam::000000000000:role/nobody-created-it",
    ):
        run: dict[str, Any] = {}
        corrected_ministack.run_job(run, {"Role": role}, {}, str(script))
        assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    key, root = (tmp_path / "out").read_text(encoding="utf-8").split()
    assert (
        corrected_ministack.sts._sessions[key]["Arn"]
        == "arn:aws:sts::000000000000:assumed-role/reader-job/glue"
    )
    assert root == "root"


def test_a_job_asks_its_own_region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lake in Frankfurt had jobs that asked us-east-1, where their roles may do nothing."""
    from ministack.core import responses  # noqa: PLC0415 as above

    from scripts.emulator import corrected_ministack  # noqa: PLC0415 as above

    monkeypatch.setenv("AWS_REGION", "us-east-1")
    script = tmp_path / "job.py"
    script.write_text(
        f"import os\nopen({str(tmp_path / 'out')!r}, 'a').write(os.environ['AWS_REGION'])\n", encoding="utf-8"
    )
    token = responses._request_region.set("eu-central-1")
    try:
        run: dict[str, Any] = {}
        corrected_ministack.run_job(run, {}, {}, str(script))
    finally:
        responses._request_region.reset(token)
    assert (run["JobRunState"], (tmp_path / "out").read_text(encoding="utf-8")) == (
        "SUCCEEDED",
        "eu-central-1",
    )


def test_the_lines_of_a_job_are_in_the_log_stream_of_its_run(tmp_path: Path) -> None:
    """The page of a failed run shows them."""
    from scripts.emulator import corrected_ministack  # noqa: PLC0415 as above

    logs = corrected_ministack.cloudwatch_logs
    for group in ("output", "error"):
        logs._create_log_group({"logGroupName": f"/aws-glue/lines/{group}"})
    script = tmp_path / "job.py"
    line = '{"level": "INFO", "message": "merged", "timestamp": "2026-11-29 17:25:03,123+0000"}'
    script.write_text(f"print({line!r})\nraise SystemExit('no room')\n", encoding="utf-8")
    run: dict[str, Any] = {"Id": "jr_lines"}
    corrected_ministack.run_job(run, {}, {"--custom-logGroup-prefix": "/aws-glue/lines"}, str(script))
    assert run["JobRunState"] == "FAILED"
    output, error = (
        logs._log_groups[f"/aws-glue/lines/{group}"]["streams"]["jr_lines"]["events"]
        for group in ("output", "error")
    )
    assert [(event["timestamp"], event["message"]) for event in output] == [(1795973103123, line)]
    assert [event["message"] for event in error] == ["no room"]


def test_log_groups_crawlers_and_batches_are_compared_as_policies_name_them() -> None:
    from ministack.core.iam_evaluator import EvalContext  # noqa: PLC0415 as above

    from scripts.emulator.ministack_calls import as_policies_name  # noqa: PLC0415 as above

    def asked(action: str, arn: str) -> EvalContext:
        principal = "arn:aws:sts::0:assumed-role/a/b"
        return as_policies_name(EvalContext(principal, "AssumedRole", "0", action, arn, "us-east-1"))

    def named(action: str, arn: str) -> str:
        return asked(action, arn).resource_arn

    group = "arn:aws:logs:us-east-1:000000000000:log-group:/aws-glue/lake/error"
    assert named("logs:FilterLogEvents", group) == f"{group}:*"
    assert named("logs:FilterLogEvents", f"{group}:*") == f"{group}:*"
    assert named("logs:TagResource", group) == group
    assert named("s3:GetObject", "arn:aws:s3:::bucket/log-group:x") == "arn:aws:s3:::bucket/log-group:x"
    glue = "arn:aws:glue:us-east-1:000000000000"
    assert named("glue:StartCrawler", f"{glue}:table/lake-curated") == f"{glue}:crawler/lake-curated"
    assert named("glue:GetTable", f"{glue}:table/orders") == f"{glue}:table/orders"
    assert asked("sqs:SendMessageBatch", "arn:aws:sqs:us-east-1:000000000000:raw").action == "sqs:SendMessage"


def test_a_burst_of_calls_starts_no_more_processes_than_there_are_processors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next call gets a process that has become free; one that waited long enough gets another one."""
    from ministack.core.lambda_runtime import release_worker  # noqa: PLC0415 as above

    from scripts.emulator import corrected_ministack  # noqa: PLC0415 as above

    monkeypatch.setattr(corrected_ministack, "WAIT_FOR_A_PROCESS_S", 0.5)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    function = "burst", {"FunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:burst"}, b""
    first, second = (corrected_ministack.acquire_worker(*function, qualifier="1") for _ in range(2))
    assert [reason for _, reason in (first, second)] == ["spawn", "spawn"]
    with ThreadPoolExecutor(1) as threads:
        third = threads.submit(corrected_ministack.acquire_worker, *function, qualifier="1")
        release_worker(second[0])
        assert third.result() == (second[0], "reused")
    fourth, reason = corrected_ministack.acquire_worker(*function, qualifier="1")
    assert reason == "spawn"
    assert fourth not in {first[0], second[0]}
