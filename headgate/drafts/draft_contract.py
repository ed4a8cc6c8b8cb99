"""Draft a contract from a sample file, with which the gate accepts files of the same kind.

A draft is a proposal for a person. It is as strict as the sample requires: possible card numbers are masked,
possible codes stay text, and all guesses are reported.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.curated import with_distinct_names
from headgate.contracts.file_form import BESIDE_PROPERTY, ENCODING_PROPERTY, SHEET_PROPERTY
from headgate.contracts.model import NUMBERS, Column, ColumnType, Contract, Kind, Level, Mask, Rule
from headgate.contracts.new_column_policy import KEPT, PROPERTY, NewColumns
from headgate.contracts.personal_names import is_role_of_person, is_special, shows_people
from headgate.contracts.sensitive_names import PERSONAL, compared, in_german_spelling, is_personal_name
from headgate.contracts.source_format import EITHER, PLAIN
from headgate.drafts.blank_ends import (
    about_blank_ends,
    spelt_with_blank_ends,
    with_trim,
    without_blank_ends,
)
from headgate.drafts.column_inference import (
    CARD_SHARE,
    MAX_PRECISION,
    SCALE_OF_NUMBER_CELLS,
    Guess,
    are_email_addresses,
    are_ibans,
    are_names_of_people,
    are_padded,
    guess_column,
    guess_content,
    guess_mask,
    guess_type,
    is_code_name,
    is_prose,
    look_like_people,
    read_as,
    with_room,
)
from headgate.drafts.date_order import orders_shown
from headgate.drafts.description_rows import (
    stated_zone,
    with_descriptions,
    without_description_rows,
    without_header_rows,
)
from headgate.drafts.enclosing_columns import key_in_records
from headgate.drafts.findings import Finding, FormatQuestion, findings_of
from headgate.drafts.format_answers import FormatAnswer, answer_of
from headgate.drafts.fraction_columns import SHARE, about_fractions, fractions_in_percent
from headgate.drafts.key_search import (
    KEY_KINDS,
    find_key,
    id_with_few_missing,
    is_weak,
    pair_of_nearly_all,
    with_thing,
)
from headgate.drafts.nearly_all_rows import (
    are_numbers_with_words,
    bad_values,
    guess_of_nearly_all,
    key_of_nearly_all,
    sounds_like_key,
)
from headgate.drafts.other_words import (
    NumbersAmongWords,
    WordsQuestion,
    numbers_beside_words,
    words_of_texts,
    words_question,
)
from headgate.drafts.read_sample import DraftSample, read_sample, sample_cells
from headgate.drafts.stated_currency import stated_currencies
from headgate.drafts.text_formats import TextFormat, text_formats
from headgate.drafts.time_of_rows import event_time_property
from headgate.drafts.times_of_day import rules_of_times
from headgate.drafts.totals_row import report_lines, required_but_in_totals
from headgate.drafts.units_and_labels import with_labels, with_units
from headgate.errors import ContractError
from headgate.formats.guess_encoding import OTHER_THAN_WESTERN
from headgate.masking.card_columns import numeric_rows_with_cards
from headgate.masking.find_card_numbers import rows_with_cards
from headgate.masking.find_ssns import rows_with_ssns
from headgate.masking.person_numbers import are_person_numbers
from headgate.masking.searched_columns import context_below
from headgate.masking.verification_codes import rows_with_named_codes
from headgate.matching.header_names import folded, unnumbered
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast import cast
from headgate.values.cells import blank_to_null, flags, literal

_Facts = TypeVar("_Facts")

_CHANGED = ("updated_at", "modified_at", "last_modified", "changed_at", "last_updated", "updated", "modified")
# A sentence, several lines, or a number of two digits: answers in somebody's own words, and free labels.
_LABEL = r"[.!?]\s*$|\n|[0-9][ -]?[0-9]"
# With a sign of telephone numbers, since plain digits may be numbers of meters; IPv4 and IPv6.
_CONTACTS = (
    r"^(?:\+[0-9 ()/.-]{7,}|\(?0[0-9]{1,5}\)?[ /-][0-9][0-9 -]{3,}|[0-9]{3}[-. ][0-9]{3}[-. ][0-9]{4}"
    r"|[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){2,7})$"
)
_JSON_NAME = r'"(?:[^"\\]|\\.)*":'
_SHEET_NAME = "Name of the sheet of the row"
# Values of people below names that mean something else in another language: `dni` are days in Polish, and
# numbers of identity cards in Spain (with a letter), Peru and Argentina.
_OF_PEOPLE = {
    "dni": r"^\s*[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-?[A-Za-z]?\s*$",
    "ip": r"^\s*(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]+)\s*$",
}
_NAN = "nan"  # the text of a stored float that is no number
_MAX_VALUES, _MAX_VALUE, _ROWS_FOR_VALUES = 12, 32, 100
_MIN_OF_CATEGORY = 3  # rows of each value
_SHARE_OF_NAMES = 0.5  # of the values: titles and other names are beside them, as in `ifj. Űr Béla`
_STATED = "is in {}, because a line above the header says so"


@dataclass(frozen=True)
class Draft:
    """A proposed source contract, with its findings, open questions, and number of sample rows.

    Attributes:
        like_cards: for each column that states other numbers, its rows that a full search would refuse.
        time_zone: of local times, as rows that describe the columns state it; empty for none.
        words: questions about text columns that have a type but for a few words.
        people_by_name: the columns about people of which only the name says so.
        text_words: the few words of each text column with their rows, for a person who gives it another type.
        text_formats: the formats of most values of each text column, for the same person.
        mostly_numbers: the text columns with numbers in at least half of their rows, without a question.
        unreadable: columns of the file by position that are left out, because their values have no text.
        padded: the columns whose numbers are all written with the same decimals, two or more, such as 19.90.
    """

    contract: Contract
    findings: tuple[Finding, ...]
    rows: int
    questions: tuple[FormatQuestion, ...] = ()
    like_cards: Mapping[str, int] = field(default_factory=dict)
    time_zone: str = ""
    words: tuple[WordsQuestion, ...] = ()
    people_by_name: frozenset[str] = frozenset()
    unreadable: Mapping[int, Column] = field(default_factory=dict)
    padded: frozenset[str] = frozenset()
    text_words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    text_formats: Mapping[str, tuple[TextFormat, ...]] = field(default_factory=dict)
    mostly_numbers: Mapping[str, NumbersAmongWords] = field(default_factory=dict)


def draft_from_sample(
    body: bytes,
    dataset: str,
    encoding: str = "",
    *,
    formats: Mapping[str, str] | None = None,
    date_order: str = "",
    strict: bool = True,
    key: Sequence[str] | None = None,
    header: bool | None = None,
    sheet: str = "",
    sheet_names: bool = True,
    titles: bool = False,
    file_order: Sequence[int] = (),
    beside: Sequence[str] = (),
    inner_list: str = "",
) -> Draft:
    """Return a source contract that accepts all rows of the sample except those in the findings.

    Args:
        encoding: of samples that are not UTF-8, which the draft declares.
        formats: the person's format per column.
        date_order: `dmy`, `mdy` or `ymd`, for ambiguous dates.
        strict: type a column, and find a key, only if all values fit; else 98 % of at least 50 values are
            enough, lines of totals are rejected if they lack a value that all other rows have, and leading
            rows that describe the columns decide nothing.
        key: the key columns; empty for no key. By default the draft searches for one.
        header: whether the first row of a text is the header; by default its cells decide.
        sheet: the only sheet of a workbook to read; by default all with the header of the largest one.
        sheet_names: add a column with the name of the row's sheet if the rows are of several sheets.
        titles: label columns without a mask by headings that say more than their names.
        file_order: the positions of the columns in the order of the file, if the sample has another one.
        beside: the columns of values beside a list of records, which the draft declares.
        inner_list: path of a list in JSON records, whose key has that of its record.

    Raises:
        ContractError: the encoding or a column does not exist, the key is masked, a format does not parse a
            column's values, or `header` or `sheet` is given for another file format.
        UnreadableFileError, HeaderError: the sample is not a table, or its header is none.
    """
    unread = _without_columns(dataset, encoding, sheet, beside)
    sent = read_sample(body, unread, header, with_sheet_names=sheet_names)
    sample, ends = _plain_sample(sent, strict=strict)
    answers = _answers(sample.stored.columns, formats or {}, date_order)
    rows, guesses, columns = _typed_rows(body, sample, answers, strict=strict)
    columns = with_trim(columns if strict else _of_upload(columns, sent, sample), ends)
    ordered, cells = _in_file_order(columns, file_order), _in_file_order(rows.cells, file_order)
    finder = _KeyFinder(ordered, guesses, is_strict=strict)
    names = finder.key(cells, inner_list) if key is None else _stated_key(columns, key)
    plain, about_units = _with_all_units(_contract(sample.stored, columns, names), sample, rows)
    plain = with_labels(plain, sample) if titles else plain
    contract = _with_event_time(_with_encoding(plain, sample), rows)
    questions, words = _questions(contract, rows, guesses), _words(contract, sample, guesses)
    findings = findings_of(sample, contract, guesses, questions, words, is_key_guessed=key is None)
    return replace(
        _described(contract, sample, rows, guesses, words),
        findings=(*findings, *about_blank_ends(columns, ends), *about_units),
        questions=questions,
        time_zone=stated_zone(sent.cells.values(), sample.description_rows),
    )


def _plain_sample(sent: DraftSample, *, strict: bool) -> tuple[DraftSample, dict[str, int]]:
    """Return the sample without blank ends, and unless strict without rows that are like a header.

    Beside it are the columns whose texts had such ends, each with the number of these cells.
    """
    sample = sent if strict else without_header_rows(without_description_rows(sent))
    ends = spelt_with_blank_ends(sample.cells)
    return replace(sample, cells=without_blank_ends(sample.cells, ends)), ends


def _of_upload(columns: dict[str, Column], sent: DraftSample, sample: DraftSample) -> dict[str, Column]:
    """Return the columns with what lines of totals and rows that describe the columns say of them."""
    return with_descriptions(
        columns | required_but_in_totals(columns, sample.cells), sent.cells, sample.description_rows
    )


def _described(
    contract: Contract,
    sample: DraftSample,
    rows: DraftSample,
    guesses: Mapping[str, Guess],
    words: tuple[WordsQuestion, ...],
) -> Draft:
    """Return the draft with the facts of its columns and its words, yet without findings.

    Args:
        rows: the sample without lines of totals.
    """
    return Draft(
        contract,
        (),
        sample.rows,
        like_cards=_like_cards(contract, sample),
        people_by_name=_people_by_name(contract, sample),
        unreadable=sample.unreadable,
        padded=_padded(contract, rows),
        words=words,
        mostly_numbers=_mostly_numbers(contract, rows, guesses, {each.column for each in words}),
        text_words=_of_texts(contract, rows, words_of_texts),
        text_formats=_of_texts(
            contract, rows, partial(text_formats, decimal=_shown_decimal(sample, guesses))
        ),
    )


def _without_columns(dataset: str, encoding: str, sheet: str, beside: Sequence[str]) -> Contract:
    """Return the contract by which the sample is read."""
    given = {ENCODING_PROPERTY: encoding, SHEET_PROPERTY: sheet, BESIDE_PROPERTY: [*beside]}
    properties = {name: value for name, value in given.items() if value}
    return Contract(dataset, dataset, "source", "0", (), properties=properties)


def _with_encoding(contract: Contract, sample: DraftSample) -> Contract:
    """Return the contract with the encoding that the letters of the sample show, for its later files.

    They may have fewer letters.
    """
    encoding = sample.received.written_as.get("encoding", "")
    if encoding not in OTHER_THAN_WESTERN or ENCODING_PROPERTY in contract.properties:
        return contract
    return replace(contract, properties={**contract.properties, ENCODING_PROPERTY: encoding})


def _with_all_units(
    contract: Contract, sample: DraftSample, rows: DraftSample
) -> tuple[Contract, tuple[Finding, ...]]:
    """Return the contract with the units of its numbers, and notes on units with their evidence elsewhere.

    These are the currency of a line above the header, and shares of columns that are called percentages.
    """
    contract = with_units(contract, sample)
    currencies = stated_currencies(contract.columns, rows, _padded(contract, rows))
    fractions = fractions_in_percent(_with_texts(contract, rows))
    units = {**currencies, **dict.fromkeys(fractions, SHARE)}
    columns = (replace(column, unit=units.get(column.name, column.unit)) for column in contract.columns)
    about_currencies = (Finding(name, _STATED.format(code)) for name, code in currencies.items())
    return replace(contract, columns=tuple(columns)), (*about_currencies, *about_fractions(fractions))


def _with_event_time(contract: Contract, rows: DraftSample) -> Contract:
    """Return the contract with the column of the time of its rows where it is not the usual one."""
    stored_cells = (rows.cells[stored.name] for stored in rows.stored.columns)
    cells = dict(zip(contract.names, stored_cells, strict=True))
    return replace(contract, properties={**contract.properties, **event_time_property(contract, cells)})


def _columns(body: bytes, sample: DraftSample, guesses: Mapping[str, Guess]) -> dict[str, Column]:
    columns = {
        column.name: _column(column, sample.cells[column.name], guesses[column.name])
        for column in sample.stored.columns
    }
    columns |= _floats_again(body, sample.stored, columns)
    return columns | _about_people(columns)


def _typed_rows(
    body: bytes, sample: DraftSample, answers: Mapping[str, FormatAnswer], *, strict: bool
) -> tuple[DraftSample, dict[str, Guess], dict[str, Column]]:
    """Return the rows by which the columns are typed, the guesses, and the columns.

    Lines of totals and the notes below them are no such rows, except in a strict draft.
    """
    guesses = _guesses(sample, answers, strict=strict)
    columns = _columns(body, sample, guesses)
    lines = [] if strict else report_lines(columns.values(), sample.cells).every
    if not lines:
        return sample, guesses, columns
    rows = sample.without_rows(lines)
    without_totals = _guesses(rows, answers, strict=strict)
    guesses = without_totals | _with_thousands_of_totals(guesses, without_totals)
    return rows, guesses, _columns(body, rows, guesses)


def _with_texts(contract: Contract, sample: DraftSample) -> Iterator[tuple[Column, Column, pa.Array]]:
    """Return each column as the sample has it, as it is drafted, and its cells."""
    for stored, column in zip(sample.stored.columns, contract.columns, strict=True):
        yield stored, column, sample.cells[stored.name]


def _like_cards(contract: Contract, sample: DraftSample) -> dict[str, int]:
    """Return for each column that states other numbers how many values pass as card numbers without it."""
    return {
        column.name: len(rows_with_cards(text, context_below=context_below(searched)))
        for _, column, text in _with_texts(contract, sample)
        if column.content and (searched := replace(column, content=None))
    }


def _people_by_name(contract: Contract, sample: DraftSample) -> frozenset[str]:
    """Return the columns about people of which only the name says so, and no value."""
    return frozenset(
        column.name
        for _, column, text in _with_texts(contract, sample)
        if column.classification == PERSONAL
        and not (column.mask or are_email_addresses(text) or are_ibans(text) or are_person_numbers(text))
        and not _are_contacts(text)
        and not len(rows_with_cards(text, context_below=context_below(replace(column, content=None))))
    )


def _padded(contract: Contract, sample: DraftSample) -> frozenset[str]:
    """Return the columns of numbers that are written with as many decimals in each row, as amounts are.

    Number cells show no zeros: those with two decimals at most count.
    """
    return frozenset(
        column.name
        for stored, column, text in _with_texts(contract, sample)
        if (scale := column.type.scale)
        and (scale == SCALE_OF_NUMBER_CELLS if stored.name in sample.typed else are_padded(text, scale))
    )


def _are_contacts(text: pa.Array) -> bool:
    """Return whether most values are written as telephone numbers or addresses of the internet."""
    filled = blank_to_null(text).drop_null()
    return len(filled) > 0 and pc.mean(pc.match_substring_regex(filled, _CONTACTS)).as_py() >= CARD_SHARE


def _questions(
    contract: Contract, sample: DraftSample, guesses: Mapping[str, Guess]
) -> tuple[FormatQuestion, ...]:
    """Return the columns with several possible formats, except masked ones, which stay text."""
    return tuple(
        _question(stored, text, guesses[stored.name])
        for stored, column, text in _with_texts(contract, sample)
        if guesses[stored.name].choices and column.mask is None
    )


def _words(
    contract: Contract, sample: DraftSample, guesses: Mapping[str, Guess]
) -> tuple[WordsQuestion, ...]:
    """Return the questions about a few words among other values, except in masked columns and keys."""
    asked = (
        words_question(stored.name, text, guesses[stored.name], partial(_column, stored))
        for stored, column, text in _with_texts(contract, sample)
        if column.mask is None and column.name not in contract.key
    )
    return tuple(question for question in asked if question)


def _of_texts(
    contract: Contract, sample: DraftSample, facts_of: Callable[[pa.Array], _Facts]
) -> dict[str, _Facts]:
    """Return facts of the values of each text column about nobody that has some."""
    facts = {
        column.name: facts_of(text)
        for stored, column, text in _with_texts(contract, sample)
        if column.type.kind is Kind.STRING
        and not (column.mask or column.classification or stored.nested or stored.is_sheet_name)
    }
    return {name: of_column for name, of_column in facts.items() if of_column}


def _mostly_numbers(
    contract: Contract, sample: DraftSample, guesses: Mapping[str, Guess], asked: Collection[str]
) -> dict[str, NumbersAmongWords]:
    """Return the text columns about nobody with numbers in most rows, of which nothing is asked."""
    return {
        column.name: beside
        for stored, column, text in _with_texts(contract, sample)
        if column.type.kind is Kind.STRING
        and not (column.mask or column.classification or stored.nested or stored.is_sheet_name)
        and not {stored.name, column.name} & {*asked, *contract.key}
        and (beside := numbers_beside_words(stored.name, text, guesses[stored.name]))
    }


def _question(stored: Column, text: pa.Array, guess: Guess) -> FormatQuestion:
    answers = tuple(map(answer_of, guess.choices))
    answered = [_guess(stored, text, FormatAnswer(answer), is_typed=False) for answer in answers]
    columns = tuple(_column(stored, text, guess_of_answer) for guess_of_answer in answered)
    waiting = tuple(len(bad_values(column, text)) for column in columns)
    return FormatQuestion(stored.name, answers, columns, waiting, len(blank_to_null(text).drop_null()))


def _guesses(sample: DraftSample, answers: Mapping[str, FormatAnswer], *, strict: bool) -> dict[str, Guess]:
    """Return a guess for each column; `strict` as in `draft_from_sample`."""
    cells, typed = sample.cells, sample.typed
    guesses = {
        column.name: _guess(column, cells[column.name], answers[column.name], is_typed=column.name in typed)
        for column in sample.stored.columns
    }
    guesses |= _in_shown_order(sample, guesses)
    guesses |= _with_shown_decimals(sample, guesses)
    if not strict:
        guesses = {
            name: guess_of_nearly_all(name, cells[name], guess, answers[name])
            for name, guess in guesses.items()
        }
    guesses |= {name: replace(guesses[name], type=with_room(guesses[name].type)) for name in typed}
    guesses |= {
        column.name: Guess(ColumnType(Kind.STRING))
        for column in sample.stored.columns
        if column.is_sheet_name
    }
    return guesses | _with_thousands_of_others(guesses)


def _in_shown_order(sample: DraftSample, guesses: Mapping[str, Guess]) -> dict[str, Guess]:
    """Return guesses of ambiguous dates in the order of day and month that the file's other dates show.

    A report of deliveries may begin within the first twelve days of a month and end later.
    """
    orders = orders_shown(
        blank_to_null(sample.cells[name])
        for name, guess in guesses.items()
        if guess.format and guess.type.kind in {Kind.DATE, Kind.TIMESTAMP}
    )
    asked = {
        column: order
        for column in sample.stored.columns
        for pattern in _patterns(guesses[column.name])[:1]
        if (order := orders.get(next((sign for sign in pattern if not sign.isalpha()), "")))
    }
    return {
        column.name: _guess(
            column,
            sample.cells[column.name],
            FormatAnswer(date_order=order),
            is_typed=column.name in sample.typed,
        )
        for column, order in asked.items()
    }


def _with_shown_decimals(sample: DraftSample, guesses: Mapping[str, Guess]) -> dict[str, Guess]:
    """Return guesses of ambiguous numbers such as `6,000`, with the decimal sign of the file's others."""
    sign = _shown_decimal(sample, guesses)
    fitting = {
        name: [reading for reading in guess.choices if reading.format.decimal == sign]
        for name, guess in guesses.items()
        if all(reading.kind in NUMBERS for reading in guess.choices)
    }
    return {
        name: read_as(readings[0], guesses[name].type)
        for name, readings in fitting.items()
        if len(readings) == 1 < len(guesses[name].choices)
    }


