"""Infer the type, the source format and the mask of a column of texts, with the gate's parsers.

In doubt a column stays text: `007`, `NA`, and codes that look like numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, ColumnType, Content, Kind, Mask
from headgate.contracts.personal_names import is_thing
from headgate.contracts.sensitive_names import compared, content_by_name, in_german_spelling, mask_by_name
from headgate.contracts.source_format import PLAIN, SourceFormat
from headgate.drafts.duration_names import may_name_durations, names_durations, names_hours
from headgate.drafts.format_answers import FormatAnswer, format_of_answer
from headgate.errors import ContractError
from headgate.masking import card_columns as cards
from headgate.masking.card_context import names_a_card
from headgate.masking.find_card_numbers import is_article_number, is_iban, rows_with_cards
from headgate.masking.find_ssns import rows_with_ssns
from headgate.masking.issuers import LONGEST, SHORTEST
from headgate.masking.searched_columns import context_below
from headgate.masking.verification_codes import rows_with_named_codes
from headgate.values.cast import cast
from headgate.values.cast_declared import cast_column, plain_numbers, without_nulls
from headgate.values.cells import (
    blank_to_null,
    by_unique,
    distinct_counts,
    flags,
    matches,
    numbers,
    text_array,
)
from headgate.values.durations import are_short
from headgate.values.fast_parsing import are_digits
from headgate.values.format_inference import (
    Inferred,
    Most,
    Reading,
    blanks_left_out,
    infer_format,
    infer_most,
    is_each_by_itself,
    is_plain,
    most_others,
)
from headgate.values.inferred_times import patterns_in_order

# In English, German, French, Spanish, Italian and Dutch; the purpose of a payment is free text.
_PROSE_NAMES = (
    r"(?:.*_)?(?:notes?|comments?|messages?|remarks?|free_?text|feedback|body|memo|narrative"
    r"|remittance_?info(?:rmation)?|payment_?purpose"
    r"|(?:verwendungs|zahlungs)_?zweck|buchungs_?text|frei_?text|bemerkung(?:en)?|anmerkung(?:en)?"
    r"|kommentare?|notiz(?:en)?|nachricht(?:en)?"
    r"|mitteilung(?:en)?|commentaires?|remarques?|libelle|motif|comentarios?|observacion(?:es)?|concepto"
    r"|mensajes?|comment[oi]|causale"
    r"|osservazion[ei]|messaggi[o]?|opmerking(?:en)?|omschrijving(?:en)?|mededeling(?:en)?|notities?"
    r"|berichten)"
)
_CODE_NAMES = (
    r"(?:.*_)?(?:zip|zip_?code|post_?code|postal|postal_?code|plz|postleitzahl|cap|phone|phone_?(?:number"
    r"|num|no|nr)|telephone(?:_?number)?"
    r"|telefon|telefon_?(?:nummer|nr)|tel|tel_?(?:nr|no)|mobile|mobile_?(?:number|no|phone)|mobil|handy"
    r"|handy_?(?:nummer|nr)|fax|fax_?(?:number|no)"
    r"|code|sku|ean|ean_?13|gtin|upc|isbn|issn|asin|imei|vin|bic|swift|iban|account|serial|batch|barcode"
    r"|last_?(?:4|four)"
    r"|article_?(?:number|no|nr)|artikel_?(?:nummer|nr)|item_?(?:number|no)|part_?(?:number|no)"
    r"|vat(?:_?(?:id|number|no))?|ust_?id(?:_?nr)?"
    r"|tax_?(?:id|number|no)|steuer_?(?:id|nummer|nr)|tracking(?:_?(?:number|no|id))?"
    r"|sendungs?_?(?:nummer|nr)|passport(?:_?(?:number|no))?)"
    r"(?:_.*)?"
)
# `Kreditkarte: ja` and `credit_card: Visa` are ways of payment. A later number is masked as in free text.
_HOW_PAID = (
    r"(?i)yes|no|y|n|true|false|ja|nein|j|wahr|falsch|oui|non|s[ií]|nee|visa|master[ -]?card|maestro|amex"
    r"|american express|discover"
    r"|diners(?: club)?|jcb|union ?pay"
)
# 1.4 % of all numbers of eight digits are days of these centuries, so five distinct days are not a
# coincidence.
_EIGHT_DIGITS = r"(?:19|20)[0-9]{6}"
_MIN_DAYS = 5
_COMPACT_DATE = SourceFormat(patterns=("yyyyMMdd",))
_DATE_NAMES = r"(?:.*_)?(?:date|day|datum|tag|fecha|data|jour|dt|ymd)(?:_.*)?"
_EPOCH_NAMES = (
    r"(?:.*_)?(?:ts|time_?stamp|epoch|unix|at|time|date_?time|date|zeitstempel|zeitpunkt|horodatage)"
    r"(?:_(?:m?s|sec|seconds|millis|milliseconds|utc|epoch|unix))?"
    r"|(?:created|updated|modified|deleted|received|started|ended|event|sent)_?(?:at|on|time|ts|date)"
)
_SINCE_2001 = {"s": "[1-3][0-9]{9}|40[0-9]{8}", "ms": "[1-3][0-9]{12}|40[0-9]{11}"}
_ID_NAMES = r"(?:.*_)?(?:id|key|number|no|nr|nummer|code)"
# ISO/IEC 7813: the beginning of the first and second track of a magnetic stripe.
_TRACK = r"%?B[0-9]{12,19}\^.*|;?[0-9]{12,19}=[0-9]{4,}.*"
_SSN = r"[0-9]{3}-[0-9]{2}-[0-9]{4}"
CARD_SHARE, _SSN_SHARE, _PROSE_WORDS = 0.5, 0.9, 4.0
# Spanish, Portuguese and Italian for yes and no, or south and north, so that the heading decides.
_LETTERS_OF_TRUTH = {"s", "n"}
_ASKS = r".*\?\s*|¿.*|(?:.*\W)?s ?[/|] ?n(?:\W.*)?|(?:is|has|ha|es|tem|tiene)[ _].*"
_WORDS = text_array(["true", "false"])
_MAX_SCALE, _MIN_PRECISION, _SPARE_DIGITS, MAX_PRECISION = 9, 10, 2, 38
SCALE_OF_NUMBER_CELLS = 2  # a number cell of 12.50 is 12.5, so the sample does not show the scale of amounts
_PRECISION_OF_SECONDS, _SCALE_OF_SECONDS = 18, 3
_MIN_PADDED = 2  # decimals; values such as 24.0 and 24.5 are of a scale that shows halves
_LENGTHS = (8, 16, 32, 64, 128, 255)
_SPARE_LENGTH = 1.5
# The minimum share of texts of a type for `mostly`, as in a profile.
MOSTLY_SHARE = 0.9
_FEW_OTHERS = 0.05
# Of 100 ids 10 have a valid check digit by chance, and more than 25 in one of 100,000 samples.
_MIN_IDS, _MAX_OF_IDS = 100, 0.25
_MIN_AGAINST_NAME = 10
_MIN_ARTICLES, _PROBED = 5, 1000
_PROBED_ACCOUNTS, _PROBED_ROWS = 200, 20_000
# The lengths of MD5, SHA-1 and SHA-256; UUIDs by RFC 9562, section 4. Example: the ids of shared/data/olist.
_HEXADECIMAL_IDS = (
    "[0-9a-fA-F]{32}",
    "[0-9a-fA-F]{40}",
    "[0-9a-fA-F]{64}",
    "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
)
# As in `Anna Kurz`, `Yildiz, Cem` and `M. de la Cruz`.
_NAME_OF_PERSON = (
    r"\p{Lu}[\p{L}'\x{2019}.-]*,?(?: (?:\p{Lu}[\p{L}'\x{2019}.-]*,?|d[eiu]|del|la|van|von|zu)){1,4}"
)
# Fewer names may be those of places, and each place has more rows than a person.
_SHARE_OF_PEOPLE = 0.8  # `Zoë de-la-Cruz` and `P. M.` have other forms
_MIN_PEOPLE, _MIN_DIFFERENT_PEOPLE, _MAX_OF_A_WORD, _MAX_BLANKS_OF_NAME = 20, 0.05, 0.2, 2
_MIN_WORDS = 3  # of free text; names, codes and timestamps have fewer


@dataclass(frozen=True)
class Guess:
    """The inferred type and format of a column of texts.

    Attributes:
        format: None for the plain format of the type.
        choices: the possible formats if a person must choose; the column stays text until then. A
            single one reads each number by itself.
        mostly: the type of nearly all rows of a text column, and the number of other rows.
    """

    type: ColumnType
    format: SourceFormat | None = None
    choices: tuple[Reading, ...] = ()
    mostly: Most | None = None


def guess_column(
    name: str,
    text: pa.Array,
    *,
    is_typed: bool = False,
    are_durations: bool = False,
    answer: FormatAnswer | None = None,
    with_most: bool = True,
) -> Guess:
    """Return the type and the source format of a column; text if a person must choose the format.

    Args:
        is_typed: the file stores types, so a plain number is a number.
        are_durations: the file stores durations, or shows numbers as such.
        answer: the person's choice.
        with_most: compute `mostly`, which takes longer than the rest.

    Raises:
        ContractError: the chosen format does not parse every text.
    """
    plain, different = guess_type(name, text), blanks_left_out(text)
    if answer and answer.pattern:
        return _answered(name, text, answer.pattern)
    if plain.kind is Kind.BIGINT and (times := _times_in_digits(name, different)):
        return times
    is_clear = plain.kind not in {Kind.STRING, Kind.DECIMAL} or (plain.kind is Kind.DECIMAL and is_typed)
    if is_clear or not len(different) or is_text_by_rule(name, different):
        return Guess(plain)
    are_durations = are_durations or _are_named_durations(name, different)
    inferred = narrowed(infer_format(different, are_durations=are_durations), answer)
    if inferred.is_ambiguous and names_hours(name):
        inferred = _in_hours(inferred)
    if inferred.is_ambiguous:
        return Guess(text_type(different), choices=inferred.readings)
    if not inferred.readings or _may_be_directions(name, inferred.readings[0]):
        most = _mostly(text, are_durations=are_durations) if with_most else None
        choices = (most.reading,) if most and is_each_by_itself(most.reading) else ()
        is_most = most is not None and not _may_be_directions(name, most.reading)
        return Guess(plain, choices=choices, mostly=most if is_most else None)
    return read_as(inferred.readings[0], plain)


def _times_in_digits(name: str, different: pa.Array) -> Guess | None:
    """Return days such as 20260131 and times since 1970; None for other whole numbers."""
    if are_compact_dates(name, different):
        return Guess(ColumnType(Kind.DATE), _COMPACT_DATE)
    epoch = epoch_of(name, different)
    return Guess(ColumnType(Kind.TIMESTAMP), SourceFormat(epoch=epoch)) if epoch else None


def _may_be_directions(name: str, reading: Reading) -> bool:
    """Return whether only the letters S and N make a column one of yes or no, and its name asks nothing."""
    words = {word.casefold() for word in (*reading.format.true_words, *reading.format.false_words)}
    return words == _LETTERS_OF_TRUTH and re.fullmatch(_ASKS, name.casefold()) is None


def _are_named_durations(name: str, different: pa.Array) -> bool:
    """Return whether texts such as 2:01:12 are durations by their heading.

    `time` and `Zeit` are also those of a day: then all values must be short.
    """
    return names_durations(name) or (may_name_durations(name) and are_short(different))


def _in_hours(inferred: Inferred) -> Inferred:
    """Return durations of two parts as hours and minutes."""
    kept = tuple(reading for reading in inferred.readings if reading.format.duration == "h:mm")
    return replace(inferred, readings=kept) if kept else inferred


def with_room(plain: ColumnType) -> ColumnType:
    """Return a decimal of number cells with at least the scale of amounts."""
    spare = SCALE_OF_NUMBER_CELLS - (plain.scale or 0)
    if plain.kind is not Kind.DECIMAL or plain.precision is None or spare <= 0:
        return plain
    return replace(plain, precision=min(MAX_PRECISION, plain.precision + spare), scale=SCALE_OF_NUMBER_CELLS)


def narrowed(inferred: Inferred, answer: FormatAnswer | None) -> Inferred:
    """Return the readings with the person's order of day and month, if it leaves several."""
    if not (inferred.is_ambiguous and answer and answer.date_order):
        return inferred
    counts = [patterns_in_order(reading.format, answer.date_order) for reading in inferred.readings]
    kept = tuple(
        reading for reading, count in zip(inferred.readings, counts, strict=True) if count == max(counts)
    )
    return replace(inferred, readings=kept) if max(counts) else inferred


