"""Prod tables that a contract or a dashboard declares as a building block, with derived columns.

docs/adr/0118-analytics-as-blocks.md gives the reasons; `headgate.analytics` computes the rows.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from headgate.contracts.model import NUMBERS, TIMES, Column, ColumnType, Contract, Kind, Rule
from headgate.errors import ContractError
from headgate.project import BLOCKS, MODELS_SYSTEM

HOUR, DAY = "hour", "day"
GRAINS = (HOUR, DAY, "week", "month")
# Names of columns whose values are times instead of days if the grain is an hour.
NAMES_OF_MOMENTS = {"period_on": "period_at", "change_on": "change_at"}
MAX_HORIZON = 400  # periods; a year of days and a month
BLOCK_TIME, BLOCK_MEASURE = "block_time", "block_measure"  # a block's columns in the rows that it reads
MAX_BY, MAX_MEASURES = 5, 8
# Property of a contract that is derived from a dashboard: the dashboard's file.
DECLARED_IN = "headgate.declaredIn"
_DATE, _MOMENT, _TEXT, _COUNT, _NUMBER = (
    ColumnType(kind) for kind in (Kind.DATE, Kind.TIMESTAMP, Kind.STRING, Kind.INTEGER, Kind.DOUBLE)
)
_PERIOD = Column("period_on", _DATE, "First day of the period", required=True)
_GRAIN = Column("grain", _TEXT, f"Length of a period: {', '.join(GRAINS)}", required=True)

_NO_SERIES = ("too_little_history", "too_many_series")


def _status(*every: str) -> Column:
    return Column(
        "status", _TEXT, f"One of {', '.join(every)}", required=True, rules=(Rule("valid_values", every),)
    )


_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "forecast": (
        _PERIOD,
        Column("step", _COUNT, "Number of the period after the last complete one, from 1", required=True),
        Column(
            "mean", _NUMBER, "Expected sum of {measure}; null where the status says that there is no forecast"
        ),
        Column("lower_80", _NUMBER, "Lower bound of the 80 % interval"),
        Column("upper_80", _NUMBER, "Upper bound of the 80 % interval"),
        Column("lower_95", _NUMBER, "Lower bound of the 95 % interval"),
        Column("upper_95", _NUMBER, "Upper bound of the 95 % interval"),
        Column(
            "naive",
            _NUMBER,
            (
                "Forecast of the naive rule: the last week by its days or hours, or the last value of "
                "longer periods"
            ),
        ),
        Column("model", _TEXT, "Method that made the forecast; null without one"),
        _status("tested", "untested", *_NO_SERIES),
        Column(
            "history_periods",
            _COUNT,
            "Complete periods that are known, from the first one with a row",
            required=True,
        ),
        Column(
            "past_windows", _COUNT, "Earlier origins from which the same method was tested", required=True
        ),
        Column("past_error", _NUMBER, "Mean absolute error of a period at these origins"),
        Column("past_error_naive", _NUMBER, "The same of the naive rule; never less than past_error"),
        Column("covered_80", _NUMBER, "Share of the past values that were within the 80 % interval"),
        Column("covered_95", _NUMBER, "Share of the past values that were within the 95 % interval"),
    ),
    "anomalies": (
        _PERIOD,
        Column("actual", _NUMBER, "Sum of {measure}"),
        Column(
            "expected",
            _NUMBER,
            "Median of the periods around it; of days and hours, those of the same one of the week",
        ),
        Column("lower", _NUMBER, "Least usual value"),
        Column("upper", _NUMBER, "Largest usual value"),
        Column(
            "score",
            _NUMBER,
            "Deviation from the expected value in robust standard deviations; beyond 3.5 it is unusual",
        ),
        Column("direction", _TEXT, "`above` or `below` for an unusual period, else null"),
        _status("judged", "mostly_zero", *_NO_SERIES),
    ),
    "trend": (
        _GRAIN,
        Column(
            "periods", _COUNT, "Complete periods that are known, from the first one with a row", required=True
        ),
        Column("recent_mean", _NUMBER, "Mean sum of {measure} in the periods of the last quarter"),
        Column("slope_per_period", _NUMBER, "Median change from one period to the next (Theil and Sen)"),
        Column("slope_share", _NUMBER, "The same as a share of the mean"),
        Column(
            "direction",
            _TEXT,
            (
                "`rising`, `falling`, or `flat` where the change could be chance: from two years on the "
                "slope, before that the change against the same periods of last year; `unknown` with fewer "
                "than eight of them (of days and hours, eight weeks)"
            ),
        ),
        Column(
            "p_value",
            _NUMBER,
            (
                "Chance of such a change without a trend: from two years on by Mann and Kendall, before that "
                "by Wilcoxon; that of the slope where no direction is known"
            ),
        ),
        Column("quarter_growth", _NUMBER, "Last quarter over the one before, less one"),
        Column("yearly_growth", _NUMBER, "Last quarter over the same one a year before, less one"),
        Column("trend_strength", _NUMBER, "Share that the trend explains, 0 to 1; null below two years"),
        Column("seasonal_strength", _NUMBER, "Share that the seasons explain, 0 to 1; null below two years"),
        Column("changes", _COUNT, "How often the series went over to another level", required=True),
        Column("change_on", _DATE, "First period of the newest level"),
        Column("change_share", _NUMBER, "The newest level over the one before, less one"),
        Column("change_p_value", _NUMBER, "Chance of the newest change in a series of one level (Pettitt)"),
        _status("measured", *_NO_SERIES),
    ),
    "segments": (
        Column(
            "segment",
            _COUNT,
            "Number of the segment, 0 for the one with the largest {measure}; null without one",
        ),
        Column(
            "segment_name",
            _TEXT,
            "The measures that are far above (high) or below (low) the mean of all members",
        ),
        Column(
            "stability",
            _NUMBER,
            "Agreement of segments learnt from halves of the members, at most 1; reproducible from 0.8 on",
        ),
        Column("silhouette", _NUMBER, "How well the segments are apart, -1 to 1"),
        _status("grouped", "missing_value", "too_few_members"),
    ),
}
_SERIES = ("of", "measure", "time", "by", "grain")
_OPTIONS = {
    "forecast": (*_SERIES, "horizon"),
    "anomalies": _SERIES,
    "trend": _SERIES,
    "segments": ("of", "measures", "by"),
}


@dataclass(frozen=True)
class Block:
    """A building block as declared in a contract.

    Attributes:
        kind: one of BLOCKS.
        of: the dataset or SQL model whose rows it reads.
        measure: a column of numbers, summed by period.
        time: a column of dates or timestamps.
        by: columns; each combination of their values is a series, and all rows are one series without them.
            For segments, the columns that identify a member.
        grain: length of a period.
        horizon: number of future periods; 0 means the default of the grain.
        measures: for segments, the columns of numbers that are compared, instead of `measure` and `time`.
    """

    kind: str
    of: str
    measure: str
    time: str
    by: tuple[str, ...] = ()
    grain: str = DAY
    horizon: int = 0
    measures: tuple[str, ...] = ()


def column_names(kind: str) -> list[str]:
    """Return the names of a block's own columns."""
    return [column.name for column in _COLUMNS[kind]]


