"""A drafted dataset's name comes from its file and can name a folder and a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.odcs_reader import check_dataset_name
from headgate.drafts.dataset_name import dataset_name_of, without_time

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("orders.csv", "orders"),
        ("Lieferung M\u00e4rz.csv.gz", "lieferung_marz"),
        ("Gr\u00f6\u00dfe \u0141\u00f3d\u017a.csv", "grosse_lodz"),
        ("2026-01 sales.xlsx", "dataset_2026_01_sales"),
        ("\u92b7\u552e.csv", "xiaoshou"),
        (".csv", "dataset"),
    ],
)
def test_the_name_is_made_from_the_files_name(file: str, name: str) -> None:
    assert dataset_name_of(file) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dpd_manifest_wk23", "dpd_manifest"),
        ("bin_counts_0611", "bin_counts"),
        ("returns_q2", "returns"),
        ("counts_2026_06_11", "counts"),
        ("dataset_2026_01_sales", "dataset_2026_01_sales"),
        ("ean_13a", "ean_13a"),
        ("export_20260611_1745", "export"),
        ("export_11_06_2026", "export"),
        ("report_2026_kw_53", "report"),
        ("sales_2025", "sales"),
        ("form_1040", "form_1040"),
        ("form_1040_2025", "form_1040"),
        ("iso_9001", "iso_9001"),
        ("covid_19", "covid_19"),
        ("covid_19_2026_06", "covid_19"),
        ("route_wk66", "route_wk66"),
        ("umsatz_marz_2026", "umsatz"),
        ("sales_dec26", "sales"),
        ("orders_2026_august", "orders"),
        ("girls_in_may", "girls_in_may"),
    ],
)
def test_the_time_of_one_delivery_is_no_part_of_a_name(name: str, expected: str) -> None:
    """The next week's file is of the same dataset."""
    assert without_time(name) == expected


@given(st.text())
def test_every_name_can_name_a_folder_and_a_table(file: str) -> None:
    check_dataset_name("draft", dataset_name_of(file))
