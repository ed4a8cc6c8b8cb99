"""Find the header of a CSV text by a contract's names, skip its repetitions and join its lines."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from headgate.contracts.file_form import can_have_quotes
from headgate.contracts.model import Contract
from headgate.errors import UnreadableFileError
from headgate.formats.csv.csv_rows import QUOTE, Form, Row
from headgate.formats.csv.dialect import Dialect, without_trailing_blanks
from headgate.formats.csv.probe_rows import bytes_to, first_row, probe_rows
from headgate.formats.csv.quoting import candidate_forms, choose_quoting
from headgate.formats.sniff import DELIMITERS
from headgate.matching.header_names import folded
from headgate.matching.match_header import count_known

_HEADER_LINES = 8


def header_in_first_row(head: str, contract: Contract) -> Dialect | None:
    """Return the dialect of the ordinary case: the first row contains only columns of the contract."""
    has_quotes = can_have_quotes(contract)
    for delimiter in DELIMITERS:
        row = first_row(head, Form(delimiter, quote=QUOTE if has_quotes else ""))
        names = without_trailing_blanks(row.texts) if row else ()
        # If each further name begins with a blank, this may belong to the delimiter: dataset1.csv of
        # shared/data/duplicates.
        is_padded = len(names) > 1 and all(name[:1] == " " for name in names[1:])
        if row and names and count_known(names, contract) == len(names) and not is_padded:
            form = choose_quoting(head, delimiter, len(row.texts), has_quotes=has_quotes)
            return skip_repeated_header(Dialect(form, row.texts, 0, len(row.texts)), head, row.end)
    return None


def header_by_contract(head: str, contract: Contract) -> Dialect:
    """Return the dialect whose header row has most of the contract's columns."""
    best, max_count, end = Dialect(Form(), (), 0, 0, confidence=0.0), -1, 0
    has_quotes = can_have_quotes(contract)
    for form in candidate_forms(head, has_quotes=has_quotes):
        for above, row in enumerate(probe_rows(head, form)):
            if (count := count_known(row.texts, contract)) > max_count:
                max_count, end = count, row.end
                best = Dialect(
                    form,
                    row.texts,
                    0,
                    len(row.texts),
                    above,
                    confidence=round(count / max(1, len(without_trailing_blanks(row.texts))), 3),
                )
    if best.form.quote == QUOTE:
        form = choose_quoting(head[end:], best.form.delimiter, best.width, has_quotes=has_quotes)
        best = replace(best, form=form)
    return skip_repeated_header(best, head, end)


def skip_repeated_header(dialect: Dialect, head: str, end: int) -> Dialect:
    """Count lines that repeat the header, which ends at `end`, as header lines.

    Source: Pollock, file_header_multirow_2.csv.
    """
    names = [folded(name) for name in dialect.names]
    count = 0
    with suppress(UnreadableFileError):
        for row in islice(dialect.form.rows(head, end), _HEADER_LINES - 1):
            if [folded(cell) for cell in row.texts] != names:
                break
            count, end = count + 1, row.end
    return replace(dialect, header_lines=dialect.header_lines + count, data_at=bytes_to(head, end))


def joined_names(header: Sequence[Row]) -> tuple[str, ...]:
    """Return the names of a header with several rows: the different cells of each column, joined."""
    width = max(len(row.texts) for row in header)
    padded = [[*row.texts, *[""] * (width - len(row.texts))] for row in header]
    return tuple(" ".join(_different(column)) for column in zip(*padded, strict=True))


def _different(cells: Sequence[str]) -> list[str]:
    """Return the cells without empty ones and without repetitions."""
    earlier = [[*map(folded, cells[:place])] for place in range(len(cells))]
    return [cell for cell, before in zip(cells, earlier, strict=True) if cell and folded(cell) not in before]
