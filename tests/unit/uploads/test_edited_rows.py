"""A value that a person sets for all rows is written as the contract declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.source_format import SourceFormat
from headgate.formats.received_rows import Received
from headgate.uploads.edited_rows import edited_csv
from headgate.uploads.edits import Edits, Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.unit

CONTRACT = Contract(
    "shop.source.articles",
    "articles",
    "source",
    "1.0.0",
    (
        Column("name", ColumnType(Kind.STRING)),
        Column(
            "for_sale",
            ColumnType(Kind.BOOLEAN),
            format=SourceFormat(true_words=("ja",), false_words=("nein",)),
        ),
        Column("share", ColumnType(Kind.DOUBLE), format=SourceFormat(decimal=",")),
    ),
)


class TwoRows:
    """A file of two rows."""

    written_as: ClassVar = {"format": "csv"}

    def batches(self) -> Iterator[Received]:
        cells = {"Name": pa.array(["Tee 1.5", "Kaffee"]), "Anteil": pa.array(["1.5", None])}
        yield Received(cells, np.array([1, 2]))


def test_a_value_of_a_column_that_the_file_lacks_is_plain_and_one_of_the_file_is_the_files(
    tmp_path: Path,
) -> None:
    edits = Edits(
        "articles",
        {"Name": "name", "verkauf": "for_sale", "anteil": "share"},
        steps=(Step("default", "verkauf", "true"), Step("default", "anteil", "0.5")),
    )
    edited_csv(TwoRows(), ("Name", "Anteil"), edits, CONTRACT, tmp_path / "edited")  # type: ignore[arg-type]  # reads batches alone
    assert (tmp_path / "edited").read_text(encoding="utf-8").splitlines() == [
        "name,for_sale,share",
        'Tee 1.5,ja,"0,5"',
        'Kaffee,ja,"0,5"',
    ]
    of_the_file = Edits(
        "articles", {"Name": "name", "Anteil": "share"}, steps=(Step("default", "Anteil", "2,5"),)
    )
    edited_csv(TwoRows(), ("Name", "Anteil"), of_the_file, CONTRACT, tmp_path / "edited")  # type: ignore[arg-type]
    assert (tmp_path / "edited").read_text(encoding="utf-8").splitlines()[1:] == [
        "Tee 1.5,1.5",
        'Kaffee,"2,5"',
    ]
