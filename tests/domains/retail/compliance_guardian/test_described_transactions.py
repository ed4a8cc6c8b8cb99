"""Transactions in files: whoever asks for some of them gets the rows of the frame that they were written
from.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.compliance_guardian import boosting_models, features
from headgate.domains.retail.compliance_guardian.described_transactions import (
    DescribedTransactions,
    describe,
)
from headgate.engines import write_rows
from tests.domains.retail.compliance_guardian.conftest import written_in

if TYPE_CHECKING:
    from pathlib import Path

    import ibis

pytestmark = pytest.mark.unit

AS_OF = date(2024, 12, 31)
MICROSECOND = pd.Timedelta(microseconds=1)


@pytest.fixture(scope="module")
def frame(town: dict[str, ibis.Table]) -> pd.DataFrame:
    found = features.described(town["card_transactions"], town["customers"], AS_OF)
    unknown = np.arange(len(found)) % 5 == 0
    return found.assign(is_fraud=found.is_fraud.mask(unknown))


@pytest.fixture(scope="module")
def stored(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> DescribedTransactions:
    """In groups of 1,000 rows."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(write_rows, "GROUP_ROWS", 1_000)
        return written_in(tmp_path_factory.mktemp("features"), frame)


def test_files_hold_the_rows_and_types_of_the_frame(town: dict[str, ibis.Table], tmp_path: Path) -> None:
    expected = features.described(town["card_transactions"], town["customers"], AS_OF)
    found = describe(town["card_transactions"], town["customers"], AS_OF, tmp_path)
    in_nanoseconds = expected.astype(
        {"transacted_at": "datetime64[ns]"}
    )  # as every engine but Ibis's own gives times
    pd.testing.assert_frame_equal(
        found.rows(0, len(found))[list(expected.columns)], in_nanoseconds, check_exact=True
    )


@pytest.mark.parametrize(
    ("first", "after"), [(0, 9_000), (0, 1_000), (999, 1_001), (1_000, 2_000), (2_500, 7_301), (40, 40)]
)
def test_a_stretch_is_read_across_groups(
    stored: DescribedTransactions, frame: pd.DataFrame, first: int, after: int
) -> None:
    names = ["transaction_id", "is_fraud", "terminal_risk_7d"]
    expected = frame[names].iloc[first:after].reset_index(drop=True)
    pd.testing.assert_frame_equal(stored.rows(first, after, names), expected)
    assert sum(len(part) for part in stored.batches(first, after, names)) == after - first


@pytest.mark.parametrize("places", [[], [0], [8_999], [999, 1_000], [3, 5, 4_000, 4_001, 8_000]])
def test_rows_are_found_by_their_places(
    stored: DescribedTransactions, frame: pd.DataFrame, places: list[int]
) -> None:
    found = stored.take(np.array(places, dtype=np.int64), ["transaction_id", "amount_spread"])
    assert found.transaction_id.tolist() == frame.transaction_id.iloc[places].tolist()


def test_a_moment_has_the_place_of_the_first_transaction_from_then_on(
    stored: DescribedTransactions, frame: pd.DataFrame
) -> None:
    edges = [frame.transacted_at.iloc[place] for place in (0, 1, 999, 1_000, 1_001, 5_000, 8_999)]
    moments = [moment for edge in edges for moment in (edge - MICROSECOND, edge, edge + MICROSECOND)]
    expected = [int(frame.transacted_at.searchsorted(moment)) for moment in moments]
    assert [stored.place_of(moment) for moment in moments] == expected


def test_labels_are_known_by_place(stored: DescribedTransactions, frame: pd.DataFrame) -> None:
    expected = frame.is_fraud.astype("Int8").fillna(boosting_models.UNKNOWN).astype(np.int8)
    assert stored.labels.tolist() == expected.tolist()


def test_a_sample_is_drawn_as_from_all_places() -> None:
    labels = np.where(np.arange(200_000) % 9 == 0, boosting_models.UNKNOWN, boosting_models.HONEST).astype(
        np.int8
    )
    labels[::1_000] = boosting_models.FRAUD
    honest, frauds = (
        np.flatnonzero(labels == boosting_models.HONEST),
        np.flatnonzero(labels == boosting_models.FRAUD),
    )
    drawn = np.random.default_rng(boosting_models.SEED).permutation(honest)[: boosting_models.MAX_HONEST]
    assert boosting_models.sample(labels).tolist() == np.sort(np.concatenate([drawn, frauds])).tolist()


def test_a_sample_of_very_many_is_drawn_without_a_number_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boosting_models, "MAX_SHUFFLED", 20_000)
    monkeypatch.setattr(boosting_models, "MAX_HONEST", 500)
    monkeypatch.setattr(boosting_models, "MAX_FRAUDS", 300)
    monkeypatch.setattr(boosting_models, "_SEARCHED_ROWS", 7_000)
    labels = np.where(np.arange(100_000) % 3 == 0, boosting_models.FRAUD, boosting_models.HONEST).astype(
        np.int8
    )
    places = boosting_models.sample(labels)
    assert (np.diff(places) > 0).all()
    assert np.bincount(labels[places]).tolist() == [500, 300]
    assert abs(places.mean() - 50_000) < 4_000, "each place is as likely as any other"
    assert places.tolist() == boosting_models.sample(labels).tolist()


def test_leaving_out_of_both_kinds_alike_leaves_their_odds() -> None:
    labels = np.repeat(np.array([boosting_models.HONEST, boosting_models.FRAUD], dtype=np.int8), [80, 20])
    assert boosting_models.honest_share(labels, np.arange(100)) == 1
    assert boosting_models.honest_share(labels, np.arange(40, 100)) == 0.5
    assert boosting_models.honest_share(labels, np.arange(40, 90)) == 1
