"""Arrow's types for those of Avro, and values as Arrow takes them.

Source: Apache Avro 1.12, "Schema Declaration" and "Logical Types".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from headgate.errors import UnreadableFileError

_DEEPEST = 32  # levels of a schema
_TYPES = {
    "boolean": pa.bool_(),
    "bytes": pa.binary(),
    "double": pa.float64(),
    "enum": pa.string(),
    "float": pa.float32(),
    "int": pa.int32(),
    "long": pa.int64(),
    "null": pa.null(),
    "string": pa.string(),
}
_LOGICAL_TYPES = {
    "date": pa.date32(),
    "local-timestamp-micros": pa.timestamp("us"),
    "local-timestamp-millis": pa.timestamp("ms"),
    "time-micros": pa.time64("us"),
    "time-millis": pa.time32("ms"),
    "timestamp-micros": pa.timestamp("us", "UTC"),
    "timestamp-millis": pa.timestamp("ms", "UTC"),
    "uuid": pa.string(),
}


@dataclass
class ArrowTypes:
    """Arrow's type for each type of a schema.

    Attributes:
        named: the types that have a name, which later ones may use; None while such a type is described.
    """

    named: dict[str, pa.DataType | None] = field(default_factory=dict)
    depth: int = 0

    def of(self, schema: Any) -> pa.DataType:  # noqa: ANN401 fastavro's parsed schema
        """Return the type; text where values have several.

        Raises:
            UnreadableFileError: `type`: it contains itself, or is nested too deeply.
        """
        if isinstance(schema, list):
            return self._of_union([each for each in schema if each != "null"])
        if isinstance(schema, str):
            return _TYPES[schema] if schema in _TYPES else self._of_name(schema)
        if self.depth == _DEEPEST:
            raise _no_column()
        self.depth += 1
        described = self._of_logical(schema) or self._of_complex(schema)
        self.depth -= 1
        return described

    def _of_name(self, name: str) -> pa.DataType:
        described = self.named[name]
        if described is None:
            raise _no_column()
        return described

    def _of_union(self, branches: list[Any]) -> pa.DataType:
        kinds = list(dict.fromkeys(self.of(branch) for branch in branches)) or [pa.null()]
        if set(kinds) == {pa.int32(), pa.int64()}:
            return pa.int64()
        return kinds[0] if len(kinds) == 1 else pa.string()

    def _of_logical(self, schema: Any) -> pa.DataType | None:  # noqa: ANN401 as above
        logical = schema.get("logicalType", "")
        described = _LOGICAL_TYPES.get(logical)
        if logical == "decimal":
            described = pa.decimal256(schema["precision"], schema.get("scale", 0))
        if "name" in schema and described is not None:
            self.named[schema["name"]] = described
        return described

    def _of_complex(self, schema: Any) -> pa.DataType:  # noqa: ANN401 as above
        kind = schema["type"]
        if kind == "array":
            return pa.list_(self.of(schema["items"]))
        if kind == "map":
            return pa.map_(pa.string(), self.of(schema["values"]))
        if kind == "record":
            self.named[schema["name"]] = None
            fields = [(each["name"], self.of(each["type"])) for each in schema["fields"]]
            self.named[schema["name"]] = pa.struct(fields)
            return self.named[schema["name"]]
        if kind == "fixed":
            self.named[schema["name"]] = pa.binary()
            return pa.binary()
        described = self.of(kind)
        if "name" in schema:
            self.named[schema["name"]] = described
        return described


def _no_column() -> UnreadableFileError:
    return UnreadableFileError(
        rule="type",
        message=f"a type of the Avro schema contains itself, or is nested more than {_DEEPEST} levels deep",
        remedy="write flat records, one for each row",
    )


def arrow_value(value: Any, stored: pa.DataType) -> Any:  # noqa: ANN401 any value of a table
    """Return the value as Arrow takes it: texts of values of several types, maps as pairs."""
    if value is None:
        return None
    if pa.types.is_string(stored):
        return _text(value)
    if pa.types.is_list(stored):
        return [arrow_value(each, stored.value_type) for each in value]
    if pa.types.is_map(stored):
        return [(name, arrow_value(each, stored.item_type)) for name, each in value.items()]
    if pa.types.is_struct(stored):
        return {each.name: arrow_value(value[each.name], each.type) for each in stored}
    return value


def _text(value: Any) -> str:  # noqa: ANN401 as above
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | bytes):
        raise UnreadableFileError(
            rule="type",
            message="a column holds texts or numbers beside lists, records or bytes",
            remedy="write one type in each column",
        )
    return str(value)
