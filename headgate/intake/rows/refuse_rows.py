from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headgate.contracts.model import Contract, Level
from headgate.errors import BadInputError
from headgate.intake.rows.checked_column import CheckedColumn
from headgate.values.cells import NO_ROWS, Rows, marked
from headgate.values.refusal_reasons import fault_of
from headgate.values.rules import Breach, comparison_breach


@dataclass(frozen=True)
class Verdict:
    """The rules that rows of a batch break, in the contract's order, and the refused rows."""

    breaches: Sequence[Breach]
    refused: Rows

    def of(self, level: Level) -> list[Breach]:
        """Return the breaches of the rules at this level."""
        return [breach for breach in self.breaches if breach.level is level]


def refuse_rows(contract: Contract, checked: Sequence[CheckedColumn], count: int) -> Verdict:
    """Refuse each of the `count` rows that breaks a rule of level `quarantine`, of a column or row."""
    values = {each.column.name: each.values for each in checked}
    over_rows = [
        breach for comparison in contract.comparisons if (breach := comparison_breach(comparison, values))
    ]
    breaches = [*(breach for each in checked for breach in each.breaches), *over_rows]
    broken = [breach.rows for breach in breaches if breach.level is Level.QUARANTINE]
    return Verdict(breaches, np.flatnonzero(marked(np.concatenate((NO_ROWS, *broken)), count)))


def check_halts(contract: Contract, breaches: Sequence[Breach]) -> None:
    """Raise BadInputError for the first rule in the contract's order that halts the file and is broken."""
    order = [(column.name, rule.name) for column in contract.columns for rule in column.rules] + [
        ("", each.name) for each in contract.comparisons
    ]
    for column, rule in order:
        broken = [breach for breach in breaches if (breach.column, breach.rule) == (column, rule)]
        if broken:
            raise BadInputError(
                rule=rule,
                message=(
                    f"{sum(len(breach.rows) for breach in broken)} rows break a rule that halts the "
                    f"file: {fault_of(broken[0].reason)}"
                ),
                remedy="correct these rows at their source and send the file again",
                column=column,
            )
