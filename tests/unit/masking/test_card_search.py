import random
import re
import sys
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headgate.masking.card_search import (
    _NAMED_CODE,
    _OTHER_LETTERS,
    _SSN_FORM,
    redact,
    redact_cards,
    rows_with_cards,
    rows_with_named_codes,
    rows_with_ssns,
    without_ssn_forms,
)

pytestmark = pytest.mark.unit

PUBLISHED = [
    "4111111111111111",
    "4222222222222",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "6011111111111117",
    "30569309025904",
    "3530111333300000",
    "6205500000000000004",
    "6304000000000000",
    "3088000000000017",
    "060426070011",
]
_SEPARATORS = ["", " ", "-", ".", "\u00a0", "\u2011", " - ", "_", "\u200b", "\n"]


def checked(body: str) -> str:
    total = sum(int(digit) if place % 2 else sum(divmod(2 * int(digit), 10)) for place, digit in enumerate(reversed(body)))
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


def redacted(*texts: str | None) -> list[str | None]:
    found: list[str | None] = redact(pa.array(texts, pa.string())).to_pylist()
    return found


numbers = st.sampled_from(PUBLISHED) | st.tuples(
    st.sampled_from(["4", "51", "55", "2221", "2720", "34", "37", "6011", "65", "36", "3528", "62", "2200", "9792"]),
    st.text(alphabet="0123456789", min_size=18, max_size=18),
).map(lambda parts: checked((parts[0] + parts[1])[: {"3": 14, "34": 14, "37": 14, "36": 13}.get(parts[0], 15)]))
around = st.text(alphabet="abc é,;:()#€日\n\"'\\")


writings = st.tuples(st.sampled_from(_SEPARATORS), st.lists(st.integers(1, 6), max_size=6), st.booleans())


@given(around, numbers, writings, around)
def test_a_card_number_is_found_however_it_is_written(before: str, number: str, writing: tuple[str, list[int], bool], after: str) -> None:
    separator, sizes, wide = writing
    written = grouped(number, separator, sizes)
    shown = full_width(written) if wide else written
    assert redacted(f"{before}{shown}{after}") == [f"{before}[PAN ****{number[-4:]}]{after}"]


def test_rows_are_told_by_number_over_many_slabs() -> None:
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
def test_what_is_no_card_number_stays(text: str) -> None:
    assert redacted(text) == [text]


def test_a_number_behind_other_numbers_is_found() -> None:
    assert redacted("2 x 4111 1111 1111 1111 exp 12/26") == ["2 x [PAN ****1111] exp 12/26"]
    assert redacted("qty 2 4111 1111 1111 1111") == ["qty 2 [PAN ****1111]"]


def test_several_numbers_in_one_text_are_all_found() -> None:
    assert redacted("4111111111111111,5555555555554444;378282246310005") == ["[PAN ****1111],[PAN ****4444];[PAN ****0005]"]


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
    assert redacted(text, f"paid with {text}, thanks") == ["[PAN destroyed]", "paid with [PAN destroyed], thanks"]
    assert list(rows_with_cards(pa.array(["x", text]))) == [1]


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


