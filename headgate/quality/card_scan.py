"""The leak scanner's search for card numbers in a text. It shares no code and no table with the masker.

A text is split into runs of digits. Each run may begin a number, which can end at the lengths of its issuer.
A run is read a bounded number of times, so the time is linear in the text's length.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from functools import cache
from itertools import accumulate, pairwise

MIN_DIGITS, MAX_DIGITS = 12, 19

_ANY, _UP_TO_19, _16 = range(12, 20), range(16, 20), (16,)

# The first digits and lengths of card numbers.
# Source: ISO/IEC 7812-1 (length); the schemes' public issuer ranges as listed in "Payment card number",
# Wikipedia, 2025; Mastercard Rules, ranges of Maestro; the lists of BINs in ActiveMerchant's credit card
# methods.
ISSUERS: tuple[tuple[str, str, Container[int]], ...] = (
    ("0604", "0604", _ANY),  # Maestro, in Faker
    ("4", "4", (13, 16, 18, 19)),  # Visa
    ("51", "55", _16),  # Mastercard
    ("2221", "2720", _16),  # Mastercard, second series
    ("34", "34", (15,)),  # American Express
    ("37", "37", (15,)),
    ("300", "305", range(14, 20)),  # Diners Club
    ("3095", "3095", range(14, 20)),
    ("36", "36", range(14, 20)),
    ("38", "39", range(14, 20)),
    ("6011", "6011", _UP_TO_19),  # Discover
    ("644", "659", _UP_TO_19),
    ("35", "35", _UP_TO_19),  # JCB
    ("3088", "3094", _16),  # JCB before 1998
    ("3096", "3102", _16),
    ("3112", "3120", _16),
    ("3158", "3159", _16),
    ("3337", "3349", _16),
    ("2131", "2131", (15,)),
    ("1800", "1800", (15,)),
    ("1175", "1175", (15,)),  # UATP
    ("1290", "1290", (15,)),
    ("1354", "1354", (15,)),
    ("286900", "286900", _16),  # Carnet
    ("62", "62", _UP_TO_19),  # UnionPay
    ("8100", "8171", _UP_TO_19),
    ("8172", "8299", _16),  # RuPay
    ("60", "60", _16),  # RuPay, Hipercard, Sodexo, Cabal and other national schemes
    ("606282", "606282", (19,)),  # Hipercard
    ("600297", "600382", _ANY),  # Maestro
    ("601232", "602050", _ANY),
    ("50", "50", _ANY),  # Maestro, Verve, Elo, Alelo
    ("56", "59", _ANY),  # Maestro
    ("63", "63", _ANY),  # Maestro, Edenred, Elo
    ("67", "67", _ANY),  # Maestro
    ("690032", "690032", _ANY),
    ("2200", "2204", _UP_TO_19),  # Mir
    ("700600", "700600", _16),  # Synchrony
    ("700676", "700676", (16, 19)),  # Routex, Edenred
    ("700678", "700678", (16, 19)),
    ("8600", "8600", _16),  # Uzcard
    ("9682", "9682", _16),  # mada
    ("9704", "9704", _UP_TO_19),  # NAPAS
    ("9792", "9792", _16),  # Troy
    ("9860", "9860", _16),  # Humo
)

# Numbers of 12 and 13 digits are leaks only with a context, because article numbers, phone numbers and
# milliseconds have the same lengths.
MIN_DIGITS_ALONE = 14
# The contexts of a card number: the name of a card or of a code in the same line, an expiry or the rest of a
# track after it.
_CARD_NAMED = re.compile(
    r"(?=[^\W\d_])(?<![^\W\d_])(?:(?:(?:(?:credit|debit|payment|bank)[\W_]?)?cards?|(?:kredit"
    r"|bank)?karten?|cartes?|tarjetas?"
    r"|cart(?:ão|ao|a di credito)|kaart|(?:kredit|betal)kort|kort(?=nummer)"
    r"|(?<!\[)pan|visa|maestro|mastercard)"
    r"(?:[\W_]?(?:numbers?|nummer|num|no|nr))?|(?<!\[)(?:cv[vcn]2?|security[\W_]?code))(?![^\W\d_])",
    re.IGNORECASE,
)
_EXPIRES = re.compile(
    r"[\s,;|/-]{1,3}(?:exp(?:iry|ires)?[.:]? ?(?:0?[1-9]|1[0-2]) ?[/.-]?|(?:0?[1-9]|1[0-2]) ?[/.-]) "
    r"?(?:20)?[23]\d(?!\d)"
    r"|(?:[=^]|(?-i:D))\d{4}|\^[^^\n]{2,26}\^\d{4}",
    re.IGNORECASE,
)

# Digits directly before or after a number: zeros before; after it the expiry in two orders, with or without
# the code; the code alone, which has four digits for American Express; another number.
_MIN_PADDED, _GLUED_LENGTHS, _MAX_TAIL, _AMEX = 14, (14, 15, 16, 19), 8, 15
_MONTH = r"(?:0[1-9]|1[0-2])"
_EXPIRY = rf"(?:{_MONTH}(?:[23]\d(?:\d\d\d)?|20[23]\d|[/.-](?:20)?[23]\d)|[23]\d{_MONTH})"
_GLUED, _GLUED_TO_AMEX = (re.compile(rf"(?:{_EXPIRY}|\d{{{code}}})(?!\d)") for code in (3, 4))
# A spreadsheet's notation of long numbers. Eleven digits and the length leave few candidates for the missing
# digits.
_SCIENTIFIC = re.compile(r"(?<!\d)(\d)[.,](\d{10,18})[eE]\+?0?(1[1-8])(?!\d)")
# A run of digits, and up to eight characters before the next run.
_RUN = re.compile(r"(\d+)(\D{1,8}(?=\d))?")
_NEAR = re.compile(r"[ \t\r\n\v\f._-]{1,3}")
_BETWEEN_PRINTED = re.compile(r"(?:(?![=^?])[\W_]){1,8}")
_BEFORE_THOUSANDS = {",", "'", "\u2019"}
_FOURS_AND_SIXES = {(4, 1), (4, 2), (4, 3), (4, 4), (4, 6), (6, 4), (6, 5)}
_MIN_SHARE = 0.6
# Sizes of groups: four digits, as on cards, and three digits, as for thousands.
_FOUR, _THREE, _MIN_FOURS = 4, 3, 3
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def card_numbers(text: str, min_digits: int = MIN_DIGITS_ALONE) -> set[str]:
    """Return the distinct card numbers in a text, without numbers inside other numbers.

    Args:
        min_digits: numbers with fewer digits count only with a context.
    """
    lines, groups = _Lines(text), _Groups(text)
    spans = [*_in_runs(groups), *_rounded(text), *groups.numbers(lines)]
    numbers, last = set[str](), 0
    for start, stop, digits, is_shaped in sorted(spans, key=lambda span: (span[0], -span[1])):
        if is_shaped and not groups.is_fraction(start):
            counts = (
                len(digits) >= min_digits
                or _EXPIRES.match(text, stop) is not None
                or lines.name_a_card(start, stop)
            )
        else:
            counts = lines.name_a_card(start, stop)
        if counts and stop > last:
            numbers.add(digits)
            last = stop
    return numbers


def names_card(text: str) -> bool:
    """Return whether a text names a card."""
    return _CARD_NAMED.search(text) is not None


_Span = tuple[int, int, str, bool]  # start, end, digits, whether it is formatted like a card number


class _Lines:
    """The lines of a text that name a card."""

    def __init__(self, text: str) -> None:
        self._edges = [end.start() for end in re.finditer("\n", text)]
        self._names = {number for number, line in enumerate(text.split("\n")) if _CARD_NAMED.search(line)}

    def name_a_card(self, start: int, stop: int) -> bool:
        if not self._names:
            return False
        return any(
            line in self._names
            for line in range(bisect_left(self._edges, start), bisect_left(self._edges, stop) + 1)
        )


class _Groups:
    """The runs of digits in a text, and the gaps that may separate the groups of a number.

    Attributes:
        gaps: the characters before each run; None at both ends of the text and where no number continues.
    """

    def __init__(self, text: str) -> None:
        runs = [*_RUN.finditer(text)]
        self.text = text
        self.runs = [run[1] for run in runs]
        self.starts = [run.start() for run in runs]
        self.sizes = [len(run) for run in self.runs]
        signs = (run[2] for run in runs[:-1])
        self.gaps: list[str | None] = [
            None,
            *(_gap(*each) for each in zip(signs, pairwise(self.sizes), strict=True)),
            None,
        ]
        self.first = [0, *accumulate(self.sizes)]
        self.chain = [*accumulate(gap is None for gap in self.gaps)]

    def is_fraction(self, start: int) -> bool:
        """Return whether the number at `start` is the fraction of a decimal."""
        return start > 1 and self.text[start - 1] == "." and self.text[start - 2].isdigit()

    def numbers(self, lines: _Lines) -> Iterator[_Span]:
        """Yield the card numbers that consist of complete runs."""
        if not self.runs:
            return
        digits, run_at = "".join(self.runs), {place: run for run, place in enumerate(self.first)}
        sums = _luhn_sums(digits)
        windows = []
        for run, size in enumerate(self.sizes):
            may_be_shaped = size == _FOUR or size >= MIN_DIGITS or self.gaps[run] != self.gaps[run + 1]
            if not may_be_shaped and not lines.name_a_card(
                self.starts[run], self.starts[run] + MAX_DIGITS * 4
            ):
                continue
            place = self.first[run]
            for length in _lengths_of(digits[place : place + 4]):
                end = run_at.get(place + length)
                if (
                    end
                    and self.chain[end - 1] == self.chain[run]
                    and _luhn_holds(sums, place, place + length)
                ):
                    number = digits[place : place + length]
                    windows += [(run, end, number)] if has_issuer(number) else []
        in_lists = _windows_in_lists(self, windows)
        for run, end, number in windows:
            stop = self.starts[end - 1] + self.sizes[end - 1]
            yield (
                self.starts[run],
                stop,
                number,
                end == run + 1 or (run, end) in in_lists or self._is_shaped(run, end),
            )

    def gaps_within(self, run: int, end: int) -> list[str | None]:
        """Return the gaps between the runs of a number."""
        return self.gaps[run + 1 : end]

    def is_printed_in_fours(self, run: int, end: int) -> bool:
        """Return whether the runs have four digits each, and the last run at most four."""
        fours = (
            end - run >= _MIN_FOURS
            and all(size == _FOUR for size in self.sizes[run : end - 1])
            and self.sizes[end - 1] <= _FOUR
        )
        return fours and not self._are_decimals(run, end)

    def _are_decimals(self, run: int, end: int) -> bool:
        gaps = self.gaps_within(run, end)
        return gaps[0] == "." and len(set(gaps)) > 1

    def _is_shaped(self, run: int, end: int) -> bool:
        sizes, gaps = self.sizes[run:end], self.gaps_within(run, end)
        if sizes in ([4, 6, 4], [4, 6, 5]):
            return not self._are_decimals(run, end)
        if len(set(gaps)) > 1 or gaps[0] in {self.gaps[run], self.gaps[end]}:
            return False
        is_amex = sizes == [_THREE] * 5 and self.runs[run][:2] in {"34", "37"}
        return all(size == 1 for size in sizes) or (
            all(size == _THREE for size in sizes[1:]) and (sizes[0] < _THREE or is_amex)
        )


def _gap(signs: str | None, sizes: tuple[int, int]) -> str | None:
    """Return the characters between two runs if a number may continue after them."""
    if signs is None:
        return None
    is_thousands = signs in _BEFORE_THOUSANDS and sizes[0] <= _THREE and sizes[1] == _THREE
    continues = (
        is_thousands
        or _NEAR.fullmatch(signs)
        or (sizes in _FOURS_AND_SIXES and _BETWEEN_PRINTED.fullmatch(signs))
    )
    return signs if continues else None


def _windows_in_lists(groups: _Groups, windows: Sequence[tuple[int, int, str]]) -> set[tuple[int, int]]:
    """Return the windows of fours that together cover most of their list of fours.

    In a list of codes some windows pass the checks by chance.
    """
    kept = set[tuple[int, int]]()
    fours = [(run, end) for run, end, _ in windows if groups.is_printed_in_fours(run, end)]
    if not fours:
        return kept
    for is_uniform in (True, False):
        lists = _lists_of_fours(groups, alike=is_uniform)
        lengths, covered = Counter(lists), defaultdict[int, set[int]](set)
        mine = [each for each in fours if (len(set(groups.gaps_within(*each))) == 1) is is_uniform]
        for run, end in mine:
            covered[lists[run + 1]].update(range(run, min(end, run + _FOUR)))
        kept |= {
            each
            for each in mine
            if len(covered[lists[each[0] + 1]]) >= _MIN_SHARE * (lengths[lists[each[0] + 1]] + 1)
        }
    return kept


def _lists_of_fours(groups: _Groups, *, alike: bool) -> list[int]:
    """Return the number of the list of fours for each gap; with `alike` a list ends where the gap changes."""
    numbers, number, joined = [], 0, False
    for run, gap in enumerate(groups.gaps):
        joins = gap is not None and groups.sizes[run - 1] == groups.sizes[run] == _FOUR
        if not (joins and joined) or (alike and gap != groups.gaps[run - 1]):
            number += 1
        numbers.append(number)
        joined = joins
    return numbers


def _in_runs(groups: _Groups) -> Iterator[_Span]:
    """Yield numbers inside a run of digits: after zeros, or before an expiry, code or number."""
    for start, run in zip(groups.starts, groups.runs, strict=True):
        if len(run) <= _MIN_PADDED:
            continue
        bare = run.lstrip("0")
        if _MIN_PADDED <= len(bare) < len(run) and _is_card_number(bare):
            yield start, start + len(run), bare, True
        for length in _GLUED_LENGTHS:
            rest, end = run[length:], start + len(run)
            tail = _GLUED_TO_AMEX if length == _AMEX else _GLUED
            is_tail = 0 < len(rest) <= _MAX_TAIL and tail.match(rest + groups.text[end : end + _MAX_TAIL])
            is_second = len(rest) in _GLUED_LENGTHS and _is_card_number(rest)
            if (is_tail or is_second) and _is_card_number(run[:length]):
                yield start, start + length, run[:length], True
                if is_second:
                    yield start + length, end, rest, True


def _rounded(text: str) -> Iterator[_Span]:
    """Yield numbers that a spreadsheet rounded."""
    for number in _SCIENTIFIC.finditer(text):
        digits, length = number[1] + number[2], int(number[3]) + 1
        if _is_rounded_card(digits, length):
            yield number.start(), number.end(), digits.ljust(length, "0"), True


def _is_card_number(digits: str) -> bool:
    return has_issuer(digits) and _luhn_holds(_luhn_sums(digits), 0, len(digits))


def _is_rounded_card(digits: str, length: int) -> bool:
    """Return whether a card number of this length may begin with the digits; a complete one must be valid."""
    if len(digits) >= length:
        return not digits[length:].strip("0") and _is_card_number(digits[:length])
    return has_issuer(digits.ljust(length, "0"))


def has_issuer(digits: str) -> bool:
    """Return whether an issuer has numbers with these first digits and this length."""
    return len(digits) in _lengths_of(digits[:4]) and any(
        first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in ISSUERS
    )


@cache
def _lengths_of(four: str) -> tuple[int, ...]:
    """Return the lengths of card numbers that begin with these four digits."""
    of_issuers = [lengths for first, last, lengths in ISSUERS if first[:4] <= four[: len(first)] <= last[:4]]
    return tuple(
        length
        for length in range(MIN_DIGITS, MAX_DIGITS + 1)
        if any(length in lengths for lengths in of_issuers)
    )


def _luhn_sums(digits: str) -> tuple[list[int], list[int]]:
    """Return running sums with every second digit doubled, from the second and from the first digit on."""
    plain = [*map(int, digits)]
    doubled = [_DOUBLED[digit] for digit in plain]
    odd, even = plain.copy(), plain.copy()
    odd[1::2], even[::2] = doubled[1::2], doubled[::2]
    return [0, *accumulate(odd)], [0, *accumulate(even)]


def _luhn_holds(sums: tuple[list[int], list[int]], first: int, end: int) -> bool:
    """Source: ISO/IEC 7812-1, annex B: from the check digit on, every second digit is doubled."""
    own = sums[(end + 1) % 2]
    return (own[end] - own[first]) % 10 == 0
