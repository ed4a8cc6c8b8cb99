"""The API as it is deployed: sign in, upload, check without a trace, commit, follow, and read only what a
role permits.
"""

from __future__ import annotations

import hashlib
import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from headgate.api.analytics.tables import RowsRequest, _digest
from headgate.api.http import cursors
from headgate.systems.model_cards import descriptions
from tests.e2e.api import Api, machine, signed_in
from tests.integration.api.document_check import failures
from tests.integration.aws.test_alerts import mailbox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

PAYMENTS = (
    b"payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,updated_at\n"
    b"9000001,A1,card,4111111111111111,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,,2024-01-01 "
    b"10:00:00\n"
    b"9000002,A2,card,4111111111111111,917,2026-01,oops,GBP,2024-01-01 10:00:00,captured,,2024-01-01 "
    b"10:00:00\n"
)
# Schemathesis sends ids that it finds in answers, and other tests read this lake, so only a viewer asks for
# these; the API refuses.
CHANGES_FILES = ("startRun", "revertFile", "restoreFile", "sendCorrections", "checkMapping", "acceptMapping")


@pytest.fixture(scope="module")
def operator(shop_lake: Lake) -> Api:
    return signed_in(shop_lake, "operator")


@pytest.fixture(scope="module")
def viewer(shop_lake: Lake) -> Api:
    return signed_in(shop_lake, "viewer")


def test_tokens_and_groups_decide_who_may_do_what(shop_lake: Lake, viewer: Api, operator: Api) -> None:
    assert Api(shop_lake).call("GET", "/v1/health").status == 401
    assert Api(shop_lake, "not.a.token").call("GET", "/v1/health").status == 401
    assert (viewer.call("GET", "/v1/me").json["groups"], viewer.call("POST", "/v1/runs", {}).status) == (
        ["viewer"],
        403,
    )
    assert operator.call("GET", "/v1/me").json["groups"] == [
        "viewer",
        "uploader",
        "operator",
        "personal-data",
    ]
    assert signed_in(shop_lake).call("GET", "/v1/files").status == 403
    assert viewer.call("GET", "/v1/nothing").status == 404


def test_a_file_is_uploaded_checked_without_a_trace_committed_and_followed(
    shop_lake: Lake, operator: Api
) -> None:
    asked, path = uploaded(operator, "api.csv", PAYMENTS, "payments")
    before = traces(shop_lake)
    assert operator.call("POST", f"{path}/dry-run").status == 202
    found = operator.until(f"{path}/dry-run", lambda one: one["state"] != "checking")
    assert (found["outcome"], found["accepted"], found["quarantined"]) == ("done", 1, 1)
    assert traces(shop_lake) == before
    file_id = operator.call("POST", f"{path}/commit").json["file_id"]
    story = operator.until(
        f"/v1/files/{file_id}", lambda one: one["state"] not in {"processing", "handed_over"}
    )
    assert (story["state"], story["accepted"], story["acceptance"]) == (
        "done",
        1,
        "many_refused",
    )  # one of two rows
    assert {one["state"] for one in story["stages"] if one["name"] != "validation"} == {"done"}
    assert operator.call("POST", "/v1/uploads", asked).json["state"] == "duplicate"
    (row,) = operator.call("GET", f"/v1/files/{file_id}/rejected-rows").json["rows"]
    assert (row["rule"], row["record"]["card_number"]) == ("type", "[PAN ****1111]")
    # The original left raw when its file was accepted: the other cells are those of its masked form.
    correction = {"rows": [{"source_row": 2, "values": {"amount": "11.00"}}]}
    sent = operator.call("POST", f"/v1/files/{file_id}/corrections", correction).json
    assert operator.until(f"/v1/files/{sent['file_id']}", lambda one: one["state"] == "done")["accepted"] == 1
    for one in (sent["file_id"], file_id):
        assert operator.call("POST", f"/v1/files/{one}/revert").json["accepted"] == 1


