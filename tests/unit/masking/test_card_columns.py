import base64
import unicodedata
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.curated import CARD_BRANDS
from headgate.lake.ports import MaskingKey
from headgate.masking import card_columns as cards
from headgate.masking.find_card_numbers import rows_with_cards

pytestmark = pytest.mark.unit

# Numbers that payment gateways publish for tests.
PUBLISHED = {
    "4111111111111111": "visa",
    "4222222222222": "visa",
    "4000000000000000006": "visa",
    "5555555555554444": "mastercard",
    "2223003122003222": "mastercard",
    "2720992720992729": "mastercard",
    "378282246310005": "amex",
    "6011111111111117": "discover",
    "30569309025904": "diners",
    "36227206271667": "diners",
    "3530111333300000": "jcb",
    "6205500000000000004": "unionpay",
    "6304000000000000": "maestro",
    "2200000000000004": "mir",
    "9792020000000001": "troy",
}


def checked(body: str) -> str:
    """The digits with their check digit; the textbook's way, apart from the one under test."""
    total = sum(
        int(digit) if place % 2 else sum(divmod(2 * int(digit), 10))
        for place, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)


def text(*texts: str | None) -> pa.Array:
    return pa.array(texts, pa.string())


digit_strings = st.text(alphabet="0123456789", min_size=11, max_size=18)


@given(st.lists(digit_strings, min_size=1))
def test_a_right_check_digit_is_a_card_and_any_single_wrong_digit_is_none(bodies: list[str]) -> None:
    numbers = [checked(body) for body in bodies]
    assert cards.is_card(text(*numbers)).all()
    wrong = [str((int(number[0]) + 1) % 10) + number[1:] for number in numbers]
    assert not cards.is_card(text(*wrong)).any()


def test_what_is_too_short_too_long_or_no_digits_is_no_card() -> None:
    texts = text(checked("4" * 10), checked("4" * 19), "4111 1111 1111 1111", "", None, "\uff14" + "1" * 15)
    assert not cards.is_card(texts).any()


def test_published_numbers_have_their_brand() -> None:
    numbers = [number for number in PUBLISHED if cards.is_card(text(number)).all()]
    assert set(PUBLISHED.values()) == {PUBLISHED[number] for number in numbers}
    assert cards.brands(text(*numbers)).to_pylist() == [PUBLISHED[number] for number in numbers]


@given(digit_strings)
def test_every_number_has_a_brand_that_the_contract_names(body: str) -> None:
    assert cards.brands(text(checked(body))).to_pylist()[0] in CARD_BRANDS


def test_issuer_ranges_do_not_overlap_and_ascend() -> None:
    edges = [edge for issuer in cards.ISSUERS for edge in issuer[:2]]
    assert edges == sorted(edges)


@pytest.mark.parametrize(
    "written",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        " 4111111111111111 ",
        "4111111111111111.0",
        "4111111111111111.00",
        "'4111111111111111",
        "\uff14\uff11\uff11\uff11 1111 1111 1111",
        "4111\u00a01111\u20111111\u20131111",
        "4111\u200b111111111111",
    ],
)
def test_all_ways_to_write_a_number_give_one_token(written: str) -> None:
    assert cards.normalised(text("x", written, None, "4111111111111111")).to_pylist() == [
        "x",
        "4111111111111111",
        None,
        "4111111111111111",
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["{0}", "%3{0}", "&#x3{0};", "%EF%BC%9{0}"]),
            st.sampled_from(["", " ", "-", ".", "\u2011"]),
        ),
        min_size=16,
        max_size=16,
    )
)
def test_digits_and_separators_written_in_any_mixture_give_one_number(ways: list[tuple[str, str]]) -> None:
    number = "4111111111111111"
    written = "".join(
        way.format(digit) + separator for digit, (way, separator) in zip(number, ways, strict=True)
    )
    assert cards.normalised(text("2018-04-01 00:00:31", written, "57.16")).to_pylist() == [
        "2018-04-01 00:00:31",
        number,
        "57.16",
    ]


