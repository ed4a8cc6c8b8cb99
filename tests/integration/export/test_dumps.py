"""A MySQL server's dumps as text come through the gate unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.formats.csv.read_csv import read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.export.conftest import Shop

pytestmark = pytest.mark.integration

NAMES = ("id", "note", "amount")
NOTES = [
    None,
    "tab\tstop",
    "two\nlines",
    "dos\r\nlines",
    "C:\\new\\table\\",
    "5\" pipe, it's",
    "é \\N ü",
    "N",
    "\\",
    "plain",
]


def test_an_outfile_is_read_to_the_letter(shop: Shop, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    shop.run("CREATE TABLE notes (id INT, note TEXT, amount DECIMAL(10, 2))")
    rows = (f"({at}, {_sql(note)}, {'NULL' if at % 2 else '1.50'})" for at, note in enumerate(NOTES))
    shop.run(*(f"INSERT INTO notes VALUES {row}" for row in rows))  # noqa: S608 values of this file
    path = tmp_path / "notes.tsv"
    headed = (
        "SELECT 'id' AS id, 'note' AS note, 'amount' AS amount UNION ALL SELECT id, note, amount FROM notes"
    )
    ordered = "ORDER BY id = 'id' DESC, CAST(id AS UNSIGNED)"
    shop.run(
        " ".join(
            (
                "SELECT * FROM (",
                headed,
                ") AS headed",
                ordered,
                "INTO OUTFILE",
                _sql(str(path)),
                "CHARACTER SET utf8mb4",
            )
        )
    )
    things = Contract(
        "c", "notes", "source", "1", tuple(Column(name, ColumnType(Kind.STRING)) for name in NAMES)
    )
    read = read_csv(path.read_bytes(), things)
    assert not len(read.ragged.source_rows)
    assert read.cells["note"].to_pylist() == NOTES
    assert read.cells["amount"].to_pylist() == [None if at % 2 else "1.50" for at in range(len(NOTES))]


def _sql(text: str | None) -> str:
    return (
        "NULL"
        if text is None
        else "CONVERT(X'" + text.encode().hex() + "' USING utf8mb4)"
        if "/" not in text
        else f"'{text}'"
    )
