"""The masked form of an original gives the same lake, and holds nothing sensitive."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import ColumnType, Kind, Rule
from headgate.contracts.registry import Registry
from headgate.errors import AuditError, BadInputError
from headgate.formats.unpack import MAX_EXPANDED_BYTES
from headgate.intake.rows import masked_original
from headgate.intake.rows.check_rows import ACCEPTED, QUARANTINE, check_file
from headgate.intake.rows.fill_missing_ids import generated_id
from headgate.intake.rows.quarantine_rows import RowOrigin
from headgate.lake.content_hash import sha256_of
from headgate.lake.ports import MaskingKey
from headgate.values.parquet_tables import table_of
from tests.examples import examples

if TYPE_CHECKING:
    from headgate.contracts.model import Contract
    from headgate.intake.rows.check_rows import Counts

pytestmark = pytest.mark.unit

KEY = MaskingKey("k1", b"0" * 32)
AT = datetime(2026, 1, 2, 3, 4, 5)
CONTRACT = Registry.load().source["payments"]
HEADER = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,"
    "updated_at"
)
PANS = ("4111111111111111", "5555555555554444", "378282246310005")
CODE = "8642"
GOOD = "1,A1,card,4111111111111111,8642,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00"
LINES = st.lists(
    st.one_of(
        st.builds(
            "{},A{},card,{},{},2026-01,{},{},{},captured,{},{}".format,
            st.sampled_from(["1", "2", "3", "", "x", "4111111111111111", "4111 1111 1111 1111"]),
            st.sampled_from(["1", "2", "", f" paid by {PANS[1]}"]),
            st.sampled_from([*PANS, "4111-1111-1111-1111", "4111111111111112", "4.11E+15", "", CODE]),
            st.sampled_from([CODE, "", "12345", PANS[0]]),
            st.sampled_from(["10.50", "oops", "917", "-1", "", PANS[2]]),
            st.sampled_from(["GBP", "", "EUR", f"cvv {CODE}"]),
            st.sampled_from(["2024-01-01 10:00:00", "never", ""]),
            st.sampled_from(["", "call back", f"card {PANS[1]} cvv {CODE}", "ssn 078-05-1120", "naïve"]),
            st.sampled_from(["2024-01-01 10:00:00", "2024-01-02 10:00:00"]),
        ),
        st.sampled_from(
            [f"1,A1,card,{PANS[0]}", f"{GOOD},{CODE}", '"', "", "," * 11, ",,"]
        ),  # too few cells, too many, an open quote, a blank line, and two rows without a value
    ),
    min_size=1,
    max_size=12,
)


def gated(folder: Path, body: bytes, contract: Contract = CONTRACT) -> tuple[Path, RowOrigin, Counts]:
    path = folder / "received"
    path.write_bytes(body)
    origin = RowOrigin("payments", sha256_of(path), "payments/a.csv", AT)
    counts = check_file(path, contract, KEY, object_key=origin.object_key, received_at=AT, folder=folder)
    return path, origin, counts


def written(folder: Path, body: bytes, contract: Contract = CONTRACT) -> tuple[Path, RowOrigin, Counts]:
    path, origin, counts = gated(folder, body, contract)
    return (
        masked_original.write(
            masked_original.Checked(path, contract, origin, counts), KEY, MAX_EXPANDED_BYTES
        ),
        origin,
        counts,
    )


def file_of(*lines: str) -> bytes:
    return "\n".join((HEADER, *lines, "")).encode()


def inside(form: Path) -> bytes:
    """Everything that the form holds, as text."""
    with zipfile.ZipFile(form) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    rows = [
        json.dumps(table_of(body).to_pylist(), default=str).encode()
        for name, body in members.items()
        if name.endswith(".parquet")
    ]
    return b"\n".join([*members.values(), *rows])


@examples(20)
@given(LINES)
def test_the_masked_form_gives_byte_equal_rows_and_holds_no_card_number(lines: list[str]) -> None:
    """`write` raises where the rows differ, so the comparison here is on purpose independent of it."""
    with TemporaryDirectory() as name, TemporaryDirectory() as other:
        folder, again = Path(name), Path(other)
        try:
            form, origin, counts = written(folder, file_of(GOOD, *lines))
        except BadInputError:  # the file is rejected as a whole, and stays as it is
            return
        found = masked_original.check_masked_rows(form, CONTRACT, origin, again)
        assert replace(found, warned={}) == replace(counts, warned={})
        for rows in (ACCEPTED, QUARANTINE):
            assert (again / rows).is_file() == (folder / rows).is_file()
            assert (
                not (folder / rows).is_file() or (again / rows).read_bytes() == (folder / rows).read_bytes()
            )
        held = re.sub(rb"[0-9a-f]{64}", b"", inside(form))  # a hash may spell the code by chance
        assert not [
            pan
            for pan in (*PANS, "4111-1111-1111-1111", "4111 1111 1111 1111", "078-05-1120")
            if pan.encode() in held
        ]
        assert CODE.encode() not in held


def test_equal_files_have_equal_masked_forms(tmp_path: Path) -> None:
    forms = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        forms.append(written(tmp_path / name, file_of(GOOD, "x,A1"))[0].read_bytes())
    assert forms[0] == forms[1]


def test_ids_that_the_gate_generated_are_in_the_masked_form_and_stay_in_every_replay(tmp_path: Path) -> None:
    """The form is checked without the key. A refused row has its id too: a replay may accept it."""
    generated = replace(
        CONTRACT,
        columns=tuple(
            replace(
                column,
                type=ColumnType(Kind.STRING),
                rules=(Rule("required"),),
                generated_from=("order_id",),
            )
            if column.name == "payment_id"
            else column
            for column in CONTRACT.columns
        ),
    )
    (tmp_path / "again").mkdir()
    lines = (GOOD, GOOD.replace("1,A1", ",A2"), GOOD.replace("1,A1", ",A3").replace("10.50", "oops"))
    form, origin, counts = written(tmp_path, file_of(*lines), generated)
    assert (counts.accepted, counts.quarantined) == (2, 1)
    masked_original.check_masked_rows(form, generated, origin, tmp_path / "again")
    ids = table_of(tmp_path / "again" / ACCEPTED)["payment_id"].to_pylist()
    assert ids == ["1", generated_id("payments", ["a2"], KEY)]
    with zipfile.ZipFile(form) as archive:
        stored = table_of(archive.read(masked_original.ROWS))["payment_id"].to_pylist()
    assert stored == [*ids, generated_id("payments", ["a3"], KEY)]


def test_a_fixed_contract_accepts_rows_from_the_masked_form(tmp_path: Path) -> None:
    """A replay serves this case: the rule was wrong, and the row is right."""
    strict = replace(
        CONTRACT,
        columns=tuple(
            replace(column, rules=(*column.rules, Rule("minimum", 20))) if column.name == "amount" else column
            for column in CONTRACT.columns
        ),
    )
    (tmp_path / "replay").mkdir()
    form, origin, counts = written(
        tmp_path, file_of(GOOD, GOOD.replace("1,A1", "2,A2").replace("10.50", "30.00")), strict
    )
    assert (counts.accepted, counts.quarantined) == (1, 1)
    fixed = replace(CONTRACT, version="9.9.9")
    again = masked_original.check_masked_rows(form, fixed, origin, tmp_path / "replay")
    assert (again.accepted, again.quarantined) == (2, 0)
    assert not (tmp_path / "replay" / QUARANTINE).exists()


def test_a_file_in_which_no_row_was_accepted_has_a_masked_form(tmp_path: Path) -> None:
    (tmp_path / "replay").mkdir()
    form, origin, counts = written(tmp_path, file_of("x,A1"))
    assert (counts.received, counts.accepted) == (1, 0)
    assert masked_original.check_masked_rows(form, CONTRACT, origin, tmp_path / "replay").received == 1


def test_a_form_that_would_give_other_rows_is_not_taken(tmp_path: Path) -> None:
    """Otherwise the original would go, and its rows with it."""
    path, origin, counts = gated(tmp_path, file_of(GOOD))
    wrong = replace(counts, warnings=counts.warnings + 1)
    with pytest.raises(AuditError, match="does not give the same rows"):
        masked_original.write(masked_original.Checked(path, CONTRACT, origin, wrong), KEY, MAX_EXPANDED_BYTES)


@pytest.mark.parametrize(
    ("dataset", "header", "row", "holds"),
    [
        ("payments", HEADER, GOOD, True),
        ("regions", "", "", False),
    ],
)
def test_originals_of_datasets_with_sensitive_columns_hold_card_data(
    tmp_path: Path, dataset: str, header: str, row: str, holds: bool
) -> None:
    contract = Registry.load().source[dataset]
    if row:
        _, _, counts = gated(tmp_path, f"{header}\n{row}\n".encode(), contract)
        assert masked_original.holds_card_data(contract, counts, tmp_path / QUARANTINE) is holds
    else:
        _, _, counts = gated(tmp_path, file_of(GOOD))
        assert (
            masked_original.holds_card_data(contract, replace(counts, masked={}), tmp_path / "none") is holds
        )
