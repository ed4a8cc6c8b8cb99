from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.format_property import format_facts
from headgate.contracts.model import Column, Contract, Kind, Mask
from headgate.contracts.odcs_writer import physical_type
from headgate.contracts.sensitive_names import PERSONAL
from headgate.drafts.cross_tab import about_cross_tab
from headgate.drafts.far_values import about_far_values
from headgate.drafts.format_answers import answer_of
from headgate.drafts.format_words import format_words, patterns_as_written
from headgate.drafts.key_search import names_a_place
from headgate.drafts.nearly_all_rows import (
    MIN_VALUES,
    MISFITS,
    about_bad_values,
    about_key,
    sounds_like_key,
)
from headgate.drafts.other_words import numbers_beside_words
from headgate.drafts.plain_notes import plain_note
from headgate.drafts.read_sample import DraftSample, stated_schema
from headgate.drafts.table_layout import about_displayed, about_layout
from headgate.drafts.time_zones import about_zone, zones_of
from headgate.drafts.times_of_day import notes_of_times
from headgate.drafts.totals_row import (
    ReportLines,
    is_refused,
    report_lines,
    texts_of_line,
    totals_of,
    words_of_totals,
)
from headgate.formats.csv.csv_rows import NULL
from headgate.masking.find_card_numbers import ANYWHERE, rows_with_cards
from headgate.matching.header_names import folded
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast_declared import cast_column
from headgate.values.cells import Rows, blank_to_null
from headgate.values.inferred_times import has_short_year
from headgate.values.sql_names import RESERVED, name_in_sql

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pyarrow as pa

    from headgate.contracts.source_format import SourceFormat
    from headgate.drafts.column_inference import (
        Guess,
    )
    from headgate.drafts.other_words import WordsQuestion
    from headgate.values.format_inference import Most