def test_track_data_goes_with_its_number() -> None:
    assert redacted("x %B4111111111111111^DOE/JANE^25121010000000000000? y") == ["x %B[PAN ****1111] y"]
    assert redacted(";4111111111111111=25121010000012345678? z") == [";[PAN ****1111] z"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("4111-1111-1111-1111 12/27 123", "[PAN ****1111] 12/27 [CVV]"),
        ("4111111111111111, exp 12/2027, 123 thanks", "[PAN ****1111], exp 12/2027, [CVV] thanks"),
        ("378282246310005 1227 1234", "[PAN ****0005] 1227 [CVV]"),
        ("4111111111111111/123", "[PAN ****1111]/[CVV]"),
        ("4111111111111111 123; 5555555555554444 999", "[PAN ****1111] [CVV]; [PAN ****4444] [CVV]"),
        ("4111111111111111|12|27|123", "[PAN ****1111]|12|27|[CVV]"),
        ("4111111111111111:123", "[PAN ****1111]:[CVV]"),
        ("4111111111111111 (123)", "[PAN ****1111] ([CVV])"),
        ("4111111111111111,12,27,123", "[PAN ****1111],12,27,[CVV]"),
        ("4111111111111111 9 2027 123 thanks", "[PAN ****1111] 9 2027 [CVV] thanks"),
        ("4111111111111111 12-27 #123", "[PAN ****1111] 12-27 #[CVV]"),
        ("4111111111111111 2027-12 123", "[PAN ****1111] 2027-12 [CVV]"),
        ("4111111111111111\n12/27\n123\nthanks", "[PAN ****1111]\n12/27\n[CVV]\nthanks"),
        ("4111111111111111\r\n123", "[PAN ****1111]\r\n[CVV]"),
    ],
)
def test_a_verification_code_beside_its_number_goes_and_the_expiry_stays(text: str, left: str) -> None:
    assert redacted(text) == [left]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("4111111111111111 927 123", "[PAN ****1111] [CVV] [CVV]"),
        ("4111111111111111;927;123", "[PAN ****1111];[CVV];[CVV]"),
        ("4111111111111111, 927, (123) thanks", "[PAN ****1111], [CVV], ([CVV]) thanks"),
        ("378282246310005|927|1234", "[PAN ****0005]|[CVV]|[CVV]"),
        ("4111111111111111 exp 927 123", "[PAN ****1111] exp [CVV] [CVV]"),
        ("4111111111111111\n927\n123\nthanks", "[PAN ****1111]\n[CVV]\n[CVV]\nthanks"),
        ("4111111111111111 927 123 5555555555554444 928 456", "[PAN ****1111] [CVV] [CVV] [PAN ****4444] [CVV] [CVV]"),
    ],
)
def test_of_three_digits_and_three_more_neither_is_shown(text: str, left: str) -> None:
    """They may be `MYY` and the code, or the code and something else."""
    assert redacted(text) == [left]


@pytest.mark.parametrize("amount", ["250 EUR", "250EUR", "250.00", "1,250", "250 €", "250 eur", "250 dollars", "12", "12345", "2024-01-05"])
@pytest.mark.parametrize("code", [" 123 ", " 123, ", " 12/27 123 ", " 0927 123; "])
def test_an_amount_behind_a_code_stays(code: str, amount: str) -> None:
    assert redacted(f"4111111111111111{code}{amount} paid") == [f"[PAN ****1111]{code.replace('123', '[CVV]')}{amount} paid"]


@pytest.mark.parametrize(
    "behind", [" 12/27", " exp 12/26", ", 100.50 EUR", " 2024-01-05", "\n123 Main Street", " 12:30", " 12345", " 123rd"]
)
def test_what_is_no_code_stays_beside_a_number(behind: str) -> None:
    assert redacted(f"4111111111111111{behind}") == [f"[PAN ****1111]{behind}"]


@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "36227206271667", "6205500000000000004"])
def test_zeros_that_fill_up_a_field_of_nineteen_digits_hide_no_number(number: str) -> None:
    assert redacted(f"x {number.zfill(19)}.") == [f"x [PAN ****{number[-4:]}]."]


@pytest.mark.parametrize(
    "text", ["0004012345678901", "00340123450000000018", "0000004012345678901", "0000000000000000000", "0004111111111111112"]
)
def test_other_numbers_behind_zeros_stay(text: str) -> None:
    assert redacted(text) == [text]


@pytest.mark.parametrize("text", ["4111/1111/1111/1111", "4,111,111,111,111,111", "4111,1111,1111,1111", "3782/822463/10005"])
def test_a_number_with_slashes_or_commas_is_found(text: str) -> None:
    assert redacted(f"card {text}, thanks") == [f"card [PAN ****{text.replace('/', '').replace(',', '')[-4:]}], thanks"]


@pytest.mark.parametrize("sign", ["|", "*", ":", ";", "/", "\\", "'", ", ", " § ", "\u2022", "&nbsp;"])
@pytest.mark.parametrize(
    ("body", "sizes"), [("457101027368923690", [4, 4, 4, 4, 3]), ("422222222222", [4, 4, 4, 1]), ("3056930902590", [4, 4, 4, 2])]
)
def test_what_is_left_over_of_groups_of_four_is_part_of_the_number(sign: str, body: str, sizes: list[int]) -> None:
    assert redacted(f"paid {grouped(checked(body), sign, sizes)} ok") == [f"paid [PAN ****{checked(body)[-4:]}] ok"]


