"""Steps of one upload at the same moment: one of them wins, and the others change nothing."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from headgate.errors import ServiceError
from tests.unit.api.files.test_uploads import begin, send_parts, uploaded
from tests.unit.api.lakes import PAYMENTS, Answer, Caller, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pytestmark = pytest.mark.unit


def at_once(*requests: tuple[str, str], caller: Caller) -> list[Answer]:
    """The answers to requests that are sent at the same moment."""
    barrier = Barrier(len(requests))

    def send(request: tuple[str, str]) -> Answer:
        barrier.wait()
        return Caller(caller.lake, caller.groups, caller.name).call(*request)

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, requests))


def slowly(work: Callable[..., Any], seconds: float = 0.05) -> Callable[..., Any]:
    def slow(*arguments: object) -> object:
        time.sleep(seconds)
        return work(*arguments)

    return slow


def raw_versions(lake: MemoryLake) -> Sequence[object]:
    return list(lake.objects.versions("raw", ""))


@pytest.mark.parametrize("_", range(5))
def test_of_many_commits_one_stores_the_file(_: int) -> None:
    caller = Caller(MemoryLake())
    caller.lake.uploads.copy = slowly(caller.lake.uploads.copy)  # type: ignore[method-assign]  # S3 takes a while
    upload_id = uploaded(caller, PAYMENTS)
    answers = at_once(*[("POST", f"/v1/uploads/{upload_id}/commit")] * 10, caller=caller)
    assert len(raw_versions(caller.lake)) == 1
    assert {one.status for one in answers} <= {202, 409}
    assert len({one.json["file_id"] for one in answers if one.status == 202}) == 1
    assert not any("s3://" in one.text or "staging/" in one.text for one in answers)


@pytest.mark.parametrize("_", range(10))
def test_of_a_commit_and_an_abort_one_wins(_: int) -> None:
    """The state of the upload says which one: an aborted upload has no file in raw, a committed one has."""
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    commit, abort = at_once(("POST", f"/v1/uploads/{upload_id}/commit"), ("DELETE", f"/v1/uploads/{upload_id}"), caller=caller)
    state = caller.call("GET", f"/v1/uploads/{upload_id}").json["state"]
    assert (commit.status, abort.status, state, len(raw_versions(caller.lake))) in [(202, 409, "committed", 1), (409, 200, "aborted", 0)]


def test_an_abort_during_a_commit_is_refused_and_the_commit_ends() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    copy = caller.lake.uploads.copy
    met: list[Answer] = []

    def interrupted(*arguments: Any) -> Any:  # noqa: ANN401 arguments of the port
        met.append(caller.call("DELETE", f"/v1/uploads/{upload_id}"))
        met.append(caller.call("POST", f"/v1/uploads/{upload_id}/commit"))
        met.append(caller.call("GET", f"/v1/uploads/{upload_id}"))
        return copy(*arguments)

    caller.lake.uploads.copy = interrupted  # type: ignore[method-assign]  # other requests come while S3 copies
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit").status == 202
    assert [one.status for one in met] == [409, 409, 200]
    assert (met[2].json["state"], begin(caller, PAYMENTS)["state"]) == ("committing", "open")  # begun again after its end
    assert len(raw_versions(caller.lake)) == 1


def test_a_commit_that_failed_can_be_repeated_and_one_that_died_is_taken_over() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    copy = caller.lake.uploads.copy

    def failing(error: BaseException) -> Callable[..., Any]:
        def fail(*_: object) -> None:
            raise error

        return fail

    path = f"/v1/uploads/{upload_id}/commit"
    caller.lake.uploads.copy = failing(ServiceError("S3 failed"))  # type: ignore[method-assign]
    assert caller.call("POST", path).status == 502
    assert caller.call("GET", f"/v1/uploads/{upload_id}").json["state"] == "complete"
    caller.lake.uploads.copy = failing(KeyboardInterrupt())  # type: ignore[method-assign]  # the function is killed
    with pytest.raises(KeyboardInterrupt):
        caller.call("POST", path)
    caller.lake.uploads.copy = copy  # type: ignore[method-assign]
    assert caller.call("POST", path).status == 409
    caller.lake.moment += timedelta(minutes=2)
    assert caller.call("POST", path).status == 202


def test_an_upload_whose_file_expired_says_so_without_naming_a_bucket() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    for info in list(caller.lake.objects.list("staging", "")):
        if info.ref.key.endswith("/content"):
            caller.lake.objects.delete(info.ref)
    answer = caller.call("POST", f"/v1/uploads/{upload_id}/commit")
    assert (answer.status, "s3://" in answer.text) == (409, False)
    assert "Begin the upload again" in answer.json["detail"]


def test_an_upload_is_read_and_changed_by_its_sender_and_by_operators_only() -> None:
    lake = MemoryLake()
    ana, ben, olga = Caller(lake, ("uploader",)), Caller(lake, ("uploader",), "ben"), Caller(lake, ("operator",), "olga")
    upload_id = begin(ana, PAYMENTS)["upload_id"]
    path = f"/v1/uploads/{upload_id}"
    for method, end, body in [
        ("GET", "", None),
        ("GET", "/parts", None),
        ("POST", "/complete", None),
        ("POST", "/dry-run", None),
        ("GET", "/dry-run", None),
        ("PUT", "/mapping", {"columns": {}}),
        ("POST", "/commit", None),
        ("DELETE", "", None),
    ]:
        answer = ben.call(method, path + end, body)
        assert (answer.status, answer.json["type"]) == (403, "urn:headgate:problem:forbidden"), (method, end)
    send_parts(ana, upload_id, PAYMENTS)
    assert ana.call("POST", f"{path}/complete").status == 200
    assert olga.call("DELETE", path).json["state"] == "aborted"
