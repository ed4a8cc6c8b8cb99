import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.curated import curated_contract
from headgate.contracts.hidden_values import HiddenBy
from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import FileRecord
from headgate.profiling.column_reader import Columns, Rows
from headgate.profiling.kept_profiles import Profiles
from headgate.profiling.profile import GatedFile, Profile, profile_of, profile_unknown
from tests.examples import examples

pytestmark = pytest.mark.unit

NOW = dt.datetime(2024, 1, 2)
ORDERS = Registry.load().source["orders"]
PAYMENTS = Registry.load().source["payments"]


def payments(rows: int) -> pa.Table:
    """Rows as they are behind the gate."""
    one: dict[str, object] = dict.fromkeys(arrow_schema(curated_contract(PAYMENTS)).names)
    one |= {
        "order_id": "A1",
        "method": "card",
        "card_token": "k1:secret-token",
        "card_last4": "1111",
        "currency": "GBP",
        "notes": "private",
    }
    one |= {"updated_at": dt.datetime(2024, 1, 1), "status": "captured"}
    listed = [{**one, "payment_id": number} for number in range(rows)]
    schema = pa.schema([field.with_nullable(True) for field in arrow_schema(curated_contract(PAYMENTS))])  # noqa: FBT003 pyarrow's own argument
    return pa.Table.from_pylist(listed, schema=schema)


def quarantine_rows(*lists: list[str]) -> pa.Table:
    return pa.table({"all_rules": pa.array([json.dumps(codes) for codes in lists], pa.string())})


def profiled(accepted: Rows, aside: Rows, rows: int) -> Profile:
    return profile_of(GatedFile(PAYMENTS, "abc", rows, Columns(accepted), Columns(aside), NOW))


def parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def test_every_column_of_the_contract_is_described_in_its_order() -> None:
    reported = profiled(payments(3), quarantine_rows(), 3)
    assert [column.name for column in reported.columns] == list(PAYMENTS.names)


def test_sensitive_columns_have_counts_and_nothing_else() -> None:
    reported = profiled(payments(3), quarantine_rows(["card_number:card_number"]), 4)
    by_name = {column["name"]: column for column in json.loads(reported.to_json())["columns"]}
    assert set(by_name["card_number"]) == {
        "name",
        "type",
        "rows",
        "missing",
        "missing_share",
        "invalid",
        "identifier",
        "sensitive",
        "hidden_by",
    }
    assert {by_name[name]["hidden_by"] for name in ("card_number", "card_cvv")} == {"contract"}
    assert (by_name["card_number"]["rows"], by_name["card_number"]["invalid"]) == (4, 1)
    assert by_name["card_cvv"]["missing"] is None
    assert not any(text in reported.to_json() for text in ("secret-token", "private", "1111"))


def test_the_score_reports_what_was_refused_and_why() -> None:
    aside = quarantine_rows(["required:amount"], ["type:amount", "required:status"], ["duplicate_row"])
    parts = profiled(payments(7), aside, 10).score.parts
    required = sum(column.required for column in PAYMENTS.columns)
    assert parts == {
        "completeness": pytest.approx(1 - 2 / (10 * required)),
        "validity": pytest.approx(0.9),
        "uniqueness": pytest.approx(0.9),
        "consistency": 1.0,
        "timeliness": pytest.approx(1 - 1 / 365),
    }


def test_rows_that_contradict_themselves_are_inconsistent() -> None:
    accepted = arrow_schema(curated_contract(ORDERS)).empty_table()
    reported = profile_of(
        GatedFile(
            ORDERS, "abc", 2, Columns(accepted), Columns(quarantine_rows(["shipped_after_ordered"])), NOW
        )
    )
    assert reported.score.consistency == 0.5
    assert reported.score.validity == 1.0


def test_rows_in_parquet_give_the_same_profile(tmp_path: Path) -> None:
    reported = profiled(payments(5), quarantine_rows(["type:amount"]), 6).to_json()
    assert profiled(parquet(payments(5)), parquet(quarantine_rows(["type:amount"])), 6).to_json() == reported
    (tmp_path / "rows.parquet").write_bytes(parquet(payments(5)))
    assert (
        profiled(tmp_path / "rows.parquet", parquet(quarantine_rows(["type:amount"])), 6).to_json()
        == reported
    )


def test_a_file_without_rows_has_a_profile_too() -> None:
    reported = profiled(b"", b"", 0)
    assert reported.rows == 0
    assert reported.score.total is None


def test_a_file_of_no_known_dataset_is_profiled_by_its_texts() -> None:
    columns = {
        "id": ["1", "2", "3"],
        "card": ["4111111111111111", "5555555555554444", "x"],
        "at": ["2024-01-01 00:00:00", None, ""],
    }
    arrays = {name: pa.array(texts, pa.string()) for name, texts in columns.items()}
    reported = profile_unknown(arrays, dataset="", content_sha256="abc", received_at=NOW)
    assert [(column.type, column.missing, column.is_sensitive) for column in reported.columns] == [
        ("int", 0, False),
        ("string", 0, True),
        ("timestamp", 2, False),
    ]
    assert reported.score.parts == {
        "completeness": pytest.approx(7 / 9),
        "validity": 1.0,
        "uniqueness": 1.0,
        "consistency": None,
        "timeliness": pytest.approx(1 - 1 / 365),
    }
    assert "4111" not in reported.to_json()


