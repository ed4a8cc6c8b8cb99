"""An undo covers a file with its corrections, says what goes, is open to the sender, and can be
taken back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from headgate.api.files import reverts
from headgate.errors import BadInputError
from headgate.intake.files import replay_file
from tests.unit.api.files.test_uploads import uploaded
from tests.unit.api.lakes import PAYMENTS, Answer, Caller, MemoryLake

pytestmark = pytest.mark.unit


def correct(caller: Caller, file_id: str, values: dict[int, dict[str, str]], *, receive: bool = True) -> str:
    rows = [{"source_row": row, "values": texts} for row, texts in values.items()]
    sent = caller.call("POST", f"/v1/files/{file_id}/corrections", {"rows": rows}).json
    if receive:
        caller.lake.receive(sent["key"])
    return str(sent["file_id"])


def committed(caller: Caller) -> str:
    upload_id = uploaded(caller, PAYMENTS)
    answer = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json
    caller.lake.receive(answer["key"])
    return str(answer["file_id"])


def increments(lake: MemoryLake) -> int:
    return sum(1 for key in lake.objects.contents("curated") if key.endswith(".parquet"))


def states(answer: Answer) -> list[tuple[str, str, int]]:
    return [(file["file_id"], file["state"], file["accepted"]) for file in answer.json["files"]]


def with_corrections(caller: Caller, file_id: str) -> tuple[str, str, str]:
    """Two corrections of a file, the second of which is refused and corrected itself."""
    first = correct(caller, file_id, {3: {"amount": "12.00"}})
    second = correct(caller, file_id, {2: {"amount": "nothing", "card_number": "4111111111111111"}})
    third = correct(caller, second, {1: {"amount": "7.00"}})
    return first, second, third


def test_a_correction_of_which_a_row_is_refused_has_not_lost_too_many() -> None:
    caller = Caller(MemoryLake())
    sent = correct(caller, committed(caller), {2: {"amount": "nothing"}, 3: {"amount": "12.00"}})
    file = caller.call("GET", f"/v1/files/{sent}").json
    assert (file["accepted"], file["quarantined"], file["acceptance"]) == (1, 1, "ok")


def test_an_undo_covers_corrections_and_their_corrections() -> None:
    caller = Caller(MemoryLake())
    file_id = committed(caller)
    first, second, third = with_corrections(caller, file_id)
    assert increments(caller.lake) == 3
    preview = caller.call("GET", f"/v1/files/{file_id}/revert")
    expected = [(file_id, "done", 1), (first, "done", 1), (second, "done", 0), (third, "done", 1)]
    assert (states(preview), preview.json["accepted"], preview.json["may_revert"]) == (expected, 3, True)
    assert [file["is_correction"] for file in preview.json["files"]] == [False, True, True, True]
    done = caller.call("POST", f"/v1/files/{file_id}/revert")
    assert (states(done), done.json["accepted"]) == (expected, 3)
    assert caller.lake.objects.contents("curated") == caller.lake.objects.contents("quarantine") == {}
    assert {record.state for record in caller.lake.ledger.records()} == {"reverted"}


def test_an_undo_is_taken_back_with_the_corrections_that_it_covered() -> None:
    """A correction that somebody undid before stays undone."""
    caller = Caller(MemoryLake())
    file_id = committed(caller)
    first, second, third = with_corrections(caller, file_id)
    caller.call("POST", f"/v1/files/{third}/revert")
    before = caller.lake.contents()
    assert caller.call("DELETE", f"/v1/files/{file_id}/revert").status == 409
    caller.call("POST", f"/v1/files/{file_id}/revert")
    assert caller.call("GET", f"/v1/files/{file_id}/revert").json["may_restore"]
    done = caller.call("DELETE", f"/v1/files/{file_id}/revert")
    assert (states(done), done.json["accepted"]) == (
        [(file_id, "done", 1), (first, "done", 1), (second, "done", 0)],
        2,
    )
    after = caller.lake.contents()
    assert {key for key in after["curated"] if "edition" not in key} == set(before["curated"])
    assert after["quarantine"].keys() == before["quarantine"].keys()


def test_the_sender_of_a_file_may_undo_it_and_other_uploaders_may_not() -> None:
    lake = MemoryLake()
    ana, ben, vera = (
        Caller(lake, ("uploader",)),
        Caller(lake, ("uploader",), "ben"),
        Caller(lake, ("viewer",), "vera"),
    )
    file_id = committed(ana)
    path = f"/v1/files/{file_id}"
    assert ana.call("GET", path).json["uploaded_by"] == "ana"
    for caller in (ben, vera):
        asked = caller.call("GET", f"{path}/revert").json
        assert (asked["may_revert"], asked["may_restore"], "somebody else" in asked["reason"]) == (
            False,
            False,
            True,
        )
        assert [caller.call(method, f"{path}/revert").status for method in ("POST", "DELETE")] == [403, 403]
    assert ana.call("DELETE", f"{path}/revert").status == 409
    assert ana.call("POST", f"{path}/revert").status == 200
    assert [ben.call(method, f"{path}/revert").status for method in ("POST", "DELETE")] == [403, 403]
    assert ana.call("POST", f"{path}/revert").status == 409
    assert ana.call("DELETE", f"{path}/revert").status == 200
    assert Caller(lake, ("operator",), "olga").call("POST", f"{path}/revert").status == 200


def test_who_repeats_a_correction_is_not_its_sender_and_a_request_that_died_leaves_it_with_its_sender(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lake = MemoryLake()
    ana, ben = Caller(lake, ("uploader",)), Caller(lake, ("uploader",), "ben")
    file_id = committed(ana)
    with monkeypatch.context() as patched:
        patched.setattr("headgate.lake.senders.Senders.keep_correction", killed)
        with pytest.raises(KeyboardInterrupt):
            correct(ana, file_id, {3: {"amount": "12.00"}})
    sent = correct(ben, file_id, {3: {"amount": "12.00"}})
    assert ana.call("GET", f"/v1/files/{sent}").json["uploaded_by"] == "ana"


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_file_that_came_another_way_is_undone_by_operators_only() -> None:
    lake = MemoryLake()
    file_id = lake.receive("payments/export.csv", PAYMENTS).file_id
    assert Caller(lake, ("uploader",)).call("POST", f"/v1/files/{file_id}/revert").status == 403
    assert Caller(lake).call("POST", f"/v1/files/{file_id}/revert").status == 200


def test_a_correction_that_is_not_checked_yet_postpones_the_undo() -> None:
    """Else its rows would come into the lake after the undo."""
    caller = Caller(MemoryLake())
    file_id = committed(caller)
    sent = correct(caller, file_id, {3: {"amount": "12.00"}}, receive=False)
    asked = caller.call("GET", f"/v1/files/{file_id}/revert").json
    assert (
        asked["may_revert"],
        asked["reason"].startswith("A correction of this file is not checked yet."),
    ) == (False, True)
    assert caller.call("POST", f"/v1/files/{file_id}/revert").status == 409
    (key,) = [key for key in caller.lake.objects.contents("raw") if "corrections" in key]
    assert caller.lake.receive(key).file_id == sent
    assert caller.call("POST", f"/v1/files/{file_id}/revert").json["accepted"] == 2


def test_an_undo_that_died_half_way_is_completed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(MemoryLake())
    file_id = committed(caller)
    first, *_ = with_corrections(caller, file_id)
    finish, died = caller.lake.ledger.finish, []

    def dying(record: Any) -> None:  # noqa: ANN401 a record
        if record.file_id == first and not died:
            died.append(first)
            raise KeyboardInterrupt
        finish(record)

    monkeypatch.setattr(caller.lake.ledger, "finish", dying)
    with pytest.raises(KeyboardInterrupt):
        caller.call("POST", f"/v1/files/{file_id}/revert")
    caller.lake.now()
    caller.lake.moment = caller.lake.moment.replace(year=caller.lake.moment.year + 1)  # the lease has ended
    assert caller.call("POST", f"/v1/files/{file_id}/revert").status == 200
    assert caller.lake.objects.contents("curated") == caller.lake.objects.contents("quarantine") == {}
    caller.call("DELETE", f"/v1/files/{file_id}/revert")
    assert increments(caller.lake) == 3


def test_an_undo_that_was_taken_back_in_part_is_taken_back_completely_by_the_next_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Corrections are accepted first and the file last.

    Whichever of them a killed function was at, the step can be repeated.
    """
    for place in range(4):
        caller = Caller(MemoryLake())
        file_id = committed(caller)
        with_corrections(caller, file_id)
        before = states(caller.call("GET", f"/v1/files/{file_id}/revert"))
        caller.call("POST", f"/v1/files/{file_id}/revert")
        finish, finished = caller.lake.ledger.finish, list[str]()

        def dying(record: Any, finish: Any = finish, finished: Any = finished, place: int = place) -> None:  # noqa: ANN401
            if len(finished) == place:
                raise KeyboardInterrupt
            finished.append(record.file_id)
            finish(record)

        with monkeypatch.context() as patched:
            patched.setattr(caller.lake.ledger, "finish", dying)
            with pytest.raises(KeyboardInterrupt):
                caller.call("DELETE", f"/v1/files/{file_id}/revert")
        caller.lake.moment += timedelta(hours=1)  # the lease has ended
        assert caller.call("GET", f"/v1/files/{file_id}/revert").json["may_restore"]
        assert caller.call("DELETE", f"/v1/files/{file_id}/revert").status == 200
        assert states(caller.call("GET", f"/v1/files/{file_id}/revert")) == before


