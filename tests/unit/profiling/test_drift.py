from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.profiling.drift import (
    KEPT_FILES,
    MAX_SERIES,
    MIN_FILES,
    ColumnFigures,
    FileFigures,
    drift,
    file_series,
    newest_figures,
    psi,
    psi_by_chance,
)

pytestmark = pytest.mark.unit

AMOUNT = ColumnFigures("decimal", 1000, 10, {"1e1": 0.5, "2e1": 0.5}, mean=20.0, std=5.0)
REGION = ColumnFigures("string", 1000, 0, {"EU": 0.6, "NA": 0.4})


def a_file(name: str = "now", **columns: ColumnFigures) -> FileFigures:
    return FileFigures(name, 1000, {"amount": AMOUNT, "region": REGION, **columns})


BEFORE = [a_file(name) for name in "abc"]


def kinds(now: FileFigures) -> list[tuple[str, str]]:
    return [(shift.kind, shift.column) for shift in drift(now, BEFORE)]


def test_a_file_like_those_before_it_is_in_line() -> None:
    assert drift(a_file(), BEFORE) == []


def test_two_files_are_too_few_to_compare() -> None:
    assert drift(a_file(region=replace(REGION, missing=900)), BEFORE[:2]) == []


def test_a_file_is_not_compared_with_itself() -> None:
    assert drift(a_file("c", region=replace(REGION, missing=900)), BEFORE) == []


def test_files_of_one_export_are_not_compared_with_each_other() -> None:
    beside = [replace(figures, export="orders/dt=2026-11-27/run=1") for figures in BEFORE]
    own = a_file("d", region=replace(REGION, missing=900))
    assert drift(replace(own, export="orders/dt=2026-11-27/run=1"), beside) == []
    assert drift(replace(own, export="orders/dt=2026-11-28/run=2"), beside)


def test_an_export_of_many_files_does_not_displace_the_files_before_it() -> None:
    kept = list(BEFORE)
    for number in range(2 * KEPT_FILES):
        kept = newest_figures(kept, replace(a_file(f"part-{number}"), export="orders/dt=2026-11-27/run=1"))
    assert kept[:3] == BEFORE
    assert len(kept) == len(BEFORE) + KEPT_FILES


def test_the_newest_files_are_kept_once_each() -> None:
    kept: list[FileFigures] = []
    for name in [*"abcdefghijkl", "l"]:
        kept = newest_figures(kept, a_file(name))
    assert [figures.content_sha256 for figures in kept] == list("cdefghijkl")


def test_columns_that_come_go_or_change_their_type_are_reported() -> None:
    now = FileFigures("now", 1000, {"amount": replace(AMOUNT, type="string"), "colour": REGION})
    assert kinds(now)[:3] == [("schema", "amount"), ("schema", "colour"), ("schema", "region")]


def test_a_tenth_of_the_rows_is_reported() -> None:
    assert kinds(FileFigures("now", 99, BEFORE[0].columns)) == [("rows", "")]


def nightly(night: int, rows: int = 33_344) -> FileFigures:
    """Return the figures of one night's export."""
    series = file_series(f"orders/orders-2026-11-{night:02}.csv")
    return replace(a_file(f"night {night}"), rows=rows, series=series)


def upload(name: str) -> FileFigures:
    """Return the figures of a small file that a person uploads."""
    return replace(a_file(name), rows=42, series=file_series(f"orders/{name}.csv"))


def test_a_small_upload_beside_nightly_exports_is_not_reported() -> None:
    nights = [nightly(night) for night in range(1, 11)]
    assert drift(upload("supplier"), nights) == []


def test_a_nightly_export_with_less_than_a_tenth_of_its_rows_is_reported_among_uploads() -> None:
    kept: list[FileFigures] = []
    for night in range(1, 11):
        kept = newest_figures(kept, nightly(night))
    for person in "abcdefghijklmnop":
        kept = newest_figures(kept, upload(f"supplier {person * 3} of {person}"))
    assert [shift.kind for shift in drift(nightly(11, rows=3_000), kept)] == ["rows"]
    assert drift(nightly(11), kept) == []


def all_kept(*files: FileFigures, after: Sequence[FileFigures] = ()) -> list[FileFigures]:
    """Return the figures that are kept once these files arrived."""
    kept = list(after)
    for figures in files:
        kept = newest_figures(kept, figures)
    return kept


def word(number: int) -> str:
    """Return a name without a digit for each number."""
    return "".join("ghijklmnop"[int(digit)] for digit in f"{number:04}")


def test_uploads_between_the_first_nights_do_not_displace_a_nightly_export() -> None:
    kept: list[FileFigures] = []
    for night in range(1, MIN_FILES + 1):
        uploads = [upload(f"supplier {word(100 * night + number)}") for number in range(50)]
        kept = all_kept(nightly(night), *uploads, after=kept)
    assert [shift.kind for shift in drift(nightly(11, rows=10), kept)] == ["rows"]


