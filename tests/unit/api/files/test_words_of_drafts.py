"""A draft whose texts became yes or no reads each word as its contract declares it, and no other word."""

from __future__ import annotations

import pytest

from tests.unit.api.files.test_edited_uploads import checked, created, uploader
from tests.unit.api.files.test_uploads import uploaded

pytestmark = pytest.mark.unit

WORDS = ["oui", "non", "O", "N", "Oui", "NON", "x", ""]


def test_declared_words_are_accepted_in_any_case_and_others_wait() -> None:
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
    result = checked(caller, upload_id, {"dataset": "livraisons"}).json
    assert (result["accepted"], result["quarantined"]) == (70, 10)