def _shown_decimal(sample: DraftSample, guesses: Mapping[str, Guess]) -> str:
    """Return the decimal sign of all columns that are clear about theirs; empty for none or several."""
    declared = {
        name: guess.format.decimal if guess.format else PLAIN.decimal
        for name, guess in guesses.items()
        if guess.type.kind is Kind.DECIMAL and name not in sample.typed
    }
    signs = {
        sign
        for name, sign in declared.items()
        if sign == EITHER or pc.any(pc.match_substring(sample.cells[name], sign)).as_py()
    }
    return signs.pop() if len(signs) == 1 and EITHER not in signs else ""


def _patterns(guess: Guess) -> tuple[str, ...]:
    return guess.choices[0].format.patterns if guess.choices else ()


def _contract(stored: Contract, columns: Mapping[str, Column], key: tuple[str, ...]) -> Contract:
    order_by = tuple(
        name for name in _CHANGED if name in columns and columns[name].type.kind is Kind.TIMESTAMP
    )[:1]
    drafted = with_distinct_names(
        _keyed(column) if column.name in key else column for column in columns.values()
    )
    return replace(
        stored,
        id=f"headgate.source.{stored.dataset}",
        version="0.1.0",
        columns=drafted,
        key=key,
        order_by=order_by,
        grain=f"One row per {' and '.join(key)}" if key else "",
        properties={
            **stored.properties,
            **_kept_new_columns(drafted),
            **({"headgate.orderBy": [*order_by]} if order_by else {}),
        },
    )