_ASSUMED = 0.9
_NOISE = (
    "has numbers with digits that arithmetic with floats leaves, as 0.30000000000000004 has: they are "
    "read as Excel shows them"
)
# With a function or a cell, as libraries write it that calculate nothing. Source: ECMA-376, part 1, 18.17.
_FORMULA = r"^=.*(?:[A-Z][A-Z.]*\(|\$?[A-Z]{1,3}\$?[0-9])"
_NULLS = r"database exports write null as \N: {:,} of the cells {} read as empty"
_LIKE_CARDS = (
    "has {:,} of {:,} values that pass as card numbers and stay as they are, because its name and its other "
    "values say otherwise: set headgate.mask: pan if they are cards"
)
_UNREADABLE = (
    "holds binary data, such as pictures, and no text: it is left out of this file and of later ones "
    "(headgate.leftOut)"
)
SILENT = "-"  # as `of_upload`: the console has nothing to say, or says it elsewhere
ABOUT_QUOTES = "stands in double quotes in queries, because of its characters"
ABOUT_RESERVED = "stands in double quotes in queries, because Athena's SQL reserves its name"
_WHY = {
    Mask.PAN: "holds card numbers: a token, the brand and the last four digits replace it in curated",
    Mask.CVV: "is named as a verification code: it is dropped",
    Mask.TRACK: "holds or names track data: it is dropped",
    Mask.SSN: "holds social security numbers: the last four digits are kept",
    Mask.FREE_TEXT: "is free text: card numbers inside are replaced",
}
_OF_ANOTHER_KIND = {
    Kind.BIGINT: "no whole number",
    Kind.DECIMAL: "no decimal number",
    Kind.DOUBLE: "no number",
    Kind.BOOLEAN: "neither yes nor no",
    Kind.DATE: "no date",
    Kind.TIMESTAMP: "no date with a time",
}
_NESTED_VALUES = {"array": "lists", "object": "objects"}
_READS_OF_NESTED = {
    "array": "json_extract_scalar({name}, '$[0]'), or cast(json_parse({name}) as array(json)) for all values",
    "object": "json_extract({name}, '$')",
}
_TOTALS = (
    "ends with the sum of the rows above: the last row is a line of totals. The gate accepts it as a "
    "row, so sums in queries count "
    "everything twice; send the file without it"
)
_REFUSED_TOTALS = (
    "ends with the sum of the rows above: the last row is a line of totals, and the gate quarantines it"
)
_NAMED_TOTALS = (
    "{}. The gate accepts totals as rows, so sums in queries count everything twice; send the file without "
    "them"
)
_QUARANTINED_TOTALS = "{}. The gate quarantines them, because they lack values that every row has"
_FOOTER = "{}. The gate accepts them as rows; send the file without them"
_QUARANTINED_FOOTER = "{}. The gate quarantines them, because they lack values that every row has"
_LEFT_OUT_FOOTER = "{}. Notes stay out of the dataset"
_MAX_LINES_LISTED = 5
_MAX_WORDS_LISTED = 5
_LEFT_OUT_TOTAL = (
    "ends with the sum of the rows above: the last row is a line of totals, and stays out of the dataset"
)
_LEFT_OUT_TOTALS = "{}. Totals stay out of the dataset"
_DESCRIPTION_ROWS = "the columns, and no value is taken from them: the gate quarantines such rows"
_LEFT_OUT_DESCRIPTION_ROWS = "the columns. Such rows stay out of the dataset"
_BLANK_ROW = "has no value in any cell: it is no data and stays out"
_BLANK_ROWS = "have no value in any cell: they are no data and stay out"
_MAX_BLANK_LISTED = 5
_KEY_BY_CHANCE = (
    "is the key only because no two different rows of the sample share a value of it: of two rows with one "
    "value the newer is kept. "
    "Name another key with --key, or none with --no-key"
)
_KEY_BY_TIME = (
    "is a time, and the key only because no two different rows of the sample share a value of it and no "
    "other column fits: of two rows of one time the newer is kept. "
    "Name another key with --key, or none with --no-key"
)
_FEW_ROWS = (
    "are the key only because no two of {rows:,} rows have the same values in them, and {rows:,} rows "
    "are few. "
    "Draft from more rows, or name another key with --key, or none with --no-key"
)
_KEY_BY_PLACE = (
    "is only a place in a list: rows of a later file replace these rows wherever they have the same place. "
    "Name another key with --key, or none with --no-key"
)
_KEY_OF_RECORD = (
    "is in the key only because it identifies the record around each row in the sample: of two rows with one "
    "value and place the newer is kept. Name another key with --key, or none with --no-key"
)
_NO_KEY = (
    "no key was seen among the columns that are always filled, measures such as counts and amounts left out; "
    "masked columns and sets of more than three columns were not tried: name a key with --key, or every row "
    "is kept"
)
_AS_JSON = "holds {kind} and is kept as JSON text{masked}. Queries read it with {reads}"


@dataclass(frozen=True)
class Finding:
    """A fact that a person should check.

    `column` is empty for the whole table. `decides` marks a guess that determines which rows are kept.
    `of_upload` replaces the message in the console, whose uploads leave out totals, and which shows no
    contract. `lacks_zone` marks a column with times without a zone, which a person can state. `is_open` marks
    rows that stay out, which a page names without a click.
    """

    column: str
    message: str
    decides: bool = False
    of_upload: str = field(default="", compare=False)
    lacks_zone: bool = field(default=False, compare=False)
    is_open: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class FormatQuestion:
    """An ambiguous column, and the possible answers for `--format COLUMN=ANSWER`.

    `columns` has the column of each answer, and `waiting` its rows that are quarantined. `values` are all
    values of the column. A single answer reads numbers in several spellings, each by itself.
    """

    column: str
    answers: tuple[str, ...]
    columns: tuple[Column, ...] = field(default=(), compare=False)
    waiting: tuple[int, ...] = field(default=(), compare=False)
    values: int = field(default=0, compare=False)


def findings_of(
    sample: DraftSample,
    contract: Contract,
    guesses: Mapping[str, Guess],
    questions: Sequence[FormatQuestion],
    words: Sequence[WordsQuestion],
    *,
    is_key_guessed: bool,
) -> tuple[Finding, ...]:
    """Return all findings of a draft: layout, open questions, columns, table, time zones, key."""
    layout = [Finding("", note) for note in about_layout(sample.table, sample.received)]
    layout += [Finding("", note) for note in (*about_displayed(sample.displayed), *_about_nulls(sample))]
    layout += [Finding("", note, is_open=True) for note in about_cross_tab(contract.columns)]
    layout += [Finding(name, _NOISE) for name in sample.noisy]
    layout += [Finding(column.name, _UNREADABLE, of_upload=SILENT) for column in sample.unreadable.values()]
    return (
        *layout,
        *_about_questions(questions),
        *_about_description_rows(sample.description_rows),
        *_about_header_rows(sample.header_rows),
        *_about_blank_rows(sample.received.blank),
        *_about_columns_and_table(contract, sample, guesses, {each.column for each in words}),
        *_about_zones(sample.content, contract.columns, sample.cells),
        *(_about_chance(contract, sample.rows) if is_key_guessed else ()),
    )


