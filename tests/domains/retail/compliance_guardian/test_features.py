from collections.abc import Callable
from datetime import date

import ibis
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headgate.domains.retail.compliance_guardian import features

pytestmark = pytest.mark.unit

Tables = Callable[..., dict[str, ibis.Table]]
AS_OF = date(2024, 12, 31)


def described(sources: dict[str, ibis.Table]) -> pd.DataFrame:
    return features.described(sources["card_transactions"], sources["customers"], AS_OF).set_index(
        "transaction_id"
    )


def test_windows_of_a_customer_end_with_the_transaction_and_begin_just_over_their_days_before(
    tables: Tables,
) -> None:
    frame = described(
        tables(
            [
                ("2024-01-01T00:00:00", 1, 1, "10", False),
                ("2024-01-01T23:59:59", 1, 2, "20", False),
                ("2024-01-02T00:00:00", 1, 3, "30", False),
                ("2024-01-02T00:00:00", 2, 3, "99", False),
            ]
        )
    )
    assert frame.customer_count_1d.tolist() == [1, 2, 2, 1]
    assert frame.customer_mean_1d.tolist() == [10, 15, 25, 99]
    assert frame.customer_count_7d.tolist() == [1, 2, 3, 1]


def test_a_fraud_at_a_terminal_is_known_seven_days_later_and_no_sooner(tables: Tables) -> None:
    frame = described(
        tables(
            [
                ("2024-01-01T00:00:00", 1, 5, "10", True),
                ("2024-01-07T23:59:59", 2, 5, "10", False),
                ("2024-01-08T00:00:00", 3, 5, "10", False),
                ("2024-01-15T00:00:00", 4, 5, "10", False),
            ]
        )
    )
    assert frame.terminal_frauds_7d.tolist() == [0, 0, 1, 0]
    assert frame.terminal_risk_7d.tolist() == [0, 0, 1, 0]
    assert frame.terminal_risk_30d.iloc[-1] == pytest.approx(1 / 3)
    assert frame.terminal_hours_since_first_fraud.tolist()[2:] == [168, 336]


def test_frauds_of_an_ordinary_amount_speak_against_the_terminal_and_others_are_counted_apart(
    tables: Tables,
) -> None:
    usual = [(f"2024-01-0{day}T00:00:00", customer, 1, "10", False) for day in (1, 2) for customer in (1, 2)]
    misused = [("2024-01-03T00:00:00", 1, 5, "11", True), ("2024-01-03T01:00:00", 2, 5, "90", True)]
    later = [("2024-01-10T00:00:00", 3, 5, "10", False), ("2024-01-10T01:00:00", 3, 5, "10", False)]
    frame = described(tables(usual + misused + later)).tail(3)
    assert frame.terminal_ordinary_frauds_28d.tolist() == [0, 1, 1]
    assert frame.terminal_odd_frauds_28d.tolist() == [0, 0, 1]
    assert frame.terminal_hours_since_ordinary_fraud.tolist()[1:] == [168, 169]


def test_an_amount_is_compared_with_the_customers_other_amounts(tables: Tables) -> None:
    frame = described(
        tables(
            [
                (f"2024-01-0{day}T10:00:00", 1, 1, amount, False)
                for day, amount in ((1, "10"), (2, "20"), (3, "60"))
            ]
        )
    )
    assert frame.amount_to_usual.tolist() == pytest.approx([1, 2, 4])


def test_night_and_weekend_are_the_handbooks(tables: Tables) -> None:
    """Source: Fraud Detection Handbook, chapter 3.3: weekend is Saturday and Sunday, night is hour 0 to 6."""
    times = (
        "2024-01-05T06:59:00",
        "2024-01-05T07:00:00",
        "2024-01-06T12:00:00",
        "2024-01-07T12:00:00",
        "2024-01-08T12:00:00",
    )
    frame = described(tables([(at, 1, 1, "10", False) for at in times]))
    assert frame.is_night.tolist() == [1, 0, 0, 0, 0]
    assert frame.is_weekend.tolist() == [0, 0, 1, 1, 0]