def _kept_new_columns(columns: Sequence[Column]) -> dict[str, object]:
    """Declare that new columns are kept as text, unless the sample has card data or codes."""
    sensitive = any(column.mask not in {None, Mask.FREE_TEXT} for column in columns)
    return (
        {}
        if sensitive or KEPT in {column.name for column in columns}
        else {PROPERTY: NewColumns.KEEP_AS_TEXT.value}
    )


def _answers(
    stored: Sequence[Column], formats: Mapping[str, str], date_order: str
) -> dict[str, FormatAnswer]:
    names = [column.name for column in stored]
    if unknown := sorted(set(map(folded, formats)) - set(names)):
        raise ContractError(
            f"the sample has no column {unknown[0]}. Remedy: --format takes one of {', '.join(names)}"
        )
    pattern_of = {folded(name): pattern for name, pattern in formats.items()}
    return {name: FormatAnswer(pattern_of.get(name, ""), date_order) for name in names}


def _guess(stored: Column, text: pa.Array, answer: FormatAnswer, *, is_typed: bool) -> Guess:
    """Return the guess for a column; stored numbers and times have no source format, and JSON is text."""
    if stored.nested or stored.is_sheet_name:
        return Guess(ColumnType(Kind.STRING))
    if stored.type.kind is Kind.DOUBLE and flags(pc.equal(text, literal(_NAN))).any():
        read = replace(PLAIN, nulls=(_NAN,))
        return Guess(guess_type(stored.name, null_where_absent(replace(stored, format=read), text)), read)
    if stored.type.kind is not Kind.STRING:
        return Guess(guess_type(stored.name, text))
    are_durations = stored.format is not None and bool(stored.format.duration)
    return guess_column(stored.name, text, is_typed=is_typed, are_durations=are_durations, answer=answer)