def declares_block(properties: Collection[str]) -> bool:
    """Return whether a table with these properties is a block, whose contract lists no columns."""
    return any(f"headgate.{kind}" in properties for kind in BLOCKS)


def block_of(contract: Contract) -> Block | None:
    """Return the block that a prod contract declares, or None."""
    kinds = [kind for kind in BLOCKS if f"headgate.{kind}" in contract.properties]
    if not kinds:
        return None
    kind, where = kinds[0], _place_of(contract, kinds[0])
    if len(kinds) > 1 or contract.system not in {"", MODELS_SYSTEM}:
        other = f"headgate.{kinds[1]}" if len(kinds) > 1 else "headgate.system"
        raise ContractError(
            f"{where} and {other} are both declared. A table is built by one of them: remove the other."
        )
    options = contract.properties[f"headgate.{kind}"]
    if not isinstance(options, dict):
        raise ContractError(
            f"{where} is not a mapping. Declare it with the options {', '.join(_OPTIONS[kind])}."
        )
    if unknown := sorted(set(options) - set(_OPTIONS[kind])):
        raise ContractError(
            f"{where} has no option {unknown[0]}. Its options are {', '.join(_OPTIONS[kind])}."
        )
    texts = [option for option in ("of", "measure", "time") if option in _OPTIONS[kind]]
    if missing := [option for option in texts if not isinstance(options.get(option), str)]:
        raise ContractError(
            f"{where} lacks {missing[0]}, the name of a {'table' if missing[0] == 'of' else 'column'}. "
            "Declare it."
        )
    if kind == "segments":
        by, measures = (
            _columns(where, options, "by", MAX_BY),
            _columns(where, options, "measures", MAX_MEASURES),
        )
        if lacking := "by" if not by else "measures" if not measures else "":
            raise ContractError(f"{where} lacks {lacking}, a list of columns. Declare it.")
        return Block(kind, options["of"], measures[-1], "", by, measures=measures)
    by, grain, horizon = (
        _columns(where, options, "by", MAX_BY),
        _grain(where, options),
        _horizon(where, options),
    )
    return Block(kind, options["of"], options["measure"], options["time"], by, grain, horizon)


