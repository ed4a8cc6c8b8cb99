"""A dataset that a person created is removed with its rows, and comes back while its originals are kept."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from headgate.api.files import contract_drafts, removals
from headgate.errors import ServiceError
from headgate.intake.files import remove_dataset
from headgate.lake.created_datasets import Author
from headgate.lake.ports import ObjectRef
from headgate.lake.states import Action
from tests.unit.api.files.test_edited_uploads import created, drafted, renamed, with_column
from tests.unit.api.lakes import Answer, Caller, MemoryLake, processor

pytestmark = pytest.mark.unit

DATASET = "lieferant_mueller"
ROWS = b"sku;preis\nA-1;1,50\nA-2;2,75\nA-3;3,10\n"
MORE = b"sku;preis\nA-7;1,50\nA-8;teuer\n"
PATH = f"/v1/datasets/{DATASET}/removal"


def sent(caller: Caller, name: str, body: bytes) -> str:
    """The id of a file that the gate has processed."""
    return caller.lake.receive(f"{DATASET}/{name}", body).file_id


@pytest.fixture(scope="module")
def lake_with_dataset() -> MemoryLake:
    """A lake with the dataset and two files of it, the second with a refused row; tests change copies."""
    caller = Caller(MemoryLake(), groups=("uploader",))
    document = drafted(caller)
    assert created(caller, document).status == 200
    sent(caller, "a.csv", ROWS)
    sent(caller, "b.csv", MORE)
    return caller.lake


@pytest.fixture
def maker(lake_with_dataset: MemoryLake) -> Caller:
    """Who created the dataset and sent its files."""
    return Caller(lake_with_dataset.copy(), groups=("uploader",))


def contract(caller: Caller) -> dict[str, Any]:
    """The contract as it was stored."""
    text = caller.lake.objects.contents("artifacts")[f"contract_drafts/{DATASET}.yaml"]
    return dict(json.loads(text))


def states(caller: Caller) -> dict[str, str]:
    """The state of each file of the dataset."""
    return {
        record.key: record.state.value for record in caller.lake.ledger.records() if record.dataset == DATASET
    }


def increments(caller: Caller) -> dict[str, bytes]:
    """The accepted rows; marks of replays are left out."""
    stored = caller.lake.objects.contents("curated").items()
    return {key: body for key, body in stored if key.endswith(".parquet")}


def waiting(caller: Caller, dataset: str) -> Answer:
    """Hand in a contract that needs a deployment."""
    text: dict[str, Any] = {"logicalType": "string", "physicalType": "VARCHAR(80)", "customProperties": []}
    text |= {"classification": "personal"}
    return created(caller, renamed(with_column(contract(caller), **text), dataset))


def left_by_a_dead_worker(caller: Caller, name: str, action: Action = Action.REOPEN) -> None:
    """Leave a file as a worker does that dies, with a lease that has ended."""
    (record,) = [record for record in caller.lake.ledger.records() if record.key == f"{DATASET}/{name}"]
    caller.lake.ledger.reopen(record.file_id, now=caller.lake.now(), lease_s=0, action=action)


def back_in_use_without_files(caller: Caller) -> None:
    """Take the removal back in part: there is no time for a file."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(removals, "_MAX_WORK_S", -1)
        assert caller.call("DELETE", PATH).json["left"]


def restorable(caller: Caller, name: str) -> bool:
    """Whether an operator can take the undo of a single file back."""
    (record,) = [record for record in caller.lake.ledger.records() if record.key == f"{DATASET}/{name}"]
    operator = Caller(caller.lake, groups=("operator",))
    preview = operator.call("GET", f"/v1/files/{record.file_id}/revert").json
    return bool(preview["may_restore"])


def referring(caller: Caller, dataset: str) -> Answer:
    """Create a dataset with a column that refers to the first one."""
    document: dict[str, Any] = renamed(contract(caller), dataset)
    table = document["schema"][0]
    first, *others = table["properties"]
    refers = {"relationships": [{"to": f"{DATASET}.{first['name']}"}]}
    document["schema"] = [{**table, "properties": [{**first, **refers}, *others]}]
    return created(caller, document)