def _about_nulls(sample: DraftSample) -> list[str]:
    dialect = sample.received.dialect
    if dialect is None or NULL.encode() not in sample.content:
        return []
    delimiter = re.escape(dialect.form.delimiter).encode()
    count = len(
        re.findall(
            rb"(?:^|(?<=[\r\n])|" + delimiter + rb")\\N(?=[\r\n]|\Z|" + delimiter + rb")", sample.content
        )
    )
    return [_NULLS.format(count, "is" if count == 1 else "are")] if count else []


def _about_questions(questions: Sequence[FormatQuestion]) -> list[Finding]:
    return [
        Finding(
            question.column,
            _about_numbers_by_themselves(question)
            if len(question.answers) == 1
            else (
                f"is ambiguous and stays text: it can be {' or '.join(question.answers)}. Answer with "
                f"{_options(question)}"
            ),
            of_upload=SILENT,
        )
        for question in questions
    ]


def _about_numbers_by_themselves(question: FormatQuestion) -> str:
    (waiting,) = question.waiting
    return (
        f"stays text: {question.values - waiting:,} of {question.values:,} values are numbers, some with a "
        f"decimal point and some with a decimal comma. Read each by itself with {_options(question)}; "
        f"{waiting:,} {'row is' if waiting == 1 else 'rows are'} then quarantined"
    )


def _options(question: FormatQuestion) -> str:
    return " or ".join(f"--format '{question.column}={answer}'" for answer in question.answers)


def _about_chance(contract: Contract, rows: int) -> list[Finding]:
    """Return a caveat for a key that was found by its values only, or that has a place in a list."""
    names = contract.key
    if places := [name for name in names if names_a_place(name)]:
        of_record = [name for name in names if name not in places and not sounds_like_key(name)]
        by_chance = [Finding(name, _KEY_OF_RECORD, decides=True) for name in of_record]
        return [Finding(places[-1], _KEY_BY_PLACE, decides=True), *by_chance]
    if len(names) == 1 and not sounds_like_key(names[0]):
        is_time = contract.column(names[0]).type.kind in {Kind.DATE, Kind.TIMESTAMP}
        return [Finding(names[0], _KEY_BY_TIME if is_time else _KEY_BY_CHANCE, decides=True)]
    return (
        [Finding(", ".join(names), _FEW_ROWS.format(rows=rows), decides=True)]
        if len(names) > 1 and rows < MIN_VALUES
        else []
    )


def _about_description_rows(rows: int) -> list[Finding]:
    if not rows:
        return []
    listed = ("data row 1 describes", "data rows 1 and 2 describe", "data rows 1 to 3 describe")[rows - 1]
    return [Finding("", f"{listed} {_DESCRIPTION_ROWS}", of_upload=f"{listed} {_LEFT_OUT_DESCRIPTION_ROWS}")]


def _about_header_rows(rows: int) -> list[Finding]:
    if not rows:
        return []
    listed, them = ("1 row repeats", "it") if rows == 1 else (f"{rows} rows repeat", "them")
    return [
        Finding(
            "",
            f"{listed} the header. The gate quarantines words in columns of numbers, dates and times, and "
            f"accepts {them} elsewhere: send the file without {them}",
            of_upload=f"{listed} the header, as at the begin of a page: leave {them} out",
        )
    ]


def _about_blank_rows(blank: Rows) -> list[Finding]:
    if not len(blank):
        return []
    *before, last = [f"{number:,}" for number in blank[:_MAX_BLANK_LISTED].tolist()]
    listed = f"{', '.join(before)} and {last}" if before else last
    if len(blank) == 1:
        return [Finding("", f"data row {listed} {_BLANK_ROW}")]
    if len(blank) > _MAX_BLANK_LISTED:
        return [Finding("", f"{len(blank):,} rows {_BLANK_ROWS}; the first is data row {blank[0]:,}")]
    return [Finding("", f"data rows {listed} {_BLANK_ROWS}")]


