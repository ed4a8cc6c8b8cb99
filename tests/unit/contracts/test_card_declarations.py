"""A lake or a column that declares to hold no card numbers is not searched, neither by the gate nor by the
card-data audit.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts import odcs_reader
from headgate.contracts.card_declarations import PROPERTY, declarations_by_dataset, declared_by_lake
from headgate.contracts.curated import curated_contract
from headgate.contracts.difference import differences
from headgate.contracts.model import Content
from headgate.contracts.no_cards import NoCards
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.registry import Registry, no_cards
from headgate.errors import ContractError, SettingsError
from headgate.intake import CheckedRows, check_bytes
from headgate.lake import keys
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.project import read_project
from headgate.quality.card_audit_ledger import AuditLedger, CardAudit, scanner_version
from headgate.quality.declared_columns import Declared, declared_columns
from headgate.quality.leaks import leaks_in_rows
from headgate.quality.pci_audit import (
    AuditFinding,
    AuditScan,
    Zone,
    findings,
    increments_zone,
    pci_audit,
    scan_object,
)
from headgate.snapshots.publishing import parquet_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.contracts.model import Contract

pytestmark = pytest.mark.unit

PAN = "4111111111111111"  # a test number that payment gateways publish
SAID = {
    "declared_by": "R. Meyer, data owner",
    "declared_on": "2026-01-31",
    "reason": "ids of a meter, 16 digits",
}
LAKE = NoCards(**SAID)
KEY = MaskingKey("k1", bytes(32))


def contract_of(properties: list[dict[str, Any]] | None = None, mask: str = "") -> Contract:
    own = [*(properties or []), *([{"property": "headgate.mask", "value": mask}] if mask else [])]
    columns = [
        {
            "name": "id",
            "logicalType": "integer",
            "physicalType": "BIGINT",
            "primaryKey": True,
            "required": True,
        },
        {"name": "meter", "logicalType": "string", "physicalType": "TEXT", "customProperties": own},
    ]
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "headgate.source.readings",
        "version": "1.0.0",
        "status": "active",
        "schema": [{"name": "readings", "properties": columns}],
    }
    return odcs_reader.parse(document, "source")


def declared() -> Contract:
    return contract_of([{"property": PROPERTY, "value": SAID}])


def gate(body: str, contract: Contract) -> CheckedRows:
    return check_bytes(
        body.encode(), contract, KEY, object_key="readings/in.csv", received_at=datetime(2026, 5, 1)
    )


def test_a_declared_column_is_accepted_as_it_is_and_another_is_not() -> None:
    body = f"id,meter\n1,{PAN}\n2,cvv 123\n"
    rows, refused = (gate(body, contract) for contract in (declared(), contract_of()))
    assert rows.accepted["meter"].to_pylist() == [PAN, "cvv 123"]
    assert dict(refused.counts.reasons) == {"undeclared_card_number": 1, "undeclared_cvv": 1}


def test_the_audit_honours_the_declaration_of_a_column() -> None:
    objects = MemoryObjects()
    contract = curated_contract(declared())
    accepted = gate(f"id,meter\n1,{PAN}\n", declared()).accepted
    ref = ObjectRef("curated", f"{keys.INCREMENTS}/readings/a.parquet")
    objects.write(ref, parquet_bytes(accepted))
    zone = increments_zone("curated")
    assert scan_object(objects, zone, ref).findings
    assert not scan_object(objects, zone, ref, declared_columns([contract])).findings


def test_the_table_of_the_audit_names_declared_columns_with_who_and_why() -> None:
    """A column that is not searched is never silent: neither its own declaration nor the lake's."""
    scans = [AuditScan(zone, "readings", 1, 2) for zone in ("curated", "quarantine", "profiles")]
    whole = declared_by_lake(contract_of(), LAKE)
    own = "meter (R. Meyer, data owner, 2026-01-31: ids of a meter, 16 digits)"
    for contract, text in ((declared(), own), (whole, f"id, {own}")):
        frame = pci_audit(scans, declarations_by_dataset([curated_contract(contract)]))
        listed = frame[frame["declared"].notna()]
        assert set(listed["declared"]) == {text}
        assert sorted(zip(listed["zone"], listed["check_name"], strict=True)) == [
            (zone, check)
            for zone in ("curated", "quarantine")
            for check in ("card_number", "security_code", "track_data")
        ]
    assert declarations_by_dataset([curated_contract(contract_of())]) == {}


@pytest.mark.parametrize(
    ("property_name", "value", "text"),
    [
        ("headgate.content", "tracking_number", "meter (nobody named: headgate.content tracking_number)"),
        ("headgate.mask", "none", "meter (nobody named: headgate.mask none)"),
    ],
)
def test_the_table_of_the_audit_lists_columns_that_a_contract_excepts_without_a_name(
    property_name: str, value: str, text: str
) -> None:
    """Each column that the audit searches less is listed.

    A declaration with a person replaces the words about nobody.
    """
    own = {"property": property_name, "value": value}
    assert declarations_by_dataset([curated_contract(contract_of([own]))]) == {"readings": text}
    named = contract_of([own, {"property": PROPERTY, "value": SAID}])
    assert declarations_by_dataset([curated_contract(named)]) == {
        "readings": "meter (R. Meyer, data owner, 2026-01-31: ids of a meter, 16 digits)"
    }


