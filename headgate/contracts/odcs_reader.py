"""Read contracts from Open Data Contract Standard v3 documents.

Source: Open Data Contract Standard v3.1.0, https://bitol-io.github.io/open-data-contract-standard/
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from headgate.contracts import card_declarations, generated_ids, sheet_names
from headgate.contracts.analytics_blocks import declares_block
from headgate.contracts.computed_from import declared_decisions, declared_rows, declared_sources
from headgate.contracts.curated import with_distinct_names
from headgate.contracts.file_form import check_file_form
from headgate.contracts.first_view import check_first_view
from headgate.contracts.format_property import FORMAT_PROPERTY, source_format, stated_format
from headgate.contracts.model import (
    ADDS_UP,
    TIMES,
    Column,
    ColumnType,
    Comparison,
    Content,
    Contract,
    Kind,
    Level,
    Mask,
    Rule,
)
from headgate.contracts.new_column_policy import left_out_names, policy_of
from headgate.contracts.patterns import python_pattern
from headgate.contracts.property_names import check_column_properties, check_table_properties
from headgate.contracts.rule_kinds import (
    RULE_OF_KEYWORD,
    RULE_OF_OPTION,
    RULES_PROPERTY,
    RULES_WITHOUT_ARGUMENT,
)
from headgate.contracts.rule_values import check_rule_values, errors_with_place
from headgate.contracts.sensitive_names import mask_by_name
from headgate.contracts.source_format import SourceFormat
from headgate.contracts.table_levels import levels_of
from headgate.contracts.types import parse_physical_type
from headgate.errors import ContractError

# ODCS v3 options that are not rules of Headgate, or are read elsewhere. Source:
# bitol-io/open-data-contract-standard, odcs-json-schema.
_OTHER_OPTIONS = (
    *("format", "timezone", "defaultTimezone", "multipleOf", "required"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
_LEVELS = {"warning": Level.WARN, "error": Level.QUARANTINE, "critical": Level.HALT}
_NESTED = ("array", "object")
_UNMASKED = "none"
_MASKS = tuple(mask.value for mask in Mask if mask not in {Mask.MASKED, Mask.VERDICTS})
_COMPARE = "Remedy: compare it with one that `headgate contract init` writes"
_DATASET = re.compile(r"[a-z][a-z0-9_]*")  # a folder in raw, and a table that Athena reads without quotes
_MAX_BRACKETS = 1000
_OPERATORS = {"==", "!=", "<", "<=", ">", ">="}


# Fields of a column. Source: Open Data Contract Standard 3.1, "Schema".
_FIELDS = frozenset(
    """authoritativeDefinitions businessName classification criticalDataElement customProperties description
    encryptedName examples id items logicalType logicalTypeOptions name partitionKeyPosition partitioned
    physicalName physicalType primaryKey primaryKeyPosition properties quality relationships required tags
    transformDescription transformLogic transformSourceObjects unique""".split()  # noqa: SIM905 one word a line would fill the screen
)
_MIN_SIMILARITY = 0.8  # of a misspelt field's name to the suggested one
_UNREADABLE = (
    "{name} is neither YAML nor JSON{line}. Name a contract file, such as contracts/source/orders.yaml"
)


class UnreadableContractError(ContractError):
    """A contract's file is neither YAML nor JSON."""


class NotYamlError(ContractError):
    """A text is not YAML.

    Attributes:
        line: the line, as the end of a sentence; empty if the parser reports none.
    """

    def __init__(self, line: str) -> None:
        super().__init__(f"the text is not YAML{line}. Correct it")
        self.line = line


def load(path: Path) -> Contract:
    """Return the contract in one ODCS file, YAML or JSON; ContractError if it is not valid."""
    try:
        return _contract(path.read_text(encoding="utf-8"), path.suffix, path.parent.name)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise UnreadableContractError(_UNREADABLE.format(name=_shown(path), line="")) from None
    except NotYamlError as error:
        raise UnreadableContractError(_UNREADABLE.format(name=_shown(path), line=error.line)) from None
    except RecursionError:
        raise ContractError(
            f"{path.name}: lists or mappings are nested too deeply for a contract. {_COMPARE}"
        ) from None