def drafts(caller: Caller) -> dict[str, bytes]:
    """The contracts that people wrote, with their authors."""
    stored = caller.lake.objects.contents("artifacts").items()
    return {key: body for key, body in stored if key.startswith("contract_drafts/")}


def keep(caller: Caller, document: dict[str, Any]) -> None:
    """Replace the contract that is kept for the way back."""
    place = ObjectRef("artifacts", f"contract_drafts/{DATASET}.yaml")
    caller.lake.objects.write(place, json.dumps(document).encode())


def question(caller: Caller, name: str, sql: str) -> Answer:
    shown = {"kind": "table", "x": "", "y": [], "series": "", "is_pinned": False}
    return caller.call("PUT", "/v1/kept-questions", {"name": name, "sql": sql, **shown})


def test_a_removal_says_before_what_goes(maker: Caller) -> None:
    maker.lake.catalog.create("ecommerce_curated", DATASET)
    question(maker, "Dearest", "SELECT * FROM ecommerce_curated.lieferant_mueller")
    question(maker, "Other", "SELECT 'lieferant_mueller' FROM ecommerce_curated.payments")
    question(maker, "Prod", "SELECT * FROM ecommerce_prod.lieferant_mueller")
    effects = maker.call("GET", PATH).json
    assert effects["state"] == "in_use"
    assert (effects["files"], effects["accepted"], effects["refused"]) == (2, 4, 1)
    assert effects["table"] == f"ecommerce_curated.{DATASET}"
    assert effects["questions"] == [{"name": "Dearest", "by": maker.name}]
    assert (effects["may_remove"], effects["may_restore"], effects["created_by"]) == (True, False, maker.name)


def effects_on_dashboards(caller: Caller, *boards: dict[str, Any]) -> list[dict[str, str]]:
    """The dashboards of the lake project that a removal is said to break."""
    caller.lake.pushed_dashboards = {board["system"]: json.dumps(board) for board in boards}
    return list(caller.call("GET", PATH).json["dashboards"])


def board_of(system: str, panel_sql: str, **parts: object) -> dict[str, Any]:
    panel = {"name": "rows", "question": "How many rows?", "kind": "kpi", "table": "t", "sql": panel_sql}
    return {"system": system, "title": system.title(), "panels": [panel], **parts}


NOTHING_READ = "SELECT 1 AS value, 0 AS before"


def test_a_removal_names_the_dashboards_whose_panels_read_the_table(maker: Caller) -> None:
    counting = "SELECT count(*) AS value, 0 AS before FROM awsdatacatalog.ecommerce_curated.lieferant_mueller"
    shadowing = "WITH lieferant_mueller AS (SELECT 1 AS value, 0 AS before) SELECT * FROM lieferant_mueller"
    assert effects_on_dashboards(
        maker,
        board_of("prices", counting),
        board_of("quiet", NOTHING_READ),
        board_of("shadow", shadowing),
    ) == [{"system": "prices", "title": "Prices"}]


def test_a_removal_names_a_dashboard_that_a_person_wrote(maker: Caller) -> None:
    panel = {"name": "Rows", "sql": "SELECT a.sku FROM payments p, lieferant_mueller a", "kind": "table"}
    written = {"title": "Prices", "panels": [{**panel, "x": "", "y": []}]}
    operator = Caller(maker.lake, groups=("operator",))
    assert operator.call("PUT", "/v1/dashboards/prices", written).status == 200
    assert maker.call("GET", PATH).json["dashboards"] == [{"system": "prices", "title": "Prices"}]