def _about_columns_and_table(
    contract: Contract, sample: DraftSample, guesses: Mapping[str, Guess], asked: Collection[str]
) -> list[Finding]:
    cells = sample.cells
    lines = report_lines(contract.columns, cells)
    left = sample.without_rows(lines.every) if lines.stay_out else sample
    findings = [
        finding
        for column in contract.columns
        for finding in (
            *_unasked(
                _about_values(column, cells[column.name], left.cells[column.name], guesses[column.name]),
                is_asked=column.name in asked,
            ),
            *_about_other_numbers(column, cells[column.name]),
            *(
                Finding(column.name, note)
                for note in about_far_values(column, left.cells[column.name], left.numbers)
                if column.name not in contract.key
            ),
            *_about_spelling(column, cells[column.name]),
            *(Finding(column.name, note) for note in _about_format(column)),
            *_about_other_words(column, guesses[column.name], is_asked=column.name in asked),
            *(
                Finding(column.name, note, of_upload=SILENT)
                for note in _about_numbers(column, left.cells[column.name], guesses[column.name])
                if column.name not in asked
            ),
        )
    ]
    if not any(len(text) for text in cells.values()):
        findings.append(
            Finding("", "the sample has no rows, so every type is a guess: draft from a file with rows")
        )
    findings += _about_totals(contract, cells, lines, sample.numbers)
    findings += _about_footer(contract, cells, lines, sample.numbers)
    findings += [
        Finding(", ".join(contract.key), note, decides=True)
        for note in about_key(contract, cells, lines.every, sample.numbers)
    ]
    if not contract.key:
        findings.append(Finding("", _NO_KEY, decides=True))
    elif not contract.order_by:
        findings.append(
            Finding(
                "", "no column says which of two rows with one key is newer: name one in headgate.orderBy"
            )
        )
    return findings


def _about_totals(
    contract: Contract, cells: Mapping[str, pa.Array], lines: ReportLines, numbers: Rows
) -> list[Finding]:
    rows = lines.totals
    if not lines.footer and (summed := totals_of(contract.columns, cells)):
        last = len(next(iter(cells.values()))) - 1
        message = _REFUSED_TOTALS if is_refused(contract.columns, cells, last) else _TOTALS
        of_upload = _LEFT_OUT_TOTAL if lines.stay_out else ""
        return [Finding(", ".join(summed), message, of_upload=of_upload, is_open=lines.stay_out)]
    if not rows:
        return []
    by = words_of_totals(contract.columns, cells, rows)
    listed = _rows_of_totals([int(numbers[row]) for row in rows], by)
    are_refused = all(is_refused(contract.columns, cells, row) for row in rows)
    message = (_QUARANTINED_TOTALS if are_refused else _NAMED_TOTALS).format(listed)
    of_upload = _LEFT_OUT_TOTALS.format(_with_texts(contract, cells, lines.totals, numbers, by))
    return [
        Finding("", message, of_upload=of_upload if lines.stay_out else "", is_open=lines.stay_out),
    ]


def _about_footer(
    contract: Contract, cells: Mapping[str, pa.Array], lines: ReportLines, numbers: Rows
) -> list[Finding]:
    """Return a finding for the lines below the totals, which are no rows."""
    if not lines.footer:
        return []
    said = "; ".join(texts_of_line(contract.columns, cells, row) for row in lines.footer[:_MAX_LINES_LISTED])
    more = len(lines.footer) > _MAX_LINES_LISTED
    first, last = (int(numbers[row]) for row in (lines.footer[0], lines.footer[-1]))
    listed = f"data row {first} is a note" if first == last else f"data rows {first} to {last} are notes"
    listed = f"{listed} below the totals: {said}{' …' if more else ''}"
    are_refused = all(is_refused(contract.columns, cells, row) for row in lines.footer)
    message = (_QUARANTINED_FOOTER if are_refused else _FOOTER).format(listed)
    return [Finding("", message, of_upload=_LEFT_OUT_FOOTER.format(listed), is_open=True)]