@pytest.mark.parametrize(
    "own",
    [
        *({"property": "headgate.content", "value": content.value} for content in Content),
        {"property": "headgate.mask", "value": "none"},
        {"property": PROPERTY, "value": SAID},
        {"property": "headgate.mask", "value": "free_text"},
    ],
    ids=lambda own: str(own["value"]),
)
def test_the_audit_lists_exactly_the_columns_that_its_scanner_excepts(own: dict[str, Any]) -> None:
    contracts = [curated_contract(contract_of([own]))]
    listed, excepted = declarations_by_dataset(contracts), declared_columns(contracts)
    assert listed.keys() == excepted.keys() == (set() if own["value"] == "free_text" else {"readings"})


@pytest.mark.parametrize(
    "stated",
    [{"headgate.content": "tracking_number"}, {"headgate.content": "phone"}, {"headgate.mask": "none"}],
)
def test_the_audit_agrees_with_the_gate_about_what_a_contract_states(stated: dict[str, str]) -> None:
    contract = contract_of([{"property": name, "value": value} for name, value in stated.items()])
    texts = ["30569309025904", "4222222222222", "378282246310005", PAN, f"card {PAN}"]
    body = "id,meter\n" + "".join(f"{row},{text}\n" for row, text in enumerate(texts, 1))
    accepted = gate(body, contract).accepted
    fewest = declared_columns([curated_contract(contract)])["readings"]
    assert not leaks_in_rows(accepted, fewest)[1]
    assert accepted.num_rows >= 1


def test_quarantined_rows_of_a_declared_column_are_no_finding() -> None:
    gated = gate(f"id,meter\nx,{PAN}\n", declared())
    objects = MemoryObjects()
    ref = ObjectRef("quarantine", "rows/readings/a.parquet")
    objects.write(ref, parquet_bytes(gated.quarantine_rows))
    zone = Zone("quarantine", "quarantine", ("",))
    assert scan_object(objects, zone, ref).findings
    assert not scan_object(objects, zone, ref, declared_columns([curated_contract(declared())])).findings


def test_a_finding_goes_with_the_next_audit_after_the_declaration() -> None:
    objects = MemoryObjects()
    ref = ObjectRef("curated", f"{keys.INCREMENTS}/readings/a.parquet")
    objects.write(ref, parquet_bytes(gate(f"id,meter\n1,{PAN}\n", declared()).accepted))
    ledger = AuditLedger(objects, "artifacts")
    own = declared_columns([curated_contract(declared())])

    def scans(scanner: str, of: Declared) -> list[AuditFinding]:
        audit = CardAudit(
            objects,
            ledger,
            lambda: datetime(2026, 5, 1),
            list[AuditFinding]().extend,
            scanner,
            outdated_per_run=0,
            declared=of,
        )
        return findings(audit.audit_objects([increments_zone("curated")]))

    assert len(scans(scanner_version(), {})) == 1
    assert not scans(scanner_version(str(own)), own)


def test_a_declaration_says_who_when_and_why() -> None:
    for stated in (
        {},
        "yes",
        {**SAID, "reason": " "},
        {**SAID, "declared_on": "soon"},
        {**SAID, "note": "x"},
    ):
        with pytest.raises(
            ContractError,
            match=r"readings\.meter: headgate\.no_cards must have declared_by, declared_on, reason",
        ):
            contract_of([{"property": PROPERTY, "value": stated}])


def test_a_card_column_cannot_declare_that_it_holds_no_cards() -> None:
    with pytest.raises(
        ContractError, match=r"headgate\.mask is pan, so headgate\.no_cards cannot be declared"
    ):
        contract_of([{"property": PROPERTY, "value": SAID}], mask="pan")


def test_a_declaration_is_written_and_its_change_is_reported() -> None:
    assert odcs_reader.parse(to_odcs(declared()), "source") == declared()
    (change,) = differences(contract_of(), declared())
    assert "R. Meyer, data owner declared on 2026-01-31" in change.message


def test_a_lakes_declaration_is_on_every_column_unless_the_table_has_cards() -> None:
    lake = declared_by_lake(contract_of(), LAKE)
    assert {column.no_cards for column in lake.columns} == {LAKE}
    with_card = contract_of(mask="pan")
    assert declared_by_lake(with_card, LAKE) == with_card
    assert declared_by_lake(contract_of(), None) == contract_of()


CARDS = '[cards]\nnone = true\ndeclared_by = "R. Meyer"\ndeclared_on = 2026-01-31\nreason = "sensors only"\n'


def test_a_lake_declares_it_in_its_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "headgate.toml").write_text(
        f'name = "sensors"\ndomains = ["retail"]\n{CARDS}', encoding="utf-8"
    )
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    assert no_cards() == NoCards("R. Meyer", "2026-01-31", "sensors only")
    registry = Registry.load()
    assert {
        column.no_cards for column in registry.curated["calendar"].columns if not column.name.startswith("_")
    } == {no_cards()}
    assert all(column.no_cards is None for column in registry.source["payments"].columns)


@pytest.mark.parametrize(
    "moment", ["2026-01-31T10:00:00", "2026-01-31T10:00:00Z", "10:00:00", '"2026-01-31"']
)
def test_the_day_of_a_lakes_declaration_is_a_date_without_a_time(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "headgate.toml"
    path.write_text(CARDS.replace("2026-01-31", moment), encoding="utf-8")
    with pytest.raises(SettingsError, match="a date such as 2026-01-31, without a time"):
        read_project(path)


@pytest.mark.parametrize("left_out", ["none", "declared_by", "declared_on", "reason"])
def test_a_lake_that_does_not_say_all_of_it_is_refused(tmp_path: Path, left_out: str) -> None:
    lines = [line for line in CARDS.splitlines() if not line.startswith(left_out)]
    path = tmp_path / "headgate.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SettingsError, match="cards must have none = true, declared_by, declared_on"):
        read_project(path)
