"""A person maps the columns of an upload: the gate checks the whole file again, and only this check is
committed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headgate.errors import ServiceError
from tests.unit.api.files.test_edited_uploads import checked, created, uploader
from tests.unit.api.files.test_uploads import uploaded
from tests.unit.api.lakes import PAYMENTS, Caller, MemoryLake, edited_file

if TYPE_CHECKING:
    from headgate.lake.ports import ObjectRef

pytestmark = pytest.mark.unit

HEADER = b"Nr;Bestellung;Art;Karte;Code;Ablauf;Betrag;Geld;Bezahlt;Zustand;Text;Stand\n"
FIELDS = dict(
    zip(HEADER.decode().strip().split(";"), PAYMENTS.splitlines()[0].decode().split(","), strict=True)
)


def german(rows: int, amount: bytes = b"13,50", day: bytes = b"31.12.2026") -> bytes:
    """A file of another program: foreign headers, semicolons, decimal commas, days first."""
    row = b"%d;A%d;card;4111111111111111;917;2026-01;%b;GBP;%b;captured;F\xfcr Anna;%b\n"
    return HEADER + b"".join(row % (number, number, amount, day, day) for number in range(1, rows + 1))


def plain(rows: int) -> bytes:
    """The same with values as the contract has them."""
    return german(rows, b"13.50", b"2024-01-01 10:00:00")


def dry_run(caller: Caller, upload_id: str) -> dict[str, Any]:
    caller.call("POST", f"/v1/uploads/{upload_id}/dry-run")
    answer = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run")
    return {**answer.json, "etag": answer.headers["ETag"]}


def mapped(caller: Caller, upload_id: str, fields: dict[str, str | None] = FIELDS) -> dict[str, Any]:
    dry_run(caller, upload_id)
    answer = caller.call("PUT", f"/v1/uploads/{upload_id}/mapping", {"columns": fields})
    assert answer.status == 200, answer.text
    return dry_run(caller, upload_id)


def files_check(caller: Caller) -> dict[str, str]:
    (check,) = [
        check for check in caller.call("GET", "/v1/health").json["checks"] if check["name"] == "files"
    ]
    return dict(check)


def test_samples_are_the_texts_of_the_file() -> None:
    """A person must recognise the file: a profile's typed values would show 13.50 for 13,50."""
    caller = Caller(MemoryLake())
    columns = {
        column["column"]: column
        for column in dry_run(caller, uploaded(caller, german(62), "zahlungen.csv"))["mapping"]["columns"]
    }
    assert columns["Betrag"]["samples"] == ["13,50"]
    assert columns["Karte"]["samples"] == []


