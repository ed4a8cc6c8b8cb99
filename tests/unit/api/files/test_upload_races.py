"""Steps of one upload at the same moment: one of them wins, and the others change nothing."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from headgate.api.files import uploads
from headgate.api.http.access import CallerIdentity, Group
from headgate.api.http.problems import ProblemError
from headgate.api.shapes.uploads import UploadMappingDecision
from headgate.errors import ConflictError, ServiceError
from headgate.lake.ports import ObjectRef
from headgate.uploads import commit_upload
from headgate.uploads.edits import Edits
from headgate.uploads.upload import UploadMapping
from tests.unit.api.files.test_mapped_uploads import FIELDS, mapped, plain
from tests.unit.api.files.test_uploads import begin, send_parts, uploaded
from tests.unit.api.lakes import PAYMENTS, Answer, Caller, MemoryLake, processor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pytestmark = pytest.mark.unit

ANA = CallerIdentity("ana", frozenset({Group.UPLOADER}))
REFUSED = "refused"


def outcome(step: Callable[[], Any]) -> str:
    """Return the state after a step, or that it was refused."""
    try:
        return str(step().state)
    except (ConflictError, ProblemError):
        return REFUSED


def at_once(*steps: Callable[[], Any]) -> list[str]:
    """The outcomes of steps at the same moment.

    They call no route: Powertools keeps the event on a class, so routes take turns.
    """
    barrier = Barrier(len(steps))

    def run(step: Callable[[], Any]) -> str:
        barrier.wait()
        return outcome(step)

    with ThreadPoolExecutor(len(steps)) as threads:
        return list(threads.map(run, steps))


def interrupt(lake: MemoryLake, at: int, step: Callable[[], Any]) -> list[str]:
    """Run the step right before the call of number `at` of a store; return its outcome, once it has run."""
    calls, outcomes = iter(range(1000)), list[str]()

    def interrupted(work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 arguments of a port
            if not outcomes and next(calls) == at:
                outcomes.append("")
                outcomes[0] = outcome(step)
            return work(*arguments, **named)

        return call

    for store, names in (
        (lake.uploads, ("read_with_etag", "replace", "copy")),
        (lake.objects, ("read", "write", "info", "list", "delete")),
    ):
        for name in names:
            setattr(store, name, interrupted(getattr(store, name)))
    return outcomes


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
    lake = caller.lake
    lake.uploads.copy = slowly(lake.uploads.copy)  # type: ignore[method-assign]  # S3 takes a while
    upload_id = uploaded(caller, PAYMENTS)
    outcomes = at_once(*[partial(uploads.commit, lake, ANA, upload_id)] * 10)
    assert len(raw_versions(lake)) == 1
    assert "committed" in outcomes
    assert set(outcomes) <= {"committed", REFUSED}


@pytest.mark.parametrize("_", range(10))
def test_of_a_commit_and_an_abort_one_wins(_: int) -> None:
    """The state of the upload says which one: an aborted upload has no file in raw, a committed one has."""
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    outcomes = at_once(
        *[partial(step, caller.lake, ANA, upload_id) for step in (uploads.commit, uploads.abort)]
    )
    state = caller.call("GET", f"/v1/uploads/{upload_id}").json["state"]
    assert (*outcomes, state, len(raw_versions(caller.lake))) in [
        ("committed", REFUSED, "committed", 1),
        (REFUSED, "aborted", "aborted", 0),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [(uploads.commit, uploads.abort), (uploads.abort, uploads.commit), (uploads.commit, uploads.commit)],
)
def test_a_step_that_comes_at_any_moment_of_another_one_leaves_one_winner(
    first: Callable[..., Any], second: Callable[..., Any]
) -> None:
    """Each call of a store is a moment at which the other step may run from its begin to its end."""
    for at in range(1000):
        caller = Caller(MemoryLake())
        lake, upload_id = caller.lake, uploaded(caller, PAYMENTS)
        interruption = interrupt(lake, at, partial(second, lake, ANA, upload_id))
        outcomes = {outcome(partial(first, lake, ANA, upload_id)), *interruption} - {REFUSED}
        state = caller.call("GET", f"/v1/uploads/{upload_id}").json["state"]
        assert outcomes == {state}, at
        assert len(raw_versions(lake)) == (state == "committed"), at
        if not interruption:
            break
    assert at > 5


def test_the_mapping_that_was_read_is_committed_whenever_another_one_is_decided() -> None:
    """Else a mapping that nobody has read would be committed, and remembered for the next files."""
    other = {**FIELDS, "Ablauf": None}
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, plain(3), "zahlungen.csv")
    etag = mapped(caller, upload_id)["etag"]
    for at in range(1000):
        lake = caller.lake.copy()
        interruption = interrupt(
            lake,
            at,
            partial(uploads.decide_mapping, lake, ANA, upload_id, UploadMappingDecision(columns=other)),
        )
        committed = outcome(partial(uploads.commit, lake, ANA, upload_id, etag))
        fields = json.loads(lake.objects.contents("staging")[f"uploads/{upload_id}/upload.json"])["mapping"][
            "fields"
        ]
        assert (committed, None in fields) in [("committed", False), (REFUSED, True)], at
        if not interruption:
            break
    assert at > 5


def test_an_abort_during_a_commit_is_refused_and_the_commit_ends() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    copy = caller.lake.uploads.copy
    met: list[Answer] = []

    def interrupted(*arguments: Any) -> Any:  # noqa: ANN401 arguments of the port
        met.append(caller.call("DELETE", f"/v1/uploads/{upload_id}"))
        met.append(caller.call("POST", f"/v1/uploads/{upload_id}/commit"))
        met.append(caller.call("POST", f"/v1/uploads/{upload_id}/dry-run"))
        met.append(caller.call("GET", f"/v1/uploads/{upload_id}"))
        return copy(*arguments)

    caller.lake.uploads.copy = interrupted  # type: ignore[method-assign]  # other requests come while S3 copies
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit").status == 202
    assert [one.status for one in met] == [409, 409, 409, 200]
    assert (met[-1].json["state"], begin(caller, PAYMENTS)["state"]) == (
        "committing",
        "open",
    )  # begun again after its end
    assert len(raw_versions(caller.lake)) == 1


def failing(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object) -> None:
        raise error

    return fail


def died(caller: Caller, upload_id: str = "", *, is_copied: bool = False) -> str:
    """Return an upload whose commit was killed, before or after S3 has copied the file."""
    upload_id, uploads_of = upload_id or uploaded(caller, PAYMENTS), caller.lake.uploads
    copy = uploads_of.copy

    def kill(*arguments: Any) -> None:  # noqa: ANN401 arguments of the port
        if is_copied:
            copy(*arguments)
        raise KeyboardInterrupt

    uploads_of.copy = kill  # type: ignore[method-assign, assignment]  # the function is killed
    with pytest.raises(KeyboardInterrupt):
        caller.call("POST", f"/v1/uploads/{upload_id}/commit")
    uploads_of.copy = copy  # type: ignore[method-assign]
    return upload_id


def test_a_commit_that_failed_can_be_repeated_and_one_that_died_is_taken_over() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    copy = caller.lake.uploads.copy
    path = f"/v1/uploads/{upload_id}/commit"
    caller.lake.uploads.copy = failing(ServiceError("S3 failed"))  # type: ignore[method-assign]
    assert caller.call("POST", path).status == 502
    assert caller.call("GET", f"/v1/uploads/{upload_id}").json["state"] == "complete"
    caller.lake.uploads.copy = copy  # type: ignore[method-assign]
    died(caller, upload_id)
    assert caller.call("POST", path).status == 409
    caller.lake.moment += timedelta(minutes=2)
    assert caller.call("POST", path).status == 202


def test_an_upload_whose_commit_died_is_complete_again_for_every_step() -> None:
    caller = Caller(MemoryLake())
    path = f"/v1/uploads/{died(caller)}"
    assert (begin(caller, PAYMENTS)["state"], caller.call("GET", path).json["state"]) == (
        "committing",
        "committing",
    )
    caller.lake.moment += timedelta(minutes=2)
    assert (begin(caller, PAYMENTS)["state"], caller.call("GET", path).json["state"]) == (
        "complete",
        "complete",
    )
    assert caller.call("POST", f"{path}/complete").json["state"] == "complete"
    assert caller.call("POST", f"{path}/dry-run").json["state"] == "checked"
    assert caller.call("DELETE", path).json["state"] == "aborted"
    assert raw_versions(caller.lake) == []


def test_an_abort_after_a_commit_that_died_is_refused_if_the_file_is_in_raw() -> None:
    """Else the upload would be called aborted, and its rows would come into the lake."""
    caller = Caller(MemoryLake())
    path = f"/v1/uploads/{died(caller, is_copied=True)}"
    caller.lake.moment += timedelta(minutes=2)
    answer = caller.call("DELETE", path)
    assert (answer.status, "the file is in raw" in answer.json["detail"]) == (409, True)
    assert caller.call("POST", f"{path}/commit").status == 202


def test_an_upload_whose_commit_died_after_the_gate_accepted_the_file_is_a_duplicate_of_it() -> None:
    caller = Caller(MemoryLake())
    died(caller, is_copied=True)
    record = caller.lake.receive("payments/today.csv")
    caller.lake.moment += timedelta(minutes=2)
    upload = begin(caller, PAYMENTS)
    assert (upload["state"], upload["duplicate_of"]) == ("duplicate", record.file_id)


def test_a_file_whose_commit_died_has_its_sender() -> None:
    caller = Caller(MemoryLake(), ("uploader",))
    died(caller, is_copied=True)
    file_id = caller.lake.receive("payments/today.csv").file_id
    assert caller.call("GET", f"/v1/files/{file_id}").json["uploaded_by"] == "ana"
    assert caller.call("POST", f"/v1/files/{file_id}/revert").status == 200


def test_a_file_that_was_not_compared_and_whose_commit_died_has_its_sender(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The copy in raw carries its sender.

    Its content alone would be no proof, because nobody has compared it with its SHA-256.
    """
    monkeypatch.setattr(commit_upload, "COMPARED_BYTES", 0)
    caller = Caller(MemoryLake(), ("uploader",))
    died(caller, is_copied=True)
    (version,) = raw_versions(caller.lake)
    processor(*caller.lake.gate).process(version.ref)
    (record,) = caller.lake.ledger.records()
    assert caller.call("GET", f"/v1/files/{record.file_id}").json["uploaded_by"] == "ana"
    assert caller.call("POST", f"/v1/files/{record.file_id}/revert").status == 200