def _with_texts(
    contract: Contract, cells: Mapping[str, pa.Array], rows: Sequence[int], numbers: Rows, by: str
) -> str:
    """Return the first lines of totals with their numbers and texts."""
    if len(rows) == 1:
        listed = _rows_of_totals([int(numbers[rows[0]])], by)
        return f"{listed} ({texts_of_line(contract.columns, cells, rows[0])})"
    said = (
        f"{int(numbers[row])} ({texts_of_line(contract.columns, cells, row)})"
        for row in rows[:_MAX_LINES_LISTED]
    )
    more = " …" if len(rows) > _MAX_LINES_LISTED else ""
    return f"{len(rows)} rows are lines of totals, by {by}: data rows {', '.join(said)}{more}"


def _about_values(column: Column, sent: pa.Array, left: pa.Array, guess: Guess) -> list[Finding]:
    """Return the caveats of a column's values; those of an upload are about the values that it has left."""
    notes = _about(column, sent, guess)
    if left is sent:
        return [Finding(column.name, note) for note in notes]
    of_upload = _about(column, left, guess)
    if len(of_upload) != len(notes):
        of_upload = [note if note in of_upload else "" for note in notes]
    return [
        Finding(column.name, note, of_upload=plain_note(own) or SILENT)
        for note, own in zip(notes, of_upload, strict=True)
    ]


def _unasked(findings: list[Finding], *, is_asked: bool) -> list[Finding]:
    """Return the findings, without that of bad values in the console if a page asks about them."""
    return [
        replace(finding, of_upload=SILENT) if is_asked and MISFITS in finding.message else finding
        for finding in findings
    ]


def _rows_of_totals(rows: Sequence[int], by: str) -> str:
    if len(rows) == 1:
        return f"data row {rows[0]} is a line of totals, by {by}"
    return f"{len(rows)} rows are lines of totals, by {by}; the first is data row {rows[0]}"


def _about_zones(content: bytes, columns: Sequence[Column], cells: Mapping[str, pa.Array]) -> list[Finding]:
    zones = {folded(name): zone for name, zone in zones_of(stated_schema(content)).items()}
    return [
        Finding(column.name, note.message, lacks_zone=note.lacks_zone)
        for column in columns
        if (note := about_zone(column, cells[column.name], zones))
    ]


def _about_spelling(column: Column, text: pa.Array) -> list[Finding]:
    """Return the inferred format of a column."""
    declared = column.format
    if column.mask is not None or declared is None:
        return []
    message = f"is written as {_shown(declared)}; confidence {_confidence(declared):.2f}"
    written = replace(declared, patterns=patterns_as_written(declared, text))
    return [Finding(column.name, message, of_upload=format_words(written) or SILENT)]


def _about_format(column: Column) -> list[str]:
    """Return the caveats of the inferred format of a column."""
    if column.mask is not None:
        return []
    notes = []
    declared = column.format
    if declared is not None and has_short_year(declared):
        first = declared.year_from
        notes.append(
            f"has years of two digits, which are read as {first} to {first + 99}: set yearFrom in "
            "headgate.format for others"
        )
    if declared is not None and declared.percent:
        notes.append(
            "has percent signs and is read as points, so 19 % is 19: percent: fraction reads it as 0.19"
        )
    return notes


def _about_other_words(column: Column, guess: Guess, *, is_asked: bool) -> list[Finding]:
    """Return why a column stays text although nearly all rows have a type; a page asks about some."""
    is_asked_how = bool(guess.choices)
    if column.mask is not None or not guess.mostly or is_asked_how or column.type.kind is not Kind.STRING:
        return []
    return [Finding(column.name, _why_text(column.name, guess.mostly), of_upload=SILENT if is_asked else "")]


def _about_numbers(column: Column, text: pa.Array, guess: Guess) -> list[str]:
    """Return why a column stays text although most rows have a number; a page offers the type."""
    is_typed = column.mask is not None or column.nested or guess.mostly or column.type.kind is not Kind.STRING
    beside = None if is_typed else numbers_beside_words(column.name, text, guess)
    if beside is None:
        return []
    first = ", ".join(list(beside.words)[:_MAX_WORDS_LISTED])
    more = " …" if len(beside.words) > _MAX_WORDS_LISTED else ""
    rows = sum(beside.words.values())
    command = f"headgate contract init FILE --format '{column.name}={answer_of(beside.reading)}'"
    why = f"stays text, because {rows:,} of {rows + beside.numbers:,} values are words beside numbers"
    return [f"{why} ({first}{more}): correct the sample, or refuse their rows with `{command}`"]


