"""Rules of the gate and states of checks in the console's words (console/src/formats/)."""

from headgate.contracts.rule_kinds import RULE_KINDS

_OF_A_VALUE = {kind.name: kind.fault_of_value for kind in RULE_KINDS.values()} | {
    "type": "does not have the type of its column",
    "unique": "occurs more than once",
    "references": "is in no row of the table that it names",
    "card_number": "is no valid card number",
    "destroyed_number": "was rounded by a spreadsheet",
    "undeclared_card_number": "holds a card number in a column that declares none",
}
_OF_A_ROW = {
    "duplicate_row": "is the same as another row",
    "duplicate_key": "has the key of another row of the file, which is newer or was kept",
    "ragged_row": "has another number of cells than the header",
    "footer": "stands below the last row of the table",
}
_OF_A_FILE = {
    "needs_mapping": "the columns have no fields yet",
    "unknown_dataset": "no contract describes the file",
    "not_a_table": "the file is no table",
    "too_large": "the file is too large",
    "empty_file": "the file is empty",
}
STATES = {"degraded": "needs a look", "healthy": "in order", "unknown": "not known yet"}


def rule_words(rule: str) -> str:
    """Return a rule in words about the values, rows or files that break it.

    >>> rule_words("minimum"), rule_words("duplicate_row"), rule_words("not_a_date")
    ('a value is below the lowest value allowed', 'a row is the same as another row', 'not a date')
    """
    if words := _OF_A_VALUE.get(rule):
        return f"a value {words}"
    if words := _OF_A_ROW.get(rule):
        return f"a row {words}"
    return _OF_A_FILE.get(rule, rule.replace("_", " "))


def state_words(state: str) -> str:
    """Return the state of a check in words."""
    return STATES.get(state, state.replace("_", " "))
