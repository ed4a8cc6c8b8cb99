"""Without a card's name nearby, only digits that are written like a card number are searched.

Lists, decimals and ids stay.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headgate.masking.redaction import redact
from headgate.quality.leaks import leaks_in_text
from tests.unit.masking.texts import redacted

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.unit

NO_CARDS = [
    "[121.6777,24.1595,11.97]",
    "738 320 343 319 733 346 332 342",
    "738,320,343,319,733,346,332,342",
    "O67497-716-190127",
    "0.4111111111111111",
    "POINT(-73.4111111111111111 40.75)",
    '{"lat": 4.111111111111111}',
    "4111.1111,1111.1111",
    "4111.1111 1111.1111",
    "1.0 4111.1111 1111.1111",
    "0.4222222222222,5.25",
    "41 11 11 11 11 11 11 11",
    "411111 1111 111111",
]
GLUED = [
    "41111111111111115555555555554444",
    "3782822463100054111111111111111",
    "41111111111111113782822463100055",
]


@pytest.mark.parametrize("text", NO_CARDS)
def test_lists_decimals_and_ids_stay_where_no_card_is_named(text: str) -> None:
    assert redacted(text) == [text]
    assert not leaks_in_text(text)


@pytest.mark.parametrize("text", [text for text in NO_CARDS if "4111" in text or "4 1" in text])
def test_beside_a_cards_name_every_grouping_counts(text: str) -> None:
    assert "[PAN" in (redacted(f"card {text}")[0] or "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("4'111'111'111'111'111", "[PAN ****1111]"),
        ("4\u2019111\u2019111\u2019111\u2019111\u2019111", "[PAN ****1111]"),
        ("4,111,111,111,111,111.00", "[PAN ****1111].00"),
        ("378,282,246,310,005", "[PAN ****0005]"),
        ("4111\v1111\v1111\v1111", "[PAN ****1111]"),
        ("4111\x001111\x001111\x001111", "[PAN ****1111]"),
        ("4111\u20281111\u20281111\u20281111", "[PAN ****1111]"),
        ("41111111111111115555555555554444", "[PAN ****1111][PAN ****4444]"),
        ("4111111111111111123", "[PAN ****1111][CVV]"),
        ("3782822463100059876", "[PAN ****0005][CVV]"),
        ("+378282246310005", "+[PAN ****0005]"),
        ("+3782 822463 10005", "+[PAN ****0005]"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "[PAN ****1111]"),
        ("4111 1111 1111 1111 5555 5555 5555 4444", "[PAN ****1111] [PAN ****4444]"),
        ("order 2024 4111 1111 1111 1111", "order 2024 [PAN ****1111]"),
        ("2019-01-05 4111-1111-1111-1111 12.50", "2019-01-05 [PAN ****1111] 12.50"),
    ],
)
def test_a_number_written_like_a_cards_is_found_without_a_name(text: str, shown: str) -> None:
    assert redacted(text) == [shown]
    assert leaks_in_text(text)
    assert not leaks_in_text(shown)


def test_a_long_list_of_codes_with_four_digits_stays() -> None:
    chance = random.Random(3)  # noqa: S311 seeded samples
    lists = [
        " ".join(f"{chance.randrange(10_000):04d}" for _ in range(chance.randint(7, 30)))
        for _ in range(2_000)
    ]
    changed = sum(before != after for before, after in zip(lists, redacted(*lists), strict=True))
    assert changed <= len(lists) / 100


def test_numbers_in_geojson_stay_valid_json() -> None:
    chance = random.Random(5)  # noqa: S311 seeded samples
    points = [[chance.uniform(-180, 180), chance.uniform(-90, 90)] for _ in range(20_000)]
    (text,) = redacted(json.dumps(points))
    assert json.loads(text or "") == points


PIECES = st.sampled_from(
    [
        *" -._,'|/\n\v+",
        " - ",
        "\u2019",
        "card ",
        "x",
        "4111",
        "1111",
        "822463",
        "10005",
        "3782",
        "4111111111111111",
    ]
)
DIGITS = st.text("0123456789", min_size=1, max_size=6)


@given(st.lists(PIECES | DIGITS, max_size=30).map("".join))
@example("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 2")
@example("card\n738 320 343 319 733 346 332 342")
@example("4111|1111.1111.1111 1111")
def test_the_scanner_finds_nothing_in_digits_that_the_masker_left(text: str) -> None:
    """Otherwise a merge refuses rows that the gate accepted."""
    (masked,) = redact(pa.array([text])).to_pylist()
    assert not leaks_in_text(masked), masked


@given(st.lists(PIECES | DIGITS, max_size=30).map("".join))
def test_redacted_text_stays_as_it_is(text: str) -> None:
    (once,) = redacted(text)
    assert redacted(once) == [once]


@pytest.mark.parametrize(
    "written",
    [
        lambda chance: f"{chance.randrange(4 * 10**12, 5 * 10**12)} ",
        lambda chance: f"{chance.uniform(-180, 180):.6f},",
        lambda chance: f"{chance.randrange(10_000):04d} ",
        lambda chance: f"{chance.randrange(10)} ",
        lambda chance: str(chance.randrange(10)),
        lambda _: " -.",
    ],
    ids=["13 digits", "decimals", "groups", "single digits", "digits", "separators"],
)
@pytest.mark.parametrize("before", ["", "card "])
def test_the_time_grows_with_the_length_of_a_text(
    written: Callable[[random.Random], str], before: str
) -> None:
    """Search a text that took hours when each number searched the line again.

    `make bench-pan` measures the time per megabyte.
    """
    chance = random.Random(11)  # noqa: S311 seeded samples
    text = before + "".join(written(chance) for _ in range(20_000))
    (masked,) = redact(pa.array([text])).to_pylist()
    assert not leaks_in_text(masked)