def _why_text(name: str, most: Most) -> str:
    """Return why a column stays text although nearly all rows have a type, and the remedy."""
    is_single, reading = most.others == 1, most.reading
    values = "1 value is" if is_single else f"{most.others:,} values are"
    others = f"stays text, because {values} {_OF_ANOTHER_KIND[reading.kind]}: correct the sample"
    if reading.kind is Kind.BOOLEAN or reading.kind is Kind.DOUBLE:
        return others
    rows = "its row" if is_single else "their rows"
    command = f"headgate contract init FILE --format '{name}={answer_of(reading)}'"
    return f"{others}, or refuse {rows} with `{command}`"


def _shown(declared: SourceFormat) -> str:
    facts = {
        key: repr(value) if key in {"decimal", "thousands"} else value
        for key, value in format_facts(declared).items()
    }
    return ", ".join(f"{key} {value}" for key, value in facts.items())


def _confidence(declared: SourceFormat) -> float:
    """Return a confidence below 1 if the sample cannot exclude another format."""
    return _ASSUMED if declared.nulls or has_short_year(declared) else 1.0


def _formulas(values: pa.Array) -> int:
    return int(pc.sum(pc.match_substring_regex(values, _FORMULA)).as_py() or 0)


def _about(column: Column, text: pa.Array, guess: Guess) -> list[str]:
    values = blank_to_null(null_where_absent(column, text)).drop_null()
    findings = _about_meaning(column)
    if len(text) and not len(values):
        findings.append("has no value in the sample, so its type is a guess")
    findings += _about_cards(column, values)
    if column.type.kind is Kind.STRING and (count := _formulas(values)):
        findings.append(
            f"has {count:,} formulas without a value: open the workbook in a spreadsheet program, save it, "
            "and draft again"
        )
    if guess.mostly and column.type.kind is not Kind.STRING:
        findings += about_bad_values(column, text)
    elif misfits := len(cast_column(column, values).misfits):
        findings.append(
            f"{misfits:,} of {len(values):,} values do not read as {physical_type(column.type)}: their "
            "rows are quarantined. Correct the sample or its type"
        )
    return findings + notes_of_times(column.rules, values) + _about_quotes(column)


def _about_meaning(column: Column) -> list[str]:
    findings = [_WHY[column.mask]] if column.mask else []
    if column.nested and column.mask in {None, Mask.FREE_TEXT}:
        reads = _READS_OF_NESTED[column.nested].format(name=column.name)
        masked = ", in which card numbers are replaced" if column.mask else ""
        findings = [_AS_JSON.format(kind=_NESTED_VALUES[column.nested], masked=masked, reads=reads)]
    if column.classification == PERSONAL:
        findings.append("is proposed as personal data (classification: personal)")
    return findings


def _about_cards(column: Column, values: pa.Array) -> list[str]:
    if column.mask is Mask.FREE_TEXT and (count := len(rows_with_cards(values))):
        return [
            f"has {count:,} values that pass as card numbers: take the mask away only if they are none"
            if count > 1
            else "has 1 value that passes as a card number: take the mask away only if it is none"
        ]
    return []


def _about_other_numbers(column: Column, text: pa.Array) -> list[Finding]:
    """Return a caveat for numbers that a card column of the same values would mask.

    A page asks about the columns whose values pass as card numbers without a context.
    """
    if column.mask is not None or column.type.kind is Kind.DOUBLE:
        return []
    values = blank_to_null(null_where_absent(column, text)).drop_null()
    if not (count := len(rows_with_cards(values, context_below=ANYWHERE))):
        return []
    return [Finding(column.name, _LIKE_CARDS.format(count, len(values)), of_upload=SILENT)]


def _about_quotes(column: Column) -> list[str]:
    if column.name in RESERVED:
        return [ABOUT_RESERVED]
    return [] if name_in_sql(column.name) == column.name else [ABOUT_QUOTES]