def test_a_reader_gets_answers_at_their_address_at_the_hour_of_the_mail(shop_lake: Lake, viewer: Api) -> None:
    sns, topic = shop_lake.client("sns"), shop_lake.environment["HEADGATE_MAILS_TOPIC_ARN"]
    address, received = mailbox(shop_lake.client)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=address)
    at = {"every": "day", "on": 0, "hour": 23, "time_zone": "Asia/Kolkata"}  # half an hour off those of UTC
    mail = {"title": "Orders", "sql": "select count(*) as n from orders", **at}
    scheduled = viewer.call("PUT", "/v1/mails", mail).json
    assert scheduled["address"] == "viewer@example.com"
    endpoints = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert "viewer@example.com" in [each["Endpoint"] for each in endpoints]
    name = shop_lake.outputs["functions"]["report"]["name"]
    call = json.dumps({"mails_at": "2026-01-05T18:00:00Z"}).encode()
    answer = shop_lake.client("lambda").invoke(FunctionName=name, Payload=call)
    assert json.loads(answer["Payload"].read()) == {"sent": 1, "failed": 0, "not_tried": 0}
    (message,) = received()
    title, origin, header = message["Message"].splitlines()[:3]
    assert (title, header.strip()) == ("Orders", "N")  # numbers are right-aligned
    assert origin.startswith("From Orders")
    assert viewer.call("DELETE", "/v1/mails?title=Orders").json["mails"] == []


def test_the_report_is_written_after_somebody_ignored_refused_rows(shop_lake: Lake, operator: Api) -> None:
    """The health of the lake does not count them, so the function of the report reads which they are."""
    _, upload = uploaded(operator, "ignored.csv", PAYMENTS.replace(b"\n90", b"\n96"), "payments")
    file = f"/v1/files/{operator.call('POST', f'{upload}/commit').json['file_id']}"
    operator.until(file, lambda one: one["state"] == "done")
    rows = {"rule": "type", "column": "amount", "note": "Nobody needs it.", "is_ignored": True}
    ignored = operator.call("PUT", f"{file}/ignored-rows", rows)
    assert ignored.status == 200, ignored.body
    name = shop_lake.outputs["functions"]["report"]["name"]
    answer = shop_lake.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    assert operator.call("PUT", f"{file}/ignored-rows", rows | {"is_ignored": False}).status == 200
    assert operator.call("POST", f"{file}/revert").json["accepted"] == 1


def test_a_file_in_raw_is_edited_and_checked_without_a_trace_and_then_accepted(
    shop_lake: Lake, operator: Api
) -> None:
    # Mappings are remembered by header, so no other test of this lake may map this one.
    _, path = uploaded(
        operator, "foreign.csv", PAYMENTS.replace(b"amount", b"gezahlt").replace(b"\n90", b"\n91"), "payments"
    )
    file = f"/v1/files/{operator.call('POST', f'{path}/commit').json['file_id']}"
    assert (
        operator.until(file, lambda one: one["state"] not in {"processing", "handed_over"})["state"]
        == "needs_mapping"
    )
    before = traces(shop_lake)
    edited = f"/v1/uploads/{operator.call('POST', f'{file}/edit').json['upload_id']}"
    operator.call("POST", f"{edited}/dry-run")
    asked = operator.until(f"{edited}/dry-run", lambda one: one["state"] != "checking")
    columns = {one["column"]: one["field"] for one in asked["mapping"]["columns"]} | {"gezahlt": "amount"}
    assert operator.call("PUT", f"{edited}/edits", {"columns": columns}).status == 200
    checked = operator.until(f"{edited}/dry-run", lambda one: one["state"] != "checking")
    assert (checked["outcome"], checked["accepted"], checked["quarantined"], traces(shop_lake)) == (
        "done",
        1,
        1,
        before,
    )
    assert operator.call("GET", f"{edited}/rows").json["total"] == 2
    etag = operator.call("GET", f"{edited}/dry-run").headers["ETag"]
    assert operator.call("POST", f"{edited}/commit", If_Match='"another"').status == 412
    accepted = operator.call("POST", f"{edited}/commit", If_Match=etag)
    assert accepted.status == 202, accepted.body
    story = operator.until(
        f"/v1/files/{accepted.json['file_id']}", lambda one: one["state"] not in {"processing", "handed_over"}
    )
    assert (story["state"], story["accepted"], story["mapping"]["how"]) == ("done", 1, "remembered")
    assert operator.call("POST", f"/v1/files/{story['file_id']}/revert").json["accepted"] == 1