def test_after_a_mapping_the_gate_checks_the_whole_file_before_the_commit() -> None:
    """Counts of the check are those of the committed file; nothing is written before the commit."""
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, german(62), "zahlungen.csv")
    before = caller.lake.contents()
    found = mapped(caller, upload_id)
    assert (found["outcome"], found["received"], found["accepted"], found["quarantined"]) == (
        "done",
        62,
        0,
        62,
    )
    assert (found["acceptance"], found["mapped"]) == ("nothing_accepted", FIELDS)
    assert [column["column"] for column in found["mapping"]["columns"]] == list(FIELDS)
    assert caller.lake.contents() == before
    record = caller.lake.receive(caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"])
    assert (record.state, record.received, record.accepted, record.mapping["how"]) == (
        "done",
        62,
        0,
        "remembered",
    )


def test_a_file_of_which_nothing_is_accepted_is_never_shown_as_healthy() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, german(62), "zahlungen.csv")
    mapped(caller, upload_id)
    record = caller.lake.receive(caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"])
    story = caller.call("GET", f"/v1/files/{record.file_id}").json
    assert story["acceptance"] == "nothing_accepted"
    assert [stage["state"] for stage in story["stages"]] == [
        "done",
        "done",
        "done",
        "warning",
        "done",
        "done",
    ]
    check = files_check(caller)
    assert check["state"] == "degraded"
    assert (
        "payments/zahlungen.csv (0 of 62 rows accepted; correct its refused rows, or undo it)"
        in check["message"]
    )
    caller.call("POST", f"/v1/files/{record.file_id}/revert")
    assert files_check(caller)["state"] == "healthy"


@pytest.mark.parametrize(
    ("refused", "share", "acceptance"),
    [(1, 0.2, "ok"), (2, 0.2, "ok"), (3, 0.2, "many_refused"), (1, 0.0, "many_refused")],
)
def test_more_refused_rows_than_the_lake_permits_are_a_warning(
    refused: int, share: float, acceptance: str
) -> None:
    caller = Caller(MemoryLake(most_refused_share=share))
    header, row, *_ = PAYMENTS.splitlines(keepends=True)
    rows = [row.replace(b"1,A1", b"%d,A%d" % (n, n)) for n in range(10)]
    body = header + b"".join(
        one.replace(b"10.50", b"oops") if n < refused else one for n, one in enumerate(rows)
    )
    record = caller.lake.receive("payments/ten.csv", body)
    assert (caller.call("GET", f"/v1/files/{record.file_id}").json["acceptance"], record.quarantined) == (
        acceptance,
        refused,
    )
    assert files_check(caller)["state"] == ("healthy" if acceptance == "ok" else "degraded")


def test_corrected_rows_end_the_warning_of_the_lake() -> None:
    caller = Caller(MemoryLake())
    record = caller.lake.receive("payments/today.csv", PAYMENTS)
    assert files_check(caller)["state"] == "degraded"
    rows = [
        {"source_row": 2, "values": {"card_number": "4111111111111111"}},
        {"source_row": 3, "values": {"amount": "12.00"}},
    ]
    caller.lake.receive(
        caller.call("POST", f"/v1/files/{record.file_id}/corrections", {"rows": rows}).json["key"]
    )
    assert files_check(caller)["state"] == "healthy"


def test_rows_that_a_correction_of_a_correction_brought_end_the_warning_of_the_lake() -> None:
    caller = Caller(MemoryLake())
    record = caller.lake.receive("payments/today.csv", PAYMENTS)
    rows = [
        {"source_row": 2, "values": {"card_number": "4111111111111111"}},
        {"source_row": 3, "values": {"amount": "twelve"}},
    ]
    first = caller.lake.receive(
        caller.call("POST", f"/v1/files/{record.file_id}/corrections", {"rows": rows}).json["key"]
    )
    assert (first.accepted, first.quarantined, files_check(caller)["state"]) == (1, 1, "degraded")
    rows = [{"source_row": 2, "values": {"amount": "12.00"}}]
    second = caller.lake.receive(
        caller.call("POST", f"/v1/files/{first.file_id}/corrections", {"rows": rows}).json["key"]
    )
    assert (second.accepted, files_check(caller)["state"]) == (1, "healthy")
    caller.call("POST", f"/v1/files/{second.file_id}/revert")
    assert files_check(caller)["state"] == "degraded"


def test_a_mapping_is_committed_only_after_its_own_check() -> None:
    """The dry run of another mapping, and one that has not ended, count for nothing."""
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, plain(3), "zahlungen.csv")
    dry_run(caller, upload_id)
    started: list[str] = []
    run, caller.lake.start = caller.lake.start, started.append  # type: ignore[method-assign]  # a dry run that takes a while
    assert (
        caller.call("PUT", f"/v1/uploads/{upload_id}/mapping", {"columns": FIELDS}).json["state"]
        == "checking"
    )
    early = caller.call("POST", f"/v1/uploads/{upload_id}/commit")
    assert (early.status, "not checked with this mapping" in early.json["detail"]) == (409, True)
    run(started[-1])
    caller.call(
        "PUT", f"/v1/uploads/{upload_id}/mapping", {"columns": {**FIELDS, "Text": "notes", "Ablauf": None}}
    )
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit").status == 409
    assert caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json["state"] == "checking"
    run(started[-1])
    assert caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json["mapped"]["Ablauf"] is None
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit").status == 202