def read_as(reading: Reading, plain: ColumnType) -> Guess:
    """Return a column of one reading; `plain` is its type where the reading says none."""
    declared = None if is_plain(reading) else reading.format
    if reading.plain is None:
        return Guess(plain if is_plain(reading) else ColumnType(reading.kind), declared)
    decimal = _decimal_type(reading.plain)
    if reading.format.duration and decimal:
        return Guess(_seconds_type(decimal, reading.format), declared)
    if reading.format.percent and decimal:
        # Whole percents of a first file say nothing of the next one's.
        return Guess(with_room(decimal), declared)
    if reading.kind is Kind.BIGINT and not len(cast(reading.plain, ColumnType(Kind.BIGINT)).misfits):
        return Guess(ColumnType(Kind.BIGINT), declared)
    if (
        not decimal
        and reading.kind is Kind.DECIMAL
        and not len(cast(reading.plain, ColumnType(Kind.DOUBLE)).misfits)
    ):
        return Guess(
            ColumnType(Kind.DOUBLE), declared
        )  # as programs write measured values, with up to 17 digits
    return Guess(decimal, declared) if decimal and (declared or decimal.scale) else Guess(plain)


def _seconds_type(seconds: ColumnType, declared: SourceFormat) -> ColumnType:
    """Return the type of durations: next to whole seconds of a first file, another one has hundredths."""
    if declared.duration == "h:mm" and not seconds.scale:
        return ColumnType(Kind.BIGINT)
    scale = max(_SCALE_OF_SECONDS, seconds.scale or 0)
    return replace(seconds, precision=_PRECISION_OF_SECONDS, scale=scale)


