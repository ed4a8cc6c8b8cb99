"""The data dictionary: every table of the lake in Markdown, generated from the contracts.

`python -m headgate.contracts.dictionary > docs/data-dictionary.md` writes it.
"""

import sys
from collections.abc import Iterable, Iterator

from headgate.contracts.model import Column, Comparison, Contract, Level, Mask, Rule
from headgate.contracts.registry import Registry
from headgate.contracts.rule_kinds import RULE_KINDS, Argument
from headgate.contracts.types import glue_type

_MASKS = {
    Mask.PAN: "becomes a token, the brand and the last four digits",
    Mask.CVV: "is dropped",
    Mask.TRACK: "is dropped",
    Mask.SSN: "keeps its last four digits",
    Mask.FREE_TEXT: "card numbers inside are replaced",
}
_LEVELS = {Level.WARN: " (only warns)", Level.QUARANTINE: "", Level.HALT: " (rejects the file)"}
_HEAD = """# Data dictionary

Every table of the lake, compiled from the contracts by `headgate contract docs`.

Timestamps are UTC. **Key** columns identify a row of a table. A column is required unless it says *may be null*.
"""  # noqa: E501 a file's text


def dictionary(registry: Registry, lake: str = "ecommerce") -> str:
    """Return every table with its grain, columns, types, units, rules and masks, in Markdown.

    `lake` is the prefix of the lake's databases.
    """
    parts = [_HEAD]
    parts += _zone(
        f"Curated: database `{lake}_curated`",
        "Rows after the gate: valid, unique by key, card data masked.",
        registry.curated.values(),
    )
    parts += [_table(contract) for contract in registry.lake.values()]
    for system in registry.systems:
        parts += _zone(f"{system}: database `{lake}_prod`", "", registry.tables_of(system).values())
    parts += _zone(
        "Source: what the gate expects",
        "The requirements for an accepted file, and the masking of sensitive columns.",
        registry.source.values(),
    )
    return "\n".join([*parts, _rules()])


def dictionary_of(contracts: Iterable[Contract]) -> str:
    """Return some tables as in the dictionary, each under its zone."""
    return "\n".join(f"## {contract.zone.capitalize()}\n\n{_table(contract)}" for contract in contracts)


def _rules() -> str:
    """Describe every kind of rule: its option in a contract, and the words for rows that keep or break it."""
    lines = [
        "## Rules of a column",
        "",
        "| rule | option in a contract | in words | a refused value |",
        "|---|---|---|---|",
    ]
    for kind in RULE_KINDS.values():
        option = (
            f"`{kind.option}`"
            if kind.option
            else "`validValues`"
            if kind.argument is Argument.VALUES
            else f"`{kind.name}`"
        )
        lines.append(
            f"| `{kind.name}` | {option} | {kind.holds.format('…')} | {kind.fault_of_row.format('…')} |"
        )
    return "\n".join([*lines, ""])


def _zone(title: str, about: str, contracts: Iterable[Contract]) -> Iterator[str]:
    yield f"## {title}\n" + (f"\n{about}\n" if about else "")
    yield from (_table(contract) for contract in contracts)


def _table(contract: Contract) -> str:
    lines = [
        f"### {contract.dataset}",
        "",
        " ".join(f"{text}." for text in (contract.description, contract.grain) if text),
        "",
    ]
    if contract.order_by and contract.zone != "prod":
        lines += [
            f"Of two rows with one key, the one with the later {_listed(contract.order_by)} is kept.",
            "",
        ]
    lines += ["| column | type | unit | rules | what it is |", "|---|---|---|---|---|"]
    lines += [_row(contract, column) for column in contract.columns]
    lines += [""] + [_comparison(rule) for rule in contract.comparisons] + [""] * bool(contract.comparisons)
    return "\n".join(lines)


def _row(contract: Contract, column: Column) -> str:
    name = f"**{column.name}**" if column.name in contract.key else column.name
    rules = [rule_text(rule) for rule in column.rules if rule != Rule("required")]
    rules += ["unique"] * column.unique
    rules += ["may be null"] * (not column.required)
    rules += [f"generated from {', '.join(column.generated_from)} if empty"] * bool(column.generated_from)
    rules += ["the name of the sheet if the file has no such column"] * column.is_sheet_name
    rules += [f"in {column.references}"] if column.references else []
    rules += [f"sensitive: {_MASKS[column.mask]}"] if column.mask else []
    cells = (name, glue_type(column.type), column.unit, "; ".join(rules), column.description)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def rule_text(rule: Rule) -> str:
    """Describe a column's rule: its argument, and the consequence for a row that breaks it."""
    argument = ", ".join(map(str, rule.argument)) if isinstance(rule.argument, tuple) else rule.argument
    return RULE_KINDS[rule.name].holds.format(argument) + _LEVELS[rule.level]


def _comparison(rule: Comparison) -> str:
    right = rule.right or rule.value
    return f"- {rule.description or rule.name}: `{rule.left} {rule.operator} {right}`{_LEVELS[rule.level]}"


def _listed(names: Iterable[str]) -> str:
    return ", then ".join(names)


if __name__ == "__main__":
    sys.stdout.write(dictionary(Registry.load()))
