"""Records on a deployed lake: the GraphQL API and the command line write the same table, and an address has
one owner.

The lake also takes payments and replaces their originals by masked forms, as its settings say.
"""

from __future__ import annotations

import gzip
import json
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.api import signed_in
from tests.e2e.every_version import every_version, texts_of
from tests.e2e.lakes import ROOT, deployed
from tests.e2e.test_shop_api import uploaded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

NAME = "e2e-records"
FAILED_ROWS_EXIT, UNAUTHORIZED = 3, 401
CALLERS = 4
PAYMENTS_CONTRACT = ROOT / "headgate" / "domains" / "retail" / "contracts" / "source" / "payments.yaml"
NUMBERS = (
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
)  # test numbers that payment gateways publish
PAYMENTS = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,updated_at\n"
    f"1,O-1,card,{NUMBERS[0]},917,2027-12,10.00,GBP,2026-01-01 00:00:00,captured,read out "
    f"{NUMBERS[1]},2026-01-01 00:00:00\n"
    f"2,O-2,card,{NUMBERS[1]},917,2027-12,much,GBP,2026-01-01 00:00:00,captured,refused "
    f"{NUMBERS[0]},2026-01-01 00:00:00\n"
    f"3,O-3,card,{NUMBERS[2]},9173,2027-12,30.00,GBP,2026-01-01 00:00:00,captured,,2026-01-01 00:00:00\n"
)
CREATE = "mutation C($input: CustomerInput!) { createCustomer(input: $input) { customer_id email } }"
BATCH = """mutation B($inputs: [CustomerInput!]!) {
  createCustomers(inputs: $inputs) { successful failed rows { row state id rule column } }
}"""
UPDATE = "mutation U($id: ID!, $input: CustomerChanges!) { updateCustomer(id: $id, input: $input) { name } }"
GET = "query G($id: ID!) { getCustomer(id: $id) { customer_id name email country_code } }"
LIST = (
    "query L($limit: Int, $cursor: String) { listCustomers(limit: $limit, cursor: $cursor) { records { "
    "customer_id } cursor } }"
)