def _shown(path: Path) -> str:
    """Return the file's name, unless it could be a card number."""
    return "The contract" if re.search(r"(?:\d\W*){9}", path.name) else path.name


@lru_cache(maxsize=1024)
def _contract(text: str, suffix: str, zone: str) -> Contract:
    """Parse a contract once per process.

    All contracts of a lake take half a second, and several places of a process load them. Contracts are
    immutable.
    """
    return parse(json.loads(text) if suffix == ".json" else yaml_document(text), zone)


def yaml_document(text: str) -> Any:  # noqa: ANN401 a document may contain anything
    """Return the document of a YAML text, for `parse`; NotYamlError if the text is not YAML."""
    import yaml  # noqa: PLC0415 the Lambda reads JSON only and has no PyYAML

    # The loader in C is ten times faster, but has no protection against endlessly nested lists.
    is_flat = text.count("[") + text.count("{") < _MAX_BRACKETS
    try:
        return yaml.load(
            text,
            Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader) if is_flat else yaml.SafeLoader,  # noqa: S506 both are safe loaders
        )
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYamlError(f" (line {mark.line + 1})" if mark else "") from None


def load_all(folder: Path) -> dict[str, Contract]:
    """Return every contract of a folder by dataset, in the order of the file names.

    Raises:
        ContractError: a file has no valid contract, or two files have a contract of one dataset.
    """
    paths = sorted(
        (path for path in folder.iterdir() if path.suffix in {".yaml", ".json"}), key=lambda path: path.name
    )
    contracts: dict[str, Contract] = {}
    path_of: dict[str, Path] = {}
    for path in paths:
        contract = load(path)
        first = path_of.setdefault(contract.dataset, path)
        if first.name != path.name:
            raise ContractError(
                f"{_shown(first)} and {_shown(path)} are both contracts of {contract.dataset}. Remove one of "
                "the files, or change the name in its schema."
            )
        contracts[contract.dataset] = contract
    return contracts


def load_packed(zone: str, texts: Mapping[str, str]) -> dict[str, Contract]:
    """Return a zone's contracts by dataset, in this order, from `<zone>/<dataset>` → JSON text."""
    contracts = [
        _contract(text, ".json", zone) for name, text in sorted(texts.items()) if name.startswith(f"{zone}/")
    ]
    return {contract.dataset: contract for contract in contracts}


def parse(document: Mapping[str, Any], zone: str) -> Contract:
    """Return the contract in an ODCS document; ContractError if it is not valid."""
    if not isinstance(document, dict):
        raise ContractError("not an ODCS v3 DataContract: the document is not a mapping")
    identity = str(document.get("id", "?"))
    try:
        contract = _contract_of_document(identity, document, zone)
    except KeyError as error:
        raise ContractError(f"{identity}: lacks {error}, which ODCS requires. {_COMPARE}") from None
    except (TypeError, AttributeError, ValueError, ArithmeticError, RecursionError) as error:
        raise ContractError(
            f"{identity}: part of the document does not follow ODCS ({error}). {_COMPARE}"
        ) from None
    check_rule_values(contract)
    generated_ids.check_generated_ids(contract)
    sheet_names.check_sheet_name(contract)
    check_file_form(contract)
    check_first_view(contract)
    levels_of(contract)
    declared_rows(contract)
    if zone == "source":
        policy_of(contract)
        left_out_names(contract)
    return contract


def check_dataset_name(identity: str, dataset: object) -> None:
    """Check that a dataset's name can name a folder in raw and a table; ContractError if not."""
    if not isinstance(dataset, str) or not _DATASET.fullmatch(dataset):
        raise ContractError(
            f"{identity}: the dataset's name cannot name a folder in raw and a table. "
            "Remedy: a lower-case letter, then lower-case letters, digits and underscores, as in "
            "order_items; "
            "headgate.table names the table at the source of an export"
        )


