"""The note of a column of lists names statements that read one value and all of them."""

import json

import pytest

from headgate.drafts.draft_contract import draft_from_sample

pytestmark = pytest.mark.unit


def test_the_note_of_a_list_reads_its_first_value_and_all_values() -> None:
    rows = [{"id": number, "tags": ["vip", "b2b"][: number % 3]} for number in range(1, 30)]
    draft = draft_from_sample(json.dumps(rows).encode(), "orders")
    (note,) = (finding.message for finding in draft.findings if finding.column == "tags")
    assert "json_extract_scalar(tags, '$[0]')" in note
    assert "cast(json_parse(tags) as array(json))" in note