def test_neither_a_card_nor_an_id_is_a_feature() -> None:
    assert not [name for name in features.ALL if "card" in name or "token" in name or name.endswith("_id")]


def test_a_model_without_labels_sees_no_feature_from_labels(tables: Tables) -> None:
    rows = [(f"2024-01-{day:02}T10:00:00", day % 3, day % 2, f"{day}.50", False) for day in range(1, 29)]
    honest, fraud = (described(tables([(*row[:4], label) for row in rows])) for label in (False, True))
    pd.testing.assert_frame_equal(honest[list(features.UNLABELLED)], fraud[list(features.UNLABELLED)])


def test_a_fraud_never_shows_in_its_own_features(tables: Tables) -> None:
    rows = [("2024-01-01T00:00:00", 1, 5, "10", False), ("2024-01-09T00:00:00", 1, 5, "10", False)]
    honest, fraud = (described(tables([rows[0], (*rows[1][:4], label)])) for label in (False, True))
    pd.testing.assert_frame_equal(honest[list(features.ALL)], fraud[list(features.ALL)])


def test_what_happens_later_changes_no_feature(tables: Tables) -> None:
    rows = [
        (f"2024-01-{day:02}T10:00:00", day % 3, day % 2, f"{day}.50", day % 5 == 0) for day in range(1, 29)
    ]
    part, whole = described(tables(rows[:20])), described(tables(rows))
    pd.testing.assert_frame_equal(part, whole.head(20))


def test_newest_days_described_alone_have_the_features_of_all_days(tables: Tables) -> None:
    """A fraud 37 days before the first of them is the oldest that a terminal's windows reach."""
    first = pd.Timestamp("2024-08-01")
    rows = [
        ((first - pd.Timedelta(days=days) + pd.Timedelta(seconds=s)).isoformat(), 1 + days % 3, 5, "10", True)
        for days in range(130, 0, -1)
        for s in (-1, 0, 1)
    ]
    rows += [((first + pd.Timedelta(hours=6 * step)).isoformat(), 1, 5, "25", False) for step in range(9)]
    require_equal_alone(tables(rows), first.date(), AS_OF)


EDGES_DAYS = (0, 1, 6, 7, 8, 13, 14, 15, 28, 34, 35, 36, 37, 38)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.integers(1, 40),
    rows=st.lists(
        st.tuples(
            st.sampled_from(EDGES_DAYS),
            st.integers(-1, 1),
            st.integers(1, 2),
            st.integers(5, 6),
            st.booleans(),
        ),
        min_size=60,
        max_size=180,
    ),
)
def test_rows_at_any_end_of_a_window_are_counted_alone_as_among_all_days(
    tables: Tables, days: int, rows: list[tuple[int, int, int, int, bool]]
) -> None:
    """Rows between the ends of windows are summed once: those near an end are not lost or counted twice."""
    first = pd.Timestamp("2024-08-01")
    new = [
        ((first + pd.Timedelta(hours=9 * step)).isoformat(), 1 + step % 2, 5, "25", step % 3 == 0)
        for step in range(days * 24 // 9 + 1)
    ]
    edges = [
        (
            (first + pd.Timedelta(days=back % 3 * days - back, seconds=seconds)).isoformat(),
            customer,
            terminal,
            "10",
            is_fraud,
        )
        for back, seconds, customer, terminal, is_fraud in rows
    ]
    last = first + pd.Timedelta(days=days - 1)
    require_equal_alone(tables(new + edges), first.date(), last.date())


def require_equal_alone(sources: dict[str, ibis.Table], since: date, as_of: date) -> None:
    transactions, customers = sources["card_transactions"], sources["customers"]
    new, *parts = (
        question.to_pandas() for question in features.questions(transactions, customers, as_of, since=since)
    )
    whole = features.described(transactions, customers, as_of).set_index("transaction_id")
    every = whole.loc[new.transaction_id]
    for part in parts:
        own = part.set_index("transaction_id").drop(columns="transacted_at")
        pd.testing.assert_frame_equal(own, every[list(own.columns)], check_exact=True)