def test_a_question_is_kept_in_the_lake_and_listed(operator: Api) -> None:
    question = {"name": "Branches", "sql": "select 1 as branch", "kind": "table", "is_pinned": True}
    assert operator.call("PUT", "/v1/kept-questions", question).status == 200
    (kept,) = operator.call("GET", "/v1/kept-questions").json["questions"]
    assert (kept["name"], bool(kept["by"]), bool(kept["at"])) == ("Branches", True, True)
    assert operator.call("DELETE", "/v1/kept-questions?name=Branches").json["questions"] == []


def test_a_person_looks_at_the_mail_of_the_own_dashboard_and_sends_it(operator: Api) -> None:
    """The function of the mails reads the saved questions of a person, which that of the lake wrote."""
    question = {
        "name": "Orders",
        "sql": "select count(*) as n from orders",
        "kind": "table",
        "is_pinned": True,
    }
    assert operator.call("PUT", "/v1/kept-questions", question).status == 200
    mail = {"title": "Mine", "dashboard": "mine", "every": "day", "on": 0}
    for deed in ("preview", "send"):
        shown = written_mail(operator, deed, mail)
        assert shown["address"] == "operator@example.com"
        assert "Orders" in shown["text"]
        assert "No answer" not in shown["text"]
    assert operator.call("DELETE", "/v1/kept-questions?name=Orders").json["questions"] == []


def written_mail(caller: Api, deed: str, mail: dict[str, object]) -> Any:  # noqa: ANN401 a mail as JSON
    """Return a mail that is looked at or sent now, once its answers are ready."""
    for _ in range(20):
        answer = caller.call("POST", f"/v1/mails/{deed}", mail, Idempotency_Key=f"own-dashboard-{deed}")
        assert answer.status == 200, answer.body
        if answer.json["is_ready"]:
            return answer.json
    raise AssertionError(answer.json)


def test_a_dry_run_drafts_a_contract_for_a_file_that_none_describes(operator: Api) -> None:
    _, path = uploaded(
        operator,
        "loans.csv",
        b"loan,due\n" + b"".join(b"L-%d,%02d.12.2026\n" % (day, day) for day in range(1, 29)),
    )
    operator.call("POST", f"{path}/dry-run")
    found = operator.until(f"{path}/dry-run", lambda one: one["state"] != "checking")
    assert (found["outcome"], found["draft"]["dataset"]) == ("profiled", "loans")


def test_a_machine_signs_its_requests_and_needs_no_token(shop_lake: Lake, operator: Api) -> None:
    assert Api(shop_lake).call("GET", "/machine/v1/files").status == 403
    signed = machine(shop_lake).call("GET", "/machine/v1/files")
    assert (signed.status, signed.json) == (200, operator.call("GET", "/v1/files").json)


@pytest.mark.usefixtures("built")
def test_predictions_are_those_of_the_published_tables(shop_lake: Lake, operator: Api) -> None:
    churn, *_ = shop_lake.query(
        "select customer_id, churn_probability, driver_1 from ecommerce_prod.churn_risk order by "
        "churn_probability desc, 1"
    )
    predicted = operator.call("POST", "/v1/predictions/customer", {"customer_id": churn["customer_id"]})
    assert predicted.status == 200, predicted.body
    assert predicted.json["churn_probability"] == pytest.approx(churn["churn_probability"], abs=1e-9)
    assert predicted.json["drivers"][0] == churn["driver_1"]
    week, *_ = shop_lake.query(
        "select * from ecommerce_prod.sales_forecast where series_id = 'total' order by period_on"
    )
    forecast = operator.call("POST", "/v1/predictions/forecast", {"series_id": "total"}).json
    assert (forecast["periods"][0]["period_on"], forecast["periods"][0]["mean"]) == (
        week["period_on"],
        week["mean"],
    )


