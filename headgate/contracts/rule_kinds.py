"""The kinds of rules of a column: the one table of their names, ODCS options and texts.

Three places check each kind independently, so that each detects mistakes of the others: the gate
(`headgate.values.rules`), the audit (`headgate.quality.contract_audit`) and Great Expectations
(`headgate.quality.suites`). A test checks that each of them has every kind.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Argument(Enum):
    """The argument of a kind of rule."""

    BOUND = auto()  # a value of the column's type
    LENGTH = auto()  # a number of characters
    PATTERN = auto()  # a regular expression
    VALUES = auto()  # the allowed values
    TEXT_ONLY = auto()  # none, and the rule checks texts
    NONE = auto()


@dataclass(frozen=True)
class RuleKind:
    """A kind of rule.

    Attributes:
        name: the reason code that a refused row carries.
        argument: the kind of its argument.
        holds: its text in the data dictionary, with {} for the argument.
        fault_of_row: its text about a row that breaks it, after the column's name.
        fault_of_value: its text about any value that breaks it, in the console and in reports.
        remedy: what a person does about the row, with {} for the argument.
        option: its option in ODCS below `logicalTypeOptions`; empty if ODCS has another place for it. A kind
            with `TEXT_ONLY` is named in the list `headgate.rules`, because ODCS has no options of one's own.
        is_lower: whether a higher bound refuses more rows; None without a bound.
    """

    name: str
    argument: Argument
    holds: str
    fault_of_row: str
    fault_of_value: str
    remedy: str
    option: str = ""
    is_lower: bool | None = None


_KINDS = (
    RuleKind("required", Argument.NONE, "has a value", "has no value", "is missing", "Write a value"),
    RuleKind(
        "minimum",
        Argument.BOUND,
        "≥ {}",
        "is less than {}",
        "is below the lowest value allowed",
        "Write a value of at least {}",
        "minimum",
        is_lower=True,
    ),
    RuleKind(
        "maximum",
        Argument.BOUND,
        "≤ {}",
        "is more than {}",
        "is above the highest value allowed",
        "Write a value of at most {}",
        "maximum",
        is_lower=False,
    ),
    RuleKind(
        "exclusive_minimum",
        Argument.BOUND,
        "> {}",
        "is not more than {}",
        "is not above its lower bound",
        "Write a value above {}",
        "exclusiveMinimum",
        is_lower=True,
    ),
    RuleKind(
        "exclusive_maximum",
        Argument.BOUND,
        "< {}",
        "is not less than {}",
        "is not below its upper bound",
        "Write a value below {}",
        "exclusiveMaximum",
        is_lower=False,
    ),
    RuleKind(
        "min_length",
        Argument.LENGTH,
        "at least {} characters",
        "is shorter than {} characters",
        "is too short",
        "Write at least {} characters",
        "minLength",
        is_lower=True,
    ),
    RuleKind(
        "max_length",
        Argument.LENGTH,
        "at most {} characters",
        "is longer than {} characters",
        "is too long",
        "Write at most {} characters",
        "maxLength",
        is_lower=False,
    ),
    RuleKind(
        "pattern",
        Argument.PATTERN,
        "matches `{}`",
        "does not have the required form",
        "does not have the required form",
        "Write it in the form of the column's other values",
        "pattern",
    ),
    RuleKind(
        "gtin",
        Argument.TEXT_ONLY,
        "an article number with its check digit (GTIN of 8, 12, 13 or 14 digits)",
        "is no article number (GTIN), because its length or its check digit is wrong",
        "is no article number, because its length or its check digit is wrong",
        "Compare it with the barcode",
    ),
    RuleKind(
        "valid_values",
        Argument.VALUES,
        "one of {}",
        "is none of {}",
        "is none of the allowed values",
        "Write one of them",
    ),
)
RULE_KINDS = {kind.name: kind for kind in _KINDS}
# Rules without an argument, such as a check digit. A column's custom property names them.
RULES_PROPERTY = "headgate.rules"
RULE_OF_OPTION = {kind.option: kind.name for kind in _KINDS if kind.option}
RULES_WITHOUT_ARGUMENT = tuple(sorted(kind.name for kind in _KINDS if kind.argument is Argument.TEXT_ONLY))
# The word by which `headgate.severity` names a rule.
RULE_OF_KEYWORD = {
    "required": "required",
    **RULE_OF_OPTION,
    **{name: name for name in RULES_WITHOUT_ARGUMENT},
}
OF_TEXTS = (Argument.LENGTH, Argument.PATTERN, Argument.TEXT_ONLY)


def rules_with(*arguments: Argument) -> frozenset[str]:
    """Return the names of the kinds with one of these arguments."""
    return frozenset(kind.name for kind in _KINDS if kind.argument in arguments)
