"""One set of rules for every table of records: the twin in memory and DynamoDB must not differ."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.config import Config

from headgate.aws.dynamodb.record_table import DynamoRecords
from headgate.contracts import odcs_reader
from headgate.errors import BadInputError, ConflictError, HeadgateError, NotFoundError
from headgate.lake.ports import MaskingKey
from headgate.onboarding.onboard import Onboarding, count_outcomes
from headgate.onboarding.record_models import record_models
from tests.conftest import unique
from tests.in_memory_ports import MemoryRecords

if TYPE_CHECKING:
    from headgate.onboarding.records import RecordTable
    from tests.conftest import Emulator

CONTRACTS = Path(__file__).parents[3] / "headgate/domains/onboarding/contracts/source"
CUSTOMER = record_models(odcs_reader.load_all(CONTRACTS))["Customer"]


def records_table(emulator: Emulator) -> str:
    name = unique("records")
    emulator.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "record_model", "KeyType": "HASH"},
            {"AttributeName": "record_id", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": key, "AttributeType": "S"} for key in ("record_model", "record_id")
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def dynamo_records(emulator: Emulator) -> DynamoRecords:
    retrying = Config(max_pool_connections=32, retries={"max_attempts": 4})
    return DynamoRecords(emulator.client("dynamodb", config=retrying), records_table(emulator))


@pytest.fixture(
    params=[
        pytest.param("memory", marks=pytest.mark.unit),
        pytest.param("dynamodb", marks=pytest.mark.integration),
    ]
)
def onboarding(request: pytest.FixtureRequest) -> Onboarding:
    records: RecordTable = (
        dynamo_records(request.getfixturevalue("emulator"))
        if request.param == "dynamodb"
        else MemoryRecords()
    )
    return Onboarding(records, lambda: MaskingKey("k1", bytes(32)))


def customer(number: int, email: str = "") -> dict[str, str | int | float | bool | None]:
    return {
        "customer_id": f"C-{number:04}",
        "name": f"Name {number}",
        "email": email or f"c{number}@example.com",
    }


def test_a_created_record_is_read_by_its_id(onboarding: Onboarding) -> None:
    (outcome,) = onboarding.create(CUSTOMER, [customer(1)])
    assert (outcome.state, outcome.id) == ("created", "C-0001")
    assert onboarding.get(CUSTOMER, "C-0001").values == {**customer(1), "phone": None, "country_code": None}
    with pytest.raises(NotFoundError):
        onboarding.get(CUSTOMER, "C-0002")


def test_the_same_batch_sent_twice_creates_nothing_twice(onboarding: Onboarding) -> None:
    rows = [customer(1), customer(2)]
    assert count_outcomes(onboarding.create(CUSTOMER, rows)).created == 2
    again = count_outcomes(onboarding.create(CUSTOMER, rows))
    assert (again.successful, again.created, again.failed) == (2, 0, 0)


def test_an_id_with_other_values_is_refused(onboarding: Onboarding) -> None:
    onboarding.create(CUSTOMER, [customer(1)])
    (outcome,) = onboarding.create(CUSTOMER, [{**customer(1), "name": "Another"}])
    assert (outcome.state, outcome.rule, outcome.column) == ("failed", "duplicate_key", "customer_id")


def test_an_address_belongs_to_one_record_whatever_its_case(onboarding: Onboarding) -> None:
    onboarding.create(CUSTOMER, [customer(1, "ann@example.com")])
    (outcome,) = onboarding.create(CUSTOMER, [customer(2, " ANN@Example.com ")])
    assert (outcome.state, outcome.rule, outcome.column) == ("failed", "unique", "email")
    assert "example" not in outcome.reason


def test_a_batch_names_every_row_that_failed(onboarding: Onboarding) -> None:
    rows = [
        customer(1, "ann@example.com"),
        customer(2, "ANN@example.com"),
        {**customer(3), "email": "nobody"},
        {**customer(4), "name": None},
    ]
    outcomes = onboarding.create(CUSTOMER, rows)
    assert [(outcome.row, outcome.state, outcome.rule, outcome.column) for outcome in outcomes] == [
        (1, "created", "", ""),
        (2, "failed", "unique", "email"),
        (3, "failed", "pattern", "email"),
        (4, "failed", "required", "name"),
    ]


def test_an_update_moves_the_address_and_frees_the_old_one(onboarding: Onboarding) -> None:
    onboarding.create(CUSTOMER, [customer(1, "old@example.com"), customer(2, "other@example.com")])
    changed = onboarding.update(CUSTOMER, "C-0001", {"email": "new@example.com"})
    assert (changed.revision, changed.values["email"]) == (2, "new@example.com")
    assert onboarding.create(CUSTOMER, [customer(3, "old@example.com")])[0].state == "created"
    with pytest.raises(BadInputError, match="unique"):
        onboarding.update(CUSTOMER, "C-0001", {"email": "OTHER@example.com"})
    with pytest.raises(BadInputError, match="pattern"):
        onboarding.update(CUSTOMER, "C-0001", {"email": "nobody"})
    assert onboarding.get(CUSTOMER, "C-0001") == changed


def test_an_update_of_what_somebody_else_changed_is_refused(
    onboarding: Onboarding, monkeypatch: pytest.MonkeyPatch
) -> None:
    onboarding.create(CUSTOMER, [customer(1)])
    before = onboarding.get(CUSTOMER, "C-0001")
    onboarding.update(CUSTOMER, "C-0001", {"name": "First"})
    monkeypatch.setattr(type(onboarding.records), "get", lambda *_: before)
    with pytest.raises(ConflictError):
        onboarding.update(CUSTOMER, "C-0001", {"name": "Second"})


def test_a_list_continues_by_its_cursor(onboarding: Onboarding) -> None:
    onboarding.create(CUSTOMER, [customer(number) for number in range(5)])
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = onboarding.page(CUSTOMER, 2, cursor)
        seen += [record.id for record in page.records]
        cursor = page.after
    assert (seen, cursor) == ([f"C-{number:04}" for number in range(5)], "")
    with pytest.raises(HeadgateError, match="cursor"):
        onboarding.page(CUSTOMER, 2, "%%%")


@pytest.mark.integration
def test_of_a_thousand_writers_of_a_hundred_addresses_a_hundred_win(emulator: Emulator) -> None:
    onboarding = Onboarding(dynamo_records(emulator), lambda: MaskingKey("k1", bytes(32)))
    rows = [customer(number, f"a{number % 100}@example.com") for number in range(1000)]
    with ThreadPoolExecutor(32) as pool:
        outcomes = list(pool.map(lambda row: onboarding.create(CUSTOMER, [row])[0], rows))
    assert Counter((outcome.state, outcome.rule, outcome.column) for outcome in outcomes) == {
        ("created", "", ""): 100,
        ("failed", "unique", "email"): 900,
    }
    page = onboarding.page(CUSTOMER, 200)
    assert (len(page.records), page.after) == (100, "")
    assert {str(record.values["email"]) for record in page.records} == {
        f"a{number}@example.com" for number in range(100)
    }


@pytest.mark.unit
def test_models_are_those_that_contracts_state() -> None:
    assert list(record_models(odcs_reader.load_all(CONTRACTS))) == ["Customer", "Invoice", "Job", "Project"]
