"""Remembered decisions for the header of a file are listed for its dataset, and can be forgotten."""

from __future__ import annotations

import pytest

from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from tests.console.supplier_file import supplier_file
from tests.unit.api.files.test_edited_uploads import DECIDED, FORMATS, checked, uploaded, uploader
from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

STEP = {"kind": "map", "column": "Warengruppe", "values": {"Fahrräder": "bikes"}}
PATH = "/v1/datasets/products/remembered-headers"


def caller_with_remembered_header() -> Caller:
    caller = uploader()
    upload_id = uploaded(caller, supplier_file())
    answer = checked(caller, upload_id, {**DECIDED, "steps": [STEP]})
    caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"])
    return caller


def is_remembered(caller: Caller, empty_lines: int) -> bool:
    """Check a new file with the same header."""
    answer = checked(caller, uploaded(caller, supplier_file() + b"\r\n" * empty_lines))
    return bool(answer.json["is_remembered"])


def test_remembered_decisions_say_fields_formats_and_changed_values() -> None:
    caller = caller_with_remembered_header()
    (header,) = caller.call("GET", PATH).json["headers"]
    assert header["columns"]["Listenpreis"] == "list_price"
    assert header["formats"] == FORMATS
    assert header["changes"][0]["values"] == [{"before": "Fahrräder", "after": "bikes"}]
    assert caller.call("GET", "/v1/datasets/payments/remembered-headers").json == {"headers": []}


def test_a_forgotten_header_is_not_applied_to_the_next_file() -> None:
    caller = caller_with_remembered_header()
    assert is_remembered(caller, 1)
    (header,) = caller.call("GET", PATH).json["headers"]
    place = f"{PATH}/{header['source']}/{header['header']}"
    assert caller.call("DELETE", place).json == header
    assert caller.call("GET", PATH).json == {"headers": []}
    assert not is_remembered(caller, 2)
    assert caller.lake.mappings.remembered() == []
    assert caller.call("DELETE", place).status == 404


def test_to_forget_a_header_no_other_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = caller_with_remembered_header()
    objects = caller.lake.objects
    (header,) = caller.call("GET", PATH).json["headers"]
    for number in range(3):
        objects.write(ObjectRef("artifacts", keys.mapping_key("uploads", f"{number}abcdef0")), b"no JSON")
    read, reads = objects.read, list[str]()

    def counted(ref: ObjectRef) -> bytes:
        reads.append(ref.key)
        return read(ref)

    monkeypatch.setattr(objects, "read", counted)
    assert caller.call("DELETE", f"{PATH}/{header['source']}/{header['header']}").json == header
    assert {key for key in reads if key.startswith(("mappings/", "edits/"))} <= {
        keys.mapping_key(header["source"], header["header"]),
        keys.edits_key(header["source"], header["header"]),
    }


def test_a_viewer_neither_reads_nor_forgets_decisions() -> None:
    caller = caller_with_remembered_header()
    (header,) = caller.call("GET", PATH).json["headers"]
    viewer = Caller(caller.lake, ("viewer",), "vera")
    place = f"{PATH}/{header['source']}/{header['header']}"
    assert [viewer.call("GET", PATH).status, viewer.call("DELETE", place).status] == [403, 403]
    assert caller.call("GET", PATH).json["headers"] == [header]
