"""The same row gets the same verdict from the command line, over GraphQL, and as a file in raw."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.cli import command_deployment
from headgate.cli.main import cli
from headgate.contracts import odcs_reader
from headgate.errors import BadInputError, NotPermittedError
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.rows.check_rows import check_bytes
from headgate.intake.rows.fill_missing_ids import generated_id
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from headgate.onboarding.onboard import Onboarding
from headgate.onboarding.record_models import record_models
from headgate.onboarding.records_of_files import create_records_of_file
from headgate.onboarding.resolve_field import resolve_field
from headgate.project import read_project
from headgate.wiring import api
from scripts.packages.graphql_schema import field_names, graphql_schema
from tests.in_memory_ports import MemoryRecords

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "samples"
MODELS = record_models(odcs_reader.load_all(ROOT / "headgate/domains/onboarding/contracts/source"))
KEY = MaskingKey("k1", bytes(range(32)))  # under HMAC zeros alone would equal an empty key
PAN = "4111111111111111"  # a test number that payment gateways publish


@dataclass
class RecordGate:
    """The gate of a lake in memory that creates records."""

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def process(self, key: str, body: bytes, records: MemoryRecords) -> FileRecord:
        """Return the record of a new object in raw, once the gate has ended with it."""
        contracts = {model.contract.dataset: model.contract for model in MODELS.values()}
        ports = GatePorts(
            self.objects, self.ledger, "curated", "quarantine", lambda: datetime(2026, 1, 1), 300
        )
        creator = partial(create_records_of_file, records)
        self.objects.write(ObjectRef("raw", key), body)
        ref = self.objects.info(ObjectRef("raw", key)).ref
        return FileProcessor(ports, GateRules(contracts, lambda: KEY), create_records=creator).process(ref)


@pytest.fixture
def onboarding(monkeypatch: pytest.MonkeyPatch) -> Onboarding:
    """A lake with the onboarding domain, in memory."""
    lake = Onboarding(MemoryRecords(), lambda: KEY)
    monkeypatch.setattr(api, "models_by_name", lambda: MODELS)
    monkeypatch.setattr(api, "onboarding", lambda _: lake)
    monkeypatch.setattr(command_deployment, "activate", lambda: command_deployment.Deployment("test", {}, {}))
    return lake


def ran(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["onboard", *arguments], catch_exceptions=False)


def rows_of(name: str) -> list[dict[str, str | None]]:
    with (SAMPLES / name).open(encoding="utf-8") as file:
        return [{column: cell or None for column, cell in row.items()} for row in csv.DictReader(file)]


def called(onboarding: Onboarding, field: str, **arguments: object) -> Any:  # noqa: ANN401 JSON
    return resolve_field({"info": {"fieldName": field}, "arguments": arguments}, onboarding, MODELS)


@pytest.mark.parametrize("name", ["valid.csv", "duplicates.csv", "invalid.csv", "without_ids.csv"])
def test_command_line_graphql_and_raw_agree_on_every_row(onboarding: Onboarding, name: str) -> None:
    outcomes = json.loads(ran("--file", str(SAMPLES / name), "--json").stdout)["rows"]
    command = [(outcome["row"], outcome["rule"], outcome["column"]) for outcome in outcomes]
    over_graphql = called(onboarding, "createCustomers", inputs=rows_of(name))["rows"]
    assert [(one["row"], one["rule"] or "", one["column"] or "") for one in over_graphql] == command
    body = (SAMPLES / name).read_bytes()
    in_raw = check_bytes(
        body, MODELS["Customer"].contract, KEY, object_key=name, received_at=datetime(2026, 1, 1)
    )
    broken = {
        row["source_row"]: (row["rule"], row["column_name"] or "")
        for row in in_raw.quarantine_rows.to_pylist()
    }
    assert {row: (rule, column) for row, rule, column in command if rule} == broken
    assert in_raw.counts.received == len(command)


def test_an_accepted_file_in_raw_creates_the_records_that_the_command_creates(
    onboarding: Onboarding, tmp_path: Path
) -> None:
    gate, records = RecordGate(), MemoryRecords()
    body = (SAMPLES / "duplicates.csv").read_bytes()
    record = gate.process("customer_accounts/a.csv", body, records)
    (tmp_path / "sent.csv").write_bytes(body)
    sent = json.loads(ran("--file", str(tmp_path / "sent.csv"), "--submit", "--json").stdout)
    assert record.model_records == {"created": sent["summary"]["created"]}
    assert records.page("Customer", 50).records == onboarding.page(MODELS["Customer"]).records


def test_a_row_in_raw_that_cannot_be_a_record_is_counted_by_its_rule() -> None:
    gate, records = RecordGate(), MemoryRecords()
    header = b"customer_id,name,email,phone,country_code\n"
    gate.process("customer_accounts/a.csv", header + b"C-1,One,one@example.com,,DE\n", records)
    taken = header + b"C-2,Two,ONE@example.com,,DE\nC-3,Three,three@example.com,,DE\n"
    later = gate.process("customer_accounts/b.csv", taken, records)
    assert (later.accepted, later.model_records) == (2, {"created": 1, "unique": 1})
    again = gate.process("customer_accounts/d.csv", header + b"C-3,Three,three@example.com,,DE\n", records)
    assert again.model_records == {"present": 1}
    changed = gate.process("customer_accounts/c.csv", header + b"C-1,Uno,one@example.com,,DE\n", records)
    assert changed.model_records == {"duplicate_key": 1}


def test_a_file_of_a_dataset_without_a_model_creates_no_record() -> None:
    contract = replace(MODELS["Customer"].contract, properties={})
    assert create_records_of_file(MemoryRecords(), contract, pa.table({"customer_id": ["C-1"]})) == {}


def test_failed_rows_are_written_corrected_and_sent_again(onboarding: Onboarding, tmp_path: Path) -> None:
    failed = tmp_path / "failed.csv"
    first = ran("--file", str(SAMPLES / "invalid.csv"), "--submit", "--failed", str(failed), "--json")
    assert (first.exit_code, json.loads(first.stdout)["summary"]["failed"]) == (3, 6)
    rows = list(csv.DictReader(io.StringIO(failed.read_text(encoding="utf-8"))))
    assert [row["customer_id"] for row in rows] == [
        "C-00002",
        "C-00003",
        "C-00004",
        "has blank",
        "C-00006",
        "C-00007",
    ]
    good = {"name": "Corrected", "country_code": "GB"}
    fixed = [
        {**row, **good, "email": f"f{place}@example.com", "customer_id": f"F-{place}"}
        for place, row in enumerate(rows)
    ]
    with failed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(fixed)
    again = json.loads(ran("--file", str(failed), "--submit", "--json").stdout)["summary"]
    assert (again["successful"], again["failed"], again["created"]) == (6, 0, 6)
    assert len(onboarding.page(MODELS["Customer"], 50).records) == 8


def test_a_file_sent_twice_creates_nothing_twice(onboarding: Onboarding) -> None:
    counts = [
        json.loads(ran("--file", str(SAMPLES / "valid.csv"), "--submit", "--json").stdout)["summary"]
        for _ in range(2)
    ]
    assert [(one["created"], one["successful"]) for one in counts] == [(10, 10), (0, 10)]
    assert len(onboarding.page(MODELS["Customer"], 50).records) == 10


def test_a_dry_run_creates_nothing(onboarding: Onboarding) -> None:
    done = ran("--file", str(SAMPLES / "valid.csv"))
    assert "10 successful, 0 failed, 10 in total" in done.stdout.replace("\n", "")
    assert onboarding.page(MODELS["Customer"]).records == []


def test_the_model_is_detected_and_other_headings_are_mapped(onboarding: Onboarding, tmp_path: Path) -> None:
    assert onboarding
    assert json.loads(ran("--file", str(SAMPLES / "projects.csv"), "--json").stdout)["model"] == "Project"
    path = tmp_path / "people.csv"
    path.write_text("Customer ID;Name;E-Mail;Country Code\nC-1;Ann;ann@example.com;GB\n", encoding="utf-8")
    done = json.loads(ran("--file", str(path), "--model", "customer", "--json").stdout)
    assert done["mapping"] == {
        "Customer ID": "customer_id",
        "Name": "name",
        "E-Mail": "email",
        "Country Code": "country_code",
    }
    assert done["summary"]["successful"] == 1


def test_a_column_of_no_field_is_named_with_the_true_reason(onboarding: Onboarding, tmp_path: Path) -> None:
    """A column signupDate was said to "may hold card data", at the name of another column that fits."""
    assert onboarding
    path = tmp_path / "people.csv"
    path.write_text(
        "customerId,name,email,countryCode,signupDate\nC-1,Ann,ann@example.com,GB,2026-01-02\n",
        encoding="utf-8",
    )
    with pytest.raises(
        BadInputError,
        match=r"^column signupDate: the model has no field of this name, and its values would be lost",
    ):
        ran("--file", str(path))


def test_a_lake_without_models_says_so_instead_of_listing_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "models_by_name", dict)
    for arguments in (["--list-models"], ["--list-models", "--json"], ["--file", str(SAMPLES / "valid.csv")]):
        with pytest.raises(BadInputError, match=r"no model to create records of .* the folder samples"):
            ran(*arguments)


def test_the_samples_are_a_lake_project_with_the_models() -> None:
    """docs/use/uploading.md: a clone's samples work with HEADGATE_PROJECT=samples."""
    assert read_project(SAMPLES / "headgate.toml").domains == ("onboarding",)


