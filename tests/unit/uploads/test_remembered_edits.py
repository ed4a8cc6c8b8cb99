"""A file from the terminal is sent as somebody decided on the page Upload for its header."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.registry import Registry
from headgate.errors import ServiceError
from headgate.formats.read_table import read_table, sample_table
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.local_files.check_file import any_key
from headgate.matching.mappings import Mappings
from headgate.uploads.edits import Edits, Step
from headgate.uploads.remembered_edits import with_remembered_edits

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

SOURCE = Registry.load().source
GERMAN = (
    "Artikelnummer;Bezeichnung;Warengruppe;Preis;Stand\n"
    "M1;Sattel;Teile;13,50;2026-10-01 00:00:00\n"
    "M2;Helm;Helme;9,00;2026-10-01 00:00:00\n"
)
EDITS = Edits(
    dataset="products",
    columns={
        "Artikelnummer": "product_id",
        "Bezeichnung": "product_name",
        "Warengruppe": "category",
        "Preis": "list_price",
        "Stand": "updated_at",
        "is_active": "is_active",
    },
    formats={"list_price": {"decimal": ","}},
    steps=(Step("default", "is_active", text="true"),),
)


def mappings() -> Mappings:
    return Mappings(MemoryObjects(), "artifacts", SOURCE, sample_table)


def remember(where: Mappings, sent: str | bytes, edits: Edits) -> None:
    """Remember edits for the header of a file, as the commit of an upload does."""
    fingerprint = read_table(sent if isinstance(sent, bytes) else sent.encode()).fingerprint
    where.objects.write(
        ObjectRef("artifacts", keys.edits_key(keys.UPLOADS, fingerprint)),
        json.dumps(asdict(edits)).encode(),
        content_type="application/json",
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Preisliste.csv"
    path.write_text(GERMAN, encoding="utf-8")
    return path


def test_a_file_that_leaves_columns_to_the_lake_is_sent_as_it_is(file: Path, tmp_path: Path) -> None:
    """Only the page Upload reads the lake's values; else the columns would be empty."""
    where = mappings()
    remember(where, GERMAN, replace(EDITS, steps=(Step("lake", "is_active"),)))
    (sent,) = with_remembered_edits([("uploads/Preisliste.csv", file)], lambda: where, tmp_path)
    assert (sent.key, sent.path, sent.edits) == ("uploads/Preisliste.csv", file, None)


def test_a_file_with_a_remembered_header_is_sent_as_decided_and_stays_as_it_is(
    file: Path, tmp_path: Path
) -> None:
    where = mappings()
    remember(where, GERMAN, EDITS)
    (sent,) = with_remembered_edits([("uploads/Preisliste.csv", file)], lambda: where, tmp_path)
    assert (sent.key, sent.original, sent.edits) == ("products/Preisliste.csv", file, EDITS)
    assert file.read_text(encoding="utf-8") == GERMAN
    gated = check_bytes(
        sent.path.read_bytes(),
        SOURCE["products"],
        any_key(),
        object_key=sent.key,
        received_at=datetime(2026, 11, 27),
    )
    assert (gated.counts.received, gated.counts.accepted) == (2, 2)
    facts = sent.facts("2026-11-27T12:00:00")
    assert (facts["by"], facts["sent_as"], facts["defaults"]) == (
        "headgate upload",
        "Preisliste.csv",
        ["is_active"],
    )


