"""Lists and objects are JSON text that is masked only if a value needs it; the note says how to read them.

Real files: `seals` (list of texts) and `stops` (list of objects) in Parquet, which were hidden as sensitive.
"""

import json

import pyarrow as pa
import pytest

from headgate.contracts.hidden_values import HiddenBy
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.drafts.draft_contract import draft_from_sample
from headgate.matching.sensitive_columns import possibly_sensitive

pytestmark = pytest.mark.unit


def test_the_note_of_a_list_reads_its_first_value_and_all_values() -> None:
    rows = [{"id": number, "tags": ["vip", "b2b"][: number % 3]} for number in range(1, 30)]
    draft = draft_from_sample(json.dumps(rows).encode(), "orders")
    (note,) = (finding.message for finding in draft.findings if finding.column == "tags")
    assert "json_extract_scalar(tags, '$[0]')" in note
    assert "cast(json_parse(tags) as array(json))" in note


@pytest.mark.parametrize(
    ("values", "mask"),
    [
        (["S24838", "S61044"], None),
        ([1, 2, 3], None),
        ([{"dock": 4, "min": 7}, {"dock": 5, "min": 9}], None),
        (["vip", "gold", "new", "late", "paid"], None),
        (["4111 1111 1111 1111"], Mask.FREE_TEXT),
        ([4111111111111111], Mask.FREE_TEXT),
        (["123-45-6789"], Mask.FREE_TEXT),
        ([{"cvv": "123"}], Mask.FREE_TEXT),
        (["The customer asked us to call back after lunch"], Mask.FREE_TEXT),
    ],
)
def test_lists_are_masked_only_if_a_value_needs_it(values: list[object], mask: Mask | None) -> None:
    rows = [{"id": number, "tags": values[: 1 + number % len(values)]} for number in range(1, 130)]
    draft = draft_from_sample(json.dumps(rows).encode(), "orders")
    column = draft.contract.column("tags")
    assert (column.mask, column.rules, draft.contract.key) == (mask, column.rules, ("id",))
    assert not {"valid_values", "max_length"} & {rule.name for rule in column.rules}
    (note,) = (each.message for each in draft.findings if "kept as JSON text" in each.message)
    assert ("card numbers are replaced" in note) == (mask is Mask.FREE_TEXT)


@pytest.mark.parametrize(("seal", "rule"), [("S24838", None), ("4111111111111111", HiddenBy.SECRETS)])
def test_a_new_list_is_hidden_only_by_its_values(seal: str, rule: HiddenBy | None) -> None:
    card = Column("card", ColumnType(Kind.STRING), mask=Mask.PAN)
    contract = Contract("c", "orders", "source", "1", (card,))
    hidden = possibly_sensitive(contract, {"seals": pa.array([[seal], None])})
    assert hidden == ({"seals": rule} if rule else {})