def test_models_are_listed_with_their_unique_columns(onboarding: Onboarding) -> None:
    assert onboarding
    listed = {model["model"]: model["columns"] for model in json.loads(ran("--list-models", "--json").stdout)}
    assert list(listed) == ["Customer", "Invoice", "Job", "Project"]
    assert [column["name"] for column in listed["Customer"] if column["unique"]] == ["email"]


def test_a_card_number_is_neither_stored_nor_shown(onboarding: Onboarding, tmp_path: Path) -> None:
    path = tmp_path / "cards.csv"
    path.write_text(f"customer_id,name,email\nC-1,paid {PAN},a@example.com\n", encoding="utf-8")
    done = ran("--file", str(path), "--submit", "--failed", str(tmp_path / "failed.csv"), "--json")
    assert (
        done.exit_code,
        PAN in done.output,
        PAN in (tmp_path / "failed.csv").read_text(encoding="utf-8"),
    ) == (3, False, False)
    with pytest.raises(BadInputError) as refused:
        called(
            onboarding,
            "createCustomer",
            input={"customer_id": "C-1", "name": f"paid {PAN}", "email": "a@example.com"},
        )
    assert PAN not in str(refused.value)


def test_records_are_created_read_listed_and_updated_over_graphql(onboarding: Onboarding) -> None:
    row = {"customer_id": "C-1", "name": "Ann", "email": "ann@example.com"}
    assert called(onboarding, "createCustomer", input=row)["email"] == "ann@example.com"
    assert called(onboarding, "getCustomer", id="C-1")["name"] == "Ann"
    assert called(onboarding, "getCustomer", id="C-2") is None
    assert called(onboarding, "updateCustomer", id="C-1", input={"name": "Anna"})["name"] == "Anna"
    assert called(onboarding, "listCustomers", limit=1)["records"][0]["name"] == "Anna"
    with pytest.raises(BadInputError, match="unique"):
        called(onboarding, "createCustomer", input={**row, "customer_id": "C-3", "email": "ANN@example.com"})


