"""`headgate upload --json` states for each file what became of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from click.testing import CliRunner

from headgate.cli import command_deployment
from headgate.cli.command_deployment import Deployment
from headgate.cli.main import cli
from headgate.cli.rendering.upload_outcomes import upload_outcomes
from headgate.errors import NotPermittedError
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.wiring import stores
from tests.unit.api.lakes import PAYMENTS, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.lake.ports import ObjectVersion

pytestmark = pytest.mark.unit


class GatedObjects:
    """Objects of raw that the gate processes as soon as they are there."""

    def __init__(self, lake: MemoryLake) -> None:
        self.lake = lake

    def upload(self, path: Path, ref: ObjectRef) -> None:
        self.lake.receive(ref.key, path.read_bytes())

    def metadata(self, ref: ObjectRef) -> dict[str, str]:
        """Refuse: an uploader may not read which code is deployed, nor what is remembered of uploads."""
        raise NotPermittedError(f"AccessDenied: {ref.key}")

    def versions(self, bucket: str, prefix: str) -> Iterator[ObjectVersion]:
        """List versions; `info` is missing, because an uploader has no right to read an object."""
        return self.lake.objects.versions(bucket, prefix)


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> MemoryLake:
    made = MemoryLake()
    monkeypatch.setattr(
        command_deployment,
        "activate",
        lambda: Deployment("x", {"HEADGATE_RAW_BUCKET": "raw", "HEADGATE_ARTIFACTS_BUCKET": "artifacts"}, {}),
    )
    monkeypatch.setattr(stores, "objects", lambda: GatedObjects(made))
    monkeypatch.setattr(stores, "ledger", lambda _: made.ledger)
    return made


def uploaded(*sources: object, expect: int) -> Any:  # noqa: ANN401 whatever JSON it is
    ran = CliRunner().invoke(cli, ["upload", *map(str, sources), "--json"], catch_exceptions=False)
    assert ran.exit_code == expect
    return json.loads(ran.stdout)


def test_each_file_has_its_name_state_dataset_and_rows(lake: MemoryLake, tmp_path: Path) -> None:
    assert lake
    (tmp_path / "payments.csv").write_bytes(PAYMENTS)
    found = uploaded(tmp_path / "payments.csv", expect=0)
    (file,) = found["files"]
    assert (file["file"], file["key"]) == (str(tmp_path / "payments.csv"), "payments/payments.csv")
    names = ("state", "dataset", "received", "accepted", "quarantined", "duplicates")
    assert [file[name] for name in names] == ["done", "payments", 4, 1, 2, 1]
    assert sum(file["reasons"].values()) == 3
    assert (file["rule"], file["duplicate_of"]) == ("", "")
    assert [dataset["dataset"] for dataset in found["datasets"]] == ["payments"]


def test_a_rejected_file_has_its_rule_and_message(lake: MemoryLake, tmp_path: Path) -> None:
    assert lake
    (tmp_path / "payments.csv").write_bytes(b"payment_id\n1\n")
    (tmp_path / ".notes").write_text("x")
    found = uploaded(tmp_path / "payments.csv", tmp_path / ".notes", expect=3)
    (file,) = found["files"]
    assert (file["state"], file["accepted"], file["rule"]) == ("rejected", 0, "missing_column")
    assert all(file[name] for name in ("message", "remedy", "column"))
    assert [one["file"] for one in found["not_sent"]] == [".notes"]


def test_a_file_without_a_contract_is_not_complete(lake: MemoryLake, tmp_path: Path) -> None:
    assert lake
    (tmp_path / "toasters.csv").write_bytes(b"toaster,watts\nA,900\nB,850\n")
    (file,) = uploaded(tmp_path / "toasters.csv", expect=3)["files"]
    assert (file["state"], file["rule"]) == ("profiled", "unknown_dataset")


def test_a_copy_names_the_file_that_has_its_rows(lake: MemoryLake, tmp_path: Path) -> None:
    original = lake.receive("payments/yesterday.csv", PAYMENTS)
    (tmp_path / "payments.csv").write_bytes(PAYMENTS)
    (file,) = uploaded(tmp_path / "payments.csv", expect=0)["files"]
    assert (file["state"], file["accepted"]) == ("skipped_duplicate", 0)
    assert (file["duplicate_of"], file["duplicate_of_key"]) == (original.file_id, "payments/yesterday.csv")


def test_a_file_that_the_gate_still_has_says_so() -> None:
    (file,) = upload_outcomes(
        [(Path("orders.csv"), ObjectRef("raw", "orders/orders.csv", "v1"))], [], MemoryLake().ledger, 5
    )
    assert (file["state"], file["rule"], file["key"]) == (None, "not_finished", "orders/orders.csv")


def test_a_card_number_in_a_name_is_not_in_the_outcome() -> None:
    name = "card 4111 1111 1111 1111.csv"
    found = upload_outcomes(
        [(Path(name), ObjectRef("raw", f"orders/{name}", "v1"))], list[FileRecord](), MemoryLake().ledger, 5
    )
    assert "1111 1111" not in json.dumps(found)


def test_the_sheets_of_a_workbook_that_are_not_read_are_named(lake: MemoryLake, tmp_path: Path) -> None:
    assert lake
    book = openpyxl.Workbook()
    rows, other = book.active, book.create_sheet("Shops")
    assert rows is not None
    rows.title = "Payments"
    for line in csv.reader(PAYMENTS.decode().splitlines()):
        rows.append(line)
    other.append(["shop", "city"])
    other.append(["North", "Oslo"])
    book.save(tmp_path / "payments.xlsx")
    (file,) = uploaded(tmp_path / "payments.xlsx", expect=0)["files"]
    assert (file["sheets"], file["left_out"]) == ("Payments", "Shops (rows: 2)")
    other.append(["South", "Rome"])
    book.save(tmp_path / "payments.xlsx")
    shown = CliRunner().invoke(
        cli, ["upload", str(tmp_path / "payments.xlsx"), "--dataset", "payments"], catch_exceptions=False
    )
    assert "Shops (rows: 3)" in " ".join(shown.stdout.split())