@pytest.mark.usefixtures("built")
def test_every_model_of_the_deployed_systems_has_a_card_with_the_figures_of_the_tables(
    operator: Api, viewer: Api
) -> None:
    """The archive contains their texts, and the role may read their tables and the records of kept models."""
    names = {entry["name"] for entry in viewer.call("GET", "/v1/model-cards").json["cards"]}
    assert names == {*descriptions()}
    cards = {name: viewer.call("GET", f"/v1/model-cards/{name}") for name in names}
    assert {name: card.status for name, card in cards.items() if card.status != 200} == {}
    churn = cards["churn"].json
    assert (churn["is_kept"], churn["missing"]) == (True, [])
    assert churn["figures"]
    assert churn["recipe"] or churn["unused"]
    assert operator.call("GET", "/v1/model-cards/nothing").status == 404


def test_sql_is_asked_in_steps_and_reads_only(operator: Api) -> None:
    started = operator.call(
        "POST", "/v1/queries", {"sql": "select count(*) as n from ecommerce_prod.fraud_scores"}
    )
    assert started.status == 202, started.body
    path = f"/v1/queries/{started.json['query_id']}"
    assert operator.until(path, lambda one: one["state"] not in {"queued", "running"})["state"] == "succeeded"
    assert operator.call("GET", f"{path}/rows").json["columns"][0]["name"] == "n"
    asked = {"sql": "select * from ecommerce_prod.fraud_scores order by transaction_id", "first_rows": 5}
    first = operator.call("POST", "/v1/queries", asked).json
    path = f"/v1/queries/{first['query_id']}"
    assert operator.until(path, lambda one: one["state"] not in {"queued", "running"})["state"] == "succeeded"
    rows = operator.call("GET", f"{path}/rows").json["rows"]
    assert (first["first_rows"], len(rows), first["sql"].endswith(" LIMIT 6")) == (5, 6, True)
    assert operator.call("POST", "/v1/queries", {"sql": "drop table fraud_scores"}).status == 422


def test_the_contents_of_every_dataset_are_answered(operator: Api, viewer: Api) -> None:
    contracts = operator.call("GET", "/v1/contracts").json["contracts"]
    for dataset in [contract["name"] for contract in contracts if contract["zone"] == "source"]:
        path = f"/v1/datasets/{dataset}/profile"
        assert [caller.call("GET", path).status for caller in (operator, viewer)] == [200, 200], path


@pytest.mark.usefixtures("built")
def test_the_versions_of_a_row_are_read_by_everybody(operator: Api, viewer: Api) -> None:
    asked = {"sql": "select region_id from ecommerce_curated.regions limit :most", "values": {"most": "1"}}
    asked["sql"] += "\n-- :most number = 5"
    query = f"/v1/queries/{operator.call('POST', '/v1/queries', asked).json['query_id']}"
    assert (
        operator.until(query, lambda one: one["state"] not in {"queued", "running"})["state"] == "succeeded"
    )
    ((key,),) = operator.call("GET", f"{query}/rows").json["rows"]
    for caller in (operator, viewer):
        answer = caller.call("GET", f"/v1/datasets/regions/row-versions?key={key}")
        assert answer.status == 200, answer.body
        assert answer.json["versions"][0]["file_key"].startswith("regions/")


@pytest.mark.usefixtures("built")
def test_the_contents_of_a_dataset_count_the_rows_of_a_file_that_no_run_has_merged(
    operator: Api, viewer: Api
) -> None:
    """The counts of the check before a commit are in a note beside the sender of the file."""
    path = "/v1/datasets/payments/profile"
    before = operator.call("GET", path).json["pending_rows"]
    _, upload = uploaded(operator, "pending.csv", PAYMENTS.replace(b"\n90", b"\n95"), "payments")
    operator.call("POST", f"{upload}/dry-run")
    operator.until(f"{upload}/dry-run", lambda one: one["state"] != "checking")
    file = f"/v1/files/{operator.call('POST', f'{upload}/commit').json['file_id']}"
    operator.until(file, lambda one: one["state"] == "done")
    for caller in (operator, viewer):
        answer = caller.call("GET", path)
        assert answer.status == 200, answer.body
        assert answer.json["pending_rows"] == before + 1
    assert operator.call("POST", f"{file}/revert").json["accepted"] == 1