@pytest.mark.parametrize("text", ["4,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "30/01/2024 12.30.45", "4/11/1111/1111/1111/11"])
def test_lists_and_dates_are_no_numbers(text: str) -> None:
    assert redacted(text) == [text]


def test_a_verification_code_that_is_named_is_taken_out() -> None:
    assert redacted("CVV: 123", "cvc2 is 1234", "security code 999.") == ["CVV: [CVV]", "cvc2 is [CVV]", "security code [CVV]."]
    assert redacted("cvvs 123", "room 123", "csc 12345") == ["cvvs 123", "room 123", "csc 12345"]


@pytest.mark.parametrize(
    "written",
    [
        "CVN {}",
        "card_cvv={}",
        "cardCvc: {}",
        "cvv_{}",
        "CVV number is: {}",
        '"security_code": "{}"',
        "card-verification-value {}",
        "cardVerificationCode: {}",
        "card  verification\u00a0code {}",
        "security  code: {}",
        "cav2 {}",
    ],
)
@pytest.mark.parametrize("code", ["123", "1234", "\uff11\uff12\uff13", "\u0661\u0662\u0663"])
def test_a_verification_code_is_known_by_any_of_its_names_and_in_any_digits(written: str, code: str) -> None:
    assert redacted(written.format(code)) == [written.format("[CVV]")]
    assert rows_with_named_codes(pa.array(["", written.format(code), None])).tolist() == [1]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{wide('CVV:')}123", f"{wide('CVV:')}[CVV]"),
        (f"\u65e5\u672c {wide('cvc2=123')}\u3002", f"\u65e5\u672c {wide('cvc2=')}[CVV]\u3002"),
        (f"{wide('[CVV]')} 123 \u00e9", f"{wide('[CVV]')} [CVV] \u00e9"),
        (f"[{wide('CVV')}] 123, [CVV] 456", f"[{wide('CVV')}] [CVV], [CVV] 456"),
        (f"{wide('CSC#')}123", f"{wide('CSC#')}[CVV]"),
        (f"{wide('Security')}\u3000{wide('Code')} 123, cvv 456", f"{wide('Security')}\u3000{wide('Code')} [CVV], cvv [CVV]"),
        ("\U0001d402\U0001d415\U0001d415 123", "\U0001d402\U0001d415\U0001d415 [CVV]"),
        ("\u24d2\u24e5\u24e5 123", "\u24d2\u24e5\u24e5 [CVV]"),
    ],
)
def test_a_verification_code_is_known_by_its_name_in_letters_of_any_form(text: str, left: str) -> None:
    assert redacted(text, None) == [left, None]
    assert rows_with_named_codes(pa.array(["", text, None])).tolist() == [1]


def test_the_quick_look_for_letters_of_other_forms_misses_none_of_theirs() -> None:
    signs = [chr(code) for code in range(0x1000, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    mapped = [sign for sign in signs if re.fullmatch("[A-Za-z]", unicodedata.normalize("NFKC", sign))]
    assert len(mapped) > 500
    assert pc.all(pc.match_substring_regex(pa.array(mapped), _OTHER_LETTERS)).as_py()


@pytest.mark.parametrize("text", ["ClearSounds CSC500 Amplified Spirit", "CSC-1234", "cvc500", "cvc 100.50 pump", "cvc 2024-05-01"])
def test_a_models_number_a_date_or_an_amount_is_not_surely_a_code(text: str) -> None:
    assert not len(rows_with_named_codes(pa.array([text])))


@pytest.mark.parametrize("text", ["01HXCVV123ABCDEFGHJKMNPQRS", "CVV123456", "acvv123", "csc 123a", "SKU-12345"])
def test_ids_that_hold_a_codes_name_by_chance_stay(text: str) -> None:
    assert redacted(text) == [text]
    assert not len(rows_with_named_codes(pa.array([text])))


def test_hostile_columns_are_searched_whole() -> None:
    texts = ["4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "x" * 100_000 + "4111111111111111", "1 " * 5_000]
    assert rows_with_cards(pa.array(texts)).tolist() == [0, 1]


@given(st.lists(st.none() | st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("0123456789 -."))))
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
            f"2024-{choose.randint(1, 12):02d}-{choose.randint(1, 28):02d} {choose.randint(0, 23):02d}.{choose.randint(0, 59):02d}"
            for _ in range(20_000)
        ),
        *(
            f"+{choose.randint(1, 99)} {choose.randint(100, 999)} {choose.randint(1000, 9999)} {choose.randint(100, 9999)}"
            for _ in range(20_000)
        ),
        *(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}".format(*(choose.getrandbits(bits) for bits in (32, 16, 12, 12, 48)))
            for _ in range(20_000)
        ),
    ]
    assert len(rows_with_cards(pa.array(samples))) <= len(samples) / 1000


