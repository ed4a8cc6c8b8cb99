"""An export of a dataset, edited in a spreadsheet program, comes in without a decision."""

from __future__ import annotations

import pytest

from tests.unit.api.files.test_edited_uploads import checked, created, uploader
from tests.unit.api.files.test_uploads import uploaded as uploaded_to

pytestmark = pytest.mark.unit

FILE = "bolla;pagato il;importo\n" + "".join(f"B{n};{n + 10}/09/2026;1.{n + 100},5{n}\n" for n in range(9))


@pytest.mark.parametrize("dataset", ["tari", ""])
def test_an_edited_export_is_read_in_plain_form_although_the_source_writes_commas(dataset: str) -> None:
    caller = uploader()
    first = checked(caller, uploaded_to(caller, FILE.encode(), "tari.csv", "")).json
    document = first["draft"]["document"]
    assert created(caller, document).json["is_in_use"]
    names = [column["name"] for column in document["schema"][0]["properties"]]
    header = ",".join([*names, "new_columns", "_content_sha256", "_source_row"])
    rows = "".join(f"B{n},2026-09-{n + 10},1{n + 100}.5{n},,{'0f' * 32},{n}\n" for n in range(9))
    export = f"\ufeff{header}\n{rows}"
    answer = checked(caller, uploaded_to(caller, export.encode(), "export_tari.csv", dataset)).json
    assert (answer["outcome"], answer["accepted"], answer["quarantined"]) == ("done", 9, 0)
    assert {name for name, field in answer["edits"]["columns"].items() if field} == {*names}
    assert not answer["kept_columns"]