def _columns(where: str, options: Mapping[str, Any], option: str, max_columns: int) -> tuple[str, ...]:
    names = options.get(option, [])
    if (
        not isinstance(names, list)
        or not all(isinstance(name, str) for name in names)
        or len(set(names)) < len(names)
        or len(names) > max_columns
    ):
        raise ContractError(
            f"{where}: {option} is {names!r}. It is a list of at most {max_columns} different columns, "
            "such as [counter]."
        )
    return tuple(names)


def _grain(where: str, options: Mapping[str, Any]) -> str:
    grain = options.get("grain", DAY)
    if grain not in GRAINS:
        raise ContractError(f"{where}: grain is {grain!r}. It must be one of {', '.join(GRAINS)}.")
    return str(grain)


def _horizon(where: str, options: Mapping[str, Any]) -> int:
    horizon = options.get("horizon")
    if horizon is None:
        return 0
    if type(horizon) is not int or not 1 <= horizon <= MAX_HORIZON:
        raise ContractError(
            f"{where}: horizon is {horizon!r}. It must be a whole number of periods from 1 to {MAX_HORIZON}."
        )
    return horizon


def with_derived_columns(
    prod: Mapping[str, Contract], curated: Mapping[str, Contract]
) -> dict[str, Contract]:
    """Return the prod contracts, those of blocks with derived columns and key."""
    return {
        name: _derived(contract, block, prod, curated) if (block := block_of(contract)) else contract
        for name, contract in prod.items()
    }


def _derived(
    contract: Contract, block: Block, prod: Mapping[str, Contract], curated: Mapping[str, Contract]
) -> Contract:
    own, table = _own_columns(block), _table_of(contract, block, prod, curated)
    by = _series_columns(contract, block, table, {column.name for column in own})
    measured = {
        column.name: column for column in table.columns if column.name in {block.measure, *block.measures}
    }
    sums = tuple(
        Column(name, _NUMBER, f"Sum of {name} of {block.of}", classification=measured[name].classification)
        for name in block.measures
    )
    measure, classification = f"{block.measure} of {block.of}", measured[block.measure].classification
    described = tuple(
        replace(
            column,
            description=column.description.replace("{measure}", measure),
            # Numbers of a person remain personal data.
            classification=classification if column.type == _NUMBER else "",
        )
        for column in own
    )
    key = (*block.by, *(column.name for column in own if column.name in {"period_on", "period_at", "grain"}))
    subject = (
        f"{', '.join(block.measures)} of {block.of}" if block.measures else f"{measure} by {block.grain}"
    )
    return replace(
        contract,
        columns=(*by, *sums, *described),
        key=key,
        grain=contract.grain
        or f"One row per {' and '.join(key)}".replace("period_on", block.grain).replace(
            "period_at", block.grain
        ),
        description=contract.description or f"{block.kind.capitalize()} of {subject}",
    )