def test_an_operator_who_commits_or_repeats_a_commit_is_not_the_sender() -> None:
    lake = MemoryLake()
    ana, olga = Caller(lake, ("uploader",)), Caller(lake, ("operator",), "olga")
    path = f"/v1/uploads/{uploaded(ana, PAYMENTS)}/commit"
    file_ids = {caller.call("POST", path).json["file_id"] for caller in (olga, ana, olga)}
    lake.receive("payments/today.csv")
    assert [ana.call("GET", f"/v1/files/{file_id}").json["uploaded_by"] for file_id in file_ids] == ["ana"]


def test_nobody_becomes_the_sender_of_a_content_that_was_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A SHA-256 is no secret: who states the one of another file would see the values of that file."""
    monkeypatch.setattr(commit_upload, "COMPARED_BYTES", 0)
    lake = MemoryLake()
    bob, other = Caller(lake, ("uploader",), "bob"), PAYMENTS.replace(b"10.50", b"99.50")
    upload = begin(bob, PAYMENTS)
    send_parts(bob, upload["upload_id"], other)
    bob.call("POST", f"/v1/uploads/{upload['upload_id']}/complete")
    assert bob.call("POST", f"/v1/uploads/{upload['upload_id']}/commit").status == 202
    file_id = lake.receive("payments/today.csv", PAYMENTS).file_id
    assert bob.call("GET", f"/v1/files/{file_id}").json["uploaded_by"] == ""


def test_an_upload_whose_file_expired_says_so_without_naming_a_bucket() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    for info in list(caller.lake.objects.list("staging", "")):
        if info.ref.key.endswith("/content"):
            caller.lake.objects.delete(info.ref)
    answer = caller.call("POST", f"/v1/uploads/{upload_id}/commit")
    assert (answer.status, "s3://" in answer.text) == (409, False)
    assert "Begin the upload again" in answer.json["detail"]


@pytest.mark.parametrize("state", ["open", "complete", "checked", "committed", "aborted", "duplicate"])
def test_an_upload_is_read_and_changed_by_its_sender_and_by_operators_only(state: str) -> None:
    """Whatever its state: whoever may not change an upload does not learn what could be done with it."""
    lake = MemoryLake()
    ana, ben, olga = (
        Caller(lake, ("uploader",)),
        Caller(lake, ("uploader",), "ben"),
        Caller(lake, ("operator",), "olga"),
    )
    path = f"/v1/uploads/{_upload_in(state, ana)}"
    assert olga.call("GET", path).json["state"] == state
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
    assert olga.call("DELETE", path).status == (409 if state == "committed" else 200)


def _upload_in(state: str, caller: Caller) -> str:
    """Return the id of an upload in this state."""
    if state == "duplicate":
        caller.lake.receive("payments/yesterday.csv", PAYMENTS)
    upload_id = str(begin(caller, PAYMENTS)["upload_id"])
    if state in {"open", "duplicate"}:
        return upload_id
    send_parts(caller, upload_id, PAYMENTS)
    steps = {
        "checked": [("POST", "/dry-run")],
        "committed": [("POST", "/commit")],
        "aborted": [("DELETE", "")],
    }
    for method, end in [("POST", "/complete"), *steps.get(state, [])]:
        assert caller.call(method, f"/v1/uploads/{upload_id}{end}").status < 300
    return upload_id


def large(caller: Caller) -> str:
    """Return the id of a complete upload whose copy takes four calls."""
    caller.lake.uploads.largest_copy_bytes = -(-len(PAYMENTS) // 4)
    return uploaded(caller, PAYMENTS)


def test_a_file_too_large_for_one_call_is_committed_by_several() -> None:
    caller = Caller(MemoryLake())
    upload_id, lake = large(caller), caller.lake
    states = []
    while "committed" not in states:
        assert not raw_versions(lake)
        states.append(uploads.commit(lake, ANA, upload_id).state)
    assert states == ["committing", "committing", "committing", "committed"]
    assert len(raw_versions(lake)) == 1
    assert uploads.commit(lake, ANA, upload_id).state == "committed"


def test_a_large_commit_that_nobody_continues_can_be_aborted() -> None:
    caller = Caller(MemoryLake())
    upload_id = large(caller)
    uploads.commit(caller.lake, ANA, upload_id)
    assert uploads.shown(caller.lake, ANA, upload_id).state == "committing"
    assert begin(caller, PAYMENTS)["state"] == "committing"
    caller.lake.moment += timedelta(minutes=1)
    assert uploads.shown(caller.lake, ANA, upload_id).state == "complete"
    assert uploads.abort(caller.lake, ANA, upload_id).state == "aborted"
    assert not raw_versions(caller.lake)


@pytest.mark.parametrize("step", ["abort", "decide", "edit"])
def test_a_large_copy_that_is_given_up_leaves_no_parts_in_raw(step: str) -> None:
    """S3 charges for the parts of an upload that nobody ends."""
    lake = (caller := Caller(MemoryLake())).lake
    upload_id = large(caller)
    uploads.commit(lake, ANA, upload_id)
    assert lake.uploads._parts
    steps = {
        "abort": partial(uploads.uploads_of(lake).abort, upload_id),
        "decide": partial(uploads.uploads_of(lake).decide, upload_id, UploadMapping("", (), ())),
        "edit": partial(uploads.uploads_of(lake).edit, upload_id, Edits()),
    }
    steps[step]()
    assert not lake.uploads._parts


def test_a_copy_that_the_store_has_forgotten_begins_again() -> None:
    caller = Caller(MemoryLake())
    upload_id, lake = large(caller), caller.lake
    uploads.commit(lake, ANA, upload_id)
    lake.uploads._parts.clear()
    states = [uploads.commit(lake, ANA, upload_id).state for _ in range(4)]
    assert states[-1] == "committed"
    assert len(raw_versions(lake)) == 1


def test_a_large_copy_that_ended_and_whose_answer_was_lost_is_not_made_again() -> None:
    caller = Caller(MemoryLake())
    upload_id, lake = large(caller), caller.lake
    for _ in range(3):
        uploads.commit(lake, ANA, upload_id)
    record = uploads.uploads_of(lake).get(upload_id)
    raw = ObjectRef(lake.bucket("raw"), record.copy_key)
    lake.uploads.copy(uploads.uploads_of(lake).content(upload_id), raw, "ana", record.copy_id)
    committed = uploads.commit(lake, ANA, upload_id)
    assert (committed.state, len(raw_versions(lake))) == ("committed", 1)


def test_calls_of_a_large_commit_at_the_same_moment_store_one_version() -> None:
    caller = Caller(MemoryLake())
    upload_id, lake = large(caller), caller.lake
    while "committed" not in (outcomes := at_once(*[partial(uploads.commit, lake, ANA, upload_id)] * 3)):
        assert set(outcomes) <= {"committing", REFUSED}
    assert len(raw_versions(lake)) == 1