@pytest.mark.parametrize(
    ("groups", "reads", "writes"),
    [
        ([], False, False),
        (["viewer"], True, False),
        (["uploader"], True, True),
        (["operator"], True, True),
        (["others"], False, False),
    ],
)
def test_the_groups_of_a_person_decide_who_reads_and_who_writes(
    onboarding: Onboarding, groups: list[str], *, reads: bool, writes: bool
) -> None:
    row = {"customer_id": "C-1", "name": "Ann", "email": "ann@example.com"}
    for name, arguments, may in (("createCustomer", {"input": row}, writes), ("listCustomers", {}, reads)):
        event = {
            "info": {"fieldName": name},
            "arguments": arguments,
            "identity": {"claims": {"cognito:groups": groups}},
        }
        with nullcontext() if may else pytest.raises(NotPermittedError, match="group"):
            assert resolve_field(event, onboarding, MODELS)


def test_the_schema_has_a_field_for_every_resolver_and_is_the_same_every_time() -> None:
    graphql = pytest.importorskip("graphql")
    text = graphql_schema(MODELS)
    assert text == graphql_schema(MODELS)
    directives = """directive @aws_api_key on OBJECT
    directive @aws_iam on OBJECT
    directive @aws_cognito_user_pools(cognito_groups: [String!]) on OBJECT
    """
    schema = graphql.build_schema(directives + text)
    fields = [(kind, name) for kind in ("Query", "Mutation") for name in schema.type_map[kind].fields]
    assert sorted(fields) == sorted(field_names(MODELS))
    assert str(schema.type_map["CustomerInput"].fields["email"].type) == "String!"
    assert str(schema.type_map["CustomerInput"].fields["customer_id"].type) == "ID"
    assert str(schema.type_map["Customer"].fields["customer_id"].type) == "ID!"
    assert str(schema.type_map["Invoice"].fields["amount"].type) == "String!"


FILES_OF_MODELS = {
    "customer_accounts": b"customer_id,name,email,phone,country_code\nC-1,Ada,ada@example.com,,GB\n",
    "projects": b"project_id,customer_id,title,status,starts_on,budget,currency\nP-1,C-1,Roof,active,,,\n",
    "jobs": b"job_id,project_id,title,status,scheduled_on,hours\nJ-1,P-1,Slates,scheduled,,\n",
    "invoices": b"invoice_id,customer_id,project_id,issued_on,due_on,amount,currency,status\n"
    b"I-1,C-1,P-1,2026-01-02,2026-02-01,10.50,GBP,sent\n",
}