def _answered(name: str, text: pa.Array, pattern: str) -> Guess:
    """Return the column in the person's format: date patterns, or a number as an example, `1.234,5`.

    A few values may have another format; the gate quarantines their rows.
    """
    filled, different = blank_to_null(text).drop_null(), blanks_left_out(text)
    declared, kind = format_of_answer(name, pattern)
    near = _signs_beside(filled) or declared
    declared = replace(
        declared,
        currency=near.currency,
        units=near.units,
        percent=near.percent,
        minus=near.minus,
        trim=near.trim,
        nulls=near.nulls,
    )
    widest = (
        ColumnType(kind, precision=MAX_PRECISION, scale=_MAX_SCALE)
        if kind is Kind.DECIMAL
        else ColumnType(kind)
    )
    given = Column(name, widest, format=declared)
    misfits = cast_column(given, without_nulls(given, filled)).misfits
    if len(misfits) > most_others(len(filled)):
        raise ContractError(
            f"column {name}: {len(misfits):,} of {len(filled):,} values are not written as {pattern}. "
            "Remedy: name another pattern, or leave --format out"
        )
    if kind is not Kind.DECIMAL:
        return Guess(ColumnType(kind), declared)
    plain = plain_numbers(without_nulls(given, different).drop_null(), declared).drop_null()
    return read_as(
        Reading(Kind.BIGINT if "." not in "".join(plain.to_pylist()) else kind, declared, plain),
        text_type(different),
    )


