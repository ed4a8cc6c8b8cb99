"""Runs, queries, contracts, lineage and health."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import pytest

from headgate.api.analytics.queries import cost_usd
from headgate.api.operations.health import health_of
from headgate.aws.stepfunctions import PipelineRun
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.runs.start_or_postpone import Execution
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot, MergedIncrements
from tests.unit.api.lakes import BEGAN, PAYMENTS, Caller, MemoryLake, MemoryQueries

pytestmark = pytest.mark.unit


@pytest.fixture
def caller() -> Caller:
    return Caller(MemoryLake())


def test_the_same_idempotency_key_starts_one_run(caller: Caller) -> None:
    asked = {"only": "retail-copilot"}
    names = [
        caller.call("POST", "/v1/runs", asked, Idempotency_Key=key).json["name"] for key in ("a", "a", "b")
    ]
    assert (names[0] == names[1] != names[2], len(caller.lake.runs.started)) == (True, 2)
    assert caller.lake.runs.started[names[0]] == {"only": "retail-copilot", "actor": "ana"}


def test_a_full_run_computes_everything_again(caller: Caller) -> None:
    name = caller.call("POST", "/v1/runs", {"full": True}).json["name"]
    assert caller.lake.runs.started[name] == {"actor": "ana", "full": "true"}


def test_a_run_names_who_asked_for_it(caller: Caller) -> None:
    name = caller.call("POST", "/v1/runs", {}).json["name"]
    assert caller.call("GET", f"/v1/runs/{name}").json["actor"] == "ana"


def test_the_list_of_runs_names_who_started_the_newest_ones(caller: Caller) -> None:
    """Each run is read once, and only a few in a request, because the service lists no inputs."""
    lake = caller.lake
    for at in range(10):
        lake.runs.start(f"api-{at}", {"actor": f"person-{at}"})
    lake.runs.start("20260101T030000Z-schedule-1", {})
    first, second = (caller.call("GET", "/v1/runs").json["runs"] for _ in range(2))
    actors = [f"person-{at}" for at in range(9, -1, -1)]
    assert [run["actor"] for run in first] == ["", *actors[:8], "", ""]
    assert [run["actor"] for run in second] == ["", *actors]


def test_a_run_has_the_duration_that_the_list_of_runs_states(caller: Caller) -> None:
    ended = PipelineRun(
        "arn:ended",
        "SUCCEEDED",
        entered_at={"See who runs": BEGAN + timedelta(seconds=2)},
        started_at=BEGAN,
        ended_at=BEGAN + timedelta(minutes=7),
    )
    caller.lake.runs.described["arn:ended"] = ended
    answer = caller.call("GET", "/v1/runs/ended").json
    assert (answer["started_at"], answer["seconds"]) == (BEGAN.isoformat(), 420)


def test_a_run_has_its_stages(caller: Caller) -> None:
    name = caller.call("POST", "/v1/runs", {}).json["name"]
    answer = caller.call("GET", f"/v1/runs/{name}").json
    assert (answer["state"], [stage["name"] for stage in answer["stages"]][:3]) == (
        "running",
        ["queue", "merge", "quality gate"],
    )
    assert [stage["state"] for stage in answer["stages"]][:2] == ["done", "running"]
    assert [run["name"] for run in caller.call("GET", "/v1/runs").json["runs"]] == [name]
    assert caller.call("GET", "/v1/runs/nothing").status == 404


def test_a_third_run_names_the_pending_run_that_does_its_work(caller: Caller) -> None:
    second = "arn:aws:states:eu-west-1:000000000000:execution:curated_to_prod:cli-second"
    entered = {"See who runs": BEGAN, "Left to the pending run": BEGAN}
    caller.lake.runs.described["arn:third"] = PipelineRun(
        "arn:third", "SUCCEEDED", output={"left_to": second}, entered_at=entered
    )
    answer = caller.call("GET", "/v1/runs/third").json
    assert (answer["left_to"], {stage["state"] for stage in answer["stages"]}) == ("cli-second", {"left"})


@pytest.mark.parametrize(
    "body", [{"only": "nothing"}, {"as_of": "soon"}, {"as_of": "2024-02-30"}, {"unknown": 1}]
)
def test_a_run_that_makes_no_sense_is_refused(caller: Caller, body: dict[str, object]) -> None:
    assert caller.call("POST", "/v1/runs", body).status == 422
    assert caller.lake.runs.started == {}


def test_a_query_shows_bytes_and_cost_and_its_rows(caller: Caller) -> None:
    started = caller.call("POST", "/v1/queries", {"sql": "select count(*) n from fraud_scores"})
    assert started.status == 202
    path = f"/v1/queries/{started.json['query_id']}"
    found = caller.call("GET", path).json
    assert (found["state"], found["scanned_bytes"], found["cost_usd"]) == ("succeeded", 1 << 20, "0.0000477")
    answer = caller.call("GET", path + "/rows").json
    assert (answer["rows"], answer["columns"]) == (
        [[str(2**60)]],
        [{"name": "n", "type": "bigint", "unit": "", "label": "", "kind": "", "period": "", "adds_up": True}],
    )
    assert caller.call("DELETE", path).status == 200


def test_a_query_has_a_count_and_a_short_lived_link_to_all_its_rows(caller: Caller) -> None:
    query = caller.call("POST", "/v1/queries", {"sql": "select count(*) n from fraud_scores"}).json
    path = f"/v1/queries/{query['query_id']}/download"
    gone = caller.call("GET", path)
    assert (gone.status, "no longer kept" in gone.json["detail"]) == (404, True)
    place = ObjectRef("athena_results", f"results/{query['query_id']}.csv")
    caller.lake.objects.write(place, b'"n"\n"1"\n', content_type="text/csv")
    file = caller.call("GET", path).json
    assert (file["rows"], file["size_bytes"], file["name"]) == (1, 8, "answer.csv")
    assert file["url"] == f"memory://{place.bucket}/{place.key}?name=answer.csv&expires_s=300"
    assert datetime.fromisoformat(file["expires_at"]) <= caller.lake.now() + timedelta(seconds=300)


def test_a_query_without_rows_has_no_file() -> None:
    caller = Caller(MemoryLake(queries=MemoryQueries(state="RUNNING")))
    query = caller.call("POST", "/v1/queries", {"sql": "select 1"}).json
    assert caller.call("GET", f"/v1/queries/{query['query_id']}/download").status == 409


def test_nobody_downloads_the_rows_of_a_query_that_they_may_not_see() -> None:
    caller = Caller(MemoryLake(), groups=("viewer",))
    caller.lake.queries.asked["other"] = "select email from ecommerce_curated.customers"
    assert caller.call("GET", "/v1/queries/other/download").status == 403


def test_a_query_without_a_statement_says_so_and_one_with_two_is_refused(caller: Caller) -> None:
    for empty in ({}, {"sql": " \n"}):
        answer = caller.call("POST", "/v1/queries", empty)
        assert (answer.status, answer.json["errors"][0]["rule"]) == (422, "no_statement")
        assert answer.json["detail"].startswith("The statement is empty.")
    both = caller.call("POST", "/v1/queries", {"sql": "select 1", "question": "sales"})
    assert (both.status, both.json["errors"][0]["rule"]) == (422, "sql_or_question")
    assert caller.lake.queries.asked == {}


def test_every_saved_question_may_be_asked(caller: Caller) -> None:
    names = [question["name"] for question in caller.call("GET", "/v1/questions").json["questions"]]
    assert names
    assert {caller.call("POST", "/v1/queries", {"question": name}).status for name in names} == {202}
    assert caller.call("POST", "/v1/queries", {"question": "nothing"}).status == 422
    assert caller.call("POST", "/v1/queries", {"question": names[0], "sql": "select 1"}).status == 422


def test_a_lake_shows_dashboards_and_questions_of_its_deployed_systems_only() -> None:
    def shown(*systems: str) -> tuple[set[str], set[str]]:
        caller = Caller(MemoryLake(systems=systems))
        boards, questions = (
            caller.call("GET", f"/v1/{kind}").json[kind] for kind in ("dashboards", "questions")
        )
        return {one["system"] for one in boards}, {question["system"] for question in questions}

    assert shown() == (set(), {"lake"})
    assert shown("compliance-guardian") == ({"compliance-guardian"}, {"compliance-guardian", "lake"})


def test_a_queue_says_whether_a_model_learns_from_its_decisions() -> None:
    boards = Caller(MemoryLake(systems=("compliance-guardian", "demand-insights-engine"))).call(
        "GET", "/v1/dashboards"
    )
    queues = {
        queue["name"]: queue["teaches"] for board in boards.json["dashboards"] for queue in board["queues"]
    }
    assert queues == {"transactions_to_review": True, "card_findings": False, "customers_to_call": False}


def test_a_lake_without_systems_has_no_question_about_the_tables_of_a_shop() -> None:
    (only,) = Caller(MemoryLake(systems=())).call("GET", "/v1/questions").json["questions"]
    assert only["name"] == "why_refused"


def test_the_same_idempotency_key_and_statement_start_one_query(caller: Caller) -> None:
    ids = {
        caller.call("POST", "/v1/queries", {"sql": "select 1"}, Idempotency_Key="k").json["query_id"]
        for _ in range(2)
    }
    assert len(ids) == 1


def test_first_rows_are_asked_with_a_limit_where_they_come_sooner(caller: Caller) -> None:
    def started(sql: str, **asked: object) -> tuple[int, str, str]:
        query = caller.call("POST", "/v1/queries", {"sql": sql, **asked}, Idempotency_Key="k").json
        return query["first_rows"], query["sql"], query["query_id"]

    every, count = "select * from fraud_scores", "select count(*) from fraud_scores"
    first, whole = started(every, first_rows=999), started(every)
    assert (first[0], whole[0]) == (999, 0)
    assert (first[1].endswith(" LIMIT 1000"), whole[1].endswith("fraud_scores")) == (True, True)
    assert first[2] != whole[2]  # one key does not give the first rows for the whole answer
    assert started(count, first_rows=999)[:2] == (0, count)
    assert caller.call("POST", "/v1/queries", {"sql": every, "first_rows": 1000}).status == 422


def test_a_query_costs_its_list_price_and_at_least_ten_megabytes() -> None:
    assert [cost_usd(size) for size in (0, 1, 10 << 20, 1 << 40)] == ["0", "0.0000477", "0.0000477", "5"]


def test_contracts_and_catalog_are_those_of_the_registry(caller: Caller) -> None:
    every = caller.call("GET", "/v1/contracts").json["contracts"]
    assert {(one["zone"], one["name"]) for one in every} >= {
        ("source", "payments"),
        ("prod", "fraud_scores"),
        ("lake", "quarantine"),
    }
    columns = {
        one["name"]: one for one in caller.call("GET", "/v1/contracts/source/payments").json["column_list"]
    }
    assert (columns["card_number"]["sensitive"], columns["payment_id"]["primary_key"]) == ("pan", True)
    assert ("ecommerce_prod", "fraud_scores") in {
        (table["database"], table["name"]) for table in caller.call("GET", "/v1/catalog").json["tables"]
    }
    assert caller.call("GET", "/v1/contracts/source/nothing").status == 404


def test_lineage_goes_from_a_table_to_datasets_and_their_files(caller: Caller) -> None:
    lake, record = caller.lake, caller.lake.receive("payments/today.csv", PAYMENTS)
    payments = DatasetSnapshot("payments", "p1", "snapshots/payments/p1/", 1, 10, rows_in=1)
    snapshot = LakeSnapshot("s1", date(2026, 1, 2), {"payments": payments})
    for name in ("s1", keys.CURRENT):
        lake.objects.write(ObjectRef("curated", keys.lake_snapshot_key(name)), snapshot.to_json().encode())
    merged = MergedIncrements("p1", "payments@1", (record.curated_key,))
    lake.objects.write(
        ObjectRef("curated", keys.merged_increments_key("payments", "p1")), merged.to_json().encode()
    )
    lake.catalog.create("ecommerce_prod", "fraud_scores", "s3://x/empty/")
    facts = {
        "headgate.snapshot_id": "s1",
        "headgate.as_of": "2026-01-02",
        "headgate.reads": "card_transactions,payments",
    }
    facts["headgate.inputs"] = json.dumps({"card_transactions": "", "payments": "p1"})
    lake.catalog.move(
        lake.catalog.current("ecommerce_prod", "fraud_scores"), "s3://x/tables/fraud_scores/v1/", [], facts
    )
    answer = caller.call("GET", "/v1/lineage/fraud_scores").json
    assert (answer["version"], answer["as_of"], [dataset["dataset"] for dataset in answer["datasets"]]) == (
        "v1",
        "2026-01-02",
        ["payments"],
    )
    assert [file["file_id"] for file in answer["datasets"][0]["files"]] == [record.file_id]
    lake.objects.delete(
        ObjectRef("curated", keys.lake_snapshot_key("s1"))
    )  # old manifests are deleted; the table is unchanged
    assert caller.call("GET", "/v1/lineage/fraud_scores").json == answer
    assert caller.call("GET", "/v1/lineage/payments").json["datasets"] == answer["datasets"]
    assert caller.call("GET", f"/v1/files/{record.file_id}").json["in_snapshot"] == "s1"
    assert caller.call("GET", "/v1/lineage/nothing").status == 404
    assert caller.call("POST", f"/v1/files/{record.file_id}/revert").status == 200
    undone = caller.call("GET", f"/v1/files/{record.file_id}").json
    assert (undone["state"], undone["in_snapshot"]) == ("reverted", "s1")  # until the next run


def test_a_run_that_is_redriven_has_not_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    lake = MemoryLake()
    monkeypatch.setattr(
        lake.runs, "newest", lambda _: [Execution("nightly", "PENDING_REDRIVE", lake.now(), None)]
    )
    assert {check.name: check.state for check in health_of(lake).checks}["run"] == "unknown"


def test_health_names_the_newest_file_of_low_quality(caller: Caller) -> None:
    record = caller.lake.receive("payments/poor.csv", PAYMENTS + b"?\n" * 50)
    assert (record.state, float(record.profile["score"]) < 0.8) == ("done", True)
    (quality,) = [check for check in health_of(caller.lake).checks if check.name == "quality"]
    assert quality.state == "degraded"
    assert quality.message == (
        "The newest profiled file scores below 0.8 of 1 for quality. "
        "The newest is payments/poor.csv "
        f"(validity {float(record.profile['validity']):.2f}); `headgate files show payments/poor.csv` "
        "says why."
    )


def test_health_says_how_many_files_have_a_low_score_and_how_many_differ(caller: Caller) -> None:
    caller.lake.receive("payments/poor.csv", PAYMENTS + b"?\n" * 50)
    caller.lake.receive("payments/other.csv", PAYMENTS.replace(b"10.50", b"10.60"))
    record = next(record for record in caller.lake.ledger.records() if record.key == "payments/other.csv")
    caller.lake.ledger._records[record.file_id] = replace(
        record, profile={**record.profile, "drift": "amount: mean"}
    )
    (quality,) = [check for check in health_of(caller.lake).checks if check.name == "quality"]
    assert "1 of the newest 2 profiled files scores below 0.8 of 1 for quality" in quality.message
    assert "1 of the newest 2 profiled files differs from earlier files" in quality.message


def test_a_replaced_or_undone_version_of_low_quality_needs_no_look(caller: Caller) -> None:
    caller.lake.receive("payments/today.csv", PAYMENTS + b"?\n" * 50)
    caller.lake.receive("payments/today.csv", PAYMENTS)
    undone = caller.lake.receive("payments/poor.csv", PAYMENTS.replace(b"10.50", b"10.60") + b"?\n" * 50)
    assert float(undone.profile["score"]) < 0.8
    assert caller.call("POST", f"/v1/files/{undone.file_id}/revert").status == 200
    (quality,) = [check for check in health_of(caller.lake).checks if check.name == "quality"]
    assert (quality.state, "newest profiled file scores" in quality.message) == ("healthy", True)


def test_a_refused_correction_is_no_file_of_low_quality(caller: Caller) -> None:
    key = keys.corrected_rows_key("payments", "0" * 32, "f" * 16)
    assert caller.lake.receive(key, PAYMENTS.replace(b"10.50", b"?")).quarantined
    (quality,) = [check for check in health_of(caller.lake).checks if check.name == "quality"]
    assert (quality.state, "No file was profiled" in quality.message) == ("unknown", True)


def test_health_names_the_column_in_which_the_newest_file_differs_and_how(caller: Caller) -> None:
    record = caller.lake.receive("payments/other.csv", PAYMENTS)
    shifts = "amount: 22.9% are missing, where 14.6% were before [missing]; file: 9 rows [rows]"
    caller.lake.ledger._records[record.file_id] = replace(record, profile={**record.profile, "drift": shifts})
    (quality,) = [check for check in health_of(caller.lake).checks if check.name == "quality"]
    assert (
        "payments/other.csv (amount: 22.9% are missing, where 14.6% were before); `headgate"
        in quality.message
    )


def test_a_file_of_history_is_not_of_low_quality(caller: Caller) -> None:
    """The rows are two years old, and 1 of 100 is bad: freshness is a check of its own."""
    columns, first, *_ = PAYMENTS.splitlines(keepends=True)
    rows = [first.replace(b"1,A1", b"%d,A%d" % (number, number), 1) for number in range(1, 101)]
    rows[-1] = rows[-1].replace(b"10.50", b"oops")
    record = caller.lake.receive("payments/history.csv", columns + b"".join(rows))
    assert (float(record.profile["score"]) < 0.8, record.profile["timeliness"]) == (True, "0.0000")
    checks = {check.name: check for check in health_of(caller.lake).checks}
    assert checks["quality"].state == "healthy"
    assert (
        checks["quality"].message
        == "The newest profiled file scores at least 0.8 without timeliness, and none differs from "
        "earlier files."
    )
    assert checks["files"].message == (
        "The newest file needs no action. "
        "1 refused row is open for correction; no file has more than the lake permits."
    )


def test_health_is_the_worst_of_its_checks(caller: Caller) -> None:
    assert caller.call("GET", "/v1/health").json["state"] == "unknown"
    caller.lake.receive("payments/bad.csv", b"nothing\n")
    answer = caller.call("GET", "/v1/health").json
    assert answer["state"] == "degraded"
    assert {check["name"]: check["state"] for check in answer["checks"]} == {
        "run": "unknown", "tables": "unknown", "freshness": "healthy", "files": "degraded",
        "quality": "unknown"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "name"), [("うりあげ", "uriage"), ("売上日", "mai_shang_ri"), ("Día", "dia")]
)
def test_a_heading_in_any_script_has_a_proposed_name(caller: Caller, text: str, name: str) -> None:
    assert caller.call("GET", f"/v1/plain-names?{urlencode({'text': text})}").json == {"name": name}


def test_the_parameters_of_a_statement_have_their_values_or_defaults(caller: Caller) -> None:
    sql = "select * from orders where region_name = :region\n-- :region text = Norway"
    asked = {"sql": sql, "values": {"region": "Côte d'Or"}}
    assert "region_name = 'Côte d''Or'" in caller.call("POST", "/v1/queries", asked).json["sql"]
    assert "region_name = 'Norway'" in caller.call("POST", "/v1/queries", {"sql": sql}).json["sql"]
    assert caller.call("POST", "/v1/queries", {"sql": sql, "values": {"regoin": "x"}}).status == 422
    card = {"sql": sql, "values": {"region": "4111111111111111"}}
    refused = caller.call("POST", "/v1/queries", card)
    assert (refused.status, "4111" in refused.text) == (422, False)