def test_a_check_with_an_earlier_mapping_that_ends_later_changes_nothing() -> None:
    """Its result would hide the newer one, and the page would show "checking" without an end."""
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, plain(3), "zahlungen.csv")
    dry_run(caller, upload_id)
    run, earlier = caller.lake.start, list[Any]()
    objects = caller.lake.objects
    write = objects.write

    def late(ref: ObjectRef, body: bytes, **named: Any) -> None:  # noqa: ANN401 arguments of the port
        if ref.key.endswith("/dry_run.json") and b"checking" not in body:
            earlier.append(lambda: write(ref, body, **named))
        else:
            write(ref, body, **named)

    objects.write = late  # type: ignore[method-assign]  # the result comes after that of the next check
    caller.call("PUT", f"/v1/uploads/{upload_id}/mapping", {"columns": FIELDS})
    objects.write = write  # type: ignore[method-assign]
    newer = mapped(caller, upload_id, {**FIELDS, "Ablauf": None})
    assert (len(earlier), caller.lake.start) == (1, run)
    earlier[0]()
    after = dry_run(caller, upload_id)
    assert (after, after["mapped"]["Ablauf"]) == (newer, None)


def test_a_check_that_died_is_shown_as_failed_and_can_be_repeated() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, plain(3), "zahlungen.csv")
    path = f"/v1/uploads/{upload_id}/dry-run"
    run, caller.lake.start = caller.lake.start, lambda _: None  # type: ignore[method-assign]  # the function is killed
    assert caller.call("POST", path).json["state"] == "checking"
    caller.lake.moment += timedelta(minutes=15)
    assert [caller.call(method, path).json["state"] for method in ("GET", "POST")] == ["checking", "checking"]
    caller.lake.moment += timedelta(minutes=2)
    failed = caller.call("GET", path).json
    assert (failed["state"], failed["error"]["rule"]) == ("failed", "check_died")
    caller.lake.start = run  # type: ignore[method-assign]
    assert caller.call("POST", path).json["state"] == "checked"


def test_a_check_that_could_not_be_started_is_not_shown_as_checking() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, plain(3), "zahlungen.csv")
    path = f"/v1/uploads/{upload_id}/dry-run"

    def throttled(_: str) -> None:
        raise ServiceError("invoke dry_run: too many requests")

    run, caller.lake.start = caller.lake.start, throttled  # type: ignore[method-assign]
    assert [caller.call(method, path).status for method in ("POST", "GET")] == [502, 404]
    caller.lake.start = run  # type: ignore[method-assign]
    assert caller.call("POST", path).json["state"] == "checked"


def test_a_commit_of_another_check_than_was_read_is_refused() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, plain(3), "zahlungen.csv")
    read = mapped(caller, upload_id)["etag"]
    newer = mapped(caller, upload_id, {**FIELDS, "Ablauf": None})["etag"]
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=read).status == 412
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=newer).status == 202


def test_a_mapping_that_makes_no_file_is_refused_and_the_upload_keeps_its_mapping() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, plain(3), "zahlungen.csv")
    mapped(caller, upload_id)
    path = f"/v1/uploads/{upload_id}/mapping"
    without = caller.call("PUT", path, {"columns": {**FIELDS, "Bestellung": None}})
    assert (without.status, "no column for order_id" in without.json["detail"]) == (422, True)
    assert caller.call("PUT", path, {"columns": {"Nichts": "order_id"}}).status == 422
    assert caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json["mapped"] == FIELDS


def test_an_upload_whose_columns_are_known_has_no_mapping_to_decide() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    assert caller.call("PUT", f"/v1/uploads/{upload_id}/mapping", {"columns": {}}).status == 409
    dry_run(caller, upload_id)
    assert caller.call("PUT", f"/v1/uploads/{upload_id}/mapping", {"columns": {}}).status == 409