def _own_columns(block: Block) -> tuple[Column, ...]:
    """Return the columns of a kind of block."""
    if block.grain != HOUR:
        return _COLUMNS[block.kind]
    moments = {
        name: replace(
            column,
            name=NAMES_OF_MOMENTS[name],
            type=_MOMENT,
            description=column.description.replace("day", "moment"),
        )
        for column in _COLUMNS[block.kind]
        if (name := column.name) in NAMES_OF_MOMENTS
    }
    return tuple(moments.get(column.name, column) for column in _COLUMNS[block.kind])


def _table_of(
    contract: Contract, block: Block, prod: Mapping[str, Contract], curated: Mapping[str, Contract]
) -> Contract:
    models = {
        name: table
        for name, table in prod.items()
        if not table.system and not declares_block(table.properties)
    }
    if table := {**models, **curated}.get(block.of):
        return table
    system = prod[block.of].system if block.of in prod else ""
    kind = (
        f"a table of the system {system}"
        if system
        else "a table of a block"
        if block.of in prod
        else "neither a dataset nor an SQL model"
    )
    raise _error(
        contract, block, f"of is {block.of}, which is {kind}", _near(block.of, {**models, **curated})
    )


def _series_columns(
    contract: Contract, block: Block, table: Contract, derived: Collection[str]
) -> tuple[Column, ...]:
    """Return the columns of `by` from the block's table, after all columns of the block are checked."""
    columns = {column.name: column for column in table.columns}
    measures, times = block.measures or (block.measure,), (block.time,) if block.time else ()
    for option, names in (("measure", measures), ("time", times), ("by", block.by)):
        if unknown := [name for name in names if name not in columns]:
            raise _error(
                contract,
                block,
                f"{option} is {unknown[0]}, which {block.of} does not have",
                _near(unknown[0], columns),
            )
    kind_of = {name: column.type.kind for name, column in columns.items()}
    reserved = {*measures, *derived, "as_of", "snapshot_id"}
    for name in block.by:
        if kind_of[name] in {Kind.DOUBLE, *TIMES} or name in reserved:
            raise _error(
                contract,
                block,
                f"by has {name}, whose type or name a series cannot have",
                "Rename or cast it in an SQL model.",
            )
        if not columns[name].required and name not in table.key:
            remedy = f"Require it in the contract of {block.of}, or fill it in an SQL model."
            raise _error(contract, block, f"by has {name}, which may be null", remedy)
    remedy = "Name another column, or cast it in an SQL model."
    if block.measures and (taken := sorted({*measures} & {*derived})):
        raise _error(
            contract,
            block,
            f"measures has {taken[0]}, the name of a column of the block",
            "Rename it in an SQL model.",
        )
    if wrong := [name for name in measures if kind_of[name] not in NUMBERS]:
        raise _error(contract, block, f"measure is {wrong[0]}, which is not a number", remedy)
    if any(kind_of[name] not in TIMES for name in times):
        raise _error(contract, block, f"time is {block.time}, which is not a date or timestamp", remedy)
    if block.grain == HOUR and any(kind_of[name] == Kind.DATE for name in times):
        raise _error(
            contract,
            block,
            f"time is {block.time}, a date without hours",
            "Name a timestamp, or make one in an SQL model.",
        )
    return tuple(
        Column(
            name,
            columns[name].type,
            columns[name].description,
            required=True,
            classification=columns[name].classification,
        )
        for name in block.by
    )


def _near(name: str, names: Collection[str]) -> str:
    near = get_close_matches(name, names, n=2)
    return f"Did you mean {' or '.join(near)}?" if near else f"It can be one of {', '.join(sorted(names))}."


def _error(contract: Contract, block: Block, reason: str, remedy: str) -> ContractError:
    return ContractError(f"{_place_of(contract, block.kind)}: {reason}. {remedy}")


def file_of(contract: Contract) -> str:
    """Return the lake project's file that declares a block: a dashboard or the table's contract."""
    return str(contract.properties.get(DECLARED_IN) or f"contracts/prod/{contract.dataset}.yaml")


def _place_of(contract: Contract, kind: str) -> str:
    in_file = (
        f"tables.{contract.dataset}.{kind}" if DECLARED_IN in contract.properties else f"headgate.{kind}"
    )
    return f"{file_of(contract)}: {in_file}"