def _signs_beside(filled: pa.Array) -> SourceFormat | None:
    """Return a format with the texts' currency, unit and null spellings."""
    if readings := infer_format(pc.unique(filled)).readings:
        return readings[0].format
    most = _read_by_most(filled)
    return most.reading.format if most else None


def _read_by_most(filled: pa.Array, *, are_durations: bool = False) -> Most | None:
    return infer_most(*distinct_counts(filled), are_durations=are_durations)


def _mostly(text: pa.Array, *, are_durations: bool) -> Most | None:
    """Return the type of nearly all rows, preferably in its plain format."""
    given = blank_to_null(text).drop_null()
    for kind in (Kind.BIGINT, Kind.DATE, Kind.TIMESTAMP):
        others = len(cast(given, ColumnType(kind)).misfits)
        if 0 < others <= _FEW_OTHERS * len(given):
            return Most(Reading(kind, PLAIN), others)
    return _read_by_most(given, are_durations=are_durations)


def _are_article_numbers(different: pa.Array) -> bool:
    return len(different) >= _MIN_ARTICLES and all(
        is_article_number(text) for text in different.slice(0, _PROBED).to_pylist()
    )


def is_text_by_rule(name: str, different: pa.Array) -> bool:
    """Return whether a column with numbers stays text, by its name or because they are article numbers."""
    return is_code_name(name) or _are_article_numbers(different)


