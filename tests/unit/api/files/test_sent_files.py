"""The file that was sent, where an edited one was committed: kept as it came, for sender and operators."""

from __future__ import annotations

import pytest

from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState
from tests.console.supplier_file import supplier_file
from tests.unit.api.files.test_edited_uploads import DECIDED, checked, uploaded, uploader
from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

PAN = "4111111111111111"


def committed(caller: Caller, body: bytes) -> str:
    """The id of the edited file of a supplier's one."""
    answer = checked(caller, upload_id := uploaded(caller, body), DECIDED)
    sent = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    caller.lake.receive(sent["key"])
    return str(sent["file_id"])


def test_the_bytes_that_were_sent_are_kept_and_fetched_by_their_sender_and_operators() -> None:
    caller = uploader()
    file_id = committed(caller, supplier_file())
    key = keys.sent_file_key(file_id, "lieferant-mueller.csv")
    assert caller.lake.objects.contents("raw")[key] == supplier_file()
    assert caller.call("GET", f"/v1/files/{file_id}").json["edited_before"]["original"] == "kept"
    for person in (caller, Caller(caller.lake, ("operator",), "olga")):
        answer = person.call("GET", f"/v1/files/{file_id}/original")
        assert (answer.status, answer.json["name"]) == (200, "lieferant-mueller.csv")
        assert key in answer.json["url"]
    other = Caller(caller.lake, ("uploader",), "ben").call("GET", f"/v1/files/{file_id}/original")
    assert (other.status, "Only the sender of this file" in other.text) == (403, True)


@pytest.mark.parametrize(
    "body",
    [
        supplier_file().replace(b"Citybike Gr\xf6\xdfe 7", f"Citybike {PAN}".encode()),
        f"Karte {PAN}\r\n".encode() + supplier_file(),
    ],
    ids=["in a cell", "above the header"],
)
def test_a_file_with_a_card_number_is_not_kept_and_says_so(body: bytes) -> None:
    caller = uploader()
    file_id = committed(caller, body)
    assert not [key for key in caller.lake.objects.contents("raw") if keys.sent_file_of(key)]
    assert caller.call("GET", f"/v1/files/{file_id}").json["edited_before"]["original"] == "has_numbers"
    assert caller.call("GET", f"/v1/files/{file_id}/original").status == 404


def test_the_gate_loads_nothing_of_the_file_that_was_sent() -> None:
    caller = uploader()
    file_id = committed(caller, supplier_file())
    records = list(caller.lake.ledger.records())
    ref = ObjectRef("raw", keys.sent_file_key(file_id, "lieferant-mueller.csv"))
    record = caller.lake.receive(ref.key)
    assert (record.state, record.seen_before) == (FileState.IGNORED, True)
    assert list(caller.lake.ledger.records()) == records


def test_a_file_as_it_was_sent_has_no_other_original() -> None:
    caller = uploader()
    record = caller.lake.receive("products/plain.csv", b"product_id\n1\n")
    assert caller.call("GET", f"/v1/files/{record.file_id}/original").status == 404