@dataclass(frozen=True)
class GraphQl:
    """The API of a lake on the emulator, whose address has the API's id in its path.

    Called with the API key or a person's token.
    """

    url: str
    key: str = ""
    token: str = ""

    def call(self, query: str, **variables: object) -> dict[str, Any]:
        """The whole answer: `data`, and `errors` where there are any."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json"} | (
            {"authorization": self.token} if self.token else {"x-api-key": self.key}
        )
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 the emulator's own address
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 as above
            answered: dict[str, Any] = json.load(answer)
        return answered


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake with the onboarding domain and the shop's contract of payments, which replaces originals with
    card data.
    """
    project = tmp_path_factory.mktemp("project")
    (project / "headgate.toml").write_text('name = "records"\ndomains = ["onboarding"]\n', encoding="utf-8")
    contracts = project / "contracts" / "source"
    contracts.mkdir(parents=True)
    payments = yaml.safe_load(PAYMENTS_CONTRACT.read_text(encoding="utf-8"))
    for column in payments["schema"][0]["properties"]:
        column.pop("relationships", None)  # this lake has no orders
    (contracts / "payments.yaml").write_text(yaml.safe_dump(payments), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, deployed(NAME, project=project) as lake:
        patch.setenv("HEADGATE_PROJECT", str(project))
        yield lake


@pytest.fixture(scope="module")
def api(lake: Lake) -> GraphQl:
    stated = lake.outputs["graphql"]
    (key,) = lake.client("appsync").list_api_keys(apiId=stated["api_id"])["apiKeys"]
    return GraphQl(f"{lake.environment['AWS_ENDPOINT_URL']}/v1/apis/{stated['api_id']}/graphql", key["id"])


def customer(number: int, email: str = "") -> dict[str, str]:
    return {
        "customer_id": f"G-{number:04}",
        "name": f"Name {number}",
        "email": email or f"g{number}@example.com",
    }


def test_a_record_is_created_read_changed_and_listed(api: GraphQl) -> None:
    assert api.call(CREATE, input=customer(1))["data"]["createCustomer"]["email"] == "g1@example.com"
    assert api.call(UPDATE, id="G-0001", input={"name": "Changed"})["data"]["updateCustomer"] == {
        "name": "Changed"
    }
    found = api.call(GET, id="G-0001")["data"]["getCustomer"]
    assert found == {
        "customer_id": "G-0001",
        "name": "Changed",
        "email": "g1@example.com",
        "country_code": None,
    }
    assert api.call(LIST, limit=1)["data"]["listCustomers"]["records"] == [{"customer_id": "G-0001"}]


def test_a_batch_has_a_verdict_for_each_row(api: GraphQl) -> None:
    rows = [customer(2), customer(3, "G2@example.com"), customer(4, "nobody")]
    done = api.call(BATCH, inputs=rows)["data"]["createCustomers"]
    assert [(row["state"], row["rule"], row["column"]) for row in done["rows"]] == [
        ("created", None, None),
        ("failed", "unique", "email"),
        ("failed", "pattern", "email"),
    ]
    assert api.call(BATCH, inputs=rows)["data"]["createCustomers"]["rows"][0]["state"] == "present"


def test_a_taken_address_is_a_clear_error(api: GraphQl) -> None:
    answer = api.call(CREATE, input=customer(5, "G1@Example.com"))
    assert "unique" in answer["errors"][0]["message"]
    assert "example" not in answer["errors"][0]["message"].lower()


def test_a_call_without_a_key_is_refused(api: GraphQl) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        GraphQl(api.url, "da2-wrong").call(LIST)
    refused.value.close()
    assert refused.value.code == UNAUTHORIZED


def test_people_come_with_their_token_and_their_groups_decide(lake: Lake, api: GraphQl) -> None:
    viewer, uploader = (
        GraphQl(api.url, token=signed_in(lake, group).token) for group in ("viewer", "uploader")
    )
    assert uploader.call(CREATE, input=customer(6))["data"]["createCustomer"]["customer_id"] == "G-0006"
    assert viewer.call(GET, id="G-0006")["data"]["getCustomer"]["name"] == "Name 6"
    assert "group" in viewer.call(CREATE, input=customer(7))["errors"][0]["message"]


def test_the_command_line_creates_records_that_graphql_reads(lake: Lake, api: GraphQl) -> None:
    sample = str(ROOT / "samples" / "duplicates.csv")
    done = lake.headgate(
        "onboard", "--file", sample, "--submit", "--failed", "/dev/null", expect=FAILED_ROWS_EXIT
    )
    assert (done["model"], done["summary"]["created"], done["summary"]["reasons"]) == (
        "Customer",
        7,
        {"duplicate_key": 1, "duplicate_row": 1, "unique": 1},
    )
    assert api.call(GET, id="C-00001")["data"]["getCustomer"]["email"] == "customer1@example.com"
    again = lake.headgate(
        "onboard", "--file", sample, "--submit", "--failed", "/dev/null", expect=FAILED_ROWS_EXIT
    )
    assert again["summary"]["created"] == 0


def test_a_file_in_raw_creates_records_and_has_a_summary(lake: Lake, api: GraphQl) -> None:
    key = "customer_accounts/new.csv"
    body = b"customer_id,name,email,phone,country_code\nR-1,Raw,raw@example.com,,DE\nR-2,Two,nobody,,DE\n"
    record = lake.record_of(key, lake.put(key, body))
    assert (record["accepted"], record["quarantined"], record["model_records"]) == (1, 1, {"created": 1})
    assert api.call(GET, id="R-1")["data"]["getCustomer"]["name"] == "Raw"
    summary = lake.headgate("files", "show", key, "--summary")
    assert (summary["file_name"], summary["quality_issues"]["total_rows"]) == ("new.csv", 2)
    assert summary["quality_issues"]["has_issues"]


def test_rows_of_a_web_upload_create_records_with_generated_ids(lake: Lake, api: GraphQl) -> None:
    sender = signed_in(lake, "operator")
    body = (ROOT / "samples" / "without_ids.csv").read_bytes()
    _, path = uploaded(sender, "web.csv", body, "customer_accounts")
    file_id = sender.call("POST", f"{path}/commit").json["file_id"]
    sender.until(f"/v1/files/{file_id}", lambda file: file["state"] == "done")
    (record,) = (record for record in lake.records() if record["file_id"] == file_id)
    assert (record["accepted"], record["duplicates"], record["model_records"]) == (2, 1, {"created": 2})
    row = {"name": "Customer 22", "email": "customer22@example.com", "country_code": "FR"}
    (of_raw,) = api.call(BATCH, inputs=[row])["data"]["createCustomers"]["rows"]
    created = api.call(CREATE, input=row)["data"]["createCustomer"]
    assert created["customer_id"].startswith("g-")
    assert (of_raw["state"], of_raw["id"]) == ("present", created["customer_id"])
    assert api.call(GET, id=created["customer_id"])["data"]["getCustomer"]["email"] == row["email"]


def test_of_a_thousand_creates_of_a_hundred_addresses_a_hundred_win(api: GraphQl) -> None:
    """Batches, because the emulator starts a process for every call of a function."""

    def created(batch: int) -> list[str]:
        inputs = [customer(1000 + 100 * batch + place, f"many{place}@example.com") for place in range(100)]
        rows = api.call(BATCH, inputs=inputs)["data"]["createCustomers"]["rows"]
        return [row["rule"] or row["state"] for row in rows]

    # The emulator answers on six threads where there are two processors, and each call's function needs one
    # of them for DynamoDB.
    with ThreadPoolExecutor(CALLERS) as pool:
        assert Counter(state for states in pool.map(created, range(10)) for state in states) == {
            "created": 100,
            "unique": 900,
        }


def test_no_card_number_of_an_upload_is_in_any_zone_or_version_once_its_original_is_masked(
    lake: Lake,
) -> None:
    sent = {
        "payments/plain.csv": PAYMENTS.encode(),
        "payments/packed.csv.gz": gzip.compress(PAYMENTS.replace("O-", "P-").encode()),
    }
    assert all(any(number in text for text in texts_of(body)) for body in sent.values() for number in NUMBERS)
    versions = {key: lake.put(key, body) for key, body in sent.items()}
    for key, version in versions.items():
        record = lake.record_of(key, version)
        assert (record["state"], record["accepted"], record["quarantined"]) == ("done", 2, 1)
    places = every_version(lake)
    raw = lake.environment["HEADGATE_RAW_BUCKET"]
    assert [place for place in places if place.startswith(tuple(f"{raw}/{key}?" for key in sent))] == []
    assert len([place for place in places if place.startswith(f"{raw}/_masked/")]) == len(sent)
    for zone in ("CURATED", "QUARANTINE", "ARTIFACTS"):
        assert any(place.startswith(lake.environment[f"HEADGATE_{zone}_BUCKET"]) for place in places), zone
    items = lake.client("dynamodb").scan(TableName=lake.environment["HEADGATE_FILES_TABLE"])["Items"]
    places |= {
        "records": json.dumps(items, default=str),
        "logs": json.dumps(lake.headgate("logs", "--minutes", "60")),
    }
    assert [(place, number) for place, text in places.items() for number in NUMBERS if number in text] == []