def _contract_of_document(identity: str, document: Mapping[str, Any], zone: str) -> Contract:
    if document.get("kind") != "DataContract" or not str(document.get("apiVersion", "")).startswith("v3."):
        raise ContractError(f"{identity}: not an ODCS v3 DataContract")
    if len(document.get("schema", [])) != 1:
        raise ContractError(
            f"{identity}: one contract describes one table; found {len(document.get('schema', []))}"
        )
    table = document["schema"][0]
    own = _custom(table)
    check_dataset_name(identity, table["name"])
    check_table_properties(identity, own)
    columns = _stated_columns(identity, table, own)
    with errors_with_place(identity):
        formats = stated_format(own.get(FORMAT_PROPERTY, {}))
    return Contract(
        id=identity,
        dataset=table["name"],
        zone=zone,
        version=str(document["version"]),
        columns=with_distinct_names(_column(identity, item, formats) for item in columns),
        key=_key(columns),
        order_by=tuple(own.get("headgate.orderBy", ())),
        comparisons=tuple(_comparison(identity, item) for item in table.get("quality", ())),
        grain=table.get("dataGranularityDescription", ""),
        description=table.get("description", ""),
        system=str(own.get("headgate.system", "")),
        properties=own,
    )


def _stated_columns(identity: str, table: Mapping[str, Any], own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the columns of the document; none for a block, whose columns are derived from its table."""
    if declares_block(own) and table.get("properties"):
        raise ContractError(
            f"{identity}: a table that headgate builds as a block has its own columns. Remedy: remove "
            "properties"
        )
    columns: list[dict[str, Any]] = [] if declares_block(own) else table["properties"]
    return columns


def _custom(item: Mapping[str, Any]) -> dict[str, Any]:
    return {entry["property"]: entry["value"] for entry in item.get("customProperties", ())}


def _key(properties: list[dict[str, Any]]) -> tuple[str, ...]:
    keyed = [item for item in properties if item.get("primaryKey")]
    return tuple(
        item["name"] for item in sorted(keyed, key=lambda item: int(item.get("primaryKeyPosition", 1)))
    )


def _mask(identity: str, own: Mapping[str, Any]) -> Mask | None:
    mask = own.get("headgate.mask", _UNMASKED)
    if mask == _UNMASKED:
        return None
    if mask in (Mask.MASKED, Mask.VERDICTS):
        raise ContractError(
            f"{identity}: headgate.mask: {mask} belongs to files masked at the source, and no contract "
            "declares it. "
            "Remedy: declare the mask of the original column"
        )
    if mask not in list(Mask):
        raise ContractError(
            f"{identity}: headgate.mask is {mask!r}. It must be one of {', '.join([*_MASKS, _UNMASKED])}"
        )
    return Mask(mask)


def _column(identity: str, item: Mapping[str, Any], formats: Mapping[str, object]) -> Column:
    own = _custom(item)
    column_type = _type(identity, item)
    place = f"{identity}.{item['name']}"
    check_column_properties(place, own)
    sources = declared_sources(place, item)
    relationships = item.get("relationships", ())
    _check_name(identity, item["name"], own)
    rules = _with_levels(place, _rules(identity, item, column_type), own.get("headgate.severity", {}))
    if item.get("primaryKey") and Rule("required", level=Level.WARN) in rules:
        raise ContractError(
            f"{place}: a key cannot be missing. Remedy: headgate.severity of required: error or critical"
        )
    return Column(
        name=item["name"],
        type=column_type,
        description=item.get("description", ""),
        required=any(rule.name == "required" and rule.level is not Level.WARN for rule in rules),
        unique=_unique(identity, item, own),
        mask=_mask(identity, own),
        rules=rules,
        unit=str(own.get("headgate.unit", "")),
        references=str(relationships[0]["to"]) if relationships else "",
        unmasked=own.get("headgate.mask") == _UNMASKED,
        classification=_classification(item, own),
        format=_format(identity, item, column_type, formats),
        content=_content(identity, item["name"], own),
        no_cards=card_declarations.of_column(place, own, _mask(identity, own)),
        nested=_nested(identity, item, column_type),
        label=str(item.get("businessName", "")),
        generated_from=generated_ids.stated_parts(place, own),
        is_sheet_name=_flag(place, own, sheet_names.PROPERTY, default=False),
        computed_from=sources,
        decided_by=declared_decisions(place, own, sources),
        adds_up=_flag(place, own, ADDS_UP, default=True),
    )


def _flag(place: str, own: Mapping[str, object], name: str, *, default: bool) -> bool:
    """Return a boolean property; ContractError if it is no boolean."""
    declared = own.get(name, default)
    if not isinstance(declared, bool):
        other = "false" if default else "true"
        raise ContractError(f"{place}: {name} is {declared!r}. State {other}, or remove the property.")
    return declared


def _type(identity: str, item: Mapping[str, Any]) -> ColumnType:
    """Return the column's type; ContractError if it is unknown, or a field is misspelt."""
    column = f"{identity}.{item['name']}"
    for name in item.keys() - _FIELDS:
        if near := get_close_matches(str(name), _FIELDS, n=1, cutoff=_MIN_SIMILARITY):
            raise ContractError(f"{column}: there is no field {name}. Did you mean {near[0]}?")
    with errors_with_place(column):
        return parse_physical_type(item["physicalType"])


def _nested(identity: str, item: Mapping[str, Any], column_type: ColumnType) -> str:
    """Return `array` or `object` for a column that keeps these as JSON text; otherwise an empty text."""
    logical_type = str(item.get("logicalType", ""))
    if logical_type not in _NESTED:
        return ""
    if column_type.kind is not Kind.STRING:
        raise ContractError(
            f"{identity}.{item['name']}: logicalType {logical_type} is kept as JSON text. Remedy: "
            "physicalType: TEXT"
        )
    return logical_type


def _unique(identity: str, item: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    """Return whether no two rows may share a value of the column."""
    if item.get("unique") and own.get("headgate.mask", _UNMASKED) != _UNMASKED:
        raise ContractError(
            f"{identity}.{item['name']}: a masked column cannot be unique. Remove unique or headgate.mask."
        )
    return bool(item.get("unique"))


def _classification(item: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    """Return the declared classification; empty if it only repeats that a masked column is restricted."""
    classification = str(item.get("classification", ""))
    return (
        ""
        if classification == "restricted" and own.get("headgate.mask", _UNMASKED) != _UNMASKED
        else classification
    )


def _format(
    identity: str, item: Mapping[str, Any], column_type: ColumnType, formats: Mapping[str, object]
) -> SourceFormat | None:
    """Return the source format of the column, completed by the table's defaults."""
    options = item.get("logicalTypeOptions", {})
    with errors_with_place(f"{identity}.{item['name']}"):
        own_format = stated_format(_custom(item).get(FORMAT_PROPERTY, {}))
        if column_type.kind in TIMES and "format" in options:
            own_format = {"patterns": (str(options["format"]),), **own_format}
        if column_type.kind is Kind.TIMESTAMP and "defaultTimezone" in options:
            own_format = {"timezone": str(options["defaultTimezone"]), **own_format}
        return source_format(column_type.kind, column_type.scale or 0, formats, own_format)


def _content(identity: str, column: str, own: Mapping[str, Any]) -> Content | None:
    content = own.get("headgate.content")
    if content is None:
        return None
    if content not in list(Content):
        raise ContractError(
            f"{identity}.{column}: headgate.content: {content!r} is none of {', '.join(Content)}"
        )
    return Content(content)


def _check_name(identity: str, column: str, own: Mapping[str, Any]) -> None:
    """Check that a column with a name for sensitive data declares its mask.

    Only this check protects numbers that are not card numbers, such as verification codes.
    """
    needed = mask_by_name(column)
    if needed and "headgate.mask" not in own:
        raise ContractError(
            f"{identity}.{column}: the name says that it holds sensitive data, and no headgate.mask is "
            "declared. "
            f"Remedy: headgate.mask: {needed}; or {_UNMASKED} if it holds nothing of the kind"
        )


def _rules(identity: str, item: Mapping[str, Any], column_type: ColumnType) -> tuple[Rule, ...]:
    rules = [Rule("required")] if item.get("required") or item.get("primaryKey") else []
    if column_type.kind is Kind.STRING and column_type.length is not None:
        rules.append(Rule("max_length", column_type.length))
    options = item.get("logicalTypeOptions", {})
    _check_options(f"{identity}.{item['name']}", options)
    rules += [Rule(name, options[option]) for option, name in RULE_OF_OPTION.items() if option in options]
    if "pattern" in options:
        with errors_with_place(f"{identity}.{item['name']}"):
            python_pattern(options["pattern"])
    rules += [
        Rule(name)
        for name in _without_argument(f"{identity}.{item['name']}", _custom(item).get(RULES_PROPERTY, []))
    ]
    rules += [_valid_values(identity, item["name"], check) for check in item.get("quality", ())]
    return tuple(rules)


def _without_argument(column: str, names: object) -> tuple[str, ...]:
    """Return the rules of `headgate.rules`; ContractError for any other than those without an argument."""
    if not isinstance(names, list) or not all(name in RULES_WITHOUT_ARGUMENT for name in names):
        raise ContractError(
            f"{column}: {RULES_PROPERTY} cannot be read. Remedy: a list of rules without an argument: "
            f"{', '.join(RULES_WITHOUT_ARGUMENT)}"
        )
    return tuple(dict.fromkeys(names))


def _check_options(column: str, options: Mapping[str, Any]) -> None:
    """Raise ContractError for an unknown option, because a misspelt rule would check nothing."""
    known_options = [*RULE_OF_OPTION, *_OTHER_OPTIONS]
    for option in options:
        if option not in known_options:
            near = get_close_matches(str(option), known_options, 1)
            meant = f"did you mean {near[0]}? " if near else ""
            raise ContractError(
                f"{column}: logicalTypeOptions has no option {option}, so it would check nothing. "
                f"Remedy: {meant}the rules of a column are {', '.join(RULE_OF_OPTION)}"
            )


def _with_levels(column: str, rules: tuple[Rule, ...], severities: object) -> tuple[Rule, ...]:
    """Return the rules at the levels in `headgate.severity`, for rules without a severity in ODCS."""
    rule_names = {rule.name for rule in rules}
    own = {keyword for keyword, name in RULE_OF_KEYWORD.items() if name in rule_names}
    if not isinstance(severities, dict) or not all(
        rule in own and level in tuple(_LEVELS) for rule, level in severities.items()
    ):
        raise ContractError(
            f"{column}: headgate.severity cannot be read. Remedy: as in {{required: warning}}, "
            f"give each of the column's own {', '.join(RULE_OF_KEYWORD)} one of {', '.join(_LEVELS)}"
        )
    levels = {RULE_OF_KEYWORD[keyword]: _LEVELS[severity] for keyword, severity in severities.items()}
    return tuple(replace(rule, level=levels.get(rule.name, rule.level)) for rule in rules)


def _valid_values(identity: str, column: str, check: Mapping[str, Any]) -> Rule:
    values = check.get("arguments", {}).get("validValues")
    if check.get("metric") != "invalidValues" or check.get("mustBe") != 0 or not values:
        raise ContractError(
            f"{identity}.{column}: the only quality check of a column is metric invalidValues with "
            "validValues, mustBe 0"
        )
    return Rule("valid_values", tuple(values), _level(f"{identity}.{column}", check))


def _comparison(identity: str, check: Mapping[str, Any]) -> Comparison:
    implementation = check.get("implementation", {})
    if (
        check.get("engine") != "headgate"
        or implementation.get("operator") not in _OPERATORS
        or ("right" in implementation) == ("value" in implementation)
    ):
        raise ContractError(
            f"{identity}: rule {check.get('name')!r} needs engine headgate, an operator, and either "
            "right or value"
        )
    if implementation["operator"] == "!=" and "right" in implementation:
        raise ContractError(
            f"{identity}: rule {check.get('name')!r}: Great Expectations has no expectation that two "
            "columns differ. Remedy: == or an order"
        )
    return Comparison(
        name=check["name"],
        left=implementation["left"],
        operator=implementation["operator"],
        right=implementation.get("right"),
        value=implementation.get("value"),
        level=_level(f"{identity}: rule {check['name']}", check),
        description=check.get("description", ""),
    )


def _level(place: str, check: Mapping[str, Any]) -> Level:
    severity = check.get("severity", "error")
    if severity not in tuple(_LEVELS):
        raise ContractError(f"{place}: severity: {severity!r} is none of {', '.join(_LEVELS)}")
    return _LEVELS[severity]