def undone(caller: Caller) -> tuple[str, str]:
    """Return a file that is undone with a correction, and the correction."""
    file_id = committed(caller)
    sent = correct(caller, file_id, {3: {"amount": "12.00"}})
    assert caller.call("POST", f"/v1/files/{file_id}/revert").status == 200
    return file_id, sent


@pytest.mark.parametrize("part", ["today.csv", "corrections/"])
def test_an_undo_is_not_taken_back_if_an_original_is_gone(part: str) -> None:
    caller = Caller(MemoryLake())
    file_id, sent = undone(caller)
    (gone,) = [item for item in caller.lake.objects.versions("raw", "") if part in item.ref.key]
    caller.lake.objects.delete(gone.ref)
    answer = caller.call("DELETE", f"/v1/files/{file_id}/revert")
    assert (answer.status, "the original is not in raw any more" in answer.json["detail"]) == (409, True)
    assert {caller.lake.ledger.get(one).state for one in (file_id, sent)} == {"reverted"}


def test_an_undo_is_not_taken_back_if_the_content_was_accepted_as_another_file() -> None:
    caller = Caller(MemoryLake())
    file_id, sent = undone(caller)
    caller.lake.receive("payments/again.csv", PAYMENTS)
    answer = caller.call("DELETE", f"/v1/files/{file_id}/revert")
    assert (answer.status, "accepted as payments/again.csv" in answer.json["detail"]) == (409, True)
    assert {caller.lake.ledger.get(one).state for one in (file_id, sent)} == {"reverted"}