def are_email_addresses(text: pa.Array) -> bool:
    """Return whether nearly all texts are e-mail addresses."""
    given = blank_to_null(text).drop_null()
    return _share(given, r"[^@\s]+@[^@\s]+\.[^@\s]+") >= MOSTLY_SHARE


def are_ibans(text: pa.Array) -> bool:
    """Return whether nearly all of the first distinct texts are valid IBANs."""
    probed = (
        pc.unique(blank_to_null(text.slice(0, _PROBED_ROWS)).drop_null())
        .slice(0, _PROBED_ACCOUNTS)
        .to_pylist()
    )
    return bool(probed) and sum(map(is_iban, probed)) >= MOSTLY_SHARE * len(probed)


def are_names_of_people(text: pa.Array, min_share: float = MOSTLY_SHARE) -> bool:
    """Return whether nearly all of the first distinct texts are two to four words with capitals."""
    probed = pc.unique(blank_to_null(text.slice(0, _PROBED_ROWS)).drop_null())
    return len(probed) > 0 and flags(matches(probed, _NAME_OF_PERSON)).mean() >= min_share


def look_like_people(name: str, text: pa.Array) -> bool:
    """Return whether a column has names of many people, whatever its heading in any language.

    Names of places or articles share words, as in `Berlin Hbf`, or their heading says what they are.
    """
    different = pc.unique(blank_to_null(text.slice(0, _PROBED_ROWS)).drop_null())
    if len(different) < _MIN_PEOPLE or len(different) < _MIN_DIFFERENT_PEOPLE * len(text.drop_null()):
        return False
    if is_thing(compared(in_german_spelling(name))) or not are_names_of_people(text, _SHARE_OF_PEOPLE):
        return False
    words = pc.list_flatten(pc.split_pattern(different, " "))
    most = pc.max(pc.value_counts(words).field("counts")).as_py()
    return (
        bool(most <= _MAX_OF_A_WORD * len(different))
        and pc.mean(pc.count_substring(different, " ")).as_py() < _MAX_BLANKS_OF_NAME
    )


def is_prose(text: pa.Array) -> bool:
    """Return whether the texts have at least three words on average."""
    blanks = pc.mean(pc.count_substring_regex(blank_to_null(text).drop_null(), r"\S\s+\S")).as_py()
    return (blanks or 0.0) >= _MIN_WORDS - 1


