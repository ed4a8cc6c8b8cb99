"""Convert Avro types to Arrow types, and Avro values to values for Arrow.

Source: Apache Avro 1.12, "Schema Declaration" and "Logical Types".
"""

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from headgate.errors import UnreadableFileError

_MAX_LEVELS = 32  # levels of a schema
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
    """The Arrow type of each type of a schema.

    Attributes:
        named: the named types, which later types may use; None while such a type is converted.
    """

    named: dict[str, pa.DataType | None] = field(default_factory=dict)
    depth: int = 0

    def of(self, schema: Any) -> pa.DataType:  # noqa: ANN401 fastavro's parsed schema
        """Return the Arrow type; string if values have several types.

        Raises:
            UnreadableFileError: `type`: it contains itself, or is nested too deeply.
        """
        if isinstance(schema, list):
            return self._of_union([each for each in schema if each != "null"])
        if isinstance(schema, str):
            return _TYPES[schema] if schema in _TYPES else self._of_name(schema)
        if self.depth == _MAX_LEVELS:
            raise _no_column()
        self.depth += 1
        arrow_type = self._of_logical(schema) or self._of_complex(schema)
        self.depth -= 1
        return arrow_type

    def _of_name(self, name: str) -> pa.DataType:
        arrow_type = self.named[name]
        if arrow_type is None:
            raise _no_column()
        return arrow_type

    def _of_union(self, branches: list[Any]) -> pa.DataType:
        kinds = list(dict.fromkeys(self.of(branch) for branch in branches)) or [pa.null()]
        if set(kinds) == {pa.int32(), pa.int64()}:
            return pa.int64()
        return kinds[0] if len(kinds) == 1 else pa.string()

    def _of_logical(self, schema: Any) -> pa.DataType | None:  # noqa: ANN401 as above
        logical = schema.get("logicalType", "")
        arrow_type = _LOGICAL_TYPES.get(logical)
        if logical == "decimal":
            arrow_type = pa.decimal256(schema["precision"], schema.get("scale", 0))
        if "name" in schema and arrow_type is not None:
            self.named[schema["name"]] = arrow_type
        return arrow_type

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
        arrow_type = self.of(kind)
        if "name" in schema:
            self.named[schema["name"]] = arrow_type
        return arrow_type


def _no_column() -> UnreadableFileError:
    return UnreadableFileError(
        rule="type",
        message=f"a type of the Avro schema contains itself or is nested over {_MAX_LEVELS} levels deep",
        remedy="write flat records, one for each row",
    )


def arrow_value(value: Any, stored: pa.DataType) -> Any:  # noqa: ANN401 any value of a table
    """Return the value for Arrow: texts for values of several types, pairs for maps."""
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
            message="a column has texts or numbers as well as lists, records or bytes",
            remedy="write one type in each column",
        )
    return str(value)