@pytest.mark.parametrize("place", ["sql", "missing_sql", "evidence"])
def test_a_removal_names_a_dashboard_whose_queue_reads_the_table(maker: Caller, place: str) -> None:
    reading = "SELECT sku FROM ecommerce_curated.lieferant_mueller"
    evidence = {"title": "Rows", "table": "t", "sql": f"{reading} WHERE sku = {{item_id}}"}
    queue: dict[str, Any] = {
        "name": "check",
        "title": "Check",
        "table": "t",
        "sql": "SELECT 'a' AS item_id, 'b' AS subject, 'c' AS reason, 1 AS value",
        "actions": [{"name": "close", "label": "Close", "key": "c"}],
    }
    queue[place] = [evidence] if place == "evidence" else reading
    boards = [board_of("prices", NOTHING_READ, queues=[queue]), board_of("quiet", NOTHING_READ)]
    assert effects_on_dashboards(maker, *boards) == [{"system": "prices", "title": "Prices"}]


def test_each_statement_of_a_dashboard_is_read_at_any_depth() -> None:
    part = {"sql": "a", "title": "sql", "queues": ({"missing_sql": "b", "evidence": [{"sql": "c"}]},)}
    assert list(removals._statements(part)) == ["a", "b", "c"]
    assert list(removals._statements({"sql": None, "rows": 3, "title": "SELECT"})) == []


def test_a_removed_dataset_has_no_contract_and_no_row(maker: Caller) -> None:
    removed = maker.call("POST", PATH).json
    assert (removed["done"], removed["left"]) == (2, 0)
    assert maker.call("GET", f"/v1/contracts/source/{DATASET}").status == 404
    assert increments(maker) == {}
    assert set(states(maker).values()) == {"reverted"}
    assert f"{DATASET}/a.csv" in maker.lake.objects.contents("raw")
    shown = maker.call("GET", PATH).json
    assert (shown["state"], shown["removed_by"], shown["removed_files"]) == ("removed", maker.name, 2)
    (draft,) = maker.call("GET", "/v1/contract-drafts").json["drafts"]
    assert (draft["is_in_use"], draft["removed_by"]) == (False, maker.name)


def test_each_file_records_who_removed_its_dataset(maker: Caller) -> None:
    maker.call("POST", PATH)
    records = [record for record in maker.lake.ledger.records() if record.dataset == DATASET]
    assert {record.error["reverted_by"] for record in records} == {maker.name}
    assert all(f"its dataset was removed by {maker.name}" in record.error["message"] for record in records)


def test_a_removal_can_be_taken_back_with_all_rows(maker: Caller) -> None:
    before = states(maker), increments(maker)
    maker.call("POST", PATH)
    back = maker.call("DELETE", PATH).json
    assert (back["done"], back["left"], back["lost"]) == (2, 0, [])
    assert (states(maker), increments(maker)) == before
    assert maker.call("GET", f"/v1/contracts/source/{DATASET}").status == 200
    assert maker.call("GET", PATH).json["state"] == "in_use"
    assert maker.call("DELETE", PATH).status == 404


def test_a_file_whose_original_is_gone_is_named_when_the_others_come_back(maker: Caller) -> None:
    maker.call("POST", PATH)
    records = {record.key: record for record in maker.lake.ledger.records()}
    maker.lake.objects.delete(records[f"{DATASET}/a.csv"].ref)
    back = maker.call("DELETE", PATH).json
    assert (back["done"], back["left"], back["lost"]) == (1, 0, [f"{DATASET}/a.csv"])
    assert states(maker)[f"{DATASET}/b.csv"] == "done"