def are_compact_dates(name: str, different: pa.Array) -> bool:
    """Return whether the texts are several days such as 20230115, or one in a column named as a date."""
    if re.fullmatch(_ID_NAMES, compared(name)) or not flags(matches(different, _EIGHT_DIGITS)).all():
        return False
    is_shown = len(different) >= _MIN_DAYS or re.fullmatch(_DATE_NAMES, compared(name)) is not None
    return (
        is_shown
        and not cast_column(
            Column(name, ColumnType(Kind.DATE), format=_COMPACT_DATE), different
        ).values.null_count
    )


def epoch_of(name: str, different: pa.Array) -> str:
    """Return the unit of seconds or milliseconds from 2001 to 2099 in a column named as a time; else empty.

    Its whole numbers are times since 1970.
    """
    if re.fullmatch(_EPOCH_NAMES, compared(name)) is None:
        return ""
    units = (unit for unit, digits in _SINCE_2001.items() if flags(matches(different, digits)).all())
    return next(units, "")


def is_code_name(name: str) -> bool:
    """Return whether a column of this name has codes, which stay text even if all are digits."""
    return re.fullmatch(_CODE_NAMES, compared(name)) is not None


def guess_type(name: str, text: pa.Array) -> ColumnType:
    """Return the narrowest type whose plain format every text has, with room for larger values; else text."""
    given = pc.unique(blank_to_null(text).drop_null())
    if not len(given):
        return ColumnType(Kind.STRING)
    if not is_text_by_rule(name, given):
        for candidate in _candidates(given):
            if not len(cast(given, candidate).misfits):
                return candidate
    return text_type(given)


def guess_mask(name: str, text: pa.Array) -> Mask | None:
    """Return the mask of a column by its name and values; None if neither suggests one."""
    given = blank_to_null(text).drop_null()
    if named := mask_by_name(name):
        return Mask.FREE_TEXT if named is Mask.PAN and len(given) and _share(given, _HOW_PAID) == 1 else named
    column = Column(name, ColumnType(Kind.STRING), content=guess_content(name, given))
    if _share(given, _TRACK) >= CARD_SHARE:
        return Mask.TRACK
    # One in ten phone numbers that begin like a card number is valid, so a few do not contradict the column's
    # name.
    is_enough = column.content is None or len(given) >= _MIN_AGAINST_NAME
    if is_enough and card_share(given) >= CARD_SHARE:
        return Mask.PAN
    return Mask.SSN if _share(given, _SSN) >= _SSN_SHARE else _prose(column, given)


def guess_content(name: str, text: pa.Array) -> Content | None:
    """Return the kind of the column's numbers, by its name, or by values that are hexadecimal or other ids.

    Values that are all shorter than card numbers need no kind: `Jan 2026` has no numbers of goods. One in ten
    ids of a card number's length has a valid check digit, but all card numbers have one. A column named as a
    card has no ids, nor has a column in which more issuer numbers are valid than by chance.
    """
    given = blank_to_null(text).drop_null()
    if (named := content_by_name(name)) or names_a_card(compared(name)):
        longest = pc.max(pc.utf8_length(given)).as_py() or 0
        return named if longest >= SHORTEST else None
    if are_hexadecimal_ids(given):
        return Content.IDENTIFIER
    if not are_digits(given.slice(0, _PROBED), SHORTEST, LONGEST).all():
        return None
    unique = pc.unique(given)
    if len(unique) < _MIN_IDS or not are_digits(unique, SHORTEST, LONGEST).all():
        return None
    are_ids = float(cards.is_card(unique).mean()) <= _MAX_OF_IDS and not cards.hold_more_cards_than_chance(
        unique
    )
    return Content.IDENTIFIER if are_ids else None


def are_hexadecimal_ids(text: pa.Array) -> bool:
    """Return whether all texts are hexadecimal hashes of one length (MD5, SHA-1, SHA-256), or UUIDs."""
    first = text[0].as_py() if len(text) else ""
    shape = next((shape for shape in _HEXADECIMAL_IDS if re.fullmatch(shape, first)), None)
    return shape is not None and bool(
        flags(matches(text, shape)).all() and flags(pc.match_substring_regex(text, "[a-fA-F]")).all()
    )


