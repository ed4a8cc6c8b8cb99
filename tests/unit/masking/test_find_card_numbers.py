"""Card numbers are found however they are written, and other numbers stay."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.masking.find_card_numbers import ANYWHERE, CONTEXT_BELOW, rows_with_cards
from headgate.masking.redaction import redact_cards
from tests.unit.masking import texts
from tests.unit.masking.texts import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.unit
# As in columns that are declared for cards: short numbers need no context.
redacted = partial(texts.redacted, context_below=ANYWHERE)

_SEPARATORS = ["", " ", "-", ".", "\u00a0", "\u2011", " - ", "_", "\u200b", "\n"]


def checked(body: str) -> str:
    total = sum(
        int(digit) if place % 2 else sum(divmod(2 * int(digit), 10))
        for place, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)


def grouped(number: str, separator: str, sizes: list[int]) -> str:
    parts, rest = [], number
    for size in sizes:
        parts, rest = [*parts, rest[:size]], rest[size:]
    return separator.join(part for part in [*parts, rest] if part)


def full_width(number: str) -> str:
    return "".join(chr(0xFF10 + int(digit)) if digit.isdigit() else digit for digit in number)


def wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


numbers = st.sampled_from(PUBLISHED) | st.tuples(
    st.sampled_from(
        ["4", "51", "55", "2221", "2720", "34", "37", "6011", "65", "36", "3528", "62", "2200", "9792"]
    ),
    st.text(alphabet="0123456789", min_size=18, max_size=18),
).map(
    lambda parts: checked((parts[0] + parts[1])[: {"3": 14, "34": 14, "37": 14, "36": 13}.get(parts[0], 15)])
)
around = st.text(alphabet="abc é,;:()#€日\n\"'\\")
writings = st.tuples(st.sampled_from(_SEPARATORS), st.lists(st.integers(1, 6), max_size=6), st.booleans())


@given(around, numbers, st.sampled_from("\u00ad\u200b\u200d\u200e\u2060\ufeff"), st.data())
def test_invisible_characters_between_digits_hide_no_card_number(
    before: str, number: str, sign: str, data: st.DataObject
) -> None:
    places = data.draw(st.sets(st.integers(1, len(number) - 1), min_size=1))
    written = "".join(f"{sign if place in places else ''}{digit}" for place, digit in enumerate(number))
    assert redacted(f"{before} {written}.") == [f"{before} [PAN ****{number[-4:]}]."]


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b"])
def test_an_invisible_character_behind_a_card_number_hides_it_neither(sign: str) -> None:
    assert redacted(f"x 4111111111111111{sign}1234") == [f"x [PAN ****1111]{sign}1234"]


@given(around, numbers, writings, around)
def test_a_card_number_is_found_however_it_is_written(
    before: str, number: str, writing: tuple[str, list[int], bool], after: str
) -> None:
    separator, sizes, wide = writing
    written = grouped(number, separator, sizes)
    shown = full_width(written) if wide else written
    assert redacted(f"{before}{shown}{after}") == [f"{before}[PAN ****{number[-4:]}]{after}"]


def test_rows_are_reported_by_number_over_many_slabs() -> None:
    texts = ["nothing 12", None, ""] * 50_000
    texts[70_001] = texts[149_999] = "paid with 4111111111111111, thanks"
    assert rows_with_cards(pa.array(texts)).tolist() == [70_001, 149_999]


@pytest.mark.parametrize(
    "text",
    [
        "14111111111111111",  # inside a longer run of digits
        "4111111111111112",  # wrong check digit
        "4111 1111 1111",
        "9111111111111111",
        "1700000000000",  # milliseconds
        "1700000000000000",  # microseconds
        "2024-01-05 12:34:56.789123",
        "20240105123456",
        "550e8400-e29b-41d4-a716-446655440000",
        "a4111111-1111-4111-8111-111111111111",  # a UUID that holds a number with a right check digit
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "+49 151 2345 67890",
        "",
        "no digits at all, but long enough to be looked at",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert redacted(text) == [text]


def test_a_number_behind_other_numbers_is_found() -> None:
    assert redacted("2 x 4111 1111 1111 1111 exp 12/26") == ["2 x [PAN ****1111] exp 12/26"]
    assert redacted("qty 2 4111 1111 1111 1111") == ["qty 2 [PAN ****1111]"]


def test_several_numbers_in_one_text_are_all_found() -> None:
    assert redacted("4111111111111111,5555555555554444;378282246310005") == [
        "[PAN ****1111],[PAN ****4444];[PAN ****0005]"
    ]


def test_a_rounded_number_with_all_its_digits_is_found() -> None:
    assert "4111111" not in (redacted("4.111111111111111E+15")[0] or "").replace(".", "")
    assert redacted("4111111111111111.0") == ["[PAN ****1111].0"]


@pytest.mark.parametrize(
    "between",
    [
        "|",
        ":",
        "*",
        "+",
        "&nbsp;",
        "%20",
        '" "',
        "     ",
        ", ",
        "; ",
        " | ",
        '", "',
        "&#160;",
        "\\",
        "#",
        "~",
        "<",
        "@",
        "\uff1a",
        "\u2022",
        "\u0336",
    ],
)
def test_groups_of_four_may_be_parted_by_other_signs(between: str) -> None:
    assert redacted(f"x {between.join(['4111'] + ['1111'] * 3)} y") == ["x [PAN ****1111] y"]


def test_a_group_of_four_may_stand_in_brackets() -> None:
    assert redacted("4111 (1111) 1111 1111") == ["[PAN ****1111]"]


@pytest.mark.parametrize(
    "text",
    [
        "411|11111|1111|111",
        "4111=1111=1111=1111",
        "4111a1111a1111a1111",
        "4111          1111 1111 1111",
        "41:11:11:11:11:11:11:11",
        "2019, 2020, 2021, 2022",
    ],
)
def test_other_groups_so_parted_stay(text: str) -> None:
    assert redacted(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "4.11111111111111E+15",
        "4,11111111111111e15",
        "4.1111111111E+15",
        "4.1111111111111110e+15",
        "3.7828224631000E+14",
        "5.55555555555544E+015",
        "4.1234567890E+12",
    ],
)
def test_a_number_that_a_spreadsheet_rounded_goes_whole(text: str) -> None:
    assert redacted(text, f"paid with {text}, thanks") == [
        "[PAN destroyed]",
        "paid with [PAN destroyed], thanks",
    ]
    assert list(rows_with_cards(pa.array(["x", text]), context_below=ANYWHERE)) == [1]


@pytest.mark.parametrize(
    "text",
    [
        "4.11E+15",
        "2.70319E+15",
        "1.70000000000012E+12",
        "4.111111111111112E+15",
        "4.11111111111111E+25",
        "4.11111111111111E-15",
        "4.11111111111111E+11",
    ],
)
def test_other_numbers_with_an_exponent_stay(text: str) -> None:
    assert redacted(text) == [text]


@pytest.mark.parametrize("zeros", [1, 2, 3, 4, 8])
@pytest.mark.parametrize(
    "number", ["4111111111111111", "378282246310005", "36227206271667", "6205500000000000004"]
)
def test_zeros_in_front_hide_no_number(number: str, zeros: int) -> None:
    assert redacted(f"x {'0' * zeros}{number}.", context_below=CONTEXT_BELOW) == [
        f"x [PAN ****{number[-4:]}]."
    ]


@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "6205500000000000004"])
@pytest.mark.parametrize("expiry", ["1227", "2712", "122027", "12/27", "12/2027", "01-30"])
def test_an_expiry_glued_to_a_number_hides_it_not(number: str, expiry: str) -> None:
    assert redacted(f"x {number}{expiry}, y", number + expiry) == [
        f"x [PAN ****{number[-4:]}]{expiry}, y",
        f"[PAN ****{number[-4:]}]{expiry}",
    ]


def test_a_code_glued_to_the_expiry_is_redacted() -> None:
    assert redacted("41111111111111111227123") == ["[PAN ****1111]1227[CVV]"]


@pytest.mark.parametrize("tail", ["1327", "0027", "1299", "12270", "9", "12/99", "99/27"])
def test_other_digits_glued_to_a_number_make_it_another(tail: str) -> None:
    assert redacted(f"4111111111111111{tail}") == [f"4111111111111111{tail}"]


def url_encoded(text: str) -> str:
    return "".join(f"%{ord(sign):02X}" for sign in text)


def html_escaped(text: str) -> str:
    return "".join(f"&#{ord(sign)};" for sign in text)


def html_escaped_in_hex(text: str) -> str:
    return "".join(f"&#x{ord(sign):x};" for sign in text)


@pytest.mark.parametrize("encode", [url_encoded, html_escaped, html_escaped_in_hex])
@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "6205500000000000004"])
def test_encoded_digits_hide_no_number(encode: Callable[[str], str], number: str) -> None:
    shown = f"[PAN ****{number[-4:]}]"
    assert redacted(f"card={encode(number)}&amount=12") == [f"card={shown}&amount=12"]
    assert redacted(f"{number[:4]}{encode(number[4:])}") == [shown]
    assert redacted(f"{encode(number[:6])}{number[6:]} é") == [f"{shown} é"]


@pytest.mark.parametrize("between", ["%20", "%2D", "%2d", "&#45;", "&#32;", "+"])
def test_encoded_signs_between_groups_hide_no_number(between: str) -> None:
    assert redacted(f"x={between.join(('4111', '1111', '1111', '1111'))}") == ["x=[PAN ****1111]"]


@pytest.mark.parametrize(
    "text",
    [
        "%41%42%43 4111",
        url_encoded("4111111111111112"),
        "100%34 %35",
        "&#65;&#66;",
        "a&b=41111111&c=11111111",
    ],
)
def test_other_encoded_text_stays(text: str) -> None:
    assert redacted(text) == [text]


@pytest.mark.parametrize(
    ("prefix", "length"),
    [
        ("117500", 15),  # UATP: Spreedly's checkout
        ("590206", 13),  # Maestro: ActiveMerchant's list of BINs
        ("593074", 16),
        ("594709", 19),
        ("599148", 12),
        ("606070", 16),  # Sodexo: ActiveMerchant
        ("600818", 16),
        ("506699", 16),  # Alelo: ActiveMerchant
        ("700676", 16),  # Edenred
        ("700676", 19),  # Routex: ActiveMerchant
        ("637483", 16),  # Edenred: ActiveMerchant
        ("968201", 16),  # mada: ActiveMerchant
        ("970400", 19),  # NAPAS
    ],
)
def test_issuers_in_test_suites_of_payment_libraries_are_known(prefix: str, length: int) -> None:
    number = checked((prefix + "123456789012345")[: length - 1])
    assert redacted(f"paid by card {number}", context_below=CONTEXT_BELOW) == [
        f"paid by card [PAN ****{number[-4:]}]"
    ]


SHORT = ["4222222222222", "060426070011"]


@pytest.mark.parametrize("number", SHORT)
@pytest.mark.parametrize(
    "text",
    [
        "card {}",
        "Kreditkartennummer: {}",
        "my card number, as asked, is {}",
        "card_no={}",
        "cardNumber={}",
        "VISA {}",
        "paid with {} (Maestro)",
        "{} 12/27",
        "{},12/2027",
        "{} cvv 123",
        "{} exp 1227",
        "pan={}",
    ],
)
def test_a_short_number_with_a_context_is_found(number: str, text: str) -> None:
    assert f"[PAN ****{number[-4:]}]" in (redacted(text.format(number), context_below=CONTEXT_BELOW)[0] or "")


@pytest.mark.parametrize("number", SHORT)
@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "phone {}",
        "EAN {}",
        "call {} today",
        "{} 250",
        "discard {}",
        "cardboard box {}",
        "company {}",
        "panel {}",
        "{} 2024-01-05",
    ],
)
def test_a_short_number_without_a_context_stays(number: str, text: str) -> None:
    """Article numbers and phone numbers have 12 and 13 digits, too, and one in ten of those that begin like
    cards passes as one.
    """
    assert redacted(text.format(number), context_below=CONTEXT_BELOW) == [text.format(number)]


@pytest.mark.parametrize(
    "text",
    [
        "0004012345678901",
        "00340123450000000018",
        "0000004012345678901",
        "0000000000000000000",
        "0004111111111111112",
    ],
)
def test_other_numbers_behind_zeros_stay(text: str) -> None:
    assert redacted(text) == [text]


@pytest.mark.parametrize(
    "text", ["4111/1111/1111/1111", "4,111,111,111,111,111", "4111,1111,1111,1111", "3782/822463/10005"]
)
def test_a_number_with_slashes_or_commas_is_found(text: str) -> None:
    assert redacted(f"card {text}, thanks") == [
        f"card [PAN ****{text.replace('/', '').replace(',', '')[-4:]}], thanks"
    ]


@pytest.mark.parametrize("sign", ["|", "*", ":", ";", "/", "\\", "'", ", ", " § ", "\u2022", "&nbsp;"])
@pytest.mark.parametrize(
    ("body", "sizes"),
    [
        ("457101027368923690", [4, 4, 4, 4, 3]),
        ("422222222222", [4, 4, 4, 1]),
        ("3056930902590", [4, 4, 4, 2]),
    ],
)
def test_what_is_left_over_of_groups_of_four_is_part_of_the_number(
    sign: str, body: str, sizes: list[int]
) -> None:
    assert redacted(f"paid {grouped(checked(body), sign, sizes)} ok") == [
        f"paid [PAN ****{checked(body)[-4:]}] ok"
    ]


@pytest.mark.parametrize(
    "text", ["4,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "30/01/2024 12.30.45", "4/11/1111/1111/1111/11"]
)
def test_lists_and_dates_are_no_numbers(text: str) -> None:
    assert redacted(text) == [text]


def test_hostile_columns_are_searched_whole() -> None:
    texts = ["4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "x" * 100_000 + "4111111111111111", "1 " * 5_000]
    assert rows_with_cards(pa.array(texts)).tolist() == [0, 1]


@given(
    st.lists(st.none() | st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("0123456789 -.")))
)
def test_a_column_without_cards_is_the_same_column(texts: list[str | None]) -> None:
    column = pa.array(texts, pa.string())
    found = set(rows_with_cards(column).tolist())
    for row, (before, after) in enumerate(zip(texts, redact_cards(column).to_pylist(), strict=True)):
        assert (before != after) == (row in found)


def test_identifiers_are_rarely_taken_for_cards() -> None:
    choose = random.Random(7)  # noqa: S311 seeded samples
    samples = [
        *(f"{choose.randint(1_600_000_000_000, 1_800_000_000_000)}" for _ in range(20_000)),
        *(
            f"2024-{choose.randint(1, 12):02d}-{choose.randint(1, 28):02d} "
            f"{choose.randint(0, 23):02d}.{choose.randint(0, 59):02d}"
            for _ in range(20_000)
        ),
        *(
            f"+{choose.randint(1, 99)} {choose.randint(100, 999)} {choose.randint(1000, 9999)} "
            f"{choose.randint(100, 9999)}"
            for _ in range(20_000)
        ),
        *(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}".format(
                *(choose.getrandbits(bits) for bits in (32, 16, 12, 12, 48))
            )
            for _ in range(20_000)
        ),
    ]
    assert len(rows_with_cards(pa.array(samples))) <= len(samples) / 1000