def test_a_removal_without_time_is_continued_by_the_next_call(
    maker: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(removals, "_MAX_WORK_S", -1)
        assert maker.call("POST", PATH).json["left"] == 2
        assert maker.call("GET", f"/v1/contracts/source/{DATASET}").status == 404
        assert created(maker, with_column(contract(maker), description="Net price")).status == 409
    assert maker.call("GET", PATH).json["may_remove"] is True
    assert maker.call("POST", PATH).json["left"] == 0
    with monkeypatch.context() as patched:
        patched.setattr(removals, "_MAX_WORK_S", -1)
        assert maker.call("DELETE", PATH).json["left"] == 2
    assert maker.call("DELETE", PATH).json == {
        "dataset": DATASET,
        "done": 2,
        "left": 0,
        "lost": [],
        "too_large": [],
    }


def test_a_removal_is_not_over_while_a_file_is_still_being_checked(maker: Caller) -> None:
    checked = next(record for record in maker.lake.ledger.records() if record.key == f"{DATASET}/a.csv")
    maker.lake.ledger.reopen(checked.file_id, now=maker.lake.now(), lease_s=60)
    assert maker.call("POST", PATH).json["left"] == 1
    during = maker.call("GET", PATH).json
    assert (during["files"], during["under_way"], during["may_remove"]) == (0, 1, True)
    maker.lake.ledger.finish(checked)
    assert maker.call("POST", PATH).json["left"] == 0
    assert maker.call("GET", PATH).json["may_remove"] is False


def test_a_name_is_free_after_its_dataset_was_removed(maker: Caller) -> None:
    document = contract(maker)
    maker.call("POST", PATH)
    assert created(maker, with_column(document, description="Net price")).json["is_in_use"] is True
    assert sent(maker, "c.csv", ROWS)
    assert states(maker)[f"{DATASET}/c.csv"] == "done"
    assert maker.call("DELETE", PATH).status == 404


def test_a_file_of_a_removed_dataset_comes_back_only_with_it(maker: Caller) -> None:
    file_id = sent(maker, "d.csv", b"sku;preis\nA-9;9,50\n")
    maker.call("POST", PATH)
    operator = Caller(maker.lake, groups=("operator",))
    assert operator.call("GET", f"/v1/files/{file_id}/revert").json["may_restore"] is False
    answer = operator.call("DELETE", f"/v1/files/{file_id}/revert")
    assert (answer.status, "take its removal back" in answer.json["detail"]) == (409, True)


def test_files_that_come_later_to_the_folder_of_a_removed_dataset_are_not_its_files(maker: Caller) -> None:
    maker.call("POST", PATH)
    sent(maker, "late.csv", b"other;cells\n1;2\n")
    assert maker.call("GET", PATH).json["files"] == 0
    assert maker.call("DELETE", PATH).json["done"] == 2


def test_only_its_maker_and_operators_remove_a_dataset(maker: Caller) -> None:
    other = Caller(maker.lake, name="ben@example.com", groups=("uploader",))
    effects = other.call("GET", PATH).json
    assert (effects["may_remove"], maker.name in effects["reason"]) == (False, True)
    assert effects["may_describe"] is False
    assert other.call("POST", PATH).status == 403
    operator = Caller(maker.lake, name="zoe@example.com", groups=("operator",))
    assert operator.call("POST", PATH).json["left"] == 0
    assert other.call("DELETE", PATH).status == 403
    assert maker.call("DELETE", PATH).json["left"] == 0


def test_a_dataset_of_the_project_is_not_removed_here(maker: Caller) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = maker.call(method, "/v1/datasets/payments/removal")
        assert (answer.status, "Nobody created" in answer.json["detail"]) == (404, True)


def test_a_dataset_that_another_one_refers_to_stays(maker: Caller) -> None:
    assert referring(maker, "bestellungen").status == 200
    answer = maker.call("POST", PATH)
    assert (answer.status, "bestellungen refer to" in answer.json["detail"]) == (409, True)
    effects = maker.call("GET", PATH).json
    assert (effects["may_remove"], effects["may_describe"]) == (False, True)
    assert "bestellungen refer to" in effects["reason"]


def test_a_dataset_that_waits_for_a_deployment_is_withdrawn(maker: Caller) -> None:
    waiting(maker, "kunden")
    path = "/v1/datasets/kunden/removal"
    assert maker.call("GET", path).json["state"] == "waiting"
    assert maker.call("POST", path).json["done"] == 0
    assert maker.call("GET", path).json["state"] == "removed"
    assert maker.call("DELETE", path).json["left"] == 0
    assert maker.call("GET", path).json["state"] == "waiting"
    assert "kunden" not in maker.lake.contracts.source


def test_its_maker_and_operators_describe_a_dataset(maker: Caller) -> None:
    place = f"/v1/contract-drafts/{DATASET}/description"
    sent(maker, "d.csv", b"sku;preis\nA-9;9,50\n")
    described = maker.call("PUT", place, {"description": "Prices of Müller"})
    assert (described.status, described.json["by"]) == (200, maker.name)
    detail = maker.call("GET", f"/v1/contracts/source/{DATASET}").json
    assert detail["description"] == "Prices of Müller"
    other = Caller(maker.lake, name="ben@example.com", groups=("uploader",))
    assert other.call("PUT", place, {"description": "Mine"}).status == 403
    operator = Caller(maker.lake, name="zoe@example.com", groups=("operator", "uploader"))
    assert operator.call("PUT", place, {"description": "Prices of Müller"}).json["by"] == maker.name
    card = {"description": "4111 1111 1111 1111"}
    assert maker.call("PUT", place, card).status == 422
    assert (
        maker.call("PUT", "/v1/contract-drafts/payments/description", card | {"description": ""}).status
        == 404
    )
    assert contract(maker)["schema"][0]["description"] == "Prices of Müller"


def test_its_maker_describes_columns_and_others_keep_theirs(maker: Caller) -> None:
    place = f"/v1/contract-drafts/{DATASET}/description"
    for name, text in (("preis", "Price without tax"), ("sku", "Number of the supplier")):
        described = maker.call("PUT", place, {"description": "Prices", "columns": {name: text}})
        assert described.status == 200, described.text
    columns = maker.call("GET", f"/v1/contracts/source/{DATASET}").json["column_list"]
    assert {column["name"]: column["description"] for column in columns} == {
        "preis": "Price without tax",
        "sku": "Number of the supplier",
    }
    unknown = maker.call("PUT", place, {"description": "Prices", "columns": {"farbe": "Its color"}})
    assert (unknown.status, "has no column farbe" in unknown.text) == (422, True)
    card = maker.call("PUT", place, {"description": "Prices", "columns": {"sku": "4111 1111 1111 1111"}})
    assert card.status == 422


def test_its_maker_says_which_columns_are_about_people(maker: Caller) -> None:
    place = f"/v1/contract-drafts/{DATASET}/description"
    asked = {"description": "Prices", "personal": {"sku": True}}
    assert maker.call("GET", PATH).json["may_mark_people"] is False
    refused = maker.call("PUT", place, asked)
    assert (refused.status, "a deployment decides" in refused.json["detail"]) == (422, True)
    maker.lake.takes_people = True
    assert maker.call("GET", PATH).json["may_mark_people"] is True
    assert maker.call("PUT", place, asked).json["is_in_use"] is True
    assert maker.lake.contracts.source[DATASET].personal == ("sku",)
    shown = {**asked, "personal": {"sku": False}}
    assert maker.call("PUT", place, shown).status == 403
    operator = Caller(maker.lake, name="zoe@example.com", groups=("operator", "uploader"))
    assert operator.call("PUT", place, shown).status == 200
    assert maker.lake.contracts.source[DATASET].personal == ()


def test_a_removal_that_a_service_interrupted_is_completed_by_the_next_call(
    maker: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: ObjectRef) -> None:
        raise ServiceError("delete the rows: InternalError on DeleteObject")

    with monkeypatch.context() as patched:
        patched.setattr(maker.lake.objects, "delete", fail)
        assert maker.call("POST", PATH).status == 502
    assert "reverting" in states(maker).values()
    assert maker.call("GET", PATH).json["may_remove"] is True
    assert maker.call("POST", PATH).json["left"] == 0
    assert (set(states(maker).values()), increments(maker)) == ({"reverted"}, {})


def test_a_file_of_a_dead_worker_is_reverted_and_that_of_a_live_one_is_left(maker: Caller) -> None:
    left_by_a_dead_worker(maker, "a.csv")
    (live,) = [record for record in maker.lake.ledger.records() if record.key == f"{DATASET}/b.csv"]
    reopened = maker.lake.ledger.reopen(live.file_id, now=maker.lake.now(), lease_s=300)
    removed = maker.call("POST", PATH).json
    assert (removed["done"], removed["left"]) == (1, 1)
    maker.lake.ledger.release(reopened)
    assert maker.call("POST", PATH).json["left"] == 0
    assert (set(states(maker).values()), increments(maker)) == ({"reverted"}, {})


def test_a_restore_that_died_leaves_no_row_behind_the_next_removal(maker: Caller) -> None:
    before = increments(maker)
    had = {record.key: record.received for record in maker.lake.ledger.records()}
    maker.call("POST", PATH)
    back_in_use_without_files(maker)
    left_by_a_dead_worker(maker, "a.csv")
    for key, rows in before.items():
        maker.lake.objects.write(ObjectRef("curated", key), rows)
    maker.call("POST", PATH)
    left_by_a_dead_worker(maker, "b.csv")
    assert maker.call("POST", PATH).json["left"] == 0
    assert (set(states(maker).values()), "a.csv" in str(increments(maker))) == ({"reverted"}, False)
    records = maker.lake.ledger.records()
    assert {record.key: json.loads(record.error["had"])["received"] for record in records} == had
    assert maker.call("DELETE", PATH).json["done"] == 2
    assert increments(maker) == before


def test_a_removal_after_a_restore_in_part_covers_files_that_came_in_between(maker: Caller) -> None:
    maker.call("POST", PATH)
    first = maker.call("GET", PATH).json["removed_at"]
    back_in_use_without_files(maker)
    sent(maker, "c.csv", b"sku;preis\nA-9;9,50\n")
    assert maker.call("GET", PATH).json["files"] == 1
    operator = Caller(maker.lake, name="zoe@example.com", groups=("operator",))
    assert operator.call("POST", PATH).json["left"] == 0
    assert (set(states(maker).values()), increments(maker)) == ({"reverted"}, {})
    shown = maker.call("GET", PATH).json
    assert (shown["removed_files"], shown["removed_by"]) == (3, "zoe@example.com")
    assert shown["removed_at"] > first
    assert maker.call("DELETE", PATH).json["done"] == 3


def test_a_file_that_is_accepted_with_the_earlier_contracts_is_left_for_the_removal(maker: Caller) -> None:
    ports, rules = maker.lake.gate
    maker.call("POST", PATH)
    place = ObjectRef("raw", f"{DATASET}/late.csv")
    maker.lake.objects.write(place, b"sku;preis\nA-9;9,50\n")
    processor(ports, rules).process(maker.lake.objects.info(place).ref)
    assert states(maker)[f"{DATASET}/late.csv"] == "done"
    shown = maker.call("GET", PATH).json
    assert (shown["files"], shown["may_remove"]) == (1, True)
    assert maker.call("POST", PATH).json["left"] == 0
    assert increments(maker) == {}


def test_a_file_without_rows_stays_as_it_is_through_a_removal_and_back(maker: Caller) -> None:
    sent(maker, "pending.csv", b"other;cells\n1;2\n")
    before = states(maker)
    assert set(before.values()) == {"done", before[f"{DATASET}/pending.csv"]} != {"done"}
    assert maker.call("GET", PATH).json["files"] == 2
    maker.call("POST", PATH)
    assert states(maker)[f"{DATASET}/pending.csv"] == before[f"{DATASET}/pending.csv"]
    back = maker.call("DELETE", PATH).json
    assert (back["done"], back["lost"], states(maker)) == (2, [], before)


def test_a_draft_that_was_never_in_use_is_withdrawn_without_the_files_of_its_folder(maker: Caller) -> None:
    ports, rules = maker.lake.gate
    waiting(maker, "kunden")
    place = ObjectRef("raw", "kunden/theirs.csv")
    maker.lake.objects.write(place, ROWS)
    contracts = dict(rules.contracts) | {"kunden": rules.contracts[DATASET]}
    theirs = processor(ports, replace(rules, contracts=contracts)).process(maker.lake.objects.info(place).ref)
    assert (theirs.dataset, theirs.state.value) == ("kunden", "done")
    path = "/v1/datasets/kunden/removal"
    for _ in range(2):
        assert maker.call("GET", path).json["files"] == 0
        assert maker.call("POST", path).json["done"] == 0
    assert maker.lake.ledger.get(theirs.file_id) == theirs


def test_a_file_that_the_gate_rejects_now_is_named_and_can_be_restored_alone(maker: Caller) -> None:
    document = contract(maker)
    maker.call("POST", PATH)
    assert not restorable(maker, "a.csv")
    table = document["schema"][0]
    colour = {"name": "farbe", "logicalType": "string", "physicalType": "VARCHAR(80)", "required": True}
    keep(maker, {**document, "schema": [{**table, "properties": [*table["properties"], colour]}]})
    back = maker.call("DELETE", PATH).json
    assert (back["done"], back["left"]) == (0, 0)
    assert back["lost"] == [f"{DATASET}/a.csv", f"{DATASET}/b.csv"]
    assert set(states(maker).values()) == {"reverted"}
    assert restorable(maker, "a.csv")
    remedies = {record.error["remedy"].partition(" replay")[0] for record in maker.lake.ledger.records()}
    assert remedies == {"`headgate quarantine"}


def test_a_contract_that_needs_a_deployment_since_is_no_way_back_for_files(maker: Caller) -> None:
    document = contract(maker)
    maker.call("POST", PATH)
    text: dict[str, Any] = {"logicalType": "string", "physicalType": "VARCHAR(80)", "customProperties": []}
    keep(maker, with_column(document, **text, classification="personal"))
    answer = maker.call("DELETE", PATH)
    assert (answer.status, "needs a deployment now" in answer.json["detail"]) == (409, True)
    assert maker.call("GET", PATH).json["removed_files"] == 2
    keep(maker, document)
    assert maker.call("DELETE", PATH).json["done"] == 2


def test_a_file_that_takes_the_gate_too_long_is_left_for_an_operator(
    maker: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker.call("POST", PATH)
    monkeypatch.setattr(removals, "MAX_BYTES", len(MORE))
    back = maker.call("DELETE", PATH).json
    assert (back["done"], back["left"], back["too_large"]) == (1, 1, [f"{DATASET}/a.csv"])
    operator = removals.operator("zoe@example.com")
    assert removals.restore(maker.lake, operator, DATASET, is_limited=False).left == 0
    assert set(states(maker).values()) == {"done"}


@pytest.mark.parametrize(("max_bytes", "groups"), [(len(ROWS + MORE), 1), (len(ROWS), 2), (1, 2)])
def test_the_originals_of_a_group_have_a_limited_size(
    maker: Caller, monkeypatch: pytest.MonkeyPatch, max_bytes: int, groups: int
) -> None:
    maker.call("POST", PATH)
    monkeypatch.setattr(remove_dataset, "MAX_GROUP_BYTES", max_bytes)
    began: list[bool] = []
    remover = replace(removals.remover_of(maker.lake), goes_on=lambda: not began.append(True))
    author = Author(maker.name, maker.lake.now().isoformat(timespec="seconds"))
    assert remover.restore(DATASET, author, lambda _: True).done == 2
    assert len(began) == groups


def test_a_file_of_a_removed_dataset_does_not_come_back_into_a_new_one_of_its_name(maker: Caller) -> None:
    document = contract(maker)
    maker.call("POST", PATH)
    assert created(maker, with_column(document, description="Net price")).json["is_in_use"] is True
    assert not restorable(maker, "a.csv")
    (file_id,) = [r.file_id for r in maker.lake.ledger.records() if r.key == f"{DATASET}/a.csv"]
    operator = Caller(maker.lake, groups=("operator",))
    answer = operator.call("DELETE", f"/v1/files/{file_id}/revert")
    assert (answer.status, "that was removed" in answer.json["detail"]) == (409, True)
    assert increments(maker) == {}


def test_the_remedy_of_a_file_of_a_removed_dataset_is_the_way_back_of_the_dataset(maker: Caller) -> None:
    maker.call("POST", PATH)
    remedies = {record.error["remedy"] for record in maker.lake.ledger.records()}
    assert remedies == {f"take the removal back: `headgate datasets restore {DATASET}`"}


def test_a_reference_does_not_keep_the_rest_of_a_dataset_from_coming_back(maker: Caller) -> None:
    maker.call("POST", PATH)
    back_in_use_without_files(maker)
    assert referring(maker, "bestellungen").status == 200
    shown = maker.call("GET", PATH).json
    assert (shown["may_remove"], shown["may_restore"]) == (False, True)
    assert "bestellungen refer to" in shown["reason"]
    assert maker.call("DELETE", PATH).json["done"] == 2


def test_the_name_of_a_removed_dataset_is_open_to_its_author_and_operators_only(maker: Caller) -> None:
    document = contract(maker)
    maker.call("POST", PATH)
    before = drafts(maker)
    other = Caller(maker.lake, name="ben@example.com", groups=("uploader",))
    for answer in (created(other, with_column(document, description="Mine")), waiting(other, DATASET)):
        assert (answer.status, f"ask {maker.name} or an operator" in answer.json["detail"]) == (409, True)
    assert drafts(maker) == before
    operator = Caller(maker.lake, name="zoe@example.com", groups=("operator", "uploader"))
    assert created(operator, with_column(document, description="New")).json["is_in_use"] is True


def test_a_contract_that_cannot_be_used_is_not_stored(maker: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    before = drafts(maker)
    monkeypatch.setattr(contract_drafts, "_MAX_CREATED", 1)
    assert created(maker, renamed(contract(maker), "bestellungen")).status == 422
    assert drafts(maker) == before


def test_a_contract_that_waits_under_the_name_of_a_removed_dataset_is_no_removed_one(maker: Caller) -> None:
    maker.call("POST", PATH)
    assert waiting(maker, DATASET).status == 200
    (draft,) = maker.call("GET", "/v1/contract-drafts").json["drafts"]
    assert (draft["is_in_use"], draft["removed_by"], bool(draft["needs_deployment"])) == (False, "", True)
    shown = maker.call("GET", PATH).json
    assert (shown["state"], shown["may_restore"], shown["may_remove"]) == ("waiting", False, True)
    assert maker.call("DELETE", PATH).status == 404
    assert maker.call("POST", PATH).json["left"] == 0
    assert maker.call("GET", PATH).json["state"] == "removed"
    assert maker.call("DELETE", PATH).json["done"] == 0
    assert set(states(maker).values()) == {"reverted"}


def test_a_removal_with_one_file_left_is_named_in_the_singular(maker: Caller) -> None:
    document = contract(maker)
    (record,) = [record for record in maker.lake.ledger.records() if record.key == f"{DATASET}/b.csv"]
    maker.lake.ledger.reopen(record.file_id, now=maker.lake.now(), lease_s=300)
    maker.call("POST", PATH)
    answer = created(maker, with_column(document, description="Net price"))
    assert (answer.status, "has 1 file left. Continue" in answer.json["detail"]) == (409, True)


def test_a_dataset_without_a_removal_has_no_way_back(maker: Caller) -> None:
    answer = maker.call("DELETE", PATH)
    assert (answer.status, "it was never removed" in answer.json["detail"]) == (404, True)