def card_share(text: pa.Array) -> float:
    """Return the share of texts that are card numbers by issuer, length and check digit, in any format."""
    long = text.filter(pc.greater_equal(pc.binary_length(text), SHORTEST))
    if not len(long):
        return 0.0
    unique, own = by_unique(long)
    issued = cards.is_issued_card(cards.normalised(unique))
    return int(issued[numbers(own)].sum()) / len(text)


def _share(text: pa.Array, pattern: str) -> float:
    return float(flags(matches(text, pattern)).mean()) if len(text) else 0.0


def _prose(column: Column, text: pa.Array) -> Mask | None:
    """Return the mask of free text, by its name, by numbers or codes in some cells, or by its words.

    Decimals are excluded, because they may look like card numbers by chance.
    """
    if re.fullmatch(_PROSE_NAMES, compared(column.name)):
        return Mask.FREE_TEXT
    different = pc.unique(text)
    holds_cards = len(rows_with_cards(different, context_below=context_below(column))) > 0
    if holds_cards and guess_type(column.name, different).kind not in {Kind.DECIMAL, Kind.DOUBLE}:
        return Mask.FREE_TEXT
    if len(rows_with_ssns(different)) or len(rows_with_named_codes(different)):
        return Mask.FREE_TEXT
    words = pc.mean(pc.count_substring_regex(text, r"[A-Za-z]{2,}")).as_py() if len(text) else None
    return Mask.FREE_TEXT if (words or 0.0) >= _PROSE_WORDS else None


def _candidates(given: pa.Array) -> Iterator[ColumnType]:
    if flags(pc.is_in(pc.utf8_lower(given), value_set=_WORDS)).all():
        yield ColumnType(Kind.BOOLEAN)
    yield ColumnType(Kind.BIGINT)
    # Whole numbers beyond 64 bits are ids, which stay text.
    if (decimal := _decimal_type(given)) and decimal.scale:
        yield decimal
    # A double only with an exponent, because other numbers are exact as decimals.
    yield from (ColumnType(kind) for kind in (Kind.DATE, Kind.TIMESTAMP, Kind.DOUBLE))


def _decimal_type(given: pa.Array) -> ColumnType | None:
    if not flags(matches(given, r"-?[0-9]+(?:\.[0-9]+)?")).all():
        return None
    whole = _longest(given, r"^-?([0-9]+).*$")
    scale = _longest(given, r"^[^.]*\.?([0-9]*)$")
    precision = max(_MIN_PRECISION, whole + scale + _SPARE_DIGITS)
    return (
        ColumnType(Kind.DECIMAL, precision=precision, scale=scale)
        if scale <= _MAX_SCALE and precision <= MAX_PRECISION
        else None
    )


def are_padded(text: pa.Array, scale: int) -> bool:
    """Return whether all numbers have two or more decimals, `scale` of them, and some end with a zero."""
    given = blank_to_null(text).drop_null()
    return (
        scale >= _MIN_PADDED
        and bool(flags(matches(given, rf".*[.,][0-9]{{{scale}}}[^0-9]*")).all())
        and bool(flags(matches(given, r".*0[^0-9]*")).any())
    )


def _longest(given: pa.Array, pattern: str) -> int:
    return int(pc.max(pc.utf8_length(pc.replace_substring_regex(given, pattern, r"\1"))).as_py())


def text_type(given: pa.Array) -> ColumnType:
    """Return the type of texts, with room for longer ones."""
    longest = pc.max(pc.utf8_length(given)).as_py() * _SPARE_LENGTH
    return ColumnType(Kind.STRING, length=next((length for length in _LENGTHS if length >= longest), None))


def count_combinations(columns: list[pa.Array]) -> int:
    """Return the number of distinct combinations of the columns' texts."""
    rows = len(columns[0])
    if any(pc.count_distinct(column, mode="all").as_py() == rows for column in columns):
        return rows
    names = [str(position) for position in range(len(columns))]
    grouped: pa.Table = pa.table(columns, names=names).group_by(names).aggregate([])
    return len(grouped)