def test_a_text_with_too_few_digits_for_a_card_stays_as_it_is() -> None:
    assert cards.normalised(text("1-2", "2018-04-01", "", None)).to_pylist() == [
        "1-2",
        "2018-04-01",
        "",
        None,
    ]


@pytest.mark.parametrize(
    "written", ["4.11E+15", "4,11e15", "4E15", "\uff14.11E+15", " 2.70319E+15 ", "4.111111111111111E+15"]
)
def test_a_number_that_a_spreadsheet_rounded_is_destroyed(written: str) -> None:
    assert cards.is_destroyed(text(written)).all()
    assert not cards.is_card(cards.normalised(text(written))).any()


@pytest.mark.parametrize("written", ["4111111111111111", "none", "E", "card E4", "", None])
def test_other_texts_are_not_destroyed_numbers(written: str | None) -> None:
    assert not cards.is_destroyed(text(written)).any()


def test_a_masking_key_never_shows_itself() -> None:
    secret = b"very secret indeed, 32 bytes long"
    shown = repr(MaskingKey("k1", secret))
    assert secret.decode() not in shown
    assert base64.b64encode(secret).decode() not in shown


@given(st.text())
def test_normalising_never_fails_and_gives_digits_only_for_digits(written: str) -> None:
    (bare,) = cards.normalised(text(written)).to_pylist()
    if bare != written:
        digits = [
            str(unicodedata.digit(character))
            for character in unicodedata.normalize("NFKC", written)
            if character.isdigit()
        ]
        assert bare in ("".join(digits), "".join(digits).rstrip("0"), "".join(digits)[: len(bare)])


KEY = MaskingKey("k1", b"0123456789abcdef0123456789abcdef")
COLUMN = st.lists(
    st.sampled_from([*PUBLISHED, "4111 1111 1111 1111", "4111111111111112", "no card", None]), max_size=9
)


def reported(known: cards.KnownCards, texts: list[str | None]) -> list[dict[str, str] | None]:
    at, found = known.of(text(*texts))
    return [None if place is None else found.to_pylist()[place] for place in at.to_pylist()]


@given(st.lists(COLUMN, max_size=5), st.sampled_from([0, 3, 1 << 16]))
def test_a_text_means_the_same_card_whatever_the_file_said_before_and_however_much_is_remembered(
    columns: list[list[str | None]], remembered: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cards, "_MAX_KNOWN_CARDS", remembered)
        of_file = cards.KnownCards(KEY)
        for column in columns:
            assert reported(of_file, column) == [
                reported(cards.KnownCards(KEY), [each])[0] for each in column
            ]


def test_a_text_without_a_card_means_none() -> None:
    assert reported(cards.KnownCards(KEY), ["4111111111111112", "no card", None, ""]) == [None] * 4


def test_a_card_is_reported_with_its_bare_number_its_brand_and_last_four() -> None:
    (card,) = reported(cards.KnownCards(KEY), ["4111-1111 1111.1111"])
    assert card is not None
    assert (card["number"], card["brand"], card["last4"]) == ("4111111111111111", "visa", "1111")


def test_cards_that_are_known_keep_their_places_when_more_are_learnt() -> None:
    """So that of the cards of a file's batches only new ones are written down."""
    of_file = cards.KnownCards(KEY)
    _, before = of_file.of(text("4111111111111111", "378282246310005"))
    _, after = of_file.of(text("5555555555554444", "378282246310005"))
    assert after.slice(0, before.num_rows).equals(before)
    assert after.num_rows == before.num_rows + 1


@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "6759649826438453"])
def test_zeros_that_fill_up_a_field_change_neither_token_nor_brand(number: str) -> None:
    known = cards.KnownCards(KEY)
    at, found = known.of(text(number, number.zfill(19), f" {number.zfill(18)}.0"))
    own = [found.slice(place.as_py(), 1).drop_columns(["text"]) for place in at]
    assert own[0].column("number").to_pylist() == [number]
    assert own[0] == own[1] == own[2]