def _with_thousands_of_others(guesses: Mapping[str, Guess]) -> dict[str, Guess]:
    """Return amounts below a thousand with the file's thousands separator, for later files."""
    comma = {
        name: guess.format for name, guess in guesses.items() if guess.format and guess.format.decimal == ","
    }
    shown = {declared.thousands for declared in comma.values()} - {""}
    if len(shown) != 1:
        return {}
    (thousands,) = shown
    return {
        name: replace(guesses[name], format=replace(declared, thousands=thousands))
        for name, declared in comma.items()
        if not declared.thousands and guesses[name].type.kind is Kind.DECIMAL
    }


def _with_thousands_of_totals(
    with_totals: Mapping[str, Guess], guesses: Mapping[str, Guess]
) -> dict[str, Guess]:
    """Return amounts below a thousand with the thousands separator of their totals, for later files."""
    return {
        name: replace(guess, format=replace(guess.format, thousands=shown.thousands))
        for name, guess in guesses.items()
        if guess.format
        and (shown := with_totals[name].format)
        and shown.thousands
        and not guess.format.thousands
        and shown.decimal == guess.format.decimal
    }


def _column(stored: Column, text: pa.Array, guess: Guess) -> Column:
    if stored.is_sheet_name:
        return replace(stored, description=_SHEET_NAME)
    name, mask = stored.name, _mask(stored, text)
    column_type = (ColumnType(Kind.STRING) if mask else None) or _readable(guess.type, stored.type)
    declared = guess.format if column_type == guess.type else None
    column = Column(
        name, column_type, mask=mask, format=declared, classification=_classification(name, mask, text)
    )
    required = len(text) > 0 and not blank_to_null(null_where_absent(column, text)).null_count
    rules = [Rule("required")] if required else []
    if column_type.length is not None:
        rules.append(Rule("max_length", column_type.length))
    content = guess_content(name, text) if mask is None and not stored.nested else None
    is_open = (
        column.classification == PERSONAL or is_code_name(name) or content is not None
    )  # the next file will have other people and places
    if mask is None and not (guess.mostly or guess.choices or is_open):
        rules += _rules_of_texts(text) if column_type.kind is Kind.STRING and not stored.nested else []
    description = (
        f"Format undecided: {' or '.join(map(answer_of, guess.choices))}"
        if guess.choices and mask is None
        else ""
    )
    return replace(
        column,
        required=required,
        rules=tuple(rules),
        description=description,
        content=content,
        nested=stored.nested,
    )