@pytest.mark.parametrize(("first", "second"), [("payments", ""), ("", "payments"), ("payments", "payments")])
def test_a_remembered_mapping_is_used_whether_or_not_the_dataset_is_chosen(first: str, second: str) -> None:
    """People at the console are one source: with a dataset their uploads lie in its folder, without one in
    `uploads`.
    """
    caller = Caller(MemoryLake())
    if first:
        upload_id = uploaded(caller, plain(3), "zahlungen.csv", dataset=first)
        mapped(caller, upload_id)
        caller.lake.receive(caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"])
    else:
        file_id = caller.lake.receive("uploads/zahlungen.csv", plain(3)).file_id
        edited_file(caller, file_id, {"dataset": "payments", "columns": FIELDS})
    found = dry_run(caller, uploaded(caller, plain(5), "mehr.csv", dataset=second))
    assert (found["outcome"], found["dataset"], found["accepted"]) == ("done", "payments", 5)


@pytest.mark.parametrize("other", [b"E-mail", b"e  Mail"])
def test_headings_with_blanks_dots_and_brackets_are_known_beside_a_new_column(other: bytes) -> None:
    """A heading is one name: its dots lead nowhere, and its spelling may change a little."""
    caller = Caller(MemoryLake())
    odd = {"Art": "E mail", "Text": "St. John's Rd. 5", "Stand": "Updated (UTC)", "Geld": "Amt [GBP]"}
    header = ";".join(odd.get(name, name) for name in FIELDS).encode() + b"\n"
    first = uploaded(caller, header + plain(3).removeprefix(HEADER), "zahlungen.csv")
    mapped(caller, first, {odd.get(name, name): field for name, field in FIELDS.items()})
    caller.lake.receive(caller.call("POST", f"/v1/uploads/{first}/commit").json["key"])
    later = (header.replace(b"E mail", other) + plain(3).removeprefix(HEADER)).replace(b"\n", b";x\n")
    suggested = dry_run(caller, uploaded(caller, later, "mehr.csv"))["mapping"]["columns"]
    assert [column["field"] for column in suggested] == [*FIELDS.values(), ""]


def test_columns_are_suggested_by_values_in_the_format_that_their_dataset_declares() -> None:
    """The dataset was created from a file with decimal commas, and the next file has other columns too."""
    caller = uploader()
    rows = "".join(f"{number};{number},50;{number}00,10\n" for number in range(1, 30))
    first = "Nr;Fläche m²;Betrag bezahlt\n" + rows
    document = checked(caller, uploaded(caller, first.encode(), "gebuehren.csv", "")).json["draft"][
        "document"
    ]
    assert created(caller, document).json["is_in_use"]
    answer = checked(
        caller,
        uploaded(
            caller,
            ("Nr;Fläche m²;Betrag bez.;Kanal\n" + rows.replace("\n", ";Post\n")).encode(),
            "neu.csv",
            "",
        ),
        {"dataset": "gebuehren"},
    ).json
    suggested = {each["column"]: each["field"] for each in answer["mapping"]["columns"]}
    assert suggested == {"Nr": "nr", "Fläche m²": "flache_m2", "Betrag bez.": "betrag_bezahlt", "Kanal": ""}


def test_texts_with_blanks_around_them_are_said_to_have_them() -> None:
    """`F-1 ` and `F-1` are two keys, which only a person can call one."""
    caller = uploader()
    text = "Code;Ort;Menge\nF-1 ;Bonn;1\nF-2;Köln ;2\n31;Ulm; 3\n"
    answer = checked(caller, uploaded(caller, text.encode(), "lager.csv", "")).json
    trim = {"kind": "string", "format": {"trim": True}, "others": 1}
    assert answer["grid"]["formats"] == {
        "Code": trim,
        "Ort": trim,
        "Menge": {"kind": "bigint", "format": {"trim": True}, "others": 0},
    }
