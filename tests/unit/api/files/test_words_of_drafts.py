"""A draft whose texts became yes or no reads each word as its contract declares it, and no other word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.api.files.test_edited_uploads import checked, created, uploader
from tests.unit.api.files.test_uploads import uploaded

if TYPE_CHECKING:
    from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

WORDS = ["oui", "non", "O", "N", "Oui", "NON", "x", ""]


def of_words() -> tuple[Caller, str]:
    """A caller, and the upload of a file whose dataset declares the words of its column."""
    body = "\n".join(["no;Bio", *(f"K-{at:03};{WORDS[at % 8]}" for at in range(80))]).encode()
    caller = uploader()
    upload_id = uploaded(caller, body, "livraisons.csv", "")
    draft = checked(caller, upload_id).json["draft"]
    assert draft["text_words"]["bio"] == {word: 10 for word in WORDS if word}
    (column,) = [one for one in draft["document"]["schema"][0]["properties"] if one["name"] == "bio"]
    column.clear()
    words = {"trueWords": ["oui", "O"], "falseWords": ["non", "N"], "trim": True}
    column |= {"name": "bio", "logicalType": "boolean", "physicalType": "BOOLEAN"}
    column["customProperties"] = [{"property": "headgate.format", "value": words}]
    assert created(caller, draft["document"]).json["is_in_use"]
    return caller, upload_id


def test_declared_words_are_accepted_in_any_case_and_others_wait() -> None:
    caller, upload_id = of_words()
    result = checked(caller, upload_id, {"dataset": "livraisons"}).json
    assert (result["accepted"], result["quarantined"]) == (70, 10)


def test_a_refused_word_is_corrected_by_a_declared_one_and_by_true_and_false() -> None:
    caller, upload_id = of_words()
    answer = checked(caller, upload_id, {"dataset": "livraisons"})
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    caller.lake.receive(committed["key"])
    path = f"/v1/files/{committed['file_id']}"
    rows = [row["source_row"] for row in caller.call("GET", f"{path}/rejected-rows").json["rows"]]
    chosen = ["true", "false", "oui", "N", None]
    corrections = [
        {"source_row": row, "values": {"bio": value}} for row, value in zip(rows, chosen, strict=False)
    ]
    of_others = {"rule": "type", "column": "bio", "value": "true"}
    asked = {"rows": corrections, "groups": [of_others]}
    sent = caller.call("POST", f"{path}/corrections", asked).json
    lines = caller.lake.objects.contents("raw")[sent["key"]].decode().splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == ["oui", "non", "oui", "N", ""] + ["oui"] * 5
    assert caller.lake.receive(sent["key"]).accepted == 10


@pytest.mark.parametrize(("sign", "zero"), [("", "0"), (" %", "0%")])
def test_a_word_that_means_0_is_0_in_the_check_of_the_draft_and_in_the_lake(sign: str, zero: str) -> None:
    body = "\n".join(["no;rate", *(f"K-{at:03};{at},5{sign}" for at in range(60)), "K-900;free"]).encode()
    caller = uploader()
    upload_id = uploaded(caller, body, "rates.csv", "")
    draft = checked(caller, upload_id).json["draft"]
    (question,) = draft["questions"]
    waiting = next(each["property"] for each in question["answers"] if each["answer"] == "wait")
    (table,) = draft["document"]["schema"]
    table["properties"] = [each if each["name"] != "rate" else waiting for each in table["properties"]]
    steps = [{"kind": "map", "column": "rate", "values": {"free": zero}}]
    edits = {"columns": {"no": "no", "rate": "rate"}, "steps": steps}
    asked = {"document": draft["document"], "edits": edits}
    counted = caller.call("POST", f"/v1/uploads/{upload_id}/draft-check", asked).json
    assert (counted["received"], counted["accepted"]) == (61, 61)
    assert created(caller, draft["document"]).json["is_in_use"]
    result = checked(caller, upload_id, {"dataset": "rates", **edits}).json
    assert (result["accepted"], result["quarantined"]) == (61, 0)