def test_no_seven_digits_of_a_number_are_left() -> None:
    for number in PUBLISHED:
        (text,) = redacted(f"card {number[:4]} {number[4:8]}-{number[8:]} ok")
        assert not re.search(r"\d{7}", re.sub(r"\D", "", (text or "").replace("****", "x").split("]")[0]))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("my ssn is 123-45-6789", "my ssn is [SSN ***-**-6789]"),
        ("123-45-6789.", "[SSN ***-**-6789]."),
        ("123 45 6789", "[SSN ***-**-6789]"),
        ("123.45.6789", "[SSN ***-**-6789]"),
        ("123\u201345\u20136789", "[SSN ***-**-6789]"),
        ("123\u00a045\u00a06789", "[SSN ***-**-6789]"),
        ("\uff11\uff12\uff13-\uff14\uff15-\uff16\uff17\uff18\uff19", "[SSN ***-**-6789]"),
        ("1\u200b23-45\u200b-67\ufeff89", "[SSN ***-**-6789]"),
        ("Ssn 123456789", "Ssn [SSN ***-**-6789]"),
        ("Social Security No: 123-456789.", "Social Security No: [SSN ***-**-6789]."),
        ("social_security_number=123456789", "social_security_number=[SSN ***-**-6789]"),
        ("customer_ssn: 123456789", "customer_ssn: [SSN ***-**-6789]"),
        ("customerSsn: 123456789", "customerSsn: [SSN ***-**-6789]"),
        ("SSNs 123456789", "SSNs [SSN ***-**-6789]"),
        ("ssn 12 is 1 for 123 45 6789", "ssn 12 is 1 for [SSN ***-**-6789]"),
        ("SSN123-45-6789, ssn-899-99-9999", "SSN[SSN ***-**-6789], ssn-[SSN ***-**-9999]"),
        ("née 001-01-0001\nété", "née [SSN ***-**-0001]\nété"),
        (f"{wide('SSN')} 219099999", f"{wide('SSN')} [SSN ***-**-9999]"),
        (wide("ssn:219099999!"), f"{wide('ssn:')}[SSN ***-**-9999]{wide('!')}"),
        ("219-09-9999 218 09 9998", "[SSN ***-**-9999] [SSN ***-**-9998]"),
        ("219 09 9999 218-09-9998", "[SSN ***-**-9999] [SSN ***-**-9998]"),
        ("219 09 9999 218 09 9998", "[SSN ***-**-9999] [SSN ***-**-9998]"),
        ("ssn 219099999 218 09 9998", "ssn [SSN ***-**-9999] [SSN ***-**-9998]"),
    ],
)
def test_a_social_security_number_is_found_as_it_is_written(text: str, left: str) -> None:
    assert redacted("", text, None) == ["", left, None]
    assert rows_with_ssns(pa.array(["", text, None])).tolist() == [1]


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456",  # never given out: area
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",  # group
        "123-45-0000",  # serial number
        "2024-01-05",
        "2024-01-05 12:34:56",
        "555-123-4567",  # phone numbers
        "+358 123-45-6789",
        "+7 (495) 123-45-6789",
        "8-800-123-45-6789",
        "SKU-123-45-6789",  # products' codes
        "AB123-45-6789",
        "123-45-6789-XL",
        "123-45-6789X",
        "123-45-67890",
        "1123-45-6789",
        "123-45-6789.5",
        "978-0-306-40615-7",
        "123456789",
        "123-45-",
        "030 123 45 6789",
        "123 45 6789 01",
        "123 45 6789 0123 45 6789",
        "123-45 6789",
        "123.45 6789",
        "assn 123456789x",
        "society 123456789",
    ],
)
def test_what_is_no_social_security_number_stays(text: str) -> None:
    assert redacted(text) == [text]
    assert not len(rows_with_ssns(pa.array([text])))