@pytest.mark.parametrize("stand", [{}, {"patterns": ("dd.MM.yyyy",)}, {"patterns": ("dd.MM.yyyy HH:mm",)}])
def test_a_date_cell_of_a_workbook_is_its_midnight_whatever_else_is_edited(
    stand: dict[str, object], tmp_path: Path
) -> None:
    """As the gate reads the cell from the workbook itself, and as `01.10.2026` of a CSV file is read."""
    where, path, book = mappings(), tmp_path / "Preisliste.xlsx", openpyxl.Workbook()
    moments = [dt.date(2026, 10, 1), dt.datetime(2026, 10, 2)]
    moments += [dt.datetime(2026, 10, 3, 18, 30)] if not stand else []
    book.active.append(["Preisliste Herbst"])
    book.active.append(GERMAN.splitlines()[0].split(";"))
    for number, moment in enumerate(moments):
        book.active.append([f"M{number}", "Sattel", "Teile", "13,50", moment])
    book.save(path)
    formats = {**EDITS.formats, **({"updated_at": stand} if stand else {})}
    remember(where, path.read_bytes(), replace(EDITS, formats=formats))
    (sent,) = with_remembered_edits([("uploads/Preisliste.xlsx", path)], lambda: where, tmp_path)
    gated = check_bytes(
        sent.path.read_bytes(),
        SOURCE["products"],
        any_key(),
        object_key=sent.key,
        received_at=datetime(2026, 11, 27),
    )
    assert (gated.counts.received, gated.counts.accepted) == (len(moments), len(moments))
    assert "2026-10-01 00:00:00" in sent.path.read_text(encoding="utf-8")


def test_a_file_of_another_header_or_put_below_another_dataset_is_sent_as_it_is(
    file: Path, tmp_path: Path
) -> None:
    where = mappings()
    other = {"Listenpreis" if name == "Preis" else name: field for name, field in EDITS.columns.items()}
    remember(where, GERMAN.replace("Preis;", "Listenpreis;"), replace(EDITS, columns=other))
    assert [
        sent.path for sent in with_remembered_edits([("uploads/a.csv", file)], lambda: where, tmp_path)
    ] == [file]
    remember(where, GERMAN, EDITS)
    (sent,) = with_remembered_edits([("orders/a.csv", file)], lambda: where, tmp_path / "second")
    assert (sent.key, sent.path, sent.edits) == ("orders/a.csv", file, None)


def test_a_file_without_a_column_of_a_remembered_header_is_sent_as_decided(tmp_path: Path) -> None:
    where = mappings()
    remember(where, GERMAN, EDITS)
    path = tmp_path / "Preisliste.csv"
    rows = [line.split(";") for line in GERMAN.splitlines()]
    path.write_text("\n".join(";".join([*row[:3], row[4]]) for row in rows), encoding="utf-8")
    (sent,) = with_remembered_edits([("uploads/Preisliste.csv", path)], lambda: where, tmp_path)
    columns = {name: field for name, field in EDITS.columns.items() if name != "Preis"}
    assert (sent.key, sent.edits) == ("products/Preisliste.csv", replace(EDITS, columns=columns, formats={}))


def test_a_file_whose_day_a_person_has_to_set_again_is_sent_as_it_is(tmp_path: Path) -> None:
    where, header = mappings(), GERMAN.replace(";Stand", "").replace(";2026-10-01 00:00:00", "")
    path = tmp_path / "Preisliste.csv"
    path.write_text(header, encoding="utf-8")
    columns = {name: field for name, field in EDITS.columns.items() if name != "Stand"}
    steps = (*EDITS.steps, Step("default", "updated_at", text="2026-10-01 00:00:00"))
    remember(where, header, replace(EDITS, columns={**columns, "updated_at": "updated_at"}, steps=steps))
    (sent,) = with_remembered_edits([("uploads/Preisliste.csv", path)], lambda: where, tmp_path)
    assert (sent.key, sent.path, sent.edits) == ("uploads/Preisliste.csv", path, None)


def test_without_the_right_to_read_what_is_remembered_files_are_sent_as_they_are(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = mappings()

    def denied(*_: object) -> None:
        raise ServiceError("AccessDenied")

    monkeypatch.setattr(where.objects, "list", denied)
    assert [
        sent.path for sent in with_remembered_edits([("uploads/a.csv", file)], lambda: where, tmp_path)
    ] == [file]