CARDS = pa.array(["4111111111111111", "5555555555554444"] * 3, pa.string())
CODES = pa.array(["917", "123", "4567", "001", "020", "917"], pa.string())


def test_beside_card_numbers_a_column_of_three_or_four_digits_is_reported_by_counts_only() -> None:
    reported = profile_unknown({"F1": CARDS, "F2": CODES}, dataset="", content_sha256="", received_at=NOW)
    assert [column.hidden_by for column in reported.columns] == [
        HiddenBy.CARD_NUMBERS,
        HiddenBy.VERIFICATION_CODES,
    ]
    assert "917" not in reported.to_json()


def test_three_digits_alone_are_figures_as_any_others() -> None:
    reported = profile_unknown({"units": CODES}, dataset="", content_sha256="", received_at=NOW)
    assert not reported.columns[0].is_sensitive


def test_columns_that_are_known_to_be_sensitive_are_reported_by_counts_only() -> None:
    reported = profile_unknown(
        {"units": CODES},
        dataset="",
        content_sha256="",
        received_at=NOW,
        sensitive={"units": HiddenBy.CONTRACT},
    )
    assert "917" not in reported.to_json()


def test_the_record_has_each_columns_figures_and_none_of_a_sensitive_one() -> None:
    figures = json.loads(
        profile_unknown({"n": CODES, "F1": CARDS}, dataset="", content_sha256="", received_at=NOW).summary()[
            "statistics"
        ]
    )
    assert figures["F1"] == {"type": "int", "missing": 0, "invalid": 0}
    plain = json.loads(
        profile_unknown(
            {"x": pa.array(["1", "3", None, "8"])}, dataset="", content_sha256="", received_at=NOW
        ).summary()["statistics"]
    )
    assert plain == {
        "x": {
            "type": "int",
            "missing": 1,
            "invalid": 0,
            "distinct": 3,
            "min": "1",
            "max": "8",
            "mean": "4",
            "median": "3",
            "std": "3.60555127546",
        }
    }


def test_the_figures_of_very_many_columns_are_left_to_the_profile_itself() -> None:
    wide = {f"column_{number}": pa.array(["1", "2"]) for number in range(1000)}
    assert "statistics" not in profile_unknown(wide, dataset="", content_sha256="", received_at=NOW).summary()


cells = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(["1", "2.50", "4111111111111111", "4111 1111 1111 1111", "2024-01-01", "1e300"]),
)


@examples(25)
@given(st.lists(st.tuples(cells, cells), max_size=25))
def test_whatever_the_texts_no_card_number_is_shown(rows: list[tuple[str | None, str | None]]) -> None:
    arrays = {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate("ab")}
    reported = profile_unknown(arrays, dataset="", content_sha256="", received_at=NOW).to_json()
    assert "4111111111" not in reported
    assert "4111 1111" not in reported


RECORD = FileRecord(
    "f",
    "raw",
    "payments/a.csv",
    "",
    "payments",
    "done",
    content_sha256="abc",
    received=3,
    received_at="2024-01-02T00:00:00",
)


def test_a_profile_is_stored_beside_its_files_content_and_summed_up_for_the_record() -> None:
    store = Profiles(MemoryObjects(), "artifacts")
    reported = store.of(RECORD, PAYMENTS, payments(3), quarantine_rows())
    assert reported["key"] == "processed/payments/abc.json"
    assert (reported["rows"], reported["columns"], reported["uniqueness"]) == ("3", "12", "1.0000")
    assert store.read("payments", "abc")["score"]
    with pytest.raises(NotFoundError):
        store.read("payments", "other")


def test_a_file_out_of_line_with_those_before_it_is_reported() -> None:
    store, usual = Profiles(MemoryObjects(), "artifacts"), profiled(payments(50), quarantine_rows(), 50)
    for name in "abcd":
        assert "drift" not in store.keep(replace(usual, content_sha256=name))
    reported = store.keep(replace(profiled(payments(1000), quarantine_rows(), 1000), content_sha256="e"))
    assert reported["drift"].endswith("[rows]")


def test_files_of_one_export_are_no_measure_for_each_other() -> None:
    store = Profiles(MemoryObjects(), "artifacts")
    for name in "abcd":
        key = f"payments/dt=2024-01-02/run=first/{name}.csv"
        store.of(replace(RECORD, key=key, content_sha256=name), PAYMENTS, payments(50), quarantine_rows())
    many = replace(RECORD, content_sha256="e", received=1000)
    beside = replace(many, key="payments/dt=2024-01-02/run=first/e.csv")
    later = replace(many, key="payments/dt=2024-01-03/run=second/e.csv")
    assert "drift" not in store.of(beside, PAYMENTS, payments(1000), quarantine_rows())
    assert "drift" in store.of(
        replace(later, content_sha256="f"), PAYMENTS, payments(1000), quarantine_rows()
    )


