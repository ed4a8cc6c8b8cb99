"""A measure that happens to differ in all rows of a sample is no key: a later row of the same value would
replace another one.
"""

from __future__ import annotations

import pytest

from headgate.drafts.draft_contract import Draft, draft_from_sample

pytestmark = pytest.mark.unit


def visitors(values: list[object]) -> bytes:
    """A library's visitors: one row for each day and branch."""
    rows = (
        f"2026-{1 + at % 40 // 28:02}-{1 + at % 40 % 28:02};{'Nord' if at < 40 else 'West'};{value}"
        for at, value in enumerate(values)
    )
    return "\n".join(["tag;zweigstelle;besucher", *rows]).encode()


def test_whole_numbers_that_count_no_rows_are_no_key() -> None:
    assert draft_from_sample(visitors([1000 + at * 7919 % 5003 for at in range(80)]), "x").contract.key == (
        "tag",
        "zweigstelle",
    )


def test_numbers_that_a_person_must_decide_about_are_no_key() -> None:
    draft = draft_from_sample(visitors([f"{1 + at % 9}.{100 + at}" for at in range(80)]), "x").contract
    assert (draft.column("besucher").type.kind, draft.key) == ("string", ("tag", "zweigstelle"))


@pytest.mark.parametrize(
    "numbers", [range(5000, 5400, 5), range(5400, 5000, -5), [5000 + at * 37 % 80 for at in range(80)]]
)
def test_whole_numbers_in_order_or_close_to_one_another_are_a_key_under_any_name(numbers: list[int]) -> None:
    assert draft_from_sample(visitors([*numbers]), "x").contract.key == ("besucher",)


@pytest.mark.parametrize("name", ["menge", "qty", "unit_price", "Betrag"])
def test_a_measure_that_one_bad_value_makes_text_is_no_key(name: str) -> None:
    rows = "A;B;12\nA;C;4\nB;C;x\nB;C;3\nB;C;1\n"
    assert draft_from_sample(f"kunde;artikel;{name}\n{rows}".encode(), "x").contract.key == ()


def test_a_text_of_measures_with_the_name_of_a_key_stays_one() -> None:
    rows = "A;B;12\nA;C;4\nB;C;x\nB;C;3\nB;C;1\n"
    assert draft_from_sample(f"kunde;artikel;price_id\n{rows}".encode(), "x").contract.key == ("price_id",)


def test_a_key_that_is_one_by_its_values_alone_is_pointed_out() -> None:
    body = b"titel;preis\nMomo;9,90\nTschick;12,00\n"
    assert [
        finding.column
        for finding in draft_from_sample(body, "x").findings
        if "no two different rows" in finding.message
    ] == ["titel"]
    assert not [
        finding
        for finding in draft_from_sample(body, "x", key=["titel"]).findings
        if "no two different rows" in finding.message
    ]
    assert not [
        finding
        for finding in draft_from_sample(body.replace(b"titel", b"medien-nr"), "x").findings
        if "no two different rows" in finding.message
    ]


def test_names_that_sql_reserves_are_pointed_out() -> None:
    draft = draft_from_sample(b"id,order,group,status\n1,a,b,c\n2,b,b,c\n", "x").findings
    assert [one.column for one in draft if "Athena's SQL reserves its name" in one.message] == [
        "order",
        "group",
    ]


def parcels(rows: int = 150) -> list[tuple[object, ...]]:
    """A carrier's report, in which each parcel happens to have its own postcode."""
    return [(1550100000 + at, 570000 + at, f"{at + 1}.40", f"EH{at} {at % 9}AB") for at in range(rows)]


def test_the_first_number_of_a_row_is_its_key_and_not_its_postcode() -> None:
    """`dpd_tracking.tsv`: the next file would have replaced parcels to the same postcode."""
    draft = draft_of("Consignment,Ref,Weight kg,Postcode", parcels())
    assert draft.contract.key == ("consignment",)
    assert cautions(draft) == ["consignment"]


@pytest.mark.parametrize("name", ["Postcode", "Postal Code", "delivery_zip_code", "Ort", "PLZ"])
def test_a_place_that_does_not_repeat_is_a_key_with_a_caution_only_if_nothing_else_is(name: str) -> None:
    rows = [(f"DE-{at:04}", f"{at + 10000}x") for at in range(60)]
    assert draft_of(f"{name},Sendung", [row[::-1] for row in rows]).contract.key == ("sendung",)
    alone = draft_of(f"{name},price", [(row[1], "2.50") for row in rows])
    assert cautions(alone) == [alone.contract.key[0]] == [name.lower()]


def test_numbers_further_back_are_no_better_key_than_a_text() -> None:
    rows = [(f"Place {chr(65 + at % 26)}{at}", at) for at in range(60)]
    assert draft_of("place,visit_no_more", rows).contract.key == ("place",)


def draft_of(names: str, rows: list[tuple[object, ...]]) -> Draft:
    body = "\n".join([names, *(",".join(map(str, row)) for row in rows)]).encode()
    return draft_from_sample(body, "x", strict=False)


def cautions(draft: Draft) -> list[str]:
    return [finding.column for finding in draft.findings if "no two different rows" in finding.message]