def test_an_undo_is_not_taken_back_if_the_gate_rejects_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its corrections were accepted before it, and are undone again."""
    caller = Caller(MemoryLake())
    file_id, sent = undone(caller)
    check = replay_file.check_local_file

    def rejecting(record: Any, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 arguments of the gate
        if record.file_id == file_id:
            raise BadInputError(
                rule="missing_column",
                message="The file has no column for amount.",
                remedy="Add it.",
                column="amount",
            )
        return check(record, *arguments, **named)

    monkeypatch.setattr(replay_file, "check_local_file", rejecting)  # the contract has changed
    answer = caller.call("DELETE", f"/v1/files/{file_id}/revert")
    assert (answer.status, "no column for amount" in answer.json["detail"]) == (409, True)
    assert {caller.lake.ledger.get(one).state for one in (file_id, sent)} == {"reverted"}
    assert increments(caller.lake) == 0
    monkeypatch.setattr(replay_file, "check_local_file", check)
    assert len(caller.call("DELETE", f"/v1/files/{file_id}/revert").json["files"]) == 2


def test_an_undo_of_large_files_is_taken_back_by_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The API's function ends after 29 seconds."""
    caller = Caller(MemoryLake())
    file_id, sent = undone(caller)
    monkeypatch.setattr(reverts, "MAX_BYTES", len(PAYMENTS))
    answer = caller.call("DELETE", f"/v1/files/{file_id}/revert")
    assert (answer.status, f"headgate quarantine replay {sent} {file_id}" in answer.json["detail"]) == (
        409,
        True,
    )


def test_an_undo_that_would_accept_a_large_copy_is_left_to_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(MemoryLake())
    file_id = committed(caller)
    monkeypatch.setattr(reverts, "MAX_BYTES", 1)
    caller.lake.receive("payments/copy.csv", PAYMENTS)
    answer = caller.call("POST", f"/v1/files/{file_id}/revert")
    assert (answer.status, f"headgate files revert {file_id}" in answer.json["detail"]) == (409, True)
    monkeypatch.undo()
    assert caller.call("POST", f"/v1/files/{file_id}/revert").json["accepted_as"] == "payments/copy.csv"