def test_corrected_rows_are_compared_with_nothing() -> None:
    store, rows = Profiles(MemoryObjects(), "artifacts"), payments(50)
    for name in "abcd":
        store.of(replace(RECORD, content_sha256=name, received=50), PAYMENTS, rows, quarantine_rows())
    few = replace(RECORD, content_sha256="e", received=3)
    corrected = replace(few, key=keys.corrected_rows_key("payments", "f", "0" * 16))

    assert "drift" not in store.of(corrected, PAYMENTS, payments(3), quarantine_rows())
    assert store.of(few, PAYMENTS, payments(3), quarantine_rows())["drift"].endswith("[rows]")


def test_files_of_no_known_dataset_are_compared_with_nothing() -> None:
    store = Profiles(MemoryObjects(), "artifacts")
    reported = store.keep(replace(profiled(payments(5), quarantine_rows(), 5), dataset=""))
    assert reported["key"] == "processed/_unknown/abc.json"
    assert [item.ref.key for item in store.objects.list("artifacts", "processed/")] == [reported["key"]]


def test_statistics_that_cannot_be_computed_reject_no_row() -> None:
    store = Profiles(MemoryObjects(), "artifacts")
    assert store.of(RECORD, PAYMENTS, pa.table({"no such": [1]}), quarantine_rows()) == {"failed": "KeyError"}


@pytest.mark.parametrize(
    ("column", "least"),
    [
        (pa.array([1.5, 2.0, None], pa.float32()).cast(pa.float16()), "1.5"),
        (pa.array([2**31 - 1, -(2**31), None], pa.int32()).cast(pa.date32()), "-5877641-06-23"),
        (pa.array([2**62, -(2**62), None], pa.timestamp("us")), "-144169-06-28 09:59:32"),
    ],
    ids=["floats of 16 bits", "days beyond the calendar", "instants beyond the calendar"],
)
def test_whatever_type_parquet_stores_has_a_profile(column: pa.Array, least: str) -> None:
    profile = profile_unknown(
        {"x": column}, dataset="", content_sha256="0" * 64, received_at=dt.datetime(2024, 1, 1)
    )
    (reported,) = profile.columns
    assert (reported.missing, reported.description.facts["min"]) == (1, least)


@pytest.mark.parametrize(
    ("name", "numbers", "is_identifier"),
    [
        ("Anzahl Belege", [3 * at * at + 40 for at in range(120)], False),
        ("Belegnummer", [3 * at * at + 40 for at in range(120)], True),
        ("column_4", [10_000 + at for at in range(120)], True),
        ("ean", [4_000_000_000_000 + 7_919 * at * at for at in range(120)], True),
        ("member_no", [700 + at % 40 for at in range(120)], True),
        ("patient_id", [100_000 + at % 40 for at in range(120)], True),
        ("vessel_imo", [9_100_000 + 11 * (at % 40) for at in range(120)], True),
        ("hull", [9_100_000 + 11 * at for at in range(120)], True),
        ("pascal", [95_000 + 97 * at for at in range(120)], False),
        ("points", [700 + at % 40 for at in range(120)], False),
    ],
)
def test_counts_that_differ_in_nearly_all_rows_or_repeat_are_measures(
    name: str, numbers: list[int], is_identifier: bool
) -> None:
    columns = {
        name: pa.array(list(map(str, numbers))),
        "net": pa.array([str(2 * number) for number in numbers]),
        "n": pa.array(["x"] * len(numbers)),
    }
    reported = profile_unknown(columns, dataset="", content_sha256="abc", received_at=NOW)
    first = reported.as_dict()["columns"][0]  # type: ignore[index]
    assert first["identifier"] is is_identifier
    assert any(name in pair.values() for pair in reported.correlations) is not is_identifier


def test_a_few_codes_are_groups_of_rows_and_identify_none() -> None:
    columns = {"code": pa.array([str(at % 3) for at in range(120)]), "n": pa.array(["x"] * 120)}
    reported = profile_unknown(columns, dataset="", content_sha256="abc", received_at=NOW)
    assert not reported.columns[0].is_identifier


def test_without_a_contract_the_validity_is_the_share_of_rows_in_which_every_text_is_of_its_type() -> None:
    numbers = [*map(str, range(38)), "x", "7"]
    columns = {
        "a": pa.array(numbers),
        "b": pa.array([*numbers[:38], "y", "k.A."]),
        "c": pa.array(["t"] * 40),
    }
    reported = profile_unknown(columns, dataset="", content_sha256="abc", received_at=NOW)
    assert reported.score.validity == pytest.approx(1 - 1 / 40)
    assert [(column.missing, column.invalid) for column in reported.columns] == [(0, 1), (1, 1), (0, 0)]
