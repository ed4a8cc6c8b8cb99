"""Notes on days: who wrote what, once, for every chart over time and in SQL too."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest

from headgate.api.http.access import Group
from headgate.contracts.types import arrow_schema
from headgate.lake.ports import ObjectRef
from headgate.values.parquet_tables import table_of
from tests.unit.api.lakes import REGISTRY, Caller, MemoryLake

pytestmark = pytest.mark.unit

FLOOD = {"noted_on": "2026-03-14", "note": "flood in the warehouse"}


@pytest.fixture
def caller() -> Caller:
    return Caller(MemoryLake())


def listed(caller: Caller) -> list[dict[str, str]]:
    notes: list[dict[str, str]] = caller.call("GET", "/v1/annotations").json["annotations"]
    return notes


def rows(caller: Caller) -> list[dict[str, Any]]:
    """Return the rows of the table."""
    bodies = caller.lake.objects.contents("curated", "annotations/").values()
    return [row for body in bodies for row in table_of(body).to_pylist()]


def test_a_note_names_its_day_its_author_and_its_time(caller: Caller) -> None:
    caller.call("POST", "/v1/annotations", {**FLOOD, "note": " flood in the warehouse "})
    (note,) = listed(caller)
    assert (note["noted_on"], note["note"], note["written_by"]) == (*FLOOD.values(), "ana")
    assert note["written_at"] < caller.lake.now().isoformat()


def test_a_note_is_about_every_chart_a_dashboard_or_a_panel(caller: Caller) -> None:
    for place in ("", "sales", "sales/weeks"):
        assert caller.call("POST", "/v1/annotations", {**FLOOD, "shown_on": place}).status == 200
    assert sorted(note["shown_on"] for note in listed(caller)) == ["", "sales", "sales/weeks"]
    assert {row["shown_on"] for row in rows(caller)} == {None, "sales", "sales/weeks"}
    for place in ("/weeks", "sales/4111111111111111"):
        assert caller.call("POST", "/v1/annotations", {**FLOOD, "shown_on": place}).status == 422


def test_a_note_of_an_earlier_version_is_about_every_chart(caller: Caller) -> None:
    note = caller.call("POST", "/v1/annotations", FLOOD).json["annotation_id"]
    ((key, body),) = caller.lake.objects.contents("curated", "annotations/").items()
    sink = io.BytesIO()
    pq.write_table(table_of(body).drop_columns(["shown_on"]), sink)
    caller.lake.objects.write(ObjectRef("curated", key), sink.getvalue())
    assert [each["shown_on"] for each in listed(caller)] == [""]
    assert caller.call("DELETE", f"/v1/annotations/{note}").json == {"annotations": []}


def test_notes_come_in_the_order_of_their_days(caller: Caller) -> None:
    for day in ("2026-03-14", "2025-12-01", "2026-01-31"):
        caller.call("POST", "/v1/annotations", {**FLOOD, "noted_on": day})
    assert [note["noted_on"] for note in listed(caller)] == ["2025-12-01", "2026-01-31", "2026-03-14"]


def test_the_same_idempotency_key_writes_once(caller: Caller) -> None:
    ids = [
        caller.call("POST", "/v1/annotations", FLOOD, Idempotency_Key=key).json["annotation_id"]
        for key in ("a", "a", "b")
    ]
    assert (ids[0], len(set(ids)), len(listed(caller))) == (ids[1], 2, 2)


def test_an_object_of_a_note_is_a_row_of_the_table(caller: Caller) -> None:
    caller.call("POST", "/v1/annotations", FLOOD)
    (body,) = caller.lake.objects.contents("curated", "annotations/2026-03-14/").values()
    assert table_of(body).schema.equals(arrow_schema(REGISTRY.lake["annotations"]))
    assert rows(caller)[0]["noted_on"] == date(2026, 3, 14)


def test_a_withdrawn_note_is_not_shown_and_its_row_states_who_withdrew_it(caller: Caller) -> None:
    note = caller.call("POST", "/v1/annotations", FLOOD).json["annotation_id"]
    caller.lake.moment += timedelta(seconds=1)
    for _ in range(2):
        assert caller.call("DELETE", f"/v1/annotations/{note}").json == {"annotations": []}
    (row,) = rows(caller)
    assert (row["note"], row["withdrawn_by"]) == (FLOOD["note"], "ana")
    assert row["withdrawn_at"] > row["written_at"]


def test_only_its_author_and_operators_withdraw_a_note(caller: Caller) -> None:
    note = caller.call("POST", "/v1/annotations", FLOOD).json["annotation_id"]
    somebody = Caller(caller.lake, (Group.UPLOADER,), name="uma")
    assert somebody.call("DELETE", f"/v1/annotations/{note}").status == 403
    assert len(listed(caller)) == 1
    own = somebody.call("POST", "/v1/annotations", FLOOD).json["annotation_id"]
    assert somebody.call("DELETE", f"/v1/annotations/{own}").status == 200
    operator = Caller(caller.lake, (Group.OPERATOR,), name="otto")
    assert operator.call("DELETE", f"/v1/annotations/{note}").json == {"annotations": []}


def test_a_note_keeps_no_card_number(caller: Caller) -> None:
    caller.call("POST", "/v1/annotations", {**FLOOD, "note": "paid with 4111 1111 1111 1111"})
    assert "4111 1111 1111 1111" not in str(rows(caller))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"noted_on": "2026-02-30"}, "body.noted_on"),
        ({"noted_on": "../raw"}, "body.noted_on"),
        ({"note": "  "}, "body.note"),
        ({"note": "x" * 301}, "body.note"),
    ],
)
def test_a_note_that_says_too_little_is_refused(caller: Caller, change: dict[str, str], where: str) -> None:
    answer = caller.call("POST", "/v1/annotations", {**FLOOD, **change})
    assert (answer.status, answer.json["errors"][0]["where"]) == (422, where)
    assert rows(caller) == []


def test_a_note_that_is_not_there_is_a_404(caller: Caller) -> None:
    assert caller.call("DELETE", f"/v1/annotations/{'0' * 32}").status == 404