def test_every_system_answers_its_own_tables_and_none_of_another(shop_lake: Lake, operator: Api) -> None:
    systems = {
        one["name"]: [table["name"] for table in one["tables"]]
        for one in operator.call("GET", "/v1/systems").json["systems"]
    }
    for system, tables in systems.items():
        for table in tables:
            assert operator.call("GET", f"/v1/systems/{system}/tables/{table}/rows?limit=1").status == 200, (
                table
            )
    # The cursor names a version, so the function asks the other system's bucket and not the catalog, whose
    # databases all share.
    cursor = cursors.encode(["0a", 0, _digest(RowsRequest("", (), "", sees_personal_data=True))])
    path = "/v1/systems/compliance-guardian/tables/fraud_scores/rows"
    answer = invoked(shop_lake, "tables_retail-copilot", path, {"cursor": cursor})
    assert (answer["statusCode"], json.loads(answer["body"])["type"]) == (
        502,
        "urn:headgate:problem:not-permitted",
    )


def test_every_deployed_route_answers_as_its_document_says_and_no_file_changes(
    shop_lake: Lake, operator: Api, viewer: Api, tmp_path: Path
) -> None:
    """Few requests to each route; tests/integration/api sends many to the same handlers."""
    before = {one["file_id"]: one for one in shop_lake.records()}
    some = ("--phases", "examples,fuzzing", "--max-examples", "3", "--rate-limit", "1000/m")
    asked = [(operator, "--exclude-operation-id"), (viewer, "--include-operation-id")]
    for caller, choice in asked:
        headers = {"Authorization": f"Bearer {caller.token}", "Host": caller.host}
        operations = [option for name in CHANGES_FILES for option in (choice, name)]
        assert (
            failures(
                shop_lake.environment["AWS_ENDPOINT_URL"],
                headers,
                tmp_path,
                *some,
                *operations,
                timeout_s=300,
            )
            == ""
        )
    assert {one["file_id"]: one for one in shop_lake.records() if one["file_id"] in before} == before


def test_what_the_api_logs_holds_no_card_number(shop_lake: Lake, operator: Api) -> None:
    operator.call("POST", "/v1/queries", {"sql": "select '4111111111111111'"})
    logs = shop_lake.client("logs")
    lines = ""
    for group in (one for one in shop_lake.outputs["log_groups"] if "api" in one or "dry_run" in one):
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        lines += "".join(event["message"] for page in pages for event in page["events"])
    assert "4111111111111111" not in lines


def uploaded(caller: Api, name: str, body: bytes, dataset: str = "") -> tuple[dict[str, Any], str]:
    """Return the request for a new upload, and the upload's path, once all of its bytes arrived."""
    asked = {
        "name": name,
        "size_bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "dataset": dataset,
    }
    upload = caller.call("POST", "/v1/uploads", asked)
    assert (upload.status, upload.json["state"]) == (201, "open")
    path = f"/v1/uploads/{upload.json['upload_id']}"
    (part,) = caller.call("GET", f"{path}/parts").json["parts"]
    request = urllib.request.Request(part["url"], body, method="PUT")  # noqa: S310 an http URL of the emulator
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 as above
        assert answer.status == 200
    assert caller.call("POST", f"{path}/complete").json["state"] == "complete"
    return asked, path


def invoked(lake: Lake, function: str, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401 a response of the function
    """Return a function's answer to a request that API Gateway would not send to it."""
    claims = {"token_use": "access", "username": "x", "cognito:groups": "[operator]"}
    context = {
        "requestId": "r",
        "stage": "$default",
        "authorizer": {"jwt": {"claims": claims}},
        "http": {"method": "GET", "path": path},
    }
    event = {
        "version": "2.0",
        "rawPath": path,
        "queryStringParameters": query,
        "headers": {},
        "requestContext": context,
    }
    name = lake.outputs["functions"][f"api_{function}"]["name"]
    return json.loads(
        lake.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())["Payload"].read()
    )


def traces(lake: Lake) -> list[object]:
    """Everything that a dry run must leave as it is."""
    zones = (
        "HEADGATE_RAW_BUCKET",
        "HEADGATE_CURATED_BUCKET",
        "HEADGATE_QUARANTINE_BUCKET",
        "HEADGATE_ARTIFACTS_BUCKET",
    )
    items = lake.client("dynamodb").scan(TableName=lake.environment["HEADGATE_FILES_TABLE"])["Items"]
    return [
        *(lake.objects(zone) for zone in zones),
        sorted(json.dumps(item, sort_keys=True) for item in items),
    ]