def test_hourly_sources_do_not_displace_a_nightly_export() -> None:
    kept: list[FileFigures] = []
    for night in range(1, KEPT_FILES + 1):
        hours = [
            replace(a_file(f"{source} {night} {hour}"), rows=500, series=f"{source}#.csv")
            for hour in range(24)
            for source in ("clicks", "returns")
        ]
        kept = all_kept(nightly(night), *hours, after=kept)
    (shift,) = drift(nightly(11, rows=3_000), kept)
    assert f"the last {KEPT_FILES} files" in shift.message
    assert drift(nightly(11), kept) == []


def test_of_many_series_the_newest_are_kept_and_few_files_keep_their_columns() -> None:
    uploads = [upload(word(number)) for number in range(MAX_SERIES + 50)]
    kept = all_kept(*(nightly(night) for night in range(1, 11)), *uploads)
    assert len(kept) == MAX_SERIES
    assert kept[-1] == uploads[-1]
    assert sum(bool(figures.columns) for figures in kept) <= 3 * KEPT_FILES
    assert drift(upload("newest"), kept) == []


def test_names_that_differ_in_dates_numbers_and_ids_are_of_one_series() -> None:
    for one, other in [
        ("a/orders-2026-11-01.csv", "a/orders-2026-11-02.csv"),
        ("a/dt=2026-11-01/run=1/part-00001.csv", "a/dt=2026-11-02/run=2/part-00002.csv"),
        ("a/load_3f2c9a10-11d2.json", "a/load_99b0cc01-d1e3.json"),
        ("a/0b3f2c9a-11d2-4abc-beef-00aa11bb22cc.json", "a/1c3f2c9a-dead-4ab1-8eef-00aa11bb22cd.json"),
        ("a/load_01J9Z3KQ7M.json", "a/load_01K2C8YW4T.json"),
        ("a/sales-dec-2026.csv", "a/sales-jan-2027.csv"),
        ("a/sales_27Nov2026.csv", "a/sales_1December2026.csv"),
        ("a/march-sales.csv", "a/may-sales.csv"),
    ]:
        assert file_series(one) == file_series(other)
    for one, other in [
        ("a/orders-1.csv", "a/supplier-1.csv"),
        ("a/feed-1.csv", "a/bead-1.csv"),
        ("a/b2b-2026.csv", "a/b2c-2026.csv"),
        ("a/marchandise.csv", "a/mayflower.csv"),
    ]:
        assert file_series(one) != file_series(other)


def test_missing_values_are_reported_and_a_few_more_are_not() -> None:
    assert kinds(a_file(region=replace(REGION, missing=100))) == [("missing", "region")]
    assert kinds(a_file(region=replace(REGION, missing=4))) == []


def test_fewer_missing_values_than_before_are_no_fault() -> None:
    gaps = [
        replace(file, columns={**file.columns, "region": replace(REGION, missing=229)}) for file in BEFORE
    ]
    better, worse = (a_file(region=replace(REGION, missing=missing)) for missing in (146, 312))
    assert drift(better, gaps) == []
    assert [(shift.kind, shift.column) for shift in drift(worse, gaps)] == [("missing", "region")]


def test_a_mean_half_a_deviation_away_is_reported_and_a_nearer_one_is_not() -> None:
    assert kinds(a_file(amount=replace(AMOUNT, mean=24.0))) == [("mean", "amount")]
    assert kinds(a_file(amount=replace(AMOUNT, mean=21.0))) == []


def test_a_mean_in_a_tiny_file_counts_as_chance() -> None:
    few = replace(AMOUNT, rows=10, missing=0, mean=24.0)
    assert kinds(a_file(amount=few)) == []


def test_another_spread_over_categories_is_reported() -> None:
    (shift,) = drift(a_file(region=replace(REGION, bins={"EU": 0.1, "NA": 0.5, "APAC": 0.4})), BEFORE)
    assert (shift.kind, shift.column) == ("distribution", "region")
    assert "APAC" not in shift.message


def test_the_index_is_the_textbooks() -> None:
    assert psi({"a": 0.5, "b": 0.5}, {"a": 0.25, "b": 0.75}) == pytest.approx(0.274653, abs=1e-6)


def test_what_chance_may_do_grows_with_bins_and_shrinks_with_rows() -> None:
    # Chi-squared of 9 degrees: its 0.999999 quantile is 45.08 (tables).
    assert psi_by_chance(10, 1000, 1000) == pytest.approx(45.08 * 2 / 1000, rel=0.02)
    assert psi_by_chance(10, 100, 1000) > psi_by_chance(10, 1000, 1000)


def test_figures_come_back_from_json_as_they_were() -> None:
    assert (
        FileFigures.from_dict(
            a_file().as_dict() | {"columns": {name: vars(one) for name, one in a_file().columns.items()}}
        )
        == a_file()
    )
    exported = replace(a_file(), export="orders/dt=2026-11-27/run=1")
    assert FileFigures.from_dict(exported.as_dict()).export == exported.export


shares = st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 1), max_size=6)


@given(shares, shares)
def test_the_index_is_never_negative_and_of_equals_it_is_nothing(
    one: dict[str, float], other: dict[str, float]
) -> None:
    assert psi(one, other) >= 0
    assert psi(one, one) == 0
