"""Decisions about items of work queues: who decided what, once, and in SQL too."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.values.parquet_tables import table_of
from tests.unit.api.lakes import REGISTRY, Caller, MemoryLake

pytestmark = pytest.mark.unit

CALLED = {"queue": "customers_to_call", "item_id": "12330", "action": "called", "value": "2412.50"}


@pytest.fixture
def caller() -> Caller:
    return Caller(MemoryLake())


def listed(caller: Caller) -> list[dict[str, str]]:
    decisions: list[dict[str, str]] = caller.call("GET", "/v1/decisions?queue=customers_to_call").json[
        "decisions"
    ]
    return decisions


def test_a_decision_names_its_actor_and_its_time(caller: Caller) -> None:
    caller.call("POST", "/v1/decisions", {**CALLED, "note": " asks again in May "})
    (decision,) = listed(caller)
    assert (decision["decided_by"], decision["note"]) == ("ana", "asks again in May")
    assert decision["decided_at"] < caller.lake.now().isoformat()
    assert (decision["item_id"], decision["action"], decision["value"]) == ("12330", "called", "2412.50")


def test_the_newest_decision_comes_first_and_queues_are_apart(caller: Caller) -> None:
    for action in ("called", "reopen"):
        caller.call("POST", "/v1/decisions", {**CALLED, "action": action})
        caller.lake.moment += timedelta(seconds=1)
    caller.call("POST", "/v1/decisions", {**CALLED, "queue": "other"})
    assert [decision["action"] for decision in listed(caller)] == ["reopen", "called"]


def test_the_same_idempotency_key_decides_once(caller: Caller) -> None:
    ids = {
        caller.call("POST", "/v1/decisions", CALLED, Idempotency_Key=key).json["decision_id"]
        for key in ("a", "a", "b")
    }
    assert (len(ids), len(listed(caller))) == (2, 2)


def test_an_object_of_a_decision_is_a_row_of_the_table(caller: Caller) -> None:
    caller.call("POST", "/v1/decisions", CALLED)
    (body,) = caller.lake.objects.contents("curated", keys.decisions_prefix("customers_to_call")).values()
    rows = table_of(body)
    assert rows.schema.equals(arrow_schema(REGISTRY.lake["decisions"]))
    assert rows.to_pylist()[0]["value"] == Decimal("2412.50")


def test_a_note_keeps_no_card_number(caller: Caller) -> None:
    caller.call(
        "POST", "/v1/decisions", {**CALLED, "action": "note", "note": "paid with 4111 1111 1111 1111"}
    )
    assert "4111 1111 1111 1111" not in listed(caller)[0]["note"]


def test_a_decision_keeps_what_the_list_said_but_for_card_numbers(caller: Caller) -> None:
    caller.call("POST", "/v1/decisions", {**CALLED, "shown": "£212 on 8 Dec, by card 4111 1111 1111 1111"})
    (decision,) = listed(caller)
    assert decision["shown"].startswith("£212 on 8 Dec, by card ")
    assert "4111 1111 1111 1111" not in decision["shown"]


def test_a_decision_of_an_earlier_version_lacks_what_the_list_said(caller: Caller) -> None:
    caller.call("POST", "/v1/decisions", CALLED)
    (place,) = caller.lake.objects.contents("curated", keys.decisions_prefix("customers_to_call"))
    ref = ObjectRef(caller.lake.bucket("curated"), place)
    sink = io.BytesIO()
    pq.write_table(table_of(caller.lake.objects.read(ref)).drop_columns(["shown"]), sink)
    caller.lake.objects.write(ref, sink.getvalue())
    assert [decision["shown"] for decision in listed(caller)] == [""]


def test_an_action_with_a_prompt_needs_a_note() -> None:
    """As the console asks for it, so does the API; other actions of the queue need none."""
    actions = [
        {"name": "complaint", "label": "Complaint", "key": "c", "note_prompt": "What is it about?"},
        {"name": "called", "label": "Called", "key": "k"},
    ]
    queue = {"name": "customers_to_call", "title": "Calls", "table": "calls", "sql": "SELECT 1"}
    board = {"system": "calls", "title": "Calls", "panels": [], "queues": [{**queue, "actions": actions}]}
    caller = Caller(MemoryLake(pushed_dashboards={"calls": json.dumps(board)}))
    complaint = {**CALLED, "action": "complaint"}
    refused = caller.call("POST", "/v1/decisions", {**complaint, "note": "  "})
    assert (refused.status, refused.json["errors"][0]["where"]) == (422, "body.note")
    assert "What is it about?" in refused.json["errors"][0]["message"]
    assert listed(caller) == []
    for accepted in (CALLED, {**complaint, "note": "late parcel"}, {**complaint, "queue": "other"}):
        assert caller.call("POST", "/v1/decisions", accepted).status < 300


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"action": "note"}, "body.note"),
        ({"action": "assign"}, "body.assignee"),
        ({"queue": "../raw"}, "body.queue"),
        ({"value": "much"}, "body.value"),
    ],
)
def test_a_decision_that_says_too_little_is_refused(
    caller: Caller, change: dict[str, str], where: str
) -> None:
    answer = caller.call("POST", "/v1/decisions", {**CALLED, **change})
    assert (answer.status, answer.json["errors"][0]["where"]) == (422, where)
    assert listed(caller) == []