def _about_people(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return `name`, health and the like as personal data if other columns show that the rows are people.

    Names in an invoice are of people too, but its diagnosis may be that of a car.
    """
    plain = {name: compared(in_german_spelling(name)) for name in columns}
    are_people = any(map(shows_people, plain.values()))
    has_people = are_people or any(column.classification == PERSONAL for column in columns.values())
    return {
        name: replace(
            column,
            classification=PERSONAL,
            rules=tuple(rule for rule in column.rules if rule.name != "valid_values"),
        )
        for name, column in columns.items()
        if ((name == "name" and has_people) or (are_people and is_special(plain[name])))
        and column.mask in {None, Mask.FREE_TEXT}
    }


def _classification(name: str, mask: Mask | None, text: pa.Array) -> str:
    """Return `personal` for a column with data about people, by its name or by its values."""
    if mask not in {None, Mask.FREE_TEXT}:
        return ""
    is_named = (is_personal_name(unnumbered(name)) or is_personal_name(name)) and not _means_another(
        name, text
    )
    is_role = is_role_of_person(compared(in_german_spelling(unnumbered(name)))) and are_names_of_people(text)
    is_about_people = is_named or is_role or are_email_addresses(text) or are_ibans(text)
    is_about_people = is_about_people or look_like_people(unnumbered(name), text)
    return PERSONAL if is_about_people or are_person_numbers(text) else ""


def _means_another(name: str, text: pa.Array) -> bool:
    """Return whether a name that also means something else has no value of a person."""
    values, of_people = blank_to_null(text).drop_null(), _OF_PEOPLE.get(compared(unnumbered(name)))
    return bool(of_people and len(values) and not pc.any(pc.match_substring_regex(values, of_people)).as_py())


def _mask(stored: Column, text: pa.Array) -> Mask | None:
    """Return the mask of a column by its name and texts.

    Floats write card numbers with an exponent, and stored numbers and times are no prose.
    """
    if stored.nested:
        return _mask_of_json(stored.name, text)
    mask = guess_mask(stored.name, text)
    if stored.type.kind is Kind.STRING or mask not in {None, Mask.FREE_TEXT}:
        return mask
    values = cast(blank_to_null(text), _kept(stored.type)).values
    return (
        Mask.PAN
        if len(numeric_rows_with_cards(values)) >= CARD_SHARE * max(1, len(values) - values.null_count)
        else None
    )


def _mask_of_json(name: str, text: pa.Array) -> Mask | None:
    """Return the mask of lists or objects by their single values, which is mostly that of free text."""
    unnamed = pc.replace_substring_regex(text, _JSON_NAME, "")
    parts = pc.list_flatten(pc.split_pattern_regex(unnamed, r"[\[\]{},]"))
    mask = guess_mask(name, pc.utf8_trim(parts, '" '))
    searched = Column(name, ColumnType(Kind.STRING))
    if mask in {Mask.CVV, Mask.TRACK}:
        return mask
    with_numbers = (
        rows_with_cards(text, context_below=context_below(searched)),
        rows_with_ssns(text),
        rows_with_named_codes(text),
    )
    return Mask.FREE_TEXT if mask or any(map(len, with_numbers)) else None


def _readable(guessed: ColumnType, stored: ColumnType) -> ColumnType:
    """Return the stored type of fractions, times, booleans and long decimals, else the guessed type."""
    is_inexact = stored.kind is Kind.DECIMAL and guessed.kind is Kind.DOUBLE
    return _kept(stored) if guessed.kind is Kind.STRING or is_inexact else guessed


def _kept(stored: ColumnType) -> ColumnType:
    """Return the stored type, limited to a contract's types."""
    if stored.precision is None or stored.scale is None:
        return stored
    return replace(
        stored, precision=min(stored.precision, MAX_PRECISION), scale=min(stored.scale, MAX_PRECISION)
    )


def _floats_again(body: bytes, stored: Contract, columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return float columns as doubles if the guessed type would lose digits."""
    floats = {
        column.name
        for column in stored.columns
        if column.type.kind is Kind.DOUBLE and columns[column.name].mask is None
    }
    if not floats:
        return {}
    guessed = tuple(columns[column.name] if column.name in floats else column for column in stored.columns)
    cells = sample_cells(body, replace(stored, columns=guessed))
    given = {name: null_where_absent(columns[name], cells[name]) for name in floats}
    lossy = [name for name in floats if len(cast(given[name], columns[name].type).misfits)]
    return {name: replace(columns[name], type=ColumnType(Kind.DOUBLE)) for name in lossy}


def _rules_of_texts(text: pa.Array) -> list[Rule]:
    return rules_of_times(text) or _valid_values(text)


def _valid_values(text: pa.Array) -> list[Rule]:
    """Return a rule that warns of other values than the categories of a column.

    Categories are a few short words, each in several rows: a value that occurs once shows that the sample
    lacks others. Names of people, and labels with numbers such as branches, articles and meters, have no end.
    """
    given = blank_to_null(text).drop_null()
    if len(given) < _ROWS_FOR_VALUES:
        return []
    counts = pc.value_counts(given)
    different = counts.field("values")
    values = sorted(different.to_pylist())
    if len(values) > _MAX_VALUES or max(map(len, values)) > _MAX_VALUE:
        return []
    is_rare = pc.min(counts.field("counts")).as_py() < _MIN_OF_CATEGORY
    has_labels = pc.any(pc.match_substring_regex(different, _LABEL)).as_py()
    is_open = is_rare or has_labels or are_names_of_people(text, _SHARE_OF_NAMES)
    return [] if is_open else [Rule("valid_values", tuple(values), Level.WARN)]


def _keyed(column: Column) -> Column:
    """Return the column as one of a key, whose values name things: the next file has others."""
    others = tuple(rule for rule in column.rules if rule.name != "valid_values")
    rules = others if column.required else (Rule("required"), *others)
    return replace(column, required=True, rules=rules)


def _may_be_key(column: Column, text: pa.Array, guess: Guess) -> bool:
    """Return whether a column may be part of a key.

    Free text may not, and of personal data only e-mail addresses and numbers, because two people may share a
    name or an address.
    """
    if column.nested:
        return False
    if guess.choices or are_numbers_with_words(column, text, guess):
        return sounds_like_key(column.name)
    tells_apart = (
        column.content is not None
        or sounds_like_key(column.name)
        or are_email_addresses(text)
        or are_ibans(text)
        or are_person_numbers(text)
    )
    if column.classification == PERSONAL and not tells_apart:
        return False
    return column.type.kind is not Kind.STRING or sounds_like_key(column.name) or not is_prose(text)


def _stated_key(columns: Mapping[str, Column], key: Sequence[str]) -> tuple[str, ...]:
    names = tuple(map(folded, key))
    for name in names:
        if name not in columns:
            raise ContractError(
                f"the sample has no column {name}. Remedy: --key takes one or more of {', '.join(columns)}"
            )
        if columns[name].mask is not None:
            raise ContractError(
                f"column {name} is masked, so it cannot be the key. Remedy: name another column, or --no-key"
            )
    return names


def _in_file_order(by_column: Mapping[str, _Facts], places: Sequence[int]) -> dict[str, _Facts]:
    """Return facts by column in the order of the file; a column that the file does not have is last."""
    names = [*by_column]
    ordered = [names[place] for place in places if place < len(names)]
    return {name: by_column[name] for name in dict.fromkeys([*ordered, *names])}


@dataclass(frozen=True)
class _KeyFinder:
    """The search for the key of drafted columns.

    Unless strict, a column named as a key that identifies nearly all rows is preferred.
    """

    columns: Mapping[str, Column]
    guesses: Mapping[str, Guess]
    is_strict: bool

    def key(self, cells: Mapping[str, pa.Array], inner_list: str) -> tuple[str, ...]:
        """Return the key in the order of the columns; that of a list in records has the key of its record."""
        key = key_in_records(self._usable(cells), cells, folded(inner_list), self._of_table)
        return tuple(name for name in self.columns if name in key)

    def _usable(self, cells: Mapping[str, pa.Array]) -> dict[str, Column]:
        return {
            name: column
            for name, column in self.columns.items()
            if name in cells and _may_be_key(column, cells[name], self.guesses[name])
        }

    def _of_table(self, cells: Mapping[str, pa.Array]) -> tuple[str, ...]:
        usable = self._usable(cells)
        exact = find_key(usable, cells)
        if self.is_strict or (len(exact) == 1 and sounds_like_key(exact[0])):
            return exact
        candidates = [
            column.name for column in usable.values() if column.mask is None and column.type.kind in KEY_KINDS
        ]
        if named := key_of_nearly_all(candidates, cells):
            return named
        nearly = id_with_few_missing(usable, cells) if is_weak(exact, usable, cells) else ()
        return nearly or with_thing(exact, usable, cells) or pair_of_nearly_all(usable, cells)