def test_there_is_a_file_of_every_model() -> None:
    assert FILES_OF_MODELS.keys() == {model.contract.dataset for model in MODELS.values()}


@pytest.mark.parametrize("dataset", FILES_OF_MODELS)
def test_a_file_in_raw_creates_its_records_once_by_the_ids_of_the_file(dataset: str) -> None:
    """An upload in the console ends as a file in raw, so it creates the same records."""
    gate, records, body = RecordGate(), MemoryRecords(), FILES_OF_MODELS[dataset]
    assert gate.process(f"{dataset}/a.csv", body, records).model_records == {"created": 1}
    (model,) = (model for model in MODELS.values() if model.contract.dataset == dataset)
    record_id = body.splitlines()[1].partition(b",")[0].decode()
    assert records.get(model.name, record_id).id == record_id
    other_bytes = body.rstrip() + b"\r\n"
    assert gate.process(f"{dataset}/b.csv", other_bytes, records).model_records == {"present": 1}


@pytest.mark.parametrize("dataset", FILES_OF_MODELS)
def test_a_row_without_its_id_gets_the_same_generated_one_in_every_file(dataset: str) -> None:
    """In one file the cell is empty, in the other one the column is missing."""
    gate, records = RecordGate(), MemoryRecords()
    header, row = FILES_OF_MODELS[dataset].splitlines(keepends=True)
    cells = row.partition(b",")[2]
    sent = gate.process(f"{dataset}/a.csv", header + b"," + cells, records)
    assert (sent.accepted, sent.model_records) == (1, {"created": 1})
    again = gate.process(f"{dataset}/b.csv", header.partition(b",")[2] + cells, records)
    assert (again.accepted, again.model_records) == (1, {"present": 1})


def test_command_line_graphql_and_raw_generate_the_same_id(onboarding: Onboarding, tmp_path: Path) -> None:
    gate, records = RecordGate(), MemoryRecords()
    gate.process("customer_accounts/a.csv", (SAMPLES / "without_ids.csv").read_bytes(), records)
    in_raw = [record.id for record in records.page("Customer", 50).records]
    (tmp_path / "sent.csv").write_bytes((SAMPLES / "without_ids.csv").read_bytes())
    sent = json.loads(ran("--file", str(tmp_path / "sent.csv"), "--submit", "--json").stdout)
    assert sent["summary"]["created"] == len(in_raw) == 2
    assert {outcome["id"] for outcome in sent["rows"] if outcome["id"]} == {*in_raw}
    over_graphql = called(onboarding, "createCustomer", input=rows_of("without_ids.csv")[1])
    assert over_graphql["customer_id"] in in_raw


def test_a_row_without_an_id_is_the_customer_of_its_address_whatever_else_it_says() -> None:
    gate, records, header = RecordGate(), MemoryRecords(), b"name,email\n"
    gate.process("customer_accounts/a.csv", header + b"Ann,ann@example.com\n", records)
    renamed = gate.process("customer_accounts/b.csv", header + b"Anna, ANN@Example.com \n", records)
    assert (renamed.accepted, renamed.model_records) == (1, {"duplicate_key": 1})


def test_a_row_whose_id_cannot_be_generated_is_refused() -> None:
    body = b"name,email\nAnn,\nBob,nobody\n"
    checked = check_bytes(
        body, MODELS["Customer"].contract, KEY, object_key="a.csv", received_at=datetime(2026, 1, 1)
    )
    refused = [(row["rule"], row["column_name"]) for row in checked.quarantine_rows.to_pylist()]
    assert refused == [("required", "customer_id"), ("pattern", "email")]
    assert checked.counts.accepted == 0
    records = [json.loads(row["record"]) for row in checked.quarantine_rows.to_pylist()]
    assert [record["customer_id"] for record in records] == [None, None]


def test_a_generated_id_stays_when_the_key_is_rotated_and_needs_the_key() -> None:
    first = generated_id("customer_accounts", ["ann@example.com"], KEY)
    rotated = MaskingKey("k2", bytes([1]) * 32, first_secret=KEY.secret)
    assert generated_id("customer_accounts", ["ann@example.com"], rotated) == first
    other_lake = MaskingKey("k1", bytes([2]) * 32)
    assert generated_id("customer_accounts", ["ann@example.com"], other_lake) != first


def test_no_generated_id_looks_like_a_card_number() -> None:
    """Of hexadecimal digits one in thousands would, and the audit would stop its table."""
    ids = [generated_id("customer_accounts", [str(number)], KEY) for number in range(1000)]
    assert all(re.fullmatch(r"g-[a-p]{32}", each) for each in ids)
    assert len({*ids}) == len(ids)