def test_no_more_cards_are_remembered_than_memory_is_kept_for() -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cards, "_MAX_KNOWN_CARDS", 2)
        of_file, numbers = (
            cards.KnownCards(KEY),
            [number for number in PUBLISHED if cards.is_card(text(number)).all()],
        )
        sizes = [of_file.of(text(number, numbers[0]))[1].num_rows for number in numbers]
    assert max(sizes) <= 3


LONG = st.one_of(
    st.sampled_from([int(number) for number in PUBLISHED]),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(4 * 10**15, 5 * 10**15),
    st.integers(50 * 10**10, 70 * 10**10),
    st.integers(0, 10**6),
)


@given(numbers=st.lists(st.none() | LONG, max_size=40), skipped=st.integers(0, 3))
def test_a_numeric_column_holds_the_cards_from_14_digits_on_that_its_digits_would_as_text(
    numbers: list[int | None], skipped: int
) -> None:
    texts = [str(abs(each)) if each is not None and abs(each) >= 10**13 else None for each in numbers]
    expected = list(rows_with_cards(pa.array(texts, pa.string()).slice(skipped)))
    assert list(cards.numeric_rows_with_cards(pa.array(numbers, pa.int64()).slice(skipped))) == expected
    for scale in (0, 2, 7, 9, 18):
        exact = pa.array(
            [None if each is None else Decimal(each) for each in numbers], pa.decimal128(38, scale)
        )
        assert list(cards.numeric_rows_with_cards(exact.slice(skipped))) == expected


def test_article_numbers_moments_and_ids_of_up_to_13_digits_are_no_cards() -> None:
    as_text = pa.array(
        ["4222222222222", "card 4222222222222", "4006381333931"]
    )  # a number that gateways publish, and an article number
    assert list(rows_with_cards(as_text)) == [1]
    assert not len(
        cards.numeric_rows_with_cards(
            pa.array([4222222222222, 4006381333931, 1700000000123, 501000000000], pa.int64())
        )
    )


@pytest.mark.parametrize("kind", [pa.decimal128(38, 18), pa.decimal128(20, 2), pa.float64()])
def test_a_fraction_makes_it_no_card_number(kind: pa.DataType) -> None:
    values = [
        Decimal(4111111111111111),
        Decimal("4111111111111111.5"),
        Decimal(-378282246310005),
        None,
        Decimal("4111.11"),
    ]
    column = (
        pa.array([None if each is None else float(each) for each in values])
        if pa.types.is_floating(kind)
        else pa.array(values, kind)
    )
    assert list(cards.numeric_rows_with_cards(column)) == [0, 2]


@pytest.mark.parametrize("values", [[], [None], [float("nan"), float("inf"), float("-inf"), 1e300, -1e18]])
def test_odd_doubles_are_no_card_numbers(values: list[float | None]) -> None:
    assert not len(cards.numeric_rows_with_cards(pa.array(values, pa.float64())))


@pytest.mark.parametrize("zeros", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "6205500000000000004"])
def test_a_padded_number_has_the_token_of_the_number(number: str, zeros: int) -> None:
    padded = "0" * zeros + number
    first, second = reported(cards.KnownCards(KEY), [number, padded])
    assert first
    assert second
    assert first["token"] == second["token"]


@pytest.mark.parametrize(
    "written",
    [
        "".join(f"%3{digit}" for digit in "4111111111111111"),
        "4111%2D1111%2d1111%201111",
        "".join(f"&#{ord(digit)};" for digit in "4111111111111111"),
    ],
)
def test_an_encoded_number_has_the_token_of_the_number(written: str) -> None:
    first, second = reported(cards.KnownCards(KEY), ["4111111111111111", written])
    assert first
    assert second
    assert first["token"] == second["token"]