def test_a_social_security_number_with_slashes_is_found_but_in_a_path() -> None:
    assert redacted("219/09/9999", "id 219/09/9999.") == ["[SSN ***-**-9999]", "id [SSN ***-**-9999]."]
    assert redacted("/219/09/9999", "219/09/9999/x") == ["/219/09/9999", "219/09/9999/x"]


def test_a_social_security_number_is_not_put_together_from_two_cells() -> None:
    texts = ["x 123-45", "-6789", "6789 123-45-6", "789"]
    assert redacted(*texts) == texts


@given(around, st.integers(1, 899).filter(lambda area: area != 666), st.integers(1, 99), st.integers(1, 9999), around)
def test_every_number_that_may_be_given_out_is_found(before: str, area: int, group: int, serial: int, after: str) -> None:
    last4 = f"{serial:04d}"
    for gap in "-.":
        shown = redacted(f"{before} {area:03d}{gap}{group:02d}{gap}{last4} {after}")
        assert shown == [f"{before} [SSN ***-**-{last4}] {after}"]


_PIECES = [
    "cvv",
    "CVV2",
    "cAv2",
    "csc",
    "c\u017fc",
    "cvn",
    "aCvc",
    "card_verification-code",
    "_",
    "security code",
    "\u017fecurity code",
    "card verification value",
    "Card",
    "code",
    " is ",
    ":",
]
_PIECES += [
    " ",
    "-",
    "123",
    "1234",
    "12",
    "123-45-6789",
    "123 45 6789",
    "000-00-0000",
    "\u00e9",
    "a",
    "c",
    "cv",
    "\n",
    "\u0661\u0662\u0663",
]
pieced = st.lists(st.none() | st.lists(st.sampled_from(_PIECES), max_size=6).map("".join), max_size=20)


def test_texts_that_come_again_are_redacted_like_others() -> None:
    texts = ["paid with 4111111111111111", None, "", "cvv 123", "ssn 219-09-9999", "nothing"]
    many = pa.array(texts * 1000, pa.string()).slice(3)
    assert redact(many).equals(pa.array(redacted(*texts) * 1000, pa.string()).slice(3))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("cvv 123, 250 EUR paid", "cvv [CVV], 250 EUR paid"),
        ("cvv: 123 (500 units)", "cvv: [CVV] (500 units)"),
        ("[cvv] 123, 250 EUR", "[cvv] [CVV], 250 EUR"),
        ("4111111111111111 123, 250 EUR", "[PAN ****1111] [CVV], 250 EUR"),
    ],
)
def test_a_number_behind_a_code_that_was_taken_out_stays(text: str, left: str) -> None:
    assert redacted(text) == [left]


def test_codes_that_only_one_sign_parts_are_all_masked() -> None:
    assert redacted("cvv 123,cvv 456,cvc 789,cvv 012") == ["cvv [CVV],cvv [CVV],cvc [CVV],cvv [CVV]"]


@given(pieced, st.integers(0, 2))
@example(["cvv123:cvv123"], 0)
def test_looking_for_names_of_codes_first_misses_none(texts: list[str | None], skipped: int) -> None:
    text = pa.array(texts, pa.string()).slice(skipped)
    assert not [left for left in redact(text).to_pylist() if left and _NAMED_CODE.search(left)]


@given(pieced)
def test_what_was_redacted_once_stays_as_it_is(texts: list[str | None]) -> None:
    once = redact(pa.array(texts, pa.string()))
    assert redact(once).equals(once)


@given(pieced, st.integers(0, 2))
def test_looking_for_the_form_of_social_security_numbers_first_misses_none(texts: list[str | None], skipped: int) -> None:
    text = pa.array(texts, pa.string()).slice(skipped)
    assert without_ssn_forms(text).equals(pc.replace_substring_regex(text, _SSN_FORM, "[SSN]"))
